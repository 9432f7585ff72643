// server_push_pull: tablets return after a week, over loopback, to a real server; against an echo
// of the same bytes with as many durable commits.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "bench.hpp"
#include "echo.hpp"
#include "insieme/processes/load.hpp"
#include "line.hpp"
#include "returning.hpp"
#include "subject.hpp"

namespace insieme::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSyncType = "application/vnd.insieme.sync";
constexpr std::size_t kAtOnce = 32;  ///< connections

/// What one server did for all tablets.
struct Played {
  double requests_per_s = 0;
  std::vector<double> latencies;
  double cpu_us_per_change = 0;
  double peak_mib = 0;
};

/// How a turn of a tablet is asked, and the tally of what came.
struct Asked {
  std::string path;
  std::string headers;
};
using Ask = std::function<Asked(std::size_t tablet, std::size_t turn)>;

struct Tally {
  std::mutex mutex;
  std::vector<double> latencies;
  std::size_t up = 0;
  std::size_t down = 0;
  std::string fault;
};

std::string_view text_of(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One tablet, turn by turn, each from where the answer before left it.
void return_one(const Returning& tablet, std::size_t number, std::uint16_t port, const Ask& ask,
                bool follows, Tally& tally) {
  Line line(port);
  std::vector<double> spent;
  std::size_t up = 0;
  std::size_t down = 0;
  sync::Cursor cursor = tablet.turns.front().request.cursor;
  for (std::size_t turn = 0; turn < tablet.turns.size(); ++turn) {
    sync::SyncRequest request = tablet.turns[turn].request;
    if (follows) request.cursor = cursor;
    const Asked asked = ask(number, turn);
    const std::string sent = post_request(asked.path, kSyncType, asked.headers,
                                          text_of(sync::encode_message(request)));
    std::string answer;
    spent.push_back(timed([&] { answer = line.ask(sent); }).wall_s);
    const sync::SyncReply reply = reply_of(answer);
    cursor = reply.cursor;
    up += accepted_in(reply);
    down += changes_in(reply);
  }
  const std::lock_guard lock(tally.mutex);
  tally.latencies.insert(tally.latencies.end(), spent.begin(), spent.end());
  tally.up += up;
  tally.down += down;
}

Played play(const Week& week, int process, std::uint16_t port, const Ask& ask, bool follows) {
  Tally tally;
  std::atomic<std::size_t> next{0};
  const double busy = processes::busy_ms(process);
  const Cost cost = timed([&] {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(kAtOnce, week.tablets.size()); ++i) {
      threads.emplace_back([&] {
        try {
          for (std::size_t number = next++; number < week.tablets.size(); number = next++) {
            return_one(week.tablets[number], number, port, ask, follows, tally);
          }
        } catch (const std::exception& error) {
          const std::lock_guard lock(tally.mutex);
          tally.fault = error.what();
        }
      });
    }
  });
  if (!tally.fault.empty()) stop(tally.fault);
  if (tally.up != week.up || tally.down != week.down) {
    stop(fmt::format("{} changes up and {} down, not {} and {}", tally.up, tally.down, week.up,
                     week.down));
  }
  Played played;
  played.requests_per_s = static_cast<double>(tally.latencies.size()) / cost.wall_s;
  played.cpu_us_per_change = (processes::busy_ms(process) - busy) * 1e3 /
                             static_cast<double>(week.up + week.down);
  played.peak_mib = processes::resident_peak_kib(process) / 1024;
  played.latencies = std::move(tally.latencies);
  return played;
}

Played play_server(const Bench& bench, const Week& week, const fs::path& folder) {
  fs::remove_all(folder);
  fs::copy(week.data, folder, fs::copy_options::recursive);
  processes::Running server;
  const std::uint16_t port = start_server(bench, server, folder, {});
  std::vector<processes::BareDevice> devices;
  for (const Returning& tablet : week.tablets) devices.push_back(tablet.device);
  Line line(port);
  const std::vector<std::string> tokens = fetch_tokens(line, week.space, devices);
  return play(
      week, server.process(), port,
      [&tokens](std::size_t tablet, std::size_t) {
        return Asked{"/v1/sync", "Authorization: Bearer " + tokens[tablet] + "\r\n"};
      },
      true);
}

Played play_echo(const Bench& bench, const Week& week, const fs::path& folder) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::vector<std::size_t> first;
  std::vector<EchoAnswer> answers;
  for (const Returning& tablet : week.tablets) {
    first.push_back(answers.size());
    for (const Returning::Turn& turn : tablet.turns) {
      answers.push_back({turn.request.changes.size(), turn.reply});
    }
  }
  const std::string path = (folder / "answers").string();
  write_answers(path, answers);
  processes::Running echo;
  const std::string said =
      echo.start(processes::Launch(bench.program.string(),
                                   {"--child", "echo", path, (folder / "echo.db").string()},
                                   processes::own_environment()),
                 (folder / "log").string());
  const auto port = static_cast<std::uint16_t>(std::stoi(said.substr(said.rfind(':') + 1)));
  return play(
      week, echo.process(), port,
      [&first](std::size_t tablet, std::size_t turn) {
        return Asked{fmt::format("/{}", first[tablet] + turn), {}};
      },
      false);
}

WeekScale week_of(const Scale& scale) {
  WeekScale week;
  if (scale.name == "quick") week.tablets = 100;
  if (scale.name == "tiny") week = {3, 4, 20, 2};
  return week;
}

void add_figures(Bench& bench, const std::string& variant, const std::vector<Played>& ours,
                 const std::vector<Played>& echo) {
  const auto add = [&](const std::string& what, const std::string& unit, auto number,
                       std::optional<Target> target, const std::string& note) {
    std::vector<double> a;
    std::vector<double> b;
    for (const Played& run : ours) a.push_back(number(run));
    for (const Played& run : echo) b.push_back(number(run));
    Figure figure =
        figure_of("server_push_pull", variant + ", " + what, unit, a, "Beast echo", b);
    figure.target = target;
    figure.note = note;
    bench.report.add(std::move(figure));
  };
  const auto latency = [](double share) {
    return [share](const Played& run) { return percentile(run.latencies, share) * 1e3; };
  };
  add("requests", "requests/s", [](const Played& run) { return run.requests_per_s; },
      bench.scale.name == "tiny" ? std::nullopt : std::optional(ratio_at_least(0.35)),
      fmt::format("{} connections at once; the echo commits as many rows with the same bytes, a "
                  "transaction a request, and answers with what it holds in memory",
                  kAtOnce));
  add("p50", "ms", latency(0.5), {}, {});
  add("p99", "ms", latency(0.99), {}, {});
  add("processor", "us a change", [](const Played& run) { return run.cpu_us_per_change; }, {}, {});
  add("memory at most", "MiB", [](const Played& run) { return run.peak_mib; }, {}, {});
}

}  // namespace

void measure_server_push_pull(Bench& bench) {
  const fs::path folder = bench.fresh("push_pull");
  const WeekScale scale = week_of(bench.scale);
  const Week week = make_week(bench, folder, scale);
  std::vector<Played> ours;
  std::vector<Played> echo;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    if (run % 2 == 0) ours.push_back(play_server(bench, week, folder / "server"));
    echo.push_back(play_echo(bench, week, folder / "echo"));
    if (run % 2 != 0) ours.push_back(play_server(bench, week, folder / "server"));
  }
  add_figures(bench,
              fmt::format("{} tablets, {} up, {} down each", scale.tablets,
                          week.up / scale.tablets, week.down / scale.tablets),
              ours, echo);
  fs::remove_all(folder);
}

}  // namespace insieme::bench
