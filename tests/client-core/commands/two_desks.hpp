#pragma once
// Two people who hold one household, each at their own desk.

#include "client-core/commands/desk.hpp"

namespace insieme::testing {

struct Two {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Desk bruno{folder, "bruno", office};
  Family family;

  /// `reviewers`: whoever of the two may decide on items.
  explicit Two(std::set<std::string> reviewers = {}) {
    office.reviewers = std::move(reviewers);
    anna.enrol();
    bruno.enrol();
    family = make_family(anna);
    anna.sync();
    for (const char* who : {"anna", "bruno"}) {
      office.server.grant(who, dossier(), {"core", "education", "economic"});
    }
    exchange();
  }
  [[nodiscard]] DossierId dossier() const {
    return sync::id_from_text<DossierId>(family.dossier).value();
  }
  void exchange() {
    for (Desk* desk : {&anna, &bruno, &anna, &bruno}) desk->sync();
  }
};

}  // namespace insieme::testing
