#pragma once
// What somebody who begins a day looks at: whom to visit, what is due, which pacts run out, which
// families nobody has seen for long. Read from columns alone, so that a thousand families cost
// what one screen does: docs/adr/0044.

#include "insieme/client/store_types.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::client {

enum class AgendaList { visits, tasks, pacts, unvisited, families };

struct AgendaQuery {
  sync::Date today;
  /// A visit that begins later is still to come.
  sync::Instant now;
  int days_ahead = 14;      ///< 0..366: due until then, and all that is overdue
  int unvisited_days = 30;  ///< 1..3660: seen longer ago than this
  std::size_t limit = 40;   ///< 1..200 lines of each list
  std::size_t offset = 0;   ///< of the list in `only`
  std::optional<AgendaList> only;  ///< the others stay empty
};

struct AgendaLine {
  sync::DossierId dossier;
  std::string family;  ///< title of its root; empty if that is not held here
  /// Visits: the one that names the day. Tasks, pacts: the record that is due. Unvisited: the last
  /// visit, none if nobody ever came. Families: none.
  std::optional<RecordLine> record;
  /// Visits, tasks, pacts: the day. Unvisited: of the last visit, or the case's opening.
  std::optional<sync::Date> day;
  std::string field;  ///< that names the day: `next_date`, `start_at`, `due_on`, `ends_on`, …
  std::string what;   ///< what to do there, in the words of the record; may be empty
};

struct AgendaPage {
  std::vector<AgendaLine> lines;
  std::size_t total = 0;  ///< lines of all pages
};

struct Agenda {
  AgendaPage visits;     ///< earliest first, one a family: the next that is arranged
  AgendaPage tasks;      ///< objectives, commitments, meetings of a pact; earliest first
  AgendaPage pacts;      ///< active: by their end; unsigned: by the term to sign; earliest first
  AgendaPage unvisited;  ///< longest ago first
  AgendaPage families;   ///< all households, in the order in which they came
};

}  // namespace insieme::client
