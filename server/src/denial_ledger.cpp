#include "denial_ledger.hpp"

#include <boost/json.hpp>

#include <map>
#include <optional>
#include <utility>

#include "insieme/sync/digest.hpp"
#include "ledger_file.hpp"
#include "ledger_line.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr const char* kWhat = "denials";

sync::Digest line_hash(const sync::Digest& before, const DenialEntry& entry) {
  return sync::Hasher("insieme denial ledger v1")
      .add(before)
      .add(std::span<const std::uint8_t>(entry.dossier.bytes))
      .add(std::string_view(entry.denial.account))
      .add(std::uint64_t{entry.denied ? 1U : 0U})
      .add(std::string_view(join_names(entry.denial.sections)))
      .add(std::string_view(join_names(entry.denial.except)))
      .add(std::string_view(entry.denial.set_by))
      .add(static_cast<std::uint64_t>(entry.denial.since_ms))
      .finish();
}

std::string line_of(const DenialEntry& entry, const sync::Digest& hash) {
  const json::object line{{"dossier", sync::to_text(entry.dossier)},
                          {"account", entry.denial.account},
                          {"denied", entry.denied},
                          {"sections", join_names(entry.denial.sections)},
                          {"except", join_names(entry.denial.except)},
                          {"by", entry.denial.set_by},
                          {"at_ms", entry.denial.since_ms},
                          {"hash", sync::to_hex(hash.bytes)}};
  return json::serialize(line) + "\n";
}

std::optional<LedgerLine<DenialEntry>> parse_line(std::string_view text) {
  LedgerMembers members(text);
  LedgerLine<DenialEntry> line;
  const auto dossier = sync::id_from_text<sync::DossierId>(members.text("dossier"));
  line.entry.denial.account = members.text("account");
  line.entry.denial.sections = split_names(members.text("sections"));
  line.entry.denial.except = split_names(members.text("except"));
  line.entry.denial.set_by = members.text("by");
  line.entry.denied = members.flag("denied");
  line.entry.denial.since_ms = members.number("at_ms");
  line.hash = members.digest("hash");
  if (!members.whole() || !dossier.ok()) return std::nullopt;
  line.entry.dossier = *dossier;
  return line;
}

}  // namespace

Result<std::vector<DenialEntry>> DenialLedger::read() const {
  LedgerFile file(path_, kWhat, LedgerFile::For::reading);
  std::map<std::pair<sync::DossierId, std::string>, DenialEntry> last;
  INSIEME_TRY(follow_chain(file, parse_line, line_hash, [&](DenialEntry entry) {
    last.insert_or_assign(std::pair(entry.dossier, entry.denial.account), std::move(entry));
  }));
  std::vector<DenialEntry> entries;
  for (auto& [key, entry] : last) entries.push_back(std::move(entry));
  return entries;
}

Status DenialLedger::append(const DenialEntry& entry) const {
  LedgerFile file(path_, kWhat, LedgerFile::For::appending);
  INSIEME_TRY_ASSIGN(const sync::Digest before,
                     follow_chain(file, parse_line, line_hash, [](const DenialEntry&) {}));
  return file.append(line_of(entry, line_hash(before, entry)));
}

}  // namespace insieme::server
