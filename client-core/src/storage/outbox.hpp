#pragma once
// What goes to the server.

#include <string>
#include <vector>

#include "storage/documents.hpp"

namespace insieme::client {

/// What a request tells beside changes: to be told no more once it is answered.
struct CarriedNotes {
  struct Seen {
    std::int64_t document = 0;
    std::string by;
    std::vector<std::uint8_t> version;  ///< as it stood in the row
  };
  std::vector<Seen> seen;
  std::vector<sync::ErasureId> erased;
  std::vector<std::int64_t> decisions;  ///< inbox.n
};

/// The next request's content, oldest work first, whole acts. `numbers` receives changes.n.
[[nodiscard]] sync::Gathered gather(Core& core, const sync::GatherAction& limits,
                                    std::vector<std::int64_t>& numbers, CarriedNotes& carried);
/// Own work that no server has answered, after `after` (changes.n), oldest first, whole acts, with
/// the keys of dossiers that the server may not know. `numbers` receives changes.n.
void gather_work(Core& core, const sync::GatherAction& limits, std::int64_t after,
                 sync::Gathered& out, std::vector<std::int64_t>& numbers);
/// The request that carried them was answered. What was written meanwhile is still to be told.
void note_carried(Core& core, const CarriedNotes& carried);
void note_sent(Core& core, const std::vector<std::int64_t>& numbers);
/// Where a grant's older changes are, as the server said it last.
void save_backfill(Core& core, const std::optional<sync::Backfill>& backfill);
[[nodiscard]] std::optional<sync::Backfill> load_backfill(Core& core);
/// Whether something is unsent that the server may take now.
[[nodiscard]] bool has_unsent(Core& core);
/// Whether own changes, or changes of one document, are handed out and have no answer yet.
[[nodiscard]] bool has_unanswered(Core& core);
[[nodiscard]] bool has_unanswered(Core& core, std::int64_t document);
/// Why the log is read anew.
enum class Anew : std::uint8_t {
  other_history,  ///< a digest differs: the server has what it has
  lost_cursor,    ///< the server may have lost anything
};
/// Own changes count as unsent again, and blocked ones get another chance. After a lost cursor not
/// those that a voucher covers: they are given back.
void offer_everything_again(Core& core, Anew why);

}  // namespace insieme::client
