#pragma once
// Whether somebody has a dossier only because they opened it with a reason.

#include <string>

#include "insieme/sync/ids.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

/// Not ended yet, whatever the clock says: what is done meanwhile is done by it.
[[nodiscard]] bool is_open_by_glass(sql::Connection& db, std::int64_t space,
                                    const std::string& account, const sync::DossierId& dossier);

}  // namespace insieme::server
