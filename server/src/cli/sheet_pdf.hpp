#pragma once
// The sheets of invitations as PDF 1.4, A4, for printers without a browser in between.

#include <string>
#include <vector>

#include "cli/invitation_sheet.hpp"

namespace insieme::server::cli {

/// One page each: name, until when, the code for the camera as squares, and as letters to type.
/// Nothing else is in the file, neither a date nor who made it. Its fonts are those that every
/// reader has, which know Latin letters: others are written as `?` (HTML has them all).
[[nodiscard]] std::string sheet_pdf_of(const std::string& space_name,
                                       const std::vector<Invitation>& invitations);

}  // namespace insieme::server::cli
