// exchange.export, exchange.import, exchange.begin, exchange.resume: without a server.
#include "commands/exchange/files.hpp"
#include "commands/table.hpp"
#include "commands/values.hpp"
#include "insieme/client/exchange.hpp"

namespace insieme::client::commands {
namespace {

struct Words {
  const char* code;  ///< the command API's own; null: that of the error
  const char* it;
  const char* en;
};

/// What stands in the way of an exchange, and what to do. Null: the general words will do.
Words words_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::conflict:
      return {"other_space", "Viene da un altro ambito: qui non si può usare.",
              "It comes from another space: it is of no use here."};
    case ErrorCode::wrong_version:
      return {"other_version",
              "È stato fatto con un'altra versione del programma: aggiornare il dispositivo più "
              "vecchio e rifare.",
              "It was made with another version of the program: update the older device and "
              "make it again."};
    case ErrorCode::truncated:
    case ErrorCode::malformed:
    case ErrorCode::trailing_bytes:
    case ErrorCode::checksum:
      return {"damaged",
              "È danneggiato o incompleto, o non viene da Insieme: farne un altro. Qui non è "
              "cambiato nulla.",
              "It is damaged or incomplete, or not from Insieme: make it again. Nothing was "
              "changed here."};
    case ErrorCode::expired:
      return {
          "grant_expired",
          "Il permesso di chi lo ha scritto è scaduto: deve prima sincronizzarsi. Il suo lavoro "
          "può comunque arrivare al server.",
          "The permit of whoever wrote it has expired: they must synchronise first. Their "
          "work can reach the server all the same."};
    case ErrorCode::not_allowed:
      return {"not_granted",
              "Il server non ha dato a quel dispositivo il permesso di scrivere qui: non è stato "
              "preso.",
              "The server has not permitted that device to write here: it was not taken."};
    case ErrorCode::bad_signature:
      return {"forged", "La firma non è valida: qualcuno lo ha alterato. Non è stato preso.",
              "The signature is not valid: somebody has changed it. It was not taken."};
    case ErrorCode::wrong_key:
      return {"forged",
              "Non si apre con la chiave di questo fascicolo: è stato alterato. Non è stato preso.",
              "It does not open with the key of this dossier: it was changed. It was not taken."};
    case ErrorCode::fork:
      return {"restored",
              "È di un dispositivo ripristinato da una copia: prima deve sincronizzarsi.",
              "It is from a device that was restored from a copy: it must synchronise first."};
    case ErrorCode::not_found:
      return {nullptr, "Il fascicolo non è più su questo dispositivo.",
              "The dossier is not on this device any more."};
    case ErrorCode::quota:
      return {"carries_enough",
              "Questo dispositivo porta già per gli altri quanto può: sincronizzarlo e riprovare.",
              "This device carries as much for others as it can: synchronise it and try again."};
    case ErrorCode::limit_exceeded:
      return {nullptr, "È troppo grande per uno scambio: sincronizzarsi con il server.",
              "It is too large for an exchange: synchronise with the server."};
    case ErrorCode::unavailable:
    case ErrorCode::cancelled:
      return {"unavailable",
              "Il collegamento con l'altro dispositivo si è interrotto. Quanto è arrivato resta: "
              "ripetere per continuare.",
              "The connection with the other device was cut. What has arrived stays: repeat to go "
              "on."};
    default:
      return {nullptr, nullptr, nullptr};
  }
}

Failure exchange_failure(const Error& error) {
  if (error.code == ErrorCode::unauthenticated) {
    return {"not_enrolled",
            "Questo archivio non è iscritto a un server: lo scambio serve a chi lo è.",
            "This store is not enrolled with a server: exchange is for those that are."};
  }
  const Words words = words_of(error.code);
  if (words.it == nullptr) return error;
  const std::string_view code = words.code != nullptr ? words.code : insieme::name_of(error.code);
  Failure failure(code, words.it, words.en);
  failure.details["cause"] = Said(error.detail).en;
  return failure;
}

void put_taken(json::object& out, const TakenBundle& taken) {
  out["applied"] = number_text(taken.applied);
  out["known"] = number_text(taken.known);
  out["waiting"] = number_text(taken.waiting);
  out["documents"] = number_text(taken.documents);
  out["sealed"] = number_text(taken.sealed);
  json::array refused;
  for (const Error& error : taken.refused) refused.push_back(exchange_failure(error).to_json());
  out["refused"] = std::move(refused);
}

Outcome<HandOutFor> whom(const Context& context) {
  const std::string word = context.has("for") ? context.text("for") : "all";
  if (word == "all") return HandOutFor{};
  if (word == "server") return HandOutFor{true, false};
  return Failure("invalid_argument", "Si indica per chi: all, server.",
                 "Say whom it is for: all, server.", "for");
}

Check enrolled(const Context& context) {
  const Identity& self = context.store().identity();
  if (self.is_enrolled() && !(self.server_key == sync::PublicKey{})) return Done{};
  return exchange_failure({ErrorCode::unauthenticated, {}});
}

Outcome<json::object> export_file(Context& context) {
  INSIEME_OUT(enrolled(context));
  INSIEME_OUT_ASSIGN(const HandOutFor whom_for, whom(context));
  const auto own = context.store().hand_out(whom_for);
  if (!own.ok()) return exchange_failure(own.error());
  sync::ExchangeFile file;
  file.space = context.store().identity().space;
  std::uint64_t changes = 0;
  std::uint64_t documents = 0;
  if (whom_for.colleagues) {
    const auto answered = context.store().hand_out_answered();
    if (!answered.ok()) return exchange_failure(answered.error());
    for (const OutgoingBundle& bundle : *answered) file.bundles.push_back(bundle.bytes);
  }
  for (const OutgoingBundle& bundle : *own) {
    file.bundles.push_back(bundle.bytes);
    changes += bundle.changes.size();
    documents += bundle.documents;
  }
  INSIEME_OUT_ASSIGN(const auto carried, context.store().carried());
  for (const sync::OfferedBundle& one : carried) {
    INSIEME_OUT_ASSIGN(auto bytes, context.store().carried_bundle(one.bundle));
    file.bundles.push_back(std::move(bytes));
  }
  const auto bytes = sync::encode_exchange_file(file);
  if (!bytes.ok()) return exchange_failure(bytes.error());
  // Before anything leaves: whoever finds the file may bring it to the server.
  for (const OutgoingBundle& bundle : *own) {
    INSIEME_OUT(context.store().note_handed_out(bundle));
  }
  json::object out{{"changes", number_text(changes)},
                   {"documents", number_text(documents)},
                   {"carried", number_text(std::uint64_t{carried.size()})},
                   {"bytes", number_text(std::uint64_t{bytes->size()})}};
  if (!context.has("path")) {
    out["content"] = sync::to_hex(*bytes);
    return out;
  }
  const std::string_view content(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  INSIEME_OUT(write_new_file(context.text("path"), content));
  out["path"] = context.text("path");
  return out;
}

/// Whether there is something in it for the server.
bool has_letter(const std::vector<std::uint8_t>& bytes) {
  const auto bundle = sync::decode_bundle(bytes);
  return bundle.ok() && !bundle->parts.empty() &&
         bundle->parts.front().label == sync::PartLabel{};
}

/// A browser has no paths: it hands over what its person chose.
Outcome<std::vector<std::uint8_t>> given_file(Context& context) {
  if (context.has("path") == context.has("content")) {
    return Failure("missing_argument", "path o content: uno dei due.",
                   "path or content: one of the two.", "path");
  }
  if (context.has("path")) {
    INSIEME_OUT_ASSIGN(const std::string read, read_file(context.text("path")));
    return std::vector<std::uint8_t>(read.begin(), read.end());
  }
  const std::string hex = context.text("content");
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  if (const Status status = sync::from_hex(hex, bytes); !status.ok()) {
    return Failure("invalid_argument", "content: cifre esadecimali.",
                   "content: hexadecimal digits.", "content");
  }
  return bytes;
}

Outcome<json::object> import_file(Context& context) {
  INSIEME_OUT(enrolled(context));
  INSIEME_OUT_ASSIGN(const std::vector<std::uint8_t> bytes, given_file(context));
  const auto file = sync::decode_exchange_file(bytes);
  if (!file.ok()) return exchange_failure(file.error());
  if (file->space != context.store().identity().space) {
    return exchange_failure({ErrorCode::conflict, "a file of another space"});
  }
  TakenBundle sum;
  std::uint64_t fresh = 0;
  std::uint64_t carried = 0;
  for (const auto& bundle : file->bundles) {
    const auto taken = context.store().take_bundle(bundle);
    if (!taken.ok() && is_of_device(taken.error().code)) return exchange_failure(taken.error());
    if (!taken.ok()) {
      sum.refused.push_back(taken.error());
      continue;
    }
    add_taken(sum, *taken);
    fresh += taken->is_new && !taken->is_own;
    carried += taken->carried && has_letter(bundle);
  }
  json::object out{{"handouts", number_text(std::uint64_t{file->bundles.size()})},
                   {"fresh", number_text(fresh)},
                   {"carried", number_text(carried)}};
  put_taken(out, sum);
  return out;
}

/// The step as JSON; the failure of the session in its stead.
Outcome<json::object> step_json(Context& context, ExchangeStep step) {
  std::unique_ptr<ExchangeRun>& run = context.engine.exchange();
  if (step.kind == ExchangeStep::Kind::send) {
    return json::object{{"do", "send"}, {"frame", sync::to_hex(step.frame)}};
  }
  if (step.kind == ExchangeStep::Kind::receive) return json::object{{"do", "receive"}};
  const ExchangeOutcome outcome = run->outcome();
  run.reset();
  json::object out{{"do", "end"},
                   {"given", number_text(outcome.session.given)},
                   {"changes_given", number_text(outcome.changes_given)},
                   {"taken", number_text(outcome.session.taken)},
                   {"common", number_text(outcome.session.documents)},
                   {"not_let", number_text(outcome.session.not_let)},
                   {"bytes_out", number_text(outcome.session.bytes_out)},
                   {"bytes_in", number_text(outcome.session.bytes_in)}};
  put_taken(out, outcome.taken);
  if (outcome.status.ok()) return out;
  Failure failure = exchange_failure(outcome.status.error());
  for (const auto& [name, value] : out) failure.details[name] = value;
  return failure;
}

Outcome<json::object> begin(Context& context) {
  const std::string role = context.text("role");
  if (role != "connects" && role != "listens") {
    return Failure("invalid_argument", "role: connects o listens.", "role: connects or listens.",
                   "role");
  }
  std::unique_ptr<ExchangeRun>& run = context.engine.exchange();
  run = std::make_unique<ExchangeRun>(context.store(), role == "connects"
                                                           ? sync::ExchangeRole::connects
                                                           : sync::ExchangeRole::listens);
  auto step = run->begin();
  if (step.ok()) return step_json(context, std::move(step).value());
  run.reset();
  return exchange_failure(step.error());
}

Outcome<json::object> resume(Context& context) {
  ExchangeRun* run = context.engine.exchange().get();
  if (run == nullptr) {
    return Failure("not_found", "Nessuno scambio è in corso.", "No exchange is under way.");
  }
  if (context.has("broken")) {
    return step_json(context, run->failed({ErrorCode::unavailable, "the stream broke"}));
  }
  if (!context.has("frame")) return step_json(context, run->sent());
  const std::string hex = context.text("frame");
  std::vector<std::uint8_t> frame(hex.size() / 2);
  if (const Status status = sync::from_hex(hex, frame); !status.ok()) {
    return step_json(context, run->failed(status.error()));
  }
  return step_json(context, run->arrived(std::move(frame)));
}

}  // namespace

std::vector<CommandSpec> hand_over_commands() {
  return {
      {"exchange.export",
       Writes::maybe_without_id,
       "Scrive in un file, sigillato, ciò che il server non ha ancora e ciò che si porta per "
       "altri.",
       "Writes to a file, sealed, what the server does not have yet and what is carried for "
       "others.",
       {{"path", ArgKind::text, false, "file nuovo; senza, il contenuto è nella risposta",
         "a new file; without it the content is in the reply"},
        {"for", ArgKind::text, false, "all (se manca), server",
         "all (if absent), server"}},
       "path or content (hexadecimal), changes, documents (that colleagues may read), carried, "
       "bytes",
       R"({"command": "exchange.export", "path": "consegna.insieme-x"})",
       export_file},
      {"exchange.import",
       Writes::maybe_without_id,
       "Prende un file di exchange.export: applica ciò che è per questo dispositivo, porta il "
       "resto.",
       "Takes a file of exchange.export: applies what is for this device, carries the rest.",
       {{"path", ArgKind::text, false, "il file", "the file"},
        {"content", ArgKind::text, false, "oppure il suo contenuto, esadecimale",
         "or its content, hexadecimal"}},
       "handouts, fresh, carried (to the server), applied, known, waiting (changes), documents, "
       "sealed (documents for others), refused (code, message_it, message_en)",
       R"({"command": "exchange.import", "path": "consegna.insieme-x"})",
       import_file},
      {"exchange.begin",
       Writes::maybe_without_id,
       "Comincia uno scambio con un altro dispositivo, a passi: la rete la fa chi chiama.",
       "Begins an exchange with another device, in steps: the caller moves the bytes.",
       {{"role", ArgKind::text, true, "connects, listens", "connects, listens"}},
       "do: send (frame, hexadecimal), receive, end (given, changes_given, taken, common, not_let, "
       "bytes_out, bytes_in, and what exchange.import tells)",
       R"({"command": "exchange.begin", "role": "connects"})",
       begin},
      {"exchange.resume",
       Writes::maybe_without_id,
       "Il passo dopo: il frame arrivato, o nulla dopo un invio, o broken se il filo si è rotto.",
       "The next step: the frame that arrived, or nothing after a sending, or broken.",
       {{"frame", ArgKind::text, false, "esadecimale, con la lunghezza davanti",
         "hexadecimal, its length included"},
        {"broken", ArgKind::boolean, false, "il collegamento è caduto", "the stream broke"}},
       "as exchange.begin",
       R"({"command": "exchange.resume"})",
       resume},
  };
}

}  // namespace insieme::client::commands
