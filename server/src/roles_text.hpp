#pragma once

#include <string_view>

namespace insieme::server {

/// server/data/roles.conf as it stood when the program was built.
extern const std::string_view kRolesText;

}  // namespace insieme::server
