#pragma once
// The values that the space added to code lists, and who keeps them.

#include "insieme/client/store.hpp"

namespace insieme::client {

/// Takes those values, as they are here now, into `Store::bundle`. What points to types and fields
/// of it stays valid, what points to values of open lists does not. One that is not here yet shows
/// its code.
Status learn_own_values(Store& store);
/// Whether this person writes them: as the server said with the dossier. False: it is not here yet,
/// or is another's to write.
[[nodiscard]] Result<bool> keeps_space_dossier(Store& store);

}  // namespace insieme::client
