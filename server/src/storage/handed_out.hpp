#pragma once
// Invitations that came out of sign-ins, and were not used yet.

#include <cstdint>
#include <string>

#include "storage/sql.hpp"

namespace insieme::server {

/// They end with the way in that gave them. Those of an operator stay: they last longer.
void end_invitations_of_sign_ins(sql::Connection& db, std::int64_t space,
                                 const std::string& account);

}  // namespace insieme::server
