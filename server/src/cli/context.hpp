#pragma once
// What every subcommand needs: where the data is, the configuration, how to speak.

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "insieme/server/blobs.hpp"
#include "insieme/server/config.hpp"
#include "insieme/server/data_dir.hpp"
#include "insieme/server/repository.hpp"

namespace insieme::server::cli {

// Exit codes. Documented in --help; never renumbered.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kConfiguration = 3;
inline constexpr int kRefused = 4;
inline constexpr int kStorage = 5;
inline constexpr int kFaultsFound = 6;

/// Ends a command with a sentence for a person.
class CommandError : public std::runtime_error {
 public:
  CommandError(int exit_code, const std::string& what)
      : std::runtime_error(what), exit_code_(exit_code) {}
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
};

struct Options {
  std::string data;
  std::string config_file;
  bool json = false;
  std::map<std::string, std::string> flags;  ///< settings given as flags, by their name
};

[[nodiscard]] Clock wall_clock();

class Context {
 public:
  explicit Context(const Options& options);
  [[nodiscard]] const DataDir& dir() const noexcept { return dir_; }
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] bool json() const noexcept { return json_; }
  /// Opened when first asked for.
  [[nodiscard]] Repository& repository();
  [[nodiscard]] BlobStore& blobs();
  /// Why the operator does what the command does, for the audit.
  void give_reason(const std::string& reason);
  /// Whom the audit names for what this process does of itself.
  void act_as_server();
  /// Where those that go with a copy of the database lie; null: it lies beside the store itself.
  [[nodiscard]] std::unique_ptr<BlobStore> blob_copies(const std::string& copy) const;

 private:
  DataDir dir_;
  Config config_;
  bool json_;
  [[nodiscard]] std::string blob_folder() const;

  std::unique_ptr<Repository> repository_;
  std::unique_ptr<BlobStore> blobs_;
};

/// Throws CommandError(kRefused) or (kStorage).
void require(const Status& status);
template <class T>
[[nodiscard]] T require(Result<T> result) {
  if (!result.ok()) require(Status(result.error()));
  return std::move(result).value();
}

/// The last digits of an id, as the client shows it: the first ones of all that was made within a
/// few hours are the same.
[[nodiscard]] std::string short_id(const std::string& id);
/// Whether `text` is the id, or its first or last digits: 4 or more, dashes left aside.
[[nodiscard]] bool names_id(const std::string& text, const std::string& id);

/// The only one of `ids` that `text` names.
template <class Id>
[[nodiscard]] Id pick_id(const std::string& text, const std::vector<Id>& ids,
                         const std::string& what) {
  std::vector<Id> found;
  for (const Id& id : ids) {
    if (names_id(text, sync::to_text(id))) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) throw CommandError(kRefused, "there is no " + what + " \"" + text + "\"");
  throw CommandError(kRefused, "more than one " + what + " begins or ends with \"" + text +
                                   "\": give its last digits, or all of it");
}

}  // namespace insieme::server::cli
