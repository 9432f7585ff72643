#pragma once
// A store with a way to a hub.

#include "hub.hpp"
#include "subject.hpp"
#include "workload.hpp"

namespace insieme::bench {

/// A store, its network, and what a synchronisation costs it.
struct Tablet {
  Tablet(Hub& hub, const std::filesystem::path& folder, const std::string& name,
         const std::string& role, std::int64_t fold_from = client::StoreOptions{}.fold_from)
      : link(hub), subject((folder / (name + ".db")).string(), workload_bundle(),
                           Subject::Open::create, &link, fold_from) {
    invitation = hub.invite(name, role);
  }
  void enrol() { must(subject.engine().enrol(invitation)); }
  /// The device's own share.
  Cost synchronise() {
    const Cost before = link.counted().server;
    const Cost all = timed([&] {
      const auto outcome = subject.engine().sync_now();
      must(outcome.status);
    });
    const Cost after = link.counted().server;
    return {all.wall_s - (after.wall_s - before.wall_s), all.cpu_s - (after.cpu_s - before.cpu_s)};
  }
  Link link;
  Subject subject;
  client::EnrolRequest invitation;
};

}  // namespace insieme::bench
