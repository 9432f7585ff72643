#pragma once
// A column of numbers that repeat: the second of two equal ones in a row is followed by how many
// more of them come. A column that never repeats costs nothing more.

#include <cstdint>
#include <span>
#include <vector>

#include "archive.hpp"

namespace insieme::sync {

class ColumnOut {
 public:
  void add(std::uint64_t value) {
    if (known_ && value == last_) {
      if (repeating_) {
        ++more_;
        return;
      }
      put(value);
      repeating_ = true;
      return;
    }
    end_repeat();
    put(value);
    last_ = value;
    known_ = true;
  }
  void add_signed(std::int64_t value) { add(zigzag(value)); }
  /// Appends the length of the column and the column.
  void finish(WireOut& ar) {
    end_repeat();
    ar.varint(bytes_.size());
    ar.raw(bytes_);
  }

 private:
  void put(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  void end_repeat() {
    if (repeating_) put(more_);
    repeating_ = false;
    more_ = 0;
  }

  std::vector<std::uint8_t> bytes_;
  std::uint64_t last_ = 0;
  std::uint64_t more_ = 0;
  bool known_ = false;
  bool repeating_ = false;
};

/// Reads one; a column that ends too early, or is not used up, is a fault of the bytes.
class ColumnIn {
 public:
  explicit ColumnIn(WireIn& ar) : in_(ar.raw(ar.count(ar.remaining()))) {}

  [[nodiscard]] std::uint64_t next() {
    if (more_ > 0) {
      --more_;
      return last_;
    }
    const std::uint64_t value = in_.varint();
    if (known_ && value == last_) more_ = in_.varint();
    last_ = value;
    known_ = true;
    return value;
  }
  template <class T>
  [[nodiscard]] T next_as() {
    const std::uint64_t value = next();
    if (value > std::numeric_limits<T>::max()) {
      WireIn::fail(ErrorCode::malformed, "number too large");
    }
    return static_cast<T>(value);
  }
  [[nodiscard]] std::int64_t next_signed() { return unzigzag(next()); }
  void expect_end() const {
    in_.expect_end();
    if (more_ > 0) WireIn::fail(ErrorCode::malformed, "a column longer than its list");
  }

 private:
  WireIn in_;
  std::uint64_t last_ = 0;
  std::uint64_t more_ = 0;
  bool known_ = false;
};

}  // namespace insieme::sync
