#pragma once
// Old copies go by the setting that an erasure is told: `backup_days`.

#include <cstdint>
#include <string>
#include <vector>

namespace insieme::server {

/// Where the setting says nothing.
inline constexpr std::uint32_t kPruneDays = 14;
/// The newest stay whatever the clock says: one that ran ahead takes nothing.
inline constexpr std::size_t kPruneLeaves = 3;

/// Removes, beside `newest`, copies whose names begin and end as those of the nightly timer
/// (`insieme-*.db`, and `.db.part` of one that was killed) and that were written more than `days`
/// days before it. What was removed, by name. What cannot be removed stays.
std::vector<std::string> prune_copies(const std::string& newest, std::uint32_t days);

}  // namespace insieme::server
