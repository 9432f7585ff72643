// The command call: raw bytes, which may be no JSON at all, over a store with something in it. A
// request that names a file gets one in the tablet's own folder. Whatever was asked, the store is
// whole afterwards.
#include <boost/json.hpp>

#include "fuzz_input.hpp"
#include "fuzz_store.hpp"

using namespace insieme;
namespace json = boost::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string request(data, data + size);
  fuzzing::Tablet tablet([](const client::HttpRequest&) { return client::HttpReply{}; });
  json::error_code error;
  json::value value = json::parse(request, error);
  if (!error && value.is_object() && value.get_object().contains("path")) {
    value.get_object()["path"] = tablet.file("file");
    request = json::serialize(value);
  }
  static_cast<void>(tablet.call(request));
  static_cast<void>(tablet.call(request));
  const auto report = tablet.engine().store().verify();
  fuzzing::expect(report.ok() && report->problems.empty());
  return 0;
}
