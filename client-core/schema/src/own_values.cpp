#include "insieme/schema/own_values.hpp"

#include <algorithm>
#include <map>

#include "insieme/schema/text.hpp"

namespace insieme::schema {

namespace {

constexpr std::string_view kPrefix = "x_";
constexpr std::size_t kCodeMax = 40;
constexpr std::int32_t kFirstDay = -1'000'000;  // of whatever a garbled record says

bool is_code_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

template <class T>
const T* value_of(const RuleRecord& record, std::string_view field) {
  const auto found = record.values.find(field);
  if (found == record.values.end() || found->second.empty()) return nullptr;
  return std::get_if<T>(&found->second.front());
}

/// The value, with its list's name; nothing for what is none.
std::optional<std::pair<std::string, CodeValue>> value_in(const RuleRecord& record) {
  const auto* list = value_of<std::string>(record, "list");
  const auto* code = value_of<std::string>(record, "code");
  const auto* it = value_of<std::string>(record, "label_it");
  const auto* en = value_of<std::string>(record, "label_en");
  if (list == nullptr || code == nullptr || it == nullptr || !is_own_code(*code) ||
      trim(*it).empty()) {
    return std::nullopt;
  }
  CodeValue value;
  value.code = *code;
  value.label = {*it, en == nullptr || trim(*en).empty() ? *it : *en};
  if (const auto* from = value_of<sync::Date>(record, "valid_from")) value.valid_from = *from;
  if (const auto* retired = value_of<sync::Date>(record, "retired_on")) {
    value.valid_to = sync::Date{std::max(retired->days, kFirstDay) - 1};
  }
  return std::make_pair(*list, std::move(value));
}

void drop_own(CodeList& list) {
  while (!list.values.empty() && is_own_code(list.values.back().code)) {
    list.value_index.erase(list.values.back().code);
    list.values.pop_back();
  }
}

void add_own(CodeList& list, std::vector<CodeValue> values) {
  // Equal on every device, whatever order the records came in.
  std::sort(values.begin(), values.end(), [](const CodeValue& a, const CodeValue& b) {
    const std::string left = fold_case(a.label.it);
    const std::string right = fold_case(b.label.it);
    return left != right ? left < right : a.code < b.code;
  });
  for (CodeValue& value : values) {
    if (!list.value_index.emplace(value.code, list.values.size()).second) continue;
    list.values.push_back(std::move(value));
  }
}

}  // namespace

bool is_open_list(const Bundle& bundle, std::string_view list) noexcept {
  const CodeList* open = bundle.find_list(kOpenLists);
  return open != nullptr && open->find(list) != nullptr;
}

bool is_own_code(std::string_view code) noexcept {
  if (code.size() <= kPrefix.size() || code.size() > kPrefix.size() + kCodeMax) return false;
  return code.substr(0, kPrefix.size()) == kPrefix &&
         std::all_of(code.begin(), code.end(), is_code_char);
}

std::string own_code_of(std::string_view label) {
  std::string out(kPrefix);
  for (const char c : fold_case(fold_accents(compose_nfc(label)))) {
    if (out.size() == kPrefix.size() + kCodeMax) break;
    const bool letter = c != '_' && is_code_char(c);
    if (letter) {
      out += c;
    } else if (out.back() != '_') {
      out += '_';
    }
  }
  while (out.size() > kPrefix.size() && out.back() == '_') out.pop_back();
  return out.size() == kPrefix.size() ? std::string() : out;
}

const std::vector<std::string>& own_value_fields() {
  static const std::vector<std::string> fields{"list",     "code",       "label_it",
                                               "label_en", "valid_from", "retired_on"};
  return fields;
}

void set_own_values(Bundle& bundle, const std::vector<RuleRecord>& values) {
  std::map<std::string, std::map<std::string, CodeValue>, std::less<>> by_list;
  for (const RuleRecord& record : values) {
    auto value = value_in(record);
    const CodeList* list = value ? bundle.find_list(value->first) : nullptr;
    if (list == nullptr || !is_open_list(bundle, value->first)) continue;
    const std::string code = value->second.code;
    by_list[value->first].emplace(code, std::move(value->second));
  }
  for (CodeList& list : bundle.lists) {
    if (!is_open_list(bundle, list.name)) continue;
    drop_own(list);
    const auto found = by_list.find(list.name);
    if (found == by_list.end()) continue;
    std::vector<CodeValue> own;
    for (auto& [code, value] : found->second) {
      if (own.size() < kOwnValuesMax) own.push_back(std::move(value));
    }
    add_own(list, std::move(own));
  }
}

}  // namespace insieme::schema
