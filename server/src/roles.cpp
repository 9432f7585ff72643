#include "insieme/server/roles.hpp"

#include <set>

namespace insieme::server {

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
  for (const auto& [name, rules] : rules_) all.insert(rules.sections.begin(), rules.sections.end());
  return {all.begin(), all.end()};
}

Roles Roles::defaults() {
  Roles roles;
  for (const char* role : {"educator", "social_worker", "psychologist", "admin"}) {
    roles.rules_[role] = RoleRules{default_sections(), false, false, true};
  }
  // Animation fellows work with a territory's network: who gets what is not theirs to say.
  roles.rules_["fellow"] = RoleRules{default_sections(), false, false, false};
  roles.rules_["coordinator"] = RoleRules{default_sections(), true, true, true};
  return roles;
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
  return rules_.emplace(std::string(role), RoleRules{default_sections()})
      .first->second;
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
