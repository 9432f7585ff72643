#pragma once
// A space with one dossier of Anna's, and changes in it.

#include "fixture.hpp"
#include "support/catch.hpp"

namespace insieme::testing {

/// `note` of `d1` counts up to `changes` - 1, one change each; all of it is on the server.
struct WrittenWorld : World {
  explicit WrittenWorld(int changes) {
    add(anna);
    anna.create(dossier("d1"));
    for (int i = 0; i < changes; ++i) anna.write(core, {set_op("note", std::int64_t{i})});
    REQUIRE(sync(anna).done);
  }

  MemoryDevice anna{"anna"};
  DocumentId core = document_of("d1");
};

}  // namespace insieme::testing
