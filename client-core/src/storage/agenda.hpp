#pragma once
// Store::agenda: lists over many dossiers out of a few columns, each of which an index covers.

#include "insieme/client/agenda.hpp"
#include "storage/core.hpp"

namespace insieme::client {

/// Within a transaction. Lists whose types or fields the bundle does not have are empty.
[[nodiscard]] Agenda read_agenda(Core& core, const AgendaQuery& query);

}  // namespace insieme::client
