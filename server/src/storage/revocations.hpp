#pragma once
// Rows that say who is shut out, for what has to write them again.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "insieme/server/device_orders.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

/// In place of whatever was ordered of the device; it was told of nothing yet.
void put_order(sql::Connection& db, std::int64_t space, const sync::DeviceId& device,
               const StandingOrder& order);
/// None of a machine's tokens is good any more.
void end_tokens(sql::Connection& db, std::int64_t space, const std::string& client);
/// Whether the audit knows an act on `subject` of that time: this database has been through it,
/// and whatever holds now came later.
[[nodiscard]] bool has_been_through(sql::Connection& db, std::int64_t space,
                                    const std::string& subject, std::int64_t at_ms,
                                    const std::function<bool(std::string_view action)>& is_act);

}  // namespace insieme::server
