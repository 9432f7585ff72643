// A network that stops anywhere, loses answers, and says things twice.
#include <algorithm>

#include "ambito.hpp"
#include "support/catch.hpp"
#include "support/http_stub.hpp"
#include "support/server_process.hpp"

namespace insieme::testing {
namespace {

/// One answer per connection, as HttpStub gives them.
std::vector<std::string> answers_of(const std::string& replies) {
  std::vector<std::string> answers;
  const std::string begin = "HTTP/1.1 ";
  for (std::size_t at = 0; at < replies.size();) {
    const std::size_t end = std::min(replies.find(begin, at + 1), replies.size());
    std::string answer = replies.substr(at, end - at);
    answer.insert(answer.find("\r\n") + 2, "Connection: close\r\n");
    answers.push_back(std::move(answer));
    at = end;
  }
  return answers;
}

/// Every `step`-th byte of what a whole synchronisation sends or receives.
void cut_everywhere(Ambito& at, Way way, std::size_t step, std::size_t offset) {
  Tablet anna(at.anna);
  Tablet bruno(at.bruno);
  std::size_t after = offset;
  std::size_t failures = 0;
  for (bool struck = true; struck; after += step) {
    CAPTURE(after, step);
    const std::string value =
        (way == Way::request ? "andata " : "ritorno ") + std::to_string(after);
    anna.ok("record.save", {{"record", at.visit}, {"fields", {{"next_step", value}}}});
    at.acknowledged.insert(value);
    if (after % 5 == 0) {
      bruno.ok("record.save",
               {{"record", at.visit}, {"fields", {{"observations", "nota " + value}}}});
      REQUIRE(bruno.sync());
    }
    // A connection of its own, so that bytes are counted from its beginning.
    Tablet fresh(at.anna);
    const std::uint64_t before = at.network.cuts();
    at.network.cut_next({way, after, {}});
    if (!fresh.sync()) {
      ++failures;
      check_says(fresh.said(), {"Il lavoro resta salvato qui e partirà più tardi"});
    }
    struck = at.network.cuts() != before;
    at.network.pass();
  }
  CHECK(after > 600);
  CHECK(failures > 5);  // curl itself sends again where nothing was answered yet
}

TEST_CASE("network: a connection cut after every k-th byte sent loses and doubles nothing",
          "[integration][P2][P3]") {
  const std::uint64_t seed = seed_or(11);
  CAPTURE(seed);
  Ambito at;
  cut_everywhere(at, Way::request, 17, seed % 17);
  at.check_whole();
}

TEST_CASE("network: a connection cut after every k-th byte received loses and doubles nothing",
          "[integration][P2][P3]") {
  const std::uint64_t seed = seed_or(12);
  CAPTURE(seed);
  Ambito at;
  cut_everywhere(at, Way::reply, 17, seed % 17);
  at.check_whole();
}

TEST_CASE("network: while no answer comes, a record is “sent”, and afterwards it is applied",
          "[integration][P2][P6]") {
  Ambito at;
  Tablet anna(at.anna);
  REQUIRE(anna.sync());
  anna.ok("record.save", {{"record", at.visit}, {"fields", {{"next_step", "Telefonare"}}}});
  at.acknowledged.insert("Telefonare");
  const auto receipt = [&] {
    const json::object reply = anna.ok("receipts", {{"record", at.visit}});
    return member(reply.at("receipts").as_array()[0].as_object(), "receipt");
  };
  CHECK(receipt() == "saved_here");
  Tablet fresh(at.anna);
  // Both requests for a token are answered; the answer of the exchange is lost, again and again.
  std::size_t before_exchange = 0;
  at.network.take_passed();
  REQUIRE(Tablet(at.anna).sync());
  anna.ok("record.save", {{"record", at.visit}, {"fields", {{"next_step", "Scrivere"}}}});
  at.acknowledged.insert("Scrivere");
  const std::string reply = at.network.take_passed().at(0).reply;
  before_exchange = reply.find("HTTP/1.1", reply.find("\"token\""));
  REQUIRE(before_exchange != std::string::npos);
  at.network.cut_next({Way::reply, before_exchange, [&at] { at.network.cut_every({}); }});
  CHECK_FALSE(fresh.sync());
  CHECK(receipt() == "sent");
  at.network.pass();
  REQUIRE(fresh.sync());
  CHECK(receipt() == "applied");
  at.check_whole();
}

TEST_CASE("network: requests repeated byte for byte change nothing", "[integration][P2][P3]") {
  Ambito at;
  const Terminal second(at.folder.path(), "secondo");
  second.ok({"init"});
  at.network.take_passed();
  second.ok({"enrol", at.invitation("anna"), "--name", "secondo"});
  second.ok({"sync"});
  at.save("Telefonare");
  at.anna.ok({"sync"});
  const auto states = at.server.admin_json({"verify"}).as_object().at("documents");
  const auto devices = at.server.admin_json({"devices"}).as_array().size();
  const std::vector<Passed> passed = at.network.take_passed();
  REQUIRE(passed.size() >= 3);
  for (const Passed& connection : passed) {
    for (int time = 0; time < 2; ++time) {
      RawClient again(at.server.port());
      REQUIRE(again.send(connection.request));
      again.shut_down_sending();
      const HttpAnswer answer = again.read_answer();
      CHECK((answer.status == 200 || answer.status == 401));
      CHECK(again.read_to_end());
    }
  }
  CHECK(at.server.admin_json({"verify"}).as_object().at("documents") == states);
  CHECK(at.server.admin_json({"devices"}).as_array().size() == devices);
  at.check_whole();
}

TEST_CASE("network: a reply of another time does not mislead a tablet", "[integration][P2][P3]") {
  Ambito at;
  at.save("prima");
  at.network.take_passed();
  at.anna.ok({"sync"});
  const std::string old = at.network.take_passed().at(0).reply;
  at.save("dopo");
  // A cache in the middle that answers with what it once heard.
  HttpStub cache(answers_of(old));
  at.network.set_target(cache.port());
  const std::string said = at.anna.refused(4, {"sync"});
  CHECK_FALSE(said.empty());
  CHECK(member(at.anna.ask({"status"}), "unsent") == "1");
  at.network.set_target(at.server.port());
  at.check_whole();
}

TEST_CASE("network: with no server at all, work goes on and is told why it waits",
          "[integration][P1][P2]") {
  Ambito at;
  at.server.stop();
  Tablet anna(at.anna);
  for (int i = 0; i < 3; ++i) {
    const std::string value = "senza rete " + std::to_string(i);
    anna.ok("record.save", {{"record", at.visit}, {"fields", {{"next_step", value}}}});
    at.acknowledged.insert(value);
    CHECK_FALSE(anna.sync());
    check_says(anna.said(), {"Il server non risponde", "partirà più tardi"});
  }
  at.server.start();
  REQUIRE(anna.sync());
  at.check_whole();
}

}  // namespace
}  // namespace insieme::testing
