#pragma once
// Values that a space adds to open code lists of the bundle, and takes out of use. Which are open
// is data, too: the codes of the list `open_lists`.
// They are records like all others (type `list_value`), so that they merge and travel; here they
// become values of a list, and whatever looks a code up finds them. Their codes have a shape of
// their own, which no code of a bundle has: what a later bundle adds never means something else.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/bundle.hpp"
#include "insieme/schema/rules.hpp"

namespace insieme::schema {

inline constexpr std::string_view kOwnValueType = "list_value";
inline constexpr std::string_view kOpenLists = "open_lists";
/// Of one list, retired ones included. What is beyond shows its code, as if it were not here.
inline constexpr std::size_t kOwnValuesMax = 200;
/// Code points of a label.
inline constexpr std::size_t kOwnLabelMax = 60;

/// Whether a space may add to it: no norm fixes it.
[[nodiscard]] bool is_open_list(const Bundle& bundle, std::string_view list) noexcept;

/// `x_` and 1 to 40 of a–z, 0–9 and `_`.
[[nodiscard]] bool is_own_code(std::string_view code) noexcept;
/// Such a code out of a label: `Doposcuola comunale` → `x_doposcuola_comunale`. Two people who add
/// one label make one value. Empty if there is no letter or digit in it that could be kept.
[[nodiscard]] std::string own_code_of(std::string_view label);

/// The fields of such a record that are looked at.
[[nodiscard]] const std::vector<std::string>& own_value_fields();
/// In place of what the space's values were before. Of whatever records these are: those that name
/// no open list, that have no label or a code of another shape, and doubles, are passed over. They
/// stand after the bundle's own values, in the order of their Italian labels.
void set_own_values(Bundle& bundle, const std::vector<RuleRecord>& values);

}  // namespace insieme::schema
