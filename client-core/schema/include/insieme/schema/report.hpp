#pragma once
// Reports as the bundle defines them: which records, in which groups, counted or added how, and
// what must add up. Filled by the loader, which lets nothing inconsistent through. They are run by
// the library insieme::reports. The JSON is described in schema/README.md.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/bundle.hpp"

namespace insieme::schema {

/// What a report can be asked with. The first ones are the same in every report.
struct ReportParameter {
  std::string name;
  Field as;  ///< kind, list, target and labels: a date, a code, a text or a reference
  bool required = false;
};
/// Places of the parameters that every report has.
enum StandardParameter : std::size_t { kFrom = 0, kTo, kTerritory, kFund, kStandardParameters };

/// Records are put into groups by a value, or by each element of a set.
struct ReportGroup {
  std::string name;
  Label label;
  Field as;           ///< how a key is written: kind, list, target
  bool many = false;  ///< of a set: one record may stand in several groups
  std::shared_ptr<const Expression> by;
  bool all_codes = false;  ///< every code of the list has its line, also where nothing is
  bool every_month = false;  ///< of months: those in between have their line, too
  std::string keys_type;   ///< records that say which keys there must be; may be empty
  std::shared_ptr<const Expression> keys;
};

enum class MeasureKind : std::uint8_t {
  count,       ///< records
  distinct,    ///< different values of `of`
  sum,         ///< of `of`
  mean,        ///< of `of`, over the records that have it; halves away from zero
  least,       ///< of `of`
  greatest,    ///< of `of`
  difference,  ///< of two measures
  quotient,    ///< of two measures, halves away from zero
  percent,     ///< of two measures
  share,       ///< of one measure: the part of the table's total
};

/// All figures are whole numbers of their unit, so that sums are exact.
enum class ReportUnit : std::uint8_t { number, money, hundredths, percent, date };

struct ReportMeasure {
  std::string name;
  Label label;
  MeasureKind kind = MeasureKind::count;
  ReportUnit unit = ReportUnit::number;
  std::shared_ptr<const Expression> of;     ///< null for count and for measures of measures
  std::shared_ptr<const Expression> where;  ///< null: every record of the table
  bool of_real = false;                     ///< `of` is a real: taken to the nearest hundredth
  bool of_many = false;                     ///< `of` is a set: each of its elements
  std::size_t first = 0;                    ///< the measures that it is made of, by place
  std::size_t second = 0;

  [[nodiscard]] bool is_derived() const noexcept { return kind >= MeasureKind::difference; }
  /// Whether groups that share no record add up to their total.
  [[nodiscard]] bool adds_up() const noexcept {
    return kind == MeasureKind::count || kind == MeasureKind::sum;
  }
};

enum class ReportChart : std::uint8_t { none, bars };

struct ReportTable {
  std::string name;
  Label label;
  Label help;
  std::string type;  ///< of the records that are looked at
  std::shared_ptr<const Expression> where;
  // What the standard filters look at; null where a filter does not apply to the table.
  std::shared_ptr<const Expression> date;
  std::shared_ptr<const Expression> during_from;
  std::shared_ptr<const Expression> during_to;
  std::shared_ptr<const Expression> place;
  std::shared_ptr<const Expression> fund;
  /// Why a filter does not apply, by `period`, `territory`, `fund`; those that need no reason are
  /// not here.
  std::map<std::string, Label, std::less<>> not_by;
  /// Who could be recognised in a figure, and how many of them it takes to be shown; 0: nobody.
  std::shared_ptr<const Expression> people;
  std::int64_t protect = 0;
  std::vector<ReportGroup> rows;     ///< 0 to 2 levels
  std::vector<ReportGroup> columns;  ///< 0 to 2 levels
  std::vector<ReportMeasure> measures;
  ReportChart chart = ReportChart::none;
  bool has_total = true;  ///< false: kinds that nobody adds up; the rows stand alone
};

/// One figure in a check: of the total, or of the row with that key.
struct ReportTerm {
  std::size_t table = 0;
  std::size_t measure = 0;
  std::optional<std::string> row;
  bool minus = false;
};
/// Left and right must be equal, or left at most right.
struct ReportCheck {
  std::string name;
  Label label;
  std::vector<ReportTerm> left;
  std::vector<ReportTerm> right;
  bool at_most = false;
  std::optional<ReportTerm> given;  ///< it is looked at only if there are records behind this
};

struct Report {
  std::string name;
  std::string code;  ///< `R1`
  Label label;
  Label help;
  std::string source;
  std::vector<std::string> rows;            ///< of the domain's inventory
  std::vector<ReportParameter> parameters;  ///< the standard ones first
  std::vector<ReportTable> tables;
  std::vector<ReportCheck> checks;
};

/// The reports of a bundle, in the order of its files.
struct ReportBook {
  std::vector<Report> reports;
  /// By name or by code (`R1`, any case); nullptr if there is none.
  [[nodiscard]] const Report* find(std::string_view name_or_code) const noexcept;
};

/// The reports among a bundle's files, checked against its types. parse_bundle refuses a bundle
/// whose reports are wrong, in the same words, so this succeeds for the files of a loaded one.
[[nodiscard]] Result<ReportBook> parse_report_book(const Bundle& bundle, const BundleFiles& files);

/// Those of the bundle inside the program.
[[nodiscard]] const ReportBook& embedded_reports();

}  // namespace insieme::schema
