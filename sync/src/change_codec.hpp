#pragma once
// How a change is written inside a message or a hand-out: its body in full, so that its digest need
// not be.

#include "codec.hpp"

namespace insieme::sync {

template <class Archive>
void serialize_change(Archive& ar, Change& change) {
  bool has_body = change.ops.has_value();
  ar(has_body);
  serialize_header(ar, change.header, has_body ? BodyDigest::implied : BodyDigest::written);
  if (!has_body) return;
  if (!change.ops) change.ops.emplace();
  if constexpr (std::is_same_v<Archive, WireIn>) {
    const std::size_t before = ar.remaining();
    serialize_ops(ar, *change.ops);
    if (before - ar.remaining() > kBodyBytesMax) {
      WireIn::fail(ErrorCode::limit_exceeded, "the content of a change is too large");
    }
  } else {
    serialize_ops(ar, *change.ops);
  }
}

template <class Archive>
void serialize(Archive& ar, Change& change) {
  serialize_change(ar, change);
}

}  // namespace insieme::sync
