#include "storage/agenda.hpp"

#include <algorithm>
#include <set>

#include "insieme/schema/calendar.hpp"
#include "storage/queries.hpp"

namespace insieme::client {
namespace {

/// Working days from the analysis to the signatures: rule `pact_within_20_working_days`.
constexpr std::int64_t kDaysToSign = 20;

/// A line before its words are read.
struct Found {
  std::int64_t dossier = 0;
  std::int64_t row = 0;  ///< of its table; 0: a visit, or no record
  std::optional<sync::Date> day;
  const char* field = "";
  std::size_t source = 0;      ///< place in the list's types
  std::int64_t document = 0;   ///< of a visit that is looked up when the line is shown
  bool is_ahead = false;       ///< the first one to come, not the last one that was
};
using Findings = std::vector<Found>;

/// What has a date of its own and is open in some states.
struct TaskType {
  const char* type;
  const char* date;
  const char* state;
  const char* open_states;  ///< as SQL
  const char* what;         ///< its words; null: the record's title does
};
constexpr TaskType kTasks[] = {
    {"objective", "due_on", "status", "'da_avviare','in_corso'", "title"},
    {"commitment", "to_date", "status", "'da_avviare','in_corso'", "text"},
    {"monitoring_meeting", "planned_on", "state", "'previsto','rinviato'", nullptr},
};

/// When a family was last seen, when somebody comes next.
struct Visiting {
  std::int64_t dossier = 0;
  std::int64_t document = 0;  ///< 0: nothing of it is here
  std::optional<sync::Date> last;
  std::optional<sync::Date> ahead;  ///< of a visit that is written already
  std::optional<sync::Date> next;   ///< as the last visit arranged it
};

/// What the cases of a dossier say; of dossiers without a case here nothing is known.
struct InCare {
  bool open = false;
  std::optional<sync::Date> since;
};

class Reader {
 public:
  Reader(Core& core, const AgendaQuery& query) : core_(core), query_(query) {}

  Agenda read() {
    Agenda out;
    if (wants(AgendaList::visits) || wants(AgendaList::unvisited)) {
      const auto visiting = visits();
      const auto care = cases();
      if (wants(AgendaList::visits)) {
        out.visits = page(planned(visiting, care), AgendaList::visits);
      }
      if (wants(AgendaList::unvisited)) {
        out.unvisited = page(unvisited(visiting, care), AgendaList::unvisited);
      }
    }
    if (wants(AgendaList::tasks)) out.tasks = page(tasks(), AgendaList::tasks);
    if (wants(AgendaList::pacts)) out.pacts = page(pacts(), AgendaList::pacts);
    if (wants(AgendaList::families)) out.families = page(families(), AgendaList::families);
    return out;
  }

 private:
  [[nodiscard]] bool wants(AgendaList list) const { return !query_.only || *query_.only == list; }

  /// The table of a type in its own section, if it has these fields and ever held a record.
  const TypedTable* table_of(const char* type, std::initializer_list<const char*> fields) {
    const schema::RecordType* known = core_.bundle.find_type(type);
    if (known == nullptr) return nullptr;
    const TypedTable& table = core_.tables.table_for(type, known->section);
    for (const char* name : fields) {
      const bool has = std::any_of(table.columns.begin(), table.columns.end(),
                                   [name](const schema::Field* f) { return f->name == name; });
      if (!has) return nullptr;
    }
    const auto& used = core_.tables.used();
    return std::find(used.begin(), used.end(), &table) != used.end() ? &table : nullptr;
  }

  /// Dossiers that are not leaving, and whose section this person holds: what is still here of a
  /// section that was withdrawn waits to be sent and is shown to nobody.
  static std::string held(const std::string& section) {
    return " d.leaving = 0 AND instr(' ' || d.sections || ' ', ' " + section + " ') > 0";
  }
  static std::string rows_held(const TypedTable& table) {
    return " FROM " + table.name +
           " t JOIN documents c ON c.n = t._document JOIN dossiers d ON d.n = c.dossier "
           "WHERE t._retracted = 0 AND" + held(table.section);
  }

  static std::optional<sync::Date> date_at(const sqlite::Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return schema::date_from_iso(row.get_text(column));
  }
  static std::optional<sync::Date> day_at(const sqlite::Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    const auto instant = schema::instant_from_iso(row.get_text(column));
    if (!instant) return std::nullopt;
    return schema::date_in_rome(*instant);
  }
  [[nodiscard]] sync::Date until() const {
    return schema::add_days(query_.today, query_.days_ahead).value_or(query_.today);
  }

  /// One line for each dossier in whose section visits lie. The index on visits covers all three
  /// questions about each.
  std::vector<Visiting> visits() {
    std::vector<Visiting> out;
    const schema::RecordType* type = core_.bundle.find_type("visit");
    if (type == nullptr) return out;
    const TypedTable& table = core_.tables.table_for("visit", type->section);
    const std::string of_document =
        " FROM " + table.name + " v WHERE v._document = c.n AND v._retracted = 0 AND v.start_at ";
    const std::string last = of_document + "<= ?1 ORDER BY v.start_at DESC LIMIT 1)";
    auto& rows = core_.db.cached(
        "SELECT d.n, c.n, (SELECT v.start_at" + last + ", (SELECT v.start_at" + of_document +
        "> ?1 ORDER BY v.start_at LIMIT 1), (SELECT v.next_date" + last +
        " FROM dossiers d LEFT JOIN documents c ON c.dossier = d.n AND c.section = ?2 WHERE" +
        held(table.section));
    const sqlite::ResetGuard guard(rows);
    rows.bind_all(schema::iso_text(query_.now), table.section);
    while (rows.step()) {
      Visiting& one = out.emplace_back();
      one.dossier = rows.get_int64(0);
      one.document = rows.is_null(1) ? 0 : rows.get_int64(1);
      one.last = day_at(rows, 2);
      one.ahead = day_at(rows, 3);
      one.next = date_at(rows, 4);
    }
    return out;
  }

  std::map<std::int64_t, InCare> cases() {
    std::map<std::int64_t, InCare> out;
    const TypedTable* table = table_of("case", {"state", "opened_on"});
    if (table == nullptr) return out;
    auto& rows = core_.db.cached("SELECT d.n, t.state <> 'chiuso', t.opened_on" +
                                 rows_held(*table));
    const sqlite::ResetGuard guard(rows);
    while (rows.step()) {
      InCare& care = out[rows.get_int64(0)];
      if (rows.get_int64(1) == 0) continue;
      care.open = true;
      const auto since = date_at(rows, 2);
      if (since && (!care.since || *since < *care.since)) care.since = since;
    }
    return out;
  }

  /// The row of the visit that a line is about; 0: there is none.
  std::int64_t visit_row(const Found& found) {
    if (found.document == 0) return 0;
    const schema::RecordType* type = core_.bundle.find_type("visit");
    const TypedTable& table = core_.tables.table_for("visit", type->section);
    auto& row = core_.db.cached(
        "SELECT v._n FROM " + table.name + " v WHERE v._document = ?1 AND v._retracted = 0 AND " +
        (found.is_ahead ? "v.start_at > ?2 ORDER BY v.start_at LIMIT 1"
                        : "v.start_at <= ?2 ORDER BY v.start_at DESC LIMIT 1"));
    const sqlite::ResetGuard guard(row);
    row.bind_all(found.document, schema::iso_text(query_.now));
    return row.step() ? row.get_int64(0) : 0;
  }

  static bool is_closed(const std::map<std::int64_t, InCare>& care, std::int64_t dossier) {
    const auto at = care.find(dossier);
    return at != care.end() && !at->second.open;
  }

  Findings planned(const std::vector<Visiting>& visiting,
                   const std::map<std::int64_t, InCare>& care) {
    Findings out;
    for (const Visiting& one : visiting) {
      // What was arranged and has passed is overtaken by a visit that is written ahead.
      const bool is_arranged = one.next && *one.next >= query_.today;
      const bool is_ahead = one.ahead && !(is_arranged && *one.next < *one.ahead);
      const auto& day = is_ahead ? one.ahead : one.next;
      if (!day || *day > until() || is_closed(care, one.dossier)) continue;
      out.push_back({one.dossier, 0, day, is_ahead ? "start_at" : "next_date", 0, one.document,
                     is_ahead});
    }
    return out;
  }

  /// Somebody was there once, or a case is open: else nobody is expected to come.
  Findings unvisited(const std::vector<Visiting>& visiting,
                     const std::map<std::int64_t, InCare>& care) {
    Findings out;
    for (const Visiting& one : visiting) {
      if (is_closed(care, one.dossier)) continue;
      const auto known = care.find(one.dossier);
      auto since = one.last;
      if (!since && known != care.end()) since = known->second.since;
      if (!since || query_.today.days - since->days <= query_.unvisited_days) continue;
      const bool was_seen = one.last.has_value();
      out.push_back({one.dossier, 0, since, was_seen ? "start_at" : "opened_on", 0,
                     was_seen ? one.document : 0, false});
    }
    return out;
  }

  Findings tasks() {
    Findings out;
    for (std::size_t i = 0; i < std::size(kTasks); ++i) {
      const TaskType& task = kTasks[i];
      const TypedTable* table = table_of(task.type, {task.date, task.state});
      if (table == nullptr) continue;
      const std::string date = "t." + quoted(task.date);
      auto& rows = core_.db.cached("SELECT d.n, t._n, " + date + rows_held(*table) + " AND " +
                                   date + " <= ?1 AND t." + quoted(task.state) + " IN (" +
                                   task.open_states + ") ORDER BY " + date + ", t._n");
      const sqlite::ResetGuard guard(rows);
      rows.bind_all(schema::iso_text(until()));
      while (rows.step()) {
        const auto day = date_at(rows, 2);
        if (day) out.push_back({rows.get_int64(0), rows.get_int64(1), day, task.date, i, 0, false});
      }
    }
    return out;
  }

  /// The day by which an unsigned pact is to be signed; nothing without a concluded analysis.
  std::optional<sync::Date> sign_by(std::string_view analysis) {
    const TypedTable* table = table_of("preliminary_analysis", {"done_on"});
    const auto id = sync::id_from_text<sync::RecordId>(analysis);
    if (table == nullptr || !id.ok()) return std::nullopt;
    auto& row = core_.db.cached("SELECT t.done_on" + rows_held(*table) + " AND t._id = ?1");
    const sqlite::ResetGuard guard(row);
    row.bind_all(id.value().bytes);
    const auto done = row.step() ? date_at(row, 0) : std::nullopt;
    return done ? schema::add_working_days(*done, kDaysToSign) : std::nullopt;
  }

  Findings pacts() {
    Findings out;
    const TypedTable* table = table_of("pact", {"state", "ends_on", "analysis"});
    if (table == nullptr) return out;
    auto& rows = core_.db.cached(
        "SELECT d.n, t._n, t.state = 'attivo', t.ends_on, t.analysis" + rows_held(*table) +
        " AND t.state IN ('bozza', 'in_firma', 'attivo')");
    const sqlite::ResetGuard guard(rows);
    while (rows.step()) {
      const bool active = rows.get_int64(2) != 0;
      std::optional<sync::Date> day;
      if (active) {
        day = date_at(rows, 3);
      } else if (!rows.is_null(4)) {
        day = sign_by(rows.get_text(4));
      }
      if (!day || *day > until()) continue;
      const char* field = active ? "ends_on" : "sign_by";
      out.push_back({rows.get_int64(0), rows.get_int64(1), day, field, 0, 0, false});
    }
    return out;
  }

  Findings families() {
    Findings out;
    const TypedTable* table = table_of("household", {});
    if (table == nullptr) return out;
    auto& rows =
        core_.db.cached("SELECT DISTINCT d.n" + rows_held(*table) + " ORDER BY d.n");
    const sqlite::ResetGuard guard(rows);
    while (rows.step()) {
      out.push_back({rows.get_int64(0), 0, std::nullopt, "", 0, 0, false});
    }
    return out;
  }

  static const char* type_of(AgendaList list, const Found& found) {
    switch (list) {
      case AgendaList::tasks: return kTasks[found.source].type;
      case AgendaList::pacts: return "pact";
      default: return "visit";
    }
  }
  static const char* words_of(AgendaList list, const Found& found) {
    switch (list) {
      case AgendaList::visits: return "next_step";
      case AgendaList::tasks: return kTasks[found.source].what;
      default: return nullptr;
    }
  }

  AgendaLine line_of(AgendaList list, const Found& found) {
    AgendaLine line;
    line.dossier = dossier_id(core_, found.dossier);
    line.family = dossier_title(core_, found.dossier);
    line.day = found.day;
    line.field = found.field;
    const std::int64_t row_number = found.row != 0 ? found.row : visit_row(found);
    if (row_number == 0) return line;
    const std::string type = type_of(list, found);
    const schema::RecordType* known = core_.bundle.find_type(type);
    const TypedTable& table = core_.tables.table_for(type, known->section);
    line.record = record_line(core_, table, row_number);
    const char* words = words_of(list, found);
    if (words == nullptr || table_of(type.c_str(), {words}) == nullptr) return line;
    auto& row =
        core_.db.cached("SELECT " + quoted(words) + " FROM " + table.name + " WHERE _n = ?");
    const sqlite::ResetGuard guard(row);
    row.bind_all(row_number);
    if (row.step() && !row.is_null(0)) line.what = std::string(row.get_text(0));
    return line;
  }

  AgendaPage page(Findings found, AgendaList list) {
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.day < b.day; });
    AgendaPage out;
    out.total = found.size();
    const std::size_t from = query_.only ? std::min(query_.offset, found.size()) : 0;
    const std::size_t to = from + std::min(query_.limit, found.size() - from);
    for (std::size_t i = from; i < to; ++i) out.lines.push_back(line_of(list, found[i]));
    return out;
  }

  Core& core_;
  const AgendaQuery& query_;
};

}  // namespace

Agenda read_agenda(Core& core, const AgendaQuery& query) {
  const bool fits = query.limit >= 1 && query.limit <= 200 && query.days_ahead >= 0 &&
                    query.days_ahead <= 366 && query.unvisited_days >= 1 &&
                    query.unvisited_days <= 3'660;
  if (!fits) refuse(ErrorCode::invalid_argument, "an agenda of so many lines or days is not read");
  return Reader(core, query).read();
}

}  // namespace insieme::client
