#include "soak/soak.hpp"

#include <algorithm>
#include <random>
#include <thread>

#include "insieme/client/client.hpp"
#include "insieme/processes/load.hpp"
#include "support/document_states.hpp"

namespace insieme::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kWorkers = 8;
constexpr std::size_t kShare = 5;       // tablets of one household
constexpr std::size_t kRoundsMax = 12;  // until everybody has everything
constexpr const char* kKey = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

}  // namespace

/// A tablet that is switched on.
class Soak::Sitting {
 public:
  Sitting(Soak& soak, Member& member, const char* mode) : soak_(soak), member_(member) {
    const json::object options{
        {"path", member.store}, {"key", kKey}, {"mode", mode}, {"wait", false}};
    const std::string reply = client::Client::open(json::serialize(options), client_);
    if (!client_) soak.fault(member.account + " opens: " + reply);
  }

  /// Empty, and a fault noted, unless it is ok.
  json::object ask(const std::string& command, json::object arguments = {}) {
    if (!client_) return {};
    arguments["command"] = command;
    arguments["request_id"] = member_.account + "-" + std::to_string(++member_.requests);
    const std::string reply = client_->call(json::serialize(arguments));
    json::object said = json::parse(reply).as_object();
    if (said.at("ok").as_bool()) return said;
    soak_.fault(member_.account + " " + command + ": " + reply);
    return {};
  }

  json::object synchronise() {
    const auto begin = Clock::now();
    json::object reply = ask("sync.run");
    const std::chrono::duration<double, std::milli> spent = Clock::now() - begin;
    const std::lock_guard lock(soak_.mutex_);
    soak_.spent_ms_.push_back(spent.count());
    return reply;
  }

 private:
  Soak& soak_;
  Member& member_;
  std::unique_ptr<client::Client> client_;
};

Soak::Soak(OfficeServer& server, std::filesystem::path folder, SoakSettings settings)
    : server_(server), folder_(std::move(folder)), settings_(settings) {}

void Soak::fault(const std::string& what) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(what);
}

void Soak::enrol(Member& member) {
  server_.admin({"users", "add", member.account, "--name", "Signora " + member.account, "--role",
                 "educator"});
  Sitting sitting(*this, member, "create");
  sitting.ask("device.enrol", {{"invitation", server_.invitation(member.account)}});
}

void Soak::prepare() {
  for (std::size_t i = 0; i < settings_.tablets; ++i) {
    auto member = std::make_unique<Member>();
    member->account = "tablet" + std::to_string(i);
    member->store = folder_ / (member->account + ".db");
    enrol(*member);
    members_.push_back(std::move(member));
  }
  for (std::size_t first = 0; first < members_.size(); first += kShare) {
    Member& owner = *members_[first];
    Sitting sitting(*this, owner, "open");
    const json::object made = sitting.ask(
        "dossier.create",
        {{"type", "household"},
         {"fields", {{"name", "Famiglia " + owner.account}, {"commune", "Bibbiano"}}}});
    if (made.empty()) return;
    sitting.synchronise();
    const std::string record = testing::member(made.at("record").as_object(), "id");
    const std::string dossier = testing::member(made, "dossier");
    for (std::size_t i = first; i < std::min(first + kShare, members_.size()); ++i) {
      members_[i]->dossier = dossier;
      members_[i]->record = record;
      if (i != first) server_.admin({"assign", members_[i]->account, dossier});
    }
  }
}

void Soak::turn(Member& member, std::uint64_t dice) {
  Sitting sitting(*this, member, "open");
  const json::object here = sitting.ask("dossier.list");
  if (!here.empty() && !here.at("dossiers").as_array().empty()) {
    const std::string word = "n" + std::to_string(dice % 1'000'000);
    if (dice % 3 == 0) {
      sitting.ask("record.save", {{"record", member.record}, {"fields", {{"name", word}}}});
    } else {
      sitting.ask("record.save", {{"type", "note"},
                                  {"dossier", member.dossier},
                                  {"fields", {{"title", word}, {"body", "Una frase, " + word}}}});
    }
    ++saves_;
  }
  if (dice % 5 != 0) sitting.synchronise();  // else there is no network today
}

void Soak::work(std::size_t worker, Clock::time_point end) {
  std::mt19937_64 random(settings_.seed * 1000 + worker);
  while (Clock::now() < end) {
    Member& member = *members_[random() % members_.size()];
    const std::unique_lock mine(member.in_use, std::try_to_lock);
    if (mine) turn(member, random());
  }
}

void Soak::watch(Clock::time_point begin, Clock::time_point end) {
  constexpr std::size_t kQuarters = 4;
  std::vector<std::vector<double>> seen(kQuarters);
  while (Clock::now() < end) {
    const double part = std::chrono::duration<double>(Clock::now() - begin) /
                        std::chrono::duration<double>(end - begin);
    seen[std::min(kQuarters - 1, static_cast<std::size_t>(part * kQuarters))].push_back(
        processes::resident_kib(server_.process()));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  for (auto& quarter : seen) memory_.push_back(median_of(std::move(quarter)));
}

void Soak::run() {
  const auto begin = Clock::now();
  const auto end = begin + settings_.time;
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([this, worker, end] { work(worker, end); });
  }
  watch(begin, end);
  for (std::thread& thread : threads) thread.join();
}

void Soak::settle() {
  bool quiet = false;
  for (std::size_t round = 0; round < kRoundsMax && !quiet; ++round) {
    quiet = true;
    for (const auto& member : members_) {
      const json::object reply = Sitting(*this, *member, "open").synchronise();
      if (reply.empty()) return;
      quiet = quiet && testing::member(reply, "sent") == "0" &&
              testing::member(reply, "received") == "0";
    }
  }
  if (!quiet) fault("everybody synchronised again and again, and it never came to rest");
  const json::object verified = server_.admin_json({"verify"}).as_object();
  if (!verified.at("ok").as_bool()) fault("the server: " + json::serialize(verified));
  const States there = states_of_server(verified);
  for (const auto& member : members_) {
    const json::object said = Sitting(*this, *member, "open").ask("verify");
    if (said.empty()) continue;  // a fault that is noted
    const States here = states_of_tablet(said);
    if (here.empty()) fault(member->account + " has nothing");
    for (const auto& [document, state] : here) {
      const auto found = there.find(document);
      if (found == there.end() || found->second != state) {
        fault(member->account + " differs in " + document);
      }
    }
  }
}

SoakTimes Soak::times() const {
  std::vector<double> sorted = spent_ms_;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.empty()) return {};
  const auto at = [&sorted](double part) {
    const auto place = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
    return sorted[std::min(place, sorted.size() - 1)];
  };
  return {at(0.5), at(0.99), sorted.back()};
}

}  // namespace insieme::testing
