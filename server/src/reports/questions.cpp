// Questions and decisions: those in the documents are a function of their state, as on a tablet.
#include <algorithm>
#include <limits>

#include "insieme/server/reporting.hpp"
#include "insieme/sync/dossier_mark.hpp"
#include "reports/own_records.hpp"
#include "reports/replay.hpp"
#include "reports/space_reader.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kQuestion = "server_question";

std::string kind_of(sync::ItemKind kind) {
  switch (kind) {
    case sync::ItemKind::concurrent_values:
      return "valori";
    case sync::ItemKind::edited_after_retraction:
      return "dopo_annullamento";
    case sync::ItemKind::concurrent_lifecycle:
      return "annullamento";
    case sync::ItemKind::text_overlap:
      return "testo";
    case sync::ItemKind::provisional_spend:
      return "spesa";
    case sync::ItemKind::edited_after_closure:
      return "dopo_chiusura";
  }
  return "valori";
}

std::set<std::string> all_sections() {
  std::set<std::string> out;
  for (const schema::Section& section : server_bundle().sections) out.insert(section.name);
  return out;
}

class Collector {
 public:
  Collector(std::int64_t now_ms, std::vector<schema::RuleRecord>& out)
      : now_ms_(now_ms), out_(out) {}

  void read(const sync::Document& document) {
    const auto policy = [](std::string_view type, std::string_view field) {
      return server_bundle().policy(type, field);
    };
    const auto marked = document.records().find(sync::marks_record(document.id().dossier));
    const sync::DocumentMarks marks =
        sync::marks_in(marked == document.records().end() ? nullptr : &marked->second);
    for (const auto& [id, state] : document.records()) {
      for (const sync::ReviewItem& item : sync::review_items(state, policy, marks)) {
        add(document, state, item.kind, sync::to_text(id) + item.field, item.generation,
            item.contested ? "contestata" : "aperta", came_up(document, item.dots), {});
      }
      for (const sync::Decision& decision : state.decisions) {
        if (decision.outcome == sync::Outcome::contest) continue;
        add(document, state, decision.item, sync::to_text(id) + decision.field,
            decision.mark.dot.seq * 1'000 + decision.mark.dot.op, "risolta",
            came_up(document, decision.decided), decision.mark.stamp.ms);
      }
    }
  }

 private:
  /// When the second of those who disagree wrote; of one alone, when that one did.
  static std::optional<std::int64_t> came_up(const sync::Document& document,
                                             const std::vector<sync::Dot>& dots) {
    std::vector<std::int64_t> times;
    for (const sync::Dot& dot : dots) {
      const sync::Change* change = document.find(dot.replica, dot.seq);
      if (change != nullptr) times.push_back(change->header.stamp.ms);
    }
    std::sort(times.begin(), times.end());
    if (times.empty()) return std::nullopt;
    return times[std::min<std::size_t>(1, times.size() - 1)];
  }

  void add(const sync::Document& document, const sync::RecordState& state, sync::ItemKind kind,
           const std::string& about, std::uint64_t generation, const char* what,
           std::optional<std::int64_t> opened_ms, std::optional<std::int64_t> decided_ms) {
    OwnRecord one(kQuestion,
                  sync::to_text(document.id()) + about + what + std::to_string(generation));
    one.record.dossier = document.id().dossier;
    one.set_text("kind", kind_of(kind));
    one.set_text("state", what);
    one.set_text("record_type", state.type);
    if (opened_ms) {
      one.set_day("opened_on", *opened_ms);
      one.set("days", days_between(*opened_ms, decided_ms.value_or(now_ms_)));
    }
    if (decided_ms) one.set_day("decided_on", *decided_ms);
    out_.push_back(std::move(one.record));
  }

  std::int64_t now_ms_;
  std::vector<schema::RuleRecord>& out_;
};

bool is_told(const ReportSight* sight, const sync::DocumentId& document) {
  return sight == nullptr || sight->sees(document.dossier, document.section);
}

void add_held(Repository& repository, std::int64_t now_ms, const ReportSight* sight,
              std::vector<schema::RuleRecord>& out) {
  for (const HeldInfo& held : repository.held()) {
    if (!is_told(sight, held.change.document)) continue;
    OwnRecord one(kQuestion, "held " + std::to_string(held.position));
    one.record.dossier = held.change.document.dossier;
    const bool waits = held.state == HeldState::waiting;
    one.set_text("kind", "consegna");
    one.set_text("state", waits ? "aperta" : "risolta");
    one.set_day("opened_on", held.received_ms);
    if (waits) one.set("days", days_between(held.received_ms, now_ms));
    out.push_back(std::move(one.record));
  }
}

using Written = std::map<std::string, std::vector<schema::RuleRecord>>;  ///< by type

/// What people decided about what the system noticed: a record of theirs.
void add_findings(const Written& written, std::vector<schema::RuleRecord>& out) {
  const auto records = written.find("finding");
  if (records == written.end()) return;
  for (const schema::RuleRecord& record : records->second) {
    OwnRecord one(kQuestion, "finding " + sync::to_text(record.id));
    one.record.dossier = record.dossier;
    const auto state = record.values.find("state");
    const bool open = state != record.values.end() && !state->second.empty() &&
                      sync::equal(state->second.front(), sync::Value{std::string("aperta")});
    one.set_text("kind", "segnalazione");
    one.set_text("state", open ? "aperta" : "risolta");
    one.set_text("record_type", record.type);
    out.push_back(std::move(one.record));
  }
}

/// A question lies where its household lives.
void add_communes(const Written& written, std::vector<schema::RuleRecord>& out) {
  const auto households = written.find("household");
  if (households == written.end()) return;
  std::map<sync::DossierId, std::vector<sync::Value>> communes;
  for (const schema::RuleRecord& household : households->second) {
    const auto commune = household.values.find("commune");
    if (commune != household.values.end()) communes[household.dossier] = commune->second;
  }
  for (schema::RuleRecord& one : out) {
    const auto commune = communes.find(one.dossier);
    if (commune != communes.end()) one.values["commune"] = commune->second;
  }
}

}  // namespace

Result<std::vector<schema::RuleRecord>> question_records(Repository& repository,
                                                         std::int64_t now_ms,
                                                         const ReportSight* sight) {
  std::vector<schema::RuleRecord> out;
  Collector collector(now_ms, out);
  SpaceReader people({"finding", "household"});
  INSIEME_TRY(
      replay_documents(repository, all_sections(), [&](const sync::Document& document) {
        if (!is_told(sight, document.id())) return;
        collector.read(document);
        people.read(document);
      }));
  const Written written = people.take();
  add_held(repository, now_ms, sight, out);
  add_findings(written, out);
  add_communes(written, out);
  return out;
}

}  // namespace insieme::server
