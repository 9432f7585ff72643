#pragma once
// The bundle as a program carries it: read and checked when the program is built, so that a start
// only copies it into place.

#include <string>
#include <string_view>

#include "insieme/schema/bundle.hpp"

namespace insieme::schema::detail {

/// For restored_bundle of the same build.
[[nodiscard]] std::string compiled_form(Bundle bundle);
/// Ends the process if these bytes are not a whole compiled form. They must outlive the bundle.
[[nodiscard]] Bundle restored_bundle(std::string_view compiled);

/// Written by compile_bundle.cpp while the program is built.
[[nodiscard]] std::string_view compiled_bundle() noexcept;
/// The bundle's files, byte for byte: those under reports/, which are read when somebody asks for a
/// report, and the others, which a program needs only to make another bundle of them.
[[nodiscard]] const BundleFiles& embedded_report_files();
[[nodiscard]] const BundleFiles& embedded_other_files();

}  // namespace insieme::schema::detail
