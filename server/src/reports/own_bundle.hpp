#pragma once
// The files of schema/server/.

#include "insieme/schema/bundle.hpp"

namespace insieme::server {

/// Byte for byte, as they were when the program was built.
[[nodiscard]] const schema::BundleFiles& own_bundle_files();

}  // namespace insieme::server
