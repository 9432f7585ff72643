#include "insieme/server/sqlite_repository.hpp"
#include "support/builders.hpp"
#include "world_storage.hpp"

namespace insieme::testing {

std::unique_ptr<server::Repository> make_world_storage(const std::string& path,
                                                       const server::Clock& clock,
                                                       const server::Roles& roles) {
  const auto made = server::create_space(path, id_of<SpaceId>("space"), "Test", clock());
  INSIEME_ASSERT(made.ok());
  return open_world_storage(path, clock, roles);
}

std::unique_ptr<server::Repository> open_world_storage(const std::string& path,
                                                       const server::Clock& clock,
                                                       const server::Roles& roles) {
  auto opened = server::open_sqlite_repository(path, roles, clock);
  INSIEME_ASSERT(opened.ok());
  return std::move(opened).value();
}

}  // namespace insieme::testing
