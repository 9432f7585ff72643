#pragma once
// Everything a host needs, behind JSON: opens a store with its network and answers commands.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/client/commands.hpp"

namespace insieme::client {

/// Options, a JSON object:
/// - `path`: the store's file. `key`: 64 hexadecimal digits: the store's key, or once there is a
///   PIN what `pin.set` gave to keep in its place. `pin`: opens at once, if there is a PIN.
/// - `mode`: `open` (default), `create`, or `restore` with `backup`: path of a backup.
/// - `ca_file`, `public_key`: whom to trust; `certificate`, `certificate_key`: what to show
///   (transport.hpp).
/// - `wait`: false: never wait between attempts, give up at the first failure instead.
/// - `practice`: true: a store to practise in, of which nothing ever goes to a server.
/// - `clock_ms`: for tests and demonstrations: what the device believes the time is, as text.
class Client {
 public:
  /// The reply is `{"ok":true,…}` with the identity, or `{"ok":false,"error":…}` as of a command;
  /// `client` is set only if ok. With a PIN and no `pin` the store stays closed: the reply is that
  /// of `pin.state` with `locked` true, and all commands but those about the PIN are `locked` until
  /// `unlock` or `recovery.answer`.
  [[nodiscard]] static std::string open(std::string_view options, std::unique_ptr<Client>& client);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// As Commands::call. From one thread at a time. `lock` closes the store and forgets its key
  /// before it returns; an exchange that was begun is over, and nothing of it is resumed.
  [[nodiscard]] std::string call(std::string_view request, const EventSink& events = {});

  /// A command in steps that never block, for a host whose network answers later (a browser).
  struct Step {
    enum class Kind { reply, post, pause };
    Kind kind = Kind::reply;
    /// `reply`: as of `call`. `post`: `{"url","headers":[[name,value],…],"reply_bytes_max",
    /// "connect_timeout_ms","total_timeout_ms","pin"}`. `pause`: `{"ms"}`.
    std::string text;
    std::vector<std::uint8_t> body;  ///< of `post`
  };
  /// Begins any command; `call` may be used before the reply is there, but not for a second one
  /// that needs the network. `events` is called within `begin` and `resume`.
  [[nodiscard]] Step begin(std::string_view request, EventSink events = {});
  /// What became of a post: `{"status","content_type","retry_after_s","failure","handed_over"}` as
  /// in HttpReply, and the body; or `{"refused":"…"}`, a sentence, if trying again cannot help.
  /// Of a pause: `{}`. What is not such an object counts as no answer.
  [[nodiscard]] Step resume(std::string_view answer, std::span<const std::uint8_t> body = {});
  /// Ends a synchronisation under way; from any thread.
  void cancel() noexcept;

 private:
  struct Parts;
  explicit Client(std::unique_ptr<Parts> parts);
  [[nodiscard]] std::string knock(std::string_view request);
  [[nodiscard]] Step step_of(CommandStep step);
  std::unique_ptr<Parts> parts_;
};

}  // namespace insieme::client
