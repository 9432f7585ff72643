// What is measured all along: review items and who is behind them, and what waits on a tablet.
#include <sqlite3.h>

#include <algorithm>

#include "simulation/world.hpp"

namespace insieme::simulation {
namespace {

/// All of SQLite in the process: a few tablets, the server, their caches.
constexpr std::uint64_t kSqliteBytesMax = 96ULL << 20;
/// A save gives at most so many changes: one for each section of a few dossiers.
constexpr std::uint64_t kChangesPerActMax = 8;

/// Whose doing an item is. Two people, not one on two tablets: that is what somebody has to look
/// at. A spend beyond its rights is one person's.
std::set<std::string> authors_of(client::Store& store, const client::OpenItem& open) {
  std::set<std::string> authors;
  for (const sync::Survivor& survivor : open.item.values) authors.insert(survivor.mark.author);
  if (open.item.kind != sync::ItemKind::edited_after_retraction &&
      open.item.kind != sync::ItemKind::edited_after_closure) {
    return authors;
  }
  const auto lines = store.history(open.ref);
  if (!lines.ok()) return authors;
  for (const client::HistoryLine& line : lines.value()) {
    for (const sync::Dot& dot : open.item.dots) {
      if (line.dot.replica == dot.replica && line.dot.seq == dot.seq) authors.insert(line.author);
    }
  }
  return authors;
}

}  // namespace

void World::watch_items(Tablet& tablet) {
  client::ItemQuery all;
  all.limit = 1'000;
  const auto items = tablet.store().open_items(all);
  if (!items.ok()) return;
  for (const client::OpenItem& open : items->items) {
    if (!items_known_.insert(open.id).second) continue;
    static const char* const kNames[] = {"",
                                         "concurrent_values",
                                         "edited_after_retraction",
                                         "concurrent_lifecycle",
                                         "text_overlap",
                                         "provisional_spend",
                                         "edited_after_closure"};
    Tally::Items& of_kind = tally_.items[kNames[static_cast<std::size_t>(open.item.kind)]];
    ++of_kind.seen;
    if (authors_of(tablet.store(), open).size() > 1) ++of_kind.disagreed;
  }
}

/// Nothing that waits grows beyond what people did.
void World::watch_queues(Tablet& tablet) {
  const auto status = tablet.store().status();
  if (!status.ok()) return;
  const auto note = [this, &tablet](const char* what, std::uint64_t count, std::uint64_t bound) {
    tally_.most[what] = std::max(tally_.most[what], count);
    demand(count <= bound, "queues are bounded",
           tablet.name() + ": " + std::to_string(count) + " " + what);
  };
  const std::uint64_t bound = kChangesPerActMax * (ledger_.acts() + 1);
  note("unsent changes", status->unsent, bound);
  note("changes held or refused", status->held + status->refused, bound);
  note("late changes to decide on", status->open_held, bound);
  note("open items", status->open_items, bound);
  note("drafts", status->drafts, opened_drafts);
  sqlite3_int64 now = 0;
  sqlite3_int64 most = 0;
  sqlite3_status64(SQLITE_STATUS_MEMORY_USED, &now, &most, 0);
  note("bytes of SQLite", static_cast<std::uint64_t>(most), kSqliteBytesMax);
}

}  // namespace insieme::simulation
