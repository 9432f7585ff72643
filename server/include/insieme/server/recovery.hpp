#pragma once
// Opening a tablet whose PIN was forgotten: its owner reads a request to the holder of the space's
// recovery key, who answers with a code. The key's secret half is on no server (ADR 20).

#include <string>
#include <string_view>

#include "insieme/server/config.hpp"
#include "insieme/sync/protocol.hpp"

namespace insieme::server {

struct RecoveryAnswer {
  sync::DeviceId device;  ///< whose request it was
  std::string code;       ///< groups of four digits
};

/// `malformed`: no such request; `checksum`: mistyped; `wrong_key`: made for another key.
[[nodiscard]] Result<RecoveryAnswer> answer_recovery(const sync::SecretKey& recovery,
                                                     std::string_view request);

/// What a device is told about its space, and the server signs.
[[nodiscard]] sync::Digest digest_of_policy(const sync::SpaceId& space, const Config& config);

}  // namespace insieme::server
