#pragma once
// How a change is written inside a message or a hand-out: its body in full, so that its digest need
// not be.

#include <type_traits>

#include "codec.hpp"
#include "insieme/sync/erasure.hpp"

namespace insieme::sync {

/// What follows of a change. Of a redacted body the digest is written: it is another body's.
enum class Content : std::uint8_t { hollow = 0, whole = 1, redacted = 2 };

/// In columns, where the message is written so (message_columns.hpp).
void write_in_columns(WireOut& ar, const Change& change, Content content);
[[nodiscard]] Content read_from_columns(WireIn& ar, Change& change);

/// What a change said of its content must be so.
inline void check_content(const Change& change, Content content) {
  if (content != Content::hollow && is_redacted(change) != (content == Content::redacted)) {
    WireIn::fail(ErrorCode::malformed, "a change is not what it says of its content");
  }
}

template <>
inline constexpr bool kMayBeInColumns<Change> = true;

template <class Archive>
void serialize_change(Archive& ar, Change& change) {
  Content content = Content::hollow;
  if constexpr (std::is_same_v<Archive, WireIn>) {
    if (ar.columns() != nullptr) return check_content(change, read_from_columns(ar, change));
    content = load_enum<Content>(ar, 0, 2);
  } else {
    if (change.ops) content = is_redacted(change) ? Content::redacted : Content::whole;
    if (ar.columns() != nullptr) return write_in_columns(ar, change, content);
    save_enum(ar, content);
  }
  serialize_header(ar, change.header,
                   content == Content::whole ? BodyDigest::implied : BodyDigest::written);
  if (content == Content::hollow) return;
  if (!change.ops) change.ops.emplace();
  if constexpr (std::is_same_v<Archive, WireIn>) {
    const std::size_t before = ar.remaining();
    serialize_ops(ar, *change.ops);
    if (before - ar.remaining() > kBodyBytesMax) {
      WireIn::fail(ErrorCode::limit_exceeded, "the content of a change is too large");
    }
    check_content(change, content);
  } else {
    serialize_ops(ar, *change.ops);
  }
}

template <class Archive>
void serialize(Archive& ar, Change& change) {
  serialize_change(ar, change);
}

}  // namespace insieme::sync
