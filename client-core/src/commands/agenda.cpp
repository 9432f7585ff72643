// agenda: what somebody who begins a day looks at.
#include "insieme/client/agenda.hpp"

#include "commands/records/view.hpp"
#include "commands/table.hpp"
#include "insieme/schema/calendar.hpp"

namespace insieme::client::commands {
namespace {

struct Listed {
  AgendaList list;
  const char* name;
  AgendaPage Agenda::*page;
};
constexpr Listed kLists[] = {
    {AgendaList::visits, "visits", &Agenda::visits},
    {AgendaList::tasks, "tasks", &Agenda::tasks},
    {AgendaList::pacts, "pacts", &Agenda::pacts},
    {AgendaList::unvisited, "unvisited", &Agenda::unvisited},
    {AgendaList::families, "families", &Agenda::families},
};

struct Range {
  const char* name;
  std::int64_t least;
  std::int64_t most;
  std::int64_t otherwise;
};

Outcome<std::int64_t> within(Context& context, const Range& range) {
  const std::int64_t given = context.number(range.name, range.otherwise);
  if (given >= range.least && given <= range.most) return given;
  const std::string from = std::to_string(range.least);
  const std::string to = std::to_string(range.most);
  const std::string name = range.name;
  return Failure("invalid_argument", quoted_it(name) + " va da " + from + " a " + to + ".",
                 quoted_en(name) + " is from " + from + " to " + to + ".", name);
}

Outcome<AgendaQuery> query_of(Context& context) {
  AgendaQuery query;
  query.now = sync::Instant{context.platform().now_ms()};
  query.today = schema::date_in_rome(query.now);
  INSIEME_OUT_ASSIGN(const std::int64_t days, within(context, {"days", 0, 366, 14}));
  INSIEME_OUT_ASSIGN(const std::int64_t unvisited,
                     within(context, {"unvisited_days", 1, 3'660, 30}));
  INSIEME_OUT_ASSIGN(const std::int64_t limit, within(context, {"limit", 1, 200, 40}));
  INSIEME_OUT_ASSIGN(const std::int64_t offset, within(context, {"offset", 0, 1'000'000, 0}));
  query.days_ahead = static_cast<int>(days);
  query.unvisited_days = static_cast<int>(unvisited);
  query.limit = static_cast<std::size_t>(limit);
  query.offset = static_cast<std::size_t>(offset);
  if (context.has("list")) {
    for (const Listed& one : kLists) {
      if (context.text("list") == one.name) query.only = one.list;
    }
    if (!query.only) {
      return Failure("invalid_argument", "Non c'è un elenco con questo nome.",
                     "There is no list of that name.", "list");
    }
  } else if (offset != 0) {
    return Failure("missing_argument", "Di quale elenco?", "Of which list?", "list");
  }
  return query;
}

json::object line_of(Context& context, const AgendaLine& line) {
  const std::string dossier = sync::to_text(line.dossier);
  json::object out{{"dossier", dossier},
                   {"dossier_short", short_id(dossier)},
                   {"family", line.family}};
  if (line.day) {
    out["day"] = schema::iso_text(*line.day);
    out["field"] = line.field;
  }
  if (!line.what.empty()) out["what"] = line.what;
  if (line.record) out["record"] = line_json(context, *line.record);
  return out;
}

Outcome<json::object> agenda(Context& context) {
  INSIEME_OUT_ASSIGN(const AgendaQuery query, query_of(context));
  INSIEME_OUT_ASSIGN(const Agenda found, context.store().agenda(query));
  json::object out{{"on", schema::iso_text(query.today)}};
  for (const Listed& one : kLists) {
    if (query.only && *query.only != one.list) continue;
    const AgendaPage& page = found.*(one.page);
    json::array lines;
    for (const AgendaLine& line : page.lines) lines.push_back(line_of(context, line));
    out[one.name] = json::object{{"lines", std::move(lines)},
                                 {"total", number_text(std::uint64_t{page.total})}};
  }
  return out;
}

}  // namespace

std::vector<CommandSpec> agenda_commands() {
  return {
      {"agenda", Writes::no,
       "Da che cosa comincia una giornata: visite in programma, scadenze, patti che finiscono o "
       "vanno firmati, famiglie che nessuno vede da tempo. Solo le sezioni di questa persona.",
       "What a day begins with: visits arranged, what is due, pacts that end or are to be signed, "
       "families that nobody has seen for long. Only sections of this person.",
       {{"days", ArgKind::integer, false, "fino a quanti giorni da oggi (14; da 0 a 366)",
         "up to how many days from today (14; 0 to 366)"},
        {"unvisited_days", ArgKind::integer, false,
         "senza visite da più di tanti giorni (30; da 1 a 3660)",
         "without a visit for more than so many days (30; 1 to 3660)"},
        {"list", ArgKind::text, false,
         "solo uno: visits, tasks, pacts, unvisited, families",
         "only one: visits, tasks, pacts, unvisited, families"},
        {"limit", ArgKind::integer, false, "righe di ogni elenco (40; da 1 a 200)",
         "lines of each list (40; 1 to 200)"},
        {"offset", ArgKind::integer, false, "righe da saltare dell'elenco in list",
         "lines to skip of the list in list"}},
       "on; visits, tasks, pacts, unvisited, families: each lines and total; a line: dossier, "
       "dossier_short, family, day?, field? (that names the day: next_date, start_at, due_on, "
       "to_date, planned_on, ends_on, sign_by, opened_on), what?, record? (as in record.list)",
       R"({"command": "agenda"})", agenda},
  };
}

}  // namespace insieme::client::commands
