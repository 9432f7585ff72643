#pragma once
// Whose a folder of blobs is: what a sweep removes from it is judged by one space's records.

#include <string>

#include "insieme/sync/ids.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

/// Notes in the folder, which is made if need be, that it is this space's; several servers of the
/// space may. `conflict`: it is another one's; `storage_failure`. Both in words for an operator.
[[nodiscard]] Status claim_blob_folder(const std::string& folder, const sync::SpaceId& space);

}  // namespace insieme::server
