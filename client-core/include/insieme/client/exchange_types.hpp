#pragma once
// What the store gives to, and takes from, other devices without a server (docs/exchange.md).

#include <cstdint>
#include <string>
#include <vector>

#include "insieme/sync/exchange_session.hpp"

namespace insieme::client {

/// Whom a hand-out is made for.
struct HandOutFor {
  bool server = true;      ///< sealed once more for the server, so that anybody can bring it there
  bool colleagues = true;  ///< sealed for those who may read the documents
};

/// A hand-out as it leaves this device.
struct OutgoingBundle {
  sync::Digest digest;
  std::vector<std::uint8_t> bytes;
  /// Own changes in it, by their numbers in the log; empty: it is carried for somebody else.
  std::vector<std::int64_t> changes;
  std::uint64_t documents = 0;  ///< that colleagues may read in it
};

/// What became of a hand-out that came here.
struct TakenBundle {
  bool is_new = false;          ///< it was not here before
  bool is_own = false;          ///< this device wrote it
  bool is_order = false;        ///< an order to erase
  bool carried = false;         ///< kept here for the server, and for others
  std::uint64_t applied = 0;    ///< changes
  std::uint64_t known = 0;      ///< changes that were here already
  std::uint64_t waiting = 0;    ///< changes that wait for something that they depend on
  std::uint64_t documents = 0;  ///< that could be read here
  std::uint64_t sealed = 0;     ///< documents that are not for this device
  std::uint64_t orders = 0;     ///< to erase, that were not known here
  /// Of documents that are for this device and were not taken: why. The rest was.
  std::vector<Error> refused;
};

}  // namespace insieme::client
