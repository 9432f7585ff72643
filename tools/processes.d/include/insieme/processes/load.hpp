#pragma once
// What another process of this machine costs, as /proc tells. Any thread.

#include <cstdint>

namespace insieme::processes {

/// Milliseconds on a processor of all threads that live; 0 if it is gone.
[[nodiscard]] double busy_ms(int process);
/// Resident size in KiB; 0 if it is gone.
[[nodiscard]] double resident_kib(int process);
/// The most that it ever was.
[[nodiscard]] double resident_peak_kib(int process);

}  // namespace insieme::processes
