#pragma once
// Escrows at the form: rights to spend that devices hold, and entries that spend them.

#include "commands/records/plan.hpp"

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

/// `{"spend": 3}`, `{"grant"|"transfer": {"to", "amount"}}`, `{"refund": dot}`,
/// `{"reclaim": {"from", "to"?}}`.
[[nodiscard]] Check plan_escrow(FieldTask& task, const RecordRef& ref, Plan& plan);
/// Mints what a save lets the escrows of its record come to beyond what was minted.
[[nodiscard]] Check plan_minting(Context& context, const RecordRef& ref,
                                 const schema::RecordType& type, const Facets* existing,
                                 const schema::RecordValues& after,
                                 const std::vector<std::string>& changed, Plan& plan);
/// A new entry spends from its account, or takes back what it reverses.
[[nodiscard]] Check plan_entry(Context& context, const RecordRef& ref,
                               const schema::RecordType& type, const schema::RecordValues& after,
                               Plan& plan);

/// The entry that a spend was made by: the same change wrote both. Nothing if there is none here.
[[nodiscard]] Outcome<std::optional<Facets>> entry_of(Context& context, const RecordRef& account,
                                                      std::string_view field,
                                                      const sync::Dot& spend);

}  // namespace insieme::client::commands
