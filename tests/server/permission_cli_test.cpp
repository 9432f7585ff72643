// Permission in the operator's words.
#include <chrono>
#include <filesystem>
#include <fstream>

#include "insieme/server/sqlite_repository.hpp"
#include "insieme/sqlite/connection.hpp"
#include "operator.hpp"
#include "support/cli_runner.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// A data folder with Anna, Bruno, and a dossier that Anna opened.
struct Desk : Operator {
  const std::string id = to_text(dossier("d1"));

  Desk() {
    REQUIRE(run({"init", "--name", "X"}).code == 0);
    for (const char* account : {"anna", "bruno"}) {
      REQUIRE(run({"users", "add", account, "--name", account, "--role", "educator"}).code == 0);
    }
    const server::Clock clock = [] {
      return std::chrono::duration_cast<std::chrono::milliseconds>(
                 std::chrono::system_clock::now().time_since_epoch())
          .count();
    };
    auto opened =
        server::open_sqlite_repository(data + "/server.db", server::Roles::defaults(), clock);
    REQUIRE(opened.ok());
    server::Repository& repository = **opened;
    const Digest code = Hasher("t").finish();
    REQUIRE(repository.add_invitation(code, "anna", INT64_MAX).ok());
    const auto anna =
        repository.enrol({code, make_key_pair({1}).public_key, "t", rep("anna"), device("anna")});
    REQUIRE(anna.ok());
    CommitAction commit;
    commit.new_dossiers.push_back({dossier("d1"), key_of("key")});
    const auto turn = repository.begin_turn(*anna);
    static_cast<void>(turn->load({}));
    static_cast<void>(turn->commit(commit, {}));
  }
  [[nodiscard]] std::string rule(const char* account, const char* section) const {
    const json::value why = json_of({"why", account, id});
    for (const json::value& one : why.at("sections").as_array()) {
      if (one.at("section").as_string() == section) return std::string(one.at("rule").as_string());
    }
    return "none";
  }
};

}  // namespace

TEST_CASE("why: the rule for each section, in words of both languages", "[server][process]") {
  const Desk desk;
  const Finished english = desk.run({"why", "anna", desk.id});
  CHECK(english.code == 0);
  CHECK(says(english.out, "role and assignment give it"));
  CHECK(says(english.out, "given only where an assignment names it"));
  CHECK(says(english.out, "anna (educator)"));
  const Finished italian = desk.run({"why", "anna", desk.id, "--lang", "it"});
  CHECK(says(italian.out, "SEZIONE"));
  CHECK(says(italian.out, "scrive"));
  CHECK(says(italian.out, "la danno il ruolo e l'assegnazione"));
  const json::value why = desk.json_of({"why", "bruno", desk.id});
  CHECK(why.at("assignment").is_null());
  CHECK(why.at("role").as_string() == "educator");
  CHECK_FALSE(why.at("disabled").as_bool());
  CHECK(why.at("sections").as_array().size() == 15);
  CHECK(desk.rule("bruno", "core") == "not-assigned");
  CHECK(desk.run({"why", "nobody", desk.id}).code == 4);
  CHECK(desk.run({"why", "anna", "ffff"}).code == 4);
  CHECK(desk.run({"why", "anna", desk.id, "--lang", "fr"}).code == 2);
}

TEST_CASE("roles: the table in force is listed, with what the settings change",
          "[server][process]") {
  const Desk desk;
  std::ofstream(desk.data + "/insieme.conf") << "role.fellow.sections = default\n";
  const json::value roles = desk.json_of({"roles"});
  std::size_t readers = 0;
  for (const json::value& role : roles.as_array()) {
    if (!role.at("write").as_bool()) ++readers;
    if (role.at("role").as_string() == "fellow") CHECK(role.at("sections").as_array().size() == 11);
  }
  CHECK(readers == 2);
  CHECK(says(desk.run({"roles"}).out, "front_office"));
}

TEST_CASE("deny: kept with its reason, undone, and mistakes are told", "[server][process]") {
  const Desk desk;
  CHECK(says(desk.run({"deny", "anna", desk.id}).err, "a denial has a reason"));
  CHECK(says(desk.run({"deny", "ana", desk.id, "--reason", "x"}).err, "no account \"ana\""));
  CHECK(says(desk.run({"deny", "anna", desk.id, "--reason", "x", "--sections", "helth"}).err,
             "did you mean \"health\"?"));
  CHECK(desk.json_of({"denials"}).as_array().empty());
  REQUIRE(desk.run({"deny", "anna", desk.id, "--reason", "parente", "--by", "carla"}).code == 0);
  CHECK(desk.rule("anna", "core") == "denied");
  const json::value denials = desk.json_of({"denials"});
  REQUIRE(denials.as_array().size() == 1);
  CHECK(denials.at(0).at("reason").as_string() == "parente");
  CHECK(denials.at(0).at("by").as_string() == "carla");
  CHECK(desk.run({"assign", "anna", desk.id}).code == 4);
  CHECK(desk.run({"deny", "anna", desk.id, "--undo"}).code == 0);
  CHECK(desk.run({"deny", "anna", desk.id, "--undo"}).code == 4);
  CHECK(desk.rule("anna", "core") == "granted");
  REQUIRE(desk.run({"deny", "*", desk.id, "--except", "bruno", "--reason", "x"}).code == 0);
  CHECK(desk.rule("anna", "core") == "reserved");
  CHECK(desk.rule("bruno", "core") == "not-assigned");
}

TEST_CASE("days and places in the operator's words", "[server][process]") {
  const Desk desk;
  CHECK(says(desk.run({"assign", "bruno", desk.id, "--until", "31/04/2026"}).err, "is not a day"));
  CHECK(says(desk.run({"assign", "bruno", desk.id, "--from", "2026-02-01", "--until",
                       "2026-01-01"}).err,
             "it would end before it begins"));
  CHECK(says(desk.run({"assign", "bruno", desk.id, "--until", "2020-01-01"}).err,
             "the assignment has ended"));
  CHECK(says(desk.run({"assign", "bruno", desk.id, "--from", "2999-01-01"}).out,
             "nothing of it yet"));
  CHECK(desk.rule("bruno", "core") == "assignment-not-begun");
  REQUIRE(desk.run({"organizations", "set", "coop", "--name", "Coop", "--until", "2020-12-31"})
              .code == 0);
  CHECK(desk.run({"users", "set", "anna", "--organization", "cop"}).code == 4);
  REQUIRE(desk.run({"users", "set", "anna", "--organization", "coop"}).code == 0);
  CHECK(desk.rule("anna", "core") == "organization-ended");
  REQUIRE(desk.run({"users", "set", "anna", "--organization", "-", "--until", "2020-12-31"}).code ==
          0);
  CHECK(desk.rule("anna", "core") == "contract-ended");
  REQUIRE(desk.run({"users", "set", "anna", "--until", "-"}).code == 0);
  CHECK(desk.rule("anna", "core") == "granted");
  CHECK(desk.json_of({"organizations"}).at(0).at("contract").at("until").as_string() ==
        "2020-12-31");
  CHECK(desk.run({"transfer", desk.id, "--to", "nowhere"}).code == 4);
}

TEST_CASE("roles: a person whose role the settings lack stops the server, not their work",
          "[server][process]") {
  const Desk desk;
  const std::string settings = desk.dir.file("other.conf");
  std::ofstream(settings) << "role.volunteer.sections = core\n";
  REQUIRE(desk.run({"users", "add", "vera", "--name", "Vera", "--role", "volunteer", "--config",
                    settings}).code == 0);
  REQUIRE(desk.run({"assign", "vera", desk.id, "--config", settings}).code == 0);
  const Finished stopped = desk.run({"serve", "--dev", "--listen", "127.0.0.1:0"});
  CHECK(stopped.code == 3);
  CHECK(says(stopped.err, "role.volunteer.sections"));
  // A command without the settings takes nothing away.
  REQUIRE(desk.run({"organizations", "set", "a", "--name", "A"}).code == 0);
  const json::value all = desk.json_of({"dossiers"});
  CHECK(says(json::serialize(all), "\"account\":\"vera\",\"sections\":[\"core\"]"));
  CHECK(says(json::serialize(all), "\"to_position\":null"));
}

TEST_CASE("import: an assignment keeps its sections, its end and its team where the file has no "
          "column for them",
          "[server][process][import]") {
  const Desk desk;
  const auto take = [&](const std::string& text) {
    std::ofstream(desk.dir.file("t.csv"), std::ios::binary) << text;
    const json::value told = desk.json_of({"import", "assignments", desk.dir.file("t.csv")});
    return std::to_string(told.at("new").to_number<int>()) + " " +
           std::to_string(told.at("changed").to_number<int>()) + " " +
           std::to_string(told.at("same").to_number<int>());
  };
  const auto assignment = [&] { return desk.json_of({"why", "bruno", desk.id}).at("assignment"); };
  CHECK(take("utente;fascicolo;sezioni;al;equipe\nbruno;" + desk.id +
             ";core, antitratta;2099-12-31;x\n") == "1 0 0");
  const json::value before = assignment();
  CHECK(take("account;dossier\nbruno;" + desk.id + "\n") == "0 0 1");
  CHECK(assignment() == before);
  CHECK(take("account;dossier;until\nbruno;" + desk.id + ";2098-12-31\n") == "0 1 0");
  CHECK(desk.rule("bruno", "antitratta") == "granted");
  CHECK_FALSE(assignment() == before);
  // A cell that is empty takes away.
  CHECK(take("account;dossier;sections\nbruno;" + desk.id + ";\n") == "0 1 0");
  CHECK(desk.rule("bruno", "antitratta") == "by-name-only");
  CHECK(desk.rule("bruno", "education") == "granted");
}

namespace {

/// A copy of yesterday; and since then Anna's tablet is stolen, Bruno has left, the family is
/// denied to Anna.
struct Since : Desk {
  const std::string copy = dir.file("ieri.db");
  const std::string tablet = to_text(device("anna"));

  Since() {
    REQUIRE(run({"backup", copy}).code == 0);
    REQUIRE(run({"device", "wipe", tablet, "--reason", "rubato sul treno"}).code == 0);
    REQUIRE(run({"users", "disable", "bruno", "--reason", "ha lasciato"}).code == 0);
    REQUIRE(run({"deny", "anna", id, "--reason", "parente"}).code == 0);
    check();
  }
  void check() const {
    const json::value listed = json_of({"device", "show", tablet});
    CAPTURE(json::serialize(listed));
    CHECK(json::serialize(listed).find("\"wipe\"") != std::string::npos);
    CHECK(json_of({"devices"}).at(0).at("revoked").is_string());
    CHECK(json_of({"users"}).at(1).at("disabled").as_bool());
    CHECK(rule("anna", "core") == "denied");
    CHECK(run({"verify"}).code == 0);
  }
};

}  // namespace

TEST_CASE("restore: who was shut out since the copy stays shut out", "[server][process][P7][P9]") {
  const Since at;
  const json::value restored = at.json_of({"restore", at.copy});
  CHECK(restored.at("denials") == 1);
  CHECK(restored.at("revocations") == 3);  // the account, the tablet, its order
  CHECK(restored.at("missing").as_array().empty());
  at.check();
  const Finished said = at.run({"audit", "--actor", "ledger"});
  CHECK(says(said.out, "user.disable"));
  CHECK(says(said.out, "device.wipe"));

  // Let in again, it stays so, whatever is opened and put back.
  REQUIRE(at.run({"users", "enable", "bruno"}).code == 0);
  REQUIRE(at.run({"device", "unlock", at.tablet}).code == 0);
  CHECK_FALSE(at.json_of({"users"}).at(1).at("disabled").as_bool());
  REQUIRE(at.run({"restore", at.copy}).code == 0);
  CHECK_FALSE(at.json_of({"users"}).at(1).at("disabled").as_bool());
  CHECK(at.json_of({"devices"}).at(0).at("revoked").is_null());
  CHECK(at.rule("anna", "core") == "denied");
}

TEST_CASE("restore: the ledgers come from beside the copies, without any it is refused in words",
          "[server][process][P7][P9]") {
  namespace fs = std::filesystem;
  const Since at;
  REQUIRE(at.run({"backup", at.dir.file("oggi.db")}).code == 0);
  const auto fresh = [&](const std::string& name) {
    const std::string folder = at.dir.file(name.c_str());
    fs::create_directory(folder);
    fs::permissions(folder, fs::perms::owner_all);
    fs::copy_file(at.data + "/server.key", folder + "/server.key");
    return folder;
  };
  const auto restore = [&](const std::string& folder, Words more) {
    Words words{"restore", at.copy, "--data", folder};
    words.insert(words.end(), more.begin(), more.end());
    return run_server(words);
  };
  const std::string machine = fresh("nuova");
  REQUIRE(restore(machine, {}).code == 0);  // of the older copy, with the newest ledgers
  CHECK(says(run_server({"users", "--data", machine}).out, "disabled"));
  CHECK(says(run_server({"denials", "--data", machine}).out, "anna"));

  fs::rename(at.dir.file("ledgers"), at.dir.file("altrove"));
  const std::string bare = fresh("nuda");
  const Finished refused = restore(bare, {});
  CHECK(refused.code == 4);
  CHECK(says(refused.err, "denials.ledger"));
  CHECK(says(refused.err, "--without-ledgers"));
  CHECK_FALSE(fs::exists(bare + "/server.db"));
  const Finished meant = restore(bare, {"--without-ledgers"});
  CHECK(meant.code == 0);
  CHECK(says(meant.out, "WITHOUT"));
  const Finished doctor = run_server({"doctor", "--quick", "--data", bare});
  CHECK(says(doctor.out, "without erasures.ledger"));
  CHECK_FALSE(says(doctor.out, "none was ever noted"));  // it came from a copy

  // One that somebody changed stops everything before anything is touched.
  std::ofstream(machine + "/revocations.ledger", std::ios::app) << "{}\n";
  CHECK(says(restore(machine, {}).err, "was changed or is damaged"));
}

TEST_CASE("audit: reasons and who asked, and a line that is changed is found",
          "[server][process]") {
  const Since at;
  const Finished shown = at.run({"audit"});
  CHECK(shown.code == 0);
  for (const char* words : {"rubato sul treno", "ha lasciato", "parente", "operator ",
                            "Sealed and whole"}) {
    CHECK(says(shown.out, words));
  }
  const Finished some = at.run({"audit", "--action", "device", "--json"});
  CHECK(says(some.out, "device.wipe"));
  CHECK_FALSE(says(some.out, "user.disable"));
  CHECK(at.run({"audit", "--last", "1", "--json"}).out.find('\n') + 1 ==
        at.run({"audit", "--last", "1", "--json"}).out.size());
  {
    sqlite::OpenOptions options;
    options.path = at.data + "/server.db";
    sqlite::Connection::open(options).execute(
        "UPDATE audit SET subject = 'carla' WHERE action = 'user.disable'");
  }
  const Finished broken = at.run({"audit"});
  CHECK(broken.code == 6);
  CHECK(says(broken.err, "the hash chain is broken"));
  CHECK(at.run({"verify"}).code == 6);
}

TEST_CASE("backup and restore: an audit that somebody changed is a warning, the records are whole",
          "[server][process][P2]") {
  const Since at;
  {
    sqlite::OpenOptions options;
    options.path = at.data + "/server.db";
    auto db = sqlite::Connection::open(options);
    db.execute("DELETE FROM audit WHERE action = 'user.disable'");
    // As a server of an older release writes it.
    db.execute("INSERT INTO audit(space, at_ms, actor, action, subject)"
               " SELECT space, 1, 'operator', 'user.new', 'carla' FROM spaces");
  }
  const std::string today = at.dir.file("oggi.db");
  const Finished made = at.run({"backup", today});
  CHECK(made.code == 0);
  CHECK(says(made.err, "the records are"));
  const Finished checked = at.run({"verify", "--backup", today});
  CHECK(checked.code == 6);
  CHECK(says(checked.out, "without a seal"));
  CHECK(says(checked.out, "a server can be made of it"));
  const Finished restored = at.run({"restore", today});
  CHECK(restored.code == 0);
  CHECK(says(restored.err, "the records are"));
  const Finished audit = at.run({"audit"});
  CHECK(audit.code == 6);  // it is still said, and no more than what was done
  CHECK(says(audit.err, "are missing"));
  CHECK(says(audit.err, "operator, user.new"));
  CHECK_FALSE(says(audit.err, "its last hash"));
  CHECK(at.run({"verify"}).code == 6);
}

TEST_CASE("restore: a damaged database is no source of ledgers that are lost",
          "[server][process][P7][P9]") {
  namespace fs = std::filesystem;
  const Since at;
  {
    sqlite::OpenOptions options;
    options.path = at.data + "/server.db";
    sqlite::Connection::open(options).execute("ALTER TABLE machines RENAME TO gone");
  }
  fs::remove_all(at.dir.file("ledgers"));
  for (const char* name : {"erasures.ledger", "denials.ledger", "revocations.ledger"}) {
    fs::remove(at.data + "/" + name);
  }
  for (int again = 0; again < 2; ++again) {
    const Finished refused = at.run({"restore", at.copy});
    CHECK(refused.code == 4);
    CHECK(says(refused.err, "denials.ledger"));
    CHECK(says(refused.err, "revocations.ledger"));
  }
  CHECK(at.run({"users"}).code != 0);  // nor does opening it make an empty one that looks whole
  CHECK(says(at.run({"restore", at.copy}).err, "revocations.ledger"));
  CHECK(at.run({"restore", at.copy, "--without-ledgers"}).code == 0);
}

TEST_CASE("users set: another role gives and takes what it may see", "[server][process][P7]") {
  const Desk at;
  CHECK(at.rule("bruno", "core") == "not-assigned");
  REQUIRE(at.run({"users", "set", "bruno", "--role", "coordinator", "--name", "Bruno R"}).code ==
          0);
  CHECK(at.rule("bruno", "core") == "granted");
  CHECK(at.json_of({"users"}).at(1).at("name").as_string() == "Bruno R");
  // What was given by name stays; what came with the role goes with it.
  REQUIRE(at.run({"users", "set", "anna", "--role", "coordinator"}).code == 0);
  REQUIRE(at.run({"users", "set", "anna", "--role", "educator"}).code == 0);
  CHECK(at.rule("anna", "core") == "granted");
  REQUIRE(at.run({"users", "set", "bruno", "--role", "educator"}).code == 0);
  CHECK(at.rule("bruno", "core") == "not-assigned");
  CHECK(says(at.run({"audit", "--action", "user.role"}).out, "bruno coordinator educator"));
  CHECK(says(at.run({"users", "set", "bruno", "--role", "educatr"}).err, "did you mean"));
  CHECK(at.run({"users", "set", "bruno", "--name", "  "}).code == 4);
  CHECK(at.run({"users", "set", "nobody", "--role", "educator"}).code == 4);
}
