#pragma once
// The table of what can happen. A new act is one entry in one of the lists below.

#include <memory>
#include <vector>

#include "simulation/chance.hpp"
#include "simulation/tablet.hpp"

namespace insieme::simulation {

class World;

/// How often, relative to the others. An act of the office or of fate has the same weight for all.
struct Weights {
  std::size_t educator = 0;
  std::size_t fellow = 0;
  std::size_t coordinator = 0;
};

struct ActKind {
  const char* name;
  Weights weights;
  /// Draws what it needs from `chance` and from what it finds; does nothing where it cannot.
  void (*run)(World& world, Tablet& tablet, Chance& chance);
  /// Left out of most runs, so that some runs see much of it and others nothing.
  bool is_rare = false;
  bool takes_others = false;  ///< acts marked `meanwhile` run inside
  bool is_outside = false;    ///< not the tablet's own work: its disk does not fail meanwhile
};

[[nodiscard]] std::vector<ActKind> work_acts();      ///< saving, forms, drafts, lifecycle
[[nodiscard]] std::vector<ActKind> voucher_acts();   ///< spending, handing on, reclaiming
[[nodiscard]] std::vector<ActKind> ordering_acts();  ///< lists by hand, duplicates
[[nodiscard]] std::vector<ActKind> review_acts();    ///< deciding, contesting, late changes
[[nodiscard]] std::vector<ActKind> tablet_acts();    ///< synchronising, stops, clocks, copies
[[nodiscard]] std::vector<ActKind> exchange_acts();  ///< from tablet to tablet, sticks
[[nodiscard]] std::vector<ActKind> erasing_acts();   ///< of records, sections, dossiers
[[nodiscard]] std::vector<ActKind> office_acts();    ///< assignments, hand-overs, server, backups

/// Before the first act: a household that everybody is assigned to and has, so that people meet.
void share_a_dossier(World& world, Chance& chance);

/// One session from its beginning to its end, on disks that do not fail.
void exchange_between(World& world, Tablet& connects, Tablet& listens);

/// All of them, in this order; numbers of acts are indices of it.
[[nodiscard]] const std::vector<ActKind>& act_table();

[[nodiscard]] std::unique_ptr<client::Transport> make_line(World& world, std::size_t tablet);

}  // namespace insieme::simulation
