#include "compiled/compiled.hpp"

#include <memory>

#include "compiled/archive.hpp"
#include "parse.hpp"
#include "rules/expression.hpp"

namespace insieme::schema {

// Found by the archive through its argument, so each stands where the struct does. Each names every
// member, so that one that is new and not named here does not compile.

template <class Archive>
void each(Archive& parts, Label& label) {
  auto& [it, en] = label;
  parts(it, en);
}

template <class Archive>
void each(Archive& parts, Condition& condition) {
  auto& [field, values] = condition;
  parts(field, values);
}

template <class Archive>
void each(Archive& parts, Field& field) {
  auto& [name, kind, merge, policy, section, list, target, format, required, write_once, search,
         sensitive, retired, mints, min, max, pattern, pattern_warns, max_length, ahead_max_days,
         not_before, required_when, transitions, label, help, compiled_pattern] = field;
  parts(name, kind, merge, policy, section, list, target, format, required, write_once, search,
        sensitive, retired, mints, min, max, pattern, pattern_warns, max_length, ahead_max_days,
        not_before, required_when, transitions, label, help);
  if (Archive::reads && !pattern.empty()) compiled_pattern = detail::make_pattern(pattern);
}

/// The index of things by name is made anew: it is no shorter as bytes.
template <class Things, class Name>
void index(NameIndex& index, const Things& things, Name name) {
  index.reserve(things.size());
  for (std::size_t i = 0; i < things.size(); ++i) index.emplace(things[i].*name, i);
}

template <class Archive>
void each(Archive& parts, Spending& spending) {
  auto& [through, field, amount, reverses] = spending;
  parts(through, field, amount, reverses);
}

template <class Archive>
void each(Archive& parts, RecordType& type) {
  auto& [name, section, also_sections, root, append_only, retired, immutable_after, natural_key,
         spends, title, label, label_plural, help, fields, field_index] = type;
  parts(name, section, also_sections, root, append_only, retired, immutable_after, natural_key,
        spends, title, label, label_plural, help, fields);
  if (Archive::reads) index(field_index, fields, &Field::name);
}

template <class Archive>
void each(Archive& parts, CodeValue& value) {
  auto& [code, label, valid_from, valid_to, attributes] = value;
  parts(code, label, valid_from, valid_to, attributes);
}

template <class Archive>
void each(Archive& parts, CodeList& list) {
  auto& [name, label, source, unverified, values, value_index] = list;
  parts(name, label, source, unverified, values);
  if (Archive::reads) index(value_index, values, &CodeValue::code);
}

template <class Archive>
void each(Archive& parts, Section& section) {
  auto& [name, dossier, sensitive, label, help] = section;
  parts(name, dossier, sensitive, label, help);
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
  auto& [name, as, value] = shown;
  parts(name, as, value);
}

template <class Archive>
void each(Archive& parts, Rule& rule) {
  auto& [name, type, field, severity, entering, changing, when, check, shows, message, remedy,
         source, rows, standing] = rule;
  parts(name, type, field, severity, entering, changing, when, check, shows, message, remedy,
        source, rows, standing);
}

template <class Archive>
void each(Archive& parts, ComputedField& computed) {
  auto& [name, type, as, value] = computed;
  parts(name, type, as, value);
}

template <class Archive>
void each(Archive& parts, Alike& alike) {
  auto& [name, method, kind, types, surname, given_names, birth_date, tax_code, phones, sex, person,
         through, from, to, minutes, equal, shares, differs, message, remedy, source, rows] = alike;
  parts(name, method, kind, types, surname, given_names, birth_date, tax_code, phones, sex, person,
        through, from, to, minutes, equal, shares, differs, message, remedy, source, rows);
}

template <class Archive>
void each(Archive& parts, Bundle& bundle) {
  auto& [name, version, min_engine, digest, sections, lists, types, rules, computed, alike,
         section_index, list_index, type_index, rules_of_type] = bundle;
  parts(name, version, min_engine, digest, sections, lists, types, rules, computed, alike,
        rules_of_type);
  if (!Archive::reads) return;
  index(section_index, sections, &Section::name);
  index(list_index, lists, &CodeList::name);
  index(type_index, types, &RecordType::name);
}

namespace rules {

template <class Archive>
void each(Archive& parts, Type& type) {
  auto& [kind, list, record] = type;
  parts(kind, list, record);
}

template <class Archive>
void each(Archive& parts, Node& node) {
  auto& [op, at, type, literal, name, slot, function, args, quantifier, source, record_type, by,
         own_field, has_beside, has_where, has_body] = node;
  parts(op, at, type, literal, name, slot, function, args, quantifier, source, record_type, by,
        own_field, has_beside, has_where, has_body);
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
