#include "insieme/client/client.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include "commands/context.hpp"
#include "commands/table.hpp"
#include "insieme/sqlite/files.hpp"
#include "lock/door.hpp"

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
  std::optional<std::string> pin;
  TransportOptions trust;
  bool wait = true;
  bool practice = false;
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
      // Zeros are what is left of a wiped key: everybody could open such a store.
      has_key = sync::from_hex(word, options.store.key).ok() &&
                options.store.key != decltype(options.store.key){};
    } else if (name == "pin" && given.is_string()) {
      options.pin = word;
    } else if (name == "mode" && (word == "open" || word == "create" || word == "restore")) {
      options.mode = word;
    } else if (name == "backup") {
      options.backup = word;
    } else if (name == "ca_file") {
      options.trust.ca_file = word;
    } else if (name == "public_key") {
      options.trust.public_key = word;
    } else if (name == "certificate") {
      options.trust.certificate = word;
    } else if (name == "certificate_key") {
      options.trust.certificate_key = word;
    } else if (name == "wait" && given.is_bool()) {
      options.wait = given.as_bool();
    } else if (name == "practice" && given.is_bool()) {
      options.practice = given.as_bool();
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
    return Failure("invalid_argument", "La chiave deve avere 64 cifre esadecimali, non tutte zero.",
                   "The key must have 64 hexadecimal digits, not all of them zero.", "key");
  }
  if ((options.mode == "restore") == options.backup.empty()) return bad_option("backup");
  return options;
}

std::string reply_of(const Failure& failure) {
  return json::serialize(json::object{{"ok", false}, {"error", failure.to_json()}});
}

/// With the key that the door gave.
Outcome<std::unique_ptr<Store>> open_store(StoreOptions options, const std::string& mode,
                                           const Door& door) {
  const std::string& path = options.path;
  options.key = door.store_key();
  const lock::Wiped wiped(options.key);
  auto store = mode == "create" ? Store::create(options) : Store::open(options);
  if (store.ok()) return std::move(store).value();
  switch (store.error().code) {
    case ErrorCode::not_found:
      return Failure("not_found", "Non c'è nessun archivio in " + quoted_it(path) + ".",
                     "There is no store at " + quoted_en(path) + ".", "path");
    case ErrorCode::already_exists:
      return Failure("already_exists", "In " + quoted_it(path) + " c'è già un archivio.",
                     "There is a store at " + quoted_en(path) + " already.", "path");
    case ErrorCode::wrong_key:
      if (!door.has_foreign_pin()) break;
      return Failure("wrong_key",
                     "La chiave non apre questo archivio, e il file del PIN che gli sta accanto è "
                     "di un'altra chiave: servono quella e il PIN.",
                     "The key does not open this store, and the PIN file beside it is of another "
                     "key: that one and the PIN are needed.");
    default:
      break;
  }
  return store.error();
}

Check enter(Door& door, const std::optional<std::string>& pin) {
  INSIEME_OUT_ASSIGN(const Door::State state, door.state());
  return state.pin && pin ? door.enter(*pin) : door.enter();
}

/// The copy lies under the key of the store that it was made of, and the PIN file beside it.
Check restore(Options& options, Platform& platform) {
  Door door(options.backup, options.store.key, platform);
  INSIEME_OUT(enter(door, options.pin));
  if (sqlite::file_exists(options.store.path)) {
    return Failure("already_exists",
                   "In " + quoted_it(options.store.path) + " c'è già un archivio.",
                   "There is a store at " + quoted_en(options.store.path) + " already.", "path");
  }
  // First what opens the store, then the store: one without the other would be lost.
  INSIEME_OUT(door.copy_to(options.store.path));
  StoreOptions restored = options.store;
  restored.key = door.store_key();
  const lock::Wiped wiped(restored.key);
  const Status done = Store::restore(options.backup, restored);
  if (!done.ok()) sqlite::remove_file(lock::pin_path(options.store.path));
  INSIEME_OUT(done);
  return Done{};
}

}  // namespace

struct Client::Parts {
  std::unique_ptr<Platform> own_platform;
  std::unique_ptr<Transport> transport;
  std::unique_ptr<Door> door;
  StoreOptions store;  ///< without its key
  bool wait = true;
  For use = For::work;
  std::mutex engine_guard;  ///< for `cancel`, which does not wait for its turn
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Commands> commands;  ///< null: locked
  bool is_pausing = false;  ///< the command that was begun waits for time, not for an answer

  [[nodiscard]] Check open(const std::string& mode);
  void shut();
  void carry_out();
  [[nodiscard]] Check contacted(const Result<HttpReply>& reply);
  /// Once, after a contact that said so and opened the store.
  [[nodiscard]] bool wipes_now() {
    return commands != nullptr && std::exchange(door->heard_wipe, false);
  }
  bool is_contacting = false;  ///< likewise: the door waits for the server's answer
  bool is_waiting = false;     ///< a command was begun, and its reply is not there yet
};

/// The door is open.
Check Client::Parts::open(const std::string& mode) {
  INSIEME_OUT_ASSIGN(auto opened, open_store(store, mode, *door));
  Waiter waiter = wait ? system_waiter() : [](std::uint32_t) { return false; };
  auto made = std::make_unique<Engine>(std::move(opened), *store.platform, *transport,
                                       std::move(waiter));
  const std::lock_guard guard(engine_guard);
  engine = std::move(made);
  commands = std::make_unique<Commands>(*engine, door.get(), use);
  return Done{};
}

void Client::Parts::shut() {
  const std::lock_guard guard(engine_guard);
  is_pausing = false;
  is_waiting = false;
  commands.reset();
  engine.reset();
  door->shut();
}

/// What a command left to be done once nobody uses the store.
void Client::Parts::carry_out() {
  if (door->wants_destroy) {
    shut();
    door->destroy();
  } else if (door->wants_lock) {
    shut();
  }
}

Client::Client(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Client::~Client() = default;

std::string Client::open(std::string_view text, std::unique_ptr<Client>& client) {
  auto options = read_options(text);
  if (!options.ok()) return reply_of(options.error());
  const lock::Wiped wiped(options->store.key);
  auto parts = std::make_unique<Parts>();
  Platform* platform = &system_platform();
  if (options->clock_ms) {
    parts->own_platform = std::make_unique<SetClock>(*options->clock_ms);
    platform = parts->own_platform.get();
  }
  options->store.bundle = &schema::embedded_bundle();
  options->store.platform = platform;
  {
    // A wipe that was cut goes on with what it was about, before a new store is put in its place;
    // by a door of its own, for its key is gone afterwards.
    Door former(options->store.path, options->store.key, *platform);
    if (former.must_destroy()) former.destroy();
  }
  if (options->mode == "restore") {
    const Check restored = restore(options.value(), *platform);
    if (!restored.ok()) return reply_of(restored.error());
  }
  parts->door = std::make_unique<Door>(options->store.path, options->store.key, *platform);
  parts->store = options->store;
  lock::wipe(parts->store.key);
  parts->wait = options->wait;
  if (options->practice) parts->use = For::practice;
  parts->transport = make_transport(options->trust);
  if (options->mode != "open") parts->door->begin_anew();
  const Check entered = enter(*parts->door, options->pin);
  const bool stays_locked = !entered.ok() && (entered.error().code == "locked" ||
                                              entered.error().code == "device_locked" ||
                                              entered.error().code == "device_wiped");
  if (!entered.ok() && !stays_locked) return reply_of(entered.error());
  if (!stays_locked) {
    const Check opened = parts->open(options->mode);
    if (!opened.ok()) return reply_of(opened.error());
  }
  client.reset(new Client(std::move(parts)));
  const bool is_closed = stays_locked || client->parts_->door->only_hands_over();
  return client->call(is_closed ? R"({"command":"pin.state"})" : R"({"command":"identity"})");
}

/// A command while the store is locked; what unlocks it opens it.
std::string Client::knock(std::string_view request) {
  std::string reply = Commands::call_locked(request, *parts_->door);
  if (!parts_->door->is_open()) return reply;
  const Check opened = parts_->open("open");
  if (opened.ok()) return reply;
  parts_->door->shut();
  return reply_of(opened.error());
}

namespace {

constexpr std::string_view kState = R"({"command":"pin.state"})";
constexpr std::string_view kSync = R"({"command":"sync.run"})";

bool is_command(std::string_view request, std::string_view name) {
  // Most requests are not, and some are large.
  if (request.size() > 512 || request.find(name) == std::string_view::npos) return false;
  boost::system::error_code error;
  const json::value value = json::parse(key_of(request), error);
  return !error && value.is_object() && text_at(value.as_object(), "command") == name;
}

bool is_contact(std::string_view request) { return is_command(request, "order.contact"); }

bool unlocks(std::string_view request) {
  return is_command(request, "unlock") || is_command(request, "recovery.answer");
}

}  // namespace

/// The server's answer to `order.contact`. Where a lock is gone and there is no PIN, it is open.
Check Client::Parts::contacted(const Result<HttpReply>& reply) {
  INSIEME_OUT(door->end_contact(reply));
  if (commands || !door->enter().ok()) return Done{};
  const Check opened = open("open");
  if (!opened.ok()) door->shut();
  return opened;
}

std::string Client::call(std::string_view request, const EventSink& events) {
  if (is_contact(request)) {
    if (const auto asked = parts_->door->begin_contact()) {
      const Check ended = parts_->contacted(parts_->transport->post(*asked));
      if (!ended.ok()) return reply_of(ended.error());
      if (parts_->wipes_now()) return call(kSync, events);
    }
    request = kState;
  }
  std::string reply =
      parts_->commands ? parts_->commands->call(request, events) : knock(request);
  parts_->carry_out();
  // Whoever unlocked one that is to be wiped is told what came of that.
  return unlocks(request) && parts_->wipes_now() ? call(kSync, events) : reply;
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
  parts_->is_waiting = !std::holds_alternative<std::string>(step);
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
  if (is_contact(request)) {
    auto asked = parts_->door->begin_contact();
    // One that nobody goes on with is begun anew: a host drops what it waited for when it locks.
    if (asked && (!parts_->is_waiting || parts_->is_contacting)) {
      parts_->is_contacting = true;
      return step_of(*std::move(asked));
    }
    request = kState;
  }
  const bool was_pausing = parts_->is_pausing;
  const bool was_waiting = parts_->is_waiting;
  Step step{Step::Kind::reply, {}, {}};
  if (parts_->commands) {
    step = step_of(parts_->commands->begin(request, events));
    if (step.kind == Step::Kind::reply) {
      parts_->is_pausing = was_pausing;
      parts_->is_waiting = was_waiting;
    }
  } else {
    step.text = knock(request);
  }
  parts_->carry_out();
  if (unlocks(request) && parts_->wipes_now()) return begin(kSync, std::move(events));
  return step;
}

Client::Step Client::resume(std::string_view answer, std::span<const std::uint8_t> body) {
  if (parts_->is_contacting) {
    parts_->is_contacting = false;
    parts_->is_waiting = false;
    const Check ended = parts_->contacted(reply_from(answer, body));
    if (ended.ok() && parts_->wipes_now()) return begin(kSync);
    return {Step::Kind::reply, ended.ok() ? call(kState) : reply_of(ended.error()), {}};
  }
  if (!parts_->commands) return {Step::Kind::reply, knock(R"({"command":"status"})"), {}};
  Step step = parts_->is_pausing
                  ? step_of(parts_->commands->waited())
                  : step_of(parts_->commands->answered(reply_from(answer, body)));
  parts_->carry_out();
  return step;
}

void Client::cancel() noexcept {
  const std::lock_guard guard(parts_->engine_guard);
  if (parts_->engine) parts_->engine->cancel();
}

}  // namespace insieme::client
