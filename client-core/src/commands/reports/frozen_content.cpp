#include "commands/reports/frozen_content.hpp"

#include <algorithm>

#include "commands/lookup.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPieceBytes = 30'000;
constexpr std::size_t kNumberDigits = 4;
constexpr std::size_t kShortDigest = 16;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Which edits made the record what it is. It says nothing of what they wrote, so that a frozen
/// report gives nothing away of a record that is erased later.
Result<std::string> edits_digest(Context& context, const sync::RecordId& id) {
  INSIEME_TRY_ASSIGN(const RecordRef ref, context.store().locate(id));
  INSIEME_TRY_ASSIGN(const Facets facets, read_facets(context, ref));
  Versions edits;
  for (const StoredRecord& part : facets.parts) {
    edits[part.ref.document.section] = part.state.last_edits;
  }
  return digest_of("insieme frozen record v1", token_of(edits)).substr(0, kShortDigest);
}

}  // namespace

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    std::size_t end = std::min(kPieceBytes, text.size());
    while (end < text.size() && end > 1 && continues(text[end])) --end;
    std::string number = std::to_string(out.size());
    number.insert(0, kNumberDigits - std::min(number.size(), kNumberDigits), '0');
    out.push_back(number + ":" + std::string(text.substr(0, end)) + ".");
    text.remove_prefix(end);
  }
  return out;
}

std::optional<std::string> joined_pieces(std::vector<std::string> pieces) {
  std::sort(pieces.begin(), pieces.end());
  std::string out;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::size_t colon = pieces[i].find(':');
    if (colon != kNumberDigits || pieces[i].find_first_not_of("0123456789") != colon) return {};
    if (std::stoul(pieces[i].substr(0, colon)) != i) return {};
    if (pieces[i].back() != '.') return {};
    out += pieces[i].substr(colon + 1, pieces[i].size() - colon - 2);
  }
  return out;
}

Outcome<Positions> positions_of(Context& context, const Ran& ran) {
  Positions out;
  for (const std::string& type : schema::types_of(*ran.result.report)) {
    for (const schema::RuleRecord* record : ran.records->all(type)) {
      INSIEME_OUT_ASSIGN(const RecordRef ref, context.store().locate(record->id));
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
      for (const auto& [section, version] : facets.versions()) {
        const std::string key = sync::to_text(record->dossier) + "/" + section;
        if (out.count(key) != 0) continue;
        out[key] = digest_of("insieme frozen position v1", token_of({{section, version}}))
                       .substr(0, kShortDigest);
      }
    }
  }
  return out;
}

Outcome<Counted> counted_in(Context& context, const Ran& ran) {
  Counted out;
  for (const reports::TableResult& table : ran.result.tables) {
    for (const reports::Figure& figure : table.figures) {
      if (figure.hidden) continue;
      for (const sync::RecordId& id : figure.records) {
        const std::string key = sync::to_text(id);
        if (out.count(key) != 0) continue;
        INSIEME_OUT_ASSIGN(out[key], edits_digest(context, id));
      }
    }
  }
  return out;
}

std::string lines_of(const std::map<std::string, std::string, std::less<>>& all) {
  std::string out;
  for (const auto& [key, digest] : all) out += key + "=" + digest + "\n";
  return out;
}

std::map<std::string, std::string, std::less<>> from_lines(std::string_view text) {
  std::map<std::string, std::string, std::less<>> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos) {
      out.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string digest_of(std::string_view domain, std::string_view text) {
  return sync::to_hex(sync::Hasher(domain).add(text).finish());
}

}  // namespace insieme::client::commands
