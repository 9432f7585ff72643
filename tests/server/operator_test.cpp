// Mistakes of whoever runs the server: each is told in words, and none makes things worse.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "operator.hpp"
#include "support/cli_runner.hpp"

using namespace insieme::testing;
namespace fs = std::filesystem;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string text_at(const json::value& value, const char* key) {
  return std::string(value.at(key).as_string());
}

}  // namespace

TEST_CASE("operator: a lost key is never made anew beside a database", "[server][process][P2]") {
  const Operator op;
  REQUIRE(op.run({"init", "--name", "X"}).code == 0);
  const std::string key = op.data + "/server.key";
  const std::string saved = content_of(key);
  fs::remove(key);
  for (const Words& words : {Words{"init", "--name", "X"}, Words{"serve", "--dev"},
                             Words{"status"}, Words{"invite", "anna"}}) {
    CAPTURE(words);
    const Finished finished = op.run(words);
    CHECK(finished.code == 5);
    CHECK(says(finished.err, "backup"));
    CHECK_FALSE(says(finished.err, "run insieme-server init"));
    CHECK_FALSE(fs::exists(key));
  }
  std::ofstream(key) << saved;
  CHECK(op.run({"status"}).code == 0);
}

TEST_CASE("operator: one server at a time runs on a folder", "[server][process]") {
  const Operator op;
  ServerProcess server(op.data);
  REQUIRE(op.run({"users", "add", "anna", "--name", "Anna", "--role", "educator"}).code == 0);
  const std::string here = "127.0.0.1:" + std::to_string(server.port()) + "/";
  const Finished second = op.run({"serve", "--dev", "--listen", "127.0.0.1:0"});
  CHECK(second.code == 5);
  CHECK(says(second.err, "another server runs on"));
  CHECK(says(text_at(op.json_of({"invite", "anna"}), "url"), here));
  server.kill_hard();
  // What a killed server left behind is not believed.
  const Finished invited = op.run({"invite", "anna"});
  CHECK(invited.code == 0);
  CHECK_FALSE(says(invited.out, here));
  CHECK(says(invited.err, "not running"));
  CHECK(op.json_of({"status"}).at("port").is_null());
  const ServerProcess again(op.data);
  CHECK(op.json_of({"status"}).at("port").as_int64() == again.port());
}

TEST_CASE("operator: wrong words are named", "[server][process]") {
  const Operator op;
  REQUIRE(op.run({"init", "--name", "X"}).code == 0);
  const Finished unknown = op.run({"asign"});
  CHECK(unknown.code == 2);
  CHECK(says(unknown.err, "no command \"asign\"; did you mean \"assign\"?"));
  CHECK(op.run({"users", "add", "pippo", "--name", " ", "--role", "educator"}).code == 4);
  CHECK(op.json_of({"users"}).as_array().empty());
  for (const char* redirection : {">/dev/full", ">&-"}) {
    for (const Words& words : {Words{"status", "--data", op.data}, Words{"--help"}}) {
      CAPTURE(redirection, words);
      const Finished full = run_redirected("insieme-server", words, {}, redirection);
      CHECK(full.code == 5);
      CHECK(says(full.err, "standard output cannot be written"));
    }
  }
}
