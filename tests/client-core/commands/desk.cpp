#include "client-core/commands/desk.hpp"

#include <unistd.h>

#include "insieme/sync/welcome.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

json::string_view key_of(std::string_view key) { return {key.data(), key.size()}; }

json::object parsed(std::string_view body) { return json::parse(key_of(body)).as_object(); }

client::HttpReply reply_of(int status, const json::object& body) {
  const std::string words = json::serialize(body);
  client::HttpReply reply;
  reply.status = status;
  reply.content_type = status == 200 ? "application/json" : "application/problem+json";
  reply.body.assign(words.begin(), words.end());
  reply.handed_over = true;
  return reply;
}

}  // namespace

std::string text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key_of(key));
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

const json::array& list(const json::object& object, std::string_view key) {
  return object.at(key_of(key)).as_array();
}

const json::object& part(const json::object& object, std::string_view key) {
  return object.at(key_of(key)).as_object();
}

void DeskPlatform::random(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    byte = static_cast<std::uint8_t>(state_ >> 32);
  }
}

Folder::Folder() {
  std::string pattern = std::filesystem::temp_directory_path() / "insieme-client-XXXXXX";
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Result<client::HttpReply> Office::post(const client::HttpRequest& request) {
  const std::size_t path = request.url.find('/', request.url.find("://") + 3);
  calls.push_back(request.url.substr(path));
  client::HttpReply lost;
  lost.failure = "the server cannot be reached";
  if (is_down) return lost;
  client::HttpReply reply = answer(request);
  if (replies_lost == 0) return reply;
  --replies_lost;
  lost.handed_over = true;
  lost.failure = "the connection was cut before an answer came";
  return lost;
}

client::HttpReply Office::digest_page(const std::string& path) const {
  client::HttpReply reply = reply_of(200, {});
  std::string words = digest_text;
  const std::size_t after = path.find("after=");
  for (std::size_t i = 0; i < digests.size() && words.empty(); ++i) {
    const bool is_next = after == std::string::npos ||
                         (i > 0 && text(digests[i - 1], "next") == path.substr(after + 6));
    if (is_next) words = json::serialize(digests[i]);
  }
  reply.body.assign(words.begin(), words.end());
  return reply;
}

client::HttpReply Office::answer(const client::HttpRequest& request) {
  const std::string& path = calls.back();
  const std::string_view body(reinterpret_cast<const char*>(request.body.data()),
                              request.body.size());
  if (path == "/v1/enrol") return enrol(parsed(body));
  if (path == "/v1/challenge")
    return reply_of(200, {{"nonce", "nonce-" + text(parsed(body), "device")}});
  if (path == "/v1/token" && challenges_spoiled > 0) {
    --challenges_spoiled;
    return reply_of(401, {{"type", "/problems/bad-challenge"}, {"detail", "Ask again."}});
  }
  if (path == "/v1/token") {
    const json::object asked = parsed(body);
    const auto device = sync::id_from_text<DeviceId>(text(asked, "device"));
    const std::string message = "insieme token v1\n" + sync::to_text(space) + "\n" +
                                text(asked, "device") + "\n" + text(asked, "nonce");
    Signature signature;
    REQUIRE(sync::from_hex(text(asked, "signature"), signature.bytes).ok());
    const std::vector<std::uint8_t> bytes(message.begin(), message.end());
    const auto known = server.devices.find(device.value());
    if (known == server.devices.end() || !sync::verify(known->second.key, bytes, signature)) {
      return reply_of(403, {{"detail", "The signature is not the device's."}});
    }
    const std::string token = "token-" + std::to_string(calls.size());
    tokens_[token] = device.value();
    tokens_valid = true;
    json::object granted{{"token", token}};
    if (!rules_digest.empty()) {
      granted["schema_version"] = 7;
      granted["schema_digest"] = rules_digest;
      if (protocol != 0) granted["protocol"] = protocol;
    }
    return reply_of(200, std::move(granted));
  }
  if (path.rfind("/v1/digests", 0) == 0) return digest_page(path);
  if (path.rfind("/v1/findings", 0) == 0) {
    if (findings.empty()) return reply_of(404, {{"detail", "There is nothing here."}});
    client::HttpReply next = std::move(findings.front());
    findings.erase(findings.begin());
    return next;
  }
  for (const auto& [name, value] : request.headers) {
    const auto token = name == "Authorization" ? tokens_.find(value.substr(7)) : tokens_.end();
    if (token == tokens_.end() || !tokens_valid) continue;
    if (path == "/v1/openings") return take_openings(parsed(body));
    auto frame = server.turn(token->second, request.body);
    if (!frame.ok()) return reply_of(503, {{"detail", frame.error().detail}});
    client::HttpReply reply = reply_of(200, {});
    reply.body = std::move(frame).value();
    return reply;
  }
  return reply_of(401, {{"detail", "A valid token is needed."}});
}

client::HttpReply Office::take_openings(const json::object& body) {
  if (!knows_openings) return reply_of(404, {{"detail", "There is no such route."}});
  for (const json::value& one : list(body, "openings")) openings.push_back(one.as_object());
  if (openings_lost > 0) {
    --openings_lost;
    return {};
  }
  return reply_of(200, {{"told", list(body, "openings").size()}});
}

client::HttpReply Office::enrol(const json::object& body) {
  const std::string code = text(body, "invitation");
  const auto invited = invitations.find(code);
  if (invited == invitations.end())
    return reply_of(404, {{"detail", "There is no such invitation."}});
  PublicKey key;
  REQUIRE(sync::from_hex(text(body, "device_public_key"), key.bytes).ok());
  const auto used = used_.find(code);
  if (used != used_.end() && !(used->second == key)) {
    return reply_of(409, {{"detail", "An invitation works once."}});
  }
  used_[code] = key;
  DeviceId device;
  std::copy_n(key.bytes.begin(), device.bytes.size(), device.bytes.begin());
  server.enrol(device, key, invited->second, reviewers.count(invited->second) != 0);
  const sync::Welcome welcome{sync::to_hex(key.bytes),
                              sync::to_text(device),
                              sync::to_text(space),
                              "Ambito di prova",
                              invited->second,
                              "Signora " + invited->second,
                              "educator",
                              false,
                              {}};
  const auto signature = sync::sign(keys.secret_key, sync::digest_of(welcome).bytes);
  return reply_of(200, {{"device", welcome.device},
                        {"space", welcome.space},
                        {"space_name", welcome.space_name},
                        {"account", account_shown.empty() ? welcome.account : account_shown},
                        {"display_name", welcome.display_name},
                        {"role", welcome.role},
                        {"server_public_key", sync::to_hex(keys.public_key.bytes)},
                        {"signature", sync::to_hex(signature.bytes)}});
}

Desk::Desk(const Folder& folder, const std::string& name, Office& office)
    : platform(std::hash<std::string>{}(name)),
      name_(name),
      path_(folder.file(name + ".db")),
      office_(office) {
  if (office_.space.is_nil()) platform.random(office_.space.bytes);
  office_.server.sections_of_new = {"core", "economic", "education", "health"};
  reopen();
}

void Desk::reopen() {
  commands_.reset();
  engine.reset();
  client::StoreOptions options{path_, {}, bundle, &platform};
  options.key.fill(7);
  auto store = std::filesystem::exists(path_) ? client::Store::open(options)
                                              : client::Store::create(options);
  if (!store.ok()) FAIL(store.error().detail);
  engine = std::make_unique<client::Engine>(std::move(store).value(), platform, office_,
                                            [this](std::uint32_t ms) {
                                              waits.push_back(ms);
                                              return may_wait;
                                            });
  commands_ = std::make_unique<client::Commands>(*engine);
}

json::object Desk::raw(json::object request) {
  if (!request.contains("request_id")) {
    request["request_id"] = name_ + "-" + std::to_string(++requests_);
  }
  return parsed(commands_->call(json::serialize(request)));
}

json::object Desk::call(json::object request) {
  const std::string asked = json::serialize(request);
  json::object reply = raw(std::move(request));
  if (!reply.at("ok").as_bool()) FAIL(asked + " → " + json::serialize(reply));
  return reply;
}

json::object Desk::refused(json::object request) {
  const std::string asked = json::serialize(request);
  json::object reply = raw(std::move(request));
  if (reply.at("ok").as_bool()) FAIL(asked + " → " + json::serialize(reply));
  return part(reply, "error");
}

void Desk::enrol() {
  office_.invitations["CODE-OF-" + name_] = name_;
  call({{"command", "device.enrol"}, {"invitation", "http://office.test/CODE-OF-" + name_}});
}

json::object Desk::save(const std::string& record, json::object fields,
                        const std::string& version) {
  json::object request{
      {"command", "record.save"}, {"record", record}, {"fields", std::move(fields)}};
  if (!version.empty()) request["version"] = version;
  return call(std::move(request));
}

json::object Desk::get(const std::string& record) {
  return part(call({{"command", "record.get"}, {"record", record}, {"all", true}}), "record");
}

std::string Desk::shown(const std::string& record, const std::string& field) {
  return text(part(part(get(record), "fields"), field), "text");
}

std::uint64_t Desk::unsent() { return std::stoull(text(call({{"command", "status"}}), "unsent")); }

json::array Desk::items() { return list(call({{"command", "review.list"}}), "items"); }

Family make_family(Desk& desk) {
  const json::object reply = desk.call(
      {{"command", "dossier.create"},
       {"type", "household"},
       {"fields", {{"name", "Famiglia Rossi"}, {"commune", "Bibbiano"}}},
       {"records",
        json::array{{{"type", "visit"},
                     {"fields",
                      {{"start_at", "12/03/2024 15:30"},
                       {"place", "casa"},
                       {"educator", "anna"},
                       {"next_step", "Sentire la scuola"},
                       {"observations", "La madre lavora al mattino. Clima sereno."}}}}}}});
  const json::array& records = list(reply, "records");
  return {text(reply, "dossier"), text(records[0].as_object(), "id"),
          text(records[1].as_object(), "id")};
}

void TwoDesks::enrol() {
  anna.enrol();
  bruno.enrol();
}

void TwoDesks::share(const std::string& dossier, const std::set<std::string>& sections) {
  for (const char* who : {"anna", "bruno"}) {
    office.server.grant(who, sync::id_from_text<DossierId>(dossier).value(), sections);
  }
}

void TwoDesks::meet() {
  for (Desk* desk : {&anna, &bruno, &anna, &bruno}) desk->sync();
}

}  // namespace insieme::testing
