// server_idle: what a device that waits for news costs a real server, a process of its own.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "bench.hpp"
#include "insieme/processes/process.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/server/tokens.hpp"
#include "insieme/sync/log_place.hpp"
#include "subject.hpp"

namespace insieme::bench {
namespace {

namespace json = boost::json;

constexpr const char* kAccount = "many";
constexpr std::size_t kOtherFiles = 300;  ///< of those that may be open: no connections

struct Waiter {
  sync::DeviceId device;
  sync::KeyPair keys;
  std::string token;
};

template <class Id>
Id numbered(std::string_view kind, std::uint64_t number) {
  const sync::Digest digest = sync::Hasher(kind).add(number).finish();
  Id id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

/// A connection that is kept open; blocks.
class Line {
 public:
  explicit Line(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0 ||
        ::connect(socket_, reinterpret_cast<::sockaddr*>(&address), sizeof address) != 0) {
      stop("cannot connect to the server");
    }
  }
  ~Line() { ::close(socket_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void send(const std::string& request) const {
    if (::write(socket_, request.data(), request.size()) !=
        static_cast<::ssize_t>(request.size())) {
      stop("the server takes no request");
    }
  }
  /// The body of the next answer.
  std::string receive() {
    while (true) {
      const std::size_t end = read_.find("\r\n\r\n");
      const std::size_t told = read_.find("Content-Length: ");
      if (end != std::string::npos && told < end) {
        const std::size_t length = std::stoul(read_.substr(told + 16, end - told - 16));
        if (read_.size() >= end + 4 + length) {
          std::string body = read_.substr(end + 4, length);
          read_.erase(0, end + 4 + length);
          return body;
        }
      }
      std::array<char, 16 * 1024> bytes{};
      const ::ssize_t count = ::read(socket_, bytes.data(), bytes.size());
      if (count <= 0) stop("the server ended a connection");
      read_.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }
  std::string ask(const std::string& request) {
    send(request);
    return receive();
  }

 private:
  int socket_;
  std::string read_;
};

std::string post(const std::string& path, const json::object& body) {
  const std::string text = json::serialize(body);
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      path, text.size(), text);
}

/// A space whose devices are all of one person, who may see nothing yet.
std::vector<Waiter> make_space(const std::filesystem::path& folder, const sync::SpaceId& space,
                               std::size_t count) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "server.key") << std::string(64, '7') << '\n';
  const std::string path = (folder / "server.db").string();
  const server::Clock clock = [] { return std::int64_t{1'790'000'000'000}; };
  must(server::create_space(path, space, "Bench", 0));
  const auto repository =
      must(server::open_sqlite_repository(path, server::Roles::defaults(), clock));
  must(repository->add_user({kAccount, "Many", "educator", false, 0}));
  std::vector<Waiter> waiters;
  for (std::uint64_t i = 0; i < count; ++i) {
    const sync::Digest seed = sync::Hasher("bench key").add(i).finish();
    Waiter waiter{numbered<sync::DeviceId>("bench device", i), sync::make_key_pair(seed.bytes), {}};
    const sync::Digest invitation = sync::Hasher("bench invitation").add(i).finish();
    must(repository->add_invitation(invitation, kAccount, INT64_MAX));
    must(repository->enrol({invitation, waiter.keys.public_key, "t",
                            numbered<sync::ReplicaId>("bench replica", i), waiter.device}));
    waiters.push_back(std::move(waiter));
  }
  return waiters;
}

void fetch_token(Line& line, const sync::SpaceId& space, Waiter& waiter) {
  const std::string device = sync::to_text(waiter.device);
  const json::value challenge = json::parse(line.ask(post("/v1/challenge", {{"device", device}})));
  const std::string nonce(challenge.at("nonce").as_string());
  const std::string message = server::token_message(space, waiter.device, nonce);
  const sync::Signature signature =
      sync::sign(waiter.keys.secret_key,
                 {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
  const json::value token = json::parse(line.ask(
      post("/v1/token",
           {{"device", device}, {"nonce", nonce}, {"signature", sync::to_hex(signature.bytes)}})));
  waiter.token = token.at("token").as_string();
}

std::uint64_t resident_bytes(int process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
  }
  stop("the server's memory cannot be read");
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
  const auto space = numbered<sync::SpaceId>("bench space", 0);
  std::vector<Waiter> waiters = make_space(folder / "data", space, count);
  processes::Running server;
  const std::string most = std::to_string(count + 1);
  const std::string said = server.start(
      processes::Launch((bench.program.parent_path() / "insieme-server").string(),
                        {"--data", (folder / "data").string(), "serve", "--dev", "--listen",
                         "127.0.0.1:0", "--log-level", "off", "--wait", "60", "--waits-max", most,
                         "--connections-max", "1000", "--connections-per-address-max", "0",
                         "--requests-per-connection-max", "1000000"},
                        processes::own_environment()),
      (folder / "log").string());
  const auto port = static_cast<std::uint16_t>(std::stoi(said.substr(said.rfind(':') + 1)));
  Line line(port);
  for (Waiter& waiter : waiters) fetch_token(line, space, waiter);
  const std::uint64_t before = resident_bytes(server.process());
  sync::Cursor start;
  start.epoch = 1;
  const std::string place = sync::to_text(start);
  std::vector<std::unique_ptr<Line>> waiting;
  for (const Waiter& waiter : waiters) {
    waiting.push_back(std::make_unique<Line>(port));
    waiting.back()->send(fmt::format(
        "GET /v1/wait?seen={} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", place,
        waiter.token));
    // A connection counts among those that are served until its wait is held.
    if (waiting.size() % 500 == 0) wait_until_waiting(line, waiting.size());
  }
  wait_until_waiting(line, count);
  const auto all = static_cast<double>(resident_bytes(server.process()));
  const auto each = [count](double bytes) { return bytes / static_cast<double>(count) / 1024; };
  Figure figure = figure_of("server_idle", fmt::format("{} waiting", count), "KiB each",
                            {each(all)}, "grown since they came",
                            {each(all - static_cast<double>(before))});
  if (bench.scale.name != "tiny") figure.target = value_at_most(24);
  figure.note = "resident memory of the whole server process, shared by those who wait";
  bench.report.add(std::move(figure));
}

}  // namespace insieme::bench
