#pragma once
// A tablet for the targets: a real encrypted store that is the same before every input, a clock and
// chance that repeat, and a server that answers what the target says.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "fuzz_folder.hpp"
#include "insieme/client/commands.hpp"

namespace insieme::fuzzing {

class Chance final : public client::Platform {
 public:
  std::int64_t now_ms() override { return now_ += 1; }
  std::int64_t steady_ms() override { return 0; }
  void random(std::span<std::uint8_t> bytes) override;

 private:
  std::int64_t now_ = 1'700'000'000'000;
  std::uint64_t state_ = 0x9e3779b97f4a7c15ULL;
};

using Answer = std::function<client::HttpReply(const client::HttpRequest&)>;

class Wire final : public client::Transport {
 public:
  explicit Wire(Answer answer) : answer_(std::move(answer)) {}
  Result<client::HttpReply> post(const client::HttpRequest& request) override {
    return answer_(request);
  }

 private:
  Answer answer_;
};

/// One tablet with one household and one visit, its store a fresh copy. Its files lie in memory if
/// the machine has a place for that, and are gone with it. `is_enrolled`: it has a server.
class Tablet {
 public:
  explicit Tablet(Answer answer, bool is_enrolled = false);
  Tablet(const Tablet&) = delete;
  Tablet& operator=(const Tablet&) = delete;
  /// Runs the command; a reply that is not the JSON object it should be is a crash.
  std::string call(std::string_view request);
  [[nodiscard]] client::Engine& engine() { return *engine_; }
  /// A folder in which commands may write.
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.path() / name; }

 private:
  Folder folder_;  ///< goes last
  Chance chance_;
  Wire wire_;
  std::unique_ptr<client::Engine> engine_;
  std::unique_ptr<client::Commands> commands_;
};

}  // namespace insieme::fuzzing
