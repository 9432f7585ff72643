#pragma once
// A tablet on a disk of four megabytes, in the office of ambito.hpp.

#include "ambito.hpp"
#include "small_disk.hpp"

namespace insieme::testing {

/// Dora, assigned to the office's dossier and up to date. Only where SmallDisk::is_possible().
struct SmallTablet {
  explicit SmallTablet(Ambito& at)
      : disk(at.folder.file("disk"), 4'600'000), dora(disk.path(), "dora") {
    at.enrol(dora, "dora", "Dora Galli", "educator");
    at.server.admin({"assign", "dora", at.dossier});
    dora.ok({"sync"});
  }

  SmallDisk disk;
  Terminal dora;
};

}  // namespace insieme::testing
