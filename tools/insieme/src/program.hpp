#pragma once
// One run of the program: the options that every command has, the store, and how to end.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/client/client.hpp"
#include "terminal.hpp"
#include "words.hpp"

namespace insieme::cli {

namespace json = boost::json;

/// What the shell gets. Documented in --help; never renumbered.
enum ExitCode : int {
  kOk = 0,
  kUsage = 1,    ///< the command was not understood
  kRefused = 2,  ///< a rule, an assignment or a wrong name stands against it; nothing was written
  kStorage = 3,  ///< the store cannot be opened, read or written, or the output not written
  kNetwork = 4,  ///< no server, or it refuses this device; work is kept
  kOpen = 5,     ///< `review --check`: there is something to decide
};

/// Ends the program with a sentence. The only exception of this program, caught in `main`.
class Stop : public std::runtime_error {
 public:
  Stop(int exit_code, const std::string& sentence)
      : std::runtime_error(sentence), exit_code_(exit_code) {}
  Stop(int exit_code, const std::string& sentence, json::object reply)
      : std::runtime_error(sentence), exit_code_(exit_code), reply_(std::move(reply)) {}
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }
  /// The core's own reply, for --json; empty if it was not the core that refused.
  [[nodiscard]] const json::object& reply() const noexcept { return reply_; }

 private:
  int exit_code_;
  json::object reply_;
};

struct Globals {
  std::string store;
  std::string key_file;
  std::string language;
  std::string ca_file;
  std::string public_key;
  std::string certificate;
  std::string certificate_key;
  std::string clock_ms;
  std::string request_id;
  std::string purpose;
  bool json = false;
  bool impatient = false;  ///< a synchronisation ends at its first failure
};

class Program {
 public:
  Globals globals;
  /// Set by the parsed command; gives the exit code.
  std::function<int()> run;

  /// Makes `mode` `create` or `restore` what the next call opens with.
  void open_as(std::string mode, std::string backup = {});
  [[nodiscard]] std::string store_path() const;
  /// 64 digits from INSIEME_KEY or the key file.
  [[nodiscard]] std::string key() const;
  /// The same; of a wiped device, whose key is gone, any: what is left says what happened to it.
  [[nodiscard]] std::string key_to_open() const;
  [[nodiscard]] std::string key_path() const;
  [[nodiscard]] std::int64_t now_ms() const;

  /// Calls the core; throws Stop with the core's own words if it refuses.
  json::object call(const std::string& command, json::object arguments = {});
  /// The same for what also works while the store is locked: no PIN is asked for.
  json::object call_locked(const std::string& command, json::object arguments = {});
  /// Closes the store: somebody else may open it.
  void close();
  /// A request as it is, its reply as it is.
  std::string call_raw(std::string_view request);
  /// Prints the reply as JSON if that is wanted; then the human form is not.
  bool print_json(const json::object& reply) const;
  /// `call`, and done if JSON is wanted.
  [[nodiscard]] bool answered(const std::string& command, json::object arguments,
                              json::object& reply);

 private:
  void ensure_open();
  void ensure_unlocked();
  void on_event(std::string_view event);

  std::string mode_ = "open";
  std::string backup_;
  std::unique_ptr<client::Client> client_;
  bool is_locked_ = false;
  Progress progress_;
};

// Looking into replies, whose members may be absent.
[[nodiscard]] std::string text_of(const json::object& object, std::string_view key);
[[nodiscard]] bool flag_of(const json::object& object, std::string_view key);
[[nodiscard]] const json::array& list_of(const json::object& object, std::string_view key);
[[nodiscard]] const json::object& object_of(const json::object& object, std::string_view key);
[[nodiscard]] std::string sentence_of(const json::object& error);
/// On standard output; throws Stop if it cannot be written.
void print(const std::string& text);

/// The notices of a reply, a line each.
[[nodiscard]] std::string notice_lines(const json::object& reply);

/// `--help` of a command: what it does, and examples under it.
CLI::App* add_command(CLI::App& app, const char* name, const char* it, const char* en,
                      const char* examples);

// Each adds its commands.
void add_store_commands(CLI::App& app, Program& program);
void add_record_commands(CLI::App& app, Program& program);
void add_write_commands(CLI::App& app, Program& program);
void add_rights_commands(CLI::App& app, Program& program);
void add_erase_command(CLI::App& app, Program& program);
void add_same_commands(CLI::App& app, Program& program);
void add_schema_commands(CLI::App& app, Program& program);
void add_notice_commands(CLI::App& app, Program& program);
void add_review_commands(CLI::App& app, Program& program);
void add_exchange_commands(CLI::App& app, Program& program);
void add_device_commands(CLI::App& app, Program& program);
void add_guide_commands(CLI::App& app, Program& program);
void add_replay_commands(CLI::App& app, Program& program);

}  // namespace insieme::cli
