// Files under rules/: rules and computed fields, each expression parsed and type-checked here.

#include <algorithm>
#include <array>

#include "parse.hpp"
#include "rules/expression.hpp"

namespace insieme::schema::detail {
namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 3> kSeverities{"blocks", "warns", "item"};

/// How a value of this type is written for people; nullopt if it cannot be.
std::optional<Field> display_of(const rules::Type& type) {
  Field out;
  switch (type.kind) {
    case rules::Kind::boolean:
      out.kind = FieldKind::boolean;
      break;
    case rules::Kind::integer:
      out.kind = FieldKind::integer;
      break;
    case rules::Kind::money:
      out.kind = FieldKind::money;
      break;
    case rules::Kind::real:
      out.kind = FieldKind::real;
      break;
    case rules::Kind::date:
      out.kind = FieldKind::date;
      break;
    case rules::Kind::instant:
      out.kind = FieldKind::instant;
      break;
    case rules::Kind::text:
      out.kind = type.list.empty() ? FieldKind::string : FieldKind::code;
      out.list = type.list;
      break;
    default:
      return std::nullopt;
  }
  return out;
}

class RulesParser {
 public:
  RulesParser(Bundle& bundle, Faults& faults) : bundle_(bundle), faults_(faults) {}

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
    out.when = expression(reader, "when", type, rules::Kind::boolean, false);
    out.check = expression(reader, "check", type, rules::Kind::boolean, true);
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
    out.value = expression(reader, "value", type, std::nullopt, true);
    const Label label = reader.label("label", true);
    const Label help = reader.label("help", true);
    reader.finish();
    if (type == nullptr || out.value == nullptr) return;
    if (type->find_field(out.name) != nullptr) {
      reader.fault("name", "\"" + out.type + "\" has a field of this name");
    }
    const auto display = display_of(out.value->root.type);
    if (!display) {
      reader.fault("value", "cannot be shown: it is " + rules::describe(out.value->root.type));
      return;
    }
    out.as = *display;
    out.as.name = out.name;
    out.as.label = label;
    out.as.help = help;
    bundle_.computed.push_back(std::move(out));
  }

 private:
  static bool asks(const std::shared_ptr<const Expression>& expression) {
    return expression != nullptr && rules::asks_before(expression->root);
  }

  const RecordType* type_of(ObjectReader& reader, std::string& name) {
    name = reader.string("type", true);
    const RecordType* found = bundle_.find_type(name);
    if (found == nullptr && !name.empty()) {
      std::vector<std::string_view> known;
      for (const RecordType& one : bundle_.types) known.push_back(one.name);
      reader.fault("type", "no record type is called \"" + name + "\"" + suggestion(name, known));
    }
    return found;
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

  /// A text, or several to be joined by spaces.
  std::string joined(const json::value& value, const Place& place) {
    std::string out;
    const json::array* lines = value.if_array();
    for (std::size_t i = 0; lines != nullptr && i < lines->size(); ++i) {
      const json::string* text = (*lines)[i].if_string();
      if (text == nullptr) break;
      if (i > 0) out += ' ';
      out.append(text->data(), text->size());
      if (i + 1 == lines->size()) return out;
    }
    if (const json::string* text = value.if_string(); text != nullptr && !text->empty()) {
      return std::string(text->data(), text->size());
    }
    faults_.add(place, "must be an expression in quotes, or a list of its parts");
    return {};
  }

  std::shared_ptr<const Expression> compile(const Place& place, const std::string& source,
                                            const RecordType* type) {
    rules::Fault fault;
    auto parsed = rules::parse(source, fault);
    const bool fine =
        parsed && (type == nullptr || rules::check_types(bundle_, *type, *parsed, fault));
    if (!fine) {
      faults_.add(place, "at character " + std::to_string(fault.at + 1) + ": " + fault.reason);
      return nullptr;
    }
    return std::make_shared<const Expression>(Expression{std::move(*parsed)});
  }

  std::shared_ptr<const Expression> expression(ObjectReader& reader, std::string_view key,
                                               const RecordType* type,
                                               std::optional<rules::Kind> wanted, bool required) {
    const json::value* found = reader.find(key, required);
    if (found == nullptr) return nullptr;
    const std::string source = joined(*found, reader.place().at(key));
    if (source.empty()) return nullptr;
    auto out = compile(reader.place().at(key), source, type);
    if (out != nullptr && type != nullptr && wanted && out->root.type.kind != *wanted) {
      reader.fault(key, "must be true or false, not " + rules::describe(out->root.type));
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
      const std::string source = joined(member.value(), place.at(name));
      if (source.empty()) continue;
      auto value = compile(place.at(name), source, type);
      if (value == nullptr || type == nullptr) continue;
      const auto display = display_of(value->root.type);
      if (!display) {
        faults_.add(place.at(name), "cannot be shown: it is " + rules::describe(value->root.type));
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
    reader.finish();
    for (std::size_t i = 0; rules != nullptr && i < rules->size(); ++i) {
      parser.rule((*rules)[i], reader.place().at("rules").at(i));
    }
    for (std::size_t i = 0; computed != nullptr && i < computed->size(); ++i) {
      parser.computed((*computed)[i], reader.place().at("computed").at(i));
    }
  }
}

}  // namespace insieme::schema::detail
