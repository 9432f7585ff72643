#pragma once
// What people type for dossiers, sections and days.

#include <string>
#include <vector>

#include "cli/context.hpp"

namespace insieme::server::cli {

inline constexpr const char* kDossierHelp = "its id, or its first or last digits (4 or more)";

[[nodiscard]] sync::DossierId pick_dossier(Context& context, const std::string& text);
/// What was asked for, if all of it exists: a word that nothing is filed under would be granted and
/// show nothing.
[[nodiscard]] std::vector<std::string> known_sections(Context& context, const std::string& text);
/// Empty texts: open ends. Throws CommandError(kRefused).
[[nodiscard]] Term term_of(const std::string& from, const std::string& until);

}  // namespace insieme::server::cli
