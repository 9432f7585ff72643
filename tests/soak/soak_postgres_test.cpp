// The same soak with the server on PostgreSQL.
#include "postgres/cluster.hpp"
#include "soak/soak_check.hpp"
#include "support/catch.hpp"

using namespace insieme::testing;

TEST_CASE("soak: tablets come and go on PostgreSQL, and in the end all have the same",
          "[soak][postgres][P2][P4]") {
  const Cluster& database = cluster();
  const TestFolder folder;
  OfficeServer server(folder.path(), soak_flags(), {{"INSIEME_DATABASE", database.address()}});
  soak_and_check(server, folder);
}
