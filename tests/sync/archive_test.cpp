// The bounded archive below every format of ours.
#include "archive.hpp"
#include "codec.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

template <class Body>
ErrorCode code_of(const ByteList& bytes, Body&& body) {
  const auto result = decoding([&] {
    WireIn in(bytes);
    body(in);
    in.expect_end();
    return 0;
  });
  return result.ok() ? ErrorCode::ok : result.error().code;
}

ErrorCode varint_code(const ByteList& bytes) {
  return code_of(bytes, [](WireIn& in) { static_cast<void>(in.varint()); });
}

}  // namespace

TEST_CASE("archive: numbers round-trip at the edges of every length", "[sync][wire]") {
  for (int bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t value :
         {(std::uint64_t{1} << bits) - 1, std::uint64_t{1} << bits, (std::uint64_t{1} << bits) + 1,
          UINT64_MAX}) {
      WireOut out;
      out.varint(value);
      const auto bytes = out.take();
      WireIn in(bytes);
      CHECK(in.varint() == value);
      CHECK(in.remaining() == 0);
      CHECK(unzigzag(zigzag(static_cast<std::int64_t>(value))) == static_cast<std::int64_t>(value));
    }
  }
}

TEST_CASE("archive: needless, overlong and cut numbers are refused", "[sync][wire]") {
  CHECK(varint_code({0x00}) == ErrorCode::ok);
  CHECK(varint_code({0x80, 0x00}) == ErrorCode::malformed);
  CHECK(varint_code({0xff, 0x80, 0x00}) == ErrorCode::malformed);
  ByteList longest(9, 0xff);
  longest.push_back(0x01);
  CHECK(varint_code(longest) == ErrorCode::ok);
  longest.back() = 0x02;
  CHECK(varint_code(longest) == ErrorCode::malformed);
  CHECK(varint_code(ByteList(11, 0xff)) == ErrorCode::malformed);
  CHECK(varint_code({}) == ErrorCode::truncated);
  CHECK(varint_code({0x80}) == ErrorCode::truncated);
  CHECK(varint_code({0x01, 0x01}) == ErrorCode::trailing_bytes);
}

TEST_CASE("archive: a count that the bytes cannot hold is refused before anything is allocated",
          "[sync][wire]") {
  // 2^26 elements claimed by a few bytes: with stock cereal this takes gigabytes.
  const ByteList bytes{0x80, 0x80, 0x80, 0x20, 1, 2, 3, 4, 5};
  std::vector<std::uint64_t> numbers;
  CHECK(code_of(bytes, [&](WireIn& in) {
          auto list = list_of(numbers, std::size_t{1} << 30);
          in(list);
        }) == ErrorCode::truncated);
  CHECK(numbers.capacity() == 0);
  CHECK(code_of(bytes, [&](WireIn& in) {
          auto list = list_of(numbers, 1'000);
          in(list);
        }) == ErrorCode::limit_exceeded);
  std::string text;
  CHECK(code_of(bytes, [&](WireIn& in) { in(text_of(text, std::size_t{1} << 30)); }) ==
        ErrorCode::truncated);
  CHECK(text.capacity() < 64);
}

TEST_CASE("archive: a body that claims 2^26 operations or splices is an error", "[sync][wire]") {
  const auto ops = decode_body(ByteList{0x80, 0x80, 0x80, 0x20, 1, 2, 3, 4, 5});
  REQUIRE_FALSE(ops.ok());
  CHECK(ops.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("archive: ids and names stand in full once and are numbers after", "[sync][wire]") {
  WireOut out;
  out.id(rec("one").bytes);
  out.id(rec("two").bytes);
  out.id(rec("one").bytes);
  out.name("visit");
  out.name("visit");
  CHECK(out.size() == 17 + 17 + 1 + 7 + 1);
  const auto bytes = out.take();
  WireIn in(bytes);
  CHECK(in.id() == rec("one").bytes);
  CHECK(in.id() == rec("two").bytes);
  CHECK(in.id() == rec("one").bytes);
  CHECK(in.name() == "visit");
  CHECK(in.name() == "visit");
  CHECK(in.remaining() == 0);
}

TEST_CASE("archive: an id, name or change that was not introduced is malformed", "[sync][wire]") {
  CHECK(code_of({1}, [](WireIn& in) { static_cast<void>(in.id()); }) == ErrorCode::malformed);
  CHECK(code_of({1}, [](WireIn& in) { static_cast<void>(in.name()); }) == ErrorCode::malformed);
  CHECK(code_of({1}, [](WireIn& in) { static_cast<void>(in.mark()); }) == ErrorCode::malformed);
  CHECK(code_of({0, 1, 2}, [](WireIn& in) { static_cast<void>(in.id()); }) == ErrorCode::truncated);
}

TEST_CASE("archive: truth values are 0 or 1 and numbers fit their type", "[sync][wire]") {
  bool truth = false;
  CHECK(code_of({2}, [&](WireIn& in) { in(truth); }) == ErrorCode::malformed);
  std::uint32_t small = 0;
  CHECK(code_of({0x80, 0x80, 0x80, 0x80, 0x10}, [&](WireIn& in) { in(small); }) ==
        ErrorCode::malformed);
  std::int32_t days = 0;
  CHECK(code_of({0x80, 0x80, 0x80, 0x80, 0x10}, [&](WireIn& in) { in(days); }) ==
        ErrorCode::malformed);
}

TEST_CASE("archive: marks of one change are described once, within a bounded look back",
          "[sync][wire]") {
  WireOut out;
  std::vector<Mark> marks;
  for (std::uint64_t i = 0; i < 100; ++i) {
    for (std::uint32_t op = 0; op < 2; ++op) {
      marks.push_back(
          Mark{dot("A", 1 + i % 40, op), Stamp{static_cast<std::int64_t>(i % 40), 0}, "u"});
    }
  }
  for (const Mark& mark : marks) out.mark(mark);
  const auto bytes = out.take();
  WireIn in(bytes);
  for (const Mark& mark : marks) CHECK(in.mark() == mark);
  CHECK(in.remaining() == 0);
}

TEST_CASE("archive: a version vector out of order, twice or with zero is malformed",
          "[sync][wire]") {
  const auto code = [](std::initializer_list<std::pair<const char*, std::uint64_t>> entries) {
    WireOut out;
    out.varint(entries.size());
    for (const auto& [name, seq] : entries) {
      out.id(rep(name).bytes);
      out.varint(seq);
    }
    VersionVector vector;
    return code_of(out.take(), [&](WireIn& in) { in(vector); });
  };
  CHECK(code({{"A", 1}, {"B", 2}}) == ErrorCode::ok);
  CHECK(code({{"B", 1}, {"A", 2}}) == ErrorCode::malformed);
  CHECK(code({{"A", 1}, {"A", 2}}) == ErrorCode::malformed);
  CHECK(code({{"A", 0}}) == ErrorCode::malformed);
}

TEST_CASE("archive: a compressed message of many operations stays within its memory",
          "[sync][wire]") {
  const std::size_t claimed = kOpsPerMessageMax + 1;
  const auto result = decoding([&] {
    WireIn in(std::span<const std::uint8_t>{});
    for (std::size_t i = 0; i < claimed; ++i) in.claim_operation();
    return 0;
  });
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code == ErrorCode::limit_exceeded);
}
