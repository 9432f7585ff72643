#pragma once
// Under which ids each device has written: a store that may have been copied takes a new one, so a
// device has one or more. A history names these ids, people name devices.

#include <vector>

#include "insieme/server/repository.hpp"

namespace insieme::server {

struct WritingId {
  sync::ReplicaId replica;
  sync::DeviceId device;
};

/// All of the space, the first seen first. Rules about threads and StorageFailure as the
/// repository's.
[[nodiscard]] std::vector<WritingId> writing_ids_of(Repository& repository);

}  // namespace insieme::server
