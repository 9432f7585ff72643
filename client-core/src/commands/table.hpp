#pragma once
// The table of commands: names, arguments, help. Documentation, checks and dispatch all read it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "commands/context.hpp"

namespace insieme::client::commands {

enum class ArgKind { text, id, ids, boolean, integer, object, array, any };

/// A sentence of the commands' documentation, which lies in the program as it stands. The core for
/// browsers leaves it out and says nothing: a screen shows none, and it would travel first.
class Told {
 public:
#ifdef __EMSCRIPTEN__
  constexpr Told(const char* /*text*/) noexcept {}
  [[nodiscard]] static std::string text() { return {}; }
#else
  constexpr Told(const char* text) noexcept : text_(text) {}
  [[nodiscard]] std::string text() const { return text_; }

 private:
  const char* text_;
#endif
};

struct ArgSpec {
  const char* name;
  ArgKind kind;
  bool required;
  Told it;
  Told en;
};

/// Whether a command writes, and so needs a `request_id`.
enum class Writes { no, yes, maybe_without_id };

/// A command that waits for the network without blocking. It outlives the Context that made it.
class Errand {
 public:
  using Step = std::variant<Outcome<json::object>, HttpRequest, Pause>;
  virtual ~Errand() = default;
  [[nodiscard]] virtual Step begin(EventSink events) = 0;
  [[nodiscard]] virtual Step answered(Result<HttpReply> reply) = 0;
  [[nodiscard]] virtual Step waited() = 0;
  /// All that is here is on its way to the server before it is destroyed: what is written now would
  /// not be among it.
  [[nodiscard]] virtual bool is_handing_over() const { return false; }
};
using ErrandMaker = Outcome<std::unique_ptr<Errand>> (*)(Context&);

/// What a command about key and PIN has at hand: whether the store is open or not, it works.
struct DoorCall {
  Door& door;
  const json::object& args;  ///< checked
  schema::Language language;
};

struct CommandSpec {
  const char* name;
  Writes writes;
  Told it;
  Told en;
  std::vector<ArgSpec> args;
  Told returns;  ///< English; names of the reply's members
  Told example;  ///< a whole request
  Outcome<json::object> (*run)(Context&);
  ErrandMaker errand = nullptr;  ///< of commands that need the network: the same without blocking
  /// In place of `run`.
  Outcome<json::object> (*at_door)(DoorCall&) = nullptr;
};

/// All commands, in the order of the documentation.
[[nodiscard]] const std::vector<CommandSpec>& all_commands();
[[nodiscard]] const CommandSpec* find_command(std::string_view name);
[[nodiscard]] std::string_view name_of(ArgKind kind);

/// Every argument known, of its kind, and none missing.
[[nodiscard]] Check check_args(const CommandSpec& command, const json::object& args);

/// The candidate nearest to `word` if it is near enough to have been meant; else empty.
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);
/// ` Forse «x»?` and ` Did you mean “x”?`, or empty.
[[nodiscard]] std::string hint_it(const std::string& nearest_word);
[[nodiscard]] std::string hint_en(const std::string& nearest_word);

// One per file of commands.
[[nodiscard]] std::vector<CommandSpec> about_commands();
[[nodiscard]] std::vector<CommandSpec> dossier_commands();
[[nodiscard]] std::vector<CommandSpec> agenda_commands();
[[nodiscard]] std::vector<CommandSpec> read_commands();
[[nodiscard]] std::vector<CommandSpec> save_commands();
[[nodiscard]] std::vector<CommandSpec> blob_commands();
[[nodiscard]] std::vector<CommandSpec> life_commands();
[[nodiscard]] std::vector<CommandSpec> erase_commands();
[[nodiscard]] std::vector<CommandSpec> rights_commands();
[[nodiscard]] std::vector<CommandSpec> same_commands();
[[nodiscard]] std::vector<CommandSpec> finding_commands();
[[nodiscard]] std::vector<CommandSpec> fetch_finding_commands();
[[nodiscard]] std::vector<CommandSpec> draft_commands();
[[nodiscard]] std::vector<CommandSpec> network_commands();
[[nodiscard]] std::vector<CommandSpec> notice_commands();
[[nodiscard]] std::vector<CommandSpec> review_commands();
[[nodiscard]] std::vector<CommandSpec> resolve_commands();
[[nodiscard]] std::vector<CommandSpec> inbox_commands();
[[nodiscard]] std::vector<CommandSpec> export_commands();
[[nodiscard]] std::vector<CommandSpec> import_commands();
[[nodiscard]] std::vector<CommandSpec> hand_over_commands();
[[nodiscard]] std::vector<CommandSpec> care_commands();
[[nodiscard]] std::vector<CommandSpec> glass_commands();
[[nodiscard]] std::vector<CommandSpec> lock_commands();

}  // namespace insieme::client::commands
