// Files under reports/: each report, its tables and what must add up, checked against the types.

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

#include "insieme/schema/report.hpp"
#include "parse.hpp"
#include "reports/parse_measures.hpp"

namespace insieme::schema::detail {
namespace json = boost::json;

namespace {

constexpr std::size_t kLevelsMax = 2;
constexpr std::int64_t kProtectMax = 1'000;

std::vector<ReportParameter> standard_parameters() {
  const auto of = [](const char* name, FieldKind kind, const char* list, const char* it,
                     const char* en) {
    ReportParameter out;
    out.name = name;
    out.as.name = name;
    out.as.kind = kind;
    out.as.list = list;
    out.as.label = {it, en};
    return out;
  };
  return {of("from", FieldKind::date, "", "Dal", "From"), of("to", FieldKind::date, "", "Al", "To"),
          of("territory", FieldKind::string, "", "Territorio", "Territory"),
          of("fund", FieldKind::code, "funds", "Fondo", "Fund")};
}

class ReportsParser {
 public:
  ReportsParser(const Bundle& bundle, ReportBook& book, Faults& faults)
      : bundle_(bundle), book_(book), faults_(faults), expressions_(bundle, faults) {}

  void report(const json::value& value, const Place& place) {
    ObjectReader reader(value, place, faults_);
    if (!reader.is_object()) return;
    Report out;
    out.name = reader.name("name");
    out.code = reader.string("code");
    out.label = reader.label("label", true);
    out.help = reader.label("help", true);
    out.source = reader.string("source", true);
    if (reader.find("rows") != nullptr) out.rows = reader.strings("rows");
    parameters(reader, out);
    const json::array* tables = reader.array("tables", true);
    for (std::size_t i = 0; tables != nullptr && i < tables->size(); ++i) {
      table((*tables)[i], reader.place().at("tables").at(i), out);
    }
    const json::array* checks = reader.array("checks");
    for (std::size_t i = 0; checks != nullptr && i < checks->size(); ++i) {
      check((*checks)[i], reader.place().at("checks").at(i), out);
    }
    reader.finish();
    if (out.tables.empty()) reader.fault("tables", "a report has at least one");
    if (!names_.emplace(out.name, 0).second) {
      reader.fault("name", "the report \"" + out.name + "\" exists already");
    }
    book_.reports.push_back(std::move(out));
  }

 private:
  void parameters(ObjectReader& reader, Report& out) {
    out.parameters = standard_parameters();
    const json::array* list = reader.array("parameters");
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      ObjectReader inner((*list)[i], reader.place().at("parameters").at(i), faults_);
      if (!inner.is_object()) continue;
      ReportParameter one;
      one.name = inner.name("name");
      one.as.name = one.name;
      one.as.label = inner.label("label", true);
      one.required = inner.boolean("required");
      const std::string target = inner.string("target");
      if (inner.find("date") != nullptr && inner.boolean("date")) {
        one.as.kind = FieldKind::date;
      } else if (inner.find("text") != nullptr && inner.boolean("text")) {
        one.as.kind = FieldKind::string;
      } else if (!target.empty()) {
        one.as.kind = FieldKind::reference;
        one.as.target = target;
        (void)expressions_.type(inner, "target", target);
      } else {
        inner.fault("target", "a parameter is a date, a text, or has a target");
      }
      inner.finish();
      out.parameters.push_back(std::move(one));
    }
    parameters_.clear();
    for (const ReportParameter& one : out.parameters) {
      parameters_.push_back({one.name, rules::type_of(one.as)});
    }
  }

  std::shared_ptr<const Expression> expression(ObjectReader& reader, std::string_view key,
                                               const RecordType* type, rules::Kind wanted,
                                               const char* what) {
    auto out = expressions_.read(reader, key, type, false, parameters_);
    if (out != nullptr && type != nullptr && out->root().type.kind != wanted) {
      reader.fault(key,
                   "must be " + std::string(what) + ", not " + rules::describe(out->root().type));
    }
    return out;
  }

  /// A code, or a set of codes, of one of the lists (an empty name: text that may hold one).
  std::shared_ptr<const Expression> code(ObjectReader& reader, std::string_view key,
                                         const RecordType* type,
                                         std::initializer_list<std::string_view> lists) {
    auto out = expressions_.read(reader, key, type, false, parameters_);
    if (out == nullptr || type == nullptr) return out;
    const rules::Type& found = out->root().type;
    const bool words = found.kind == rules::Kind::text || found.kind == rules::Kind::texts;
    if (!words || std::find(lists.begin(), lists.end(), found.list) == lists.end()) {
      reader.fault(key, "must be a code of \"" + std::string(*lists.begin()) + "\", not " +
                            rules::describe(found));
    }
    return out;
  }

  void during(ObjectReader& reader, const RecordType* type, ReportTable& out) {
    const json::array* ends = reader.array("during");
    if (ends == nullptr) return;
    if (ends->size() != 2 || out.date != nullptr) {
      reader.fault("during", "must be the two ends of a period, instead of a date");
      return;
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const Place place = reader.place().at("during").at(i);
      const std::string source = expressions_.joined((*ends)[i], place);
      if (source.empty()) continue;
      auto end = expressions_.compile(place, source, type, parameters_);
      if (end != nullptr && type != nullptr && end->root().type.kind != rules::Kind::date) {
        faults_.add(place, "must be a date, not " + rules::describe(end->root().type));
      }
      (i == 0 ? out.during_from : out.during_to) = std::move(end);
    }
  }

  /// Why a filter does not apply: of a filter that does, there is nothing to say.
  void not_by(ObjectReader& reader, ReportTable& out) {
    const json::value* reasons = reader.find("not_by");
    if (reasons == nullptr) return;
    ObjectReader inner(*reasons, reader.place().at("not_by"), faults_);
    if (!inner.is_object()) return;
    const bool dated = out.date != nullptr || out.during_from != nullptr;
    for (const auto& [filter, applies] : {std::pair{"period", dated},
                                          std::pair{"territory", out.place != nullptr},
                                          std::pair{"fund", out.fund != nullptr}}) {
      if (inner.find(filter) == nullptr) continue;
      if (applies) inner.fault(filter, "the table is filtered by it");
      out.not_by.emplace(filter, inner.label(filter, true));
    }
    inner.finish();
  }

  void table(const json::value& value, const Place& place, Report& report) {
    ObjectReader reader(value, place, faults_);
    if (!reader.is_object()) return;
    ReportTable out;
    out.name = reader.name("name");
    out.label = reader.label("label", true);
    out.help = reader.label("help", false);
    out.type = reader.string("of", true);
    const RecordType* type = out.type.empty() ? nullptr : expressions_.type(reader, "of", out.type);
    out.where = expression(reader, "where", type, rules::Kind::boolean, "true or false");
    out.date = expression(reader, "date", type, rules::Kind::date, "a date");
    during(reader, type, out);
    out.place = code(reader, "place", type, {"communes", "ambiti", ""});
    out.fund = code(reader, "fund", type, {"funds"});
    not_by(reader, out);
    out.people = expressions_.read(reader, "people", type, false, parameters_);
    out.protect = reader.integer("protect", 2, kProtectMax, out.people != nullptr);
    if (out.people == nullptr && out.protect != 0) reader.fault("protect", "protects no people");
    groups(reader, "rows", type, out.rows);
    groups(reader, "columns", type, out.columns);
    if (reader.find("total") != nullptr) out.has_total = reader.boolean("total");
    if (!out.has_total && out.rows.empty()) reader.fault("total", "there are no rows");
    const std::string chart = reader.string("chart");
    if (!chart.empty() && chart != "bars") reader.fault("chart", "is not bars");
    if (chart == "bars") out.chart = ReportChart::bars;
    parse_measures(reader, type, parameters_, expressions_, faults_, out);
    reader.finish();
    report.tables.push_back(std::move(out));
  }

  void groups(ObjectReader& reader, std::string_view key, const RecordType* type,
              std::vector<ReportGroup>& out) {
    const json::array* list = reader.array(key);
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      out.push_back(group((*list)[i], reader.place().at(key).at(i), type));
    }
    if (out.size() > kLevelsMax) reader.fault(key, "has more than two levels");
  }

  ReportGroup group(const json::value& value, const Place& place, const RecordType* type) {
    ObjectReader reader(value, place, faults_);
    ReportGroup out;
    if (!reader.is_object()) return out;
    out.name = reader.name("name");
    out.label = reader.label("label", true);
    out.by = expressions_.read(reader, "by", type, true, parameters_);
    if (out.by != nullptr && type != nullptr) shown_as(reader, out);
    if (reader.boolean("all")) {
      out.all_codes = true;
      if (bundle_.find_list(out.as.list) == nullptr) reader.fault("all", "is not about codes");
    }
    out.every_month = reader.boolean("every_month");
    if (out.every_month && (out.as.kind != FieldKind::string || out.many)) {
      reader.fault("every_month", "is not about months as text");
    }
    if (const json::value* keys = reader.find("keys"); keys != nullptr) {
      ObjectReader inner(*keys, place.at("keys"), faults_);
      if (inner.is_object()) {
        out.keys_type = inner.string("of", true);
        const RecordType* of =
            out.keys_type.empty() ? nullptr : expressions_.type(inner, "of", out.keys_type);
        out.keys = expressions_.read(inner, "by", of, true, parameters_);
        const bool fits = out.keys == nullptr || out.by == nullptr || of == nullptr ||
                          (out.keys->root().type.list == out.by->root().type.list &&
                           out.keys->root().type.record == out.by->root().type.record);
        if (!fits) inner.fault("by", "does not give keys of the group");
        inner.finish();
      }
    }
    reader.finish();
    return out;
  }

  void shown_as(ObjectReader& reader, ReportGroup& out) {
    rules::Type type = out.by->root().type;
    out.many = type.kind == rules::Kind::texts || type.kind == rules::Kind::references;
    if (type.kind == rules::Kind::texts) type.kind = rules::Kind::text;
    if (type.kind == rules::Kind::references) type.kind = rules::Kind::reference;
    if (type.kind == rules::Kind::reference || type.kind == rules::Kind::record) {
      out.as.kind = FieldKind::reference;
      out.as.target = type.record;
    } else if (const auto display = display_of(type)) {
      out.as = *display;
    } else {
      reader.fault("by", "cannot be shown: it is " + rules::describe(type));
    }
    if (type.kind == rules::Kind::record) reader.fault("by", "is a record: write its id");
  }

  /// `table.measure`, `table.measure[key]`, with a minus before it or not.
  std::optional<ReportTerm> term(const Place& place, std::string text, const Report& report) {
    ReportTerm out;
    out.minus = !text.empty() && text[0] == '-';
    if (out.minus) text.erase(0, 1);
    if (const std::size_t open = text.find('['); open != std::string::npos && text.back() == ']') {
      out.row = text.substr(open + 1, text.size() - open - 2);
      text.erase(open);
    }
    const std::size_t point = text.find('.');
    const std::string name = text.substr(0, point);
    const auto table = std::find_if(report.tables.begin(), report.tables.end(),
                                    [&name](const ReportTable& one) { return one.name == name; });
    if (point == std::string::npos || table == report.tables.end()) {
      faults_.add(place, "no table is called \"" + name + "\": write table.measure");
      return std::nullopt;
    }
    const std::string measure = text.substr(point + 1);
    const auto found =
        std::find_if(table->measures.begin(), table->measures.end(),
                     [&measure](const ReportMeasure& one) { return one.name == measure; });
    if (found == table->measures.end()) {
      faults_.add(place, "\"" + name + "\" has no measure called \"" + measure + "\"");
      return std::nullopt;
    }
    out.table = static_cast<std::size_t>(table - report.tables.begin());
    out.measure = static_cast<std::size_t>(found - table->measures.begin());
    return out;
  }

  void check(const json::value& value, const Place& place, Report& report) {
    ObjectReader reader(value, place, faults_);
    if (!reader.is_object()) return;
    ReportCheck out;
    out.name = reader.name("name");
    out.label = reader.label("label", true);
    const std::string is = reader.string("is");
    out.at_most = is == "at_most";
    if (!is.empty() && is != "at_most" && is != "equal") {
      reader.fault("is", "is neither equal nor at_most");
    }
    for (const auto& [key, terms] :
         {std::pair{"left", &out.left}, std::pair{"right", &out.right}}) {
      const auto texts = reader.strings(key, true);
      for (std::size_t i = 0; i < texts.size(); ++i) {
        if (auto one = term(place.at(key).at(i), texts[i], report)) terms->push_back(*one);
      }
    }
    if (const std::string given = reader.string("given"); !given.empty()) {
      out.given = term(place.at("given"), given, report);
    }
    reader.finish();
    if (out.left.empty() || out.right.empty()) return;
    report.checks.push_back(std::move(out));
  }

  const Bundle& bundle_;
  ReportBook& book_;
  Faults& faults_;
  ExpressionReader expressions_;
  ExpressionReader::Parameters parameters_;
  NameIndex names_;
};

}  // namespace

void parse_reports(const std::vector<std::pair<std::string, const json::value*>>& files,
                   const Bundle& bundle, ReportBook& book, Faults& faults) {
  ReportsParser parser(bundle, book, faults);
  for (const auto& [file, root] : files) {
    ObjectReader reader(*root, {file, ""}, faults);
    const json::array* reports = reader.array("reports", true);
    reader.finish();
    for (std::size_t i = 0; reports != nullptr && i < reports->size(); ++i) {
      parser.report((*reports)[i], reader.place().at("reports").at(i));
    }
  }
}

}  // namespace insieme::schema::detail

namespace insieme::schema {

const Report* ReportBook::find(std::string_view name_or_code) const noexcept {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (const Report& report : reports) {
    const bool is_code =
        !report.code.empty() &&
        std::equal(report.code.begin(), report.code.end(), name_or_code.begin(), name_or_code.end(),
                   [&lower](char a, char b) { return lower(a) == lower(b); });
    if (is_code || report.name == name_or_code) return &report;
  }
  return nullptr;
}

Result<ReportBook> parse_report_book(const Bundle& bundle, const BundleFiles& files) {
  detail::Faults faults;
  std::vector<std::pair<std::string, boost::json::value>> parsed;
  for (const auto& [file, text] : files) {
    if (file.rfind("reports/", 0) != 0) continue;
    boost::json::error_code failed;
    parsed.emplace_back(file, boost::json::parse(text, failed));
    if (failed) faults.add({file, ""}, "is not JSON: " + failed.message());
  }
  std::vector<std::pair<std::string, const boost::json::value*>> roots;
  for (const auto& [file, root] : parsed) roots.emplace_back(file, &root);
  ReportBook book;
  if (faults.empty()) detail::parse_reports(roots, bundle, book, faults);
  if (!faults.empty()) return {ErrorCode::malformed, faults.text()};
  return book;
}

}  // namespace insieme::schema
