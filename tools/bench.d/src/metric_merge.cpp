// merge_concurrent: two people edit the same records without seeing each other, and both merge.
// What came of it is what review_list reads.
#include <fmt/format.h>

#include <algorithm>

#include "bench.hpp"
#include "floor.hpp"
#include "review.hpp"

namespace insieme::bench {
namespace {

/// Both send and receive: what is counted of the product. A function of its own, for profilers.
[[gnu::noinline]] Cost exchange_both_ways(World& world) {
  Cost cost = world.anna.synchronise();
  cost += world.carla.synchronise();
  cost += world.anna.synchronise();
  return cost;
}

[[gnu::noinline]] Cost bulk_update(Floor& floor, const Workload& workload, std::size_t count,
                                   std::int64_t minutes, const std::vector<LogRow>& log) {
  std::vector<std::pair<sync::RecordId, std::int64_t>> edits;
  for (std::size_t i = 0; i < count; ++i) edits.emplace_back(workload.rows[i].id, minutes);
  return timed([&] { floor.update_minutes(edits, log); });
}

}  // namespace

void measure_merge(Bench& bench) {
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
    const Cost ours = exchange_both_ways(world);
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

}  // namespace insieme::bench
