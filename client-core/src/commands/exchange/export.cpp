// export: a type's records as CSV for people or JSON lines for programs.
#include "commands/exchange/files.hpp"
#include "commands/records/parts.hpp"
#include "commands/records/view.hpp"
#include "commands/table.hpp"
#include "insieme/schema/csv.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPage = 500;

struct Row {
  const RecordLine& line;
  const Facets& facets;
};

std::vector<std::string> header_cells(Context& context, const schema::RecordType& type) {
  const bool it = context.language == schema::Language::it;
  std::vector<std::string> cells{"id", it ? "fascicolo" : "dossier"};
  for (const schema::Field& field : type.fields) {
    cells.push_back(context.flag("names") ? field.name : field.label.in(context.language));
  }
  cells.push_back(it ? "annullata" : "retracted");
  return cells;
}

std::string csv_of(Context& context, const schema::RecordType& type, const Row& row) {
  std::vector<std::string> cells{sync::to_text(row.line.ref.id),
                                 sync::to_text(row.line.ref.document.dossier)};
  const schema::RecordValues values = shown_values(row.facets);
  for (const schema::Field& field : type.fields) {
    std::string text;
    if (const auto found = values.find(field.name); found != values.end()) {
      for (const sync::Value& value : found->second) {
        // References stay ids here: a title cannot be read back.
        text +=
            (text.empty() ? "" : "; ") + display(&field, value, context.bundle(), context.language);
      }
    }
    cells.push_back(std::move(text));
  }
  cells.push_back(row.line.retracted ? "x" : "");
  return schema::csv_line(cells, ';');
}

std::string json_of(Context& context, const Row& row) {
  json::object record = record_json(context, row.facets, false);
  record.erase("problems");
  return json::serialize(record) + "\n";
}

Outcome<json::object> run(Context& context) {
  INSIEME_OUT_ASSIGN(const schema::RecordType* type, find_type(context, context.text("type")));
  const std::string format = context.has("format") ? context.text("format") : "csv";
  if (format != "csv" && format != "json") {
    return Failure("invalid_argument", "Il formato è «csv» o «json».",
                   "The format is “csv” or “json”.", "format");
  }
  ListQuery query;
  query.type = type->name;
  query.retracted_too = context.flag("retracted");
  query.limit = kPage;
  if (context.has("dossier")) {
    INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, context.text("dossier")));
    query.dossier = line.id;
  }
  std::string content;
  // The mark tells spreadsheets that it is UTF-8.
  if (format == "csv") {
    content = "\xEF\xBB\xBF" + schema::csv_line(header_cells(context, *type), ';');
  }
  std::uint64_t count = 0;
  while (true) {
    INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& line : lines) {
      if (is_further_part(context, line.ref)) continue;
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, line.ref));
      for (const StoredRecord& part : facets.parts) note_opened(context, part.ref.document);
      const Row row{line, facets};
      content += format == "csv" ? csv_of(context, *type, row) : json_of(context, row);
      ++count;
    }
    if (context.events) {
      context.events(json::serialize(json::object{{"event", "export"}, {"done", count}}));
    }
    if (lines.size() < kPage) break;
    query.offset += lines.size();
  }
  json::object out;
  out["count"] = number_text(count);
  if (context.has("path")) {
    INSIEME_OUT(write_new_file(context.text("path"), content));
    out["path"] = context.text("path");
  } else {
    out["content"] = content;
  }
  return out;
}

}  // namespace

std::vector<CommandSpec> export_commands() {
  return {
      {"export",
       Writes::no,
       "Esporta le schede di un tipo, in CSV con etichette o JSON per riga.",
       "Exports the records of a type, as CSV with labels or one JSON object per line.",
       {{"type", ArgKind::text, true, "tipo", "type"},
        {"format", ArgKind::text, false, "«csv» (normale) o «json»", "“csv” (usual) or “json”"},
        {"dossier", ArgKind::id, false, "solo di questo fascicolo", "of this dossier only"},
        {"names", ArgKind::boolean, false, "nomi dei campi invece delle etichette",
         "names of fields instead of labels"},
        {"retracted", ArgKind::boolean, false, "anche le annullate", "retracted ones too"},
        {"path", ArgKind::text, false, "file nuovo; senza, il contenuto è nella risposta",
         "a new file; without it the content is in the reply"}},
       "count, path or content",
       R"({"command": "export", "type": "visit", "format": "csv", "path": "visite.csv"})",
       run},
  };
}

}  // namespace insieme::client::commands
