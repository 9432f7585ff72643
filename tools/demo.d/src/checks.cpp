#include <algorithm>

#include "facts.hpp"

namespace insieme::demo {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : "; ") + word;
  return text;
}

std::string must_be(const char* what, std::int64_t wanted, std::int64_t found) {
  if (wanted == found) return {};
  return std::string(what) + ": " + std::to_string(found) + " instead of " + std::to_string(wanted);
}

std::string figures(const Facts& facts) {
  const Figures& f = facts.figures;
  const auto number = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  for (const std::string& fault :
       {must_be("people", 66, number(f.people)),
        must_be("without work at intake", 62, number(f.without_work)),
        must_be("meetings with the planning office", 9, number(f.udp)),
        must_be("co-ordination meetings", 7, number(f.coord_incl)),
        must_be("consultancies", 29, number(f.consultancies)),
        must_be("cents of line B", 3'516'900, f.line_b_cents),
        must_be("cents of line C", 770'000, f.line_c_cents),
        must_be("cents admitted", f.line_b_cents + f.line_c_cents, f.admitted_cents),
        must_be("cents in all", 4'286'900, f.line_b_cents + f.line_c_cents)}) {
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string offline_saves(const Facts& facts) {
  if (facts.saves_without_server == 0) return "nobody saved anything";
  return must_be("saves done without a network",
                 static_cast<std::int64_t>(facts.saves_without_server),
                 static_cast<std::int64_t>(facts.saved_without_server));
}

std::string cuts(const Facts& facts) {
  return facts.cuts == 0 ? "no connection was cut, so nothing was shown" : std::string();
}

std::string items(const Facts& facts) {
  std::vector<std::string> wanted = facts.expected_items;
  std::sort(wanted.begin(), wanted.end());
  if (wanted == facts.items) return {};
  std::vector<std::string> missing;
  std::vector<std::string> surplus;
  std::set_difference(wanted.begin(), wanted.end(), facts.items.begin(), facts.items.end(),
                      std::back_inserter(missing));
  std::set_difference(facts.items.begin(), facts.items.end(), wanted.begin(), wanted.end(),
                      std::back_inserter(surplus));
  return "missing: " + joined(missing) + "; too many: " + joined(surplus);
}

/// A replica computes the items of what it holds by itself: nobody sees one that others do not.
std::string same_items(const Facts& facts) {
  std::set<std::string> of_others;
  for (const auto& [store, seen] : facts.items_of) {
    for (const std::string& item : seen) {
      const bool known = std::binary_search(facts.items.begin(), facts.items.end(), item);
      if (!known) return store + " sees " + item + ", the coordinator does not";
    }
    if (seen != facts.items) of_others.insert(seen.begin(), seen.end());
  }
  for (const std::string& item : facts.items) {
    if (of_others.count(item) == 0) return "only the coordinator sees " + item;
  }
  return {};
}

std::string late_edits(const Facts& facts) {
  if (facts.late_changes < 2) {
    return std::to_string(facts.late_changes) + " late edits in the inbox instead of two or more";
  }
  return must_be("late edits left undecided", 0, static_cast<std::int64_t>(facts.inbox_open));
}

std::string decisions_back(const Facts& facts) { return joined(facts.not_back); }

std::string merged(const Facts& facts) { return joined(facts.not_merged); }

std::string clocks(const Facts& facts) { return joined(facts.clock_faults); }

std::string none_left(const std::map<std::string, std::size_t>& counts, const char* what) {
  for (const auto& [store, count] : counts) {
    if (count != 0) return store + " has " + std::to_string(count) + " " + what;
  }
  return counts.empty() ? "nobody was asked" : std::string();
}

std::string nothing_open(const Facts& facts) { return none_left(facts.open_items, "open items"); }
std::string nothing_unsent(const Facts& facts) {
  return none_left(facts.unsent, "changes that were not sent");
}

std::string sound(const Facts& facts) {
  if (!facts.server_faults.empty()) return "the server: " + joined(facts.server_faults);
  for (const auto& [store, faults] : facts.faults) {
    if (!faults.empty()) return store + ": " + joined(faults);
  }
  return {};
}

std::string holdings(const Facts& facts) {
  if (facts.assigned != facts.expected_dossiers) return "the server assigns other dossiers";
  if (facts.held.empty()) return "nobody was asked";
  for (const auto& [store, dossiers] : facts.held) {
    const auto owner = facts.owners.find(store);
    if (owner == facts.owners.end()) return "nobody knows whose " + store + " is";
    const auto expected = facts.expected_dossiers.find(owner->second);
    if (expected == facts.expected_dossiers.end() || expected->second != dossiers) {
      return store + " holds " + std::to_string(dossiers.size()) +
             " dossiers that are not those of " + owner->second;
    }
  }
  return {};
}

std::string no_leaks(const Facts& facts) { return joined(facts.leaks); }

std::string identical(const Facts& facts) {
  if (facts.replicas.empty() || facts.server.empty()) return "there is nothing to compare";
  std::set<std::string> held;
  for (const auto& [store, documents] : facts.replicas) {
    for (const auto& [document, fact] : documents) {
      held.insert(document);
      const auto there = facts.server.find(document);
      if (there == facts.server.end()) return document + " is on " + store + " only";
      if (!(there->second == fact)) {
        return document + " differs between " + store + " (" + fact.count + " changes, state " +
               fact.state.substr(0, 12) + ") and the server (" + there->second.count +
               " changes, state " + there->second.state.substr(0, 12) + ")";
      }
    }
  }
  for (const auto& [document, fact] : facts.server) {
    if (held.count(document) == 0) return document + " is on the server only";
  }
  return {};
}

/// Whoever holds a dossier holds all of its documents: here every role may see every section.
std::string complete(const Facts& facts) {
  for (const auto& [store, dossiers] : facts.held) {
    const auto replica = facts.replicas.find(store);
    if (replica == facts.replicas.end()) return store + " was not looked into";
    for (const auto& [document, fact] : facts.server) {
      const bool may = dossiers.count(document.substr(0, document.find('/'))) != 0;
      const bool has = replica->second.count(document) != 0;
      if (may != has) return store + (may ? " lacks " : " holds ") + document;
    }
  }
  return {};
}

}  // namespace

const std::vector<Check>& checks() {
  static const std::vector<Check> kAll{
      {"every save without a network succeeded", offline_saves},
      {"connections were cut in the middle", cuts},
      {"the review items are those that two people made, and no others", items},
      {"authors see the same items as the coordinator", same_items},
      {"what merges by itself is whole on every tablet", merged},
      {"a wrong clock is marked as such and decides nothing", clocks},
      {"late edits reached the coordinator's inbox and were decided", late_edits},
      {"every decision is back on its authors' tablets with its reason", decisions_back},
      {"no item is left open anywhere", nothing_open},
      {"nothing is left unsent", nothing_unsent},
      {"closing figures 66 / 62 / 9 / 7 / 29 / 42.869,00", figures},
      {"nobody finds what is not theirs", no_leaks},
      {"each store holds exactly the dossiers that it may", holdings},
      {"and all of their documents", complete},
      {"chains, digests, rows and signatures are sound", sound},
      {"history and canonical state of every document are equal everywhere", identical},
  };
  return kAll;
}

}  // namespace insieme::demo
