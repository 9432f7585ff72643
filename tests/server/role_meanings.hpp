#pragma once
// What each role means, said once more: these oracles know nothing of the server's table.

#include <map>
#include <set>
#include <string>
#include <vector>

namespace insieme::testing {

inline const std::vector<std::string> kSections{
    "antitratta", "core",     "custody", "economic",      "education",       "front_desk",
    "governance", "health",   "judicial", "network",      "person",          "person_health",
    "person_judicial", "project", "registry"};

struct RoleMeaning {
  std::set<std::string> standing;
  std::set<std::string> by_name;
  bool writes = true;
  bool everything = false;  ///< is assigned every dossier
};

inline const std::map<std::string, RoleMeaning>& meanings() {
  static const std::set<std::string> kWork{"core",     "education", "economic", "health",
                                           "judicial", "person",    "network",  "project",
                                           "registry", "governance", "front_desk"};
  static const std::set<std::string> kReserved{"antitratta", "custody", "person_health",
                                               "person_judicial"};
  static const std::map<std::string, RoleMeaning> kMeanings{
      {"admin", {{"registry", "governance", "project", "network", "front_desk"}, {"custody"}}},
      {"auditor", {{"project"}, {"governance"}, false}},
      {"case_manager", {kWork, kReserved}},
      {"coordinator", {kWork, kReserved, true, true}},
      {"educator", {kWork, kReserved}},
      {"em_health", {{"core", "health"}, {"person_health"}}},
      {"em_justice", {{"core", "judicial"}, {"person_judicial"}}},
      {"em_member", {{"core", "education"}, {"economic"}}},
      {"em_school", {{"core", "education"}, {}}},
      {"fellow", {{"network", "project", "registry"}, {}}},
      {"front_office", {{"registry", "front_desk"}, {}}},
      {"psychologist", {kWork, kReserved}},
      {"social_worker", {kWork, kReserved}},
      {"technical_assistance", {{"governance"}, {"project"}, false}},
  };
  return kMeanings;
}

/// What an assignment by name names: of the role's sections the odd ones, and all that it may name.
inline std::set<std::string> named_to(const RoleMeaning& role) {
  std::set<std::string> named = role.by_name;
  bool odd = true;
  for (const std::string& section : role.standing) {
    if (odd) named.insert(section);
    odd = !odd;
  }
  return named;
}

}  // namespace insieme::testing
