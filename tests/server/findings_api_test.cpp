// GET /v1/findings: what was found over all dossiers, for whoever may know of it.
#include <boost/json.hpp>

#include <set>

#include "insieme/schema/codice_fiscale.hpp"
#include "people_records.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

namespace json = boost::json;

constexpr const char* kAgreement = "asl-4";

/// Two educators, each with a Mario Rossi and a visit entered twice; a coordinator over both.
struct Space : Office {
  Space() {
    person(anna, "d1", "m1", {"Rossi", "Mario", "1980-01-13"});
    person(bruno, "d2", "m2", {"Rossi", "Mario", "1980-01-13"});
    for (const char* id : {"v1", "v2"}) visit(anna, "d1", id, 1'700'000'000'000, 60);
    sync_all();
  }

  server::Response ask(const MemoryDevice& by, const std::string& query = {},
                       const char* method = "GET") {
    server::Request request;
    request.method = method;
    request.path = "/v1/findings";
    request.query = query;
    request.authorization = "Bearer token-" + by.name();
    request.request_id = "test";
    return world.api().handle(request);
  }
  json::object told(const MemoryDevice& by, const std::string& query = {}) {
    const server::Response response = ask(by, query);
    INFO(body_text(response));
    REQUIRE(response.status == 200);
    return json::parse(body_text(response)).as_object();
  }
  std::multiset<std::string> names(const MemoryDevice& by) {
    std::multiset<std::string> out;
    const json::object page = told(by);
    for (const json::value& one : page.at("findings").as_array()) {
      out.emplace(one.at("name").as_string());
    }
    return out;
  }
  std::vector<server::AccessRow> log() {
    std::vector<server::AccessRow> out;
    world.repository->visit_access([&](const server::AccessRow& row) {
      out.push_back(row);
      return true;
    });
    return out;
  }
};

using Names = std::multiset<std::string>;

}  // namespace

TEST_CASE("findings api: each is told what rests on nothing but their own dossiers",
          "[server][findings][api][S129][P7]") {
  Space space;
  CHECK(space.names(space.carla) == Names{"likely_same_person", "likely_same_visit"});
  CHECK(space.names(space.anna) == Names{"likely_same_visit"});
  CHECK(space.names(space.bruno).empty());
  CHECK(body_text(space.ask(space.carla)).find("Rossi") == std::string::npos);
  CHECK(body_text(space.ask(space.carla, {}, "POST")) == body_text(space.ask(space.carla)));
  // What is kept is found once; who may know is asked each time.
  REQUIRE(space.world.repository->assign("user-anna", dossier("d2"), {}).ok());
  CHECK(space.names(space.anna) == Names{"likely_same_person", "likely_same_visit"});
  server::Denial denial;
  denial.account = "user-carla";
  denial.reason = "parente";
  REQUIRE(space.world.repository->deny(dossier("d2"), denial).ok());
  CHECK(space.names(space.carla) == Names{"likely_same_visit"});
}

TEST_CASE("findings api: what is written or dismissed since is seen at once",
          "[server][findings]") {
  Space space;
  REQUIRE(space.names(space.bruno).empty());
  for (const char* id : {"w1", "w2"}) {
    space.visit(space.bruno, "d2", id, 1'700'000'000'000, 60);
  }
  space.sync_all();
  CHECK(space.names(space.bruno) == Names{"likely_same_visit"});
  const json::object page = space.told(space.bruno);
  const std::string key(page.at("findings").as_array()[0].at("key").as_string());
  space.decision(space.bruno, "d2", "f1", key, "same_time", "respinta");
  space.sync_all();
  CHECK(space.names(space.bruno).empty());
}

TEST_CASE("findings api: another body's client names the own record and whom to ask, no more",
          "[server][findings][api][S129][P7]") {
  Space space;
  server::Agreements here(space.world.folder());
  Office there;
  reports::BlindKey key;
  key.bytes.fill(7);
  REQUIRE(here.put_key(kAgreement, key, false).ok());
  REQUIRE(space.names(space.bruno).empty());
  there.person(there.anna, "x", "p", {"ROSSI", "Mario", "1980-01-13"});
  there.sync_all();
  const auto index = server::make_blind_index(
      *there.world.repository, there.find(), key,
      {kAgreement, "ASL 4", "Consultorio, tel. 0522 000000", "", there.world.now_ms});
  REQUIRE(index.ok());
  REQUIRE(here.receive(kAgreement, server::write_blind_index(*index, key).value(), "").ok());
  // A file that came is seen without a word of the log moving.
  const json::object page = space.told(space.bruno);
  const json::array& findings = page.at("findings").as_array();
  REQUIRE(findings.size() == 1);
  const json::object& one = findings[0].as_object();
  CHECK(one.at("kind").as_string() == "nota_altrove");
  CHECK(one.at("body").as_string() == "ASL 4");
  CHECK(one.at("ask").as_string() == "Consultorio, tel. 0522 000000");
  REQUIRE(one.at("records").as_array().size() == 1);
  CHECK(one.at("records").as_array()[0].at("id").as_string() == to_text(rec("m2")));
  // Both educators know the own one, and not that the other's colleague has such a person.
  CHECK(space.names(space.anna).count(kAgreement) == 1);
  CHECK(body_text(space.ask(space.anna)).find(to_text(rec("m2"))) == std::string::npos);
}

TEST_CASE("findings api: pages hold everything once, in the order of keys", "[server][findings]") {
  Space space;
  for (int i = 0; i < 6; ++i) {
    space.visit(space.anna, "d1", "u" + std::to_string(i), 1'600'000'000'000, 60);
  }
  space.sync_all();
  std::vector<std::string> keys;
  std::string query = "limit=4";
  while (true) {
    const json::object page = space.told(space.anna, query);
    for (const json::value& one : page.at("findings").as_array()) {
      keys.emplace_back(one.at("key").as_string());
    }
    CHECK(page.at("more").as_bool() == page.contains("next"));
    if (!page.contains("next")) break;
    CHECK(page.at("findings").as_array().size() == 4);
    query = "limit=4&after=" + std::string(page.at("next").as_string());
  }
  CHECK(keys.size() == 16);  // 6 visits at one time are 15 pairs, and the one from before
  CHECK(std::is_sorted(keys.begin(), keys.end()));
  CHECK(std::set<std::string>(keys.begin(), keys.end()).size() == keys.size());
}

TEST_CASE("findings api: being told is one line a day of the access log for each dossier",
          "[server][findings][S126]") {
  Space space;
  const std::size_t before = space.log().size();
  for (int i = 0; i < 3; ++i) CHECK(space.names(space.carla).size() == 2);
  std::vector<server::AccessRow> log = space.log();
  REQUIRE(log.size() == before + 2);  // d1 and d2
  for (std::size_t i = before; i < log.size(); ++i) {
    CHECK(log[i].account == "user-carla");
    CHECK(log[i].note.kind == server::AccessKind::read);
    CHECK(log[i].note.changes == 0);
  }
  space.world.now_ms += 86'400'000;
  CHECK(space.names(space.carla).size() == 2);
  CHECK(space.log().size() == before + 4);
  CHECK(space.names(space.bruno).empty());  // of nothing there is no line
  CHECK(space.log().size() == before + 4);
}

TEST_CASE("findings api: what is wrong is named, and too much is put off", "[server][findings]") {
  Space space;
  for (const char* query : {"limit=0", "limit=201", "limit=x", "after=abc", "colour=red",
                            "limit=%zz", "limit=1&limit=-1"}) {
    CAPTURE(query);
    CHECK(space.ask(space.anna, query).status == 400);
  }
  MemoryDevice stranger{"stranger"};
  CHECK(space.ask(stranger).status == 401);
  REQUIRE(space.world.repository->set_disabled("user-anna", true).ok());
  CHECK(space.ask(space.anna).status == 403);
  int last = 200;
  for (std::uint32_t i = 0; i <= server::FindingBoard::kRequestsPerMinute && last == 200; ++i) {
    last = space.ask(space.bruno).status;
  }
  CHECK(last == 429);
  CHECK(space.ask(space.carla).status == 200);  // one device does not spend another's
  space.world.now_ms += 60'000;
  CHECK(space.ask(space.bruno).status == 200);
}
