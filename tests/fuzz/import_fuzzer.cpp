// Import of a CSV: good lines become records, the others are named, and nothing is half-written.
#include <boost/json.hpp>

#include "fuzz_input.hpp"
#include "fuzz_store.hpp"

using namespace insieme;
namespace json = boost::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Tablet tablet([](const client::HttpRequest&) { return client::HttpReply{}; });
  const std::string content(data, data + size);
  static_cast<void>(tablet.call(json::serialize(json::object{
      {"command", "import"}, {"request_id", "r"}, {"type", "household"}, {"content", content}})));
  const auto report = tablet.engine().store().verify();
  fuzzing::expect(report.ok() && report->problems.empty());
  return 0;
}
