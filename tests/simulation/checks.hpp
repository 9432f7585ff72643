#pragma once
// Checks of a world at rest, after everybody has everything. All throw Broken.

#include <vector>

#include "simulation/world.hpp"

namespace insieme::simulation {

/// Where a dossier is opened its id is not known yet.
inline constexpr const char* kNoDossierYet = "00000000";

/// What orders have taken away for ever, as the server knows them now.
class Erased {
 public:
  explicit Erased(World& world);
  [[nodiscard]] bool covers(const Place& place) const;
  /// The record as well, so that what is written later does not go to another part of it.
  [[nodiscard]] bool covers_all(Place place) const;

 private:
  const std::map<std::string, std::set<std::string>>& records_;
  std::vector<sync::ErasureOrder> orders_;
};

/// What waits on a tablet: in its quarantine, or in changes that it cannot send.
[[nodiscard]] std::vector<sync::Change> aside_on(Tablet& tablet);

/// What did not arrive, of what is done to vouchers.
struct Missing {
  bool refunds = false;
  bool all_grants = false;       ///< a tablet is lost: it cannot be told which
  std::set<std::string> grants;  ///< of these records: what was spent on them was never there
};

/// Units of vouchers: never overspent, none lost or made, every spend there once, firm or
/// provisional as its author was told.
void check_units(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered,
                 const Missing& missing);
/// Lists by hand: in one order everywhere, and in the one that people made.
void check_lists(World& world, const std::vector<Tablet*>& tablets);
/// Records that are the same: as people said, in each dossier.
void check_edges(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered);
/// What rules and comparisons find (findings), and late changes: the same wherever people hold the
/// same documents.
void check_findings(
    World& world,
    const std::map<Tablet*, std::vector<client::VerifyReport::DocumentState>>& states);
/// What was erased is nowhere: not in the log, not on a tablet that still synchronises.
void check_erased(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered,
                  const Erased& erased);

}  // namespace insieme::simulation
