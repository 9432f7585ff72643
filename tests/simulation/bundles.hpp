#pragma once
// Schema bundles of a world: what its people work with, cut out of the real one (so that a store is
// made and opened in a fifth of the time), and the one before it, which lacks types and fields.

#include "insieme/schema/bundle.hpp"

namespace insieme::simulation {

enum class Age : std::uint8_t {
  whole,    ///< all that the program ships
  present,  ///< of that what people write here
  former,   ///< one version older: no points cards, lists, pictures, units and some fields
};

/// Lives as long as the process.
[[nodiscard]] const schema::Bundle& bundle_of(Age age);

}  // namespace insieme::simulation
