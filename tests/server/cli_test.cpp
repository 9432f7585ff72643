// The commands, as an operator and as a script use them, while the server runs.
#include <boost/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "insieme/sqlite/connection.hpp"
#include "operator.hpp"

using namespace insieme::testing;
namespace json = boost::json;

TEST_CASE("cli: from an empty folder to an enrolled device", "[server][process]") {
  const Operator op;
  REQUIRE(op.json_of({"init", "--name", "Ambito di prova"}).at("name") == "Ambito di prova");
  CHECK(op.run({"init", "--name", "Again"}).code == 4);
  CHECK((std::filesystem::status(op.data).permissions() & std::filesystem::perms::others_all) ==
        std::filesystem::perms::none);
  const ServerProcess server(op.data);
  REQUIRE(op.run({"users", "add", "anna", "--name", "Anna", "--role", "educator"}).code == 0);
  const Finished wrong = op.run({"users", "add", "b", "--name", "B", "--role", "educatr"});
  CHECK(wrong.code == 4);
  CHECK(wrong.err.find("did you mean \"educator\"?") != std::string::npos);
  CHECK(op.json_of({"users"}).as_array().size() == 1);

  const json::value invitation = op.json_of({"invite", "anna", "--expires", "1h"});
  const std::string url(invitation.at("url").as_string());
  CHECK(url.find("insieme://127.0.0.1:" + std::to_string(server.port()) + "/") == 0);
  CHECK(url.find("&tls=0") != std::string::npos);
  const std::string body = json::serialize(json::object{
      {"invitation", invitation.at("code")},
      {"device_public_key", std::string(64, 'a')},
      {"device_name", "tablet"},
      {"replica", "019a4c2e-0000-7000-8000-000000000001"}});
  const HttpAnswer enrolled = http_once(
      server.port(),
      http_request("POST", "/v1/enrol", body, "Content-Type: application/json\r\n"));
  REQUIRE(enrolled.status == 200);
  const std::string device(json::parse(enrolled.body).at("device").as_string());
  const json::value devices = op.json_of({"devices"});
  REQUIRE(devices.as_array().size() == 1);
  CHECK(devices.at(0).at("device").as_string() == device);
  CHECK(devices.at(0).at("revoked").is_null());
  CHECK(op.run({"revoke", device.substr(0, 8)}).code == 0);
  CHECK(op.json_of({"devices"}).at(0).at("revoked").is_string());
  CHECK(op.run({"revoke", "ffffffff"}).code == 4);
  CHECK(op.run({"users", "disable", "anna"}).code == 0);
  CHECK(op.run({"invite", "anna"}).code == 4);
}

TEST_CASE("cli: every command speaks JSON and words on an empty space", "[server][process]") {
  const Operator op;
  REQUIRE(op.run({"init", "--name", "Vuoto"}).code == 0);
  for (const char* command :
       {"users", "devices", "dossiers", "held", "status", "verify", "findings"}) {
    CAPTURE(command);
    CHECK(op.json_of({command}).is_structured());
    const Finished words = op.run({command});
    CHECK(words.code == 0);
    CHECK_FALSE(words.out.empty());
    const Finished help = run_server({command, "--help"});
    CHECK(help.code == 0);
    CHECK(help.out.find("Examples:") != std::string::npos);
  }
  CHECK(op.run({"assign", "anna", "019a4c2e"}).code == 4);
  CHECK(op.run({"handover", "019a4c2e", "--from", "a", "--to", "b"}).code == 4);
}

TEST_CASE("cli: exit codes tell what kind of trouble it is", "[server][process]") {
  const Operator op;
  CHECK(run_server({"--help"}).code == 0);
  CHECK(run_server({"--version"}).code == 0);
  CHECK(run_server({}).code == 2);
  CHECK(op.run({"no-such-command"}).code == 2);
  CHECK(op.run({"status"}).code == 4);  // never initialised
  REQUIRE(op.run({"init", "--name", "X"}).code == 0);
  CHECK(op.run({"serve"}).code == 3);  // neither TLS nor proxy nor dev
  CHECK(op.run({"serve", "--dev", "--listen", "0.0.0.0:0"}).code == 3);
  CHECK(op.run({"serve", "--dev", "--token-ttl", "soon"}).code == 3);
  std::ofstream(op.data + "/insieme.conf") << "wokers = 3\n";
  const Finished wrong = op.run({"status", "--json"});
  CHECK(wrong.code == 3);
  CHECK(wrong.err.find("insieme.conf:1: there is no setting") != std::string::npos);
  std::ofstream(op.data + "/insieme.conf") << "workers = 3\n";
  std::ofstream(op.data + "/server.db") << std::string(10'000, 'x');
  CHECK(op.run({"status"}).code == 5);
}

TEST_CASE("cli: an address in use is said in words", "[server][process]") {
  const Operator op;
  const ServerProcess server(op.data);
  const Operator other;
  const Finished second =
      other.run({"serve", "--dev", "--listen", "127.0.0.1:" + std::to_string(server.port())});
  CHECK(second.code == 1);
  CHECK(second.err.find("cannot listen on 127.0.0.1:") != std::string::npos);
}

TEST_CASE("cli: backup while the server runs, and verify that finds damage", "[server][process]") {
  const Operator op;
  REQUIRE(op.run({"init", "--name", "X"}).code == 0);
  REQUIRE(op.run({"users", "add", "anna", "--name", "A", "--role", "educator"}).code == 0);
  const ServerProcess server(op.data);
  const std::string file = op.dir.file("copy.db");
  CHECK(op.json_of({"backup", file}).at("file").as_string() == file);
  CHECK(std::filesystem::exists(file));
  CHECK_FALSE(std::filesystem::exists(file + ".part"));
  CHECK(op.run({"backup", file}).code == 4);

  insieme::sqlite::OpenOptions options;
  options.path = op.data + "/server.db";
  insieme::sqlite::Connection::open(options).execute("UPDATE spaces SET position = 7");
  const Finished verified = op.run({"verify", "--json"});
  CHECK(verified.code == 6);
  CHECK_FALSE(json::parse(verified.out).at("ok").as_bool());
}

TEST_CASE("cli: invitations for several, as QR codes and as a sheet that only its owner reads",
          "[server][process]") {
  const Operator op;
  REQUIRE(op.run({"init", "--name", "Ambito <prova>"}).code == 0);
  for (const char* account : {"anna", "bruno"}) {
    REQUIRE(op.run({"users", "add", account, "--name", "N & M", "--role", "educator"}).code == 0);
  }
  const Finished shown = op.run({"invite", "anna", "--qr"});
  CHECK(shown.code == 0);
  CHECK(shown.out.find("\u2588\u2588") != std::string::npos);
  const std::string sheet = op.dir.file("inviti.html");
  // Who is not known spoils it for all, before anything is done.
  CHECK(op.run({"invite", "anna", "nobody", "--sheet", sheet}).code == 4);
  CHECK_FALSE(std::filesystem::exists(sheet));
  const json::value made = op.json_of({"invite", "anna", "bruno", "--sheet", sheet});
  REQUIRE(made.as_array().size() == 2);
  CHECK(std::filesystem::status(sheet).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  std::ifstream file(sheet);
  const std::string html((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const json::value& one : made.as_array()) {
    CHECK(html.find(std::string(one.at("code").as_string())) != std::string::npos);
  }
  CHECK(html.find("Ambito &lt;prova&gt;") != std::string::npos);
  CHECK(html.find("N &amp; M") != std::string::npos);
  CHECK(html.find("<svg ") != std::string::npos);
  CHECK(html.find("http") == std::string::npos);
  CHECK(op.run({"invite", "anna", "--sheet", sheet}).code == 4);  // it is there already
  CHECK(op.run({"invite", "anna", "--sheet", "/nowhere/x.html"}).code == 5);
}

TEST_CASE("cli: the shell completes every command and option that the program has",
          "[server][process]") {
  const std::string programs = std::getenv("INSIEME_BIN_DIR");
  const auto completed = [&](const std::string& typed) {
    const std::string script = "PATH=" + programs + ":$PATH; source '" INSIEME_SOURCE_DIR
                               "/packaging/insieme-server.bash'; COMP_WORDS=(" + typed +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _insieme_server; "
                               "echo \" ${COMPREPLY[*]} \"";
    const Finished shell = run_program("/bin/bash", {"-c", script}, {});
    CHECK(shell.code == 0);
    return shell.out;
  };
  const std::string all = completed("insieme-server ''");
  for (const char* command : {" serve ", " users ", " device ", " backup ", " doctor "}) {
    CAPTURE(command, all);
    CHECK(all.find(command) != std::string::npos);
  }
  CHECK(all.find("insieme-server") == std::string::npos);  // of an example, and no command
  CHECK(completed("insieme-server dev") == " device devices \n");
  CHECK(completed("insieme-server --data /tmp device un") == " unlock \n");
  CHECK(completed("insieme-server device wipe 019a4c2e --re") == " --reason \n");
  CHECK(completed("insieme-server no-such-command --re") == "  \n");
}
