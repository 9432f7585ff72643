#include "findings/match_ledger.hpp"

#include <boost/json.hpp>

#include "ledger_file.hpp"
#include "ledger_line.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr const char* kWhat = "decisions about matches";

sync::Digest seal(const sync::Digest& before, const MatchDecision& one) {
  sync::Hasher hasher("insieme match ledger v1");
  hasher.add(before).add(one.key).add(std::uint64_t{one.dismissed ? 1U : 0U}).add(one.reason);
  hasher.add(std::uint64_t{one.evidence.size()});
  for (const std::string& word : one.evidence) hasher.add(word);
  return hasher.add(one.by).add(static_cast<std::uint64_t>(one.at_ms)).finish();
}

std::string line_of(const MatchDecision& one, const sync::Digest& hash) {
  json::array evidence;
  for (const std::string& word : one.evidence) evidence.emplace_back(word);
  return json::serialize(json::object{{"finding", one.key},
                                      {"dismissed", one.dismissed},
                                      {"reason", one.reason},
                                      {"evidence", std::move(evidence)},
                                      {"by", one.by},
                                      {"at_ms", one.at_ms},
                                      {"hash", sync::to_hex(hash)}}) +
         "\n";
}

std::optional<LedgerLine<MatchDecision>> parse_line(std::string_view text) {
  LedgerMembers members(text);
  LedgerLine<MatchDecision> line;
  line.entry.key = members.text("finding");
  line.entry.dismissed = members.flag("dismissed");
  line.entry.reason = members.text("reason");
  line.entry.evidence = members.texts("evidence");
  line.entry.by = members.text("by");
  line.entry.at_ms = members.number("at_ms");
  line.hash = members.digest("hash");
  if (!members.whole()) return std::nullopt;
  return line;
}

}  // namespace

Result<std::map<std::string, MatchDecision>> MatchLedger::read() const {
  LedgerFile file(path_, kWhat, LedgerFile::For::reading);
  std::map<std::string, MatchDecision> last;
  if (file.missing()) return last;
  INSIEME_TRY(follow_chain(file, parse_line, seal, [&last](MatchDecision one) {
    last.insert_or_assign(one.key, std::move(one));
  }));
  return last;
}

Status MatchLedger::append(const MatchDecision& decision) const {
  LedgerFile file(path_, kWhat, LedgerFile::For::appending);
  INSIEME_TRY_ASSIGN(const sync::Digest before,
                     follow_chain(file, parse_line, seal, [](const MatchDecision&) {}));
  return file.append(line_of(decision, seal(before, decision)));
}

}  // namespace insieme::server
