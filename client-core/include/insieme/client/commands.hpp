#pragma once
// The one call through which a host (app, command line, binding) speaks to the core: a command as
// JSON in, its reply as JSON out. Every command is described in docs/commands.md.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "insieme/client/engine.hpp"
#include "insieme/client/scheduler.hpp"

namespace insieme::client {

/// Progress of long work as one JSON object per event. Called on the calling thread.
using EventSink = std::function<void(std::string_view json)>;

/// What a command that was begun needs next: its reply is there, a request to perform, or a pause.
using CommandStep = std::variant<std::string, HttpRequest, Pause>;

namespace commands {
class Errand;
class Openings;
}
class Door;

/// What a store is for. In one for practice every command that needs a server is refused with the
/// code `practice`: what is invented there must not meet what is true.
enum class For : std::uint8_t { work, practice };

/// `{"command":"record.save","request_id":"…",…}` → `{"ok":true,…}`, or `{"ok":false,"error":
/// {"code":…,"message_it":…,"message_en":…}}`. Never throws for any input. 64-bit integers cross
/// as strings. From one thread at a time.
class Commands {
 public:
  /// The engine must outlive the commands, and so must the door: what stands before the store, for
  /// the commands about its PIN. Null: those say that there is none.
  explicit Commands(Engine& engine, Door* door = nullptr, For use = For::work);
  ~Commands();

  /// Blocks while a command talks to the network.
  [[nodiscard]] std::string call(std::string_view request, const EventSink& events = {});

  /// As `call`, but never blocks: what needs the network is handed out, and `answered` or `waited`
  /// goes on with what became of it. `events` is called until the reply is there. Other commands
  /// may be called in between; a second one that needs the network is `busy`.
  [[nodiscard]] CommandStep begin(std::string_view request, EventSink events = {});
  [[nodiscard]] CommandStep answered(Result<HttpReply> reply);
  [[nodiscard]] CommandStep waited();

  /// A command while the store is locked: all but those about the PIN are `locked`.
  [[nodiscard]] static std::string call_locked(std::string_view request, Door& door);

  /// docs/commands.md.
  [[nodiscard]] static std::string markdown();

 private:
  [[nodiscard]] std::string run(std::string_view request, const EventSink& events,
                                bool may_hand_out);
  template <class Step>
  [[nodiscard]] CommandStep after(Step step);

  Engine& engine_;
  Door* door_;
  For use_;
  std::unique_ptr<commands::Openings> openings_;
  Scheduler scheduler_;
  std::unique_ptr<commands::Errand> errand_;  ///< the command that waits for the network
};

}  // namespace insieme::client
