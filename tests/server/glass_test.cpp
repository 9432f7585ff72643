// Dossiers opened with a reason, for a while: over HTTP without sockets, and on SQLite.
#include <boost/json.hpp>

#include "sqlite_subject.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
namespace json = boost::json;

namespace {

struct Office : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  MemoryDevice carla{"carla"};

  Office() {
    add(anna);
    add(luca);
    add(carla, "coordinator");
    anna.create(dossier("d1"));
    anna.write(document_of("d1"), {set("r1", "notes", "nata a Prova")});
    must_sync(anna);
  }
  static Operation set(std::string_view record, std::string_view field, const char* text) {
    return op_on(record, std::string(field), WriteOp{Value{std::string(text)}});
  }
  void must_sync(MemoryDevice& tablet) {
    const RunResult run = sync(tablet);
    CAPTURE(tablet.name(), run.error.detail);
    REQUIRE(run.done);
  }
  server::Response ask(const MemoryDevice& who, const std::string& path, const json::value& body) {
    server::Request request = json_request(path, json::serialize(body));
    request.authorization = "Bearer token-" + who.name();
    return api().handle(request);
  }
  json::object answer(const MemoryDevice& who, const std::string& path, const json::value& body) {
    const server::Response response = ask(who, path, body);
    CAPTURE(body_text(response));
    REQUIRE(response.status == 200);
    return json::parse(body_text(response)).as_object();
  }
  json::array list(const MemoryDevice& who) {
    return answer(who, "/v1/glass/list", json::object{}).at("openings").as_array();
  }
  std::string last_digits() const {
    const std::string id = to_text(dossier("d1"));
    return id.substr(id.size() - 8);
  }
};

constexpr const char* kReason = "Chiamata dai carabinieri, la collega non risponde";

}  // namespace

TEST_CASE("glass: on SQLite", "[server][repository]") { check_glass(make_sqlite); }

TEST_CASE("glass: by digits that somebody reads out, a tablet gets the dossier for its hours",
          "[server][glass][P7]") {
  Office o;
  const json::object opened = o.answer(
      o.luca, "/v1/glass",
      json::object{{"dossier", o.last_digits()}, {"reason", kReason}, {"hours", 3}});
  CHECK(opened.at("mine").as_bool());
  CHECK(opened.at("dossier").as_string() == to_text(dossier("d1")));
  o.must_sync(o.luca);
  CHECK(o.luca.documents.count(document_of("d1")) == 1);
  // To who coordinates, with name and reason; not to others.
  const json::array told = o.list(o.carla);
  REQUIRE(told.size() == 1);
  CHECK(told[0].at("reason").as_string() == kReason);
  CHECK_FALSE(told[0].at("mine").as_bool());
  CHECK(o.list(o.anna).empty());
  // Work that was written when the time was over waits for a decision, as after any withdrawal.
  o.now_ms += 3 * 3'600'000;
  o.luca.write(document_of("d1"), {Office::set("r1", "notes", "vista alle 22")});
  o.must_sync(o.luca);
  CHECK(o.repository->held().size() == 1);
  CHECK(o.list(o.luca)[0].at("ended_by").as_string() == "time");
}

TEST_CASE("glass: what is refused is said in both languages, and guessing ends in 429",
          "[server][glass]") {
  Office o;
  const auto problem = [&](const json::object& body, int status) {
    const server::Response response = o.ask(o.luca, "/v1/glass", body);
    CHECK(response.status == status);
    const json::object told = json::parse(body_text(response)).as_object();
    CHECK_FALSE(told.at("detail_it").as_string().empty());
    return std::string(told.at("detail").as_string());
  };
  problem({{"dossier", o.last_digits()}, {"reason", "breve"}}, 400);
  problem({{"dossier", o.last_digits()}, {"reason", kReason}, {"hours", 13}}, 400);
  problem({{"dossier", o.last_digits()}, {"reason", kReason}, {"hours", "3"}}, 400);
  for (const char* digits : {"00000001", "0000001", "", "zzzzzzzz", "00000002"}) {
    problem({{"dossier", digits}, {"reason", kReason}}, 404);
  }
  problem({{"dossier", o.last_digits()}, {"reason", kReason}}, 429);
  CHECK(o.ask(o.luca, "/v1/glass/end", json::object{{"id", "x"}}).status == 400);
  CHECK(o.ask(o.luca, "/v1/glass/seen", json::object{{"id", std::string(32, '0')}}).status == 404);
  CHECK(o.ask(o.luca, "/v1/glass", json::array{}).status == 400);
  MemoryDevice aldo{"aldo"};
  o.add(aldo, "auditor");
  CHECK(o.ask(aldo, "/v1/glass", json::object{{"dossier", o.last_digits()}, {"reason", kReason}})
            .status == 403);
}

TEST_CASE("glass: an opening for hours gives no permit to exchange without a server",
          "[server][glass]") {
  Office o;
  static_cast<void>(o.answer(o.luca, "/v1/glass",
                             json::object{{"dossier", o.last_digits()}, {"reason", kReason}}));
  const auto permits = [&](const MemoryDevice& who) {
    ReadAction read;
    read.permits_of = {dossier("d1")};
    return o.repository->read_page(o.caller(who), ReplicaId{}, read).permits.count(dossier("d1"));
  };
  CHECK(permits(o.anna) == 1);
  CHECK(permits(o.luca) == 0);
}
