#pragma once
// What is asked of the server about dossiers that are opened with a reason, for a while
// (docs/adr/0039). Needs the network: the server decides, and tells whoever coordinates.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "insieme/client/engine.hpp"

namespace insieme::client {

inline constexpr std::string_view kGlassPath = "/v1/glass";
inline constexpr std::string_view kGlassListPath = "/v1/glass/list";
inline constexpr std::string_view kGlassEndPath = "/v1/glass/end";
inline constexpr std::string_view kGlassSeenPath = "/v1/glass/seen";
inline constexpr std::size_t kGlassesMax = 200;

/// What the server answers: a list, or the one that was opened. `malformed`.
[[nodiscard]] Result<std::vector<Glass>> parse_glasses(std::span<const std::uint8_t> body);

/// One act and then the list, in steps that never block. The engine must outlive it.
class GlassRun {
 public:
  /// What asks the server in this device's name; for other questions of whoever coordinates, too
  /// (src/commands/steer_ask.hpp).
  class Asking;

  /// What is left after the act, stored here already.
  using Need = std::variant<HttpRequest, Result<std::vector<Glass>>>;

  /// `path`: one of the above; `body`: its JSON.
  GlassRun(Engine& engine, std::string_view path, std::string body)
      : engine_(engine), path_(path), body_(std::move(body)) {}
  /// `unauthenticated`: not enrolled. Later: what the server says, in its words: `not_allowed`,
  /// `invalid_argument`, `not_found`, `conflict`; `unavailable` (no network, or too many in a day).
  [[nodiscard]] Need begin();
  [[nodiscard]] Need answered(const Result<HttpReply>& reply);

 private:
  enum class Asked { nothing, challenge, token, act, list };

  [[nodiscard]] Need ask_challenge();
  [[nodiscard]] Need ask();
  [[nodiscard]] Need on_act(const HttpReply& reply);
  [[nodiscard]] Need end(Result<std::vector<Glass>> result);

  Engine& engine_;
  std::string path_;
  std::string body_;
  Asked asked_ = Asked::nothing;
  bool acted_ = false;
  int tokens_ = 0;
};

/// A GlassRun from its begin to its end.
[[nodiscard]] Result<std::vector<Glass>> ask_glass(Engine& engine, std::string_view path,
                                                   std::string body);

}  // namespace insieme::client
