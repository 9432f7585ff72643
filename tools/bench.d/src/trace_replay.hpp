#pragma once
// A trace in every way that a text may come to a device: typed there, received keystroke by
// keystroke or at once, and as changes of documents that travel in messages.

#include <cstdint>

#include "traces.hpp"

namespace insieme::bench {

struct Replayed {
  std::uint64_t changes = 0;
  std::uint64_t people = 0;    ///< one author's trace is played by two who take turns
  std::uint64_t messages = 0;  ///< between them
  std::uint64_t bytes = 0;     ///< of the messages
};

/// Throws std::runtime_error where the text does not come out as recorded, or two replicas differ.
[[nodiscard]] Replayed replay_trace(const Trace& trace);

}  // namespace insieme::bench
