// Places in a list (position.hpp), and references to blobs (blob.hpp).
#include "insieme/sync/position.hpp"

#include "insieme/sync/blob.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

std::string between(std::string_view before, std::string_view after, std::string_view record) {
  const auto position = position_between(before, after, rec(record));
  REQUIRE(position.ok());
  CHECK(is_position(*position));
  CHECK((before.empty() || std::string_view(before) < *position));
  CHECK((after.empty() || *position < std::string_view(after)));
  return *position;
}

}  // namespace

TEST_CASE("list: two records put in at one place at once get places of their own in between",
          "[sync][list]") {
  const std::string first = between("", "", "r1");
  const std::string last = between(first, "", "r2");
  const std::string a = between(first, last, "r3");
  const std::string b = between(first, last, "r4");
  CHECK(a != b);
  const std::string inner = between(std::min(a, b), std::max(a, b), "r5");
  CHECK(inner != a);
}

TEST_CASE("list: appending and putting in front lengthen places slowly", "[sync][list]") {
  std::string last = between("", "", "r");
  std::string first = last;
  for (int i = 0; i < 1'000; ++i) {
    last = between(last, "", "r" + std::to_string(i));
    first = between("", first, "s" + std::to_string(i));
  }
  CHECK(last.size() < 48);
  CHECK(first.size() < 48);
}

TEST_CASE("list: a place where something is put in ever again is full one day, and says so",
          "[sync][list]") {
  const std::string first = between("", "", "a");
  std::string after = between(first, "", "b");
  std::size_t count = 0;
  for (; count < 10'000; ++count) {
    const auto next = position_between(first, after, rec("r" + std::to_string(count)));
    if (!next.ok()) {
      CHECK(next.error().code == ErrorCode::limit_exceeded);
      break;
    }
    after = *next;
  }
  CHECK(count > 500);
  CHECK(count < 10'000);
  // A new place for the neighbour makes room again.
  CHECK(between(first, between(first, "", "b"), "c") > first);
}

TEST_CASE("list: what is no place, or not in order, is refused", "[sync][list]") {
  for (const char* wrong : {"0", "V0", "a b", "-", "\xc3\xa8"}) {
    CHECK_FALSE(is_position(wrong));
    CHECK(position_between(wrong, "", rec("r")).error().code == ErrorCode::invalid_argument);
  }
  CHECK_FALSE(is_position(""));
  CHECK_FALSE(is_position(std::string(kPositionBytesMax + 1, 'a')));
  CHECK(position_between("V", "V", rec("r")).error().code == ErrorCode::invalid_argument);
  CHECK(position_between("W", "V", rec("r")).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("blob: a reference names the bytes by their content and comes back as it was",
          "[sync][blob]") {
  const std::vector<std::uint8_t> photo{1, 2, 3};
  const BlobRef blob{blob_digest(photo), photo.size(), "image/jpeg"};
  const auto value = encode_blob_ref(blob);
  REQUIRE(value.ok());
  CHECK(check_value(Value{*value}).ok());
  CHECK(*decode_blob_ref(*value) == blob);
  CHECK_FALSE(blob_digest(std::vector<std::uint8_t>{1, 2}) == blob.content);
}

TEST_CASE("blob: other bytes are no reference", "[sync][blob]") {
  const auto good = encode_blob_ref({blob_digest({}), 300, "audio/ogg"});
  REQUIRE(good.ok());
  for (std::size_t size = 0; size < good->data.size(); ++size) {
    INFO(size);
    Bytes cut;
    cut.data.assign(good->data.begin(), good->data.begin() + static_cast<std::ptrdiff_t>(size));
    const auto read = decode_blob_ref(cut);
    CHECK_FALSE((read.ok() && read->media_type == "audio/ogg"));
  }
  Bytes longer = *good;
  longer.data.push_back('x');
  CHECK_FALSE(decode_blob_ref(longer).ok());
  Bytes later = *good;
  later.data[0] = 9;
  CHECK(decode_blob_ref(later).error().code == ErrorCode::wrong_version);
  for (const char* type : {"", "image", "/jpeg", "image/", "image/jp eg", "image/\xc3\xa8"}) {
    CHECK_FALSE(encode_blob_ref({blob_digest({}), 1, type}).ok());
  }
}

TEST_CASE("blob: two photos taken at once both survive", "[sync][blob][P4]") {
  Peer a("A");
  Peer b("B");
  const auto photo = [](std::uint8_t byte) {
    return Value{*encode_blob_ref({blob_digest(std::vector<std::uint8_t>{byte}), 1, "image/png"})};
  };
  a.write({op_on("r1", "photo", WriteOp{photo(1)})});
  b.write({op_on("r1", "photo", WriteOp{photo(2)})});
  sync_both(a, b);
  CHECK(a.values("photo").size() == 2);
  CHECK(a.digest() == b.digest());
  a.write({op_on("r1", "photo", WriteOp{photo(1)})});
  b.pull(a);
  CHECK(b.values("photo") == std::vector<Value>{photo(1)});
}
