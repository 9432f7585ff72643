// A person asks for access to their data: what an export cannot hold is said, and the server says
// who can add it. Real tablets, a real server.
#include <fstream>
#include <iterator>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::string file_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The holders of a section, as `subject-access` tells them; nothing: no such section.
std::string seen_by(const json::object& told, const std::string& section) {
  for (const json::value& dossier : told.at("dossiers").as_array()) {
    for (const json::value& one : dossier.at("sections").as_array()) {
      if (member(one.as_object(), "section") == section) {
        return json::serialize(one.at("seen_by"));
      }
    }
  }
  return {};
}

TEST_CASE("subject access: what an export lacks is said, and by whom it is added",
          "[integration][permission][P7]") {
  Ambito at;
  const json::object added =
      at.anna.ask({"add", "person", "given_names=Marta", "surname=Neri"});
  const std::string person = member(added.at("record").as_object(), "id");
  const std::string dossier = member(added, "dossier");
  at.exchange();
  at.server.admin({"assign", "anna", dossier, "--sections", "person,person_health"});
  at.anna.ok({"sync"});
  at.anna.ok({"edit", person, "health_notes=Allergia alle noci"});
  at.exchange();

  // The coordinator holds every dossier, and not what is given by name.
  const std::string hers = (at.folder.path() / "carla.jsonl").string();
  const json::object reply =
      at.carla.ask({"archive", "export", hers, "--person", person});
  const std::string left_out = json::serialize(reply.at("left_out"));
  CHECK(says(left_out, "person_health"));
  CHECK(says(left_out, "person_judicial"));
  CHECK(says(left_out, "Neri"));
  CHECK_FALSE(says(file_of(hers), "noci"));
  CHECK(says(file_of(hers), "\"left_out\":[\"person_health\",\"person_judicial\"]"));
  const std::string again = (at.folder.path() / "again.jsonl").string();
  const std::string words = at.carla.ok({"archive", "export", again, "--person", person});
  CHECK(says(words, "Persona: salute e dati particolari"));
  CHECK(says(words, "insieme-server subject-access"));

  // The server says who adds it: only what was written somewhere, and who sees it today.
  const json::object told = at.server.admin_json({"subject-access", person}).as_object();
  CHECK(seen_by(told, "person_health") == R"(["anna"])");
  CHECK(says(seen_by(told, "person"), "carla"));
  CHECK(seen_by(told, "person_judicial").empty());
  CHECK(json::serialize(told.at("whole")) == R"(["anna"])");
  const std::string whole = (at.folder.path() / "anna.jsonl").string();
  at.anna.ok({"archive", "export", whole, "--person", person});
  CHECK(says(file_of(whole), "noci"));
  // By digits, and who is not there is said.
  CHECK(says(at.server.admin({"subject-access", person.substr(person.size() - 8)}), "anna"));
  const Finished nobody = run_program(
      "insieme-server", {"subject-access", "ffffffff", "--data", at.server.data()}, {});
  CHECK(nobody.code != 0);
  CHECK(says(nobody.err, "no person"));

  // Nobody sees it any more: that is said, too.
  at.server.admin({"users", "disable", "anna"});
  const std::string orphan = at.server.admin({"subject-access", person});
  CHECK(says(orphan, "nobody"));
  CHECK(says(orphan, "insieme-server assign"));
}

TEST_CASE("subject access: a household of another person is none of theirs",
          "[integration][permission]") {
  Ambito at;
  const json::object added = at.anna.ask({"add", "person", "given_names=Ugo", "surname=Blu"});
  at.exchange();
  const std::string person = member(added.at("record").as_object(), "id");
  const json::object told = at.server.admin_json({"subject-access", person}).as_object();
  REQUIRE(told.at("dossiers").as_array().size() == 1);
  CHECK_FALSE(says(json::serialize(told), at.dossier));
}

}  // namespace
}  // namespace insieme::testing
