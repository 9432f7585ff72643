#pragma once
// Plain structs as bytes and back. Both directions take the same words, so that one description of
// a struct (`each`, see compiled.cpp) serves both and cannot contradict itself:
//
//   template <class Archive> void each(Archive& parts, Label& label) { parts(label.it, label.en); }
//
// The bytes are for the build that wrote them, not for files or the wire: nothing in them says what
// comes next.

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::schema::detail {

template <class T>
inline constexpr bool is_numeral = std::is_integral_v<T> || std::is_enum_v<T>;

// The standard library of the browser's build has no std::bit_cast.
class ArchiveWriter {
 public:
  static constexpr bool reads = false;
  std::string bytes;

  template <class... Parts>
  void operator()(Parts&... parts) {
    (one(parts), ...);
  }

 private:
  template <class T>
  void one(T& value) {
    if constexpr (is_numeral<T>) {
      number(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_same_v<T, double>) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value, sizeof bits);
      number(bits);
    } else {
      each(*this, value);
    }
  }
  void one(std::string& text) {
    number(text.size());
    bytes += text;
  }
  template <class T>
  void one(std::vector<T>& items) {
    number(items.size());
    for (T& item : items) one(item);
  }
  template <class T, class Less>
  void one(std::map<std::string, T, Less>& items) {
    number(items.size());
    for (auto& [key, item] : items) {
      std::string text = key;
      one(text);
      one(item);
    }
  }
  template <class T>
  void one(std::optional<T>& item) {
    number(item ? 1 : 0);
    if (item) one(*item);
  }
  /// Seven bits a byte, the lowest first.
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80 | (value & 0x7f));
    bytes += static_cast<char>(value);
  }
};

/// Into structs that were just made. Ends the process where the bytes end too soon.
class ArchiveReader {
 public:
  static constexpr bool reads = true;
  explicit ArchiveReader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  /// The bytes of a text, where they lie.
  std::string_view view() {
    const std::size_t length = size();
    INSIEME_ASSERT(length <= rest_.size());
    const std::string_view bytes = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return bytes;
  }

  template <class... Parts>
  void operator()(Parts&... parts) {
    (one(parts), ...);
  }

 private:
  template <class T>
  void one(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = number() != 0;
    } else if constexpr (is_numeral<T>) {
      value = static_cast<T>(number());
    } else if constexpr (std::is_same_v<T, double>) {
      const std::uint64_t bits = number();
      std::memcpy(&value, &bits, sizeof bits);
    } else {
      each(*this, value);
    }
  }
  void one(std::string& text) {
    if (const std::string_view bytes = view(); !bytes.empty()) text = bytes;
  }
  template <class T>
  void one(std::vector<T>& items) {
    items.resize(size());
    for (T& item : items) one(item);
  }
  template <class T, class Less>
  void one(std::map<std::string, T, Less>& items) {
    for (std::size_t count = size(); count > 0; --count) {
      std::string key;
      one(key);
      one(items.emplace_hint(items.end(), std::move(key), T{})->second);
    }
  }
  template <class T>
  void one(std::optional<T>& item) {
    if (number() != 0) one(item.emplace());
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      INSIEME_ASSERT(!rest_.empty() && shift < 64);
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) return value;
    }
  }
  std::size_t size() { return static_cast<std::size_t>(number()); }

  std::string_view rest_;
};

}  // namespace insieme::schema::detail
