#include "tablet.hpp"

#include <array>

#include "insieme/client/platform.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::demo {
namespace {

constexpr std::uint64_t kAttemptsMax = 60;

json::string_view key_of(std::string_view key) { return {key.data(), key.size()}; }

json::object parse(const std::string& text) {
  json::value value = json::parse(text);
  if (!value.is_object()) throw StoryFailed("a reply that is no object: " + text);
  return std::move(value.as_object());
}

bool is_ok(const json::object& reply) {
  const json::value* ok = reply.if_contains("ok");
  return ok != nullptr && ok->is_bool() && ok->as_bool();
}

std::string sentence_of(const json::object& reply) {
  const json::value* error = reply.if_contains("error");
  if (error == nullptr || !error->is_object()) return "no reason given";
  return text_of(error->as_object(), "message_en") + " (" + text_of(error->as_object(), "code") +
         ")";
}

}  // namespace

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key_of(key));
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

const json::array& list_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key_of(key));
  if (value == nullptr || !value->is_array()) {
    throw StoryFailed("a reply without the list " + std::string(key));
  }
  return value->as_array();
}

const json::object& object_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key_of(key));
  if (value == nullptr || !value->is_object()) {
    throw StoryFailed("a reply without the object " + std::string(key));
  }
  return value->as_object();
}

std::int64_t number_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key_of(key));
  if (value != nullptr && value->is_int64()) return value->as_int64();
  const std::string text = text_of(object, key);
  return text.empty() ? 0 : std::stoll(text);
}

Tablet::Tablet(std::string name, std::string account, std::string path)
    : name_(std::move(name)), account_(std::move(account)), path_(std::move(path)) {
  std::array<std::uint8_t, 32> key{};
  client::system_platform().random(key);
  key_ = sync::to_hex(key);
}

Tablet Tablet::like(const Tablet& other, std::string name, std::string path) {
  Tablet tablet(std::move(name), other.account_, std::move(path));
  tablet.key_ = other.key_;
  return tablet;
}

void Tablet::open_as(json::object options) {
  client_.reset();
  options["path"] = path_;
  options["key"] = key_;
  // The story does its own trying again, so that it can count.
  options["wait"] = false;
  if (!clock_ms_.empty()) options["clock_ms"] = clock_ms_;
  const json::object reply = parse(client::Client::open(json::serialize(options), client_));
  if (!is_ok(reply)) throw StoryFailed(name_ + ": the store: " + sentence_of(reply));
}

void Tablet::set_clock(std::int64_t unix_ms) {
  clock_ms_ = std::to_string(unix_ms);
  open();
}

void Tablet::mend_clock() {
  clock_ms_.clear();
  open();
}

json::object Tablet::try_call(const std::string& command, json::object arguments) {
  if (!client_) open();
  arguments["command"] = command;
  arguments["request_id"] = path_.substr(path_.rfind('/') + 1) + "-" + std::to_string(++requests_);
  return parse(client_->call(json::serialize(arguments)));
}

json::object Tablet::call(const std::string& command, json::object arguments) {
  json::object reply = try_call(command, std::move(arguments));
  if (!is_ok(reply)) throw StoryFailed(name_ + ": " + command + ": " + sentence_of(reply));
  return reply;
}

SyncRun Tablet::sync() {
  SyncRun run;
  while (true) {
    ++run.attempts;
    json::object reply = try_call("sync.run");
    const bool done = is_ok(reply);
    if (!done) {
      const json::object& error = object_of(reply, "error");
      const std::string code = text_of(error, "code");
      if ((code != "unavailable" && code != "cancelled") || run.attempts == kAttemptsMax) {
        throw StoryFailed(name_ + ": sync: " + sentence_of(reply));
      }
      const json::value* problems = error.if_contains("problems");
      if (problems == nullptr || !problems->is_array() || problems->as_array().empty()) continue;
      reply = object_of(problems->as_array()[0].as_object(), "done_before");
    }
    run.sent += static_cast<std::uint64_t>(number_of(reply, "sent"));
    run.received += static_cast<std::uint64_t>(number_of(reply, "received"));
    run.held += static_cast<std::uint64_t>(number_of(reply, "held"));
    if (done) return run;
  }
}

}  // namespace insieme::demo
