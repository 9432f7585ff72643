#pragma once
// A run as data: what is derived from the seed before anything happens. Every act carries its own
// seed, so that taking some acts away does not change what the others draw.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulation/bundles.hpp"

namespace insieme::simulation {

/// One thing that somebody does or that happens. `kind` indexes the table of acts (acts.hpp).
struct Act {
  std::size_t kind = 0;
  std::size_t tablet = 0;  ///< whose; acts of the office take it as a draw
  std::uint64_t seed = 0;
  bool meanwhile = false;  ///< happens while the synchronisation before it is under way, if it can
};

struct Person {
  std::string account;
  std::string role;  ///< educator, fellow, coordinator
};

/// How bad the network is, in percent of requests.
struct Weather {
  std::size_t unreachable = 0;
  std::size_t request_lost = 0;
  std::size_t reply_lost = 0;
  std::size_t request_twice = 0;
  std::size_t request_late = 0;  ///< a copy arrives again, later
  std::size_t request_damaged = 0;
  std::size_t reply_cut = 0;
  std::size_t reply_damaged = 0;
};

struct Settings {
  std::uint64_t seed = 0;
  std::vector<Person> people;        ///< distinct accounts
  std::vector<std::size_t> tablets;  ///< whose each tablet is
  std::vector<Age> ages;             ///< which bundle each tablet starts with; others: present
  Weather weather;
  std::size_t fold_from = 0;        ///< documents are folded from so many changes on; 0: as shipped
  /// The server folds nothing before a backup holds it, as it is shipped. Where it is never put
  /// back from one, it need not wait, and more is folded.
  bool waits_for_backup = true;
  std::size_t stop_percent = 0;     ///< acts during which the tablet stops
  std::size_t failing_percent = 0;  ///< acts during which a disk call fails
};

struct Script {
  Settings settings;
  std::vector<Act> acts;
};

/// Everything from the seed. `acts_max`: bound of the number of acts.
[[nodiscard]] Script make_script(std::uint64_t seed, std::size_t acts_max);

/// `3,17,20-25` ↔ numbers of acts; nothing for bad text.
[[nodiscard]] std::optional<std::vector<std::size_t>> parse_numbers(const std::string& text);
[[nodiscard]] std::string format_numbers(const std::vector<std::size_t>& numbers);
/// Only the acts with these numbers, with their own seeds.
[[nodiscard]] Script keep_only(const Script& script, const std::vector<std::size_t>& numbers);
/// One line for people.
[[nodiscard]] std::string describe(const Script& script, std::size_t number);

}  // namespace insieme::simulation
