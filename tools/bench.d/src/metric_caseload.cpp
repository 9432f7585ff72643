// open_case, save_visit, search_name: what a person waits for on caseload C; cold_start and
// client_memory in processes of their own.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "bench.hpp"
#include "caseload.hpp"
#include "echo.hpp"

namespace insieme::bench {
namespace {

/// Latencies of one run, in seconds.
struct Latencies {
  std::vector<double> ours;
  std::vector<double> floor;
};

/// Both percentiles of `probes` pairs, run by run.
template <class Ours, class Theirs>
void compare_latency(Bench& bench, const std::string& name, double limit, const std::string& note,
                     Ours&& ours, Theirs&& theirs) {
  std::vector<Latencies> runs(bench.scale.runs);
  for (Latencies& run : runs) {
    for (std::size_t i = 0; i < bench.scale.probes; ++i) {
      const auto probe = [&] { run.ours.push_back(timed([&] { ours(i); }).wall_s); };
      if (i % 2 == 0) probe();
      run.floor.push_back(timed([&] { theirs(i); }).wall_s);
      if (i % 2 != 0) probe();
    }
  }
  for (const auto& [label, share] : {std::pair{"p50", 0.5}, {"p99", 0.99}}) {
    std::vector<double> a;
    std::vector<double> b;
    for (const Latencies& run : runs) {
      a.push_back(percentile(run.ours, share) * 1e6);
      b.push_back(percentile(run.floor, share) * 1e6);
    }
    Figure figure = figure_of(name, label, "us", a, "bare SQLite", b);
    if (share > 0.9) figure.target = ratio_at_most(limit);
    if (share > 0.9) figure.note = note;
    bench.report.add(std::move(figure));
  }
}

std::string lower_start(const std::string& name, std::size_t letters) {
  std::string start = name.substr(0, letters);
  for (char& c : start) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return start;
}

/// As somebody writes a name down who heard it: another number of consonants, or a letter too few.
std::string misspelt(const std::string& name, bool drops) {
  std::string out = lower_start(name, name.size());
  const std::size_t at = out.find_first_not_of("aeiou", 2);
  if (at == std::string::npos) return out;
  if (drops && out.size() > 6) return out.erase(at, 1);
  return out.insert(at, 1, out[at]);
}

void measure_reading(Bench& bench, Subject& subject, CaseloadFloor& floor,
                     const Caseload& caseload) {
  const auto dossier = [&](std::size_t i) {
    return caseload.dossiers[(i * 7) % caseload.dossiers.size()];
  };
  compare_latency(
      bench, "open_case", 3, "record.list of one household: 36 lines with titles, as JSON",
      [&](std::size_t i) {
        subject.call(fmt::format(R"({{"command":"record.list","dossier":"{}","limit":1000}})",
                                 dossier(i)));
      },
      [&](std::size_t i) { floor.read_dossier(dossier(i)); });
  const auto person = [&](std::size_t i) {
    return caseload.persons[(i * 13) % caseload.persons.size()];
  };
  compare_latency(
      bench, "search_name", 3,
      fmt::format("partial: beginnings of surname and name among {} persons",
                  caseload.dossiers.size() * 5 + bench.scale.directory),
      [&](std::size_t i) {
        subject.call(fmt::format(R"({{"command":"search","words":"{} {}"}})",
                                 lower_start(person(i).first, 4),
                                 lower_start(person(i).second, 3)));
      },
      [&](std::size_t i) {
        floor.search(fmt::format("\"{}\"* \"{}\"*", lower_start(person(i).first, 4),
                                 lower_start(person(i).second, 3)));
      });
  compare_latency(
      bench, "search_misspelt", 3,
      "a surname misspelt and the beginning of a name; the floor is asked for the right one",
      [&](std::size_t i) {
        subject.call(fmt::format(R"({{"command":"search","words":"{} {}"}})",
                                 misspelt(person(i).first, i % 2 == 0),
                                 lower_start(person(i).second, 3)));
      },
      [&](std::size_t i) {
        floor.search(fmt::format("\"{}\"* \"{}\"*", lower_start(person(i).first, 40),
                                 lower_start(person(i).second, 3)));
      });
}

void measure_saving(Bench& bench, Subject& subject, CaseloadFloor& floor,
                    const Caseload& caseload) {
  Chance chance(bench.seed + 1);
  (void)subject.new_log();
  std::size_t number = 0;
  std::vector<std::string> requests;
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < bench.scale.runs * bench.scale.probes; ++i) {
    const auto& dossier = caseload.dossiers[i % caseload.dossiers.size()];
    requests.push_back(visit_request(chance, dossier, fmt::format("v-{}", i)));
    notes.push_back(invented_text(chance, 200));
  }
  subject.call(visit_request(chance, caseload.dossiers[0], "v-first"));
  const std::vector<LogRow> log = subject.new_log();
  compare_latency(
      bench, "save_visit", 3, "durable, synchronous FULL",
      [&](std::size_t) { subject.call(requests[number++]); },
      [&](std::size_t i) { floor.insert_visit(notes[i], log.at(0).bytes); });
}

// ---- in processes of their own -----------------------------------------------------------------

/// What the child printed: words of numbers.
std::vector<double> child(const Bench& bench, const std::string& words) {
  const std::string command = bench.program.string() + " --child " + words;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) stop("cannot start a process");
  std::vector<double> numbers;
  double number = 0;
  while (std::fscanf(pipe, "%lf", &number) == 1) numbers.push_back(number);
  if (pclose(pipe) != 0 || numbers.empty()) stop("a process of the benchmark failed: " + words);
  return numbers;
}

double resident_kib(const char* what) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(what, 0) == 0) return std::stod(line.substr(line.find(':') + 1));
  }
  return 0;
}

void measure_processes(Bench& bench, const std::string& ours, const std::string& floor,
                       const std::string& dossier) {
  constexpr std::size_t kStarts = 5;
  std::vector<double> start_ours;
  std::vector<double> start_floor;
  std::vector<double> rest;
  std::vector<double> rest_floor;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    std::vector<double> a;
    std::vector<double> b;
    for (std::size_t i = 0; i < kStarts; ++i) {
      const auto one = child(bench, "open-ours " + ours + " " + dossier);
      const auto two = child(bench, "open-floor " + floor + " " + dossier);
      a.push_back(one[0] * 1e3);
      b.push_back(two[0] * 1e3);
      if (i != 0) continue;
      rest.push_back(one[1] / 1024);
      rest_floor.push_back(two[1] / 1024);
    }
    start_ours.push_back(median(a));
    start_floor.push_back(median(b));
  }
  Figure start = figure_of("cold_start", "raw key, to the first dossier", "ms", start_ours,
                           "SQLite with the same rows", start_floor);
  start.target = ratio_at_most(3);
  start.note = "from main() of a new process, its schema bundle included; files in the page cache";
  bench.report.add(std::move(start));
  Figure memory = figure_of("client_memory", "at rest", "MiB", rest, "SQLite with the same rows",
                            rest_floor);
  memory.target = value_at_most(32);
  memory.note = "resident size after opening the store and one dossier";
  bench.report.add(std::move(memory));
}

int open_ours(const std::string& path, const std::string& dossier) {
  const double start = now().wall_s;
  Subject subject(path, schema::embedded_bundle(), Subject::Open::existing);
  subject.call(fmt::format(R"({{"command":"record.list","dossier":"{}","limit":1000}})", dossier));
  const double spent = now().wall_s - start;
  fmt::print("{} {}\n", spent, resident_kib("VmRSS"));
  return 0;
}

int open_floor(const std::string& path, const std::string& dossier) {
  const double start = now().wall_s;
  CaseloadFloor floor(path);
  if (floor.read_dossier(dossier) == 0) return 1;
  const double spent = now().wall_s - start;
  fmt::print("{} {}\n", spent, resident_kib("VmRSS"));
  return 0;
}

/// For engines in other languages, whose messages are to be weighed by the same library.
int weigh(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  fmt::print("{}\n", zstd_bytes(bytes));
  return in ? 0 : 1;
}

}  // namespace

void measure_caseload(Bench& bench) {
  const auto folder = bench.fresh("caseload");
  const std::string ours = (folder / "insieme.db").string();
  const std::string bare = (folder / "equal.db").string();
  Caseload caseload;
  {
    Subject subject(ours, schema::embedded_bundle());
    caseload = make_caseload(subject, bench.scale, bench.seed);
  }
  {
    CaseloadFloor floor(ours, bare);
    Subject subject(ours, schema::embedded_bundle(), Subject::Open::existing);
    measure_reading(bench, subject, floor, caseload);
    measure_saving(bench, subject, floor, caseload);
  }
  measure_processes(bench, ours, bare, caseload.dossiers[caseload.dossiers.size() / 2]);
}

int run_child(const std::vector<std::string>& words) {
  if (words.size() == 3 && words[0] == "open-ours") return open_ours(words[1], words[2]);
  if (words.size() == 3 && words[0] == "open-floor") return open_floor(words[1], words[2]);
  if (words.size() == 4 && words[0] == "first-sync") {
    return first_sync_child(words[1], words[2], words[3]);
  }
  if (words.size() == 3 && words[0] == "echo") return run_echo(words[1], words[2]);
  if (words.size() == 2 && words[0] == "zstd") return weigh(words[1]);
  fmt::print(stderr, "insieme-bench: not something to do in a process of its own\n");
  return 1;
}

}  // namespace insieme::bench
