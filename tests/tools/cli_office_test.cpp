// Those who run the server and those who use it speak of the same things by the same digits.
#include "support/catch.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {
namespace {

TEST_CASE("operator: dossiers go by the digits that the tablets show", "[cli]") {
  TestFolder folder;
  const OfficeServer server(folder.path());
  const Terminal anna(folder.path(), "anna");
  for (const char* account : {"anna", "bruno"}) {
    server.admin({"users", "add", account, "--name", account, "--role", "educator"});
  }
  anna.ok({"init"});
  anna.ok({"enrol", server.invitation("anna")});
  for (const char* name : {"name=Rossi", "name=Bianchi"}) {
    anna.ok({"add", "household", name, "commune=Bibbiano"});
  }
  anna.ok({"sync"});
  const json::array dossiers = server.admin_json({"dossiers"}).as_array();
  REQUIRE(dossiers.size() == 2);
  const std::string id = member(dossiers[0].as_object(), "dossier");
  const std::string last = member(dossiers[0].as_object(), "short");
  CHECK(id.substr(id.size() - 8) == last);
  CHECK(says(anna.ok({"open"}), last));
  CHECK(says(server.admin({"dossiers"}), last + "  " + id));
  server.admin({"assign", "bruno", last});
  server.admin({"handover", last, "--from", "bruno", "--to", "anna"});
  const auto refused = [&](const Words& words) {
    Words all{"--data", server.data()};
    all.insert(all.end(), words.begin(), words.end());
    const Finished finished = run_program("insieme-server", all, {});
    CHECK(finished.code == 4);
    return finished.err;
  };
  // Both were made within the same hour: their first digits are the same.
  CHECK(says(refused({"assign", "bruno", id.substr(0, 4)}), "last digits"));
  const std::string sections = refused({"assign", "bruno", last, "--sections", "core,educaton"});
  CHECK(says(sections, "did you mean \"education\"?"));
  CHECK(says(sections, "person_health"));
  server.admin({"assign", "bruno", last, "--sections", "core,education"});
  server.admin({"revoke", member(server.admin_json({"devices"}).at(0).as_object(), "short")});
}

}  // namespace
}  // namespace insieme::testing
