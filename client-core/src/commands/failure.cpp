#include "commands/failure.hpp"

namespace insieme::client::commands {
namespace {

struct Words {
  const char* it;
  const char* en;
};

/// What a code means to somebody who has a tablet in their hands, and what to do.
Words words_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::ok:
      return {"Tutto bene.", "All is well."};
    case ErrorCode::truncated:
    case ErrorCode::malformed:
    case ErrorCode::trailing_bytes:
    case ErrorCode::checksum:
      return {"I dati ricevuti sono danneggiati o incompleti.",
              "The data received are damaged or incomplete."};
    case ErrorCode::limit_exceeded:
      return {"È più grande di quanto si possa salvare.", "It is larger than can be saved."};
    case ErrorCode::wrong_version:
      return {"Il programma è di un'altra versione: va aggiornato. Il lavoro resta salvato.",
              "The program is of another version: update it. The work stays saved."};
    case ErrorCode::duplicate:
      return {"È già stato fatto.", "It has been done already."};
    case ErrorCode::not_yet:
      return {"Manca ancora qualcosa da ricevere: sincronizzare e riprovare.",
              "Something has not arrived yet: synchronise and try again."};
    case ErrorCode::fork:
    case ErrorCode::broken_chain:
      return {"La storia dei dati non coincide: avviare la verifica.",
              "The history of the data does not match: run the verification."};
    case ErrorCode::bad_signature:
      return {"Il server non è quello atteso: non si invia nulla.",
              "The server is not the expected one: nothing is sent."};
    case ErrorCode::invalid_argument:
      return {"La richiesta non è valida.", "The request is not valid."};
    case ErrorCode::not_found:
      return {"Non è su questo dispositivo.", "It is not on this device."};
    case ErrorCode::already_exists:
      return {"Esiste già.", "It exists already."};
    case ErrorCode::not_allowed:
      return {"Non è permesso con questa assegnazione.", "This assignment does not allow it."};
    case ErrorCode::unauthenticated:
      return {"Il server non riconosce questo dispositivo. Il lavoro resta salvato qui.",
              "The server does not recognise this device. The work stays saved here."};
    case ErrorCode::expired:
      return {"È scaduto: ne serve uno nuovo.", "It has expired."};
    case ErrorCode::busy:
      return {"L'archivio è aperto in un'altra finestra o programma.",
              "The store is open in another window or program."};
    case ErrorCode::unavailable:
      return {"Il server non risponde. Il lavoro resta salvato qui e partirà più tardi.",
              "The server does not answer. The work stays saved here and will be sent later."};
    case ErrorCode::quota:
      return {"Lo spazio sul server è esaurito. Il lavoro resta salvato qui.",
              "The server is full. The work stays saved here."};
    case ErrorCode::conflict:
      return {"È in contrasto con quanto c'è già.", "It conflicts with what is there already."};
    case ErrorCode::cancelled:
      return {"Interrotto.", "Stopped."};
    case ErrorCode::storage_full:
      return {"Il dispositivo è pieno: di questo passo non è stato salvato nulla.",
              "The device is full: nothing of this step was saved."};
    case ErrorCode::storage_failure:
      return {"Il dispositivo non riesce a leggere o scrivere l'archivio.",
              "The device cannot read or write the store."};
    case ErrorCode::storage_newer:
      return {"L'archivio è di una versione più recente: aggiornare il programma.",
              "The store is of a newer version: update the program."};
    case ErrorCode::wrong_key:
      return {"La chiave non apre questo archivio, oppure il file è danneggiato.",
              "The key does not open this store, or the file is damaged."};
    case ErrorCode::internal:
      break;
  }
  return {"Errore interno del programma.", "Internal error of the program."};
}

/// Without the full stop, for a parenthesis to follow.
std::string open_end(std::string_view sentence) {
  if (!sentence.empty() && sentence.back() == '.') sentence.remove_suffix(1);
  return std::string(sentence);
}

}  // namespace

Failure::Failure(const Error& error) : code(name_of(error.code)) {
  const Words words = words_of(error.code);
  it = words.it;
  en = words.en;
  if (error.detail.empty()) return;
  const Said said(error.detail);
  it = open_end(it) + " (" + open_end(said.it) + ").";
  en = open_end(en) + " (" + open_end(said.en) + ").";
}

Said::Said(const std::string& detail) {
  const std::size_t line_end = detail.find('\n');
  en = detail.substr(0, line_end);
  it = line_end == std::string::npos ? en : detail.substr(line_end + 1);
}

json::object Failure::to_json() const {
  json::object out;
  out["code"] = code;
  out["message_it"] = it;
  out["message_en"] = en;
  if (!field.empty()) out["field"] = field;
  if (!problems.empty()) out["problems"] = problems;
  if (!details.empty()) out["details"] = details;
  return out;
}

json::object to_json(const schema::Problem& problem, const schema::RecordType& type,
                     schema::Language language) {
  json::object out;
  out["field"] = problem.field;
  const schema::Field* field = type.find_field(problem.field);
  out["label"] = field != nullptr ? field->label.in(language) : problem.field;
  out["severity"] = problem.severity == schema::Severity::error ? "error" : "warning";
  out["rule"] = problem.rule;
  out["message_it"] = problem.message_it;
  out["message_en"] = problem.message_en;
  return out;
}

std::string quoted_it(std::string_view text) { return "«" + std::string(text) + "»"; }
std::string quoted_en(std::string_view text) { return "“" + std::string(text) + "”"; }

}  // namespace insieme::client::commands
