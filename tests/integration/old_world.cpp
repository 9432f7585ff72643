#include "old_world.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "database_file.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFixtures = INSIEME_FIXTURES;
constexpr const char* kTables =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";

sqlite::Connection open_database(const std::string& path,
                                 const std::optional<sqlite::Key>& key = {}) {
  sqlite::OpenOptions options;
  options.path = path;
  options.key = key;
  return sqlite::Connection::open(options);
}

std::vector<std::string> words_of(sqlite::Connection& db, const std::string& sql) {
  std::vector<std::string> words;
  auto query = db.prepare(sql);
  while (query.step()) words.emplace_back(query.get_text(0));
  return words;
}

sqlite::Key key_of(const Terminal& who) {
  std::string hex;
  std::ifstream(who.store() + ".key") >> hex;
  return key_from(hex);
}

std::string bytes_from(const std::string& hex) {
  std::string bytes;
  for (std::size_t n = 0; n + 1 < hex.size(); n += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(n, 2), nullptr, 16));
  }
  return bytes;
}

}  // namespace

std::vector<std::string> old_worlds() {
  std::vector<std::string> names;
  for (const auto& folder : fs::directory_iterator(kFixtures)) {
    const std::string name = folder.path().filename().string();
    if (name.rfind("store-v", 0) == 0) names.push_back(name);
  }
  const auto number = [](const std::string& name) { return std::stoi(name.substr(7)); };
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return number(a) < number(b);
  });
  return names;
}

void compare(const json::value& then, const json::value& now, const std::string& path,
             std::vector<std::string>& differences) {
  const auto differ = [&] {
    differences.push_back(path + ": " + json::serialize(then) + " is " + json::serialize(now));
  };
  if (then.is_object() && now.is_object()) {
    for (const auto& [name, value] : then.as_object()) {
      const json::value* here = now.as_object().if_contains(name);
      if (here == nullptr) {
        differences.push_back(path + "." + std::string(name) + " is gone");
      } else {
        compare(value, *here, path + "." + std::string(name), differences);
      }
    }
  } else if (then.is_array() && now.is_array()) {
    const json::array& before = then.as_array();
    const json::array& after = now.as_array();
    if (before.size() != after.size()) return differ();
    for (std::size_t n = 0; n < before.size(); ++n) {
      compare(before[n], after[n], path + "[" + std::to_string(n) + "]", differences);
    }
  } else if (then != now) {
    differ();
  }
}

OldWorld::OldWorld(const std::string& name)
    : anna(folder.path(), "anna"),
      bruno(folder.path(), "bruno"),
      fixture_(std::string(kFixtures) + "/" + name),
      data_(folder.file("server")),
      said_(json::parse(file_text(fixture_ + "/said.json")).as_object()) {
  fs::create_directory(data_);
  fs::permissions(data_, fs::perms::owner_all);
  for (const auto& entry : fs::directory_iterator(fixture_)) {
    const std::string file = entry.path().filename().string();
    const bool is_beside = file == "insieme.conf" || file == "blobs" || file.ends_with(".ledger");
    if (is_beside) fs::copy(entry.path(), data_ + "/" + file, fs::copy_options::recursive);
  }
  std::ofstream(data_ + "/server.key", std::ios::binary) << bytes_from(member(said_, "server key"));
  fs::permissions(data_ + "/server.key", fs::perms::owner_read | fs::perms::owner_write);
  unpack_database(fixture_ + "/server.db.zst", data_ + "/server.db", {});
  unpack(anna, "anna", {});
  unpack(bruno, "bruno", {});
}

void OldWorld::unpack(const Terminal& who, const std::string& name, const std::string& sql) const {
  const std::string key = member(said_of(name), "key");
  unpack_database(fixture_ + "/" + name + ".store.zst", who.store(), key_from(key), sql);
  std::ofstream(who.store() + ".key") << key << '\n';
  fs::permissions(who.store() + ".key", fs::perms::owner_read | fs::perms::owner_write);
  std::ofstream(who.store() + ".generation") << member(said_of(name), "generation") << '\n';
}

void OldWorld::start() {
  server_ = std::make_unique<ServerProcess>(data_);
  const std::string sql = "UPDATE settings SET value = 'http://127.0.0.1:" +
                          std::to_string(server_->port()) + "' WHERE name = 'server_url'";
  for (const auto& [who, name] : {std::pair{&anna, "anna"}, std::pair{&bruno, "bruno"}}) {
    for (const char* rest : {"", "-wal", "-shm"}) fs::remove(who->store() + rest);
    unpack(*who, name, sql);
  }
}

json::value OldWorld::admin(Words words) const {
  words.insert(words.begin(), {"--data", data_, "--json"});
  const Finished finished = run_program("insieme-server", words, {});
  CAPTURE(words, finished.out, finished.err);
  REQUIRE(finished.code == 0);
  return json::parse(finished.out);
}

std::vector<std::string> OldWorld::rows_of(const std::string& database) const {
  static int copies = 0;
  const std::string before = folder.file("before" + std::to_string(++copies));
  unpack_database(fixture_ + "/server.db.zst", before, {});
  auto old = open_database(before);
  auto db = open_database(database);
  std::vector<std::string> rows;
  for (const std::string& table : words_of(old, kTables)) {
    std::string columns;
    for (const std::string& column :
         words_of(old, "SELECT name FROM pragma_table_info('" + table + "') ORDER BY cid")) {
      // The day for which, and the roles by which, the program that looks has settled all.
      if (table == "spaces" && column == "settled") continue;
      columns += " || ' ' || quote(" + column + ")";
    }
    for (const std::string& row :
         words_of(db, "SELECT '" + table + "'" + columns + " FROM " + table)) {
      rows.push_back(row);
    }
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::string> OldWorld::server_rows_then() const {
  const std::string pristine = folder.file("pristine");
  unpack_database(fixture_ + "/server.db.zst", pristine, {});
  return rows_of(pristine);
}

std::vector<std::string> OldWorld::server_rows_now() const { return rows_of(data_ + "/server.db"); }

std::set<std::string> OldWorld::filled_tables() const {
  std::set<std::string> filled;
  auto db = open_database(data_ + "/server.db");
  for (const std::string& table : words_of(db, kTables)) {
    if (!words_of(db, "SELECT 1 FROM " + table + " LIMIT 1").empty()) filled.insert(table);
  }
  return filled;
}

std::vector<std::string> tables_of_today() {
  const TestFolder folder;
  const std::string data = folder.file("server");
  const Finished made =
      run_program("insieme-server", {"init", "--data", data, "--name", "Ambito"}, {});
  REQUIRE(made.code == 0);
  auto db = open_database(data + "/server.db");
  return words_of(db, kTables);
}

std::int64_t OldWorld::version_of(const Terminal& who) const {
  auto db = open_database(who.store(), key_of(who));
  auto query = db.prepare("PRAGMA user_version");
  REQUIRE(query.step());
  return query.get_int64(0);
}

void OldWorld::make_newer() const {
  for (const Terminal* who : {&anna, &bruno}) {
    open_database(who->store(), key_of(*who)).execute("PRAGMA user_version = 99");
  }
  open_database(data_ + "/server.db").execute("PRAGMA user_version = 99");
}

const json::object& OldWorld::said_of(const std::string& tablet) const {
  return said_.at("tablets").as_object().at(tablet).as_object();
}

std::string OldWorld::id(const std::string& record) const {
  return member(said_.at("records").as_object(), record);
}

std::string OldWorld::shown(Tablet& tablet, const std::string& record,
                            const std::string& field) const {
  const json::object page = tablet.ok("record.get", {{"record", id(record)}});
  const json::object& fields = page.at("record").as_object().at("fields").as_object();
  return fields.contains(field) ? member(fields.at(field).as_object(), "text") : "";
}

void OldWorld::exchange() const {
  for (const Terminal* who : {&anna, &bruno, &anna, &bruno}) who->ok({"sync"});
}

void OldWorld::check_agreement() const {
  const json::object there = admin({"verify"}).as_object();
  CHECK(there.at("ok").as_bool());
  for (const Terminal* who : {&anna, &bruno}) {
    CAPTURE(who->store());
    const json::object here = who->ask({"verify", "--server"});
    CHECK(here.at("sound").as_bool());
    CAPTURE(json::serialize(here));
    for (const json::value& one : here.at("states").as_array()) {
      const json::object& state = one.as_object();
      if (member(state, "count") == "0") continue;  // a section in which nobody wrote
      const std::string name = member(state, "dossier") + "/" + member(state, "section");
      CAPTURE(name);
      const json::object& of_server = there.at("documents").as_object().at(name).as_object();
      CHECK(member(state, "state") == member(of_server, "state"));
      CHECK(member(state, "history") == member(of_server, "history"));
    }
  }
}

}  // namespace insieme::testing
