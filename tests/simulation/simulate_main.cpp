// insieme-simulate: runs seeds of the simulated world. tools/simulate builds and calls it.
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

#include "simulation/runner.hpp"

namespace {

using namespace insieme::simulation;

struct Options {
  std::uint64_t seed = 0;
  std::string seeds;
  std::string keep;
  double minutes = 0;
  std::size_t acts = 60;
  std::size_t failures_max = 1;
  bool story = false;
  bool quiet = false;
};

int run_one(FileSystem& files, const Options& options) {
  Script script = make_script(options.seed, options.acts);
  if (!options.keep.empty()) {
    const auto numbers = parse_numbers(options.keep);
    if (!numbers) {
      std::cerr << "--keep takes numbers of acts, as in 3,17,20-25\n";
      return 2;
    }
    script = keep_only(script, *numbers);
  }
  const Outcome outcome = run_script(files, script, options.story ? &std::cout : nullptr);
  if (!outcome.fault) {
    std::cout << "seed " << options.seed << " holds, trace " << outcome.trace_hash << '\n';
    return 0;
  }
  if (options.keep.empty()) {
    report(files, script, *outcome.fault, std::cout);
  } else {
    std::cout << "breaks \"" << outcome.fault->check << "\" at step " << outcome.fault->step << ": "
              << outcome.fault->detail << '\n';
  }
  return 1;
}

int run_many(FileSystem& files, const Options& options, std::uint64_t first, std::uint64_t last) {
  const auto begun = std::chrono::steady_clock::now();
  const auto over = [&] {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    return options.minutes > 0 && took.count() > options.minutes * 60;
  };
  Tally tally;
  std::uint64_t done = 0;
  std::size_t failures = 0;
  for (std::uint64_t seed = first; seed <= last && !over(); ++seed) {
    const Script script = make_script(seed, options.acts);
    const Outcome outcome = run_script(files, script, nullptr);
    ++done;
    tally.add(outcome.tally);
    if (!options.quiet && done % 100 == 0) std::cerr << seed << '\n';
    if (!outcome.fault) continue;
    report(files, script, *outcome.fault, std::cout);
    std::cout.flush();
    if (++failures >= options.failures_max) break;
  }
  print_tally(tally, done, std::cout);
  std::cout << failures << " failures\n";
  return failures == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  Options options;
  CLI::App app{"Runs the simulated world from seeds; one seed is one run, bit for bit"};
  auto* one = app.add_option("--seed", options.seed, "this seed alone");
  app.add_option("--seeds", options.seeds, "from..to");
  app.add_option("--minutes", options.minutes, "end after so long");
  app.add_option("--acts", options.acts, "how many acts at most (60); part of what a seed means");
  app.add_option("--failures", options.failures_max, "go on until so many seeds have failed (1)");
  app.add_option("--keep", options.keep, "with --seed: only these acts, as in 3,17,20-25");
  app.add_flag("--story", options.story, "with --seed: every step as a line");
  app.add_flag("--quiet", options.quiet, "no progress");
  CLI11_PARSE(app, count, words);
  FileSystem& files = file_system();
  if (one->count() != 0) return run_one(files, options);
  std::uint64_t first = 1;
  std::uint64_t last = options.minutes > 0 ? UINT64_MAX - 1 : 100;
  const std::size_t dots = options.seeds.find("..");
  if (!options.seeds.empty()) {
    if (dots == std::string::npos) {
      std::cerr << "--seeds takes from..to\n";
      return 2;
    }
    first = std::strtoull(options.seeds.c_str(), nullptr, 10);
    last = std::strtoull(options.seeds.c_str() + dots + 2, nullptr, 10);
  }
  return run_many(files, options, first, last);
}
