#pragma once
// What the writer and the reader of a text's columns have to agree on.

#include <cstdint>

#include "text_core.hpp"

namespace insieme::sync::detail {

/// How the splices of a run follow each other.
enum class Motion : std::uint8_t {
  typed = 0,    ///< each inserts right after the one before
  deleted = 1,  ///< each takes away at the same place
  erased = 2,   ///< each takes away right before the one before
  single = 3,
};
inline constexpr unsigned kMotionBits = 2;

/// Splices of equal size that follow each other.
struct SpliceRun {
  Motion motion = Motion::single;
  std::uint64_t count = 0;
  std::uint32_t position = 0;  ///< of the last one
  std::uint32_t removed = 0;
  std::uint32_t points = 0;

  /// Where the next one of the run would be.
  [[nodiscard]] std::int64_t next() const {
    switch (motion) {
      case Motion::typed: return std::int64_t{position} + points;
      case Motion::deleted: return position;
      case Motion::erased: return std::int64_t{position} - removed;
      case Motion::single: break;
    }
    return -1;
  }
  /// Where an edit that follows this run most often is.
  [[nodiscard]] std::int64_t end() const { return std::int64_t{position} + points; }
};

[[nodiscard]] SpliceRun run_of(std::uint32_t position, std::uint32_t removed, std::uint32_t points);

/// Over all of a log but its authors, who are names of the dictionary.
[[nodiscard]] std::uint64_t checksum_of(const PackedLog& log);

}  // namespace insieme::sync::detail
