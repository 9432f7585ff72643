#pragma once
// Stored states of which only what is needed is unpacked. Most edits touch one field of a record:
// what its other fields say stands in their columns, and who wrote it goes from the old bytes into
// the new ones without becoming a state in between.

#include "insieme/sync/record.hpp"

namespace insieme::sync {

/// A field that was not unpacked. Its only value, or its text that came in one piece, is what its
/// column gives back; of these alone a field can be left.
struct LeftField {
  std::string name;
  std::uint32_t number = 0;  ///< the dictionary's, of the name
  bool is_text = false;
  std::uint32_t op = 0;       ///< which operation of the change wrote it
  std::size_t change = 0;     ///< place in LeftFields::changes
};

/// What a state lacks of the record.
struct LeftFields {
  std::vector<LeftField> fields;  ///< by name
  std::vector<Mark> changes;      ///< that fields were written by, each with operation 0
};

/// Whether a field may be left.
using Leave = std::function<bool(std::string_view field)>;

/// As `unpack_record`, but fields that can be left and that `leave` names are told in `left`.
/// `refill` is not asked about them, and what their columns hold is not looked at.
[[nodiscard]] Result<RecordState> unpack_partly(std::span<const std::uint8_t> bytes, RecordId id,
                                                std::string type, const Dictionary& dictionary,
                                                const Refill& refill, const Leave& leave,
                                                LeftFields& left);
/// What `pack_record` makes of the state and the fields that were left, but for this: a state of
/// which something was left is never told in brief.
[[nodiscard]] std::vector<std::uint8_t> pack_partly(const RecordState& record,
                                                    const LeftFields& left, Dictionary& dictionary,
                                                    const Elide& elide);
/// Brings the field at that place of `left` into the state; `value` is what its column gives back.
/// `malformed` if it cannot be that.
[[nodiscard]] Status bring_back(RecordState& record, LeftFields& left, std::size_t place,
                                Value value);

}  // namespace insieme::sync
