#pragma once

#include "insieme/server/config.hpp"

namespace insieme::server {

struct ConfigSetter {
  ConfigKey key;
  Status (*set)(Config& config, std::string_view value);
};
/// All keys but the open family `role.NAME.…`.
[[nodiscard]] const std::vector<ConfigSetter>& config_setters();
[[nodiscard]] Status set_role(Config& config, std::string_view key, std::string_view value);

}  // namespace insieme::server
