#pragma once
// QR codes for cameras, through libqrencode.

#include <string>
#include <vector>

namespace insieme::server::cli {

/// Square; true is dark. Without the quiet zone around it.
using QrCode = std::vector<std::vector<bool>>;

/// Throws CommandError if the text is too long for one (2,331 bytes).
[[nodiscard]] QrCode make_qr(const std::string& text);
/// Two rows a line, white on black whatever the terminal's own colours are.
[[nodiscard]] std::string terminal_text(const QrCode& code);
/// A PNG file, black on white, some 600 pixels wide.
[[nodiscard]] std::string png_of(const QrCode& code);
/// An `<svg>` element that scales.
[[nodiscard]] std::string svg_of(const QrCode& code);

}  // namespace insieme::server::cli
