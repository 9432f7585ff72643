#pragma once
// What is on this device alone, for whoever hands it over before a wipe (docs/adr/0054).

#include <functional>
#include <optional>
#include <vector>

#include "insieme/client/store.hpp"

namespace insieme::client {

/// Bytes that the server did not take by the ordinary way.
struct LeftBlob {
  sync::Digest name;     ///< of the sealed bytes
  sync::Digest content;  ///< of what is in `bytes`; zero: they are as they travel
  std::vector<std::uint8_t> bytes;
};

struct EscrowStock {
  std::vector<OutgoingBundle> own;        ///< work in the log, each with a letter
  std::vector<sync::Gathered> departed;   ///< work of documents that left, and folded work that a
                                          ///< server may have lost: a letter each
  std::uint64_t unsent = 0;               ///< changes that are to be in `own`
  std::uint64_t late = 0;                 ///< and in `departed`, at least
  std::vector<sync::HeldDecision> decisions;  ///< not told yet
  std::vector<sync::ErasureOrder> erase;      ///< asked for, not told yet
  std::vector<Opening> openings;              ///< of sensitive sections, not told yet
  std::vector<LeftBlob> blobs;
  std::uint64_t blobs_left = 0;  ///< that are to be in `blobs`
};

/// From one state. `limit_exceeded`: more photos than are handed over but by the ordinary way.
[[nodiscard]] Result<EscrowStock> escrow_stock(Store& store);
/// What waits for something to change waits no more: work that was to be authored again, photos
/// that the server did not take.
Status stop_waiting(Store& store);
/// What the server answered to own letters of which the others have gone on: what it took is noted,
/// and the rest authored again on where they are, as work of a document that does not come here any
/// more. Nothing comes to this device any more.
Status author_for_whoever_decides(Store& store, std::vector<sync::SyncReply> answers);
/// The first after number `after`, also one that came to nothing just now.
[[nodiscard]] Result<std::optional<BlobParcel>> next_blob_at_once(Store& store, std::int64_t after);
/// `last` reads and decides while nobody else writes; if it is content, nothing is written here any
/// more, by no program on this store. Its error leaves everything as it was.
Status close_for_good(Store& store, const std::function<Status()>& last);

}  // namespace insieme::client
