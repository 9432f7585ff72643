#pragma once
// What every command has at hand, and the exactly-once act.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "commands/failure.hpp"
#include "insieme/client/commands.hpp"
#include "insieme/client/engine.hpp"
#include "insieme/client/scheduler.hpp"

namespace insieme::client {
class Door;
}

namespace insieme::client::commands {

struct Context {
  Engine& engine;
  Scheduler& scheduler;
  const EventSink& events;
  json::object args;  ///< checked against the command's table, without command, request_id, lang
  schema::Language language = schema::Language::it;
  std::string request_id;
  std::uint64_t fingerprint = 0;
  Door* door = nullptr;  ///< null: the host opened the store in another way
  std::string purpose;   ///< why a person looks: code of `access_purposes`; may be empty
  std::set<sync::DocumentId> opened;  ///< of sensitive sections, where the reply does not say so
  /// The text of what `once` answered, of the first `members` of the reply, where the command asks
  /// for it and only adds to them: it need not be made a second time.
  struct Said {
    std::string text;
    std::size_t members = 0;
  };
  Said said;

  [[nodiscard]] Store& store() const { return engine.store(); }
  [[nodiscard]] const schema::Bundle& bundle() const { return engine.store().bundle(); }
  [[nodiscard]] Platform& platform() const { return engine.platform(); }

  // Arguments; kinds were checked, so these only look.
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;  ///< empty if absent
  [[nodiscard]] bool flag(std::string_view name) const;         ///< false if absent
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t otherwise) const;
  [[nodiscard]] const json::array* list(std::string_view name) const;
  [[nodiscard]] const json::object* object(std::string_view name) const;
};

[[nodiscard]] json::string_view key_of(std::string_view name);
/// Null if absent.
[[nodiscard]] const json::value* find(const json::object& object, std::string_view name);
[[nodiscard]] std::string text_at(const json::object& object, std::string_view name);

[[nodiscard]] bool is_sensitive(const schema::Bundle& bundle, std::string_view section);
/// The command shows something of it (or writes it to a file), whatever its reply says.
void note_opened(Context& context, const sync::DocumentId& document);

/// Refuses what needs a server in a store that has none.
[[nodiscard]] Check check_enrolled(const Context& context);

/// Does `act` once for this request: a repeated request gets the first reply again. `suffix` tells
/// several acts of one request apart.
using Act = std::function<Outcome<json::object>(Writer&)>;
[[nodiscard]] Outcome<json::object> once(Context& context, const Act& act,
                                         std::string_view suffix = {},
                                         Context::Said* said = nullptr);

}  // namespace insieme::client::commands
