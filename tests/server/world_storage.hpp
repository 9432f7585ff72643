#pragma once
// Where a World keeps its space: in a file in tests/server, in PostgreSQL in tests/postgres.

#include <memory>
#include <string>

#include "insieme/server/repository.hpp"

namespace insieme::testing {

/// A new space; `path` is of a file that does not exist.
[[nodiscard]] std::unique_ptr<server::Repository> make_world_storage(
    const std::string& path, const server::Clock& clock,
    const server::Roles& roles = server::Roles::defaults());
/// The same once more, as another process would open it.
[[nodiscard]] std::unique_ptr<server::Repository> open_world_storage(
    const std::string& path, const server::Clock& clock,
    const server::Roles& roles = server::Roles::defaults());

}  // namespace insieme::testing
