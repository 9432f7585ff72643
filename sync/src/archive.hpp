#pragma once
// The archive pair behind every encoding of ours: cereal walks the structs, these two write and
// read the bytes. Output is canonical (varints, fixed order, ids and names interned at their first
// use). Input is bounded: no size is believed that the remaining bytes cannot hold, and every list
// has a stated maximum; stock cereal would allocate gigabytes on a 9-byte message. Reading throws
// DecodeError inside this folder only; `decoding` turns it into a Result at the border.

#include <cereal/cereal.hpp>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "insieme/sync/dictionary.hpp"
#include "insieme/sync/ids.hpp"
#include "insieme/sync/record.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::sync {

struct DecodeError {
  ErrorCode code;
  const char* detail;
};

class MessageColumnsOut;
class MessageColumnsIn;

using IdBytes = std::array<std::uint8_t, 16>;
struct IdBytesHash {
  std::size_t operator()(const IdBytes& bytes) const noexcept {
    return std::hash<RecordId>{}(RecordId{bytes});
  }
};

class WireOut : public cereal::OutputArchive<WireOut, cereal::AllowEmptyClassElision> {
 public:
  /// With a dictionary, ids and names are written as its numbers; without, each is written in full
  /// at its first use and by its place in that order afterwards.
  explicit WireOut(Dictionary* dictionary = nullptr) : OutputArchive(this), shared_(dictionary) {
    bytes_.reserve(kUsualBytes);
  }

  void byte(std::uint8_t value) { bytes_.push_back(value); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  void fixed64(std::uint64_t value);
  void raw(std::span<const std::uint8_t> data) {
    bytes_.insert(bytes_.end(), data.begin(), data.end());
  }
  void id(const IdBytes& id);
  void name(const std::string& name);
  void mark(const Mark& mark);
  /// The same of an operation of `change`, for bytes with a dictionary. Returns the place at which
  /// the change is described, from 1: whoever keeps it need not have it looked for again.
  std::uint64_t mark_of(const Mark& change, std::uint32_t op);
  /// From here on marks are written by their place in a table, which is sorted by replica and seq
  /// and holds them all.
  void use_marks(const std::vector<Mark>* table) noexcept { mark_table_ = table; }
  /// Marks are only collected, with repetitions: to make that table.
  void collect_marks(std::vector<Mark>* into) noexcept { collected_ = into; }
  /// From here on changes are not written here but into columns (message_columns.hpp).
  void use_columns(MessageColumnsOut* columns) noexcept { columns_ = columns; }
  [[nodiscard]] MessageColumnsOut* columns() const noexcept { return columns_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  static constexpr std::size_t kUsualBytes = 192;  ///< most records and headers need no more
  std::vector<std::uint8_t> bytes_;
  Dictionary* shared_;
  std::unordered_map<IdBytes, std::uint64_t, IdBytesHash> ids_;
  std::unordered_map<std::string, std::uint64_t> names_;
  std::vector<Mark> marks_;
  const std::vector<Mark>* mark_table_ = nullptr;
  std::vector<Mark>* collected_ = nullptr;
  MessageColumnsOut* columns_ = nullptr;
};

class WireIn : public cereal::InputArchive<WireIn, cereal::AllowEmptyClassElision> {
 public:
  explicit WireIn(std::span<const std::uint8_t> bytes, const Dictionary* dictionary = nullptr)
      : InputArchive(this), bytes_(bytes), shared_(dictionary) {}

  [[nodiscard]] std::uint8_t byte() {
    if (at_ == bytes_.size()) fail(ErrorCode::truncated, "ends too early");
    return bytes_[at_++];
  }
  [[nodiscard]] std::uint64_t varint() {
    const std::uint8_t first = byte();
    return first < 0x80 ? first : long_varint(first);
  }
  /// A varint that must fit the type; larger is malformed.
  template <class T>
  [[nodiscard]] T varint_as() {
    const std::uint64_t value = varint();
    if (value > std::numeric_limits<T>::max()) fail(ErrorCode::malformed, "number too large");
    return static_cast<T>(value);
  }
  [[nodiscard]] std::uint64_t fixed64();
  [[nodiscard]] std::span<const std::uint8_t> raw(std::size_t size);
  /// The length of a list: at most `max`, and no more than one element per remaining byte.
  [[nodiscard]] std::size_t count(std::size_t max);
  /// The same of a list whose elements' bytes are not here: whoever reads them finds their end.
  [[nodiscard]] std::size_t count_elsewhere(std::size_t max);
  [[nodiscard]] IdBytes id();
  [[nodiscard]] const std::string& name();
  [[nodiscard]] Mark mark();
  /// The same without what it says: where among `changes` the change is described, and which of its
  /// operations is meant. For bytes without a table of marks.
  struct MarkPlace {
    std::size_t change = 0;
    std::uint32_t op = 0;
  };
  [[nodiscard]] MarkPlace mark_place();
  /// Those that were described so far, each with operation 0.
  [[nodiscard]] const std::vector<Mark>& changes() const noexcept { return marks_; }
  /// A name and the number that the dictionary gave it.
  [[nodiscard]] const std::string& numbered_name(std::uint32_t& number);
  void use_marks(const std::vector<Mark>* table) noexcept { mark_table_ = table; }
  void use_columns(MessageColumnsIn* columns) noexcept { columns_ = columns; }
  [[nodiscard]] MessageColumnsIn* columns() const noexcept { return columns_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - at_; }
  /// Counts one operation: they take a hundred times more memory than bytes.
  void claim_operation();
  void expect_end() const {
    if (remaining() != 0) fail(ErrorCode::trailing_bytes, "bytes after the end");
  }
  [[noreturn]] static void fail(ErrorCode code, const char* detail) {
    throw DecodeError{code, detail};
  }

 private:
  [[nodiscard]] std::uint64_t long_varint(std::uint8_t first);
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  const Dictionary* shared_;
  std::vector<IdBytes> ids_;
  std::vector<std::string> names_;
  std::string name_from_dictionary_;
  std::vector<Mark> marks_;
  const std::vector<Mark>* mark_table_ = nullptr;
  std::size_t operations_ = 0;
  MessageColumnsIn* columns_ = nullptr;
};

/// Runs a decoder body; what it throws becomes an Error.
template <class Body>
[[nodiscard]] auto decoding(Body&& body) -> Result<decltype(body())> {
  try {
    return body();
  } catch (const DecodeError& error) {
    return Error{error.code, error.detail};
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::limit_exceeded, "not enough memory to decode"};
  }
}

// ---- wrappers: how a member is written ----------------------------------------------------------

/// A string written in full, at most `max` bytes.
struct TextOf {
  std::string& value;
  std::size_t max;
};
/// A string that repeats (a record type, a field, an author): interned.
struct NameOf {
  std::string& value;
  std::size_t max;
};
/// A list of at most `max` elements.
template <class T>
struct ListOf {
  std::vector<T>& value;
  std::size_t max;
};
struct BlobOf {
  std::vector<std::uint8_t>& value;
  std::size_t max;
};
/// Eight bytes that look random: a varint would only make them longer.
struct Fixed64 {
  std::uint64_t& value;
};

// Members are reached through const references while writing; cereal does the same cast inside.
template <class T>
T& unconst(const T& value) {
  return const_cast<T&>(value);
}
inline TextOf text_of(const std::string& s, std::size_t max) { return {unconst(s), max}; }
inline NameOf name_of_field(const std::string& s, std::size_t max) { return {unconst(s), max}; }
template <class T>
ListOf<T> list_of(const std::vector<T>& v, std::size_t max) {
  return {unconst(v), max};
}
inline BlobOf blob_of(const std::vector<std::uint8_t>& v, std::size_t max) {
  return {unconst(v), max};
}
inline Fixed64 fixed64_of(const std::uint64_t& v) { return {unconst(v)}; }

// ---- how cereal reaches the primitives ----------------------------------------------------------

inline std::uint64_t zigzag(std::int64_t value) noexcept {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    ar.byte(value ? 1 : 0);
  } else if constexpr (std::is_signed_v<T>) {
    ar.varint(zigzag(value));
  } else {
    ar.varint(value);
  }
}
template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    const std::uint8_t byte = ar.byte();
    if (byte > 1) WireIn::fail(ErrorCode::malformed, "a truth value is neither 0 nor 1");
    value = byte == 1;
  } else if constexpr (std::is_signed_v<T>) {
    const std::int64_t wide = unzigzag(ar.varint());
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) {
      WireIn::fail(ErrorCode::malformed, "number out of range");
    }
    value = static_cast<T>(wide);
  } else {
    value = ar.varint_as<T>();
  }
}

template <class Tag>
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const Id128<Tag>& id) {
  ar.id(id.bytes);
}
template <class Tag>
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, Id128<Tag>& id) {
  id.bytes = ar.id();
}

void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const TextOf& text);
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, TextOf& text);
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const NameOf& name);
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, NameOf& name);
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const BlobOf& blob);
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, BlobOf& blob);
inline void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const Fixed64& f) { ar.fixed64(f.value); }
inline void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, Fixed64& f) { f.value = ar.fixed64(); }

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const ListOf<T>& list) {
  ar.varint(list.value.size());
  for (const T& element : list.value) ar(element);
}
/// What of a list's element may be in columns and then takes no bytes where the list stands.
template <class T>
inline constexpr bool kMayBeInColumns = false;
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, ListOf<T>& list) {
  const bool elsewhere = kMayBeInColumns<T> && ar.columns() != nullptr;
  const std::size_t count = elsewhere ? ar.count_elsewhere(list.max) : ar.count(list.max);
  list.value.clear();
  for (std::size_t i = 0; i < count; ++i) {
    T element{};
    ar(element);
    list.value.push_back(std::move(element));
  }
}

/// A flag byte, then the value if there is one.
template <class T>
struct OptionalOf {
  std::optional<T>& value;
};
template <class T>
OptionalOf<T> optional_of(const std::optional<T>& v) {
  return {unconst(v)};
}
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const OptionalOf<T>& optional) {
  ar(optional.value.has_value());
  if (optional.value) ar(*optional.value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, OptionalOf<T>& optional) {
  bool present = false;
  ar(present);
  optional.value.reset();
  if (present) ar(optional.value.emplace());
}

inline void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const Mark& mark) { ar.mark(mark); }
inline void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, Mark& mark) { mark = ar.mark(); }

template <std::size_t N>
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const std::array<std::uint8_t, N>& bytes) {
  ar.raw(bytes);
}
template <std::size_t N>
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, std::array<std::uint8_t, N>& bytes) {
  const auto data = ar.raw(N);
  std::copy(data.begin(), data.end(), bytes.begin());
}

/// Enumerations are one byte; which numbers are valid is checked where they are used.
template <class E>
void save_enum(WireOut& ar, E value) {
  ar.byte(static_cast<std::uint8_t>(value));
}
template <class E>
[[nodiscard]] E load_enum(WireIn& ar, std::uint8_t first, std::uint8_t last) {
  const std::uint8_t value = ar.byte();
  if (value < first || value > last) WireIn::fail(ErrorCode::malformed, "unknown code");
  return static_cast<E>(value);
}

}  // namespace insieme::sync

CEREAL_SETUP_ARCHIVE_TRAITS(insieme::sync::WireIn, insieme::sync::WireOut)
