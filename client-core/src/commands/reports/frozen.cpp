// report.frozen, report.show, report.compare: frozen reports, and what became of them since.
#include <algorithm>

#include "commands/exchange/files.hpp"
#include "commands/lookup.hpp"
#include "commands/reports/commands.hpp"
#include "commands/reports/frozen_content.hpp"
#include "commands/reports/page_json.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kListed = 1'000;

std::string word(const schema::RecordValues& values, std::string_view name) {
  const auto found = values.find(name);
  if (found == values.end() || found->second.empty()) return {};
  const auto* text = std::get_if<std::string>(&found->second.front());
  return text != nullptr ? *text : std::string{};
}

std::optional<std::string> long_text(const schema::RecordValues& values, std::string_view name) {
  std::vector<std::string> pieces;
  const auto found = values.find(name);
  for (std::size_t i = 0; found != values.end() && i < found->second.size(); ++i) {
    if (const auto* text = std::get_if<std::string>(&found->second[i])) pieces.push_back(*text);
  }
  return joined_pieces(std::move(pieces));
}

struct Frozen {
  json::object head;
  json::object page;
  json::object with;
  Positions positions;
  Counted counted;
  std::string home;  ///< the document that keeps it, which moved on by keeping it
};

json::object head_of(Context& context, const Facets& facets) {
  const schema::RecordValues values = shown_values(facets);
  const std::string id = sync::to_text(facets.main.id);
  json::object out{{"id", id}, {"short", short_id(id)}};
  for (const char* name : {"report", "code", "title", "frozen_by", "sent_to", "note", "cut"}) {
    if (const std::string text = word(values, name); !text.empty()) out[name] = text;
  }
  const schema::Field* on = facets.type->find_field("frozen_on");
  const auto day = values.find("frozen_on");
  if (on != nullptr && day != values.end() && !day->second.empty()) {
    out["frozen_on"] = display(on, day->second.front(), context.bundle(), context.language);
  }
  out["at"] = instant_text(facets.first().edited_ms);
  out["author"] = facets.first().edited_by;
  return out;
}

Outcome<Facets> frozen_facets(Context& context) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  if (ref.type != "frozen_report") {
    return Failure("invalid_argument", "Questa scheda non è un rapporto congelato.",
                   "This record is not a frozen report.", "record");
  }
  INSIEME_OUT_ASSIGN(Facets facets, read_facets(context, ref));
  return facets;
}

Outcome<Frozen> read_frozen(Context& context) {
  INSIEME_OUT_ASSIGN(const Facets facets, frozen_facets(context));
  const schema::RecordValues values = shown_values(facets);
  Frozen out;
  out.head = head_of(context, facets);
  out.home = sync::to_text(facets.main.document.dossier) + "/" + facets.main.document.section;
  const auto content = long_text(values, "pieces");
  const auto records = long_text(values, "records");
  const auto documents = long_text(values, "documents");
  boost::system::error_code failed;
  const bool whole =
      content && records && documents &&
      digest_of("insieme frozen content v1", *content) == word(values, "content_digest") &&
      digest_of("insieme frozen cut v1", *documents) == word(values, "cut");
  json::value page = whole ? json::parse(*content, failed) : json::value{};
  json::value with = json::parse(word(values, "parameters"), failed);
  if (!whole || failed || !page.is_object() || !with.is_object()) {
    return Failure("corrupted",
                   "Le cifre conservate non corrispondono alla loro impronta: il rapporto non "
                   "si può mostrare come fu chiuso.",
                   "The figures kept do not fit their digest: the report cannot be shown as it "
                   "was closed.",
                   "record");
  }
  out.page = std::move(page.as_object());
  out.with = std::move(with.as_object());
  out.counted = from_lines(*records);
  out.positions = from_lines(*documents);
  return out;
}

Outcome<json::object> list(Context& context) {
  ListQuery query;
  query.type = "frozen_report";
  query.limit = kListed;
  INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
  json::array out;
  for (const RecordLine& line : lines) {
    INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, line.ref));
    out.push_back(head_of(context, facets));
  }
  return json::object{{"frozen", std::move(out)}};
}

/// The day is part of what is written: a printed page says that it was frozen.
Outcome<json::object> write_page(Context& context, Frozen& frozen) {
  INSIEME_OUT_ASSIGN(reports::Page page, reports::page_from_json(frozen.page));
  const bool italian = page.language != "en";
  page.parameters.emplace_back(
      italian ? "Congelato il" : "Frozen on",
      text_at(frozen.head, "frozen_on") + ", " + text_at(frozen.head, "frozen_by"));
  const std::string path = context.text("path");
  INSIEME_OUT_ASSIGN(const std::string content, page_as(context.text("format"), page, path));
  json::object out{{"frozen", std::move(frozen.head)}};
  if (path.empty()) {
    out["content"] = content;
    return out;
  }
  INSIEME_OUT(write_new_file(path, content));
  out["path"] = path;
  return out;
}

Outcome<json::object> show(Context& context) {
  INSIEME_OUT_ASSIGN(Frozen frozen, read_frozen(context));
  if (context.has("format")) return write_page(context, frozen);
  json::object out = std::move(frozen.page);
  out["frozen"] = std::move(frozen.head);
  return out;
}

/// Cells of a page by where they stand, with the labels of their row.
struct Placed {
  std::string text;
  std::string table;
  std::string measure;
  json::array labels;
};
using Cells = std::map<std::string, Placed>;

Cells cells_of(const json::object& page) {
  Cells out;
  for (const json::value& table_value : page.at("tables").as_array()) {
    const json::object& table = table_value.as_object();
    for (const json::value& row_value : table.at("rows").as_array()) {
      const json::object& row = row_value.as_object();
      for (const json::value& cell_value : row.at("cells").as_array()) {
        const json::object& cell = cell_value.as_object();
        const std::string key = text_at(table, "name") + "\n" + json::serialize(cell.at("row")) +
                                "\n" + json::serialize(cell.at("column")) + "\n" +
                                text_at(cell, "measure");
        out[key] = {text_at(cell, "text"), text_at(table, "name"), text_at(cell, "measure"),
                    row.at("labels").as_array()};
      }
    }
  }
  return out;
}

json::array differences(const Cells& then, const Cells& now) {
  json::array out;
  const auto add = [&out](const Placed& where, const std::string& was, const std::string& is) {
    out.push_back(json::object{{"table", where.table},
                               {"labels", where.labels},
                               {"measure", where.measure},
                               {"then", was},
                               {"now", is}});
  };
  for (const auto& [key, cell] : then) {
    const auto found = now.find(key);
    if (found == now.end()) {
      add(cell, cell.text, "");
    } else if (found->second.text != cell.text) {
      add(cell, cell.text, found->second.text);
    }
  }
  for (const auto& [key, cell] : now) {
    if (then.count(key) == 0) add(cell, "", cell.text);
  }
  return out;
}

json::object record_line(Context& context, const Ran& ran, const std::string& id) {
  json::object out{{"id", id}, {"short", short_id(id)}};
  const auto parsed = sync::id_from_text<sync::RecordId>(id);
  const schema::RuleRecord* record = parsed.ok() ? ran.records->find(parsed.value()) : nullptr;
  if (record == nullptr) return out;
  const schema::RecordType* type = context.bundle().find_type(record->type);
  out["type"] = record->type;
  out["dossier"] = sync::to_text(record->dossier);
  out["title"] = schema::record_title(context.bundle(), *type, record->values, context.language);
  return out;
}

/// What the figures of today count and those of then did not; the other way round; and what they
/// both count but shows something else now.
Check corrections(Context& context, const Ran& ran, const Counted& then, json::object& out) {
  INSIEME_OUT_ASSIGN(const Counted now, counted_in(context, ran));
  json::array late;
  json::array changed;
  json::array gone;
  for (const auto& [id, digest] : now) {
    const auto found = then.find(id);
    if (found == then.end()) late.push_back(record_line(context, ran, id));
    if (found != then.end() && found->second != digest) {
      changed.push_back(record_line(context, ran, id));
    }
  }
  for (const auto& [id, digest] : then) {
    if (now.count(id) == 0) gone.push_back(record_line(context, ran, id));
  }
  out["late"] = std::move(late);
  out["changed"] = std::move(changed);
  out["gone"] = std::move(gone);
  return Done{};
}

Outcome<json::object> compare(Context& context) {
  INSIEME_OUT_ASSIGN(Frozen frozen, read_frozen(context));
  INSIEME_OUT_ASSIGN(const Ran ran,
                     run_report(context, text_at(frozen.head, "report"), &frozen.with, false));
  INSIEME_OUT_ASSIGN(const Positions positions, positions_of(context, ran));
  // Amounts and labels are compared as they were written.
  context.language =
      text_at(frozen.page, "language") == "en" ? schema::Language::en : schema::Language::it;
  std::size_t moved = 0;
  for (const auto& [document, digest] : positions) {
    if (document == frozen.home) continue;
    const auto found = frozen.positions.find(document);
    moved += found == frozen.positions.end() || found->second != digest ? std::size_t{1} : 0;
  }
  json::array missing;
  for (const auto& [document, digest] : frozen.positions) {
    if (positions.count(document) == 0) missing.emplace_back(document);
  }
  json::object out{{"frozen", std::move(frozen.head)},
                   {"documents", positions.size()},
                   {"documents_changed", moved},
                   {"documents_missing", std::move(missing)}};
  out["differences"] = differences(cells_of(frozen.page), cells_of(page_json(context, ran)));
  INSIEME_OUT(corrections(context, ran, frozen.counted, out));
  out["same"] = out["differences"].as_array().empty();
  return out;
}

}  // namespace

std::vector<CommandSpec> report_frozen_commands() {
  const ArgSpec record{"record", ArgKind::id, true, "il rapporto congelato", "the frozen report"};
  return {
      {"report.frozen",
       Writes::no,
       "I rapporti congelati che sono qui.",
       "The frozen reports that are here.",
       {},
       "frozen (id, short, report, code, title, frozen_on, frozen_by, sent_to?, note?, cut, at, "
       "author)",
       R"({"command": "report.frozen"})",
       list},
      {"report.show",
       Writes::no,
       "Un rapporto congelato com'era, dopo averne verificato l'impronta.",
       "A frozen report as it was, once its digest was verified.",
       {record,
        {"format", ArgKind::text, false, "«csv», «html», «json» o «xlsx», invece delle tabelle",
         "“csv”, “html”, “json” or “xlsx” instead of the tables"},
        {"path", ArgKind::text, false, "file nuovo; senza, il contenuto è nella risposta",
         "a new file; without it the content is in the reply"}},
       "as report.run, in the language in which it was frozen, and frozen (as in report.frozen); "
       "with a format: frozen, path or content",
       R"({"command": "report.show", "record": "5f3a9c01"})",
       show},
      {"report.compare",
       Writes::no,
       "Un rapporto congelato e lo stesso rifatto oggi: le cifre diverse e le schede da correggere "
       "(arrivate dopo, cambiate, non più contate). Il rapporto congelato non cambia.",
       "A frozen report and the same one run today: the figures that differ and the records to "
       "correct for (late, changed, no longer counted). The frozen report does not change.",
       {record},
       "frozen, same, differences (table, labels, measure, then, now), late, changed, gone (id, "
       "short, type?, dossier?, title?), documents, documents_changed (that received something "
       "since, "
       "besides the one that keeps it), documents_missing",
       R"({"command": "report.compare", "record": "5f3a9c01"})",
       compare},
  };
}

}  // namespace insieme::client::commands
