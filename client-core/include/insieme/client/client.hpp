#pragma once
// Everything a host needs, behind JSON: opens a store with its network and answers commands.

#include <memory>
#include <string>
#include <string_view>

#include "insieme/client/commands.hpp"

namespace insieme::client {

/// Options, a JSON object:
/// - `path`: the store's file. `key`: 64 hexadecimal digits.
/// - `mode`: `open` (default), `create`, or `restore` with `backup`: path of a backup.
/// - `ca_file`, `public_key`: whom to trust (transport.hpp).
/// - `wait`: false: never wait between attempts, give up at the first failure instead.
/// - `clock_ms`: for tests and demonstrations: what the device believes the time is, as text.
class Client {
 public:
  /// The reply is `{"ok":true,…}` with the identity, or `{"ok":false,"error":…}` as of a command;
  /// `client` is set only if ok.
  [[nodiscard]] static std::string open(std::string_view options, std::unique_ptr<Client>& client);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// As Commands::call. From one thread at a time.
  [[nodiscard]] std::string call(std::string_view request, const EventSink& events = {});
  /// Ends a synchronisation under way; from any thread.
  void cancel() noexcept;

 private:
  struct Parts;
  explicit Client(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace insieme::client
