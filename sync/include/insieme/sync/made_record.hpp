#pragma once
// Records that one change makes out of nothing: what a store keeps of them follows from the
// operations, without a state.

#include "insieme/sync/record.hpp"

namespace insieme::sync {

/// Whether operations on one record, which had nothing before them and which stand together in one
/// change, give each of their fields its only value: writes and whole texts, one a field.
[[nodiscard]] bool makes_plainly(std::span<const Operation> ops);

/// What `pack_record` makes of the record after such operations. `first` is where the first of them
/// comes from; `elide` is asked about writes, by their place in `ops`: texts are left out always.
[[nodiscard]] std::vector<std::uint8_t> pack_made_plainly(
    std::span<const Operation> ops, const Provenance& first, Dictionary& dictionary,
    const std::function<bool(std::size_t)>& elide);

}  // namespace insieme::sync
