// Files under rules/: rules and computed fields, each expression parsed and type-checked here.

#include <algorithm>
#include <array>

#include "parse.hpp"
#include "rules/compile.hpp"
#include "rules/parse_alike.hpp"

namespace insieme::schema::detail {
namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 3> kSeverities{"blocks", "warns", "item"};

class RulesParser {
 public:
  RulesParser(Bundle& bundle, Faults& faults)
      : bundle_(bundle), faults_(faults), expressions_(bundle, faults) {}

  void rule(const json::value& value, const Place& place) {
    ObjectReader reader(value, place, faults_);
    if (!reader.is_object()) return;
    Rule out;
    out.name = reader.name("name");
    const RecordType* type = type_of(reader, out.type);
    const std::string severity = reader.string("severity", true);
    const auto known = std::find(kSeverities.begin(), kSeverities.end(), severity);
    if (known == kSeverities.end()) {
      if (!severity.empty()) reader.fault("severity", "is none of blocks, warns, item");
    } else {
      out.severity = static_cast<RuleSeverity>(known - kSeverities.begin());
    }
    out.field = reader.string("field");
    if (type != nullptr && !out.field.empty()) field(reader.place().at("field"), *type, out.field);
    entering(reader, type, out);
    if (reader.find("changing") != nullptr) out.changing = reader.strings("changing");
    for (std::size_t i = 0; i < out.changing.size() && type != nullptr; ++i) {
      field(reader.place().at("changing").at(i), *type, out.changing[i]);
    }
    out.when = truth(reader, "when", type, false);
    out.check = truth(reader, "check", type, true);
    shows(reader, type, out);
    out.message = reader.label("message", true);
    out.remedy = reader.label("remedy", true);
    out.source = reader.string("source", true);
    if (reader.find("rows") != nullptr) out.rows = reader.strings("rows");
    reader.finish();
    if (type != nullptr) placeholders(reader, *type, out);
    out.standing = !out.entering && out.changing.empty() && !asks(out.when) && !asks(out.check);
    if (!names_.emplace(out.name, 0).second) {
      reader.fault("name", "the rule \"" + out.name + "\" exists already");
      return;
    }
    if (type == nullptr || out.check == nullptr) return;
    bundle_.rules_of_type[out.type].push_back(bundle_.rules.size());
    bundle_.rules.push_back(std::move(out));
  }

  void computed(const json::value& value, const Place& place) {
    ObjectReader reader(value, place, faults_);
    if (!reader.is_object()) return;
    ComputedField out;
    out.name = reader.name("name");
    const RecordType* type = type_of(reader, out.type);
    out.value = expressions_.read(reader, "value", type, true);
    const Label label = reader.label("label", true);
    const Label help = reader.label("help", true);
    reader.finish();
    if (type == nullptr || out.value == nullptr) return;
    if (type->find_field(out.name) != nullptr) {
      reader.fault("name", "\"" + out.type + "\" has a field of this name");
    }
    const auto display = display_of(out.value->root().type);
    if (!display) {
      reader.fault("value", "cannot be shown: it is " + rules::describe(out.value->root().type));
      return;
    }
    out.as = *display;
    out.as.name = out.name;
    out.as.label = label;
    out.as.help = help;
    bundle_.computed.push_back(std::move(out));
  }

  void alike(const json::value& value, const Place& place) {
    auto out = read_alike(value, place, bundle_, faults_);
    if (!out) return;
    if (!names_.emplace(out->name, 0).second) {
      faults_.add(place.at("name"), "the rule \"" + out->name + "\" exists already");
      return;
    }
    bundle_.alike.push_back(*std::move(out));
  }

 private:
  static bool asks(const std::shared_ptr<const Expression>& expression) {
    return expression != nullptr && rules::asks_before(expression->root());
  }

  const RecordType* type_of(ObjectReader& reader, std::string& name) {
    name = reader.string("type", true);
    return name.empty() ? nullptr : expressions_.type(reader, "type", name);
  }

  const Field* field(const Place& place, const RecordType& type, std::string_view name) {
    const Field* found = type.find_field(name);
    if (found == nullptr) {
      std::vector<std::string_view> known;
      for (const Field& one : type.fields) known.push_back(one.name);
      faults_.add(place, "\"" + type.name + "\" has no field called \"" + std::string(name) + "\"" +
                             suggestion(name, known));
    }
    return found;
  }

  void entering(ObjectReader& reader, const RecordType* type, Rule& out) {
    const json::value* found = reader.find("entering");
    if (found == nullptr) return;
    const Place place = reader.place().at("entering");
    ObjectReader inner(*found, place, faults_);
    if (!inner.is_object()) return;
    Condition condition;
    condition.field = inner.string("field", true);
    condition.values = inner.strings("values", true);
    inner.finish();
    const Field* on = type == nullptr ? nullptr : field(place.at("field"), *type, condition.field);
    const CodeList* list = on == nullptr ? nullptr : bundle_.find_list(on->list);
    if (on != nullptr && list == nullptr) inner.fault("field", "is not a code");
    for (std::size_t i = 0; i < condition.values.size() && list != nullptr; ++i) {
      if (list->find(condition.values[i]) != nullptr) continue;
      faults_.add(place.at("values").at(i), "the code list \"" + list->name + "\" has no code \"" +
                                                condition.values[i] + "\"");
    }
    out.entering = std::move(condition);
  }

  std::shared_ptr<const Expression> truth(ObjectReader& reader, std::string_view key,
                                          const RecordType* type, bool required) {
    auto out = expressions_.read(reader, key, type, required);
    if (out != nullptr && type != nullptr && out->root().type.kind != rules::Kind::boolean) {
      reader.fault(key, "must be true or false, not " + rules::describe(out->root().type));
    }
    return out;
  }

  void shows(ObjectReader& reader, const RecordType* type, Rule& out) {
    const json::value* found = reader.find("shows");
    if (found == nullptr) return;
    const Place place = reader.place().at("shows");
    const json::object* object = found->if_object();
    if (object == nullptr) {
      faults_.add(place, "must be an object: name, then expression");
      return;
    }
    for (const auto& member : *object) {
      const std::string name(member.key().data(), member.key().size());
      const std::string source = expressions_.joined(member.value(), place.at(name));
      if (source.empty()) continue;
      auto value = expressions_.compile(place.at(name), source, type);
      if (value == nullptr || type == nullptr) continue;
      const rules::Type& shown = value->root().type;
      const auto display = display_of(shown);
      if (!display) {
        faults_.add(place.at(name), "cannot be shown: it is " + rules::describe(shown));
        continue;
      }
      out.shows.push_back({name, *display, std::move(value)});
    }
  }

  /// Every name in braces is shown by the rule, or is a field of the type.
  void placeholders(const ObjectReader& reader, const RecordType& type, const Rule& rule) {
    for (const auto& [key, label] :
         {std::pair{"message", &rule.message}, std::pair{"remedy", &rule.remedy}}) {
      for (const std::string* text : {&label->it, &label->en}) {
        std::vector<std::string> names;
        if (!title_fields(*text, names)) reader.fault(key, "the braces do not pair");
        for (const std::string& name : names) {
          const bool shown = std::any_of(rule.shows.begin(), rule.shows.end(),
                                         [&name](const Shown& one) { return one.name == name; });
          if (!shown) field(reader.place().at(key), type, name);
        }
      }
    }
  }

  Bundle& bundle_;
  Faults& faults_;
  ExpressionReader expressions_;
  NameIndex names_;
};

}  // namespace

void parse_rules(const std::vector<std::pair<std::string, const json::value*>>& files,
                 Bundle& bundle, Faults& faults) {
  RulesParser parser(bundle, faults);
  for (const auto& [file, root] : files) {
    ObjectReader reader(*root, {file, ""}, faults);
    const json::array* rules = reader.array("rules", true);
    const json::array* computed = reader.array("computed");
    const json::array* alike = reader.array("alike");
    reader.finish();
    for (std::size_t i = 0; rules != nullptr && i < rules->size(); ++i) {
      parser.rule((*rules)[i], reader.place().at("rules").at(i));
    }
    for (std::size_t i = 0; computed != nullptr && i < computed->size(); ++i) {
      parser.computed((*computed)[i], reader.place().at("computed").at(i));
    }
    for (std::size_t i = 0; alike != nullptr && i < alike->size(); ++i) {
      parser.alike((*alike)[i], reader.place().at("alike").at(i));
    }
  }
}

}  // namespace insieme::schema::detail
