// The second pass over a bundle: every name that points to another part of it must find its target.

#include <algorithm>

#include "parse.hpp"

namespace insieme::schema::detail {

namespace {

template <class Things>
std::vector<std::string_view> names_in(const Things& things) {
  std::vector<std::string_view> out;
  for (const auto& thing : things) out.push_back(thing.name);
  return out;
}

std::string in_quotes(std::string_view name) { return "\"" + std::string(name) + "\""; }

/// One type under check, with all that its checks need.
struct Checked {
  const Bundle& bundle;
  const RecordType& type;
  const TypeOrigin& origin;
  Faults& faults;

  void section(const Place& place, std::string_view name) const {
    if (name.empty() || bundle.find_section(name) != nullptr) return;
    faults.add(place, "no section is called " + in_quotes(name) +
                          suggestion(name, names_in(bundle.sections)));
  }

  const Field* field(const Place& place, std::string_view name) const {
    if (name.empty()) return nullptr;
    const Field* found = type.find_field(name);
    if (found == nullptr) {
      faults.add(place, in_quotes(type.name) + " has no field called " + in_quotes(name) +
                            suggestion(name, names_in(type.fields)));
    }
    return found;
  }

  void code(const Place& place, const Field& of, std::string_view value) const {
    const CodeList* list = bundle.find_list(of.list);
    if (list == nullptr || list->find(value) != nullptr) return;
    std::vector<std::string_view> codes;
    for (const CodeValue& known : list->values) codes.push_back(known.code);
    faults.add(place, "the code list " + in_quotes(of.list) + " has no code " + in_quotes(value) +
                          suggestion(value, codes));
  }

  void condition(const Place& place, const Condition& rule) const {
    const Field* on = field(place.at("field"), rule.field);
    if (on == nullptr) return;
    for (std::size_t i = 0; i < rule.values.size(); ++i) {
      const Place at = place.at("values").at(i);
      if (on->kind == FieldKind::code) {
        code(at, *on, rule.values[i]);
      } else if (on->kind != FieldKind::boolean) {
        faults.add(place.at("field"), in_quotes(rule.field) + " is neither a code nor a boolean");
        return;
      } else if (rule.values[i] != "true" && rule.values[i] != "false") {
        faults.add(at, "must be \"true\" or \"false\"");
      }
    }
  }
};

void check_field(const Checked& at, const Field& field, const Place& place) {
  at.section(place.at("section"), field.section == at.type.section ? "" : field.section);
  const Section* own = at.bundle.find_section(at.type.section);
  const Section* facet = at.bundle.find_section(field.section);
  if (own != nullptr && facet != nullptr && own->dossier != facet->dossier) {
    at.faults.add(place.at("section"), in_quotes(field.section) +
                                           " belongs to another dossier than " +
                                           in_quotes(at.type.section));
  }
  if (!field.list.empty() && at.bundle.find_list(field.list) == nullptr) {
    at.faults.add(place.at("list"), "no code list is called " + in_quotes(field.list) +
                                        suggestion(field.list, names_in(at.bundle.lists)));
  }
  if (!field.target.empty() && at.bundle.find_type(field.target) == nullptr) {
    at.faults.add(place.at("target"), "no record type is called " + in_quotes(field.target) +
                                          suggestion(field.target, names_in(at.bundle.types)));
  }
  const Field* earlier = at.field(place.at("not_before"), field.not_before);
  if (earlier != nullptr && earlier->kind != field.kind) {
    at.faults.add(place.at("not_before"), in_quotes(field.not_before) + " has kind " +
                                              std::string(name_of(earlier->kind)) + ", not " +
                                              std::string(name_of(field.kind)));
  }
  const Field* minted = at.field(place.at("mints"), field.mints);
  if (minted != nullptr &&
      (minted->kind != FieldKind::integer || minted->section != field.section)) {
    at.faults.add(place.at("mints"),
                  in_quotes(field.mints) + " must be a whole number of the same section");
  }
  if (field.required_when) at.condition(place.at("required_when"), *field.required_when);
  for (const auto& [from, targets] : field.transitions) {
    at.code(place.at("transitions"), field, from);
    for (const std::string& to : targets) at.code(place.at("transitions").at(from), field, to);
  }
}

void check_title(const Checked& at) {
  const Place place = at.origin.place.at("title");
  std::vector<std::string> names;
  if (!title_fields(at.type.title, names)) {
    at.faults.add(place, "the braces do not pair");
    return;
  }
  const bool framed = !at.type.title.empty() && at.type.title.front() == '{' &&
                      at.type.title.back() == '}';
  if (!framed && !at.type.title.empty()) {
    at.faults.add(place, "must begin and end with a field in braces: text joins two fields");
  }
  for (const std::string& name : names) {
    const Field* field = at.field(place, name);
    if (field == nullptr) continue;
    if (field->sensitive) at.faults.add(place, in_quotes(name) + " is sensitive");
    if (field->section != at.type.section) {
      at.faults.add(place, in_quotes(name) + " lies in another section than its type");
    }
  }
}

void check_natural_key(const Checked& at) {
  for (std::size_t i = 0; i < at.type.natural_key.size(); ++i) {
    const Place place = at.origin.place.at("natural_key").at(i);
    const Field* field = at.field(place, at.type.natural_key[i]);
    if (field == nullptr) continue;
    if (!field->required || !field->write_once || field->merge != MergeKind::mv_register) {
      at.faults.add(place, in_quotes(field->name) +
                               " must be a required, write_once register to make an id");
    }
  }
}

/// An entry and the account that it spends from are written in one change, so in one document.
void check_spending(const Checked& at) {
  if (!at.type.spends) return;
  const Spending& spends = *at.type.spends;
  const Place place = at.origin.place.at("spends");
  if (!at.type.append_only) at.faults.add(place, "only an append_only type is an entry");
  const Field* amount = at.field(place.at("amount"), spends.amount);
  if (amount != nullptr && (amount->kind != FieldKind::integer || !amount->required ||
                            !amount->min || sync::compare(*amount->min, std::int64_t{0}) < 0)) {
    at.faults.add(place.at("amount"), in_quotes(spends.amount) +
                                          " must be a required whole number, not below 0");
  }
  const Field* reverses = at.field(place.at("reverses"), spends.reverses);
  if (reverses != nullptr &&
      (reverses->kind != FieldKind::reference || reverses->target != at.type.name)) {
    at.faults.add(place.at("reverses"),
                  in_quotes(spends.reverses) + " must refer to a " + at.type.name);
  }
  const Field* through = at.field(place.at("through"), spends.through);
  if (through == nullptr) return;
  const RecordType* account =
      through->kind == FieldKind::reference ? at.bundle.find_type(through->target) : nullptr;
  if (account == nullptr || !through->required) {
    at.faults.add(place.at("through"), in_quotes(spends.through) + " must be a required reference");
    return;
  }
  const Field* field = account->find_field(spends.field);
  if (field == nullptr || field->kind != FieldKind::escrow) {
    at.faults.add(place.at("field"), in_quotes(account->name) + " has no escrow called " +
                                         in_quotes(spends.field));
  } else if (field->section != at.type.section) {
    at.faults.add(place.at("field"), in_quotes(spends.field) + " lies in another section");
  }
}

void check_type(const Checked& at) {
  at.section(at.origin.place.at("section"), at.type.section);
  const Section* own = at.bundle.find_section(at.type.section);
  for (std::size_t i = 0; i < at.type.also_sections.size(); ++i) {
    const Place place = at.origin.place.at("also_sections").at(i);
    at.section(place, at.type.also_sections[i]);
    if (own != nullptr && own->name == at.type.also_sections[i]) {
      at.faults.add(place, in_quotes(own->name) + " is the type's own section");
    }
  }
  if (at.type.immutable_after) {
    at.condition(at.origin.place.at("immutable_after"), *at.type.immutable_after);
  }
  check_title(at);
  check_natural_key(at);
  check_spending(at);
  for (std::size_t i = 0; i < at.type.fields.size(); ++i) {
    check_field(at, at.type.fields[i], at.origin.fields[i]);
  }
}

/// One record gives a dossier its title, so at most one type per kind of dossier may be its root.
void check_roots(const Bundle& bundle, const std::vector<TypeOrigin>& origins, Faults& faults) {
  std::map<std::string, std::string> roots;
  for (std::size_t i = 0; i < bundle.types.size(); ++i) {
    const RecordType& type = bundle.types[i];
    const Section* section = bundle.find_section(type.section);
    if (!type.root || section == nullptr) continue;
    const auto [found, fresh] = roots.emplace(section->dossier, type.name);
    if (!fresh) {
      faults.add(origins[i].place.at("root"),
                 in_quotes(found->second) + " is already the root of a " + section->dossier);
    }
  }
}

}  // namespace

bool title_fields(std::string_view title, std::vector<std::string>& out) {
  std::size_t at = 0;
  while (at < title.size()) {
    const std::size_t brace = title.find_first_of("{}", at);
    if (brace == std::string_view::npos) return true;
    if (title[brace] == '}') return false;
    const std::size_t close = title.find_first_of("{}", brace + 1);
    if (close == std::string_view::npos || title[close] != '}') return false;
    out.emplace_back(title.substr(brace + 1, close - brace - 1));
    at = close + 1;
  }
  return true;
}

void resolve(const Bundle& bundle, const std::vector<TypeOrigin>& origins, Faults& faults) {
  for (std::size_t i = 0; i < bundle.types.size(); ++i) {
    check_type(Checked{bundle, bundle.types[i], origins[i], faults});
  }
  check_roots(bundle, origins, faults);
}

}  // namespace insieme::schema::detail
