#include "commands/exchange/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdint>

namespace insieme::client::commands {
namespace {

constexpr std::size_t kEntriesMax = 10'000;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCommentMax = 65'535;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint32_t kStored = 0;
constexpr std::uint32_t kDeflated = 8;

/// Little-endian; the caller has checked that the bytes are there.
std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t out = 0;
  for (std::size_t i = count; i-- > 0;) {
    out = (out << 8) | static_cast<unsigned char>(bytes[at + i]);
  }
  return out;
}

Error broken(const char* what) {
  return {ErrorCode::malformed, std::string("not a readable ZIP file: ") + what};
}

/// Where the end record begins: the last one that a comment of its own length follows.
std::size_t find_end(std::string_view bytes) {
  if (bytes.size() < kEndBytes) return std::string_view::npos;
  const std::size_t first = bytes.size() - std::min(bytes.size(), kEndBytes + kCommentMax);
  for (std::size_t at = bytes.size() - kEndBytes + 1; at-- > first;) {
    if (bytes.compare(at, 4, "PK\x05\x06", 4) == 0 &&
        at + kEndBytes + number(bytes, at + 20, 2) == bytes.size()) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// Owns what zlib allocates.
class Inflater {
 public:
  Inflater() : ready_(::inflateInit2(&stream_, -MAX_WBITS) == Z_OK) {}
  ~Inflater() {
    if (ready_) ::inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<std::string> run(std::string_view packed, std::size_t size_max) {
    if (!ready_) return Error{ErrorCode::internal, "no memory to unpack"};
    // zlib does not write where it reads from.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    std::string out;
    std::string piece(kPiece, '\0');
    while (true) {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      const int said = ::inflate(&stream_, Z_NO_FLUSH);
      out.append(piece, 0, piece.size() - stream_.avail_out);
      if (out.size() > size_max) return Error{ErrorCode::limit_exceeded, "a member is too large"};
      if (said == Z_STREAM_END) return out;
      if (said != Z_OK) return broken("a member cannot be unpacked");
    }
  }

 private:
  static constexpr std::size_t kPiece = 64 * 1024;
  z_stream stream_{};
  bool ready_;
};

}  // namespace

Result<std::vector<ZipEntry>> zip_entries(std::string_view bytes) {
  const std::size_t end = find_end(bytes);
  if (end == std::string_view::npos) return broken("its end is missing");
  const std::size_t count = number(bytes, end + 10, 2);
  std::size_t at = number(bytes, end + 16, 4);
  if (count > kEntriesMax) return Error{ErrorCode::limit_exceeded, "too many members"};
  std::vector<ZipEntry> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (at > end || end - at < kCentralBytes || bytes.compare(at, 4, "PK\x01\x02", 4) != 0) {
      return broken("its table of contents");
    }
    const std::size_t name = number(bytes, at + 28, 2);
    const std::size_t rest = number(bytes, at + 30, 2) + number(bytes, at + 32, 2);
    if (end - at - kCentralBytes < name + rest) return broken("its table of contents");
    ZipEntry entry;
    entry.name = bytes.substr(at + kCentralBytes, name);
    entry.method = number(bytes, at + 10, 2);
    entry.checksum = number(bytes, at + 16, 4);
    entry.packed = number(bytes, at + 20, 4);
    entry.size = number(bytes, at + 24, 4);
    entry.header = number(bytes, at + 42, 4);
    if ((number(bytes, at + 8, 2) & 1U) != 0) return broken("it is encrypted");
    out.push_back(entry);
    at += kCentralBytes + name + rest;
  }
  return out;
}

Result<std::string> zip_content(std::string_view bytes, const ZipEntry& entry,
                                std::size_t size_max) {
  if (entry.header > bytes.size() || bytes.size() - entry.header < kLocalBytes ||
      bytes.compare(entry.header, 4, "PK\x03\x04", 4) != 0) {
    return broken("a member is not where it should be");
  }
  const std::size_t begin = entry.header + kLocalBytes + number(bytes, entry.header + 26, 2) +
                            number(bytes, entry.header + 28, 2);
  if (begin > bytes.size() || bytes.size() - begin < entry.packed) {
    return broken("a member is cut short");
  }
  const std::string_view packed = bytes.substr(begin, entry.packed);
  std::string content;
  if (entry.method == kStored) {
    if (packed.size() > size_max) return Error{ErrorCode::limit_exceeded, "a member is too large"};
    content = std::string(packed);
  } else if (entry.method == kDeflated) {
    Inflater inflater;
    INSIEME_TRY_ASSIGN(content, inflater.run(packed, size_max));
  } else {
    return broken("an unknown way of packing");
  }
  const auto sum =
      ::crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  if (sum != entry.checksum) return Error{ErrorCode::checksum, "the file is damaged"};
  return content;
}

}  // namespace insieme::client::commands
