// insert_batch and edit_durable: the cost of writing, against SQLite doing the same duties.
#include <fmt/format.h>

#include <optional>

#include "bench.hpp"
#include "floor.hpp"
#include "syncs.hpp"

namespace insieme::bench {
namespace {

/// The three contenders of one run, in files of their own.
struct Ring {
  Ring(const std::filesystem::path& folder, const Workload& data)
      : workload(data),
        subject((folder / "insieme.db").string(), workload_bundle()),
        equal((folder / "equal.db").string(), Duty::equal),
        plain((folder / "plain.db").string(), Duty::plain),
        dossiers(create_cases(subject, data)) {
    (void)subject.new_log();
  }
  const Workload& workload;
  Subject subject;
  Floor equal;
  Floor plain;
  std::vector<std::string> dossiers;
};

Cost insert_slice(Ring& ring, std::span<const VisitRow> rows, std::size_t contender,
                  const std::string& request, const std::vector<LogRow>& log) {
  switch (contender) {
    case 0:
      return timed([&] { ring.subject.call(request); });
    case 1:
      return timed([&] { ring.equal.insert(rows, log); });
    default:
      return timed([&] { ring.plain.insert(rows, {}); });
  }
}

/// Batch by batch: ours first, since the floor logs the bytes that ours made.
std::vector<Cost> insert_all(Ring& ring) {
  const auto& rows = ring.workload.rows;
  std::vector<Cost> totals(3);
  std::size_t number = 0;
  for (std::size_t at = 0; at < rows.size(); at += kBatch, ++number) {
    const std::span<const VisitRow> batch(&rows[at], std::min(kBatch, rows.size() - at));
    const std::string request =
        save_request(batch, ring.dossiers, ring.workload, fmt::format("batch-{}", number));
    totals[0] += insert_slice(ring, batch, 0, request, {});
    const std::vector<LogRow> log = ring.subject.new_log();
    const std::size_t second = 1 + number % 2;
    totals[second] += insert_slice(ring, batch, second, request, log);
    totals[3 - second] += insert_slice(ring, batch, 3 - second, request, log);
  }
  return totals;
}

Cost edit_slice(Ring& ring, std::size_t contender, std::size_t first, std::size_t count,
                const std::vector<std::string>& requests, const std::vector<LogRow>& log) {
  const auto minutes = [&](std::size_t i) { return static_cast<std::int64_t>((i * 7) % 1'000); };
  const auto id = [&](std::size_t i) {
    return ring.workload.rows[(i * 37) % ring.workload.rows.size()].id;
  };
  return timed([&] {
    for (std::size_t i = first; i < first + count; ++i) {
      if (contender == 0) ring.subject.call(requests[i - first]);
      if (contender == 1) ring.equal.update_minutes(id(i), minutes(i), &log[i - first]);
      if (contender == 2) ring.plain.update_minutes(id(i), minutes(i), nullptr);
    }
  });
}

std::vector<Cost> edit_all(Ring& ring, std::size_t edits, const std::string& label,
                           std::size_t shift) {
  constexpr std::size_t kSlice = 20;
  std::vector<Cost> totals(3);
  for (std::size_t first = 0; first < edits; first += kSlice) {
    const std::size_t count = std::min(kSlice, edits - first);
    std::vector<std::string> requests;
    for (std::size_t i = first; i < first + count; ++i) {
      const auto& row = ring.workload.rows[(i * 37) % ring.workload.rows.size()];
      // Never the value that is there: that would be no edit.
      const auto minutes = static_cast<std::int64_t>(200 + (2 * i + shift) % 1'200);
      requests.push_back(edit_request(row.id, minutes, fmt::format("{}-{}", label, i)));
    }
    totals[0] += edit_slice(ring, 0, first, count, requests, {});
    const std::vector<LogRow> log = ring.subject.new_log();
    if (log.size() != count) stop("an edit that wrote nothing");
    const std::size_t second = 1 + first / kSlice % 2;
    totals[second] += edit_slice(ring, second, first, count, requests, log);
    totals[3 - second] += edit_slice(ring, 3 - second, first, count, requests, log);
  }
  return totals;
}

std::string rows_text(std::size_t rows) { return fmt::format("{} rows", rows); }

void measure_size(Bench& bench, std::size_t rows, bool with_edits) {
  const Workload workload = make_workload(bench.seed, rows, bench.scale.documents);
  Runs inserts;
  Runs full;
  Runs normal;
  double syncs_per_edit = 0;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    Ring ring(bench.fresh("writes"), workload);
    inserts.add(insert_all(ring));
    if (!with_edits) continue;
    full.add(edit_all(ring, bench.scale.edits, "full", 0));
    const std::uint64_t before = syncs_made();
    ring.subject.call(edit_request(workload.rows[0].id, 7, "one"));
    syncs_per_edit = static_cast<double>(syncs_made() - before);
    (void)ring.subject.new_log();
    const SkipWalSyncs skip;
    normal.add(edit_all(ring, bench.scale.edits, "normal", 1));
  }
  Figure figure =
      inserts.rate("insert_batch", rows_text(rows), "rows/s", static_cast<double>(rows));
  figure.target = ratio_at_least(0.67);
  bench.report.add(std::move(figure));
  if (!with_edits) return;
  for (const auto& [mode, runs] : {std::pair{"FULL", &full}, {"NORMAL", &normal}}) {
    Figure edits =
        runs->rate("edit_durable", mode, "edits/s", static_cast<double>(bench.scale.edits));
    edits.target = ratio_at_least(0.7);
    edits.note = fmt::format("{} fsync per edit in FULL", syncs_per_edit);
    bench.report.add(std::move(edits));
  }
}

}  // namespace

void measure_writes(Bench& bench) {
  for (std::size_t i = 0; i < bench.scale.rows.size(); ++i) {
    measure_size(bench, bench.scale.rows[i], i == 0);
  }
}

}  // namespace insieme::bench
