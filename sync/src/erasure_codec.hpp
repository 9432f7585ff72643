#pragma once
// How an erasure order is written, in messages and by itself.

#include "codec.hpp"
#include "insieme/sync/erasure.hpp"

namespace insieme::sync {

/// A section that may be absent cannot be a name of the message's table: those are never empty.
template <class Archive>
void serialize(Archive& ar, ErasureTarget& target) {
  ar(text_of(target.section, kSectionBytesMax), target.record);
}
template <class Archive>
void serialize(Archive& ar, ErasureOrder& order) {
  ar(order.id, order.dossier, list_of(order.targets, kErasureTargetsMax),
     text_of(order.reason, kReasonBytesMax));
}

}  // namespace insieme::sync
