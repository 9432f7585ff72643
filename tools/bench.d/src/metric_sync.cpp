// first_sync_*, incremental*, idle_sync: real stores and engines over the real server's handlers
// and repository; no sockets, and the server's share is taken off.
#include <fmt/format.h>

#include <algorithm>

#include "bench.hpp"
#include "floor.hpp"
#include "world.hpp"

namespace insieme::bench {
namespace {

Cost bulk_insert(const std::string& path, Duty duty, const Workload& workload,
                 const std::vector<LogRow>& log) {
  Floor floor(path, duty);
  const std::size_t batches = (workload.rows.size() + kBatch - 1) / kBatch;
  const std::size_t share = (log.size() + batches - 1) / batches;
  return timed([&] {
    for (std::size_t i = 0; i < batches; ++i) {
      const std::size_t at = i * kBatch;
      const std::size_t from = std::min(log.size(), i * share);
      floor.insert({&workload.rows[at], std::min(kBatch, workload.rows.size() - at)},
                   {log.data() + from, std::min(share, log.size() - from)});
    }
  });
}

void first_sync(Bench& bench, std::size_t rows) {
  const Workload workload = make_workload(bench.seed, rows, bench.scale.documents);
  Runs apply;
  std::uint64_t bytes = 0;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    const auto folder = bench.fresh("first");
    World world(folder, workload);
    world.carla.link.reset();
    const Cost ours = world.carla.synchronise();
    bytes = world.carla.link.counted().received_bytes;
    const std::vector<LogRow> log = world.carla.subject.new_log();
    apply.add({ours, bulk_insert((folder / "equal.db").string(), Duty::equal, workload, log),
               bulk_insert((folder / "plain.db").string(), Duty::plain, workload, {})});
  }
  Figure figure = apply.rate("first_sync_apply", fmt::format("{} rows", rows), "rows/s",
                             static_cast<double>(rows));
  figure.target = ratio_at_least(0.6);
  bench.report.add(std::move(figure));
  const auto count = static_cast<double>(rows);
  figure = figure_of("first_sync_bytes", fmt::format("{} rows", rows), "B/row",
                     {static_cast<double>(bytes) / count}, "zstd -3 of the CSV",
                     {static_cast<double>(zstd_bytes(as_csv(workload))) / count});
  figure.target = ratio_at_most(1.1);
  bench.report.add(std::move(figure));
}

struct Incremental {
  std::vector<double> wall;
  double bytes_per_edit = 0;
};

/// 1,000 edits made by one, sent, and merged by the other, run after run in the same stores.
Incremental incremental(Bench& bench, World& world, const std::string& label) {
  constexpr std::size_t kEdits = 1'000;
  const std::size_t edits = std::min(kEdits, world.workload.rows.size());
  Incremental result;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    world.anna.link.reset();
    const auto minutes = static_cast<std::int64_t>(300 + 10 * run);
    Cost all = timed([&] {
      edit(world.anna.subject, world.workload, edits, minutes, fmt::format("{}{}", label, run));
    });
    all += world.anna.synchronise();
    result.bytes_per_edit = static_cast<double>(world.anna.link.counted().sent_bytes) /
                            static_cast<double>(edits);
    all += world.carla.synchronise();
    result.wall.push_back(all.wall_s * 1e3);
  }
  return result;
}

/// Until a round moves nothing: documents are acknowledged some hundreds at a time.
void come_to_rest(World& world) {
  std::uint64_t before = 0;
  for (int round = 0; round < 100; ++round) {
    world.carla.link.reset();
    world.carla.synchronise();
    world.anna.synchronise();
    const auto& counted = world.carla.link.counted();
    const std::uint64_t bytes = counted.sent_bytes + counted.received_bytes;
    if (counted.turns == 1 && bytes == before) return;
    before = bytes;
  }
  stop("synchronisation does not come to rest");
}

double idle_bytes(Bench& bench, std::size_t documents) {
  const Workload workload = make_workload(bench.seed, documents, documents);
  World world(bench.fresh("idle"), workload);
  come_to_rest(world);
  world.carla.link.reset();
  world.carla.synchronise();
  const auto& counted = world.carla.link.counted();
  if (counted.turns != 1) stop("an idle synchronisation takes more than one round trip");
  return static_cast<double>(counted.sent_bytes + counted.received_bytes);
}

}  // namespace

void measure_first_sync(Bench& bench) {
  for (const std::size_t rows : bench.scale.rows) first_sync(bench, rows);
  bench.report.skip("first_sync_apply without cipher and FTS5",
                    "the product has no such store; its ratio to plain is that of the whole one");
}

void measure_incremental(Bench& bench) {
  std::vector<double> smallest;
  for (const std::size_t rows : bench.scale.rows) {
    const Workload workload = make_workload(bench.seed, rows, bench.scale.documents);
    World world(bench.fresh("incremental"), workload);
    world.carla.synchronise();
    const Incremental fresh = incremental(bench, world, "a");
    std::string values;
    for (std::size_t i = 0; i < 1'000; ++i) values += fmt::format("{}\n", 300 + i % 7);
    const double value = static_cast<double>(zstd_bytes(values)) / 1'000;
    if (smallest.empty()) {
      smallest = fresh.wall;
      Figure bytes = figure_of("incremental", "bytes per edit beyond its value", "B",
                               {fresh.bytes_per_edit - value}, "the compressed value", {value});
      bytes.target = value_at_most(24);
      bench.report.add(std::move(bytes));
      Figure time = figure_of("incremental", "made, sent, merged", "ms per 1,000", fresh.wall,
                              "itself", fresh.wall);
      bench.report.add(std::move(time));
      edit(world.anna.subject, workload, bench.scale.history_edits, 600, "older");
      world.anna.synchronise();
      world.carla.synchronise();
      const Incremental later = incremental(bench, world, "b");
      Figure flat = figure_of("incremental_flat",
                              fmt::format("after {} older edits", bench.scale.history_edits),
                              "ms per 1,000", later.wall, "before them", fresh.wall);
      flat.target = ratio_at_most(1.15);
      bench.report.add(std::move(flat));
      continue;
    }
    Figure flat = figure_of("incremental_flat", fmt::format("at {} rows", rows), "ms per 1,000",
                            fresh.wall, fmt::format("at {} rows", bench.scale.rows.front()),
                            smallest);
    flat.target = ratio_at_most(1.15);
    bench.report.add(std::move(flat));
  }
}

void measure_idle(Bench& bench) {
  const std::size_t many = bench.scale.documents * 10;
  Figure figure = figure_of("idle_sync", fmt::format("{} documents", many), "B",
                            {idle_bytes(bench, many)}, "10 documents", {idle_bytes(bench, 10)});
  figure.target = value_at_most(400);
  figure.note = "bodies both ways of the one round trip; without HTTP headers";
  bench.report.add(std::move(figure));
}

}  // namespace insieme::bench
