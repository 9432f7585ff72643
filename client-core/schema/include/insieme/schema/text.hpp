#pragma once
// Small, table-driven Unicode for Latin text: what Italian names, and the names of the families
// served, need. Not a full Unicode library.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace insieme::schema {

/// Composes letters and combining marks into the precomposed Latin letters (U+00C0 to U+024F and
/// U+1E00 to U+1EFF): `e` + U+0300 becomes `è`. Text that is NFC already is returned as it is.
/// Marks that stand in another than the canonical order, and other scripts, are left alone.
/// Precondition: valid UTF-8.
[[nodiscard]] std::string compose_nfc(std::string_view text);

/// Without white space at both ends (ASCII, no-break and narrow no-break spaces).
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// Lower case for ASCII and for the letters of Latin-1; for comparing codes and labels.
[[nodiscard]] std::string fold_case(std::string_view text);

/// Latin letters without their marks: `D'Angelò` becomes `D'Angelo`. Letters of which no mark makes
/// a part (ß, ø) and other scripts stay.
[[nodiscard]] std::string fold_accents(std::string_view text);

/// Number of code points of valid UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text) noexcept;

/// Takes the first code point off `rest`, which is not empty and valid UTF-8.
[[nodiscard]] char32_t take_code_point(std::string_view& rest) noexcept;
void append_code_point(std::string& out, char32_t point);

}  // namespace insieme::schema
