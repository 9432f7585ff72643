// An archive with a sound seal around whatever lines: taken or refused, never half-written, and the
// store is sound.
#include <boost/json.hpp>

#include "exports/archive.hpp"
#include "fuzz_input.hpp"
#include "fuzz_store.hpp"

using namespace insieme;
namespace json = boost::json;

namespace {

/// Those of the lines that are objects: the seal is of no interest here.
std::vector<json::object> lines_in(std::string_view text) {
  std::vector<json::object> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    boost::system::error_code failed;
    json::value value = json::parse(json::string_view(text.data(), end), failed);
    if (!failed && value.is_object()) out.push_back(std::move(value.get_object()));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Tablet tablet([](const client::HttpRequest&) { return client::HttpReply{}; });
  const std::string text(data, data + size);
  const std::string content = client::exports::sealed_lines(lines_in(text));
  const json::value reply = json::parse(tablet.call(json::serialize(
      json::object{{"command", "archive.import"}, {"request_id", "r"}, {"content", content}})));
  const auto report = tablet.engine().store().verify();
  fuzzing::expect(report.ok() && report->problems.empty());
  // What cannot be read is refused before anything is written.
  const auto dossiers = tablet.engine().store().dossier_ids();
  const json::object& object = reply.as_object();
  const bool unread = !object.at("ok").as_bool() &&
                      object.at("error").as_object().at("code").as_string() == "malformed";
  fuzzing::expect(dossiers.ok() && (!unread || dossiers->size() == 1));
  return 0;
}
