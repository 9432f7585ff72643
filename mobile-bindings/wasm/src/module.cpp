// What the module has beside the C interface: a way out for progress.
#include <emscripten.h>

#include "insieme/insieme.h"

namespace {

EM_JS(void, tell_event, (const char* event, size_t length), {
  if (Module["onEvent"]) Module["onEvent"](new TextDecoder().decode(
      HEAPU8.slice(event, event + length)));
});

void on_event(const char* event, size_t length, void*) { tell_event(event, length); }

}  // namespace

/// For the argument `on_event`: JavaScript has no function pointers of its own.
extern "C" insieme_event_fn insieme_event_function() { return on_event; }
