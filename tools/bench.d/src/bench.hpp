#pragma once
// What every metric has at hand.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "report.hpp"

namespace insieme::bench {

/// How much of everything. `tiny` shows that the benchmark works, and measures nothing.
struct Scale {
  std::string name;
  std::size_t runs = 5;
  std::size_t documents = 1'000;
  std::vector<std::size_t> rows;  ///< sizes of workload W
  std::size_t edits = 1'000;      ///< single durable edits per run
  std::size_t history_edits = 100'000;
  std::size_t households = 1'000;  ///< caseload C: 5 persons and 30 visits each
  std::size_t directory = 95'000;  ///< further persons
  std::size_t trace_events = SIZE_MAX;  ///< of each text trace at most
  std::vector<std::string> traces{"automerge-paper", "rustcode", "friendsforever"};
  std::size_t probes = 500;        ///< operations per run whose percentiles are taken
};
[[nodiscard]] Scale tiny_scale();
[[nodiscard]] Scale quick_scale();
[[nodiscard]] Scale full_scale();

struct Bench {
  Scale scale;
  std::uint64_t seed = 1;
  std::filesystem::path folder;  ///< scratch; emptied by whoever runs the benchmark
  std::filesystem::path program; ///< this program, to run parts in a process of their own
  Report report;

  /// A fresh place for one run's files; what was there is gone.
  [[nodiscard]] std::filesystem::path fresh(const std::string& name) const;
};

void measure_writes(Bench& bench);     // insert_batch, edit_durable
void measure_sizes(Bench& bench);      // meta_bytes_per_row, history_growth
void measure_caseload(Bench& bench);   // open_case, save_visit, search_name, cold_start, memory

void measure_first_sync(Bench& bench);   // first_sync_*
void measure_incremental(Bench& bench);  // incremental*
void measure_idle(Bench& bench);         // idle_sync
void measure_merge(Bench& bench);        // merge_concurrent, review_list
void measure_merge_in_memory(Bench& bench);
void measure_text(Bench& bench);       // text_*, note_open
void measure_server_idle(Bench& bench);
void measure_server_push_pull(Bench& bench);
void measure_first_sync_memory(Bench& bench);  // client_memory during a first sync
int first_sync_child(const std::string& store, const std::string& url, const std::string& code);
/// The same on a trace of one's own.
void measure_trace(Bench& bench, const std::string& path);

/// Writes `rows.jsonl`, workload W at the first of the scale's sizes, for engines elsewhere.
void export_rows(const Bench& bench, const std::filesystem::path& folder);

/// Bytes of `text` by zstd -3.
[[nodiscard]] std::size_t zstd_bytes(std::string_view text);

/// What a process of its own does; gives its exit status.
int run_child(const std::vector<std::string>& words);

}  // namespace insieme::bench
