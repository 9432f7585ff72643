#include "soak/unit_costs.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "insieme/processes/devices.hpp"
#include "insieme/processes/load.hpp"
#include "insieme/server/postgres_repository.hpp"
#include "insieme/sync/log_place.hpp"
#include "soak/soak.hpp"
#include "soak/soak_check.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kKey = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";
constexpr const char* kObservations =
    "Accolti in cucina; la madre racconta della scuola e del turno nuovo, il figlio resta in "
    "camera per mezz'ora e poi mostra i quaderni. Si concorda di sentire l'insegnante entro la "
    "settimana.";

std::vector<int> children_of(int process) {
  const std::string id = std::to_string(process);
  std::ifstream list("/proc/" + id + "/task/" + id + "/children");
  std::vector<int> found;
  for (int child = 0; list >> child;) found.push_back(child);
  return found;
}

/// What a process has to itself, in KiB.
double own_kib_of(int process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("RssAnon:", 0) == 0) return std::stod(line.substr(8));
  }
  return 0;
}

processes::PostJson poster(std::uint16_t port) {
  return [port](const std::string& path, const std::string& body) {
    return http_once(port, http_request("POST", path, body, "Content-Type: application/json\r\n"))
        .body;
  };
}

}  // namespace

Words cost_flags() {
  Words flags = soak_flags();
  const Words more{"--wait", "2", "--waits-max", "20000",
                   "--connections-max", "1000", "--requests-per-connection-max", "1000000"};
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

/// One that stays open.
class UnitCosts::Tablet {
 public:
  Tablet(UnitCosts& costs, const std::string& account) : costs_(costs), account_(account) {
    costs_.server_.admin({"users", "add", account, "--name", "Signora " + account, "--role",
                          "educator"});
    const json::object options{{"path", (costs_.folder_ / (account + ".db")).string()},
                               {"key", kKey},
                               {"mode", "create"},
                               {"wait", false}};
    const std::string reply = client::Client::open(json::serialize(options), client_);
    if (!client_) throw std::runtime_error(reply);
    ask("device.enrol", {{"invitation", costs_.server_.invitation(account)}});
  }

  /// Empty, and a fault noted, unless it is ok.
  json::object ask(const std::string& command, json::object arguments = {}) {
    arguments["command"] = command;
    arguments["request_id"] = account_ + "-" + std::to_string(++requests_);
    const std::string reply = client_->call(json::serialize(arguments));
    json::object said = json::parse(reply).as_object();
    if (said.at("ok").as_bool()) return said;
    costs_.faults_.push_back(account_ + " " + command + ": " + reply);
    return {};
  }
  /// Changes sent and received.
  std::pair<double, double> synchronise() {
    const json::object reply = ask("sync.run");
    if (reply.empty()) return {};
    return {std::stod(member(reply, "sent")), std::stod(member(reply, "received"))};
  }

 private:
  UnitCosts& costs_;
  std::string account_;
  std::size_t requests_ = 0;
  std::unique_ptr<client::Client> client_;
};

UnitCosts::UnitCosts(const Cluster& database, OfficeServer& server, fs::path folder,
                     CostSettings settings)
    : database_(database), server_(server), folder_(std::move(folder)), settings_(settings) {}

UnitCosts::Reading UnitCosts::read_processors() const {
  Reading now;
  now.server_ms = processes::busy_ms(server_.process());
  for (const int child : children_of(database_.process())) {
    now.postgres_ms += processes::busy_ms(child);
  }
  return now;
}

UnitCosts::Reading UnitCosts::read_all() const {
  Reading now = read_processors();
  now.wal = std::stod(database_.query("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"));
  now.database = std::stod(database_.query("SELECT pg_database_size(current_database())"));
  return now;
}

void UnitCosts::add(const std::string& unit, const Reading& from, const Reading& to,
                    double count) {
  if (count <= 0) {
    faults_.push_back("nothing was counted for " + unit);
    return;
  }
  figures_[unit + ".server_cpu_ms"] = (to.server_ms - from.server_ms) / count;
  figures_[unit + ".postgres_cpu_ms"] = (to.postgres_ms - from.postgres_ms) / count;
  if (to.wal <= 0) return;
  figures_[unit + ".wal_bytes"] = (to.wal - from.wal) / count;
  figures_[unit + ".database_bytes"] = (to.database - from.database) / count;
}

double UnitCosts::logged() const {
  return std::stod(database_.query("SELECT position FROM spaces"));
}

void UnitCosts::enrol_devices() {
  sync::SpaceId space;
  const std::string hex = database_.query("SELECT encode(uuid, 'hex') FROM spaces");
  if (!sync::from_hex(hex, space.bytes).ok()) throw std::runtime_error("no space");
  const server::Clock clock = [] { return std::int64_t{1'790'000'000'000}; };
  auto opened = server::open_postgres_repository(database_.address(), space,
                                                 server::Roles::defaults(), clock);
  if (!opened.ok()) throw std::runtime_error(opened.error().detail);
  server::Repository& repository = **opened;
  std::vector<processes::BareDevice> devices;
  const Reading before = read_all();
  for (std::uint64_t i = 0; i < settings_.devices; ++i) {
    const std::string account = "many" + std::to_string(i);
    if (!repository.add_user({account, "Many", "educator", false, 0}).ok()) {
      faults_.push_back("an account was not added");
    }
    const auto device = processes::enrol_bare(repository, account, i);
    if (!device.ok()) throw std::runtime_error(device.error().detail);
    devices.push_back(*device);
  }
  const Reading after = read_all();
  const auto count = static_cast<double>(settings_.devices);
  figures_["device.database_bytes"] = (after.database - before.database) / count;
  figures_["device.wal_bytes"] = (after.wal - before.wal) / count;
  const Reading unknown = read_processors();
  for (const processes::BareDevice& device : devices) {
    tokens_.push_back(processes::fetch_token(poster(server_.port()), space, device));
  }
  add("token", unknown, read_processors(), count);
}

/// Each asks again when its wait is over, as a tablet does for which there is no news.
void UnitCosts::let_wait() {
  sync::Cursor start;
  start.epoch = 1;
  const std::string place = sync::to_text(start);
  std::vector<std::unique_ptr<RawClient>> lines;
  const auto ask_all = [&] {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      lines[i]->send(http_request("GET", "/v1/wait?seen=" + place, {},
                                  "Authorization: Bearer " + tokens_[i] + "\r\n"));
    }
  };
  const auto hear_all = [&] {
    for (const auto& line : lines) {
      const HttpAnswer answer = line->read_answer();
      if (answer.status != 200 && answer.status != 204) {
        faults_.push_back("a wait was answered " + std::to_string(answer.status) + answer.body);
      }
    }
  };
  const double empty = processes::resident_kib(server_.process());
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    lines.push_back(std::make_unique<RawClient>(server_.port()));
  }
  ask_all();
  hear_all();
  const Reading before = read_processors();
  for (std::size_t i = 0; i < settings_.rounds; ++i) {
    ask_all();
    hear_all();
  }
  add("wait", before, read_processors(),
      static_cast<double>(settings_.rounds * tokens_.size()));
  figures_["wait.server_kib"] = (processes::resident_kib(server_.process()) - empty) /
                                static_cast<double>(tokens_.size());
}

/// A server to which nobody speaks.
void UnitCosts::rest() {
  const Reading before = read_processors();
  std::this_thread::sleep_for(std::chrono::seconds(settings_.idle_seconds));
  add("idle_second", before, read_processors(), static_cast<double>(settings_.idle_seconds));
}

void UnitCosts::write_dossiers(Tablet& anna) {
  const Reading before = read_all();
  for (std::size_t i = 0; i < settings_.dossiers; ++i) {
    const std::string name = "Famiglia " + std::to_string(i);
    json::array people;
    for (const char* relation : {"0", "1", "2"}) {
      people.push_back(json::object{
          {"type", "member"},
          {"fields",
           {{"surname", name},
            {"given_names", std::string("Anna ") + relation},
            {"relation", relation}}}});
    }
    const json::object made =
        anna.ask("dossier.create", {{"type", "household"},
                                    {"fields", {{"name", name}, {"commune", "Bibbiano"}}},
                                    {"records", people}});
    if (!made.empty()) dossiers_.push_back(member(made, "dossier"));
  }
  made_ += anna.synchronise().first;
  add("dossier", before, read_all(), static_cast<double>(dossiers_.size()));
  figures_["dossier.changes"] = made_ / static_cast<double>(settings_.dossiers);
}

void UnitCosts::write_visits(Tablet& anna) {
  const Reading before = read_all();
  for (std::size_t i = 0; i < settings_.visits; ++i) {
    for (const std::string& dossier : dossiers_) {
      const json::object made =
          anna.ask("record.save", {{"type", "visit"},
                                   {"dossier", dossier},
                                   {"fields",
                                    {{"start_at", "12/03/2024 15:30"},
                                     {"minutes", "75"},
                                     {"place", "casa"},
                                     {"educator", "anna"},
                                     {"next_step", "Sentire la scuola"},
                                     {"observations", kObservations}}}});
      if (!made.empty()) visits_.push_back(member(made.at("record").as_object(), "id"));
    }
  }
  const double sent = anna.synchronise().first;
  made_ += sent;
  add("visit", before, read_all(), sent);
}

void UnitCosts::edit_visits(Tablet& anna) {
  const Reading before = read_all();
  for (std::size_t i = 0; i < visits_.size(); ++i) {
    anna.ask("record.save", {{"record", visits_[i]},
                             {"fields", {{"next_step", "Passo " + std::to_string(i)}}}});
  }
  const double sent = anna.synchronise().first;
  made_ += sent;
  add("edit", before, read_all(), sent);
}

void UnitCosts::fetch_all(Tablet& bruno) {
  for (const std::string& dossier : dossiers_) server_.admin({"assign", "bruno", dossier});
  const Reading before = read_all();
  const double received = bruno.synchronise().second;
  add("first_pull_of_change", before, read_all(), received);
}

void UnitCosts::exchange(Tablet& anna, Tablet& bruno) {
  static_cast<void>(anna.synchronise());
  static_cast<void>(bruno.synchronise());
  Reading push;
  Reading pull;
  Reading none;
  const auto spend = [this](Reading& sum, Tablet& tablet) {
    const Reading before = read_processors();
    const std::pair<double, double> moved = tablet.synchronise();
    const Reading after = read_processors();
    sum.server_ms += after.server_ms - before.server_ms;
    sum.postgres_ms += after.postgres_ms - before.postgres_ms;
    return moved;
  };
  std::vector<double> spent_ms;
  double sent = 0;
  double received = 0;
  const Reading all = read_all();
  for (std::size_t i = 0; i < settings_.exchanges; ++i) {
    anna.ask("record.save", {{"record", visits_[i % visits_.size()]},
                             {"fields", {{"next_step", "Ancora " + std::to_string(i)}}}});
    const auto begin = Clock::now();
    sent += spend(push, anna).first;
    const std::chrono::duration<double, std::milli> wall = Clock::now() - begin;
    spent_ms.push_back(wall.count());
    received += spend(pull, bruno).second;
    static_cast<void>(spend(none, bruno));
  }
  const Reading end = read_all();
  made_ += sent;
  const auto count = static_cast<double>(settings_.exchanges);
  if (sent != count || received != count) faults_.push_back("not each exchange had one change");
  add("push_of_one", {}, push, count);
  add("pull_of_one", {}, pull, count);
  add("empty_sync", {}, none, count);
  figures_["push_of_one.wal_bytes"] = (end.wal - all.wal) / count;
  std::sort(spent_ms.begin(), spent_ms.end());
  figures_["push_of_one.wall_ms_median"] = spent_ms[spent_ms.size() / 2];
}

void UnitCosts::look_at_processes() {
  figures_["server.resident_kib"] = processes::resident_kib(server_.process());
  figures_["server.connections"] = std::stod(database_.query(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
      " AND pid <> pg_backend_pid()"));
  std::vector<double> backends;
  for (const int child : children_of(database_.process())) {
    std::ifstream name("/proc/" + std::to_string(child) + "/cmdline");
    std::string title;
    std::getline(name, title, '\0');
    if (title.find("insieme insieme") != std::string::npos) backends.push_back(own_kib_of(child));
  }
  if (backends.empty()) return;
  double sum = 0;
  for (const double kib : backends) sum += kib;
  figures_["connection.postgres_kib"] = sum / static_cast<double>(backends.size());
}

void UnitCosts::measure() {
  // Pages that were not written since the last checkpoint are logged whole: one at the beginning.
  database_.execute("ALTER SYSTEM SET checkpoint_timeout = '1h'", "postgres");
  database_.execute("ALTER SYSTEM SET max_wal_size = '8GB'", "postgres");
  database_.execute("SELECT pg_reload_conf()", "postgres");
  rest();
  enrol_devices();
  let_wait();
  Tablet anna(*this, "anna");
  Tablet bruno(*this, "bruno");
  write_dossiers(anna);
  if (!faults_.empty()) return;
  write_visits(anna);
  edit_visits(anna);
  fetch_all(bruno);
  exchange(anna, bruno);
  look_at_processes();
}

}  // namespace insieme::testing
