#pragma once
// Escrows at the form: rights to spend that devices hold, and entries that spend them.

#include "commands/records/plan.hpp"

namespace insieme::client::commands {

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
