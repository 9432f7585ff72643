// act.read, date.read: sentences of documents as values for a form.
#include "commands/catalogue/commands.hpp"
#include "commands/values.hpp"
#include "insieme/schema/act_text.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::client::commands {
namespace {

Outcome<json::object> read_act(Context& context) {
  const auto act = schema::read_act(context.text("words"));
  if (!act) {
    return Failure("not_found", "Nel testo non c'è un atto con un numero o una data.",
                   "The text names no act with a number or a date.", "words");
  }
  json::object fields;
  const auto put = [&fields](const char* name, const std::string& value) {
    if (!value.empty()) fields[name] = value;
  };
  put("kind", act->kind);
  put("number", act->number);
  if (act->date) put("act_date", schema::iso_text(*act->date));
  put("annex", act->annex);
  put("page", act->page);
  json::object out{{"fields", std::move(fields)}};
  if (act->year) out["year"] = *act->year;
  return out;
}

Outcome<json::object> read_date(Context& context) {
  const auto day = schema::find_day(context.text("words"));
  if (!day) {
    return Failure("not_found", "Nel testo non c'è un giorno, come 15 febbraio o 15/02/2024.",
                   "The text names no day, such as 15 febbraio or 15/02/2024.", "words");
  }
  std::optional<sync::Date> near;
  if (context.has("near")) {
    near = schema::date_from_iso(context.text("near"));
    if (!near) {
      return Failure(
          "invalid_argument",
          "«near» è una data come 2024-03-04, non " + quoted_it(context.text("near")) + ".",
          "“near” is a date such as 2024-03-04, not " + quoted_en(context.text("near")) + ".",
          "near");
    }
  }
  const auto date = schema::day_near(*day, near);
  if (!date) {
    return Failure("missing_argument",
                   "Il testo non dice l'anno: dai una data vicina con «near», e l'anno si deduce.",
                   "The text does not say the year: give a date near it, and it is inferred.",
                   "near");
  }
  return json::object{{"date", schema::iso_text(*date)},
                      {"precision", day->year ? "certa" : "anno_dedotto"}};
}

}  // namespace

std::vector<CommandSpec> words_commands() {
  const ArgSpec words{"words", ArgKind::text, true, "la frase del documento",
                      "the document's sentence"};
  return {
      {"act.read",
       Writes::no,
       "Legge un atto da una frase: tipo, numero, data, allegato, pagina. Ciò che la frase non "
       "dice resta fuori.",
       "Reads an act from a sentence: kind, number, date, annex, page. What the sentence does not "
       "say is left out.",
       {words},
       "fields (kind?, number?, act_date?, annex?, page?: of a legal_act), year?",
       R"({"command": "act.read", "words": "DGR n. 69 del 26 gennaio 2023"})",
       read_act},
      {"date.read",
       Writes::no,
       "Legge un giorno da una frase; senza anno, prende quello più vicino a una data e lo dice.",
       "Reads a day from a sentence; without a year it takes the nearest to a date, and says so.",
       {words,
        {"near", ArgKind::text, false, "una data vicina, per l'anno (2024-03-04)",
         "a date near it, for the year (2024-03-04)"}},
       "date, precision (of date_precisions)",
       R"({"command": "date.read", "words": "seminario del 15 febbraio", "near": "2024-03-04"})",
       read_date},
  };
}

}  // namespace insieme::client::commands
