#include "storage/marks.hpp"

#include <algorithm>
#include <limits>

#include "storage/writer.hpp"

namespace insieme::client {
namespace {

/// One section of a dossier that is held here.
struct Place {
  sync::DocumentId id;
  OpenDocument* document = nullptr;  ///< null: nothing was ever written there
  sync::DocumentMarks marks;
};

/// Where the server's log has the first change that made it. Nothing: folded, or not there.
std::optional<std::int64_t> position_of(Core& core, const Place& home,
                                        const sync::DocumentMarks::Group& group) {
  std::optional<std::int64_t> first;
  for (const sync::Dot& dot : group.dots) {
    const auto logged = find_change(core, home.document->n, dot.replica, dot.seq);
    if (!logged || !logged->position) continue;
    first = first ? std::min(*first, *logged->position) : *logged->position;
  }
  return first;
}

/// What everybody could see of a document when the server's log was that long.
sync::VersionVector taken_before(Core& core, const Place& place,
                                 std::optional<std::int64_t> position) {
  sync::VersionVector seen;
  if (place.document == nullptr) return seen;
  seen = place.document->horizon.version();
  auto& rows = core.db.cached(
      "SELECT replica, max(seq) FROM changes WHERE document = ? AND position IS NOT NULL AND "
      "position < ? GROUP BY replica");
  const sqlite::ResetGuard guard(rows);
  rows.bind_all(place.document->n,
                position.value_or(std::numeric_limits<std::int64_t>::max()));
  while (rows.step()) {
    const auto* replica = core.dictionary.id_at(static_cast<std::uint32_t>(rows.get_int64(0)));
    if (replica == nullptr) continue;
    seen.raise(sync::ReplicaId{*replica}, static_cast<std::uint64_t>(rows.get_int64(1)));
  }
  return seen;
}

class MarkBringer {
 public:
  MarkBringer(Core& core, const sync::DossierId& dossier, const std::vector<std::string>& sections)
      : core_(core), documents_(core, Access::read), dossier_(dossier) {
    for (const std::string& section : sections) {
      Place place{{dossier, section}, nullptr, {}};
      place.document = documents_.find(place.id);
      if (place.document != nullptr) {
        place.marks = marks_in_document(documents_.records(), place.document->n, place.id);
      }
      places_.push_back(std::move(place));
    }
  }

  bool bring(StoreWriter& writer) {
    bool wrote = false;
    for (const Place& place : places_) {
      std::vector<sync::Operation> ops;
      for (const Place& home : places_) {
        if (home.id == place.id) continue;
        add_missing(home, place, ops);
        take_back(home, place, ops);
      }
      if (ops.empty()) continue;
      // A section that may not be written after all is left to who may.
      wrote = writer.add(place.id, std::move(ops)).ok() || wrote;
    }
    return wrote;
  }

 private:
  void add(sync::Action action, std::vector<sync::Operation>& ops) const {
    ops.push_back({sync::marks_record(dossier_), std::string(sync::kMarksType),
                   std::string(sync::kMarksField), std::move(action), {}});
  }

  void add_missing(const Place& home, const Place& place, std::vector<sync::Operation>& ops) {
    for (const auto& group : home.marks.groups) {
      if (group.home != home.id.section) continue;
      if (place.marks.find(group.reason, group.subject) != nullptr) continue;
      const auto seen = taken_before(core_, place, position_of(core_, home, group));
      add(sync::AddOp{sync::mark_value({group.reason, group.subject, group.home, seen})}, ops);
    }
  }

  void take_back(const Place& home, const Place& place, std::vector<sync::Operation>& ops) {
    if (place.document == nullptr) return;
    const LoadedRecord& record = documents_.records().load(
        place.document->n, place.id, std::string(sync::kMarksType), sync::marks_record(dossier_));
    const sync::FieldState* field = record.state.field(sync::kMarksField);
    if (field == nullptr) return;
    for (const sync::SetMember& member : field->members) {
      const auto mark = sync::mark_of_value(member.element);
      if (!mark || mark->home != home.id.section) continue;
      if (home.marks.find(mark->reason, mark->subject) != nullptr) continue;
      add(sync::RemoveOp{member.element}, ops);
    }
  }

  Core& core_;
  Documents documents_;
  sync::DossierId dossier_;
  std::vector<Place> places_;
};

}  // namespace

sync::DocumentMarks marks_in_document(RecordCache& records, std::int64_t document,
                                      const sync::DocumentId& id) {
  const LoadedRecord& record = records.load(document, id, std::string(sync::kMarksType),
                                            sync::marks_record(id.dossier));
  return sync::marks_in(&record.state);
}

void note_marks_due(Core& core, const sync::DossierId& dossier) {
  core.db.cached("INSERT OR IGNORE INTO marks_due(dossier) SELECT n FROM dossiers WHERE id = ?")
      .bind_all(dossier.bytes)
      .run();
}

bool bring_marks(Core& core) {
  std::vector<std::pair<sync::DossierId, std::vector<std::string>>> due;
  {
    auto& rows = core.db.cached(
        "SELECT d.id, d.sections FROM marks_due m JOIN dossiers d ON d.n = m.dossier "
        "WHERE d.leaving = 0 AND d.may_review = 1 ORDER BY d.n");
    const sqlite::ResetGuard guard(rows);
    while (rows.step()) {
      due.emplace_back(id_from_blob<sync::DossierId>(rows.get_blob(0)),
                       split_words(rows.get_text(1)));
    }
  }
  core.db.cached("DELETE FROM marks_due").run();
  bool wrote = false;
  for (const auto& dossier : due) {
    StoreWriter writer(core);
    if (!MarkBringer(core, dossier.first, dossier.second).bring(writer)) continue;
    writer.finish();
    core.keep_stamp();  // what follows in this transaction may remove unsent changes
    wrote = true;
  }
  // What was brought is not to be looked at once more.
  if (wrote) core.db.cached("DELETE FROM marks_due").run();
  return wrote;
}

}  // namespace insieme::client
