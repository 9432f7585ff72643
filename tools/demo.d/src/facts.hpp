#pragma once
// What the demonstration found out, and the checks that judge it.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace insieme::demo {

struct Figures {
  std::size_t people = 0;
  std::size_t without_work = 0;
  std::size_t udp = 0;
  std::size_t coord_incl = 0;
  std::size_t consultancies = 0;
  std::int64_t line_b_cents = 0;
  std::int64_t line_c_cents = 0;
  std::int64_t admitted_cents = 0;
  friend bool operator==(const Figures&, const Figures&) = default;
};

struct DocumentFact {
  std::string count;
  std::string history;
  std::string state;
  friend bool operator==(const DocumentFact&, const DocumentFact&) = default;
};
/// `dossier/section` → what the replica makes of it.
using Documents = std::map<std::string, DocumentFact>;

/// What the checks judge. Collected from stores and server, but for what the story meant to happen
/// (`expected_…`).
struct Facts {
  Figures figures;
  std::map<std::string, Documents> replicas;            ///< by name of the store
  std::map<std::string, std::vector<std::string>> faults;  ///< what a store's verify complains of
  Documents server;
  std::vector<std::string> server_faults;
  std::map<std::string, std::set<std::string>> held;    ///< store → dossiers that it holds
  std::map<std::string, std::string> owners;            ///< store → account
  std::map<std::string, std::set<std::string>> assigned;  ///< account → dossiers, says the server
  std::map<std::string, std::set<std::string>> expected_dossiers;  ///< account → as the story meant
  std::vector<std::string> expected_items;              ///< `record/field`, sorted
  std::vector<std::string> items;                       ///< that the coordinator saw, sorted
  std::map<std::string, std::vector<std::string>> items_of;  ///< store → those it saw
  std::map<std::string, std::size_t> open_items;        ///< store → left open at the end
  std::map<std::string, std::size_t> unsent;            ///< store → at the end
  std::size_t inbox_open = 0;
  std::size_t late_changes = 0;       ///< that reached the coordinator's inbox
  std::vector<std::string> not_back;  ///< decisions that a tablet does not show as decided
  std::vector<std::string> not_merged;  ///< merges that are not as they must be, in words
  std::vector<std::string> clock_faults;  ///< where a wrong clock was believed, in words
  std::vector<std::string> leaks;     ///< what somebody could find and may not
  std::size_t saved_without_server = 0;
  std::size_t saves_without_server = 0;  ///< attempted
  std::uint64_t cuts = 0;
};

struct Check {
  const char* name;  ///< in words: what must be so
  /// Empty if it is so; otherwise what was found instead.
  std::string (*fault)(const Facts&);
};
/// All of them, in the order in which they are told.
[[nodiscard]] const std::vector<Check>& checks();

}  // namespace insieme::demo
