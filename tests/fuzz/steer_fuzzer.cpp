// What a server answers whoever coordinates: whatever comes, it is an object without line ends in
// its texts, or refused.
#include <boost/json.hpp>

#include "commands/steer_ask.hpp"
#include "fuzz_input.hpp"

using namespace insieme;

namespace {

void expect_lines(const boost::json::value& value) {
  if (const auto* text = value.if_string()) {
    for (const char c : *text) fuzzing::expect(static_cast<unsigned char>(c) >= 0x20U);
  } else if (const auto* array = value.if_array()) {
    for (const boost::json::value& one : *array) expect_lines(one);
  } else if (const auto* object = value.if_object()) {
    for (const auto& member : *object) expect_lines(member.value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = client::parse_steer(fuzzing::bytes_of(data, size));
  if (!parsed.ok()) {
    fuzzing::expect(parsed.error().code == ErrorCode::malformed);
    return 0;
  }
  expect_lines(*parsed);
  return 0;
}
