// verify and backup.
#include <filesystem>

#include "commands/table.hpp"
#include "lock/door.hpp"
#include "commands/values.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::client::commands {
namespace {

/// Of one document in which the server and this store differ, in words.
json::object difference_json(Context& context, const DocumentDifference& one) {
  const bool it = context.language == schema::Language::it;
  json::object out;
  out["dossier"] = sync::to_text(one.document.dossier);
  out["section"] = one.document.section;
  out["here"] = number_text(one.here);
  out["there"] = number_text(one.there);
  if (one.here == one.there) {
    out["text"] = it ? "stesso numero di modifiche, ma non le stesse"
                     : "as many changes, but not the same ones";
  } else if (one.here < one.there) {
    out["text"] = it ? "il server ne ha di più" : "the server has more";
  } else {
    out["text"] = it ? "il server ne ha di meno: forse viene da una copia vecchia"
                     : "the server has fewer: perhaps it was put back from an old backup";
  }
  return out;
}

/// Adds what the server holds of the same documents. What differs makes the whole unsound.
Check compare(Context& context, json::object& out) {
  INSIEME_OUT(check_enrolled(context));
  ServerComparison found = context.engine.compare_with_server();
  INSIEME_OUT(found.status);
  json::array differences;
  for (const DocumentDifference& one : found.differences) {
    differences.push_back(difference_json(context, one));
  }
  if (!differences.empty()) out["sound"] = false;
  out["server"] = json::object{{"documents", number_text(found.documents)},
                               {"position", number_text(found.position)},
                               {"differences", std::move(differences)}};
  return Done{};
}

Outcome<json::object> verify(Context& context) {
  INSIEME_OUT_ASSIGN(const VerifyReport report, context.store().verify());
  json::object out;
  out["sound"] = report.problems.empty();
  out["documents"] = number_text(report.documents);
  out["changes"] = number_text(report.changes);
  out["records"] = number_text(report.records);
  json::array problems;
  for (const std::string& problem : report.problems) problems.emplace_back(problem);
  out["problems"] = std::move(problems);
  json::array states;
  for (const VerifyReport::DocumentState& state : report.states) {
    json::object one;
    one["dossier"] = sync::to_text(state.document.dossier);
    one["section"] = state.document.section;
    one["count"] = number_text(state.count);
    one["history"] = sync::to_hex(state.history);
    one["state"] = sync::to_hex(state.state);
    states.push_back(std::move(one));
  }
  out["states"] = std::move(states);
  if (context.flag("server")) INSIEME_OUT(compare(context, out));
  return out;
}

Outcome<json::object> backup(Context& context) {
  const std::string path = context.text("path");
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return Failure(
        "already_exists", "Il file " + quoted_it(path) + " esiste già: non si sovrascrive.",
        "The file " + quoted_en(path) + " exists already: it is not overwritten.", "path");
  }
  INSIEME_OUT(context.store().backup(path));
  // The copy is under the same key, and so it needs the same PIN.
  if (context.door != nullptr) INSIEME_OUT(context.door->copy_to(path));
  return json::object{{"path", path}};
}

}  // namespace

std::vector<CommandSpec> care_commands() {
  return {
      {"verify",
       Writes::maybe_without_id,
       "Ricalcola tutto ciò che si può ricalcolare: catene, impronte, schede, riferimenti.",
       "Recomputes all that can be recomputed: chains, digests, records, references.",
       {{"server", ArgKind::boolean, false,
         "prima scambia dati, poi confronta ogni documento con il server",
         "synchronises first, then compares each document with the server"}},
       "sound, documents, changes, records, problems, states (dossier, section, count, history, "
       "state), server? (documents, position, differences: dossier, section, here, there, text)",
       R"({"command": "verify"})",
       verify},
      {"backup",
       Writes::maybe_without_id,
       "Copia cifrata dell'archivio, con la stessa chiave e lo stesso PIN, mentre lo si usa.",
       "An encrypted copy of the store under the same key and PIN, while it is in use.",
       {{"path", ArgKind::text, true, "file nuovo", "a new file"}},
       "path",
       R"({"command": "backup", "path": "tablet-anna.backup"})",
       backup},
  };
}

}  // namespace insieme::client::commands
