#pragma once
// Review items: what two people should look at together. A pure function of a record's state and of
// the fields' policies, so that every replica that holds a document computes the same list,
// offline.

#include <functional>
#include <string>
#include <vector>

#include "insieme/sync/record.hpp"

namespace insieme::sync {

/// What concurrent distinct values of a register mean. `maximum` shows the greatest value (for
/// booleans: true wins) and, like `automatic`, makes no item.
enum class RegisterPolicy : std::uint8_t { review = 0, automatic = 1, maximum = 2 };

/// Policy of a (record type, field); fields that a replica does not know are `review`: better an
/// item too many than a value lost in silence.
using PolicyLookup =
    std::function<RegisterPolicy(std::string_view type, std::string_view field)>;

struct ReviewItem {
  ItemKind kind = ItemKind::concurrent_values;
  RecordId record;
  std::string field;             ///< empty for items about the record's life
  /// The alternatives, by dot; for texts and lives without a value; for a spend its amount; none
  /// for an edit after a closure.
  std::vector<Survivor> values;
  /// The dots that a resolution has to name: sorted, unique.
  std::vector<Dot> dots;
  /// Names this generation of the item: a hash of kind, record, field and dots. A decision closes
  /// one generation, never a later one.
  std::uint64_t generation = 0;
  /// An author disagrees with a decision about some of these dots, all of which still stand, and
  /// nobody who knows has decided since.
  bool contested = false;
};

/// Open items of one record, sorted by (kind, field, dots).
[[nodiscard]] std::vector<ReviewItem> review_items(const RecordState& record,
                                                   const PolicyLookup& policy);

/// Decisions on an open item that still stand: contested ones, and several that were made at once.
/// By dot.
[[nodiscard]] std::vector<Dot> decisions_on(const RecordState& record, const ReviewItem& item);

/// The survivor to show under a policy.
[[nodiscard]] const Survivor* displayed(const FieldState& field, RegisterPolicy policy) noexcept;

}  // namespace insieme::sync
