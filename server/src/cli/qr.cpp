#include "cli/qr.hpp"

#include <fmt/format.h>
#include <qrencode.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "cli/context.hpp"

namespace insieme::server::cli {
namespace {

constexpr std::size_t kQuiet = 4;  ///< modules around it: less is not read by every camera

struct FreeCode {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

/// Of the code with its quiet zone.
bool is_dark(const QrCode& code, std::size_t row, std::size_t column) {
  if (row < kQuiet || column < kQuiet) return false;
  if (row - kQuiet >= code.size() || column - kQuiet >= code.size()) return false;
  return code[row - kQuiet][column - kQuiet];
}

constexpr std::size_t kPngSide = 600;  ///< pixels, about

std::string big_endian(std::size_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<std::uint8_t>(number >> shift));
  }
  return bytes;
}

/// Length, name, content and a sum over the last two.
std::string png_chunk(const std::string& name, const std::string& content) {
  const std::string body = name + content;
  const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(body.data()),
                           static_cast<uInt>(body.size()));
  return big_endian(content.size()) + body + big_endian(sum);
}

}  // namespace

QrCode make_qr(const std::string& text) {
  const std::unique_ptr<QRcode, FreeCode> made(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M));
  if (!made) throw CommandError(kFailed, "the invitation is too long for a QR code");
  const auto width = static_cast<std::size_t>(made->width);
  QrCode code(width, std::vector<bool>(width));
  for (std::size_t row = 0; row < width; ++row) {
    for (std::size_t column = 0; column < width; ++column) {
      code[row][column] = (made->data[row * width + column] & 1U) != 0;
    }
  }
  return code;
}

std::string terminal_text(const QrCode& code) {
  const std::size_t size = code.size() + 2 * kQuiet;
  std::string text;
  for (std::size_t row = 0; row < size; row += 2) {
    text += "\033[97;40m";
    for (std::size_t column = 0; column < size; ++column) {
      const bool above = !is_dark(code, row, column);
      const bool below = row + 1 < size && !is_dark(code, row + 1, column);
      text += above ? (below ? "\u2588" : "\u2580") : (below ? "\u2584" : " ");
    }
    text += "\033[0m\n";
  }
  return text;
}

std::string png_of(const QrCode& code) {
  const std::size_t modules = code.size() + 2 * kQuiet;
  const std::size_t scale = std::max<std::size_t>(1, kPngSide / modules);
  const std::size_t side = modules * scale;
  std::string rows;  // one bit a pixel, each row led by a filter that does nothing
  for (std::size_t y = 0; y < side; ++y) {
    rows += '\0';
    for (std::size_t x = 0; x < side; x += 8) {
      unsigned bits = 0;
      for (std::size_t i = 0; i < 8; ++i) {
        const bool light = x + i >= side || !is_dark(code, y / scale, (x + i) / scale);
        bits = bits << 1 | (light ? 1U : 0U);
      }
      rows += static_cast<char>(bits);
    }
  }
  uLongf size = ::compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  if (::compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                 reinterpret_cast<const Bytef*>(rows.data()), static_cast<uLong>(rows.size())) !=
      Z_OK) {
    throw CommandError(kFailed, "no memory for a picture");
  }
  packed.resize(size);
  constexpr char kOneBitGrey[] = {1, 0, 0, 0, 0};
  return std::string("\x89PNG\r\n\x1a\n") +
         png_chunk("IHDR", big_endian(side) + big_endian(side) +
                               std::string(kOneBitGrey, sizeof kOneBitGrey)) +
         png_chunk("IDAT", packed) + png_chunk("IEND", {});
}

std::string svg_of(const QrCode& code) {
  const std::size_t size = code.size() + 2 * kQuiet;
  std::string path;
  for (std::size_t row = 0; row < code.size(); ++row) {
    for (std::size_t column = 0; column < code.size(); ++column) {
      if (!code[row][column]) continue;
      path += fmt::format("M{} {}h1v1h-1z", column + kQuiet, row + kQuiet);
    }
  }
  return fmt::format("<svg viewBox=\"0 0 {0} {0}\" shape-rendering=\"crispEdges\">"
                     "<path fill=\"#fff\" d=\"M0 0h{0}v{0}h-{0}z\"/><path d=\"{1}\"/></svg>",
                     size, path);
}

}  // namespace insieme::server::cli
