#include "insieme/reports/page_json.hpp"

namespace insieme::reports {
namespace json = boost::json;

namespace {

const json::value* find(const json::object& object, std::string_view name) {
  return object.if_contains(name);
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* found = find(object, name);
  const json::string* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::string_view name_of(schema::ReportUnit unit) {
  switch (unit) {
    case schema::ReportUnit::number:
      return "number";
    case schema::ReportUnit::money:
      return "money";
    case schema::ReportUnit::hundredths:
      return "hundredths";
    case schema::ReportUnit::percent:
      return "percent";
    case schema::ReportUnit::date:
      return "date";
  }
  return "number";
}

json::array texts(const std::vector<std::string>& all) {
  json::array out;
  for (const std::string& one : all) out.emplace_back(one);
  return out;
}

json::object cell_json(const Cell& cell) {
  json::object out{{"text", cell.text},
                   {"unit", name_of(cell.unit)},
                   {"measure", cell.measure},
                   {"row", texts(cell.row)},
                   {"column", texts(cell.column)}};
  if (cell.hidden) {
    out["hidden"] = true;
    return out;
  }
  if (cell.value) out["value"] = std::to_string(*cell.value);
  out["records"] = cell.records;
  return out;
}

json::object table_json(const PageTable& table) {
  json::array rows;
  for (const PageRow& row : table.rows) {
    json::array cells;
    for (const Cell& cell : row.cells) cells.push_back(cell_json(cell));
    const char* level = row.level == Level::group      ? "group"
                        : row.level == Level::subtotal ? "subtotal"
                                                       : "total";
    rows.push_back(
        json::object{{"level", level}, {"labels", texts(row.labels)}, {"cells", std::move(cells)}});
  }
  json::object out{{"name", table.name},          {"title", table.title},
                   {"help", table.help},          {"label_heads", texts(table.label_heads)},
                   {"heads", texts(table.heads)}, {"rows", std::move(rows)},
                   {"notes", texts(table.notes)}};
  if (table.bars) out["bars"] = true;
  return out;
}

std::vector<std::string> texts_in(const json::value& list) {
  std::vector<std::string> out;
  for (const json::value& one : list.as_array()) out.emplace_back(one.as_string());
  return out;
}

schema::ReportUnit unit_of(std::string_view name) {
  using schema::ReportUnit;
  for (const ReportUnit unit :
       {ReportUnit::money, ReportUnit::hundredths, ReportUnit::percent, ReportUnit::date}) {
    if (name_of(unit) == name) return unit;
  }
  return ReportUnit::number;
}

Cell cell_from(const json::object& object) {
  Cell out;
  out.text = text_at(object, "text");
  out.unit = unit_of(text_at(object, "unit"));
  out.hidden = find(object, "hidden") != nullptr;
  if (const json::value* value = find(object, "value")) {
    out.value = std::stoll(std::string(value->as_string()));
  }
  return out;
}

PageRow row_from(const json::object& object) {
  PageRow out;
  const std::string level = text_at(object, "level");
  if (level == "subtotal") out.level = Level::subtotal;
  if (level == "total") out.level = Level::total;
  out.labels = texts_in(object.at("labels"));
  for (const json::value& cell : object.at("cells").as_array()) {
    out.cells.push_back(cell_from(cell.as_object()));
  }
  return out;
}

PageTable table_from(const json::object& object) {
  PageTable out;
  out.name = text_at(object, "name");
  out.title = text_at(object, "title");
  out.help = text_at(object, "help");
  out.label_heads = texts_in(object.at("label_heads"));
  out.heads = texts_in(object.at("heads"));
  out.notes = texts_in(object.at("notes"));
  out.bars = find(object, "bars") != nullptr;
  for (const json::value& row : object.at("rows").as_array()) {
    out.rows.push_back(row_from(row.as_object()));
  }
  return out;
}

Page page_from(const json::object& object) {
  Page out;
  out.code = text_at(object, "code");
  out.title = text_at(object, "title");
  out.help = text_at(object, "help");
  out.source = text_at(object, "source");
  out.language = text_at(object, "language");
  out.holds = object.at("holds").as_bool();
  for (const json::value& one : object.at("parameters").as_array()) {
    out.parameters.emplace_back(text_at(one.as_object(), "label"),
                                text_at(one.as_object(), "text"));
  }
  for (const json::value& one : object.at("tables").as_array()) {
    out.tables.push_back(table_from(one.as_object()));
  }
  for (const json::value& one : object.at("checks").as_array()) {
    const json::object& check = one.as_object();
    out.checks.push_back({text_at(check, "name"), text_at(check, "label"), text_at(check, "left"),
                          text_at(check, "right"), text_at(check, "is") == "at_most",
                          check.at("holds").as_bool()});
  }
  return out;
}

}  // namespace

json::object to_json(const Page& page) {
  json::array parameters;
  for (const auto& [label, words] : page.parameters) {
    parameters.push_back(json::object{{"label", label}, {"text", words}});
  }
  json::array tables;
  for (const PageTable& table : page.tables) tables.push_back(table_json(table));
  json::array checks;
  for (const PageCheck& one : page.checks) {
    checks.push_back(json::object{{"name", one.name},
                                  {"label", one.label},
                                  {"left", one.left},
                                  {"right", one.right},
                                  {"is", one.at_most ? "at_most" : "equal"},
                                  {"holds", one.holds}});
  }
  return json::object{{"report", page.name},         {"code", page.code},
                      {"title", page.title},         {"help", page.help},
                      {"source", page.source},       {"parameters", std::move(parameters)},
                      {"tables", std::move(tables)}, {"checks", std::move(checks)},
                      {"holds", page.holds}};
}

Result<Page> page_from_json(const json::object& page) {
  try {
    return page_from(page);
  } catch (const std::exception& why) {  // a member that is missing or of another kind
    return Error{ErrorCode::malformed, std::string("this is no page of a report: ") + why.what()};
  }
}

}  // namespace insieme::reports
