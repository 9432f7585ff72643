#pragma once
// Fields of a record by name, for code that writes a known shape: what is not filled in, or is of
// another kind, is empty.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/rules.hpp"

namespace insieme::client::exports {

template <class T>
[[nodiscard]] const T* get_if(const schema::RuleRecord& record, std::string_view name) {
  const auto found = record.values.find(name);
  if (found == record.values.end() || found->second.empty()) return nullptr;
  return std::get_if<T>(&found->second.front());
}

[[nodiscard]] inline std::string text_of(const schema::RuleRecord& record, std::string_view name) {
  const auto* text = get_if<std::string>(record, name);
  return text != nullptr ? *text : std::string{};
}
[[nodiscard]] inline std::optional<std::int64_t> number_of(const schema::RuleRecord& record,
                                                           std::string_view name) {
  const auto* number = get_if<std::int64_t>(record, name);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}
[[nodiscard]] inline std::optional<bool> flag_of(const schema::RuleRecord& record,
                                                 std::string_view name) {
  const auto* flag = get_if<bool>(record, name);
  return flag != nullptr ? std::optional(*flag) : std::nullopt;
}
[[nodiscard]] inline std::optional<sync::Date> date_of(const schema::RuleRecord& record,
                                                       std::string_view name) {
  const auto* date = get_if<sync::Date>(record, name);
  return date != nullptr ? std::optional(*date) : std::nullopt;
}
[[nodiscard]] inline std::optional<sync::RecordId> reference_of(const schema::RuleRecord& record,
                                                                std::string_view name) {
  const auto* to = get_if<sync::Reference>(record, name);
  return to != nullptr ? std::optional(to->record) : std::nullopt;
}
/// The elements of a set, in the order in which the record shows them.
[[nodiscard]] inline std::vector<std::string> texts_of(const schema::RuleRecord& record,
                                                       std::string_view name) {
  std::vector<std::string> out;
  const auto found = record.values.find(name);
  for (std::size_t i = 0; found != record.values.end() && i < found->second.size(); ++i) {
    if (const auto* text = std::get_if<std::string>(&found->second[i])) out.push_back(*text);
  }
  return out;
}
[[nodiscard]] inline std::vector<sync::RecordId> references_of(const schema::RuleRecord& record,
                                                               std::string_view name) {
  std::vector<sync::RecordId> out;
  const auto found = record.values.find(name);
  for (std::size_t i = 0; found != record.values.end() && i < found->second.size(); ++i) {
    if (const auto* to = std::get_if<sync::Reference>(&found->second[i])) out.push_back(to->record);
  }
  return out;
}

}  // namespace insieme::client::exports
