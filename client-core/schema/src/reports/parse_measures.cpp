#include "reports/parse_measures.hpp"

#include <algorithm>
#include <array>

namespace insieme::schema::detail {
namespace json = boost::json;

namespace {

struct Verb {
  std::string_view key;
  MeasureKind kind;
};
constexpr std::array<Verb, 10> kVerbs{{{"count", MeasureKind::count},
                                       {"distinct", MeasureKind::distinct},
                                       {"sum", MeasureKind::sum},
                                       {"mean", MeasureKind::mean},
                                       {"least", MeasureKind::least},
                                       {"greatest", MeasureKind::greatest},
                                       {"difference", MeasureKind::difference},
                                       {"quotient", MeasureKind::quotient},
                                       {"percent", MeasureKind::percent},
                                       {"share", MeasureKind::share}}};

class MeasureParser {
 public:
  MeasureParser(const RecordType* type, const ExpressionReader::Parameters& parameters,
                ExpressionReader& expressions, Faults& faults, ReportTable& table)
      : type_(type),
        parameters_(parameters),
        expressions_(expressions),
        faults_(faults),
        table_(table) {}

  void measure(const json::value& value, const Place& place) {
    ObjectReader reader(value, place, faults_);
    if (!reader.is_object()) return;
    ReportMeasure out;
    out.name = reader.name("name");
    out.label = reader.label("label", true);
    const Verb* verb = nullptr;
    for (const Verb& one : kVerbs) {
      if (reader.find(one.key) == nullptr) continue;
      if (verb != nullptr) reader.fault(one.key, "a measure measures one thing");
      verb = &one;
    }
    if (verb == nullptr) {
      reader.fault("name",
                   "measures nothing: say count, distinct, sum, mean, least, greatest, "
                   "difference, quotient, percent or share");
    } else {
      out.kind = verb->kind;
      of(reader, *verb, out);
    }
    out.where = expressions_.read(reader, "where", type_, false, parameters_);
    if (out.where != nullptr && type_ != nullptr &&
        out.where->root().type.kind != rules::Kind::boolean) {
      reader.fault("where", "must be true or false, not " + describe(out.where->root().type));
    }
    if (out.where != nullptr && out.is_derived()) {
      reader.fault("where", "belongs to the measures that this one is made of");
    }
    reader.finish();
    table_.measures.push_back(std::move(out));
  }

 private:
  void of(ObjectReader& reader, const Verb& verb, ReportMeasure& out) {
    if (out.kind == MeasureKind::count) {
      if (!reader.boolean("count")) reader.fault("count", "must be true");
      return;
    }
    if (out.kind == MeasureKind::share) {
      out.first = place_of(reader, verb.key, reader.string(verb.key, true));
      out.unit = ReportUnit::percent;
      return;
    }
    if (out.is_derived()) {
      two_measures(reader, verb, out);
      return;
    }
    out.of = expressions_.read(reader, verb.key, type_, true, parameters_);
    if (out.of == nullptr || type_ == nullptr) return;
    const rules::Kind kind = out.of->root().type.kind;
    out.of_many = kind == rules::Kind::texts || kind == rules::Kind::references;
    if (out.kind == MeasureKind::distinct) return;
    out.of_real = kind == rules::Kind::real;
    unit(reader, verb, kind, out);
  }

  static void unit(ObjectReader& reader, const Verb& verb, rules::Kind kind, ReportMeasure& out) {
    const bool ordered = out.kind == MeasureKind::least || out.kind == MeasureKind::greatest;
    if (kind == rules::Kind::money) {
      out.unit = ReportUnit::money;
    } else if (kind == rules::Kind::real) {
      out.unit = ReportUnit::hundredths;
    } else if (kind == rules::Kind::integer) {
      out.unit = out.kind == MeasureKind::mean ? ReportUnit::hundredths : ReportUnit::number;
    } else if (kind == rules::Kind::date && ordered) {
      out.unit = ReportUnit::date;
    } else {
      reader.fault(verb.key, "cannot be measured so: it is " + describe(kind));
    }
  }

  static std::string describe(rules::Kind kind) { return rules::describe({kind, {}, {}}); }
  static std::string describe(const rules::Type& type) { return rules::describe(type); }

  void two_measures(ObjectReader& reader, const Verb& verb, ReportMeasure& out) {
    const auto names = reader.strings(verb.key, true);
    if (names.size() != 2) {
      reader.fault(verb.key, "must be two measures of this table");
      return;
    }
    out.first = place_of(reader, verb.key, names[0]);
    out.second = place_of(reader, verb.key, names[1]);
    if (out.first >= table_.measures.size() || out.second >= table_.measures.size()) return;
    const ReportUnit a = table_.measures[out.first].unit;
    const ReportUnit b = table_.measures[out.second].unit;
    const bool by_number = out.kind == MeasureKind::quotient && b == ReportUnit::number;
    if (a == ReportUnit::date || b == ReportUnit::date || (a != b && !by_number)) {
      reader.fault(verb.key, "the two have different units");
    }
    if (out.kind == MeasureKind::percent) {
      out.unit = ReportUnit::percent;
    } else if (out.kind == MeasureKind::difference) {
      out.unit = a;
    } else {
      out.unit = by_number && a == ReportUnit::money ? ReportUnit::money : ReportUnit::hundredths;
    }
  }

  /// Only measures above it, so that they are known when it is computed.
  std::size_t place_of(ObjectReader& reader, std::string_view key, const std::string& name) {
    const auto found = std::find_if(table_.measures.begin(), table_.measures.end(),
                                    [&name](const ReportMeasure& one) { return one.name == name; });
    if (found == table_.measures.end()) {
      std::vector<std::string_view> known;
      for (const ReportMeasure& one : table_.measures) known.push_back(one.name);
      reader.fault(
          key, "no measure above this one is called \"" + name + "\"" + suggestion(name, known));
    }
    return static_cast<std::size_t>(found - table_.measures.begin());
  }

  const RecordType* type_;
  const ExpressionReader::Parameters& parameters_;
  ExpressionReader& expressions_;
  Faults& faults_;
  ReportTable& table_;
};

}  // namespace

void parse_measures(ObjectReader& reader, const RecordType* type,
                    const ExpressionReader::Parameters& parameters, ExpressionReader& expressions,
                    Faults& faults, ReportTable& out) {
  MeasureParser parser(type, parameters, expressions, faults, out);
  const json::array* list = reader.array("measures", true);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    parser.measure((*list)[i], reader.place().at("measures").at(i));
  }
  if (out.measures.empty()) reader.fault("measures", "a table measures something");
}

}  // namespace insieme::schema::detail
