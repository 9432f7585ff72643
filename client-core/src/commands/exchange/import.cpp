// import: rows of a CSV or of a workbook as records. Every row is one act: it is saved whole or
// listed with its reason.
#include <algorithm>

#include "commands/catalogue/lists.hpp"
#include "commands/exchange/files.hpp"
#include "commands/exchange/workbook.hpp"
#include "commands/records/plan.hpp"
#include "commands/table.hpp"
#include "insieme/schema/csv.hpp"
#include "insieme/schema/text.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/space_dossier.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::string_view kDossierColumn = "@dossier";
constexpr std::size_t kEventEvery = 50;

/// What becomes of a column.
constexpr std::size_t kColumnsToldMax = 300;  ///< bytes

struct Column {
  std::size_t index = 0;
  std::string name;
  const schema::Field* field = nullptr;  ///< null: the dossier
};

struct Job {
  const schema::RecordType* type = nullptr;
  std::vector<Column> columns;
  std::vector<Column> ignored;   ///< columns that nothing is made of
  std::vector<std::size_t> key;  ///< indices of cells
  std::optional<sync::DossierId> dossier;
  std::string section;
  std::vector<CsvRow> rows;  ///< without the header
  std::size_t width = 0;
};

std::string trimmed(const std::string& text) { return std::string(schema::trim(text)); }

Outcome<std::size_t> column_index(const CsvRow& header, const std::string& name) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    if (trimmed(header.cells[i]) == name) return i;
    names.push_back(trimmed(header.cells[i]));
  }
  const std::string meant = nearest(name, names);
  return Failure("invalid_argument",
                 "Il file non ha la colonna " + quoted_it(name) + "." + hint_it(meant),
                 "The file has no column " + quoted_en(name) + "." + hint_en(meant), "mapping");
}

Check map_columns(Context& context, const CsvRow& header, Job& job) {
  if (const json::object* mapping = context.object("mapping")) {
    for (const auto& [given, target] : *mapping) {
      Column column;
      column.name = std::string(given);
      INSIEME_OUT_ASSIGN(column.index, column_index(header, column.name));
      if (!target.is_string()) {
        return Failure("invalid_argument", "mapping: colonna → nome del campo.",
                       "mapping: column → name of the field.", "mapping");
      }
      const std::string name(target.as_string());
      if (name != kDossierColumn) {
        INSIEME_OUT_ASSIGN(column.field, find_field(*job.type, name));
      }
      job.columns.push_back(std::move(column));
    }
  }
  // Of the others, those that are called like fields are taken, unless a mapping fills that field.
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const std::string name = trimmed(header.cells[i]);
    const auto has_index = [i](const Column& column) { return column.index == i; };
    if (std::any_of(job.columns.begin(), job.columns.end(), has_index)) continue;
    auto field = find_field(*job.type, name);
    const bool free = field.ok() && std::none_of(job.columns.begin(), job.columns.end(),
                                                 [&field](const Column& column) {
                                                   return column.field == field.value();
                                                 });
    if (free) {
      job.columns.push_back({i, name, field.value()});
    } else if (!name.empty()) {
      job.ignored.push_back({i, name});
    }
  }
  if (!job.columns.empty()) return Done{};
  std::string columns;
  for (const Column& column : job.ignored) {
    if (columns.size() > kColumnsToldMax) break;
    columns += (columns.empty() ? "" : ", ") + column.name;
  }
  return Failure("invalid_argument",
                 "Nessuna colonna ha il nome di un campo: dire quale colonna è quale campo "
                 "(mapping, --map Colonna=campo). Le colonne: " + columns + ".",
                 "No column has the name of a field: say which column is which field (mapping, "
                 "--map Column=field). The columns: " + columns + ".",
                 "mapping");
}

Check read_key(Context& context, const CsvRow& header, Job& job) {
  const json::array* key = context.list("key");
  if (key == nullptr) return Done{};
  for (const json::value& name : *key) {
    INSIEME_OUT_ASSIGN(const std::size_t index,
                       column_index(header, std::string(name.as_string())));
    job.key.push_back(index);
  }
  return Done{};
}

/// Of a CSV, or of a sheet of a workbook: the bytes say which it is.
Outcome<std::vector<CsvRow>> rows_of(Context& context, const std::string& content) {
  const std::string sheet = context.text("sheet");
  const bool is_book = is_workbook(content);
  auto rows = is_book ? parse_workbook(content, sheet) : schema::parse_csv(content);
  if (rows.ok()) return std::move(rows).value();
  const Said said(rows.error().detail);
  if (is_book && rows.error().code == ErrorCode::not_found) {
    return Failure("not_found", "La cartella di lavoro non ha il foglio " + quoted_it(sheet) +
                                    "; ha: " + said.it + ".",
                   "The workbook has no sheet " + quoted_en(sheet) + "; it has: " + said.en + ".",
                   "sheet");
  }
  if (is_book) {
    return Failure("invalid_argument", "La cartella di lavoro non è leggibile: " + said.it + ".",
                   "The workbook cannot be read: " + said.en + ".", "path");
  }
  return Failure("invalid_argument", "Il file non è un CSV leggibile: " + said.it + ".",
                 "The file is no readable CSV: " + said.en + ".", "path");
}

Outcome<Job> prepare(Context& context) {
  Job job;
  INSIEME_OUT_ASSIGN(job.type, find_type(context, context.text("type")));
  std::string content = context.text("content");
  if (context.has("path")) {
    INSIEME_OUT_ASSIGN(content, read_file(context.text("path")));
  }
  INSIEME_OUT_ASSIGN(job.rows, rows_of(context, content));
  if (job.rows.empty()) {
    return Failure("invalid_argument", "Il file è vuoto.", "The file is empty.", "path");
  }
  const CsvRow header = job.rows.front();
  job.rows.erase(job.rows.begin());
  job.width = header.cells.size();
  INSIEME_OUT(map_columns(context, header, job));
  INSIEME_OUT(read_key(context, header, job));
  job.section = context.text("section");
  if (job.type->section == sync::kSpaceSection) {
    INSIEME_OUT_ASSIGN(job.dossier, kept_space_dossier(context));
  } else if (context.has("dossier")) {
    INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, context.text("dossier")));
    job.dossier = line.id;
  }
  const bool by_column = std::any_of(job.columns.begin(), job.columns.end(),
                                     [](const Column& c) { return c.field == nullptr; });
  if (!job.type->root && !job.dossier && !by_column) {
    return Failure(
        "missing_argument",
        "Serve il fascicolo, o una colonna con l'identificativo del fascicolo (@dossier).",
        "The dossier is needed, or a column with the id of the dossier (@dossier).", "dossier");
  }
  return job;
}

std::string cell_of(const CsvRow& row, std::size_t index) {
  return index < row.cells.size() ? row.cells[index] : std::string();
}

/// One row as a request of record.save. Empty cells say nothing: they clear no field.
Outcome<json::object> input_of(Context& context, const Job& job, const CsvRow& row) {
  if (row.cells.size() > job.width) {
    return Failure("invalid_argument", "La riga ha più celle dell'intestazione.",
                   "The row has more cells than the header.");
  }
  json::object input;
  json::object fields;
  std::optional<sync::DossierId> dossier = job.dossier;
  for (const Column& column : job.columns) {
    const std::string cell = trimmed(cell_of(row, column.index));
    if (cell.empty()) continue;
    if (column.field != nullptr) {
      fields[column.field->name] = cell;
      continue;
    }
    INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, cell));
    dossier = line.id;
  }
  if (!job.type->root && !dossier) {
    return Failure("missing_argument", "Manca il fascicolo.", "The dossier is missing.", "dossier");
  }
  input["type"] = job.type->name;
  input["fields"] = std::move(fields);
  if (!job.section.empty()) input["section"] = job.section;
  if (!job.type->root) input["dossier"] = sync::to_text(*dossier);
  if (!job.key.empty()) {
    std::vector<std::string> key;
    for (const std::size_t index : job.key) {
      key.push_back(schema::compose_nfc(schema::trim(cell_of(row, index))));
    }
    if (std::all_of(key.begin(), key.end(), [](const std::string& k) { return k.empty(); })) {
      return Failure("missing_argument", "La chiave della riga è vuota.",
                     "The key of the row is empty.", "key");
    }
    // The same key makes the same record: importing again edits instead of doubling.
    const sync::DossierId scope = job.type->root ? sync::DossierId{} : *dossier;
    input["id"] = sync::to_text(derived_id("insieme import v1", scope, job.type->name, key));
    input["upsert"] = true;
  } else if (!job.type->natural_key.empty()) {
    input["upsert"] = true;
  }
  return input;
}

struct Row {
  Plan plan;
  std::optional<sync::DossierId> provisional;  ///< of a dossier that the row opens
  json::object record;
  bool changes = false;
};

Outcome<Row> plan_row(Context& context, const Job& job, const CsvRow& csv) {
  Row row;
  INSIEME_OUT_ASSIGN(const json::object input, input_of(context, job, csv));
  if (job.type->root) row.provisional = random_id<sync::DossierId>(context.platform());
  INSIEME_OUT(plan_record(context, input, row.provisional, row.plan));
  INSIEME_OUT(judge_act(context, row.plan));
  row.record = row.plan.records[0].as_object();
  // A root record that is here already is edited where it is.
  if (!find(row.record, "created")->as_bool()) row.provisional.reset();
  row.changes = !find(row.record, "changed")->as_array().empty();
  return row;
}

Check save_row(Context& context, Row& row, std::size_t line) {
  const Act act = [&row](Writer& writer) -> Outcome<json::object> {
    if (row.provisional) settle(row.plan, *row.provisional, writer.create_dossier());
    INSIEME_OUT(carry_out(row.plan, writer));
    return row.plan.records[0].as_object();
  };
  INSIEME_OUT_ASSIGN(row.record, once(context, act, "#" + std::to_string(line)));
  return Done{};
}

/// With what else is wrong in the row, so that it is put right once.
json::object refusal(Context& context, const Job& job, const CsvRow& row, const Failure& failure) {
  json::object out = failure.to_json();
  json::array also;
  for (const Column& column : job.columns) {
    const std::string cell = trimmed(cell_of(row, column.index));
    if (column.field == nullptr || cell.empty() || column.field->name == failure.field) continue;
    const auto value = value_from_json(*column.field, json::value(cell), context.bundle());
    if (!value.ok()) also.push_back(value.error().to_json());
  }
  if (!also.empty()) out["also"] = std::move(also);
  out["line"] = row.line;
  return out;
}

/// Failures of the device end the import; those of a row only concern the row.
bool ends_all(const Failure& failure) {
  return failure.code == "storage_full" || failure.code == "storage_failure" ||
         failure.code == "busy" || failure.code == "internal";
}

struct Tally {
  std::uint64_t created = 0;
  std::uint64_t edited = 0;
  std::uint64_t unchanged = 0;
  json::array refused;
  json::array records;
};

Check import_row(Context& context, const Job& job, const CsvRow& csv, Tally& tally) {
  auto row = plan_row(context, job, csv);
  if (row.ok() && row->changes && !context.flag("dry_run")) {
    const Check saved = save_row(context, row.value(), csv.line);
    if (!saved.ok()) row = saved.error();
  }
  if (!row.ok()) {
    if (ends_all(row.error())) return row.error();
    tally.refused.push_back(refusal(context, job, csv, row.error()));
    return Done{};
  }
  const bool created = find(row->record, "created")->as_bool();
  (created ? tally.created : row->changes ? tally.edited : tally.unchanged) += 1;
  json::object shown{{"line", csv.line}, {"created", created}};
  shown["id"] = text_at(row->record, "id");
  shown["title"] = text_at(row->record, "title");
  tally.records.push_back(std::move(shown));
  return Done{};
}

/// A column that only says which record it is has its use.
json::array ignored_names(const Job& job) {
  json::array names;
  for (const Column& column : job.ignored) {
    if (std::find(job.key.begin(), job.key.end(), column.index) == job.key.end()) {
      names.emplace_back(column.name);
    }
  }
  return names;
}

Outcome<json::object> run(Context& context) {
  INSIEME_OUT_ASSIGN(const Job job, prepare(context));
  Tally tally;
  std::size_t done = 0;
  for (const CsvRow& row : job.rows) {
    INSIEME_OUT(import_row(context, job, row, tally));
    if (context.events && (++done % kEventEvery == 0 || done == job.rows.size())) {
      context.events(json::serialize(
          json::object{{"event", "import"}, {"done", done}, {"of", job.rows.size()}}));
    }
  }
  json::object out;
  out["dry_run"] = context.flag("dry_run");
  out["rows"] = number_text(std::uint64_t{job.rows.size()});
  out["created"] = number_text(tally.created);
  out["edited"] = number_text(tally.edited);
  out["unchanged"] = number_text(tally.unchanged);
  out["ignored_columns"] = ignored_names(job);
  out["refused"] = std::move(tally.refused);
  out["records"] = std::move(tally.records);
  return out;
}

}  // namespace

std::vector<CommandSpec> import_commands() {
  return {
      {"import",
       Writes::yes,
       "Importa un CSV o un foglio di una cartella XLSX. Ogni riga è salvata intera o elencata con "
       "il motivo; con una chiave, reimportare modifica invece di duplicare.",
       "Imports a CSV or a sheet of an XLSX workbook. Every row is saved whole or listed with its "
       "reason; with a key, importing again edits instead of doubling.",
       {{"type", ArgKind::text, true, "tipo delle schede", "type of the records"},
        {"path", ArgKind::text, false, "il file", "the file"},
        {"content", ArgKind::text, false, "oppure il suo contenuto", "or its content"},
        {"sheet", ArgKind::text, false, "foglio di una cartella XLSX (il primo)",
         "sheet of an XLSX workbook (the first one)"},
        {"mapping", ArgKind::object, false, "colonna → campo, o → @dossier; le altre per nome",
         "column → field, or → @dossier; the others by name"},
        {"key", ArgKind::ids, false, "colonne che dicono quale scheda è",
         "columns that say which record it is"},
        {"dossier", ArgKind::id, false, "fascicolo di tutte le righe", "dossier of all rows"},
        {"section", ArgKind::text, false, "sezione di tutte le righe", "section of all rows"},
        {"dry_run", ArgKind::boolean, false, "controlla soltanto", "only check"}},
       "dry_run, rows, created, edited, unchanged, ignored_columns, refused (line, code, "
       "message_it, message_en, field?, problems?, also?: what else is wrong in it), records "
       "(line, id, title, created)",
       R"({"command": "import", "request_id": "r-8", "type": "household", "path": "nuclei.csv",
 "mapping": {"Cognome": "name", "Comune": "commune"}, "key": ["Codice"]})",
       run},
  };
}

}  // namespace insieme::client::commands
