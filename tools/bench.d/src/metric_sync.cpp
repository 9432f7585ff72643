// first_sync_*, incremental*, idle_sync, merge_concurrent, review_list: real stores and engines
// over the real server's handlers and repository; no sockets, and the server's share is taken off.
#include <fmt/format.h>

#include <algorithm>

#include "bench.hpp"
#include "floor.hpp"
#include "hub.hpp"
#include "tablet.hpp"

namespace insieme::bench {
namespace {

/// Anna has made all of W and sent it; the coordinator has nothing yet.
struct World {
  World(const std::filesystem::path& folder, const Workload& data)
      : workload(data),
        hub(folder),
        anna(hub, folder, "anna", "educator"),
        carla(hub, folder, "carla", "coordinator") {
    anna.enrol();
    carla.enrol();
    const auto dossiers = create_cases(anna.subject, workload);
    for (std::size_t at = 0; at < data.rows.size(); at += kBatch) {
      anna.subject.call(save_request({&data.rows[at], std::min(kBatch, data.rows.size() - at)},
                                     dossiers, data, fmt::format("b-{}", at)));
    }
    anna.synchronise();
  }
  const Workload& workload;
  Hub hub;
  Tablet anna;
  Tablet carla;
};

/// One field of `count` records in acts of 1,000.
void edit(Subject& subject, const Workload& workload, std::size_t count, std::int64_t minutes,
          const std::string& label) {
  for (std::size_t at = 0; at < count; at += kBatch) {
    std::string records;
    for (std::size_t i = at; i < std::min(count, at + kBatch); ++i) {
      records += fmt::format(R"({}{{"record":"{}","fields":{{"minutes":{}}}}})",
                             records.empty() ? "" : ",",
                             sync::to_text(workload.rows[i % workload.rows.size()].id),
                             minutes + static_cast<std::int64_t>(i % 7));
    }
    subject.call(fmt::format(R"({{"command":"record.save","request_id":"{}-{}","records":[{}]}})",
                             label, at, records));
  }
}

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

void measure_first_sync(Bench& bench, std::size_t rows) {
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

void measure_idle(Bench& bench) {
  const std::size_t many = bench.scale.documents * 10;
  Figure figure = figure_of("idle_sync", fmt::format("{} documents", many), "B",
                            {idle_bytes(bench, many)}, "10 documents", {idle_bytes(bench, 10)});
  figure.target = value_at_most(400);
  figure.note = "bodies both ways of the one round trip; without HTTP headers";
  bench.report.add(std::move(figure));
}

Cost bulk_update(Floor& floor, const Workload& workload, std::size_t count, std::int64_t minutes,
                 const std::vector<LogRow>& log) {
  std::vector<std::pair<sync::RecordId, std::int64_t>> edits;
  for (std::size_t i = 0; i < count; ++i) edits.emplace_back(workload.rows[i].id, minutes);
  return timed([&] { floor.update_minutes(edits, log); });
}

void measure_review(Bench& bench, World& world, std::size_t items) {
  const std::string path = world.carla.subject.path();
  auto db = open_encrypted(path);
  std::vector<double> ours;
  std::vector<double> bare;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    const std::size_t offset = items / 2 + 100 * run;
    const std::string request = fmt::format(
        R"({{"command":"review.list","kind":"concurrent_values","limit":100,"offset":{}}})",
        offset);
    ours.push_back(timed([&] { world.carla.subject.call(request); }).wall_s * 1e3);
    bare.push_back(timed([&] {
                     auto count = db.prepare("SELECT count(*) FROM items WHERE kind = 1");
                     if (!count.step()) stop("no review items");
                     auto rows = db.prepare(
                         "SELECT * FROM items i JOIN rec_visit r ON r._id = i.record AND "
                         "r._document = i.document WHERE i.kind = 1 ORDER BY i.n LIMIT 100 "
                         "OFFSET " + std::to_string(offset));
                     std::size_t bytes = 0;
                     while (rows.step()) {
                       for (int c = 0; c < rows.column_count(); ++c) {
                         bytes += rows.get_blob(c).size();
                       }
                     }
                     if (bytes == 0) stop("no review items");
                   }).wall_s *
                   1e3);
  }
  Figure figure =
      figure_of("review_list", fmt::format("{} open items, a page of 100 of one kind", items), "ms",
                ours, "bare query of items and records", bare);
  figure.target = ratio_at_most(3);
  bench.report.add(std::move(figure));
}

void measure_concurrent(Bench& bench) {
  const std::size_t rows = bench.scale.rows.front();
  const std::size_t edits = std::min<std::size_t>(10'000, rows);
  const Workload workload = make_workload(bench.seed, rows, bench.scale.documents);
  Runs merged;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    const auto folder = bench.fresh("concurrent");
    World world(folder, workload);
    world.carla.synchronise();
    edit(world.anna.subject, workload, edits, 400, "x");
    edit(world.carla.subject, workload, edits, 800, "y");
    (void)world.anna.subject.new_log();
    (void)world.carla.subject.new_log();
    Cost ours = world.anna.synchronise();
    ours += world.carla.synchronise();
    ours += world.anna.synchronise();
    Cost theirs;
    for (Tablet* tablet : {&world.anna, &world.carla}) {
      const std::string path = (folder / "floor.db").string();
      std::filesystem::remove(path);
      Floor floor(path, Duty::equal);
      floor.insert(workload.rows, {});
      theirs += bulk_update(floor, workload, edits, 900, tablet->subject.new_log());
    }
    merged.add({ours, theirs});
    if (run + 1 == bench.scale.runs) measure_review(bench, world, edits);
  }
  Figure figure = merged.rate("merge_concurrent", fmt::format("persisted, {} a side", edits),
                              "edits/s", 2 * static_cast<double>(edits));
  figure.target = ratio_at_least(0.5);
  figure.note = "the floor updates the same rows once on each side, with their log rows";
  bench.report.add(std::move(figure));
}

}  // namespace

void measure_sync(Bench& bench) {
  for (const std::size_t rows : bench.scale.rows) measure_first_sync(bench, rows);
  measure_incremental(bench);
  measure_idle(bench);
  measure_concurrent(bench);
}

}  // namespace insieme::bench
