#include "simulation/runner.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>

#include "simulation/acts.hpp"

namespace insieme::simulation {
namespace {

constexpr std::size_t kShortenRunsMax = 400;

std::vector<std::size_t> all_of(const Script& script) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < script.acts.size(); ++i) numbers.push_back(i);
  return numbers;
}

/// How much people are asked to look at, and how much of it was worth looking at.
void print_noise(const Tally& tally, std::ostream& out) {
  const double thousand = tally.changes == 0 ? 0 : 1000.0 / static_cast<double>(tally.changes);
  Tally::Items all;
  out << std::fixed << std::setprecision(2) << "review items per 1,000 changes:\n";
  const auto line = [&](const std::string& name, const Tally::Items& items) {
    const double share = items.seen == 0 ? 0
                                         : 100.0 * static_cast<double>(items.disagreed) /
                                               static_cast<double>(items.seen);
    out << "  " << static_cast<double>(items.seen) * thousand << "  " << name << " (" << items.seen
        << "), two people disagreed in " << share << " %\n";
  };
  for (const auto& [kind, items] : tally.items) {
    line(kind, items);
    all.seen += items.seen;
    all.disagreed += items.disagreed;
  }
  line("all", all);
}

}  // namespace

Outcome run_script(FileSystem& files, const Script& script, std::ostream* story) {
  Outcome outcome;
  std::unique_ptr<World> world;
  try {
    world = std::make_unique<World>(files, script, story);
    world->run();
  } catch (const Broken& broken) {
    outcome.fault = Fault{broken.check(), broken.what(), world ? world->step() : 0};
  } catch (const std::exception& error) {
    outcome.fault = Fault{"no exception escapes", error.what(), world ? world->step() : 0};
  }
  if (world) {
    outcome.trace_hash = world->trace_hash();
    outcome.tally = world->tally();
  }
  return outcome;
}

std::vector<std::size_t> shorten(
    std::vector<std::size_t> kept, std::size_t runs_max,
    const std::function<bool(const std::vector<std::size_t>&)>& fails) {
  std::size_t runs = 0;
  for (std::size_t parts = 2; kept.size() > 1 && runs < runs_max;) {
    bool shorter = false;
    const std::size_t size = (kept.size() + parts - 1) / parts;
    for (std::size_t at = 0; at < kept.size() && runs < runs_max; at += size) {
      std::vector<std::size_t> rest;
      for (std::size_t i = 0; i < kept.size(); ++i) {
        if (i < at || i >= at + size) rest.push_back(kept[i]);
      }
      ++runs;
      if (!fails(rest)) continue;
      kept = std::move(rest);
      shorter = true;
      break;
    }
    if (shorter) {
      parts = std::max<std::size_t>(parts - 1, 2);
    } else if (size == 1) {
      break;
    } else {
      parts = std::min(parts * 2, kept.size());
    }
  }
  return kept;
}

std::vector<std::size_t> shorten(FileSystem& files, const Script& script, const Fault& fault,
                                 std::size_t runs_max) {
  const auto fails = [&](const std::vector<std::size_t>& numbers) {
    const Outcome outcome = run_script(files, keep_only(script, numbers), nullptr);
    return outcome.fault && outcome.fault->check == fault.check;
  };
  std::vector<std::size_t> kept = all_of(script);
  // What came after the step is not needed unless the fault showed at the end.
  if (fault.step + 1 < kept.size()) {
    std::vector<std::size_t> head(kept.begin(),
                                  kept.begin() + static_cast<std::ptrdiff_t>(fault.step + 1));
    if (fails(head)) kept = std::move(head);
  }
  return shorten(std::move(kept), runs_max, fails);
}

void report(FileSystem& files, const Script& script, const Fault& fault, std::ostream& out) {
  const std::uint64_t seed = script.settings.seed;
  out << "seed " << seed << " breaks \"" << fault.check << "\" at step " << fault.step << " of "
      << script.acts.size() << ": " << fault.detail << '\n';
  const std::vector<std::size_t> kept = shorten(files, script, fault, kShortenRunsMax);
  out << "shortened to " << kept.size() << " acts:\n";
  for (const std::size_t number : kept) out << "  " << describe(script, number) << '\n';
  out << "again: tools/simulate --seed " << seed << " --keep " << format_numbers(kept)
      << " --story\n";
}

void print_tally(const Tally& tally, std::uint64_t seeds, std::ostream& out) {
  out << "seeds " << seeds << ", changes " << tally.changes << " (" << tally.again
      << " authored again), requests " << tally.requests << ", checks " << tally.checks
      << "\nfolded on tablets " << tally.folded << " changes, snapshots sent " << tally.snapshots
      << "\nlargest request " << tally.request_bytes_max << " bytes, largest reply "
      << tally.reply_bytes_max << " bytes\n";
  out << "faults injected:\n";
  for (const auto& [kind, count] : tally.faults) out << "  " << count << "  " << kind << '\n';
  out << "acts:\n";
  for (const auto& [name, count] : tally.acts) out << "  " << count << "  " << name << '\n';
  out << "most at once on one tablet:\n";
  for (const auto& [what, count] : tally.most) out << "  " << count << "  " << what << '\n';
  print_noise(tally, out);
}

}  // namespace insieme::simulation
