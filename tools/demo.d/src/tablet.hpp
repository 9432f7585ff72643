#pragma once
// One store with its person: the real encrypted file, the real network code, spoken to through the
// one call that every host uses.

#include <boost/json.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "insieme/client/client.hpp"

namespace insieme::demo {

namespace json = boost::json;

/// The story cannot go on: something that must work did not.
class StoryFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct SyncRun {
  std::uint64_t attempts = 0;  ///< the last one succeeded
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t held = 0;
};

class Tablet {
 public:
  /// `name` is what people call it; `account` whose it is; `path` the store's file.
  Tablet(std::string name, std::string account, std::string path);
  /// Another file of the same person under the same key.
  [[nodiscard]] static Tablet like(const Tablet& other, std::string name, std::string path);
  void rename(std::string name) { name_ = std::move(name); }

  void create() { open_as({{"mode", "create"}}); }
  void open() { open_as({}); }
  void restore(const std::string& backup) { open_as({{"mode", "restore"}, {"backup", backup}}); }
  /// From here on the device believes that this is the time.
  void set_clock(std::int64_t unix_ms);
  /// The device's clock is right again.
  void mend_clock();
  /// So that another process may use the file.
  void close() { client_.reset(); }

  /// The reply of a command; throws StoryFailed with the command's own words when it is refused.
  json::object call(const std::string& command, json::object arguments = {});
  /// The same, but a refusal is a value.
  [[nodiscard]] json::object try_call(const std::string& command, json::object arguments = {});
  /// Synchronises, again and again until it succeeds, as a tablet does when it has a network.
  SyncRun sync();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::string& account() const noexcept { return account_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }

 private:
  void open_as(json::object options);

  std::string name_;
  std::string account_;
  std::string path_;
  std::string key_;
  std::string clock_ms_;
  std::uint64_t requests_ = 0;
  std::unique_ptr<client::Client> client_;
};

/// Empty if absent or not a text.
[[nodiscard]] std::string text_of(const json::object& object, std::string_view key);
/// Throws StoryFailed if it is not there.
[[nodiscard]] const json::array& list_of(const json::object& object, std::string_view key);
[[nodiscard]] const json::object& object_of(const json::object& object, std::string_view key);
/// 64-bit numbers cross JSON as text.
[[nodiscard]] std::int64_t number_of(const json::object& object, std::string_view key);

}  // namespace insieme::demo
