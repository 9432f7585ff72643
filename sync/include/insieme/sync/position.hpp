#pragma once
// Places in a list that people order by hand. A record's place is a register that holds a fraction
// (fractional indexing; Greenspan, "Implementing Fractional Indexing", 2020): between any two there
// is a third, so that putting something in moves nothing else. Two who put records in at one place
// at once get different places, because each ends in digits of its record's id; both stay, in the
// same order for everybody.

#include <string>
#include <string_view>

#include "insieme/sync/ids.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::sync {

inline constexpr std::size_t kPositionBytesMax = 256;

/// 1 to kPositionBytesMax of the digits 0-9, A-Z, a-z, the last of them not 0. Positions are
/// ordered as bytes; records whose positions are equal (a faulty peer's), by their ids.
[[nodiscard]] bool is_position(std::string_view text) noexcept;

/// A position after `before` and before `after` for `record`; an empty one stands for the end of
/// the list on that side. Errors: `invalid_argument` (not positions, or not in that order),
/// `limit_exceeded` (too often at one place: give its neighbours new positions).
[[nodiscard]] Result<std::string> position_between(std::string_view before, std::string_view after,
                                                   const RecordId& record);

}  // namespace insieme::sync
