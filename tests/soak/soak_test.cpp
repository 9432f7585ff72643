// A soak: bounded here; `tools/soak` runs it longer, with more tablets.
#include "soak/soak_check.hpp"
#include "support/catch.hpp"

using namespace insieme::testing;

TEST_CASE("soak: tablets come and go, and in the end all have the same", "[soak][P2][P4]") {
  const TestFolder folder;
  OfficeServer server(folder.path(), soak_flags());
  soak_and_check(server, folder);
}
