#pragma once
// Two tablets and a server: what is measured of synchronisation happens between them.

#include "tablet.hpp"

namespace insieme::bench {

/// Anna has made all of W and sent it; the coordinator has nothing yet.
struct World {
  /// `data` must outlive it.
  World(const std::filesystem::path& folder, const Workload& data);
  const Workload& workload;
  Hub hub;
  Tablet anna;
  Tablet carla;
};

/// One field of `count` records in acts of 1,000.
void edit(Subject& subject, const Workload& workload, std::size_t count, std::int64_t minutes,
          const std::string& label);

}  // namespace insieme::bench
