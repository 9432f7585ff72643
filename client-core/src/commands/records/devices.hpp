#pragma once
// Devices as people name them: by whoever wrote on them, or by their id.

#include "commands/lookup.hpp"

namespace insieme::client::commands {

/// A device that has written in a dossier, as far as records here tell.
struct KnownDevice {
  sync::ReplicaId replica;
  std::string author;      ///< whoever wrote on it last
  std::int64_t at_ms = 0;  ///< stamp of that
};
/// By replica, and this device whether it has written or not.
[[nodiscard]] Outcome<std::vector<KnownDevice>> known_devices(Context& context,
                                                              const sync::DossierId& dossier);
/// What `named` means: `here`, a device's id or its beginning (4 digits or more), or an account:
/// the device on which that person wrote last.
[[nodiscard]] Outcome<sync::ReplicaId> find_device(Context& context, const sync::DossierId& dossier,
                                                   const std::string& named);

}  // namespace insieme::client::commands
