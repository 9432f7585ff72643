// meta_bytes_per_row and history_growth: what a store weighs beyond its values.
#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>

#include "bench.hpp"
#include "floor.hpp"

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
    std::size_t number = 0;
    while (number < bench.scale.history_edits) {
      // A thousand fields in one act: how they came is not what is measured.
      std::string request;
      for (const VisitRow& row : workload.rows) {
        request += fmt::format(R"({}{{"record":"{}","fields":{{"minutes":{}}}}})",
                               request.empty() ? "" : ",", sync::to_text(row.id),
                               (number / workload.rows.size()) % 1'000 + 400);
      }
      subject.call(fmt::format(R"({{"command":"record.save","request_id":"h{}","records":[{}]}})",
                               number, request));
      number += workload.rows.size();
    }
  }
  Figure figure = figure_of("history_growth", fmt::format("{} edits", bench.scale.history_edits),
                            "MB", {static_cast<double>(closed_bytes(path)) / 1e6}, "fresh",
                            {static_cast<double>(fresh) / 1e6});
  figure.target = ratio_at_most(1.3);
  figure.note = "not compacted";
  bench.report.add(std::move(figure));
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
