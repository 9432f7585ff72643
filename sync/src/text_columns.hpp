#pragma once
// The events of a text as bytes: run-length columns, then the characters, compressed together.
// The layout is in docs/storage-format.md.

#include "archive.hpp"
#include "text_core.hpp"

namespace insieme::sync {

/// The log without its base; one that was never opened goes out as it came in.
void write_text_log(WireOut& ar, const detail::TextCore& core);
/// Reads it without looking inside; what was not written by us fails by its checksum.
[[nodiscard]] detail::PackedLog read_packed_log(WireIn& ar);
/// Replays a log into a core that holds the base and no event.
void unpack_log(const detail::PackedLog& log, detail::TextCore& core);

}  // namespace insieme::sync
