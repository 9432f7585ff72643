#pragma once
// Erasure at the server (docs/erasure.md): who asked, who confirmed, who has carried it out; and
// the ledger of orders, which lies outside the database, so that a server that is restored from an
// old copy carries out again what was erased since before it answers anybody.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "insieme/sync/erasure.hpp"

namespace insieme::server {

/// Numbers are stored.
enum class ErasureState : std::uint8_t { proposed = 0, carried_out = 1, withdrawn = 2 };

struct Erasure {
  sync::ErasureOrder order;
  ErasureState state = ErasureState::proposed;
  std::string asked_by;
  std::int64_t proposed_ms = 0;
  std::string confirmed_by;                 ///< the second person; empty: none was needed
  std::optional<std::int64_t> decided_ms;   ///< carried out or withdrawn
  std::uint64_t position = 0;               ///< of the order in the log
  std::optional<std::int64_t> cleaned_ms;   ///< no page of the database holds it any more
  bool key_destroyed = false;               ///< of a whole dossier
};

/// What one device has to do with an order: its account held the dossier once.
struct ErasureDevice {
  sync::DeviceId device;
  std::string account;
  std::string name;
  bool gone = false;          ///< revoked or given up: nobody waits for it
  bool takes_orders = true;   ///< false: an older version, told to drop the dossier instead
  bool told = false;          ///< the order was sent, and asked for what comes after it
  std::optional<std::int64_t> last_sync_ms;
  std::optional<std::int64_t> confirmed_ms;
};

struct LegalHold {
  sync::DossierId dossier;
  std::string set_by;
  std::string reason;
  std::int64_t since_ms = 0;
};

struct LedgerEntry {
  sync::ErasureOrder order;
  std::string asked_by;
  std::string confirmed_by;
  std::int64_t at_ms = 0;
  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

/// A text file, one JSON object a line, each with a hash over itself and the line before. It holds
/// ids, accounts and legal grounds, nothing of what was erased. Several processes may use it.
class ErasureLedger {
 public:
  explicit ErasureLedger(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// In order. A last line that was cut short by a crash does not count: what it announced was not
  /// done. `storage_failure`: it cannot be read, or somebody changed it.
  [[nodiscard]] Result<std::vector<LedgerEntry>> read() const;
  /// On disk when it returns. An order that stands there already is left as it is.
  [[nodiscard]] Status append(const LedgerEntry& entry) const;

 private:
  std::string path_;
};

}  // namespace insieme::server
