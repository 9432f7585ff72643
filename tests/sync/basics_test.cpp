#include <set>
#include <unordered_set>

#include "insieme/sync/limits.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("ids: text form round-trips, with and without hyphens and in either case", "[sync]") {
  const auto id = id_from_text<RecordId>("0190a6e2-7c4d-7abc-8def-0123456789ab");
  REQUIRE(id.ok());
  CHECK(to_text(*id) == "0190a6e2-7c4d-7abc-8def-0123456789ab");
  CHECK(*id_from_text<RecordId>("0190A6E27C4D7ABC8DEF0123456789AB") == *id);
}

TEST_CASE("ids: anything else is malformed", "[sync]") {
  for (const char* bad : {"", "0190a6e2", "0190a6e2-7c4d-7abc-8def-0123456789a",
                          "0190a6e2-7c4d-7abc-8def-0123456789abc",
                          "0190a6e2+7c4d-7abc-8def-0123456789ab",
                          "0190a6e2-7c4d-7abc-8def-0123456789ag",
                          "0190a6e27c4d-7abc-8def-0123456789ab-",
                          "0190a6e2-7c4d-7abc-8def\xc3\xa8" "0123456789"}) {
    INFO(bad);
    const auto id = id_from_text<RecordId>(bad);
    REQUIRE_FALSE(id.ok());
    CHECK(id.error().code == ErrorCode::malformed);
  }
}

TEST_CASE("ids: order is the order of the bytes as unsigned numbers", "[sync]") {
  ReplicaId low;
  ReplicaId high;
  low.bytes[0] = 0x7f;
  high.bytes[0] = 0x80;
  CHECK(low < high);
  CHECK(ReplicaId{}.is_nil());
  CHECK_FALSE(low.is_nil());
}

TEST_CASE("ids: a UUIDv7 holds its time, version and variant", "[sync]") {
  std::array<std::uint8_t, 10> random{};
  random.fill(0xff);
  const auto bytes = make_uuid7(0x0190a6e27c4d, random);
  CHECK(to_text(bytes) == "0190a6e2-7c4d-7fff-bfff-ffffffffffff");
  CHECK(make_uuid7(5, random) < make_uuid7(6, random));
  CHECK(to_text(make_uuid7(-1, random)).substr(0, 13) == "00000000-0000");
}

TEST_CASE("ids: hashes of ids that differ at the end differ", "[sync]") {
  std::unordered_set<RecordId> ids;
  for (std::uint8_t i = 0; i < 200; ++i) {
    RecordId id;
    id.bytes[15] = i;
    ids.insert(id);
  }
  CHECK(ids.size() == 200);
}

TEST_CASE("ids: a section is short lower-case ASCII", "[sync]") {
  CHECK(is_valid_section("core"));
  CHECK(is_valid_section("a_b-9"));
  CHECK(is_valid_section(std::string(kSectionBytesMax, 'a')));
  CHECK_FALSE(is_valid_section(std::string(kSectionBytesMax + 1, 'a')));
  for (const char* bad : {"", "Core", "a/b", "a b", "sanit\xc3\xa0"})
    CHECK_FALSE(is_valid_section(bad));
}

TEST_CASE("ids: dots are ordered by replica, number and operation", "[sync]") {
  CHECK(dot("A", 9, 9) < dot("B", 1, 0));
  CHECK(dot("A", 1, 9) < dot("A", 2, 0));
  CHECK(dot("A", 1, 0) < dot("A", 1, 1));
}

TEST_CASE("errors: every code has a name of its own", "[sync]") {
  std::set<std::string_view> names;
  std::size_t known = 0;
  for (std::uint16_t code = 0; code < 200; ++code) {
    const auto name = name_of(static_cast<ErrorCode>(code));
    REQUIRE_FALSE(name.empty());
    if (name == "unknown") continue;
    ++known;
    names.insert(name);
  }
  CHECK(known == 28);
  CHECK(names.size() == known);
}

TEST_CASE("stamps: a clock that goes on gives its own time", "[sync][P3]") {
  CHECK(next_stamp({}, 1'000) == Stamp{1'000, 0});
  CHECK(next_stamp({1'000, 7}, 1'001) == Stamp{1'001, 0});
}

TEST_CASE("stamps: a clock that stands, jumps back or is at 1970 never goes below its last",
          "[sync][P3]") {
  constexpr std::int64_t k2031 = 1'924'992'000'000;
  Stamp last;
  for (const std::int64_t now : {std::int64_t{0}, std::int64_t{0}, std::int64_t{-5}, k2031,
                                 std::int64_t{0}, k2031, k2031 + 1, std::int64_t{12}}) {
    const Stamp next = next_stamp(last, now);
    CHECK(next > last);
    last = next;
  }
  CHECK(last.ms == k2031 + 1);
}

TEST_CASE("stamps: a used-up counter moves the time, not back", "[sync]") {
  const Stamp last{5, UINT32_MAX};
  CHECK(next_stamp(last, 0) == Stamp{6, 0});
}

TEST_CASE("stamps: received ones never move one's own", "[sync][P3]") {
  Peer tablet("A");
  Peer from_2031("B");
  tablet.set_clock(1'700'000'000'000);
  from_2031.set_clock(1'924'992'000'000);
  from_2031.write({set_op("reg", "late")});
  tablet.pull(from_2031);
  const Change own = tablet.write({set_op("other", "now")});
  CHECK(own.header.stamp == Stamp{1'700'000'000'000, 0});
}

TEST_CASE("version vectors: entries are sorted and never zero", "[sync]") {
  VersionVector v;
  v.set(rep("C"), 3);
  v.set(rep("A"), 1);
  v.set(rep("B"), 2);
  REQUIRE(v.size() == 3);
  CHECK(v.entries()[0].replica == rep("A"));
  CHECK(v.entries()[2].replica == rep("C"));
  v.set(rep("B"), 0);
  CHECK(v == vv({{"A", 1}, {"C", 3}}));
  v.set(rep("Z"), 0);
  CHECK(v.size() == 2);
  v.raise(rep("C"), 2);
  CHECK(v[rep("C")] == 3);
  v.set(rep("C"), 2);
  CHECK(v[rep("C")] == 2);
  CHECK(v[rep("nobody")] == 0);
}

TEST_CASE("version vectors: union, intersection, order", "[sync]") {
  const auto a = vv({{"A", 1}, {"B", 4}});
  const auto b = vv({{"B", 2}, {"C", 3}});
  auto both = a;
  both.merge(b);
  CHECK(both == vv({{"A", 1}, {"B", 4}, {"C", 3}}));
  auto common = a;
  common.meet(b);
  CHECK(common == vv({{"B", 2}}));
  CHECK(both.covers(a));
  CHECK(both.covers(b));
  CHECK_FALSE(a.covers(b));
  CHECK(a.covers(VersionVector{}));
  CHECK(both.total() == 8);
  CHECK(both.contains(dot("B", 4)));
  CHECK_FALSE(both.contains(dot("B", 5)));
}

TEST_CASE("digests: text form round-trips and refuses anything else", "[sync]") {
  const Digest digest = Hasher("test").add("x").finish();
  Digest back;
  REQUIRE(from_hex(to_hex(digest), back.bytes).ok());
  CHECK(back == digest);
  CHECK_FALSE(from_hex("00", back.bytes).ok());
  CHECK_FALSE(from_hex(std::string(64, 'g'), back.bytes).ok());
  CHECK_FALSE(from_hex(std::string(66, '0'), back.bytes).ok());
}

TEST_CASE("digests: parts are framed, domains are apart, keys matter", "[sync]") {
  const auto of = [](std::string_view domain, std::string_view a, std::string_view b) {
    return Hasher(domain).add(a).add(b).finish();
  };
  CHECK_FALSE(of("t", "ab", "c") == of("t", "a", "bc"));
  CHECK_FALSE(of("t", "a", "b") == of("u", "a", "b"));
  CHECK_FALSE(Hasher("t", key_of("k").bytes).finish() == Hasher("t").finish());
}

TEST_CASE("digests: a sum forgets order and takes members out again", "[sync]") {
  DigestSum sum;
  std::vector<Digest> digests;
  for (std::uint64_t i = 0; i < 50; ++i) digests.push_back(Hasher("t").add(i).finish());
  for (const Digest& d : digests) sum.add(d);
  DigestSum other;
  for (auto at = digests.rbegin(); at != digests.rend(); ++at) other.add(*at);
  CHECK(sum == other);
  for (const Digest& d : digests) sum.subtract(d);
  CHECK(sum == DigestSum{});
  Digest ones;
  ones.bytes.fill(0xff);
  Digest one;
  one.bytes[0] = 1;
  sum.add(ones);
  sum.add(one);
  CHECK(sum == DigestSum{});
}

TEST_CASE("signatures: only the right key and the right message verify", "[sync]") {
  const KeyPair keys = make_key_pair({1, 2, 3});
  const KeyPair others = make_key_pair({4});
  const std::vector<std::uint8_t> message{1, 2, 3};
  const Signature signature = sign(keys.secret_key, message);
  CHECK(verify(keys.public_key, message, signature));
  CHECK_FALSE(verify(others.public_key, message, signature));
  CHECK_FALSE(verify(keys.public_key, std::vector<std::uint8_t>{1, 2}, signature));
  CHECK(equal_constant_time(message, message));
  CHECK_FALSE(equal_constant_time(message, std::vector<std::uint8_t>{1, 2}));
}
