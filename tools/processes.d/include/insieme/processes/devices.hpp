#pragma once
// Many devices without a client each: enrolled in the server's own repository, and let in by the
// real server's challenge.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "insieme/server/repository.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::processes {

/// The same number of a kind gives the same id, on every machine.
template <class Id>
[[nodiscard]] Id numbered(std::string_view kind, std::uint64_t number) {
  const sync::Digest digest = sync::Hasher(kind).add(number).finish();
  Id id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

struct BareDevice {
  sync::DeviceId id;
  sync::KeyPair keys;
};

/// The device of that number, of an account that exists. Errors: the repository's.
[[nodiscard]] Result<BareDevice> enrol_bare(server::Repository& repository,
                                            const std::string& account, std::uint64_t number);

/// Sends JSON to a path of the server; gives the answer's body.
using PostJson = std::function<std::string(const std::string& path, const std::string& body)>;

/// A token for a device that is enrolled: asks for a challenge and signs it. Throws
/// std::runtime_error, with what the server said, when it gives none.
[[nodiscard]] std::string fetch_token(const PostJson& post, const sync::SpaceId& space,
                                      const BareDevice& device);

}  // namespace insieme::processes
