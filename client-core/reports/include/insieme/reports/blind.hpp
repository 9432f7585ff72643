#pragma once
// The keyed blind index: what two bodies compare to learn that both know a person, and nothing
// else. Each value by which a person may be found again (tax code, sound of the names with the day
// of birth) becomes a token, a BLAKE2b under a key that only the two have; equal tokens are equal
// values. Who lacks the key learns how many there are at most. What its holder can learn stands in
// docs/security.md. Pure.

#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/reports/alike.hpp"

namespace insieme::reports {

/// Fixed for ever: part of each token.
enum class BlindKind : std::uint8_t {
  tax_code = 1,           ///< of 16 characters, valid; omocodia undone
  name_birth = 2,         ///< how surname and first name sound, in either order, and the date
  name_birth_turned = 3,  ///< the same, and the earlier of the date and its turned one
};

struct BlindValue {
  BlindKind kind = BlindKind::tax_code;
  std::string value;
};

/// By what a record of the entry's types may be found again; empty if it says too little.
[[nodiscard]] std::vector<BlindValue> blind_values(const schema::RuleRecord& record,
                                                   const schema::Alike& by);

using BlindToken = std::array<std::uint8_t, 16>;

/// What two bodies share for this purpose alone.
struct BlindKey {
  std::array<std::uint8_t, 32> bytes{};
  /// Names the key without giving it away: 16 hexadecimal digits.
  [[nodiscard]] std::string id() const;
};

/// Tokens of one index. Two indexes under one key have different salts, so that whoever lacks the
/// key cannot say which tokens of an older one came back.
class BlindHasher {
 public:
  BlindHasher(const BlindKey& key, std::span<const std::uint8_t> salt);
  [[nodiscard]] BlindToken token(const BlindValue& value) const;

 private:
  std::array<std::uint8_t, 32> key_{};
};

/// The words of a match, as evidence of a finding: `elsewhere_tax_code`, `elsewhere_name_birth`,
/// `elsewhere_birth_turned` (only where the one before says nothing). Sorted.
[[nodiscard]] std::vector<std::string> blind_evidence(const std::set<BlindKind>& matched);

}  // namespace insieme::reports
