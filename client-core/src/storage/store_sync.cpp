// The façade of one synchronisation: what is sent, and what the answer makes of the store.
#include "storage/departed.hpp"
#include "storage/erasures.hpp"
#include "storage/glass.hpp"
#include "storage/incoming.hpp"
#include "storage/kept.hpp"
#include "storage/late_work.hpp"
#include "storage/marks.hpp"
#include "storage/notices.hpp"
#include "storage/openings.hpp"
#include "storage/reauthor.hpp"
#include "storage/settle.hpp"
#include "storage/snapshots.hpp"
#include "storage/store_impl.hpp"
#include "storage/vouchers.hpp"

namespace insieme::client {
namespace {

/// Cursor and backfill as they stand in the file.
std::string place_of(Core& core) {
  std::string place;
  for (const char* name : {"cursor_epoch", "cursor_position", "cursor_hash", "backfill"}) {
    place += core.setting(name).value_or("") + '|';
  }
  return place;
}

/// Where the next request goes on.
void save_place(Core& core, const sync::Cursor& cursor,
                const std::optional<sync::Backfill>& backfill) {
  core.set_setting_number("cursor_epoch", static_cast<std::int64_t>(cursor.epoch));
  core.set_setting_number("cursor_position", static_cast<std::int64_t>(cursor.position));
  core.set_setting("cursor_hash", sync::to_hex(cursor.log_hash));
  save_backfill(core, backfill);
}

/// The same after a reply. `anew`: everything is received again.
void save_place_after(Core& core, const sync::SyncReply& reply, bool anew) {
  save_place(core, anew ? sync::Cursor{} : reply.cursor, anew ? std::nullopt : reply.backfill);
  if (!anew && !reply.more) place_kept(core, reply.cursor.position);
}

/// Everything was received: what is to be written in its light.
void write_what_follows(Core& core, Documents& documents) {
  if (reauthor_what_waits(core)) documents.forget_closed();
  documents.flush();
  if (bring_marks(core)) documents.forget_closed();
}

}  // namespace

Result<sync::Gathered> Store::gather(const sync::GatherAction& limits) {
  impl_->end_reading();  // the network follows, and it may be slow
  impl_->gathered.clear();
  impl_->carried = {};
  auto gathered = impl_->read([&] {
    impl_->place = place_of(*impl_->core);
    return client::gather(*impl_->core, limits, impl_->gathered, impl_->carried);
  });
  impl_->acknowledged = gathered.ok() ? gathered->acknowledgements
                                      : std::vector<sync::Acknowledgement>{};
  return gathered;
}

Status Store::note_sent() {
  if (impl_->gathered.empty()) return {};
  return impl_->write_status([&] { client::note_sent(*impl_->core, impl_->gathered); });
}

Result<bool> Store::apply(const sync::SyncReply& reply) {
  Core& core = *impl_->core;
  auto unsent = impl_->write([&] {
    Documents documents(core);
    note_acknowledged(core, documents, impl_->acknowledged);
    settle_healed(core, documents, reply.healed);
    for (const sync::PushResult& result : reply.results) settle(core, documents, result);
    settle_letters(core, documents, reply.letters);
    settle_erasures(core, reply.erasures);
    author_late_work(core, documents, reply);
    // Another program on this store was faster. What became of the changes is true all the same,
    // but the digests are of a log that this store has left behind: taken for its own they would
    // look like the work of a twin.
    if (impl_->place && *impl_->place != place_of(core)) return has_unsent(core);
    bool forked = reauthor_after_fork(core);
    if (forked) {
      documents.forget_closed();
      forget_other_branches(core, documents);
    }
    const bool forgotten = forget_noted(core, documents);
    bool usable = !forgotten;
    for (const sync::StreamItem& item : reply.items) {
      usable = receive(core, documents, item) && usable;
    }
    documents.flush();
    if (!forked) go_on_healing(core, documents, usable && !reply.more);
    std::vector<sync::DocumentId> folded;  // and not what the server has
    const bool same =
        forked || forgotten || compare_digests(core, documents, reply.digests, folded);
    if (!same) {
      // A twin may have written under this store's replica id, and the server does not send a
      // replica its own changes: under a new one everything comes.
      note_fork(core);
      forked = reauthor_after_fork(core);
      if (forked) documents.forget_closed();
      // Only now: what was not sent yet must not be offered under an id that a twin may have used.
      for (const sync::DocumentId& id : folded) {
        OpenDocument* document = forked ? documents.find(id) : nullptr;
        if (document != nullptr) forget_document(core, documents, *document);
      }
    }
    if (same && !forked) note_vouches(core, documents, reply);
    // Handed out and not answered: the next reply decides, and this page is asked for once more.
    const bool again = !same && !forked;
    const bool equal = same && usable;
    if (equal && !forked && !reply.more) write_what_follows(core, documents);
    for (const sync::Acknowledgement& stable : reply.stable) {
      if (equal && !forked) note_stable(core, documents, stable);
    }
    documents.flush();
    if (reply.covered != 0) note_covered(core, reply.covered);
    take_permits(core, reply.permits);
    if (equal && !forked && !reply.more) take_carried_again(core, documents);
    drop_what_left(core, documents);
    client::note_refusal(core, "");
    note_carried(core, impl_->carried);
    core.set_setting_number("clock_offset_ms", reply.server_ms - core.platform.now_ms());
    core.set_setting_number("last_sync_ms", core.platform.now_ms());
    if (again) return has_unsent(core);
    // Everything is received again; also to be told once more what could not be compared before.
    const bool anew = forked || !usable || (!reply.more && is_to_be_compared_again(core));
    save_place_after(core, reply, anew);
    // What differed is healed change by change; snapshots are welcome again when that is done.
    if (!equal || !reply.more) core.set_setting("log_only", equal ? "" : "1");
    if (!equal) offer_everything_again(core, Anew::other_history);
    return anew || has_unsent(core);
  });
  if (unsent.ok() && clean_and_tell(core)) unsent = true;
  return unsent;
}

Status Store::forget_cursor() {
  Core& core = *impl_->core;
  return impl_->write_status([&] {
    save_place(core, {}, {});
    // The server may have lost what is folded here: all positions are to be told again.
    core.set_setting("log_only", "1");
    begin_healing(core);
    offer_everything_again(core, Anew::lost_cursor);
  });
}

Status Store::note_glasses(const std::vector<Glass>& glasses) {
  impl_->glass_looked_ms = 0;
  return impl_->write_status([&] { client::note_glasses(*impl_->core, glasses); });
}

Result<std::vector<Glass>> Store::glasses() {
  return impl_->read([&] { return read_glasses(*impl_->core); });
}

bool Store::asks_for_glasses() {
  const auto asks = impl_->read([&] { return client::asks_for_glasses(*impl_->core); });
  return asks.ok() && *asks;
}

Status Store::end_due_glasses() {
  constexpr std::int64_t kLookAgainMs = 60'000;
  Core& core = *impl_->core;
  const std::int64_t now = core.platform.now_ms();
  const std::int64_t since = now - impl_->glass_looked_ms;
  if (impl_->glass_looked_ms != 0 && since >= 0 && since < kLookAgainMs) return {};
  const auto due = impl_->read([&] { return next_glass_end(core); });
  if (!due.ok()) return due.error();
  impl_->glass_looked_ms = now;
  // Also one that is not over: the clock may have been set back.
  if (*due == 0) return {};
  return impl_->write_status([&] {
    Documents documents(core);
    client::end_due_glasses(core, documents);
    documents.flush();
  });
}

Status Store::note_openings(const std::vector<sync::DocumentId>& documents,
                            const std::string& purpose) {
  Core& core = *impl_->core;
  const auto is_new =
      impl_->read([&] { return has_new_opening(core, documents, purpose); });
  if (!is_new.ok()) return is_new.error();
  if (!*is_new) return {};  // the usual case: no write, no fsync
  return impl_->write_status([&] { client::note_openings(core, documents, purpose); });
}

Result<std::vector<Opening>> Store::unsent_openings(std::size_t limit) {
  return impl_->read([&] { return client::unsent_openings(*impl_->core, limit); });
}

Status Store::openings_told(const std::vector<Opening>& openings) {
  return impl_->write_status([&] { client::openings_told(*impl_->core, openings); });
}

Status Store::note_server_rules(std::int64_t version, const std::string& digest) {
  Core& core = *impl_->core;
  const auto known = impl_->read([&] {
    return core.setting_number("server_rules_version", 0) == version &&
           core.setting("server_rules_digest").value_or("") == digest;
  });
  if (known.ok() && *known) return {};
  return impl_->write_status([&] {
    core.set_setting_number("server_rules_version", version);
    core.set_setting("server_rules_digest", digest);
  });
}

}  // namespace insieme::client
