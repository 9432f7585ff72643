#pragma once
// Anna, who opened a dossier, Carla, and the relay between them.

#include "store_fixture.hpp"

namespace insieme::testing {

struct TwoTablets {
  StoreFolder folder;
  Relay relay;
  Tablet anna{folder, "anna", 1};
  Tablet carla{folder, "carla", 3};
  sync::DossierId dossier = anna.new_dossier();
  sync::DocumentId core{dossier, "core"};
  sync::RecordId id = anna.new_record();

  /// Anna's first save is with Carla too.
  TwoTablets() {
    must(anna.save(core, {write_op(id, "member", "surname", std::string("Bianchi"))}));
    relay.sync(anna);
    relay.sync(carla);
  }
};

}  // namespace insieme::testing
