// verify and backup.
#include <filesystem>

#include "commands/table.hpp"
#include "commands/values.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::client::commands {
namespace {

std::string sum_text(const sync::DigestSum& sum) {
  std::string text;
  for (const std::uint64_t word : sum.words) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(word >> (8 * i));
    }
    text += sync::to_hex(bytes);
  }
  return text;
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
    one["history"] = sum_text(state.history);
    one["state"] = sync::to_hex(state.state);
    states.push_back(std::move(one));
  }
  out["states"] = std::move(states);
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
  return json::object{{"path", path}};
}

}  // namespace

std::vector<CommandSpec> care_commands() {
  return {
      {"verify",
       Writes::no,
       "Ricalcola tutto ciò che si può ricalcolare: catene, impronte, schede, riferimenti.",
       "Recomputes all that can be recomputed: chains, digests, records, references.",
       {},
       "sound, documents, changes, records, problems, states (dossier, section, count, history, "
       "state)",
       R"({"command": "verify"})",
       verify},
      {"backup",
       Writes::maybe_without_id,
       "Copia cifrata dell'archivio, con la stessa chiave, mentre lo si usa.",
       "An encrypted copy of the store under the same key, while it is in use.",
       {{"path", ArgKind::text, true, "file nuovo", "a new file"}},
       "path",
       R"({"command": "backup", "path": "tablet-anna.backup"})",
       backup},
  };
}

}  // namespace insieme::client::commands
