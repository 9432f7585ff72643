// meta_bytes_per_row and history_growth: what a store weighs beyond its values.
#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <functional>

#include "bench.hpp"
#include "floor.hpp"
#include "tablet.hpp"

namespace insieme::bench {
namespace {

void insert_everything(Subject& subject, const Workload& workload) {
  const auto dossiers = create_cases(subject, workload);
  for (std::size_t at = 0; at < workload.rows.size(); at += kBatch) {
    const std::span<const VisitRow> batch(&workload.rows[at],
                                          std::min(kBatch, workload.rows.size() - at));
    subject.call(save_request(batch, dossiers, workload, fmt::format("batch-{}", at)));
  }
}

std::uint64_t closed_bytes(const std::string& path) {
  auto db = open_encrypted(path);
  return settled_bytes(db);
}

std::uint64_t floor_bytes(const std::string& path, const Workload& workload) {
  Floor floor(path, Duty::searched);
  for (std::size_t at = 0; at < workload.rows.size(); at += kBatch) {
    floor.insert({&workload.rows[at], std::min(kBatch, workload.rows.size() - at)}, {});
  }
  return settled_bytes(floor.db());
}

/// What a file holds, and how much of it is in use: pages that were given back stay in the file for
/// what comes next.
struct Weight {
  double file = 0;
  double in_use = 0;
};
Weight weight_of(const std::string& path) {
  auto db = open_encrypted(path);
  const auto number = [&db](const char* pragma) {
    auto row = db.prepare(pragma);
    return row.step() ? static_cast<double>(row.get_int64(0)) : 0.0;
  };
  Weight weight;
  weight.file = static_cast<double>(settled_bytes(db));
  weight.in_use =
      weight.file - number("PRAGMA freelist_count") * number("PRAGMA page_size");
  return weight;
}

/// A row of a record's as it stands in requests.
std::string minutes_of(const VisitRow& row, std::size_t minutes) {
  return fmt::format(R"({{"record":"{}","fields":{{"minutes":{}}}}})", sync::to_text(row.id),
                     minutes);
}

/// A tablet of its own whose documents are folded as soon as everything is sent and acknowledged.
class Folding {
 public:
  explicit Folding(const std::filesystem::path& folder)
      : hub_(folder, {1, 1}), anna_(hub_, folder, "anna", "educator", 1) {
    anna_.enrol();
  }
  [[nodiscard]] Subject& subject() { return anna_.subject; }
  /// Until nothing more is told.
  void come_to_rest() {
    std::uint64_t before = 0;
    for (int round = 0; round < 200; ++round) {
      anna_.link.reset();
      anna_.synchronise();
      const auto& counted = anna_.link.counted();
      const std::uint64_t bytes = counted.sent_bytes + counted.received_bytes;
      if (counted.turns == 1 && bytes == before) return;
      before = bytes;
    }
    stop("synchronisation does not come to rest");
  }
  /// A backup of the server as it is now was made and read again, and the tablet hears of it.
  void back_up() {
    must(hub_.repository().note_backup(position()));
    come_to_rest();
  }
  [[nodiscard]] std::uint64_t position() { return hub_.repository().space().position; }

 private:
  Hub hub_;
  Tablet anna_;
};

/// As days go by: with a little work between one night and the next.
void be_in_two_backups(Folding& folding, const Workload& workload) {
  for (const std::size_t minutes : {1U, 2U}) {
    folding.subject().call(
        fmt::format(R"({{"command":"record.save","request_id":"day{}","records":[{}]}})",
                    folding.position(), minutes_of(workload.rows.front(), minutes)));
    folding.come_to_rest();
    folding.back_up();
  }
}

void measure_meta_folded(Bench& bench, const Workload& workload, double floor) {
  const auto folder = bench.fresh("folded");
  std::string path;
  {
    Folding folding(folder);
    path = folding.subject().path();
    insert_everything(folding.subject(), workload);
    folding.come_to_rest();
    be_in_two_backups(folding, workload);
  }
  const auto count = static_cast<double>(workload.rows.size());
  const Weight weight = weight_of(path);
  Figure figure = figure_of("meta_bytes_per_row", "sent, in two backups and compacted", "B",
                            {(weight.in_use - floor) / count}, "50 B", {50});
  figure.target = value_at_most(50);
  figure.plain_value = floor / count;
  figure.plain_ratio = weight.in_use / floor;
  figure.note = fmt::format("pages in use; the file, with those given back, is {:.1f} MB, of which "
                            "{:.1f} MB are in use; plain SQLite with FTS5 {:.1f} MB",
                            weight.file / 1e6, weight.in_use / 1e6, floor / 1e6);
  bench.report.add(std::move(figure));
}

void measure_meta(Bench& bench) {
  const std::size_t rows = bench.scale.rows.front();
  const Workload workload = make_workload(bench.seed, rows, bench.scale.documents);
  const auto folder = bench.fresh("sizes");
  const std::string path = (folder / "insieme.db").string();
  {
    Subject subject(path, workload_bundle());
    insert_everything(subject, workload);
  }
  const auto count = static_cast<double>(rows);
  const auto ours = static_cast<double>(closed_bytes(path));
  const auto floor = static_cast<double>(floor_bytes((folder / "plain.db").string(), workload));
  const double values =
      static_cast<double>(zstd_bytes(as_csv(workload))) / count;
  Figure figure = figure_of("meta_bytes_per_row", "unsent, before compaction", "B",
                            {(ours - floor) / count}, "50 + 1.25 x zstd -3 of the values",
                            {50 + 1.25 * values});
  figure.target = ratio_at_most(1);
  figure.plain_value = floor / count;
  figure.plain_ratio = ours / floor;
  figure.note = fmt::format("the file is {:.1f} MB, plain SQLite with FTS5 {:.1f} MB", ours / 1e6,
                            floor / 1e6);
  bench.report.add(std::move(figure));
  measure_meta_folded(bench, workload, floor);
}

/// A thousand fields in one act, `rounds` times: how they came is not what is measured.
void edit_all(Subject& subject, const Workload& workload, std::size_t edits,
              const std::function<void()>& after_each) {
  for (std::size_t number = 0; number < edits; number += workload.rows.size()) {
    std::string request;
    for (const VisitRow& row : workload.rows) {
      request += (request.empty() ? "" : ",") +
                 minutes_of(row, (number / workload.rows.size()) % 1'000 + 400);
    }
    subject.call(fmt::format(R"({{"command":"record.save","request_id":"h{}","records":[{}]}})",
                             number, request));
    after_each();
  }
}

void measure_history_folded(Bench& bench, const Workload& workload) {
  const auto folder = bench.fresh("history-folded");
  std::string path;
  Weight fresh;
  {
    Folding folding(folder);
    path = folding.subject().path();
    insert_everything(folding.subject(), workload);
    folding.come_to_rest();
    be_in_two_backups(folding, workload);
    fresh = weight_of(path);
    // Sent from time to time, as a tablet does.
    edit_all(folding.subject(), workload, bench.scale.history_edits,
             [&folding] { folding.come_to_rest(); });
    be_in_two_backups(folding, workload);
  }
  const Weight grown = weight_of(path);
  Figure figure = figure_of("history_growth",
                            fmt::format("{} edits, sent, in two backups and compacted",
                                        bench.scale.history_edits),
                            "MB", {grown.in_use / 1e6}, "fresh", {fresh.in_use / 1e6});
  figure.target = ratio_at_most(1.3);
  figure.note = fmt::format("pages in use; the file is {:.2f} MB, {:.2f} of fresh",
                            grown.file / 1e6, grown.file / fresh.file);
  bench.report.add(std::move(figure));
}

void measure_history(Bench& bench) {
  constexpr std::size_t kRecords = 1'000;
  const Workload workload =
      make_workload(bench.seed, std::min(kRecords, bench.scale.rows.front()),
                    std::min<std::size_t>(50, bench.scale.documents));
  const std::string path = (bench.fresh("history") / "insieme.db").string();
  std::uint64_t fresh = 0;
  {
    Subject subject(path, workload_bundle());
    insert_everything(subject, workload);
  }
  fresh = closed_bytes(path);
  {
    Subject subject(path, workload_bundle(), Subject::Open::existing);
    edit_all(subject, workload, bench.scale.history_edits, [] {});
  }
  Figure figure = figure_of("history_growth",
                            fmt::format("{} edits, none sent", bench.scale.history_edits),
                            "MB", {static_cast<double>(closed_bytes(path)) / 1e6}, "fresh",
                            {static_cast<double>(fresh) / 1e6});
  figure.note = "not compacted: nothing was sent, and all of it is still wanted";
  bench.report.add(std::move(figure));
  measure_history_folded(bench, workload);
}

}  // namespace

std::size_t zstd_bytes(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  if (ZSTD_isError(size) != 0) stop("zstd failed");
  return size;
}

void measure_sizes(Bench& bench) {
  measure_meta(bench);
  measure_history(bench);
}

}  // namespace insieme::bench
