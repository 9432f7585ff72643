#pragma once
// Nothing that is thrown crosses into C.

#include <new>

#include "insieme/insieme.h"

namespace insieme::bindings {

/// Runs `body`, which gives a status; what it throws becomes one.
template <class Body>
[[nodiscard]] insieme_status_t guard(Body&& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return INSIEME_NO_MEMORY;
  } catch (...) {
    return INSIEME_INTERNAL;
  }
}

}  // namespace insieme::bindings
