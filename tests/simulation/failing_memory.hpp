#pragma once
// Memory that runs out: the n-th allocation fails, once. Part of a test binary of its own, since it
// replaces operator new, and SQLite's allocator, in all of it.

#include <cstddef>
#include <cstdint>

namespace insieme::simulation {

enum class Memory : std::uint8_t { program, sqlite };

/// Puts the failing allocator below SQLite; before anything uses SQLite.
void install_failing_memory();
/// The n-th allocation of this kind from now (from 1) fails; 0: none, but they are counted.
void arm_memory(Memory kind, std::size_t nth) noexcept;
/// Whether it failed.
bool disarm_memory() noexcept;
/// While paused nothing fails and nothing is counted.
void pause_memory(bool paused) noexcept;
/// Allocations since `arm_memory`.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace insieme::simulation
