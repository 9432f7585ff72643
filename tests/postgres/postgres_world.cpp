// Worlds in PostgreSQL, each in a space of its own in one database, so that they also show that
// spaces do not see each other.
#include "cluster.hpp"
#include "insieme/server/postgres_repository.hpp"
#include "support/builders.hpp"
#include "world_storage.hpp"

namespace insieme::testing {

std::unique_ptr<server::Repository> make_world_storage(const std::string& path,
                                                       const server::Clock& clock,
                                                       const server::Roles& roles) {
  // Tablets of the tests know one space's id: the former world gives it up.
  if (!cluster().query("SELECT to_regclass('spaces')").empty()) {
    cluster().execute("UPDATE spaces SET uuid = uuid_send(gen_random_uuid())");
  }
  const auto made = server::create_postgres_space(cluster().address(), id_of<SpaceId>("space"),
                                                  "Test", clock());
  INSIEME_ASSERT(made.ok());
  return open_world_storage(path, clock, roles);
}

std::unique_ptr<server::Repository> open_world_storage(const std::string&,
                                                       const server::Clock& clock,
                                                       const server::Roles& roles) {
  auto opened = server::open_postgres_repository(
      cluster().address(), id_of<SpaceId>("space"), roles, clock);
  INSIEME_ASSERT(opened.ok());
  return std::move(opened).value();
}

}  // namespace insieme::testing
