// Figures behind which too few people stand are hidden, and with them whatever would give them
// away: where all groups but one are shown beside their total, another one is hidden too.

#include <algorithm>

#include "tally.hpp"

namespace insieme::reports {

namespace {

class Protector {
 public:
  Protector(ReportResult& result, const std::vector<std::vector<Axis::Family>>& rows,
            const std::vector<std::vector<Axis::Family>>& columns)
      : result_(result), rows_(rows), columns_(columns) {}

  void run() {
    for (TableResult& table : result_.tables) small(table);
    // Every round hides something more, so this ends.
    do {
      changed_ = false;
      for (std::size_t i = 0; i < result_.tables.size(); ++i) complement(i);
      for (const schema::ReportCheck& asked : result_.report->checks) equation(asked);
    } while (changed_);
    for (TableResult& table : result_.tables) derived(table);
    checks();
  }

 private:
  static void small(TableResult& table) {
    for (Figure& figure : table.figures) {
      figure.hidden = figure.people > 0 && figure.people < table.table->protect;
    }
  }

  void hide(Figure& figure) {
    changed_ = changed_ || !figure.hidden;
    figure.hidden = true;
  }

  /// If exactly one of the parts of a shown whole is hidden, the smallest other one goes too.
  void close(Figure& whole, const std::vector<Figure*>& parts) {
    const auto hidden =
        std::count_if(parts.begin(), parts.end(), [](const Figure* f) { return f->hidden; });
    if (whole.hidden || hidden != 1) return;
    Figure* least = nullptr;
    for (Figure* part : parts) {
      if (part->hidden || part->people == 0) continue;
      if (least == nullptr || part->people < least->people) least = part;
    }
    hide(least == nullptr ? whole : *least);
  }

  void complement(std::size_t at) {
    TableResult& table = result_.tables[at];
    if (table.table->protect == 0) return;
    for (std::size_t m = 0; m < table.table->measures.size(); ++m) {
      if (table.table->measures[m].is_derived()) continue;
      for (const auto& family : rows_[at]) {
        for (std::size_t column = 0; column < table.columns.size(); ++column) {
          std::vector<Figure*> parts;
          for (const std::size_t child : family.children) {
            parts.push_back(&table.figures[table.place(child, column, m)]);
          }
          close(table.figures[table.place(family.parent, column, m)], parts);
        }
      }
      for (const auto& family : columns_[at]) {
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
          std::vector<Figure*> parts;
          for (const std::size_t child : family.children) {
            parts.push_back(&table.figures[table.place(row, child, m)]);
          }
          close(table.figures[table.place(row, family.parent, m)], parts);
        }
      }
    }
  }

  std::vector<Figure*> figures_of(const std::vector<schema::ReportTerm>& terms) {
    std::vector<Figure*> out;
    for (const schema::ReportTerm& term : terms) {
      TableResult& table = result_.tables[term.table];
      const auto row = term.row ? table.row_of({*term.row}) : table.row_of({});
      if (row)
        out.push_back(&table.figures[table.place(*row, table.columns.size() - 1, term.measure)]);
    }
    return out;
  }

  /// An equation with one hidden figure can be solved.
  void equation(const schema::ReportCheck& asked) {
    if (asked.at_most) return;
    std::vector<Figure*> all = figures_of(asked.left);
    for (Figure* figure : figures_of(asked.right)) all.push_back(figure);
    const auto hidden =
        std::count_if(all.begin(), all.end(), [](const Figure* f) { return f->hidden; });
    if (hidden != 1) return;
    Figure* least = nullptr;
    for (Figure* figure : all) {
      if (figure->hidden || figure->people == 0) continue;
      if (least == nullptr || figure->people < least->people) least = figure;
    }
    if (least != nullptr) hide(*least);
  }

  static void derived(TableResult& table) {
    const auto& measures = table.table->measures;
    for (std::size_t m = 0; m < measures.size(); ++m) {
      if (!measures[m].is_derived()) continue;
      const bool share = measures[m].kind == schema::MeasureKind::share;
      for (std::size_t row = 0; row < table.rows.size(); ++row) {
        for (std::size_t column = 0; column < table.columns.size(); ++column) {
          Figure& figure = table.figures[table.place(row, column, m)];
          const Figure& first = table.at(row, column, measures[m].first);
          const Figure& second =
              share ? table.at(table.rows.size() - 1, table.columns.size() - 1, measures[m].first)
                    : table.at(row, column, measures[m].second);
          figure.hidden = figure.hidden || first.hidden || second.hidden;
        }
      }
    }
  }

  void checks() {
    for (CheckResult& one : result_.checks) {
      for (const schema::ReportCheck& asked : result_.report->checks) {
        if (asked.name != one.name) continue;
        for (const auto* terms : {&asked.left, &asked.right}) {
          for (const Figure* figure : figures_of(*terms)) one.hidden = one.hidden || figure->hidden;
        }
      }
      // A cross-foot shows a total, which may be a hidden one.
      for (const TableResult& table : result_.tables) {
        const std::string prefix = "cross_foot." + table.table->name + ".";
        if (one.name.rfind(prefix, 0) != 0) continue;
        one.hidden = one.hidden || std::any_of(table.figures.begin(), table.figures.end(),
                                               [](const Figure& figure) { return figure.hidden; });
      }
    }
  }

  ReportResult& result_;
  const std::vector<std::vector<Axis::Family>>& rows_;
  const std::vector<std::vector<Axis::Family>>& columns_;
  bool changed_ = false;
};

}  // namespace

void protect(ReportResult& result, const std::vector<std::vector<Axis::Family>>& rows,
             const std::vector<std::vector<Axis::Family>>& columns) {
  Protector(result, rows, columns).run();
}

}  // namespace insieme::reports
