#pragma once
// One question of whoever coordinates or administers, to the own server (docs/adr/0053): asked
// with a token of this device, in steps that never block. Nothing of the answer is kept here.

#include <boost/json.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "commands/table.hpp"
#include "insieme/client/glass_run.hpp"

namespace insieme::client {

/// More no server sends.
inline constexpr std::size_t kSteerBytesMax = 8 * 1024 * 1024;

/// The object that a server answers, every text in it made fit for one line. `malformed`.
[[nodiscard]] Result<boost::json::object> parse_steer(std::span<const std::uint8_t> body);

class GlassRun::Asking {
 public:
  using Need = std::variant<HttpRequest, Result<HttpReply>>;

  Asking(Engine& engine, std::string_view path, std::string body)
      : engine_(engine), path_(path), body_(std::move(body)) {}
  /// `unauthenticated`: not enrolled. Later: what the server says, in its words.
  [[nodiscard]] Need begin();
  [[nodiscard]] Need answered(const Result<HttpReply>& reply);

 private:
  [[nodiscard]] Need ask_challenge();
  [[nodiscard]] Need ask();

  Engine& engine_;
  std::string path_;
  std::string body_;
  Asked asked_ = Asked::nothing;
  int tokens_ = 0;
};

}  // namespace insieme::client

namespace insieme::client::commands {

/// Questions and acts that need the network; the last of the table.
[[nodiscard]] std::vector<CommandSpec> steer_commands();

}  // namespace insieme::client::commands
