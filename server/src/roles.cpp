#include "insieme/server/roles.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "insieme/server/config.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/ids.hpp"
#include "roles_text.hpp"

namespace insieme::server {
namespace {

Result<bool> parse_flag(std::string_view value) {
  for (const std::string& word : split_names(value)) {
    if (word == "yes" || word == "true" || word == "on" || word == "1") return true;
    if (word == "no" || word == "false" || word == "off" || word == "0") return false;
    break;
  }
  return Error{ErrorCode::invalid_argument, "\"" + std::string(value) + "\" is not yes or no"};
}

/// Names of sections; `default` and `reserved` stand for the lists of that name.
Result<std::vector<std::string>> parse_sections(std::string_view value) {
  std::vector<std::string> sections;
  for (std::string& name : split_names(value)) {
    const bool whole = name == "default" || name == "reserved";
    if (!whole && !sync::is_valid_section(name)) {
      return Error{ErrorCode::invalid_argument, "\"" + name + "\" is not a section's name"};
    }
    if (!whole) {
      sections.push_back(std::move(name));
      continue;
    }
    const auto& all = name == "default" ? default_sections() : named_sections();
    sections.insert(sections.end(), all.begin(), all.end());
  }
  return sections;
}

}  // namespace

const std::vector<std::string>& default_sections() {
  static const std::vector<std::string> kSections{
      "core",    "education", "economic", "health",     "judicial",  "person",
      "network", "project",   "registry", "governance", "front_desk"};
  return kSections;
}

const std::vector<std::string>& named_sections() {
  static const std::vector<std::string> kSections{"antitratta", "custody", "person_health",
                                                  "person_judicial"};
  return kSections;
}

std::vector<std::string> Roles::sections() const {
  std::set<std::string> all(default_sections().begin(), default_sections().end());
  all.insert(named_sections().begin(), named_sections().end());
  for (const auto& [name, rules] : rules_) {
    all.insert(rules.sections.begin(), rules.sections.end());
    all.insert(rules.by_name.begin(), rules.by_name.end());
  }
  return {all.begin(), all.end()};
}

bool RoleRules::may_be_given(std::string_view section) const noexcept {
  const auto has = [section](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), section) != names.end();
  };
  return has(sections) || has(by_name);
}

Roles Roles::defaults() {
  Roles roles;
  std::string_view text = kRolesText;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const std::size_t equals = line.find('=');
    if (line.empty() || line.front() == '#' || equals == std::string_view::npos) continue;
    constexpr std::string_view kPrefix = "role.";
    const std::string_view key = line.substr(0, line.find_last_not_of(' ', equals - 1) + 1);
    // The table is part of the program: a test reads it, and a mistake in it is ours.
    INSIEME_ASSERT(key.starts_with(kPrefix));
    INSIEME_ASSERT(roles.set(key.substr(kPrefix.size()), line.substr(equals + 1)).ok());
  }
  return roles;
}

Status Roles::set(std::string_view key, std::string_view value) {
  const std::size_t dot = key.find('.');
  const std::string_view name = key.substr(0, dot);
  const std::string_view what = dot == std::string_view::npos ? "" : key.substr(dot + 1);
  if (!sync::is_valid_section(name)) {
    return {ErrorCode::invalid_argument,
            "\"" + std::string(name) + "\" is not a role's name (a-z, 0-9, _)"};
  }
  const auto flag = [&](bool& out) -> Status {
    INSIEME_TRY_ASSIGN(out, parse_flag(value));
    return {};
  };
  const auto hours = [&](std::uint32_t& out) -> Status {
    constexpr std::uint64_t kHour = 3'600;
    constexpr std::uint64_t kMost = 72;
    const auto words = split_names(value);
    if (words.size() == 1 && words.front() == "no") {
      out = 0;
      return {};
    }
    INSIEME_TRY_ASSIGN(const std::uint64_t seconds,
                       parse_duration(words.size() == 1 ? words.front() : std::string()));
    if (seconds % kHour != 0 || seconds > kMost * kHour) {
      return {ErrorCode::invalid_argument,
              "\"" + std::string(value) + "\" is not no, or from 1h to 72h"};
    }
    out = static_cast<std::uint32_t>(seconds / kHour);
    return {};
  };
  const auto names = [&](std::vector<std::string>& out) -> Status {
    INSIEME_TRY_ASSIGN(out, parse_sections(value));
    return {};
  };
  if (what == "review") return flag(edit(name).may_review);
  if (what == "grant") return flag(edit(name).may_grant);
  if (what == "all_dossiers") return flag(edit(name).all_dossiers);
  if (what == "administer") return flag(edit(name).may_administer);
  if (what == "write") return flag(edit(name).may_write);
  if (what == "glass") return hours(edit(name).glass_hours);
  if (what == "sections") return names(edit(name).sections);
  if (what == "by_name") return names(edit(name).by_name);
  return {ErrorCode::not_found,
          "there is no setting \"role." + std::string(key) + "\"" +
              did_you_mean(what, {"sections", "by_name", "write", "review", "grant",
                                  "all_dossiers", "glass", "administer"})};
}

std::string Roles::digest() const {
  sync::Hasher hasher("insieme roles v1");
  for (const auto& [name, rules] : rules_) {
    const std::uint64_t powers = (rules.may_review ? 1U : 0U) | (rules.may_grant ? 2U : 0U) |
                                 (rules.all_dossiers ? 4U : 0U) | (rules.may_write ? 8U : 0U) |
                                 (rules.may_administer ? 16U : 0U);
    hasher.add(std::string_view(name)).add(powers).add(std::uint64_t{rules.glass_hours});
    hasher.add(std::string_view(join_names(rules.sections)));
    hasher.add(std::string_view(join_names(rules.by_name)));
  }
  constexpr std::size_t kDigits = 16;
  return sync::to_hex(hasher.finish().bytes).substr(0, kDigits);
}

const RoleRules* Roles::find(std::string_view role) const noexcept {
  const auto at = rules_.find(role);
  return at == rules_.end() ? nullptr : &at->second;
}

std::vector<std::string> Roles::names() const {
  std::vector<std::string> names;
  names.reserve(rules_.size());
  for (const auto& [name, rules] : rules_) names.push_back(name);
  return names;
}

RoleRules& Roles::edit(std::string_view role) {
  const auto at = rules_.find(role);
  if (at != rules_.end()) return at->second;
  RoleRules fresh{default_sections()};
  fresh.by_name = named_sections();
  return rules_.emplace(std::string(role), std::move(fresh)).first->second;
}

std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  constexpr std::string_view kBlank = " \t,";
  std::size_t at = text.find_first_not_of(kBlank);
  while (at != std::string_view::npos) {
    const std::size_t end = text.find_first_of(kBlank, at);
    names.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlank, end == std::string_view::npos ? text.size() : end);
  }
  return names;
}

std::string join_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ',';
    text += name;
  }
  return text;
}

}  // namespace insieme::server
