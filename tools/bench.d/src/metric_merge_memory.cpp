// merge_concurrent in memory: the merge engine alone, without store, cipher and search. Each side
// is a set of objects; what travels are the frames of a synchronisation.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "bench.hpp"
#include "insieme/sync/frontier.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/protocol.hpp"
#include "insieme/sync/review.hpp"
#include "subject.hpp"

namespace insieme::bench {
namespace {

using Frames = std::vector<std::vector<std::uint8_t>>;
constexpr std::int64_t kBeginMs = 1'800'000'000'000;

/// One document of one side.
struct Held {
  sync::Frontier frontier;
  std::map<std::pair<sync::ReplicaId, std::uint64_t>, sync::ChangeId> log;
  std::unordered_map<sync::RecordId, sync::RecordState> records;
};

class Side {
 public:
  Side(std::uint8_t number, const char* author, std::size_t documents)
      : author_(author), documents_(documents) {
    replica_.bytes[0] = number;
  }

  void write(std::size_t document, std::vector<sync::Operation> ops) {
    sync::Change change;
    change.header.document = id_of(document);
    documents_[document].frontier.fill_next(change.header, replica_);
    change.header.stamp = {kBeginMs + ++written_, 0};
    change.header.author = author_;
    change.header.schema_version = 1;
    change.header.body_digest = sync::digest_body(kKey, sync::encode_body(ops));
    change.ops = std::move(ops);
    take(change);
    unsent_.push_back(std::move(change));
  }

  /// What was written since the last call.
  Frames gather() {
    Frames frames;
    sync::SyncReply page;
    std::size_t bytes = 0;
    const auto close = [&] {
      if (!page.items.empty()) frames.push_back(sync::encode_message(page));
      page.items.clear();
      bytes = 0;
    };
    for (sync::Change& change : unsent_) {
      const std::size_t size = sync::encoded_size(change);
      if (bytes + size > sync::kMessageBytesTarget ||
          page.items.size() == sync::kChangesPerMessageMax) {
        close();
      }
      bytes += size;
      page.items.push_back({++position_, std::move(change)});
    }
    close();
    unsent_.clear();
    return frames;
  }

  void receive(const Frames& frames) {
    for (const auto& frame : frames) {
      const auto message = must(sync::decode_message(frame));
      for (const sync::StreamItem& item : std::get<sync::SyncReply>(message).items) {
        sync::Change change = std::get<sync::Change>(item.content);
        sync::complete(change, kKey);
        must(sync::check_header(change.header));
        must(sync::check_ops(*change.ops));
        take(change);
      }
    }
  }

  [[nodiscard]] const sync::RecordState& record(const VisitRow& row) const {
    return documents_[row.document].records.at(row.id);
  }

 private:
  static constexpr sync::DossierKey kKey{};

  static sync::DocumentId id_of(std::size_t document) {
    sync::DocumentId id;
    for (std::size_t i = 0; i < sizeof(document); ++i) {
      id.dossier.bytes[i] = static_cast<std::uint8_t>((document + 1) >> (8 * i));  // nil is none
    }
    id.section = "core";
    return id;
  }
  static std::size_t place_of(const sync::DocumentId& id) {
    std::size_t document = 0;
    for (std::size_t i = 0; i < sizeof(document); ++i) {
      document |= static_cast<std::size_t>(id.dossier.bytes[i]) << (8 * i);
    }
    return document - 1;
  }

  void take(const sync::Change& change) {
    const sync::ChangeHeader& header = change.header;
    Held& held = documents_[place_of(header.document)];
    const auto ids = [&](const sync::ReplicaId& replica,
                         std::uint64_t seq) -> std::optional<sync::ChangeId> {
      const auto at = held.log.find({replica, seq});
      return at == held.log.end() ? std::nullopt : std::optional(at->second);
    };
    const auto admission = must(held.frontier.admit(header, ids));
    must(sync::check_contexts(*change.ops, admission.deps));
    held.frontier.advance(header, admission);
    held.log.emplace(std::pair(header.replica, header.seq), admission.id);
    for (std::size_t i = 0; i < change.ops->size(); ++i) {
      const sync::Operation& op = (*change.ops)[i];
      sync::RecordState& record = held.records[op.record];
      record.id = op.record;
      const sync::Dot dot{header.replica, header.seq, static_cast<std::uint32_t>(i)};
      sync::apply(record, op, {dot, header.stamp, header.author, admission.deps});
    }
  }

  sync::ReplicaId replica_;
  std::string author_;
  std::vector<Held> documents_;
  std::vector<sync::Change> unsent_;
  std::int64_t written_ = 0;
  std::uint64_t position_ = 0;
};

sync::Operation write_of(const VisitRow& row, const char* field, sync::Value value) {
  return {row.id, "visit", field, sync::WriteOp{std::move(value)}, {}};
}

sync::Operation note_of(const VisitRow& row, std::string_view before, std::string_view after) {
  return {row.id, "visit", "note", sync::SpliceOp{sync::diff_text(before, after)}, {}};
}

void append_new(const VisitRow& row, const Workload& workload, std::vector<sync::Operation>& ops) {
  ops.push_back(write_of(row, "case_id", sync::Reference{workload.cases[row.document]}));
  ops.push_back(write_of(row, "educator", row.educator));
  ops.push_back(write_of(row, "date", sync::Date{static_cast<std::int32_t>(row.score) + 19'000}));
  ops.push_back(write_of(row, "minutes", row.minutes));
  ops.push_back(write_of(row, "place", row.place));
  ops.push_back(write_of(row, "code_one", row.codes[0]));
  ops.push_back(write_of(row, "code_two", row.codes[1]));
  ops.push_back(write_of(row, "code_three", row.codes[2]));
  ops.push_back(note_of(row, {}, row.note));
  ops.push_back(write_of(row, "score", row.score));
  ops.push_back(write_of(row, "amount", row.cents));
}

std::string new_note(std::size_t i) {
  std::string note;
  while (note.size() < 200) note += fmt::format("{} ", i);
  note.resize(200);
  return note;
}

/// How many edits of one document make one change.
enum class Grain : std::uint8_t { document, edit };

/// `edit` appends the operations of one record; both sides write what theirs says.
template <class Edit>
void write_rows(Side& side, const Workload& workload, std::size_t count, Grain grain, Edit edit) {
  std::vector<sync::Operation> ops;
  for (std::size_t i = 0; i < count; ++i) {
    const VisitRow& row = workload.rows[i];
    edit(i, row, ops);
    const bool last = i + 1 == count || workload.rows[i + 1].document != row.document;
    if (!last && grain == Grain::document) continue;
    side.write(row.document, std::move(ops));
    ops.clear();
  }
}

/// What is counted. A function of its own, for profilers.
[[gnu::noinline]] void exchange_in_memory(Side& a, Side& b) {
  const Frames from_a = a.gather();
  const Frames from_b = b.gather();
  b.receive(from_a);
  a.receive(from_b);
}

/// The same values, assigned: what nobody can do with less.
[[gnu::noinline]] Cost assign_in_memory(const Workload& workload, std::size_t count) {
  std::vector<std::unordered_map<sync::RecordId, VisitRow>> sides(2);
  for (auto& side : sides) {
    for (const VisitRow& row : workload.rows) side.emplace(row.id, row);
  }
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < count; ++i) notes.push_back(new_note(i));
  return timed([&] {
    for (std::size_t i = 0; i < count; ++i) {
      VisitRow& one = sides[0].at(workload.rows[i].id);
      one.minutes = 999;
      one.place = "scuola";
      VisitRow& other = sides[1].at(workload.rows[i].id);
      other.note = notes[i];
      other.place = "sede";
    }
  });
}

/// Both have the same bytes, what only one changed is there, and of `place` both are asked.
void check_merged(const Side& a, const Side& b, const Workload& workload, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const sync::RecordState& one = a.record(workload.rows[i]);
    const sync::RecordState& other = b.record(workload.rows[i]);
    const bool whole = one.field("note")->text.text() == new_note(i) &&
                       one.field("minutes")->survivors.size() == 1 &&
                       one.field("place")->survivors.size() == 2 &&
                       sync::review_items(one, {}).size() == 1;
    if (!whole || sync::encode_record(one) != sync::encode_record(other)) {
      stop("two sides did not merge to the same");
    }
  }
}

Cost merge_once(const Workload& workload, std::size_t documents, std::size_t count, Grain grain) {
  Side a(1, "anna", documents);
  Side b(2, "bruno", documents);
  write_rows(a, workload, workload.rows.size(), Grain::document,
             [&](std::size_t, const VisitRow& row, auto& ops) { append_new(row, workload, ops); });
  b.receive(a.gather());
  write_rows(a, workload, count, grain, [&](std::size_t i, const VisitRow& row, auto& ops) {
    ops.push_back(note_of(row, row.note, new_note(i)));
    ops.push_back(write_of(row, "place", std::string("sede")));
  });
  write_rows(b, workload, count, grain, [&](std::size_t, const VisitRow& row, auto& ops) {
    ops.push_back(write_of(row, "minutes", std::int64_t{999}));
    ops.push_back(write_of(row, "place", std::string("scuola")));
  });
  const Cost cost = timed([&] { exchange_in_memory(a, b); });
  check_merged(a, b, workload, count);
  return cost;
}

}  // namespace

void measure_merge_in_memory(Bench& bench) {
  const std::size_t rows = bench.scale.rows.front();
  const std::size_t count = std::min<std::size_t>(10'000, rows);
  const Workload workload = make_workload(bench.seed, rows, bench.scale.documents);
  for (const Grain grain : {Grain::document, Grain::edit}) {
    Runs runs;
    for (std::size_t run = 0; run < bench.scale.runs; ++run) {
      const Cost ours = merge_once(workload, bench.scale.documents, count, grain);
      runs.add({ours, assign_in_memory(workload, count)});
    }
    const char* how = grain == Grain::document ? "a change a document" : "a change an edit";
    Figure figure = runs.rate("merge_concurrent",
                              fmt::format("in memory, {} a side, {}", count, how), "edits/s",
                              2 * static_cast<double>(count));
    figure.baseline = "the same values assigned";
    figure.note = "frames made, read and merged on both sides; an edit is two fields of a record";
    bench.report.add(std::move(figure));
  }
}

}  // namespace insieme::bench
