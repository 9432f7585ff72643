#pragma once
// The one call through which a host (app, command line, binding) speaks to the core: a command as
// JSON in, its reply as JSON out. Every command is described in docs/commands.md.

#include <functional>
#include <string>
#include <string_view>

#include "insieme/client/engine.hpp"
#include "insieme/client/scheduler.hpp"

namespace insieme::client {

/// Progress of long work as one JSON object per event. Called on the calling thread.
using EventSink = std::function<void(std::string_view json)>;

/// `{"command":"record.save","request_id":"…",…}` → `{"ok":true,…}`, or `{"ok":false,"error":
/// {"code":…,"message_it":…,"message_en":…}}`. Never throws for any input. 64-bit integers cross
/// as strings. From one thread at a time.
class Commands {
 public:
  /// The engine must outlive the commands.
  explicit Commands(Engine& engine);

  [[nodiscard]] std::string call(std::string_view request, const EventSink& events = {});

  /// docs/commands.md.
  [[nodiscard]] static std::string markdown();

 private:
  Engine& engine_;
  Scheduler scheduler_;
};

}  // namespace insieme::client
