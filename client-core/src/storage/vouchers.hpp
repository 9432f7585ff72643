#pragma once
// The server's word about each document (insieme/sync/voucher.hpp), and what is given back on its
// strength to a server that was put back from an old backup: first its log is read anew, so that
// this store knows what is missing there; then that is offered; only then goes own work out, which
// stands on it (docs/adr/0013).

#include <optional>
#include <set>
#include <vector>

#include "storage/documents.hpp"

namespace insieme::client {

/// Where that stands. Numbers are fixed for ever: setting `healing`.
enum class HealingStep : std::uint8_t {
  none = 0,
  reading = 1,   ///< the server's log, from position 0 on
  offering = 2,  ///< what it lacks
};
[[nodiscard]] HealingStep healing_step(Core& core);

/// What the server said of the document; nothing if it said nothing or somebody else signed it.
[[nodiscard]] std::optional<sync::Voucher> voucher_of(Core& core, std::int64_t document);
/// Keeps the vouchers of a reply, of documents that are here as the reply's digests say. One that
/// takes the place of an earlier one is checked for all; the others when `voucher_of` is asked for
/// them.
void note_vouches(Core& core, Documents& documents, const sync::SyncReply& reply);
/// Whether the document is to be given back and its digest says nothing yet.
[[nodiscard]] bool is_due(Core& core, std::int64_t document);
/// Numbers of own changes that the document's voucher covers: they need not be judged anew.
[[nodiscard]] std::vector<std::int64_t> vouched_own(Core& core, std::int64_t document);

/// The server does not know the cursor.
void begin_healing(Core& core);
/// The log is read once more from position 0, if something is being given back.
void read_anew_before_healing(Core& core);
/// What goes into the next request, with the keys of what has left; `documents` receives those that
/// it is of and that are here.
void gather_healing(Core& core, std::size_t bytes_target, sync::Gathered& out,
                    std::set<std::int64_t>& documents);
/// What became of it.
void settle_healed(Core& core, Documents& documents, const std::vector<sync::PushResult>& results);
/// After a reply. `read`: the log was read to its end.
void go_on_healing(Core& core, Documents& documents, bool read);

}  // namespace insieme::client
