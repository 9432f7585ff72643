// What is opened of sensitive sections is a line, kept until the server has it.
#include <filesystem>

#include "client-core/commands/desk.hpp"
#include "faulty_vfs.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

/// A visit with something on health, at Anna's desk.
struct Reserved {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Family family;

  explicit Reserved(bool enrolled = true) {
    if (enrolled) anna.enrol();
    family = make_family(anna);
    anna.save(family.visit, {{"health_notes", "Porta l'inalatore."}});
    if (enrolled) anna.sync();
  }
  std::string waiting() { return text(anna.call({{"command", "status"}}), "openings"); }
  void open(const char* purpose = nullptr) {
    json::object asked{{"command", "record.get"}, {"record", family.visit}};
    if (purpose != nullptr) asked["purpose"] = purpose;
    CHECK(anna.call(asked).if_contains("not_noted") == nullptr);
  }
};

TEST_CASE("opening: what a person sees of a sensitive section is one line a day, with the purpose",
          "[commands][openings][S126]") {
  Reserved at;
  CHECK(at.waiting() == "0");  // who writes is in the log as who wrote
  at.anna.call({{"command", "record.get"}, {"record", at.family.household}});
  CHECK(at.waiting() == "0");
  at.open();
  CHECK(at.waiting() == "1");
  at.open();
  CHECK(at.waiting() == "1");
  at.open("visita");
  CHECK(at.waiting() == "2");
  at.anna.platform.now += kDayMs;
  at.open();
  CHECK(at.waiting() == "3");
  const json::object refused = at.anna.refused(
      {{"command", "record.get"}, {"record", at.family.visit}, {"purpose", "curiosità"}});
  CHECK(text(refused, "field") == "purpose");
  CHECK(text(refused, "message_it").find("visita") != std::string::npos);
  CHECK(text(refused, "message_en").find("visita") != std::string::npos);
  CHECK(at.waiting() == "3");
}

TEST_CASE("opening: whatever way it is opened", "[commands][openings][S126]") {
  Reserved at;
  const auto notes = [&](json::object asked) {
    at.anna.platform.now += kDayMs;
    const std::uint64_t before = std::stoull(at.waiting());
    at.anna.call(std::move(asked));
    return std::stoull(at.waiting()) - before;
  };
  const std::string visit = at.family.visit;
  CHECK(notes({{"command", "history"}, {"record", visit}}) == 1);
  CHECK(notes({{"command", "archive.export"}}) == 1);
  CHECK(notes({{"command", "archive.export"}, {"dossier", at.family.dossier}}) == 1);
  CHECK(notes({{"command", "export"}, {"type", "visit"}}) == 1);
  CHECK(notes({{"command", "export"}, {"type", "visit"}, {"format", "json"}}) == 1);
  CHECK(notes({{"command", "export"}, {"type", "household"}}) == 0);
  // The visit's line in a list is of its own section; a record that lies in a sensitive one is not.
  CHECK(notes({{"command", "record.list"}, {"type", "visit"}}) == 0);
  at.anna.call({{"command", "record.save"},
                {"type", "document"},
                {"dossier", at.family.dossier},
                {"section", "health"},
                {"fields", {{"title", "Referto"}}}});
  CHECK(notes({{"command", "record.list"}, {"type", "document"}}) == 1);
  CHECK(notes({{"command", "search"}, {"words", "referto"}}) == 1);
}

TEST_CASE("opening: lines wait for weeks and survive, and the server is told each once",
          "[commands][openings][S126][P1]") {
  Reserved at;
  at.office.is_down = true;
  for (int day = 0; day < 21; ++day) {
    at.open();
    at.anna.platform.now += kDayMs;
  }
  at.anna.reopen();
  CHECK(at.waiting() == "21");
  at.anna.raw({{"command", "sync.run"}});
  CHECK(at.waiting() == "21");
  at.office.is_down = false;
  at.anna.sync();
  CHECK(at.waiting() == "0");
  REQUIRE(at.office.openings.size() == 21);
  const json::object& first = at.office.openings.front();
  CHECK(text(first, "dossier") == at.family.dossier);
  CHECK(text(first, "section") == "health");
  CHECK(text(first, "at") < text(at.office.openings.back(), "at"));
  CHECK(first.if_contains("purpose") == nullptr);
  at.anna.sync();
  CHECK(at.office.openings.size() == 21);
}

TEST_CASE("opening: an answer that is lost is told again; an older server leaves them here",
          "[commands][openings][S126]") {
  Reserved at;
  at.open("emergenza");
  at.office.openings_lost = 1;
  at.anna.sync();  // the run itself was one
  CHECK(at.waiting() == "1");
  at.office.knows_openings = false;
  at.anna.sync();
  CHECK(at.waiting() == "1");
  at.office.knows_openings = true;
  at.anna.sync();
  CHECK(at.waiting() == "0");
  REQUIRE(at.office.openings.size() == 2);  // the same one: the server knows it by its name
  CHECK(at.office.openings[0] == at.office.openings[1]);
  CHECK(text(at.office.openings[0], "purpose") == "emergenza");
}

TEST_CASE("opening: what was opened before there was a server is told to it",
          "[commands][openings][S126]") {
  Reserved at(false);
  at.open();
  CHECK(at.waiting() == "1");
  at.anna.enrol();
  at.anna.sync();
  CHECK(at.waiting() == "0");
  CHECK(at.office.openings.size() == 1);
}

TEST_CASE("opening: a full disk says so and keeps nobody from the visit; the line is made later",
          "[commands][openings][S126][P1]") {
  FaultyVfs disk;
  Reserved at;
  disk.arm(FileCall::write, 1, FileFault::disk_full, FaultLife::until_disarmed);
  const json::object reply =
      at.anna.call({{"command", "record.get"}, {"record", at.family.visit}});
  CHECK(json::serialize(reply).find("inalatore") != std::string::npos);
  const json::object& why = part(reply, "not_noted");
  CHECK(text(why, "code") == "storage_full");
  CHECK(text(why, "message_it").find("non è stata annotata") != std::string::npos);
  CHECK(text(why, "message_en").find("could not be noted") != std::string::npos);
  disk.disarm();
  CHECK(at.anna.call({{"command", "status"}}).if_contains("not_noted") == nullptr);
  CHECK(at.waiting() == "1");
}

TEST_CASE("status: a tablet says whether its rules are those of the server",
          "[commands][S127]") {
  Reserved at;
  json::object status = at.anna.call({{"command", "status"}});
  CHECK(status.if_contains("same_rules") == nullptr);  // an older server says nothing
  at.office.rules_digest = schema::embedded_bundle().digest_text();
  at.office.tokens_valid = false;
  at.anna.sync();
  status = at.anna.call({{"command", "status"}});
  CHECK(status.at("same_rules").as_bool());
  at.office.rules_digest = "00112233445566ff";
  at.office.tokens_valid = false;
  at.anna.sync();
  status = at.anna.call({{"command", "status"}});
  CHECK_FALSE(status.at("same_rules").as_bool());
  CHECK(text(status, "server_schema_digest") == "00112233445566ff");
  at.office.rules_digest = "of a stranger";
  at.office.tokens_valid = false;
  at.anna.sync();
  status = at.anna.call({{"command", "status"}});
  CHECK(text(status, "server_schema_digest") == "00112233445566ff");
}

TEST_CASE("status: a tablet says that its program is behind its server's, and goes on sending",
          "[commands][P2]") {
  Reserved at;
  at.office.rules_digest = schema::embedded_bundle().digest_text();
  const auto wanted_with = [&](std::uint32_t protocol) {
    at.office.protocol = protocol;
    at.office.tokens_valid = false;
    at.anna.sync();
    const json::object status = at.anna.call({{"command", "status"}});
    CHECK(text(status, "unsent") == "0");
    return status.contains("update_wanted");
  };
  CHECK_FALSE(wanted_with(0));  // an older server says nothing
  CHECK_FALSE(wanted_with(sync::kProtocolVersion));
  CHECK(wanted_with(sync::kProtocolVersion + 1));
  CHECK_FALSE(wanted_with(sync::kProtocolVersion));
}

}  // namespace
}  // namespace insieme::testing
