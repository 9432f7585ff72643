#include "insieme/reports/page.hpp"

#include <algorithm>

#include "insieme/schema/civil.hpp"

namespace insieme::reports {

namespace {

using schema::Language;
using schema::ReportUnit;

/// Digits in groups of three, and so many decimals.
std::string decimal(std::int64_t value, std::size_t decimals, Language language) {
  const std::uint64_t magnitude =
      value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  std::string digits = std::to_string(magnitude);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  const std::string whole = digits.substr(0, digits.size() - decimals);
  std::string out = value < 0 ? "-" : "";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (i > 0 && (whole.size() - i) % 3 == 0) out += language == Language::it ? '.' : ',';
    out += whole[i];
  }
  if (decimals == 0) return out;
  out += language == Language::it ? ',' : '.';
  return out + digits.substr(whole.size());
}

class Layout {
 public:
  Layout(const schema::Bundle& bundle, const ReportResult& result, Records& records,
         Language language)
      : bundle_(bundle), result_(result), records_(records), language_(language) {}

  Page run() {
    Page page;
    const schema::Report& report = *result_.report;
    page.name = report.name;
    page.code = report.code;
    page.title = report.label.in(language_);
    page.help = report.help.in(language_);
    page.source = report.source;
    page.language = language_ == Language::it ? "it" : "en";
    for (std::size_t i = 0; i < report.parameters.size(); ++i) {
      const std::string text = value_text(report.parameters[i].as, result_.parameters[i]);
      if (!text.empty()) {
        page.parameters.emplace_back(report.parameters[i].as.label.in(language_), text);
      }
    }
    for (const TableResult& table : result_.tables) page.tables.push_back(laid(table));
    for (const CheckResult& one : result_.checks) page.checks.push_back(laid(one));
    page.holds = result_.holds();
    return page;
  }

 private:
  [[nodiscard]] const char* say(const char* it, const char* en) const {
    return language_ == Language::it ? it : en;
  }

  std::string value_text(const schema::Field& as, const sync::Value& value) {
    const auto* reference = std::get_if<sync::Reference>(&value);
    if (reference == nullptr) return territory(as, value);
    const schema::RuleRecord* record = records_.find(reference->record);
    const schema::RecordType* type = record == nullptr ? nullptr : bundle_.find_type(record->type);
    if (type == nullptr) return sync::to_text(reference->record);
    return schema::record_title(bundle_, *type, record->values, language_);
  }

  /// A territory is a commune or an area: by its name.
  std::string territory(const schema::Field& as, const sync::Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (as.name == "territory" && text != nullptr) {
      for (const char* name : {"ambiti", "communes"}) {
        const schema::CodeList* list = bundle_.find_list(name);
        const schema::CodeValue* code = list == nullptr ? nullptr : list->find(*text);
        if (code != nullptr) return code->label.in(language_);
      }
    }
    return schema::value_to_text(as, value, bundle_, language_);
  }

  std::string key_label(const schema::ReportGroup& group, const Key& key) {
    if (key.id.empty()) return say("non indicato", "not filled in");
    return value_text(group.as, key.value);
  }

  std::vector<std::string> labels_of(const std::vector<schema::ReportGroup>& groups,
                                     const Line& line) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < line.keys.size(); ++i) {
      out.push_back(key_label(groups[i], line.keys[i]));
    }
    if (out.size() < groups.size()) out.emplace_back(say("Totale", "Total"));
    return out;
  }

  Cell cell(const TableResult& table, std::size_t row, std::size_t column, std::size_t measure) {
    const Figure& figure = table.at(row, column, measure);
    const schema::ReportMeasure& measured = table.table->measures[measure];
    Cell out;
    out.unit = measured.unit;
    out.measure = measured.name;
    for (const Key& key : table.rows[row].keys) out.row.push_back(key.id);
    for (const Key& key : table.columns[column].keys) out.column.push_back(key.id);
    out.hidden = figure.hidden;
    if (figure.hidden) {
      out.text = "(p)";
      return out;
    }
    out.value = figure.value;
    out.records = figure.records.size();
    out.text =
        figure.value ? figure_text(*figure.value, measured.unit, language_) : say("n.d.", "n/a");
    return out;
  }

  std::string head(const TableResult& table, std::size_t column, std::size_t measure) {
    std::string out;
    for (const std::string& label : labels_of(table.table->columns, table.columns[column])) {
      out += (out.empty() ? "" : " · ") + label;
    }
    if (table.table->measures.size() > 1 || table.columns.size() == 1) {
      out = out.empty() || table.columns.size() == 1
                ? table.table->measures[measure].label.in(language_)
                : out + " · " + table.table->measures[measure].label.in(language_);
    }
    return out;
  }

  PageTable laid(const TableResult& table) {
    PageTable out;
    out.name = table.table->name;
    out.title = table.table->label.in(language_);
    out.help = table.table->help.in(language_);
    out.bars = table.table->chart == schema::ReportChart::bars;
    const std::size_t measures = table.table->measures.size();
    for (const schema::ReportGroup& group : table.table->rows) {
      out.label_heads.push_back(group.label.in(language_));
    }
    const bool figures = table.table->rows.empty() && table.table->columns.empty();
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      for (std::size_t m = 0; m < measures; ++m) out.heads.push_back(head(table, column, m));
    }
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      if (table.rows[row].level == Level::total && !table.table->has_total) continue;
      PageRow line;
      line.level = table.rows[row].level;
      line.labels = labels_of(table.table->rows, table.rows[row]);
      line.labels.resize(table.table->rows.size());
      if (line.level == Level::total && !line.labels.empty()) {
        line.labels.front() = say("Totale", "Total");
      }
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        for (std::size_t m = 0; m < measures; ++m) {
          line.cells.push_back(cell(table, row, column, m));
        }
      }
      out.rows.push_back(std::move(line));
    }
    if (figures) stand_up(out);
    notes(table, out);
    return out;
  }

  /// A single row of figures is read as a list.
  static void stand_up(PageTable& out) {
    PageRow only = std::move(out.rows.front());
    out.rows.clear();
    for (std::size_t i = 0; i < only.cells.size(); ++i) {
      out.rows.push_back({Level::group, {out.heads[i]}, {std::move(only.cells[i])}});
    }
    out.heads.clear();
    out.label_heads.clear();
  }

  /// ` (why)`, or empty.
  [[nodiscard]] std::string reason(const schema::ReportTable& table,
                                   const std::string& parameter) const {
    const bool period = parameter == "from" || parameter == "to";
    const auto why = table.not_by.find(period ? std::string("period") : parameter);
    return why == table.not_by.end() ? std::string() : " (" + why->second.in(language_) + ")";
  }

  /// A nought of a territory may be somebody whose commune nobody wrote down.
  void placeless(const TableResult& table, PageTable& out) {
    if (table.placeless == 0) return;
    const bool few = table.placeless < static_cast<std::size_t>(table.table->protect);
    const std::string how_many =
        few ? say("poche", "few")
            : decimal(static_cast<std::int64_t>(table.placeless), 0, language_);
    out.notes.push_back(
        say("Senza un territorio, e quindi in nessuno: ", "Without a territory, and so in none: ") +
        how_many + say(" schede.", " records."));
  }

  void notes(const TableResult& table, PageTable& out) {
    for (const std::string& name : table.not_filtered_by) {
      for (const schema::ReportParameter& parameter : result_.report->parameters) {
        if (parameter.name != name) continue;
        out.notes.push_back(std::string(say("Non filtrata per: ", "Not filtered by: ")) +
                            parameter.as.label.in(language_) + reason(*table.table, name));
      }
    }
    placeless(table, out);
    const bool hidden = std::any_of(table.figures.begin(), table.figures.end(),
                                    [](const Figure& figure) { return figure.hidden; });
    if (!hidden) return;
    out.notes.push_back(
        std::string(
            say("(p): dato protetto, riguarda meno di ", "(p): protected, about fewer than ")) +
        std::to_string(table.table->protect) +
        say(" persone o le farebbe riconoscere.", " people, or would give them away."));
  }

  PageCheck laid(const CheckResult& one) {
    PageCheck out{one.name, one.label.in(language_), "(p)", "(p)", one.at_most, one.holds};
    if (one.hidden) return out;
    out.left = figure_text(one.left, one.unit, language_);
    out.right = figure_text(one.right, one.unit, language_);
    return out;
  }

  const schema::Bundle& bundle_;
  const ReportResult& result_;
  Records& records_;
  Language language_;
};

}  // namespace

std::string figure_text(std::int64_t value, ReportUnit unit, Language language) {
  switch (unit) {
    case ReportUnit::money:
      return schema::cents_to_text(value, language);
    case ReportUnit::hundredths:
      return decimal(value, 2, language);
    case ReportUnit::percent:
      return decimal(value, 2, language) + (language == Language::it ? " %" : "%");
    case ReportUnit::date: {
      const std::string iso = schema::iso_text(sync::Date{static_cast<std::int32_t>(value)});
      return iso.size() == 10 ? iso.substr(8) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4)
                              : iso;
    }
    case ReportUnit::number:
      break;
  }
  return decimal(value, 0, language);
}

Page lay_out(const schema::Bundle& bundle, const ReportResult& result, Records& records,
             schema::Language language) {
  return Layout(bundle, result, records, language).run();
}

}  // namespace insieme::reports
