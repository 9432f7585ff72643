#pragma once
// One entry of `alike`; nullopt if it is of no use, with a fault noted.

#include <boost/json/value.hpp>
#include <optional>

#include "insieme/schema/bundle.hpp"
#include "reader.hpp"

namespace insieme::schema::detail {

[[nodiscard]] std::optional<Alike> read_alike(const boost::json::value& value, const Place& place,
                                              const Bundle& bundle, Faults& faults);

}  // namespace insieme::schema::detail
