#pragma once
// The store behind a page of this desk: what a browser's worker does (mobile-bindings/wasm), done
// by a program with a store in a file.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "insieme/client/client.hpp"
#include "insieme/client/transport.hpp"
#include "program.hpp"

namespace insieme::cli {

/// Safe from any thread. Commands take turns; one that waits for the network keeps none waiting.
class PageCore {
 public:
  /// `program` says which store, which key, whom to trust. `tell` is given events as JSON, from
  /// whatever thread runs a command.
  PageCore(const Program& program, std::function<void(std::string)> tell);
  ~PageCore();
  PageCore(const PageCore&) = delete;
  PageCore& operator=(const PageCore&) = delete;

  /// A message of page `from`, `{act, folder?, request?}` as mobile-bindings/wasm/js/index.mjs
  /// sends them; the reply is one of a command. The page that opened last has the store, and no
  /// other one. `copy` gives the store's bytes in `copied`.
  [[nodiscard]] std::string answer(const json::object& message, const std::string& from,
                                   std::vector<char>& copied);
  /// Ends what waits, and refuses what comes: the program is to end.
  void stop();

 private:
  /// The network of one opening of the store: what is under way ends with it.
  struct Line;

  /// With `calls_` held.
  [[nodiscard]] std::string open(const std::string& folder);
  [[nodiscard]] std::string open_practice();
  [[nodiscard]] std::string erase(const std::string& folder);
  [[nodiscard]] std::string copy(std::vector<char>& copied);
  [[nodiscard]] std::string keep_secret(const std::string& reply);
  void close();
  void end_line();
  void throw_practice_away();

  /// Of the opening that a command was meant for: it is not performed on another one.
  using Meant = const std::shared_ptr<Line>&;
  [[nodiscard]] std::string call(Meant line, const json::object& request);
  [[nodiscard]] std::string call_here(Meant line, const std::string& command,
                                      const std::string& text);
  [[nodiscard]] std::string errand(Meant line, const std::string& text);
  [[nodiscard]] std::string wait(Meant line, const std::string& text);
  [[nodiscard]] bool is_open(Meant line) const;
  [[nodiscard]] std::string opening(const std::string& path, const std::string& key,
                                    const char* mode) const;

  const Program& program_;
  std::function<void(std::string)> tell_;
  client::EventSink events_;
  std::atomic<bool> stopped_{false};

  std::mutex calls_;  ///< guards what follows
  std::condition_variable paused_;
  std::unique_ptr<client::Client> client_;
  std::shared_ptr<Line> line_;  ///< another one: another opening
  std::string page_;            ///< that has the store
  bool practises_ = false;
  std::filesystem::path practice_;  ///< its folder, gone with this program
  std::string practice_key_;
};

}  // namespace insieme::cli
