#pragma once
// For commands that stay: how they end.

#include <atomic>

namespace insieme::cli {

/// From now on SIGINT and SIGTERM make `stop_asked` true. Asked once, a command ends after what is
/// under way; asked twice, at once: nothing is lost by that.
void end_on_signals();
[[nodiscard]] const std::atomic<bool>& stop_asked() noexcept;

}  // namespace insieme::cli
