#pragma once
// Who is shut out, once more, outside the database: one that is put back from a copy knows only
// what held on its day, and would let in a stolen tablet, or whoever has left since.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/device_order.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

/// What is shut out. Numbers are stored.
enum class Revoked : std::uint8_t {
  account = 1,   ///< disabled; subject: the account
  device = 2,    ///< revoked; subject: the device's id
  order = 3,     ///< a device that is locked or to be wiped; subject: the device's id
  machine = 4,   ///< revoked; subject: its name
  password = 5,  ///< of the server's own, disabled; subject: the account
};

/// One word on one subject; a later one takes its place.
struct Revocation {
  Revoked kind = Revoked::account;
  std::string subject;
  bool stands = true;  ///< false: it was let in again
  sync::OrderKind order = sync::OrderKind::none;  ///< of an `order`, with its id
  sync::DeviceOrderId order_id;
  std::string by;           ///< who said so; the reason stays in the database, and its copies
  std::int64_t at_ms = 0;   ///< as the audit has it
  friend bool operator==(const Revocation&, const Revocation&) = default;
};

/// A file of lines, each sealed with a hash over all before it. Several processes may use it at
/// once.
class RevocationLedger {
 public:
  explicit RevocationLedger(std::string path) : path_(std::move(path)) {}
  /// The last word on each subject. A last line that was cut short by a crash does not count.
  /// `storage_failure`: it cannot be read, or somebody changed it.
  [[nodiscard]] Result<std::vector<Revocation>> read() const;
  /// On disk when it returns.
  [[nodiscard]] Status append(const Revocation& entry) const;

 private:
  std::string path_;
};

}  // namespace insieme::server
