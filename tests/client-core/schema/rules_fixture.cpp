#include "rules_fixture.hpp"

#include <algorithm>

#include "insieme/schema/civil.hpp"
#include "support/catch.hpp"

namespace insieme::schema::test {

namespace {

sync::RecordId id_of(const std::string& text) {
  const auto id = sync::id_from_text<sync::RecordId>(text);
  REQUIRE(id.ok());
  return *id;
}

}  // namespace

void World::fill(RuleRecord& record, const Texts& fields) {
  const RecordType* type = bundle_.find_type(record.type);
  REQUIRE(type != nullptr);
  for (const auto& [name, text] : fields) {
    INFO(record.type << "." << name << " = " << text);
    const Field* field = type->find_field(name);
    REQUIRE(field != nullptr);
    auto elements = elements_from_text(*field, text, bundle_);
    INFO((elements.ok() ? std::string() : elements.error().detail));
    REQUIRE(elements.ok());
    record.values[name] = std::move(*elements);
  }
}

RuleRecord World::make(const std::string& type, const Texts& fields) {
  RuleRecord record;
  record.type = type;
  record.id.bytes[15] = static_cast<std::uint8_t>(next_ & 255U);
  record.id.bytes[14] = static_cast<std::uint8_t>(next_++ >> 8U);
  fill(record, fields);
  return record;
}

std::string World::add(const std::string& type, const Texts& fields) {
  RuleRecord record = make(type, fields);
  const std::string id = sync::to_text(record.id);
  records.put(std::move(record));
  return id;
}

void World::change(const std::string& id, const Texts& fields) {
  const RuleRecord* found = records.find(id_of(id));
  REQUIRE(found != nullptr);
  RuleRecord record = *found;
  fill(record, fields);
  records.put(std::move(record));
}

void World::remove(const std::string& id) { records.erase(id_of(id)); }

std::vector<std::string> World::names() const {
  std::vector<std::string> out;
  for (const Problem& one : problems_) out.push_back(one.rule);
  return out;
}

std::vector<std::string> World::broken_by_new(const std::string& type, const Texts& fields) {
  const std::string id = add(type, fields);
  SaveContext save;
  for (const auto& [name, text] : fields) save.changed.push_back(name);
  problems_ = check_rules(bundle_, *records.find(id_of(id)), save, records);
  return names();
}

std::vector<std::string> World::broken_by_change(const std::string& id, const Texts& fields) {
  const RuleRecord before = *records.find(id_of(id));
  change(id, fields);
  SaveContext save{&before, {}};
  for (const auto& [name, text] : fields) save.changed.push_back(name);
  problems_ = check_rules(bundle_, *records.find(id_of(id)), save, records);
  return names();
}

std::vector<std::string> World::broken_standing(const std::string& id) {
  problems_ = check_standing_rules(bundle_, *records.find(id_of(id)), records);
  return names();
}

const Problem& World::problem(const std::string& rule) const {
  const auto found = std::find_if(problems_.begin(), problems_.end(),
                                  [&rule](const Problem& one) { return one.rule == rule; });
  INFO(rule);
  REQUIRE(found != problems_.end());
  return *found;
}

std::string World::computed(const std::string& id, const std::string& name) {
  for (const ComputedValue& one : computed_values(bundle_, *records.find(id_of(id)), records)) {
    if (one.field->name != name) continue;
    const std::string text = value_to_text(one.field->as, one.value, bundle_, Language::it);
    return text.empty() ? "?" : text;
  }
  FAIL("no computed field " + name);
  return {};
}

std::string World::value(const std::string& id, const std::string& expression) {
  const auto out = evaluate_expression(bundle_, expression, *records.find(id_of(id)), records);
  if (!out.ok()) return out.error().detail;
  if (const auto* flag = std::get_if<bool>(&*out)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&*out)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&*out)) return *text;
  if (const auto* date = std::get_if<sync::Date>(&*out)) return iso_text(*date);
  if (const auto* instant = std::get_if<sync::Instant>(&*out)) return iso_text(*instant);
  if (std::holds_alternative<double>(*out)) {
    return value_to_text(Field{}, *out, bundle_, Language::en);
  }
  return "?";
}

}  // namespace insieme::schema::test
