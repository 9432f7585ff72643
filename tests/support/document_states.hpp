#pragma once
// Whether replicas hold the same: what `verify` says of each document, to be compared.

#include <map>
#include <string>

#include "support/process.hpp"

namespace insieme::testing {

/// Document → count, history, state.
using States = std::map<std::string, std::string>;

/// Of the reply of a tablet's `verify`.
[[nodiscard]] States states_of_tablet(const json::object& verified);
/// Of what `insieme-server verify --json` prints.
[[nodiscard]] States states_of_server(const json::object& verified);

}  // namespace insieme::testing
