#pragma once
// The public editing traces (https://github.com/josephg/editing-traces, CC BY 4.0), when they are
// on this machine: they are too large to be part of the repository.

#include <optional>
#include <string>
#include <vector>

#include "insieme/sync/text.hpp"

namespace insieme::bench {

struct Trace {
  std::string name;
  std::string end;
  /// In a causal order; each with what its author had seen. A text that the trace begins with is
  /// the first of them, which everybody has seen.
  std::vector<sync::TextEvent> events;
  std::size_t patches = 0;
  bool concurrent = false;
};

/// A trace of that format, gzip'd or plain. Throws if it cannot be read.
[[nodiscard]] Trace read_trace(const std::string& path);

/// Nothing when there is no such file under `$INSIEME_SHARED/data/traces` (../shared by default).
[[nodiscard]] std::optional<Trace> load_trace(const std::string& name);

}  // namespace insieme::bench
