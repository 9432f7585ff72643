#pragma once
// A small bundle that is in order, to be broken in one place at a time.

#include <string>
#include <string_view>

#include "insieme/schema/validate.hpp"

namespace insieme::schema::test {

/// One section, one list, two types; every field kind occurs in `thing`.
[[nodiscard]] BundleFiles small_bundle_files();

/// Replaces the only occurrence of `from` in a file; fails the process if there is not exactly one,
/// so that no test passes because it broke nothing.
void edit(BundleFiles& files, const std::string& file, std::string_view from,
          std::string_view to);

/// The small bundle, parsed once.
[[nodiscard]] const Bundle& small_bundle();

/// A field of `thing` in the small bundle.
[[nodiscard]] const Field& field(std::string_view name);

}  // namespace insieme::schema::test
