#include "ambito.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "support/catch.hpp"
#include "support/document_states.hpp"

namespace insieme::testing {
namespace {

std::string key_of(const Terminal& terminal) {
  std::ifstream file(terminal.store() + ".key");
  std::string key;
  file >> key;
  return key;
}

const json::array& list(const json::object& object, const char* key) {
  return object.at(key).as_array();
}

States states_of(const Terminal& who) {
  const json::object verified = who.ask({"verify"});
  CHECK(verified.at("sound").as_bool());
  return states_of_tablet(verified);
}

States states_of(const OfficeServer& server) {
  const json::object verified = server.admin_json({"verify"}).as_object();
  CHECK(verified.at("ok").as_bool());
  return states_of_server(verified);
}

}  // namespace

Tablet::Tablet(const Terminal& of, json::object options) {
  options["path"] = of.store();
  options["key"] = key_of(of);
  const json::object reply =
      json::parse(client::Client::open(json::serialize(options), client_)).as_object();
  CAPTURE(json::serialize(reply));
  REQUIRE(reply.at("ok").as_bool());
}

json::object Tablet::ask(const std::string& command, json::object arguments) {
  static int requests = 0;
  arguments["command"] = command;
  arguments["request_id"] = "tablet-" + std::to_string(++requests);
  return json::parse(client_->call(json::serialize(arguments))).as_object();
}

json::object Tablet::ok(const std::string& command, json::object arguments) {
  json::object reply = ask(command, std::move(arguments));
  CAPTURE(command, json::serialize(reply));
  REQUIRE(reply.at("ok").as_bool());
  return reply;
}

bool Tablet::sync() {
  const json::object reply = ask("sync.run");
  said_ = reply.at("ok").as_bool() ? "" : member(reply.at("error").as_object(), "message_it");
  return said_.empty();
}

client::Client::Step Tablet::begin(const std::string& command) {
  return client_->begin(json::serialize(json::object{{"command", command}}));
}

client::Client::Step Tablet::resume(client::Transport& transport, const json::object& asked,
                                    std::vector<std::uint8_t> body) {
  client::HttpRequest request;
  request.url = member(asked, "url");
  request.pin = member(asked, "pin");
  request.body = std::move(body);
  for (const json::value& header : asked.at("headers").as_array()) {
    const json::array& pair = header.as_array();
    request.headers.emplace_back(pair[0].as_string(), pair[1].as_string());
  }
  const Result<client::HttpReply> reply = transport.post(request);
  REQUIRE(reply.ok());
  const json::object answer{{"status", reply->status},
                            {"content_type", reply->content_type},
                            {"retry_after_s", reply->retry_after_s},
                            {"failure", reply->failure},
                            {"handed_over", reply->handed_over}};
  return client_->resume(json::serialize(answer), reply->body);
}

Ambito::Ambito(Words flags)
    : server(folder.path(), std::move(flags)),
      network(server.port()),
      anna(folder.path(), "anna"),
      bruno(folder.path(), "bruno"),
      carla(folder.path(), "carla") {
  enrol(anna, "anna", "Anna Bianchi", "educator");
  enrol(bruno, "bruno", "Bruno Neri", "educator");
  enrol(carla, "carla", "Carla Verdi", "coordinator");
  anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
  dossier = member(anna.ask({"open"}).at("dossiers").as_array()[0].as_object(), "id");
  const json::object saved =
      anna.ask({"add", "visit", "--dossier", dossier, "start_at=12/03/2024 15:30", "place=casa",
                "educator=anna", "next_step=Sentire la scuola"});
  visit = member(saved.at("record").as_object(), "id");
  acknowledged.insert("Sentire la scuola");
  anna.ok({"sync"});
  server.admin({"assign", "bruno", dossier});
  bruno.ok({"sync"});
  carla.ok({"sync"});
}

void Ambito::enrol(const Terminal& who, const std::string& account, const std::string& name,
                   const std::string& role) {
  server.admin({"users", "add", account, "--name", name, "--role", role});
  who.ok({"init"});
  who.ok({"enrol", invitation(account), "--name", "tablet di " + account});
}

std::string Ambito::invitation(const std::string& account) const {
  std::string url = server.invitation(account);
  const std::string from = ":" + std::to_string(server.port()) + "/";
  return url.replace(url.find(from), from.size(), ":" + std::to_string(network.port()) + "/");
}

void Ambito::exchange() {
  for (const Terminal* who : {&anna, &bruno, &carla, &anna, &bruno}) who->ok({"sync"});
}

void Ambito::save(const std::string& value) {
  anna.ok({"edit", visit, "next_step=" + value});
  acknowledged.insert(value);
}

std::string Ambito::shown(const Terminal& who, const std::string& field) const {
  const json::object page = who.ask({"show", visit});
  const json::object& fields = page.at("record").as_object().at("fields").as_object();
  return fields.contains(field) ? member(fields.at(field).as_object(), "text") : "";
}

json::array Ambito::items(const Terminal& who) const {
  return who.ask({"review"}).at("items").as_array();
}

void Ambito::check_history(const Terminal& who) const {
  std::map<std::string, int> times;
  bool is_folded = false;
  const json::object history = who.ask({"history", visit});
  for (const json::value& one : list(history, "lines")) {
    const json::object& line = one.as_object();
    is_folded |= member(line, "action") == "folded";
    if (member(line, "field") == "next_step" && member(line, "action") == "write") {
      ++times[member(line, "to")];
    }
  }
  CAPTURE(who.store(), json::serialize(history));
  for (const std::string& value : acknowledged) {
    CAPTURE(value);
    // A tablet that came by a snapshot says that older history is on the server. Whoever typed a
    // value keeps it.
    const bool may_be_older = is_folded && who.store() != anna.store();
    CHECK((times.count(value) == 1 || may_be_older));
  }
  for (const auto& [value, count] : times) {
    CAPTURE(value);
    CHECK(count == 1);
  }
}

void Ambito::check_agreement_of(const std::vector<const Terminal*>& terminals) const {
  const States server_has = states_of(server);
  for (const Terminal* who : terminals) {
    CAPTURE(who->store());
    const States has = states_of(*who);
    CHECK_FALSE(has.empty());
    for (const auto& [document, state] : has) {
      CAPTURE(document);
      const auto there = server_has.find(document);
      REQUIRE(there != server_has.end());
      CHECK(state == there->second);
    }
  }
}

void Ambito::check_whole() {
  exchange();
  for (const Terminal* who : {&anna, &bruno, &carla}) {
    check_history(*who);
    const json::object status = who->ask({"status"});
    CHECK(member(status, "unsent") == "0");
    CHECK(member(status, "held") == "0");
    CHECK(member(status, "refused") == "0");
  }
  check_agreement();
}

void check_says(const std::string& sentence, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    CAPTURE(sentence, word);
    CHECK(sentence.find(word) != std::string::npos);
  }
}

std::uint64_t seed_or(std::uint64_t otherwise) {
  const char* given = std::getenv("INSIEME_SEED");
  if (given == nullptr || *given == '\0') return otherwise;
  if (std::string(given) == "random") return std::random_device{}();
  return std::strtoull(given, nullptr, 10);
}

}  // namespace insieme::testing
