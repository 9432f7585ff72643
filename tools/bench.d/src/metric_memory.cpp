// client_memory during a first synchronisation: a client that is a process of its own fetches
// caseload C from a real server.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "bench.hpp"
#include "caseload.hpp"
#include "hub.hpp"
#include "insieme/processes/load.hpp"
#include "line.hpp"
#include "subject.hpp"

namespace insieme::bench {
namespace {

namespace fs = std::filesystem;

/// The caseload on a server in `data`; codes for as many coordinators.
std::vector<std::string> hand_over(const Bench& bench, const fs::path& data,
                                   std::size_t coordinators) {
  Hub hub(data);
  Link link(hub);
  Subject subject((data / "anna.db").string(), schema::embedded_bundle(), Subject::Open::create,
                  &link);
  must(subject.engine().enrol(hub.invite("anna", "educator")));
  static_cast<void>(make_caseload(subject, bench.scale, bench.seed));
  while (true) {
    const auto outcome = subject.engine().sync_now();
    must(outcome.status);
    if (!outcome.unsent) break;
  }
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < coordinators; ++i) {
    codes.push_back(hub.invite(fmt::format("carla{}", i), "coordinator").invitation.code);
  }
  return codes;
}

}  // namespace

int first_sync_child(const std::string& store, const std::string& url, const std::string& code) {
  const auto transport = client::make_transport({});
  Subject subject(store, schema::embedded_bundle(), Subject::Open::create, transport.get());
  client::EnrolRequest request;
  request.invitation.server_url = url;
  request.invitation.code = code;
  request.device_name = "tablet";
  must(subject.engine().enrol(request));
  const auto outcome = subject.engine().sync_now();
  must(outcome.status);
  fmt::print("{} {}\n", processes::resident_peak_kib(getpid()), outcome.summary.received);
  return 0;
}

void measure_first_sync_memory(Bench& bench) {
  const fs::path folder = bench.fresh("memory");
  fs::create_directories(folder / "data");
  const std::vector<std::string> codes = hand_over(bench, folder / "data", bench.scale.runs);
  processes::Running server;
  const std::uint16_t port = start_server(bench, server, folder / "data", {});
  std::vector<double> peaks;
  std::vector<double> sizes;
  for (const std::string& code : codes) {
    const std::string path = (folder / (code + ".db")).string();
    processes::Launch launch(bench.program.string(),
                             {"--child", "first-sync", path,
                              fmt::format("http://127.0.0.1:{}", port), code},
                             processes::own_environment());
    const processes::Finished child = processes::run_launch(launch);
    double peak = 0;
    double received = 0;
    if (child.code != 0 || std::sscanf(child.out.c_str(), "%lf %lf", &peak, &received) != 2 ||
        received <= 0) {
      stop("a first synchronisation failed: " + child.err + child.out);
    }
    peaks.push_back(peak / 1024);
    sizes.push_back(static_cast<double>(fs::file_size(path)) / 1024 / 1024);
  }
  Figure figure =
      figure_of("client_memory", "during first sync", "MiB", peaks, "its file", sizes);
  figure.target = value_at_most(64);
  figure.note = "the most that a process of its own had resident, libcurl's included, until it had "
                "everything that a coordinator may see; raw key";
  bench.report.add(std::move(figure));
}

}  // namespace insieme::bench
