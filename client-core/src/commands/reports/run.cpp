// report.list, report.run, report.records.
#include <algorithm>

#include "commands/lookup.hpp"
#include "commands/records/view.hpp"
#include "commands/reports/ask.hpp"
#include "commands/reports/commands.hpp"
#include "commands/reports/page_json.hpp"

namespace insieme::client::commands {
namespace {

json::array texts(const std::vector<std::string>& all) {
  json::array out;
  for (const std::string& one : all) out.emplace_back(one);
  return out;
}

json::object parameter_json(Context& context, const schema::ReportParameter& one) {
  json::object out{{"name", one.name},
                   {"label", one.as.label.in(context.language)},
                   {"kind", schema::name_of(one.as.kind)},
                   {"required", one.required}};
  if (!one.as.list.empty()) out["list"] = one.as.list;
  if (!one.as.target.empty()) out["target"] = one.as.target;
  const schema::CodeList* list = context.bundle().find_list(one.as.list);
  if (list == nullptr) return out;
  json::array codes;
  for (const schema::CodeValue& value : list->values) {
    codes.push_back({{"code", value.code}, {"label", value.label.in(context.language)}});
  }
  out["codes"] = std::move(codes);
  return out;
}

Outcome<json::object> list(Context& context) {
  std::vector<const schema::Report*> sorted;
  for (const schema::Report& report : reports_of(context).reports) sorted.push_back(&report);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    if (a->code.size() != b->code.size()) return a->code.size() < b->code.size();
    return a->code < b->code;
  });
  json::array out;
  for (const schema::Report* listed : sorted) {
    const schema::Report& report = *listed;
    json::array parameters;
    for (const schema::ReportParameter& one : report.parameters) {
      parameters.push_back(parameter_json(context, one));
    }
    out.push_back(json::object{{"name", report.name},
                               {"code", report.code},
                               {"label", report.label.in(context.language)},
                               {"help", report.help.in(context.language)},
                               {"source", report.source},
                               {"rows", texts(report.rows)},
                               {"parameters", std::move(parameters)}});
  }
  return json::object{{"reports", std::move(out)}};
}

Outcome<json::object> run(Context& context) {
  INSIEME_OUT_ASSIGN(const Ran ran, run_report(context));
  return page_json(context, ran);
}

std::vector<std::string> keys_of(Context& context, std::string_view name) {
  std::vector<std::string> out;
  const json::array* keys = context.list(name);
  for (std::size_t i = 0; keys != nullptr && i < keys->size(); ++i) {
    out.emplace_back((*keys)[i].as_string());
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

/// `La tabella «x» non ha la riga «y»; ha: …`.
Failure no_such(const std::string& of_it, const std::string& of_en, const std::string& named,
                const std::vector<std::string>& there, const char* argument) {
  constexpr std::size_t kToldMax = 40;
  std::vector<std::string> told = there;
  if (told.size() > kToldMax) {
    told.resize(kToldMax);
    told.emplace_back("…");
  }
  return Failure("not_found", of_it + " " + quoted_it(named) + "; ha: " + joined(told) + ".",
                 of_en + " " + quoted_en(named) + "; it has: " + joined(told) + ".", argument);
}

std::vector<std::string> keys_in(const std::vector<reports::Line>& lines) {
  std::vector<std::string> out;
  for (const reports::Line& line : lines) {
    std::string keys;
    for (const reports::Key& key : line.keys) keys += (keys.empty() ? "" : " ") + key.id;
    if (!keys.empty()) out.push_back(std::move(keys));
  }
  return out;
}

Outcome<const reports::Figure*> figure_in(Context& context, const reports::TableResult& table) {
  const std::string& name = table.table->name;
  const std::string it = "La tabella " + quoted_it(name) + " non ha ";
  const std::string en = "The table " + quoted_en(name) + " has no ";
  const std::vector<std::string> row_keys = keys_of(context, "row");
  const std::vector<std::string> column_keys = keys_of(context, "column");
  const auto row = table.row_of(row_keys);
  if (!row)
    return no_such(it + "la riga", en + "row", joined(row_keys), keys_in(table.rows), "row");
  const auto column = table.column_of(column_keys);
  if (!column) {
    return no_such(it + "la colonna", en + "column", joined(column_keys), keys_in(table.columns),
                   "column");
  }
  const std::string measure_name = context.text("measure");
  std::vector<std::string> measures;
  for (std::size_t m = 0; m < table.table->measures.size(); ++m) {
    if (table.table->measures[m].name == measure_name) return &table.at(*row, *column, m);
    measures.push_back(table.table->measures[m].name);
  }
  return no_such(it + "la misura", en + "measure", measure_name, measures, "measure");
}

Outcome<const reports::Figure*> find_figure(Context& context, const reports::ReportResult& result) {
  const std::string table_name = context.text("table");
  std::vector<std::string> names;
  for (const reports::TableResult& table : result.tables) {
    if (table.table->name == table_name) return figure_in(context, table);
    names.push_back(table.table->name);
  }
  return no_such("Il rapporto non ha la tabella", "The report has no table", table_name, names,
                 "table");
}

Outcome<json::object> records(Context& context) {
  INSIEME_OUT_ASSIGN(const Ran ran, run_report(context));
  INSIEME_OUT_ASSIGN(const reports::Figure* figure, find_figure(context, ran.result));
  if (figure->hidden) {
    return Failure("not_allowed",
                   "Il dato è protetto: riguarda poche persone. Chi le segue può chiedere «full».",
                   "The figure is protected: it is about few people. Who works with them may ask "
                   "for “full”.",
                   "full");
  }
  json::array lines;
  for (const sync::RecordId& id : figure->records) {
    const std::string full = sync::to_text(id);
    json::object line{{"id", full}, {"short", short_id(full)}};
    if (const schema::RuleRecord* record = ran.records->find(id)) {
      const schema::RecordType* type = context.bundle().find_type(record->type);
      line["type"] = record->type;
      line["dossier"] = sync::to_text(record->dossier);
      line["title"] =
          schema::record_title(context.bundle(), *type, record->values, context.language);
    }
    lines.push_back(std::move(line));
  }
  json::object out;
  if (figure->value) out["value"] = number_text(*figure->value);
  out["records"] = std::move(lines);
  return out;
}

const ArgSpec kReport{"report", ArgKind::text, true, "nome o sigla (R1)", "name or code (R1)"};
const ArgSpec kWith{"with", ArgKind::object, false,
                    "parametri per nome: from, to, territory, fund, e quelli del rapporto",
                    "parameters by name: from, to, territory, fund, and the report's own"};
const ArgSpec kFull{"full", ArgKind::boolean, false,
                    "senza nascondere i dati su poche persone: solo per chi le segue",
                    "without hiding figures about few people: only for who works with them"};

}  // namespace

std::vector<CommandSpec> report_commands() {
  return {
      {"report.list",
       Writes::no,
       "I rapporti che si possono fare, con i loro parametri.",
       "The reports there are, with their parameters.",
       {},
       "reports (name, code, label, help, source, rows, parameters: name, label, kind, required, "
       "list?, target?, codes?: code, label)",
       R"({"command": "report.list"})",
       list},
      {"report.run",
       Writes::no,
       "Calcola un rapporto sulle schede di questo dispositivo. Ogni cifra dice quante schede "
       "conta; ogni quadratura è verificata.",
       "Computes a report over the records of this device. Every figure says how many records it "
       "counts; everything that must add up is checked.",
       {kReport, kWith, kFull},
       "report, code, title, help, source, parameters (label, text), tables (name, title, help, "
       "label_heads, heads, rows: level, labels, cells: text, unit, value?, hidden?, records, "
       "measure, row, column; notes, bars?), checks (name, label, left, right, is, holds), holds",
       R"({"command": "report.run", "report": "R1", "with": {"project": "5f3a9c01"}})",
       run},
      {"report.records",
       Writes::no,
       "Le schede dietro una cifra di un rapporto.",
       "The records behind a figure of a report.",
       {kReport,
        kWith,
        kFull,
        {"table", ArgKind::text, true, "tabella", "table"},
        {"measure", ArgKind::text, true, "misura", "measure"},
        {"row", ArgKind::ids, false, "chiavi della riga; senza, il totale",
         "keys of the row; without them the total"},
        {"column", ArgKind::ids, false, "chiavi della colonna; senza, il totale",
         "keys of the column; without them the total"}},
       "value?, records (id, short, type, dossier, title)",
       R"({"command": "report.records", "report": "R1", "with": {"project": "5f3a9c01"},
 "table": "meetings", "measure": "meetings", "row": ["UDP"]})",
       records},
  };
}

}  // namespace insieme::client::commands
