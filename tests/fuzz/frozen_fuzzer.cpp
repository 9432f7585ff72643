// What a frozen report holds, as a colleague's device may have written it: the page and the pieces
// of its text. The first byte says which.
#include <boost/json.hpp>
#include <string>

#include "commands/reports/frozen_content.hpp"
#include "commands/reports/page_json.hpp"
#include "fuzz_input.hpp"
#include "insieme/sync/value.hpp"

using namespace insieme;
using namespace insieme::client::commands;

namespace {

void read_page(const std::string& text) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(text, failed);
  if (failed || !value.is_object()) return;
  const auto page = reports::page_from_json(value.get_object());
  if (!page.ok()) {
    fuzzing::expect(page.error().code == ErrorCode::malformed);
    return;
  }
  fuzzing::expect(page_as("csv", *page, "").ok());
  fuzzing::expect(page_as("html", *page, "").ok());
}

void read_pieces(const std::string& text) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\f', at), text.size());
    pieces.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  static_cast<void>(joined_pieces(pieces));
  if (sync::is_valid_utf8(text)) fuzzing::expect(joined_pieces(pieces_of(text)) == text);
  const auto lines = from_lines(text);
  fuzzing::expect(from_lines(lines_of(lines)) == lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  data[0] % 2 == 0 ? read_page(text) : read_pieces(text);
  return 0;
}
