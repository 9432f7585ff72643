#include "simulation/failing_memory.hpp"

#include <sqlite3.h>

#include <cstdlib>
#include <new>
#include <stdexcept>

#include "simulation/disks.hpp"

namespace insieme::simulation {
namespace {

struct State {
  Memory kind = Memory::program;
  bool is_armed = false;
  bool is_paused = false;
  bool has_struck = false;
  std::size_t nth = 0;
  std::size_t count = 0;
};

// What replaces operator new has nowhere else to keep this. One thread.
State state;              // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
sqlite3_mem_methods real;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

bool fails(Memory kind) noexcept {
  if (!state.is_armed || state.is_paused || state.kind != kind) return false;
  if (kind == Memory::program && is_at_disk()) return false;
  if (++state.count != state.nth) return false;
  state.has_struck = true;
  return true;
}

void* sqlite_malloc(int size) { return fails(Memory::sqlite) ? nullptr : real.xMalloc(size); }
void* sqlite_realloc(void* old, int size) {
  return fails(Memory::sqlite) ? nullptr : real.xRealloc(old, size);
}

}  // namespace

void* allocate_or_null(std::size_t size) noexcept {
  return fails(Memory::program) ? nullptr : std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size) {
  void* memory = allocate_or_null(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void install_failing_memory() {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  sqlite3_mem_methods failing = real;
  failing.xMalloc = sqlite_malloc;
  failing.xRealloc = sqlite_realloc;
  if (sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK) {
    throw std::logic_error("SQLite is in use already");
  }
}

void arm_memory(Memory kind, std::size_t nth) noexcept {
  state = State{kind, true, false, false, nth, 0};
}

bool disarm_memory() noexcept {
  state.is_armed = false;
  return state.has_struck;
}

void pause_memory(bool paused) noexcept { state.is_paused = paused; }

std::size_t allocations() noexcept { return state.count; }

}  // namespace insieme::simulation

// Each form of them that the standard library or Catch2 uses: a sanitizer brings its own of any
// that is left out, and then finds memory of one given back to the other.
void* operator new(std::size_t size) { return insieme::simulation::allocate(size); }
void* operator new[](std::size_t size) { return insieme::simulation::allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return insieme::simulation::allocate_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return insieme::simulation::allocate_or_null(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
