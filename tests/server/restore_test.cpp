// A server that is put back from a copy, by the commands that an operator has for it.
#include <filesystem>
#include <fstream>

#include "operator.hpp"
#include "support/cli_runner.hpp"

using namespace insieme::testing;
namespace fs = std::filesystem;

namespace {

std::string text_at(const json::value& value, const char* key) {
  return std::string(value.at(key).as_string());
}

/// A space with a copy of yesterday, and a person who came since.
struct Restored : Operator {
  std::string copy = dir.file("ieri.db");

  Restored() {
    REQUIRE(run({"init", "--name", "X"}).code == 0);
    REQUIRE(run({"users", "add", "anna", "--name", "Anna", "--role", "educator"}).code == 0);
    REQUIRE(run({"backup", copy}).code == 0);
    REQUIRE(run({"users", "add", "bruno", "--name", "Bruno", "--role", "educator"}).code == 0);
  }
  [[nodiscard]] std::size_t people() const { return json_of({"users"}).as_array().size(); }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(data)) ++count;
    return count;
  }
};

}  // namespace

TEST_CASE("restore: the copy takes the place, the epoch rises, and nothing is thrown away",
          "[server][process][P2]") {
  const Restored at;
  CHECK(at.people() == 2);
  const json::value restored = at.json_of({"restore", at.copy});
  CHECK(text_at(restored, "epoch") == "2");
  CHECK(at.people() == 1);
  CHECK(text_at(at.json_of({"status"}), "epoch") == "2");
  CHECK(at.run({"verify"}).code == 0);
  CHECK(fs::exists(at.copy));
  // What stood there is whole, and can be put back in turn: under an epoch that was never used.
  const std::string kept = text_at(restored, "kept");
  CHECK(kept.find("server.db.before-") != std::string::npos);
  CHECK(text_at(at.json_of({"restore", kept}), "epoch") == "3");
  CHECK(at.people() == 2);
  CHECK(text_at(at.json_of({"restore", at.copy}), "epoch") == "4");
  ServerProcess server(at.data);
  CHECK(http_once(server.port(), http_request("GET", "/ready")).body.find("\"epoch\":\"4\"") !=
        std::string::npos);
}

TEST_CASE("restore: what cannot be right changes nothing", "[server][process][P2]") {
  const Restored at;
  const std::size_t files = at.files();
  const auto refused = [&](const std::string& file, const char* words, int code = 4) {
    CAPTURE(file, words);
    const Finished said = at.run({"restore", file});
    CHECK(said.code == code);
    CHECK(says(said.err, words));
    CHECK(at.files() == files);
    CHECK(at.people() == 2);
    CHECK(text_at(at.json_of({"status"}), "epoch") == "1");
  };
  refused(at.dir.file("manca.db"), "is no file");
  refused(at.data, "is no file");
  std::ofstream(at.dir.file("rotto.db")) << std::string(10'000, 'x');
  refused(at.dir.file("rotto.db"), "rotto.db", 5);
  std::string half(1'000, '\0');
  std::ifstream(at.copy, std::ios::binary).read(half.data(), 1'000);
  std::ofstream(at.dir.file("mezzo.db"), std::ios::binary) << half;
  refused(at.dir.file("mezzo.db"), "mezzo.db", 5);
  const Operator other;
  REQUIRE(other.run({"init", "--name", "Altrove"}).code == 0);
  const std::string theirs = other.dir.file("copia.db");
  REQUIRE(other.run({"backup", theirs}).code == 0);
  refused(theirs, "of another space, \"Altrove\"");
  {
    const ServerProcess server(at.data);
    const Finished busy = at.run({"restore", at.copy});
    CHECK(busy.code == 5);
    CHECK(says(busy.err, "stop it first"));
  }
  CHECK(at.people() == 2);
}

TEST_CASE("restore: on a new machine there are only the key and the copy",
          "[server][process][P2]") {
  const Restored at;
  const Operator fresh;
  fs::create_directory(fresh.data);
  CHECK(says(fresh.run({"restore", at.copy}).err, "put it back first"));
  fs::copy_file(at.data + "/server.key", fresh.data + "/server.key");
  const json::value restored = fresh.json_of({"restore", at.copy});
  CHECK(text_at(restored, "kept").empty());
  CHECK(text_at(restored, "epoch") == "2");
  CHECK(fresh.json_of({"users"}).as_array().size() == 1);
  // A database that nobody can read any more is put aside all the same.
  std::ofstream(fresh.data + "/server.db", std::ios::trunc) << std::string(9'000, 'x');
  CHECK(fresh.run({"status"}).code == 5);
  CHECK_FALSE(text_at(fresh.json_of({"restore", at.copy}), "kept").empty());
  CHECK(fresh.json_of({"users"}).as_array().size() == 1);
}

TEST_CASE("restore: a database of PostgreSQL is told that it was put back", "[server][process]") {
  const Restored at;
  CHECK(at.run({"raise-epoch"}).code == 2);  // without a reason
  CHECK(text_at(at.json_of({"raise-epoch", "--reason", "pg_restore"}), "epoch") == "2");
  std::ofstream(at.data + "/server.space") << "019a4c2e-0000-7000-8000-000000000001\n";
  CHECK(says(at.run({"restore", at.copy}).err, "raise-epoch"));
}
