#pragma once
// What the server can vouch for of a document: its heads, and which changes it has without a body.

#include <optional>

#include "insieme/sync/voucher.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

/// As the log stands; not signed. Nothing: too many are hollow to say which.
[[nodiscard]] std::optional<sync::Voucher> load_voucher(sql::Connection& db, std::int64_t space,
                                                        const sync::DocumentId& document);

}  // namespace insieme::server
