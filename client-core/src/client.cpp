#include "insieme/client/client.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "commands/context.hpp"
#include "commands/table.hpp"

namespace insieme::client {
namespace {

using namespace commands;

/// A device that believes something of its own about the time; everything else is real.
class SetClock final : public Platform {
 public:
  explicit SetClock(std::int64_t ms)
      : start_ms_(ms), steady_start_ms_(system_platform().steady_ms()) {}
  std::int64_t now_ms() override { return start_ms_ + steady_ms() - steady_start_ms_; }
  std::int64_t steady_ms() override { return system_platform().steady_ms(); }
  void random(std::span<std::uint8_t> bytes) override { system_platform().random(bytes); }

 private:
  std::int64_t start_ms_;
  std::int64_t steady_start_ms_;
};

struct Options {
  StoreOptions store;
  std::string mode = "open";
  std::string backup;
  TransportOptions trust;
  bool wait = true;
  std::optional<std::int64_t> clock_ms;
};

Failure bad_option(const std::string& name) {
  return {"invalid_argument", "L'opzione " + quoted_it(name) + " non è valida.",
          "The option " + quoted_en(name) + " is not valid.", name};
}

Outcome<Options> read_options(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(key_of(text), error);
  if (error || !value.is_object()) return bad_option("options");
  Options options;
  bool has_key = false;
  for (const auto& [key, given] : value.as_object()) {
    const std::string name(key);
    const std::string word = given.is_string() ? std::string(given.as_string()) : std::string();
    if (name == "path") {
      options.store.path = word;
    } else if (name == "key") {
      has_key = sync::from_hex(word, options.store.key).ok();
    } else if (name == "mode" && (word == "open" || word == "create" || word == "restore")) {
      options.mode = word;
    } else if (name == "backup") {
      options.backup = word;
    } else if (name == "ca_file") {
      options.trust.ca_file = word;
    } else if (name == "public_key") {
      options.trust.public_key = word;
    } else if (name == "wait" && given.is_bool()) {
      options.wait = given.as_bool();
    } else if (name == "clock_ms") {
      char* end = nullptr;
      errno = 0;
      options.clock_ms = std::strtoll(word.c_str(), &end, 10);
      if (word.empty() || *end != '\0' || errno != 0) return bad_option(name);
    } else {
      return bad_option(name);
    }
  }
  if (options.store.path.empty()) return bad_option("path");
  if (!has_key) {
    return Failure("invalid_argument", "La chiave deve avere 64 cifre esadecimali.",
                   "The key must have 64 hexadecimal digits.", "key");
  }
  if ((options.mode == "restore") == options.backup.empty()) return bad_option("backup");
  return options;
}

std::string reply_of(const Failure& failure) {
  return json::serialize(json::object{{"ok", false}, {"error", failure.to_json()}});
}

Outcome<std::unique_ptr<Store>> open_store(const Options& options) {
  const std::string& path = options.store.path;
  if (options.mode == "restore") {
    INSIEME_OUT(Store::restore(options.backup, options.store));
  }
  auto store = options.mode == "create" ? Store::create(options.store) : Store::open(options.store);
  if (store.ok()) return std::move(store).value();
  if (store.error().code == ErrorCode::not_found) {
    return Failure("not_found", "Non c'è nessun archivio in " + quoted_it(path) + ".",
                   "There is no store at " + quoted_en(path) + ".", "path");
  }
  if (store.error().code == ErrorCode::already_exists) {
    return Failure("already_exists", "In " + quoted_it(path) + " c'è già un archivio.",
                   "There is a store at " + quoted_en(path) + " already.", "path");
  }
  return store.error();
}

}  // namespace

struct Client::Parts {
  std::unique_ptr<Platform> own_platform;
  std::unique_ptr<Transport> transport;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Commands> commands;
  bool is_pausing = false;  ///< the command that was begun waits for time, not for an answer
};

Client::Client(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Client::~Client() = default;

std::string Client::open(std::string_view text, std::unique_ptr<Client>& client) {
  auto options = read_options(text);
  if (!options.ok()) return reply_of(options.error());
  auto parts = std::make_unique<Parts>();
  Platform* platform = &system_platform();
  if (options->clock_ms) {
    parts->own_platform = std::make_unique<SetClock>(*options->clock_ms);
    platform = parts->own_platform.get();
  }
  options->store.bundle = &schema::embedded_bundle();
  options->store.platform = platform;
  auto store = open_store(options.value());
  if (!store.ok()) return reply_of(store.error());
  parts->transport = make_transport(options->trust);
  Waiter waiter = options->wait ? system_waiter() : [](std::uint32_t) { return false; };
  parts->engine = std::make_unique<Engine>(std::move(store).value(), *platform, *parts->transport,
                                           std::move(waiter));
  parts->commands = std::make_unique<Commands>(*parts->engine);
  client.reset(new Client(std::move(parts)));
  return client->call(R"({"command":"identity"})");
}

std::string Client::call(std::string_view request, const EventSink& events) {
  return parts_->commands->call(request, events);
}

namespace {

std::string to_json(const HttpRequest& request) {
  json::array headers;
  for (const auto& [name, value] : request.headers) headers.push_back(json::array{name, value});
  return json::serialize(json::object{{"url", request.url},
                                      {"headers", std::move(headers)},
                                      {"reply_bytes_max", request.limits.reply_bytes_max},
                                      {"connect_timeout_ms", request.limits.connect_timeout_ms},
                                      {"total_timeout_ms", request.limits.total_timeout_ms},
                                      {"pin", request.pin}});
}

std::int64_t small_number_at(const json::object& object, std::string_view name) {
  const json::value* value = find(object, name);
  if (value == nullptr || !value->is_int64()) return 0;
  return std::clamp<std::int64_t>(value->get_int64(), 0, 86'400);
}

Result<HttpReply> reply_from(std::string_view text, std::span<const std::uint8_t> body) {
  boost::system::error_code error;
  const json::value value = json::parse(key_of(text), error);
  HttpReply reply;
  if (error || !value.is_object()) return reply;
  const json::object& answer = value.as_object();
  if (find(answer, "refused") != nullptr) {
    return Error{ErrorCode::invalid_argument, text_at(answer, "refused")};
  }
  reply.status = static_cast<int>(small_number_at(answer, "status"));
  reply.content_type = text_at(answer, "content_type");
  reply.retry_after_s = static_cast<std::uint32_t>(small_number_at(answer, "retry_after_s"));
  reply.failure = text_at(answer, "failure");
  const json::value* handed_over = find(answer, "handed_over");
  reply.handed_over = handed_over != nullptr && handed_over->is_bool() && handed_over->get_bool();
  reply.body.assign(body.begin(), body.end());
  return reply;
}

}  // namespace

Client::Step Client::step_of(CommandStep step) {
  parts_->is_pausing = false;
  if (auto* request = std::get_if<HttpRequest>(&step)) {
    return {Step::Kind::post, to_json(*request), std::move(request->body)};
  }
  if (const auto* pause = std::get_if<Pause>(&step)) {
    parts_->is_pausing = true;
    return {Step::Kind::pause, json::serialize(json::object{{"ms", pause->ms}}), {}};
  }
  return {Step::Kind::reply, std::get<std::string>(std::move(step)), {}};
}

Client::Step Client::begin(std::string_view request, EventSink events) {
  const bool was_pausing = parts_->is_pausing;
  Step step = step_of(parts_->commands->begin(request, std::move(events)));
  if (step.kind == Step::Kind::reply) parts_->is_pausing = was_pausing;
  return step;
}

Client::Step Client::resume(std::string_view answer, std::span<const std::uint8_t> body) {
  if (parts_->is_pausing) return step_of(parts_->commands->waited());
  return step_of(parts_->commands->answered(reply_from(answer, body)));
}

void Client::cancel() noexcept { parts_->engine->cancel(); }

}  // namespace insieme::client
