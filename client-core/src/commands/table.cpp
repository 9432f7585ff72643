#include "commands/table.hpp"

#include <algorithm>

#include "commands/catalogue/commands.hpp"
#include "commands/exchange/commands.hpp"
#include "commands/exports/commands.hpp"
#include "commands/records/hand_overs.hpp"
#include "commands/reports/commands.hpp"
#include "commands/sign_in.hpp"
#include "commands/practice.hpp"
#include "commands/steer_ask.hpp"
#include "commands/waiting.hpp"
#include "insieme/schema/text.hpp"

namespace insieme::client::commands {
namespace {

bool is_integer_text(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && text.size() <= 19 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool fits(ArgKind kind, const json::value& value) {
  switch (kind) {
    case ArgKind::text:
    case ArgKind::id:
      return value.is_string();
    case ArgKind::boolean:
      return value.is_bool();
    case ArgKind::integer:
      return value.is_int64() || (value.is_string() && is_integer_text(value.as_string()));
    case ArgKind::object:
      return value.is_object();
    case ArgKind::array:
      return value.is_array();
    case ArgKind::ids:
      return value.is_array() && std::all_of(value.as_array().begin(), value.as_array().end(),
                                             [](const json::value& v) { return v.is_string(); });
    case ArgKind::any:
      return true;
  }
  return false;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({change, above + 1, row[j - 1] + 1});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

const std::vector<CommandSpec>& all_commands() {
  static const std::vector<CommandSpec> table = [] {
    std::vector<CommandSpec> all;
    for (auto part :
         {about_commands,    dossier_commands,       agenda_commands,        read_commands,
          save_commands,
          blob_commands,
          life_commands,     erase_commands,         rights_commands,        same_commands,
          finding_commands,  draft_commands,         network_commands,       waiting_commands,
          sign_in_commands,
          hand_over_commands,
          notice_commands,   review_commands,        resolve_commands,       inbox_commands,
          report_commands,   report_export_commands, report_freeze_commands, report_frozen_commands,
          export_commands,   import_commands,        words_commands,         offer_commands,
          list_commands_of_space,
          benefit_commands,  siuss_commands,         sils_commands,          directory_commands,
          calendar_commands, care_commands,          lock_commands,          retention_commands,
          archive_export_commands, archive_import_commands, move_commands,
          dossier_hand_over_commands, fetch_finding_commands,  glass_commands,
          steer_commands,    practice_commands}) {
      for (CommandSpec& command : part()) all.push_back(std::move(command));
    }
    return all;
  }();
  return table;
}

const CommandSpec* find_command(std::string_view name) {
  for (const CommandSpec& command : all_commands()) {
    if (name == command.name) return &command;
  }
  return nullptr;
}

std::string_view name_of(ArgKind kind) {
  switch (kind) {
    case ArgKind::text:
      return "text";
    case ArgKind::id:
      return "id";
    case ArgKind::ids:
      return "ids";
    case ArgKind::boolean:
      return "boolean";
    case ArgKind::integer:
      return "integer";
    case ArgKind::object:
      return "object";
    case ArgKind::array:
      return "array";
    case ArgKind::any:
      return "any";
  }
  return "any";
}

namespace {

struct Wanted {
  const char* it;
  const char* en;
};

/// In the words of whoever typed something else.
Wanted wanted_of(ArgKind kind) {
  switch (kind) {
    case ArgKind::text:
      return {"un testo", "a text"};
    case ArgKind::id:
      return {"l'identificativo di una scheda", "the id of a record"};
    case ArgKind::ids:
      return {"un elenco di identificativi", "a list of ids"};
    case ArgKind::boolean:
      return {"sì o no (true, false)", "yes or no (true, false)"};
    case ArgKind::integer:
      return {"un numero intero", "a whole number"};
    case ArgKind::object:
      return {"un oggetto JSON", "a JSON object"};
    case ArgKind::array:
      return {"un elenco JSON", "a JSON list"};
    case ArgKind::any:
      break;
  }
  return {"un valore", "a value"};
}

}  // namespace

Check check_args(const CommandSpec& command, const json::object& args) {
  for (const auto& [key, value] : args) {
    const std::string name(key);
    const auto spec = std::find_if(command.args.begin(), command.args.end(),
                                   [&](const ArgSpec& a) { return name == a.name; });
    if (spec == command.args.end()) {
      std::vector<std::string> names;
      for (const ArgSpec& a : command.args) names.emplace_back(a.name);
      const std::string meant = nearest(name, names);
      return Failure("unknown_argument",
                     "Argomento sconosciuto: " + quoted_it(name) + "." + hint_it(meant),
                     "Unknown argument: " + quoted_en(name) + "." + hint_en(meant), name);
    }
    if (!fits(spec->kind, value)) {
      const std::string given = value.is_string() ? std::string(value.as_string())
                                                  : json::serialize(value);
      const Wanted wanted = wanted_of(spec->kind);
      return Failure("invalid_argument",
                     "L'argomento " + quoted_it(name) + " vuole " + wanted.it + ", non " +
                         quoted_it(given) + ".",
                     "The argument " + quoted_en(name) + " wants " + wanted.en + ", not " +
                         quoted_en(given) + ".",
                     name);
    }
  }
  for (const ArgSpec& spec : command.args) {
    if (!spec.required || find(args, spec.name) != nullptr) continue;
    return Failure("missing_argument", "Manca l'argomento " + quoted_it(spec.name) + ".",
                   "The argument " + quoted_en(spec.name) + " is missing.", spec.name);
  }
  return Done{};
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string folded = schema::fold_case(word);
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, folded.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(folded, schema::fold_case(candidate));
    if (d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

std::string hint_it(const std::string& nearest_word) {
  return nearest_word.empty() ? "" : " Forse " + quoted_it(nearest_word) + "?";
}
std::string hint_en(const std::string& nearest_word) {
  return nearest_word.empty() ? "" : " Did you mean " + quoted_en(nearest_word) + "?";
}

}  // namespace insieme::client::commands
