// insieme-bench: measures the product against floors in the same run. See tools/bench.d/README.md.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <fstream>
#include <functional>

#include "bench.hpp"

namespace insieme::bench {
namespace {

struct Group {
  const char* name;
  const char* metrics;
  void (*measure)(Bench&);
};
constexpr std::array kGroups{
    Group{"writes", "insert_batch edit_durable", measure_writes},
    Group{"sizes", "meta_bytes_per_row history_growth", measure_sizes},
    Group{"caseload", "open_case save_visit search_name search_misspelt cold_start client_memory",
          measure_caseload},
    Group{"memory", "client_memory", measure_first_sync_memory},
    Group{"sync", "first_sync_apply first_sync_bytes", measure_first_sync},
    Group{"sync", "incremental incremental_flat", measure_incremental},
    Group{"sync", "idle_sync", measure_idle},
    Group{"sync", "merge_concurrent review_list", measure_merge},
    Group{"merging", "merge_concurrent", measure_merge_in_memory},
    Group{"server", "server_idle", measure_server_idle},
    Group{"server", "server_push_pull", measure_server_push_pull},
    Group{"text", "text_local text_merge text_size note_open", measure_text},
};

bool wanted(const Group& group, const std::vector<std::string>& only) {
  if (only.empty()) return true;
  for (const std::string& word : only) {
    if (word == group.name || std::string(group.metrics).find(word) != std::string::npos) {
      return true;
    }
  }
  return false;
}

int run(Bench& bench, const std::vector<std::string>& only, const std::string& json_path) {
  for (const Group& group : kGroups) {
    if (!wanted(group, only)) continue;
    fmt::print(stderr, "{}: {}\n", group.name, group.metrics);
    group.measure(bench);
  }
  fmt::print("{}", bench.report.table());
  if (json_path.empty()) return 0;
  std::ofstream out(json_path);
  out << bench.report.json(bench.scale.name, bench.seed);
  out.flush();
  if (!out) {
    fmt::print(stderr, "insieme-bench: cannot write {}\n", json_path);
    return 1;
  }
  return 0;
}

/// Removes the scratch folder at the end, whatever happens.
struct Scratch {
  explicit Scratch(const std::string& parent) {
    std::string pattern = parent + "/insieme-bench-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("cannot make a folder in " + parent);
    }
    path = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::filesystem::path path;
};

int main_checked(int count, char** words) {
  CLI::App app("Measures Insieme against floors in the same run.");
  std::string size = "full";
  std::string json_path;
  std::string parent = std::filesystem::temp_directory_path().string();
  std::vector<std::string> only;
  Bench bench;
  std::size_t runs = 0;
  std::size_t rows = 0;
  std::size_t documents = 0;
  app.add_option("--scale", size, "full, quick or tiny")->check(CLI::IsMember({"full", "quick",
                                                                              "tiny"}));
  app.add_flag_callback("--quick", [&] { size = "quick"; }, "same as --scale quick");
  app.add_option("--json", json_path, "write the figures to this file");
  app.add_option("--only", only, "groups or metrics")->delimiter(',');
  app.add_option("--rows", rows, "size of workload W instead of the scale's");
  app.add_option("--documents", documents, "of workload W instead of the scale's");
  app.add_option("--runs", runs, "runs of each metric");
  app.add_option("--seed", bench.seed, "of the invented data");
  app.add_option("--folder", parent, "where scratch files go: the disk to be measured");
  std::string trace;
  app.add_option("--trace", trace, "replay this editing trace only, and measure it")
      ->check(CLI::ExistingFile);
  std::string rows_folder;
  app.add_option("--export", rows_folder, "write workload W as rows.jsonl into this folder only");
  std::size_t edits = 0;
  app.add_option("--edits", edits, "single durable edits of each run");
  std::size_t history = 0;
  app.add_option("--history-edits", history, "made before, where a metric wants older ones");
  std::vector<std::string> traces;
  app.add_option("--traces", traces, "which of them")->delimiter(',');
  std::size_t events = 0;
  app.add_option("--trace-events", events, "of each trace at most");
  std::vector<std::string> child;
  app.add_option("--child", child, "part of a measurement, in a process of its own")->group("");
  CLI11_PARSE(app, count, words);
  if (!child.empty()) return run_child(child);
  bench.scale = size == "tiny" ? tiny_scale() : size == "quick" ? quick_scale() : full_scale();
  if (runs != 0) bench.scale.runs = runs;
  if (rows != 0) bench.scale.rows = {rows};
  if (documents != 0) bench.scale.documents = documents;
  if (edits != 0) bench.scale.edits = edits;
  if (history != 0) bench.scale.history_edits = history;
  if (!traces.empty()) bench.scale.traces = traces;
  if (events != 0) bench.scale.trace_events = events;
  if (!rows_folder.empty()) {
    export_rows(bench, rows_folder);
    return 0;
  }
  const Scratch scratch(parent);
  bench.folder = scratch.path;
  bench.program = std::filesystem::read_symlink("/proc/self/exe");
  fmt::print(stderr, "seed {}\n", bench.seed);
  if (!trace.empty()) {
    measure_trace(bench, trace);
    fmt::print("{}", bench.report.table());
    return 0;
  }
  return run(bench, only, json_path);
}

}  // namespace
}  // namespace insieme::bench

int main(int count, char** words) {
  try {
    return insieme::bench::main_checked(count, words);
  } catch (const std::exception& error) {
    fmt::print(stderr, "insieme-bench: {}\n", error.what());
    return 1;
  }
}
