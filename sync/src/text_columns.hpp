#pragma once
// The events of a text as bytes: run-length columns, then the characters, compressed together.
// The layout is in docs/storage-format.md.

#include <memory>

#include "archive.hpp"
#include "text_core.hpp"

namespace insieme::sync {

/// The log without its base.
void write_text_log(WireOut& ar, const detail::TextLog& log);
/// Reads it back into a core that holds the base and no event.
void read_text_log(WireIn& ar, detail::TextCore& core);

}  // namespace insieme::sync
