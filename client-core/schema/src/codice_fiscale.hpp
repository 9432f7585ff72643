#pragma once
// The check characters of Italian tax codes. A wrong one is worth a question, never a refusal: no
// case may be turned away for lack of a codice fiscale.

#include <string_view>

namespace insieme::schema::detail {

/// True for 16 characters whose last letter fits the others (also where digits have become letters
/// to tell namesakes apart, omocodia), and for 11 digits (provisional) whose last digit does.
[[nodiscard]] bool has_valid_check_character(std::string_view code) noexcept;

}  // namespace insieme::schema::detail
