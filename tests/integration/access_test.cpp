// Credentials that run out, and clocks that are wrong: neither stops work.
#include <chrono>
#include <thread>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

constexpr std::int64_t kYear1970 = 1'000;
constexpr const char* kIn1970 = "1000";
constexpr const char* kIn2040 = "2209032000000";  // 1 January 2040

std::string device_of(const Terminal& who) {
  return member(who.ask({"status"}).at("identity").as_object(), "device");
}

/// Requests for a token that passed on the network.
std::size_t tokens_asked(const std::vector<Passed>& passed) {
  std::size_t count = 0;
  for (const Passed& connection : passed) {
    for (std::size_t at = 0; (at = connection.request.find("POST /v1/token", at)) !=
                             std::string::npos;
         ++at) {
      ++count;
    }
  }
  return count;
}

TEST_CASE("access: a token that expires during a visit is renewed by the device's key",
          "[integration][P1]") {
  Ambito at({"--token-ttl", "1s"});
  Tablet anna(at.anna);
  REQUIRE(anna.sync());
  at.network.take_passed();
  for (int visit = 0; visit < 2; ++visit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
    const std::string value = "visita " + std::to_string(visit);
    anna.ok("record.save", {{"record", at.visit}, {"fields", {{"next_step", value}}}});
    at.acknowledged.insert(value);
    CHECK(anna.sync());
  }
  // The connection was kept; it is the token that was asked for again.
  CHECK(anna.sync());
  const std::size_t asked = tokens_asked(at.network.take_passed());
  CHECK(asked <= 3);
  at.check_whole();
}

TEST_CASE("access: a token that is forgotten in the middle of a synchronisation is renewed",
          "[integration][P1][P2]") {
  Ambito at;
  {
    Tablet anna(at.anna);
    // More than one request can carry.
    for (int i = 0; i < 6; ++i) {
      anna.ok("record.save", {{"record", at.visit},
                              {"fields", {{"observations", std::string(200'000, char('a' + i))}}}});
    }
  }
  at.save("alla fine");
  at.network.take_passed();
  // The server forgets all tokens when it starts; it does so while the second answer travels.
  Tablet probe(at.bruno);
  REQUIRE(probe.sync());
  const std::size_t first_answer = at.network.take_passed().at(0).reply.size();
  at.network.cut_next({Way::reply, first_answer + 400, [&at] { at.server.restart(); }});
  at.anna.ok({"sync"});
  CHECK(at.network.cuts() == 1);
  CHECK(tokens_asked(at.network.take_passed()) == 2);
  at.check_whole();
}

TEST_CASE("access: a revoked device works on, keeps its work, and is told whom to ask",
          "[integration][P1][P2]") {
  Ambito at;
  at.server.admin({"revoke", device_of(at.anna), "--reason", "smarrito"});
  at.anna.ok({"edit", at.visit, "next_step=Dopo la revoca"});
  const std::string said = at.anna.refused(4, {"sync"});
  check_says(said, {"Questo dispositivo è stato revocato", "resta sul dispositivo",
                    "parlare con il coordinatore"});
  at.anna.ok({"edit", at.visit, "next_date=01/04/2024"});
  CHECK(at.shown(at.anna, "next_step") == "Dopo la revoca");
  CHECK(member(at.anna.ask({"status"}), "unsent") == "2");
  check_says(at.anna.run({"--lang", "en", "sync"}).err, {"taken off the list", "coordinator"});
  // An invitation of somebody else does not bring it back.
  check_says(at.anna.refused(2, {"enrol", at.invitation("bruno")}), {"chiederne un altro"});
  // Found again: a new invitation, and nothing of it was lost.
  at.anna.ok({"enrol", at.invitation("anna")});
  at.acknowledged.insert("Dopo la revoca");
  at.check_whole();
  CHECK(at.shown(at.carla, "next_date") == "01/04/2024");
}

TEST_CASE("access: a disabled account stops synchronising, not working, until it is enabled",
          "[integration][P1][P2]") {
  Ambito at;
  at.server.admin({"users", "disable", "anna"});
  at.save("mentre era sospesa");
  check_says(at.anna.refused(4, {"sync"}), {"L'utenza di questo dispositivo è disattivata"});
  at.server.admin({"users", "enable", "anna"});
  at.check_whole();
}

/// Lines of a field's history: value → when, and whether the clock is suspect.
std::map<std::string, std::pair<std::string, bool>> times_of(const Ambito& at,
                                                             const Terminal& who) {
  std::map<std::string, std::pair<std::string, bool>> times;
  const json::object history = who.ask({"history", at.visit});
  for (const json::value& one : history.at("lines").as_array()) {
    const json::object& line = one.as_object();
    if (member(line, "field") != "next_step") continue;
    times[member(line, "to")] = {member(line, "at"), line.at("clock_suspect").as_bool()};
  }
  return times;
}

TEST_CASE("access: clocks in 1970 and 2040, and jumping, move nobody else's time",
          "[integration][P1][P3]") {
  Ambito at;
  const auto edit = [&at](const Terminal& who, const char* clock, const std::string& value) {
    who.ok({"--clock", clock, "edit", at.visit, "next_step=" + value});
    at.acknowledged.insert(value);
  };
  // Before any exchange tells them; then every tablet jumps once the other way.
  edit(at.anna, kIn1970, "dal 1970");
  edit(at.bruno, kIn2040, "dal 2040");
  at.anna.ok({"--clock", kIn1970, "sync"});
  at.bruno.ok({"--clock", kIn2040, "sync"});
  const json::object told = at.bruno.ask({"--clock", kIn2040, "status"});
  CHECK(told.at("clock_wrong").as_bool());
  check_says(at.bruno.ok({"--clock", kIn2040, "status"}),
             {"Orologio", "di questo dispositivo sbagliato", "nulla va perso"});
  edit(at.anna, kIn2040, "da Anna saltata al 2040");
  edit(at.bruno, kIn1970, "da Bruno saltato al 1970");
  at.anna.ok({"--clock", kIn2040, "sync"});
  at.bruno.ok({"--clock", kIn1970, "sync"});
  at.carla.ok({"sync"});
  at.carla.ok({"edit", at.visit, "next_step=Da Carla, orologio giusto"});
  at.acknowledged.insert("Da Carla, orologio giusto");
  at.check_whole();
  const std::string now = member(at.carla.ask({"status"}), "last_sync_at").substr(0, 4);
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) {
    auto times = times_of(at, *who);
    CAPTURE(who->store());
    CHECK(times["Da Carla, orologio giusto"].first.substr(0, 4) == now);
    CHECK_FALSE(times["Da Carla, orologio giusto"].second);
    CHECK(times["dal 2040"].second);  // ahead of the server's receipt, and shown as such
  }
  // With the clock right again the next save is of today.
  edit(at.anna, std::to_string(kYear1970).c_str(), "ancora 1970");
  at.anna.ok({"sync"});
  CHECK_FALSE(at.anna.ask({"status"}).at("clock_wrong").as_bool());
  at.check_whole();
}

}  // namespace
}  // namespace insieme::testing
