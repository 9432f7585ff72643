// server_idle: what a device that waits for news costs a real server, a process of its own.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "bench.hpp"
#include "insieme/processes/load.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/sync/log_place.hpp"
#include "line.hpp"
#include "subject.hpp"

namespace insieme::bench {
namespace {

constexpr const char* kAccount = "many";
constexpr std::size_t kOtherFiles = 300;  ///< of those that may be open: no connections

/// A space whose devices are all of one person, who may see nothing yet.
std::vector<processes::BareDevice> make_space(const std::filesystem::path& folder,
                                              const sync::SpaceId& space, std::size_t count) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "server.key") << std::string(64, '7') << '\n';
  const std::string path = (folder / "server.db").string();
  const server::Clock clock = [] { return std::int64_t{1'790'000'000'000}; };
  must(server::create_space(path, space, "Bench", 0));
  const auto repository =
      must(server::open_sqlite_repository(path, server::Roles::defaults(), clock));
  must(repository->add_user({kAccount, "Many", "educator", false, 0}));
  std::vector<processes::BareDevice> devices;
  for (std::uint64_t i = 0; i < count; ++i) {
    devices.push_back(must(processes::enrol_bare(*repository, kAccount, i)));
  }
  return devices;
}

/// How many may be open here, and so there.
std::size_t raise_files(std::size_t wanted) {
  struct ::rlimit files {};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const std::size_t room = files.rlim_cur - kOtherFiles;
  return std::min(wanted, room);
}

void wait_until_waiting(Line& line, std::size_t count) {
  const std::string wanted = fmt::format("\ninsieme_waiting {}\n", count);
  for (int i = 0; i < 1'000; ++i) {
    const std::string metrics = line.ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    if (metrics.find(wanted) != std::string::npos) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  stop("not all come to wait");
}

}  // namespace

void measure_server_idle(Bench& bench) {
  const std::size_t count = raise_files(bench.scale.name == "full"    ? 10'000
                                        : bench.scale.name == "quick" ? 2'000
                                                                      : 20);
  const std::filesystem::path folder = bench.fresh("server_idle");
  const auto space = processes::numbered<sync::SpaceId>("bench space", 0);
  const std::vector<processes::BareDevice> devices = make_space(folder / "data", space, count);
  processes::Running server;
  const std::uint16_t port = start_server(
      bench, server, folder / "data",
      {"--wait", "60", "--waits-max", std::to_string(count + 1), "--connections-max", "1000"});
  Line line(port);
  const std::vector<std::string> tokens = fetch_tokens(line, space, devices);
  const double before = processes::resident_kib(server.process());
  sync::Cursor start;
  start.epoch = 1;
  const std::string place = sync::to_text(start);
  std::vector<std::unique_ptr<Line>> waiting;
  for (const std::string& token : tokens) {
    waiting.push_back(std::make_unique<Line>(port));
    waiting.back()->send(fmt::format(
        "GET /v1/wait?seen={} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", place,
        token));
    // A connection counts among those that are served until its wait is held.
    if (waiting.size() % 500 == 0) wait_until_waiting(line, waiting.size());
  }
  wait_until_waiting(line, count);
  const auto all = processes::resident_kib(server.process());
  const auto each = [count](double kib) { return kib / static_cast<double>(count); };
  Figure figure = figure_of("server_idle", fmt::format("{} waiting", count), "KiB each",
                            {each(all)}, "grown since they came",
                            {each(all - before)});
  if (bench.scale.name != "tiny") figure.target = value_at_most(24);
  figure.note = "resident memory of the whole server process, shared by those who wait";
  bench.report.add(std::move(figure));
}

}  // namespace insieme::bench
