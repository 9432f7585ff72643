#include <cmath>
#include <limits>

#include "insieme/sync/limits.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// In their order.
std::vector<Value> ladder() {
  return {Null{},
          false,
          true,
          std::int64_t{-3},
          std::int64_t{0},
          std::int64_t{9},
          -1.5,
          0.0,
          2.25,
          std::string(),
          std::string("Zoe"),
          std::string("a"),
          std::string("a\x00z", 3),
          std::string("ab"),
          std::string("\xc3\xa8"),
          Bytes{{}},
          Bytes{{1}},
          Bytes{{1, 0}},
          Bytes{{0x80}},
          Date{-1},
          Date{20'000},
          Instant{-1},
          Instant{5},
          Reference{rec("a")},
          Reference{rec("b")}};
}

}  // namespace

TEST_CASE("values: one total order, by kind and then by content", "[sync]") {
  const auto values = ladder();
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < values.size(); ++j) {
      INFO(i << " " << j);
      CHECK(compare(values[i], values[j]) == (i <=> j));
      CHECK(equal(values[i], values[j]) == (i == j));
    }
  }
}

TEST_CASE("values: every kind survives encoding", "[sync]") {
  for (const Value& value : ladder()) {
    const std::vector<Operation> ops{set_op("f", value)};
    const auto back = decode_body(encode_body(ops));
    REQUIRE(back.ok());
    CHECK(*back == ops);
  }
}

TEST_CASE("values: extreme numbers survive encoding", "[sync]") {
  for (const Value& value :
       {Value{std::numeric_limits<std::int64_t>::min()},
        Value{std::numeric_limits<std::int64_t>::max()}, Value{std::numeric_limits<double>::max()},
        Value{std::numeric_limits<double>::denorm_min()},
        Value{Date{std::numeric_limits<std::int32_t>::min()}},
        Value{Instant{std::numeric_limits<std::int64_t>::min()}}}) {
    const auto back = decode_body(encode_body({set_op("f", value)}));
    REQUIRE(back.ok());
    CHECK(equal(std::get<WriteOp>((*back)[0].action).value, value));
  }
}

TEST_CASE("values: what is not finite, or minus zero, is refused when saved and when read",
          "[sync]") {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(), -0.0}) {
    CHECK(check_value(bad).code() == ErrorCode::malformed);
    const auto back = decode_body(encode_body({set_op("f", Value{bad})}));
    REQUIRE_FALSE(back.ok());
    CHECK(back.error().code == ErrorCode::malformed);
  }
}

TEST_CASE("values: limits are those of limits.hpp", "[sync]") {
  CHECK(check_value(std::string(kStringBytesMax, 'a')).ok());
  CHECK(check_value(std::string(kStringBytesMax + 1, 'a')).code() == ErrorCode::limit_exceeded);
  CHECK(check_value(Bytes{std::vector<std::uint8_t>(kBytesValueMax)}).ok());
  CHECK(check_value(Bytes{std::vector<std::uint8_t>(kBytesValueMax + 1)}).code() ==
        ErrorCode::limit_exceeded);
}

TEST_CASE("UTF-8: well-formed sequences at the edges of every length", "[sync]") {
  for (const char* good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
                           "e\xcc\x80", "perch\xc3\xa9"}) {
    CHECK(is_valid_utf8(good));
  }
  CHECK(is_valid_utf8(std::string_view("a\0b", 3)));
}

TEST_CASE("UTF-8: overlong forms, surrogates, stray and missing bytes are refused", "[sync]") {
  for (const char* bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x20", "\xe0\x9f\xbf", "\xe0\xa0",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "a\xff"}) {
    CHECK_FALSE(is_valid_utf8(bad));
    CHECK(check_value(std::string(bad)).code() == ErrorCode::malformed);
  }
}
