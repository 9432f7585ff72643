// The access log as records: R15.
#include <optional>
#include <tuple>

#include "insieme/schema/calendar.hpp"
#include "reports/own_records.hpp"

namespace insieme::server {
namespace {

/// What a record is one of. A busy year has many lines and few of these.
using Key = std::tuple<std::int32_t, std::string, sync::DossierId, AccessKind, std::string,
                       std::string, std::string>;

struct Sum {
  std::int64_t lines = 0;
  std::int64_t changes = 0;
};

std::string code_of(AccessKind kind) {
  switch (kind) {
    case AccessKind::read: return "lettura";
    case AccessKind::write: return "scrittura";
    case AccessKind::refused: return "diniego";
    case AccessKind::opened: return "apertura";
  }
  return {};
}

/// Of the sections those that may be told; nothing: of this line nothing is.
std::optional<std::vector<std::string>> told_of(const AccessNote& note, const ReportSight* sight) {
  if (sight == nullptr) return note.sections;
  if (sight->sections.count(note.dossier) == 0) return std::nullopt;
  std::vector<std::string> left;
  for (const std::string& one : note.sections) {
    if (sight->sees(note.dossier, one)) left.push_back(one);
  }
  if (left.empty() && !note.sections.empty()) return std::nullopt;
  return left;
}

Key key_of(const AccessRow& row, const std::vector<std::string>& sections) {
  const AccessNote& note = row.note;
  // What was opened in the field belongs to the day on which it was, not to that of the sync.
  const std::int64_t at = note.kind == AccessKind::opened ? note.opened_ms : row.at_ms;
  return {schema::date_in_rome(sync::Instant{at}).days,
          row.account,
          note.dossier,
          note.kind,
          join_names(sections),
          row.purpose.empty() ? "nessuno" : row.purpose,
          note.opened_for};
}

}  // namespace

std::vector<schema::RuleRecord> reading_records(Repository& repository,
                                                const ReportSight* sight) {
  std::map<Key, Sum> sums;
  repository.visit_access([&](const AccessRow& row) {
    const auto sections = told_of(row.note, sight);
    if (!sections) return true;
    Sum& sum = sums[key_of(row, *sections)];
    ++sum.lines;
    sum.changes += static_cast<std::int64_t>(row.note.changes);
    return true;
  });
  std::vector<schema::RuleRecord> out;
  out.reserve(sums.size());
  for (const auto& entry : sums) {
    const auto& [day, account, dossier, kind, sections, basis, purpose] = entry.first;
    const std::string id = sync::to_text(dossier);
    OwnRecord one("server_reading", std::to_string(day) + "/" + account + "/" + id + "/" +
                                        code_of(kind) + "/" + sections + "/" + basis + "/" +
                                        purpose);
    one.set_text("dossier_id", id);
    one.set_text("account", account);
    one.set_text("did", code_of(kind));
    one.set_text("sections", sections);
    one.set_text("basis", basis);
    one.set_text("purpose", purpose);
    one.set("on", sync::Date{day});
    one.set("lines", entry.second.lines);
    one.set("changes", entry.second.changes);
    out.push_back(std::move(one.record));
  }
  return out;
}

}  // namespace insieme::server
