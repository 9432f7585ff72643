#pragma once
// Tablets that return after a week: what each sends and gets, as the product's own stores and the
// server's own handlers made it, to be sent again to a server as it was before.

#include <filesystem>
#include <string>
#include <vector>

#include "bench.hpp"
#include "insieme/processes/devices.hpp"
#include "insieme/sync/protocol.hpp"

namespace insieme::bench {

struct WeekScale {
  std::size_t tablets = 500;
  std::size_t up = 60;     ///< changes of each tablet, in a dossier of its own
  std::size_t down = 500;  ///< changes of others, in a dossier that it shares with its team
  std::size_t team = 10;   ///< tablets
};

/// One tablet: its requests to `/v1/sync`, and what it was answered.
struct Returning {
  processes::BareDevice device;
  struct Turn {
    sync::SyncRequest request;
    std::string reply;
  };
  std::vector<Turn> turns;
};

struct Week {
  sync::SpaceId space;
  std::filesystem::path data;  ///< of a server, as it was when the first tablet came back
  std::vector<Returning> tablets;
  std::size_t up = 0;    ///< changes, of all
  std::size_t down = 0;
};

/// Works in `folder`, which must be empty and stays.
[[nodiscard]] Week make_week(const Bench& bench, const std::filesystem::path& folder,
                             const WeekScale& scale);

/// Changes that a request brings and that were accepted, and changes that a reply brings.
[[nodiscard]] std::size_t accepted_in(const sync::SyncReply& reply);
[[nodiscard]] std::size_t changes_in(const sync::SyncReply& reply);
[[nodiscard]] sync::SyncReply reply_of(std::string_view frame);

}  // namespace insieme::bench
