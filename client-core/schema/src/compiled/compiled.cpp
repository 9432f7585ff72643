#include "compiled/compiled.hpp"

#include <memory>

#include "compiled/archive.hpp"
#include "parse.hpp"
#include "rules/expression.hpp"

namespace insieme::schema {

// Found by the archive through its argument, so each stands where the struct does.

template <class Archive>
void each(Archive& parts, Label& label) {
  parts(label.it, label.en);
}

template <class Archive>
void each(Archive& parts, Condition& condition) {
  parts(condition.field, condition.values);
}

template <class Archive>
void each(Archive& parts, Field& field) {
  parts(field.name, field.kind, field.merge, field.policy, field.section, field.list, field.target,
        field.format, field.required, field.write_once, field.search, field.sensitive,
        field.retired, field.mints, field.min, field.max, field.pattern, field.pattern_warns,
        field.max_length, field.ahead_max_days, field.not_before, field.required_when,
        field.transitions, field.label, field.help);
  if (Archive::reads && !field.pattern.empty()) {
    field.compiled_pattern = detail::make_pattern(field.pattern);
  }
}

/// The index of things by name is made anew: it is no shorter as bytes.
template <class Things, class Name>
void index(NameIndex& index, const Things& things, Name name) {
  index.reserve(things.size());
  for (std::size_t i = 0; i < things.size(); ++i) index.emplace(things[i].*name, i);
}

template <class Archive>
void each(Archive& parts, Spending& spending) {
  parts(spending.through, spending.field, spending.amount, spending.reverses);
}

template <class Archive>
void each(Archive& parts, RecordType& type) {
  parts(type.name, type.section, type.also_sections, type.root, type.append_only, type.retired,
        type.immutable_after, type.natural_key, type.spends, type.title, type.label,
        type.label_plural, type.help, type.fields);
  if (Archive::reads) index(type.field_index, type.fields, &Field::name);
}

template <class Archive>
void each(Archive& parts, CodeValue& value) {
  parts(value.code, value.label, value.valid_from, value.valid_to, value.attributes);
}

template <class Archive>
void each(Archive& parts, CodeList& list) {
  parts(list.name, list.label, list.source, list.unverified, list.values);
  if (Archive::reads) index(list.value_index, list.values, &CodeValue::code);
}

template <class Archive>
void each(Archive& parts, Section& section) {
  parts(section.name, section.dossier, section.sensitive, section.label, section.help);
}

/// As bytes of their own, which are passed over until somebody evaluates it.
void each(detail::ArchiveWriter& parts, std::shared_ptr<const Expression>& expression) {
  detail::ArchiveWriter inner;
  if (expression != nullptr) {
    rules::Node root = expression->root();
    inner(root);
  }
  parts(inner.bytes);
}

void each(detail::ArchiveReader& parts, std::shared_ptr<const Expression>& expression) {
  const std::string_view compiled = parts.view();
  if (!compiled.empty()) expression = std::make_shared<const Expression>(compiled);
}

template <class Archive>
void each(Archive& parts, Shown& shown) {
  parts(shown.name, shown.as, shown.value);
}

template <class Archive>
void each(Archive& parts, Rule& rule) {
  parts(rule.name, rule.type, rule.field, rule.severity, rule.entering, rule.changing, rule.when,
        rule.check, rule.shows, rule.message, rule.remedy, rule.source, rule.rows, rule.standing);
}

template <class Archive>
void each(Archive& parts, ComputedField& computed) {
  parts(computed.name, computed.type, computed.as, computed.value);
}

template <class Archive>
void each(Archive& parts, Alike& alike) {
  parts(alike.name, alike.method, alike.kind, alike.types, alike.surname, alike.given_names,
        alike.birth_date, alike.tax_code, alike.phones, alike.sex, alike.person, alike.through,
        alike.from, alike.to, alike.minutes, alike.equal, alike.shares, alike.differs,
        alike.message, alike.remedy, alike.source, alike.rows);
}

template <class Archive>
void each(Archive& parts, Bundle& bundle) {
  parts(bundle.name, bundle.version, bundle.min_engine, bundle.digest, bundle.sections,
        bundle.lists, bundle.types, bundle.rules, bundle.computed, bundle.alike,
        bundle.rules_of_type);
  if (!Archive::reads) return;
  index(bundle.section_index, bundle.sections, &Section::name);
  index(bundle.list_index, bundle.lists, &CodeList::name);
  index(bundle.type_index, bundle.types, &RecordType::name);
}

namespace rules {

template <class Archive>
void each(Archive& parts, Type& type) {
  parts(type.kind, type.list, type.record);
}

template <class Archive>
void each(Archive& parts, Node& node) {
  parts(node.op, node.at, node.type, node.literal, node.name, node.slot, node.function, node.args,
        node.quantifier, node.source, node.record_type, node.by, node.own_field, node.has_beside,
        node.has_where, node.has_body);
}

}  // namespace rules

const rules::Node& Expression::root() const {
  if (const rules::Node* known = root_.load()) return *known;
  auto made = std::make_unique<rules::Node>();
  detail::ArchiveReader reader(compiled_);
  reader(*made);
  INSIEME_ASSERT(reader.at_end());
  // Where two threads were here at once, the first one's is kept.
  const rules::Node* first = nullptr;
  if (root_.compare_exchange_strong(first, made.get())) return *made.release();
  return *first;
}

}  // namespace insieme::schema

namespace insieme::sync {

template <class Archive>
void each(Archive& parts, Date& date) {
  parts(date.days);
}

template <class Archive>
void each(Archive& parts, Instant& instant) {
  parts(instant.ms);
}

/// One alternative of a value, where it is the one that `which` says.
template <class T, class Archive>
bool alternative(Archive& parts, std::size_t which, Value& value) {
  if (which != Value(T{}).index()) return false;
  if (Archive::reads) value.emplace<T>();
  parts(std::get<T>(value));
  return true;
}

template <class Archive>
void each(Archive& parts, Value& value) {
  std::size_t which = value.index();
  parts(which);
  // References and bytes are not among them: nobody can write one down in a bundle.
  const bool known = which == 0 || alternative<bool>(parts, which, value) ||
                     alternative<std::int64_t>(parts, which, value) ||
                     alternative<double>(parts, which, value) ||
                     alternative<std::string>(parts, which, value) ||
                     alternative<Date>(parts, which, value) ||
                     alternative<Instant>(parts, which, value);
  INSIEME_ASSERT(known);
}

}  // namespace insieme::sync

namespace insieme::schema::detail {

std::string compiled_form(Bundle bundle) {
  ArchiveWriter writer;
  writer(bundle);
  return std::move(writer.bytes);
}

Bundle restored_bundle(std::string_view compiled) {
  ArchiveReader reader(compiled);
  Bundle bundle;
  reader(bundle);
  INSIEME_ASSERT(reader.at_end());
  return bundle;
}

}  // namespace insieme::schema::detail
