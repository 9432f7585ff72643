#pragma once
// The brief form of a record's state: most records of a caseload are as the change that made them
// left them; then the change's mark and the fields in its order say all that the columns do not.

#include "codec.hpp"
#include "insieme/sync/left_fields.hpp"

namespace insieme::sync::detail {

/// No count of fields begins like this: a state in brief does.
inline constexpr std::array<std::uint8_t, 2> kBriefEscape{0x80, 0x00};
[[nodiscard]] bool is_brief(std::span<const std::uint8_t> packed) noexcept;

/// What an operation left in a field.
enum class BriefKind : std::uint8_t {
  value_in_column = 0,
  text_in_column = 1,
  value = 2,
  element = 3,  ///< of a set
};

struct BriefPiece {
  std::uint32_t op = 0;
  const std::string* field = nullptr;
  BriefKind kind = BriefKind::value_in_column;
  const Value* value = nullptr;  ///< of kinds `value` and `element`
};

/// The state in brief, if it can be told so. False: nothing was written.
[[nodiscard]] bool write_brief(WireOut& ar, const RecordState& record, const Elide& elide);
/// `pieces` are of one change, in the order of its operations and without a gap; `first` is the
/// mark of the first.
void write_brief(WireOut& ar, const Mark& first, std::span<const BriefPiece> pieces);
/// What follows the escape. Fields that `leave`, if it is given, names go to `left` if they can.
void read_brief(WireIn& ar, RecordState& record, const Refill& refill, const Leave* leave,
                LeftFields* left);

}  // namespace insieme::sync::detail
