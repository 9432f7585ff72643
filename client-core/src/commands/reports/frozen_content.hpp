#pragma once
// What a frozen report holds besides its title: the page as it was shown, the records behind the
// figures, and how far every document had been read.

#include <map>
#include <string>
#include <vector>

#include "commands/reports/ask.hpp"

namespace insieme::client::commands {

/// A long text as elements of a set: `0000:….`, `0001:….`, so that no piece begins or ends with a
/// space, which a form would take off. Pieces end between code points.
[[nodiscard]] std::vector<std::string> pieces_of(std::string_view text);
/// The text again; nullopt if a piece is missing or is there twice.
[[nodiscard]] std::optional<std::string> joined_pieces(std::vector<std::string> pieces);

/// `dossier/section` → digest of what was received of it.
using Positions = std::map<std::string, std::string, std::less<>>;
/// Record → digest of the edits that made it what it was.
using Counted = std::map<std::string, std::string, std::less<>>;

/// Of all records that the report looked at.
[[nodiscard]] Outcome<Positions> positions_of(Context& context, const Ran& ran);
/// Of the records behind the figures that are not hidden.
[[nodiscard]] Outcome<Counted> counted_in(Context& context, const Ran& ran);
/// `key=digest` lines, both ways; lines that are none are left out.
[[nodiscard]] std::string lines_of(const std::map<std::string, std::string, std::less<>>& all);
[[nodiscard]] std::map<std::string, std::string, std::less<>> from_lines(std::string_view text);

[[nodiscard]] std::string digest_of(std::string_view domain, std::string_view text);

}  // namespace insieme::client::commands
