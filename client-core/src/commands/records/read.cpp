// Looking: one record, lists, search, history.
#include "commands/records/marks.hpp"
#include "commands/records/parts.hpp"
#include "commands/records/view.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::int64_t kListMax = 1'000;
constexpr std::int64_t kListUsual = 100;
constexpr std::int64_t kSearchUsual = 20;

std::size_t limit_of(Context& context, std::int64_t usual) {
  return static_cast<std::size_t>(
      std::min(std::max<std::int64_t>(context.number("limit", usual), 1), kListMax));
}

/// `whole`: each record once, whatever sections its fields lie in.
json::array lines_json(Context& context, const std::vector<RecordLine>& lines, bool whole) {
  json::array out;
  for (const RecordLine& line : lines) {
    if (whole && is_further_part(context, line.ref)) continue;
    out.push_back(line_json(context, line));
  }
  return out;
}

Outcome<json::object> get(Context& context) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
  return json::object{{"record", record_json(context, facets, context.flag("all"))}};
}

Check fill_where(Context& context, const schema::RecordType* type, ListQuery& query) {
  const json::object* where = context.object("where");
  if (where == nullptr) return Done{};
  if (type == nullptr) {
    return Failure("invalid_argument", "Per filtrare sui campi serve il tipo.",
                   "Filtering by fields needs a type.", "where");
  }
  for (const auto& [given, input] : *where) {
    INSIEME_OUT_ASSIGN(const schema::Field* field,
                       find_field(*type, std::string_view(given.data(), given.size())));
    json::value full = input;
    if (field->kind == schema::FieldKind::reference && input.is_string()) {
      INSIEME_OUT_ASSIGN(const auto id, find_record_id(context, std::string(input.as_string())));
      full = json::string(sync::to_text(id));
    }
    INSIEME_OUT_ASSIGN(const sync::Value value, value_from_json(*field, full, context.bundle()));
    const json::value typed = to_json(value, nullptr);
    std::string text = typed.is_string() ? std::string(typed.as_string()) : json::serialize(typed);
    if (typed.is_bool()) text = typed.as_bool() ? "1" : "0";
    if (typed.is_null()) text.clear();
    query.where.emplace_back(field->name, std::move(text));
  }
  return Done{};
}

Check fill_order(Context& context, const schema::RecordType* type, ListQuery& query) {
  if (!context.has("order")) return Done{};
  if (type == nullptr) {
    return Failure("invalid_argument", "Per ordinare secondo un campo serve il tipo.",
                   "Ordering by a field needs a type.", "order");
  }
  INSIEME_OUT_ASSIGN(const schema::Field* field, find_field(*type, context.text("order")));
  query.order = field->name;
  return Done{};
}

Outcome<json::object> list(Context& context) {
  ListQuery query;
  const schema::RecordType* type = nullptr;
  if (context.has("type")) {
    INSIEME_OUT_ASSIGN(type, find_type(context, context.text("type")));
    query.type = type->name;
  }
  if (context.has("dossier")) {
    INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, context.text("dossier")));
    query.dossier = line.id;
  }
  INSIEME_OUT(fill_where(context, type, query));
  INSIEME_OUT(fill_order(context, type, query));
  query.retracted_too = context.flag("retracted");
  query.limit = limit_of(context, kListUsual);
  query.offset = static_cast<std::size_t>(std::max<std::int64_t>(context.number("offset", 0), 0));
  INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
  json::object out;
  out["records"] = lines_json(context, lines, type != nullptr);
  out["more"] = lines.size() == query.limit;
  return out;
}

Outcome<json::object> search(Context& context) {
  INSIEME_OUT_ASSIGN(const auto lines, context.store().search(context.text("words"),
                                                              limit_of(context, kSearchUsual)));
  json::array records;
  for (const RecordLine& line : lines) {
    json::object out = line_json(context, line);
    if (line.alike) out["alike"] = true;
    records.push_back(std::move(out));
  }
  return json::object{{"records", std::move(records)}};
}

json::object history_line_json(Context& context, const schema::RecordType* type,
                               const HistoryLine& line) {
  const schema::Field* field = type != nullptr ? type->find_field(line.field) : nullptr;
  json::object out = mark_json(context, {line.dot, line.stamp, line.author});
  out["action"] = line.action;
  out["field"] = line.field;
  out["label"] = field != nullptr ? field->label.in(context.language) : line.field;
  if (line.action == "folded") {
    out["label"] = context.language == schema::Language::it
                       ? "la storia precedente è sul server"
                       : "older history is on the server";
  }
  if (line.from) out["from"] = shown_text(context, field, *line.from);
  if (line.to) out["to"] = shown_text(context, field, *line.to);
  if (!line.reason.empty()) out["reason"] = line.reason;
  if (line.origin) {
    out["on_behalf_of_device"] = device_words(context, line.origin->replica);
  }
  out["clock_suspect"] = line.clock_suspect;
  if (line.position) out["position"] = number_text(*line.position);
  return out;
}

Outcome<json::object> history(Context& context) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
  std::string only;
  if (context.has("field") && facets.type != nullptr) {
    INSIEME_OUT_ASSIGN(const schema::Field* field, find_field(*facets.type, context.text("field")));
    only = field->name;
  }
  json::array lines;
  for (const StoredRecord& part : facets.parts) {
    note_opened(context, part.ref.document);
    INSIEME_OUT_ASSIGN(const auto history_lines, context.store().history(part.ref));
    for (const HistoryLine& line : history_lines) {
      if (!only.empty() && line.field != only && line.action != "folded") continue;
      if (is_own_field(line.field)) continue;  // what the new state says already
      lines.push_back(history_line_json(context, facets.type, line));
    }
  }
  json::object out;
  out["id"] = sync::to_text(ref.id);
  out["title"] = facets.first().title;
  out["lines"] = std::move(lines);
  return out;
}

}  // namespace

std::vector<CommandSpec> read_commands() {
  return {
      {"record.list",
       Writes::no,
       "Elenca le schede.",
       "Lists records.",
       {{"type", ArgKind::text, false, "solo di questo tipo", "of this type only"},
        {"dossier", ArgKind::id, false, "solo di questo fascicolo", "of this dossier only"},
        {"where", ArgKind::object, false, "campo → valore uguale", "field → equal value"},
        {"order", ArgKind::text, false, "secondo questo campo: prima il valore più alto o recente",
         "by this field: the highest or latest value first"},
        {"retracted", ArgKind::boolean, false, "anche le annullate", "retracted ones too"},
        {"limit", ArgKind::integer, false, "quante al massimo (100; fino a 1000)",
         "how many at most (100; up to 1000)"},
        {"offset", ArgKind::integer, false, "quante saltarne", "how many to skip"}},
       "records (id, short, type, type_label, dossier, section, section_label, title, retracted, "
       "in_review, edited_at, edited_by), more",
       R"({"command": "record.list", "type": "visit", "dossier": "9b1e44d2"})",
       list},
      {"record.get",
       Writes::no,
       "Una scheda intera: valori, valori in contrasto con chi e quando, ricevuta, decisioni.",
       "A whole record: values, contested ones with who and when, receipt, decisions.",
       {{"record", ArgKind::id, true, "la scheda", "the record"},
        {"all", ArgKind::boolean, false, "anche i campi vuoti", "empty fields too"}},
       "record (as in record.list, and lifecycle, receipt, receipt_text, version, fields: name → "
       "{label, section, kind, text, value, contested, values?, author?, at?}, decisions, "
       "problems (also of rules that only a merge left broken), computed: name → {label, text})",
       R"({"command": "record.get", "record": "5f3a9c01"})",
       get},
      {"search",
       Writes::no,
       "Cerca nomi e note: bastano gli inizi delle parole, gli accenti non contano. Se trova "
       "meno di tre schede, aggiunge i nomi scritti in modo simile.",
       "Searches names and notes by beginnings of words, accents ignored. Where it finds fewer "
       "than three records, names that are spelt alike follow.",
       {{"words", ArgKind::text, true, "parole", "words"},
        {"limit", ArgKind::integer, false, "quante al massimo (20)", "how many at most (20)"}},
       "records, best first (as in record.list, and alike: true where a name is only like the "
       "words)",
       R"({"command": "search", "words": "ross mar"})",
       search},
      {"history",
       Writes::no,
       "Chi ha cambiato che cosa, quando, da quale dispositivo.",
       "Who changed what, when, on which device.",
       {{"record", ArgKind::id, true, "la scheda", "the record"},
        {"field", ArgKind::text, false, "solo questo campo", "this field only"}},
       "id, title, lines (dot, author, at, device, mine, action, field, label, from?, to?, "
       "reason?, "
       "on_behalf_of_device?, clock_suspect, position?)",
       R"({"command": "history", "record": "5f3a9c01", "field": "next_step"})",
       history},
  };
}

}  // namespace insieme::client::commands
