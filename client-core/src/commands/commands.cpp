#include "insieme/client/commands.hpp"

#include "commands/openings.hpp"
#include "commands/table.hpp"
#include "insieme/sync/digest.hpp"
#include "lock/door.hpp"
#include "storage/own_values.hpp"

namespace insieme::client {
namespace {

using namespace commands;

constexpr std::size_t kRequestBytesMax = 64 * 1024 * 1024;

std::string failed(const Failure& failure) {
  json::object out;
  out["ok"] = false;
  out["error"] = failure.to_json();
  return json::serialize(out);
}

Outcome<json::object> parse_request(std::string_view request) {
  if (request.size() > kRequestBytesMax) {
    return Error{ErrorCode::limit_exceeded, "a request of more than 64 MiB"};
  }
  if (!sync::is_valid_utf8(request)) {
    return Failure("malformed", "Il testo non è UTF-8: non è stato salvato nulla.",
                   "The text is not UTF-8: nothing was saved.");
  }
  boost::system::error_code error;
  // Everything of one request dies together.
  json::value value = json::parse(key_of(request), error,
                                  json::make_shared_resource<json::monotonic_resource>());
  if (error || !value.is_object()) {
    return Failure("malformed", "La richiesta non è un oggetto JSON.",
                   "The request is not a JSON object.");
  }
  return std::move(value.as_object());
}

Outcome<const CommandSpec*> command_of(const json::object& request) {
  const std::string name = text_at(request, "command");
  if (const CommandSpec* command = find_command(name)) return command;
  std::vector<std::string> names;
  for (const CommandSpec& known : all_commands()) names.emplace_back(known.name);
  const std::string meant = nearest(name, names);
  return Failure("unknown_command",
                 "Comando sconosciuto: " + quoted_it(name) + "." + hint_it(meant),
                 "Unknown command: " + quoted_en(name) + "." + hint_en(meant), "command");
}

std::string random_request_id(Platform& platform) {
  std::array<std::uint8_t, 16> bytes{};
  platform.random(bytes);
  return sync::to_hex(bytes);
}

void add_to(sync::Hasher& hasher, const json::value& value);

void add_to(sync::Hasher& hasher, const json::object& object) {
  hasher.add(std::uint64_t{object.size()});
  for (const auto& [key, value] : object) {
    hasher.add(std::string_view(key.data(), key.size()));
    add_to(hasher, value);
  }
}

/// What was asked, whatever white space it was written with: kind and content of every value.
void add_to(sync::Hasher& hasher, const json::value& value) {
  hasher.add(static_cast<std::uint64_t>(value.kind()));
  if (const json::object* object = value.if_object()) {
    add_to(hasher, *object);
  } else if (const json::array* array = value.if_array()) {
    hasher.add(std::uint64_t{array->size()});
    for (const json::value& one : *array) add_to(hasher, one);
  } else if (const json::string* text = value.if_string()) {
    hasher.add(std::string_view(text->data(), text->size()));
  } else {
    hasher.add(json::serialize(value));
  }
}

/// Why a person looks, said beside any command that only reads.
Check fill_purpose(Context& context, json::object& request, const CommandSpec& command) {
  const json::value* purpose = find(request, "purpose");
  if (purpose == nullptr || command.writes == Writes::yes) return Done{};
  const schema::CodeList* list = context.bundle().find_list("access_purposes");
  const schema::CodeValue* known =
      list == nullptr || !purpose->is_string() ? nullptr : list->find(purpose->as_string());
  if (known == nullptr) {
    std::string it;
    std::string en;
    for (const schema::CodeValue& one : list == nullptr ? std::vector<schema::CodeValue>{}
                                                        : list->values) {
      it += (it.empty() ? "" : ", ") + one.code + " (" + one.label.it + ")";
      en += (en.empty() ? "" : ", ") + one.code + " (" + one.label.en + ")";
    }
    const std::string given = purpose->is_string() ? std::string(purpose->as_string())
                                                   : json::serialize(*purpose);
    return Failure("invalid_argument",
                   quoted_it(given) + " non è un motivo di lettura. Ammessi: " + it + ".",
                   quoted_en(given) + " is no purpose of reading. Possible: " + en + ".",
                   "purpose");
  }
  context.purpose = known->code;
  request.erase("purpose");
  return Done{};
}

/// Takes what every command has out of `request`; the rest are the command's own arguments.
Check fill_common(Context& context, json::object& request, const CommandSpec& command) {
  context.language = text_at(request, "lang") == "en" ? schema::Language::en : schema::Language::it;
  const json::value* id = find(request, "request_id");
  if (id != nullptr && (!id->is_string() || id->as_string().empty())) {
    return Failure("invalid_argument", "request_id deve essere un testo non vuoto.",
                   "request_id must be a text that is not empty.", "request_id");
  }
  if (id != nullptr) {
    context.request_id = std::string(id->as_string());
  } else if (command.writes == Writes::yes) {
    return Failure(
        "missing_argument", "Manca request_id: senza, una ripetizione scriverebbe due volte.",
        "request_id is missing: without it a repetition would write twice.", "request_id");
  } else {
    context.request_id = random_request_id(context.platform());
  }
  INSIEME_OUT(fill_purpose(context, request, command));
  request.erase("request_id");
  request.erase("lang");
  sync::Hasher hasher("insieme command v2");
  add_to(hasher, request);
  context.fingerprint = hasher.finish().prefix();
  request.erase("command");
  context.args = std::move(request);
  return check_args(command, context.args);
}

/// The reply of which the first members were said already: what was added follows.
std::string text_after(Context::Said said, const json::object& reply) {
  constexpr std::string_view kOk = R"("ok":true,)";
  said.text.insert(1, kOk);
  said.text.pop_back();
  for (std::size_t i = said.members; i < reply.size(); ++i) {
    const auto& added = *(reply.begin() + static_cast<std::ptrdiff_t>(i));
    said.text.append(",").append(json::serialize(json::value(added.key()))).append(":");
    said.text.append(json::serialize(added.value()));
  }
  said.text.push_back('}');
  return std::move(said.text);
}

std::string text_of(Outcome<json::object> done, Context::Said said = {}) {
  if (!done.ok()) return failed(done.error());
  if (said.members != 0) return text_after(std::move(said), done.value());
  // In the same memory, or each part of it would be copied.
  json::object out(done.value().storage());
  out.reserve(done.value().size() + 1);
  out["ok"] = true;
  for (auto& [key, value] : done.value()) out[key] = std::move(value);
  return json::serialize(out);
}

Outcome<json::object> run_at_door(const CommandSpec& command, json::object& request, Door& door) {
  const bool english = text_at(request, "lang") == "en";
  for (const char* common : {"request_id", "lang", "command"}) request.erase(common);
  INSIEME_OUT(check_args(command, request));
  DoorCall call{door, request, english ? schema::Language::en : schema::Language::it};
  return command.at_door(call);
}

}  // namespace

std::string Commands::call_locked(std::string_view request, Door& door) {
  auto parsed = parse_request(request);
  if (!parsed.ok()) return failed(parsed.error());
  const auto command = command_of(parsed.value());
  if (!command.ok()) return failed(command.error());
  if (command.value()->at_door != nullptr) {
    return text_of(run_at_door(*command.value(), parsed.value(), door));
  }
  if (const Check allowed = door.order_allows(); !allowed.ok()) return failed(allowed.error());
  return failed({"locked", "L'archivio è chiuso: serve il PIN.",
                 "The store is locked: the PIN is needed."});
}

Commands::Commands(Engine& engine, Door* door, For use)
    : engine_(engine),
      door_(door),
      use_(use),
      openings_(std::make_unique<commands::Openings>()),
      scheduler_({}, [&engine](std::int64_t ceiling) {
        std::array<std::uint8_t, 4> bytes{};
        engine.platform().random(bytes);
        std::int64_t number = 0;
        for (const std::uint8_t byte : bytes) number = number * 256 + byte;
        return ceiling <= 0 ? 0 : number % ceiling + 1;
      }) {
  if (engine.store().identity().is_enrolled()) {
    scheduler_.on_enrolled(engine.platform().steady_ms());
  }
}

Commands::~Commands() = default;

std::string Commands::run(std::string_view request, const EventSink& events, bool may_hand_out) {
  auto parsed = parse_request(request);
  if (!parsed.ok()) return failed(parsed.error());
  // The arguments stay in the request's memory: moving them into another would copy them.
  Context context{engine_, scheduler_,           events, json::object(parsed.value().storage()),
                  schema::Language::it, {}, 0, door_, {}, {}, {}};
  const auto command = command_of(parsed.value());
  if (!command.ok()) return failed(command.error());
  const CommandSpec& spec = *command.value();
  if (spec.at_door != nullptr) {
    if (door_ == nullptr) {
      return failed({"no_pin", "Questo archivio non ha un PIN.", "This store has no PIN."});
    }
    return text_of(run_at_door(spec, parsed.value(), *door_));
  }
  if (door_ != nullptr && door_->only_hands_over() && spec.name != std::string_view("sync.run")) {
    return failed(Door::being_wiped());
  }
  if (const Check filled = fill_common(context, parsed.value(), spec); !filled.ok()) {
    return failed(filled.error());
  }
  context.store().speak(context.language);
  const bool invents = std::string_view(spec.name).rfind("practice.", 0) == 0;
  if (invents && use_ != For::practice) {
    return failed(
        {"not_allowed", "Solo in un archivio di prova.", "In a store for practice only."});
  }
  if (spec.writes != Writes::no && errand_ && errand_->is_handing_over()) {
    return failed({"handing_over",
                   "Questo tablet sta consegnando al server ciò che non aveva inviato, perché è "
                   "stato dichiarato perso: adesso non si può scrivere, e non è stato salvato "
                   "nulla.",
                   "This tablet is handing over to the server what it had not sent, because it was "
                   "reported lost: nothing can be written now, and nothing was saved."});
  }
  // What was opened for a while is not shown, nor written, a minute longer. A disk without room
  // for that note keeps nobody from working: it is tried again.
  static_cast<void>(context.store().end_due_glasses());
  if (spec.errand == nullptr) {
    const Store::Reading reading = context.store().reading();
    // What cannot be read now the next command reads; until then codes show as they are.
    static_cast<void>(learn_own_values(context.store()));
    Outcome<json::object> done = spec.run(context);
    // Who writes is in the access log as who wrote.
    if (done.ok() && spec.writes == Writes::no) openings_->note(context, done.value());
    return text_of(std::move(done), std::move(context.said));
  }
  if (use_ == For::practice) {
    return failed({"practice", "Questa è una prova: nulla va a un server.",
                   "This is for practice: nothing goes to a server."});
  }
  if (errand_) {
    return failed({"busy", "Uno scambio con il server è già in corso.",
                   "An exchange with the server is under way already."});
  }
  if (!may_hand_out) return text_of(spec.run(context));
  auto errand = spec.errand(context);
  if (!errand.ok()) return failed(errand.error());
  errand_ = std::move(errand).value();
  return {};
}

std::string Commands::call(std::string_view request, const EventSink& events) {
  return run(request, events, false);
}

/// The errand is over when its reply is there.
template <class Step>
CommandStep Commands::after(Step step) {
  if (auto* request = std::get_if<HttpRequest>(&step)) return std::move(*request);
  if (const auto* pause = std::get_if<Pause>(&step)) return *pause;
  errand_.reset();
  return text_of(std::get<0>(std::move(step)));
}

CommandStep Commands::begin(std::string_view request, EventSink events) {
  const bool was_busy = errand_ != nullptr;
  std::string reply = run(request, events, true);
  if (was_busy || !errand_) return reply;
  return after(errand_->begin(std::move(events)));
}

CommandStep Commands::answered(Result<HttpReply> reply) {
  if (!errand_) return failed(Error{ErrorCode::internal, "an answer to no request"});
  return after(errand_->answered(std::move(reply)));
}

CommandStep Commands::waited() {
  if (!errand_) return failed(Error{ErrorCode::internal, "the end of no wait"});
  return after(errand_->waited());
}

}  // namespace insieme::client
