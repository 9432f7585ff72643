// Frames of a session, numbers little-endian:
//   4 bytes length of the rest | 1 kind | payload | 8 bytes checksum over all before it
#include "insieme/sync/exchange_session.hpp"

#include <algorithm>

#include "exchange_codec.hpp"

namespace insieme::sync {
namespace {

constexpr std::uint8_t kSessionVersion = 1;
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kRestBytesMin = 1 + kChecksumBytes;
constexpr std::string_view kTellPurpose = "session";
/// What a frame may be filled with; more starts another one.
constexpr std::size_t kFrameBytesTarget = kExchangeFrameBytesMax / 2;
constexpr std::size_t kBundlesPerSessionMax = 100'000;

enum Kind : std::uint8_t { kHello = 1, kHave = 2, kPiece = 3, kEnd = 4, kKept = 5 };

std::uint64_t checksum_of(std::span<const std::uint8_t> bytes) {
  return Hasher("insieme session frame v1").add(bytes).finish().prefix();
}

std::vector<std::uint8_t> make_frame(std::uint8_t kind, std::span<const std::uint8_t> payload) {
  std::vector<std::uint8_t> frame;
  const std::size_t rest = kRestBytesMin + payload.size();
  for (int shift = 0; shift < 32; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(rest >> shift));
  }
  frame.push_back(kind);
  frame.insert(frame.end(), payload.begin(), payload.end());
  const std::uint64_t checksum = checksum_of(frame);
  for (int shift = 0; shift < 64; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(checksum >> shift));
  }
  return frame;
}

struct OpenFrame {
  std::uint8_t kind = 0;
  std::span<const std::uint8_t> payload;
};

Result<OpenFrame> open_frame(std::span<const std::uint8_t> frame) {
  INSIEME_TRY_ASSIGN(const std::size_t rest, exchange_rest_length(frame));
  if (frame.size() != kExchangeLengthBytes + rest) {
    return Error{ErrorCode::truncated, "a frame cut short"};
  }
  const auto covered = frame.first(frame.size() - kChecksumBytes);
  std::uint64_t checksum = 0;
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    checksum |= static_cast<std::uint64_t>(frame[covered.size() + i]) << (8 * i);
  }
  if (checksum != checksum_of(covered)) return Error{ErrorCode::checksum, "damaged on the way"};
  return OpenFrame{covered[kExchangeLengthBytes], covered.subspan(kExchangeLengthBytes + 1)};
}

struct Hello {
  std::uint8_t version = kSessionVersion;
  SpaceId space;
  std::array<std::uint8_t, 32> nonce{};
};
struct ToldDocument {
  PartLabel tag;
  std::vector<std::uint8_t> sealed;
};
struct Have {
  std::vector<Digest> bundles;
  std::vector<PartialBundle> partial;
  std::vector<ToldDocument> documents;
  bool more = false;
};
/// What is sealed of a document.
struct Told {
  ExchangeGrant grant;
  VersionVector version;
  Signature proof;  ///< by the device of the grant: it is this one, now
};
struct KeptBundle {
  Digest bundle;
  ErrorCode code = ErrorCode::ok;
};
struct Kept {
  std::vector<KeptBundle> bundles;
  bool more = false;
};

template <class T>
Result<T> decode(std::span<const std::uint8_t> payload) {
  return decoding([&] {
    WireIn ar(payload);
    T message;
    ar(message);
    ar.expect_end();
    return message;
  });
}
template <class T>
std::vector<std::uint8_t> encode(const T& message) {
  WireOut ar;
  ar(message);
  return ar.take();
}

}  // namespace

template <class Archive>
void serialize(Archive& ar, Hello& hello) {
  if constexpr (std::is_same_v<Archive, WireIn>) {
    hello.version = ar.byte();
    if (hello.version != kSessionVersion) {
      WireIn::fail(ErrorCode::wrong_version, "a session of another version");
    }
  } else {
    ar.byte(hello.version);
  }
  ar(hello.space.bytes, hello.nonce);
}
template <class Archive>
void serialize(Archive& ar, PartialBundle& partial) {
  ar(partial.bundle, partial.bytes);
}
template <class Archive>
void serialize(Archive& ar, ToldDocument& told) {
  ar(told.tag.bytes, blob_of(told.sealed, kExchangeFrameBytesMax));
}
template <class Archive>
void serialize(Archive& ar, Have& have) {
  ar(list_of(have.bundles, kExchangeListMax), list_of(have.partial, kExchangeListMax),
     list_of(have.documents, kExchangeListMax), have.more);
}
template <class Archive>
void serialize(Archive& ar, Told& told) {
  ar(told.grant, told.version, told.proof.bytes);
}
template <class Archive>
void serialize(Archive& ar, KeepPiece& piece) {
  ar(piece.bundle, piece.total, piece.offset, blob_of(piece.bytes, kExchangePieceBytesMax));
}
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const KeptBundle& kept) {
  ar(kept.bundle, static_cast<std::uint16_t>(kept.code));
}
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, KeptBundle& kept) {
  std::uint16_t code = 0;
  ar(kept.bundle, code);
  kept.code = static_cast<ErrorCode>(code);
}
template <class Archive>
void serialize(Archive& ar, Kept& kept) {
  ar(list_of(kept.bundles, kExchangeListMax), kept.more);
}

Result<std::size_t> exchange_rest_length(std::span<const std::uint8_t> length) {
  if (length.size() < kExchangeLengthBytes) return Error{ErrorCode::truncated, "no length"};
  std::size_t rest = 0;
  for (std::size_t i = 0; i < kExchangeLengthBytes; ++i) {
    rest |= std::size_t{length[i]} << (8 * i);
  }
  if (rest > kExchangeFrameBytesMax) return Error{ErrorCode::limit_exceeded, "a frame too large"};
  if (rest < kRestBytesMin) return Error{ErrorCode::malformed, "no frame of ours"};
  return rest;
}

PartLabel ExchangeSession::tag_of(const SealKey& key, ExchangeRole teller) const {
  const bool ours_first = role_ == ExchangeRole::connects;
  const Digest digest = Hasher("insieme session tag v1", key.bytes)
                            .add(ours_first ? own_.nonce : peer_nonce_)
                            .add(ours_first ? peer_nonce_ : own_.nonce)
                            .add(static_cast<std::uint64_t>(teller))
                            .finish();
  PartLabel tag;
  std::copy_n(digest.bytes.begin(), tag.bytes.size(), tag.bytes.begin());
  return tag;
}

Digest ExchangeSession::proof_of(const DocumentId& document, ExchangeRole teller) const {
  const bool ours_first = role_ == ExchangeRole::connects;
  return Hasher("insieme session proof v1")
      .add(ours_first ? own_.nonce : peer_nonce_)
      .add(ours_first ? peer_nonce_ : own_.nonce)
      .add(static_cast<std::uint64_t>(teller))
      .add(document.dossier.bytes)
      .add(std::string_view(document.section))
      .finish();
}

ExchangeAction ExchangeSession::resume(ExchangeInput input) {
  if (auto* failed = std::get_if<ExchangeFailed>(&input)) return give_up(std::move(failed->error));
  if (auto* start = std::get_if<StartExchange>(&input); start && state_ == State::idle) {
    own_ = std::move(start->holdings);
    for (const PartialBundle& partial : own_.partial) arriving_[partial.bundle] = partial.bytes;
    return role_ == ExchangeRole::connects ? say_hello() : receive(State::hearing_hello);
  }
  if (std::holds_alternative<FrameSent>(input)) return after_sent();
  if (auto* arrived = std::get_if<FrameArrived>(&input)) return on_frame(arrived->frame);
  if (auto* offered = std::get_if<Offered>(&input); offered && state_ == State::offering) {
    offered_ = std::move(offered->bundles);
    return give_next();
  }
  if (auto* read = std::get_if<PieceRead>(&input); read && state_ == State::reading) {
    const OfferedBundle& now = offered_[giving_];
    if (read->bytes.empty() || read->bytes.size() > now.bytes - given_bytes_) {
      return give_up({ErrorCode::internal, "a piece of another size than was asked for"});
    }
    KeepPiece piece{now.bundle, now.bytes, given_bytes_, std::move(read->bytes)};
    given_bytes_ += piece.bytes.size();
    return send(State::giving, kPiece, encode(piece));
  }
  if (auto* kept = std::get_if<PieceKept>(&input); kept && state_ == State::keeping) {
    return on_kept(*kept);
  }
  if (std::holds_alternative<HandedNoted>(input) && state_ == State::noting) {
    if (more_kept_) return receive(State::hearing_kept);
    has_given_ = true;
    if (!has_taken_) return begin_take();
    state_ = State::ended;
    return ExchangeDone{summary_};
  }
  return give_up({ErrorCode::internal, "the exchange was fed something it did not ask for"});
}

ExchangeAction ExchangeSession::after_sent() {
  switch (state_) {
    case State::saying_hello:
      if (role_ == ExchangeRole::connects) return receive(State::hearing_hello);
      return receive(State::hearing);
    case State::telling:
      if (!all_told_) return tell_more();
      if (role_ == ExchangeRole::connects) return receive(State::hearing);
      return begin_take();
    case State::giving:
      if (given_bytes_ == offered_[giving_].bytes) {
        ++giving_;
        given_bytes_ = 0;
      }
      return give_next();
    case State::ending:
      return receive(State::hearing_kept);
    case State::telling_kept:
      if (told_kept_ < kept_.size()) return tell_kept();
      has_taken_ = true;
      if (!has_given_) return begin_offer();
      state_ = State::ended;
      return ExchangeDone{summary_};
    default:
      return give_up({ErrorCode::internal, "nothing was to be sent"});
  }
}

ExchangeAction ExchangeSession::on_frame(const std::vector<std::uint8_t>& bytes) {
  summary_.bytes_in += bytes.size();
  if (++frames_ > kExchangeFramesMax) {
    return give_up({ErrorCode::limit_exceeded, "an exchange that does not end"});
  }
  const auto frame = open_frame(bytes);
  if (!frame.ok()) return give_up(frame.error());
  const auto expected = [&](std::uint8_t kind) { return frame->kind == kind; };
  switch (state_) {
    case State::hearing_hello:
      if (expected(kHello)) return hear_hello(frame->payload);
      break;
    case State::hearing:
      if (expected(kHave)) return hear_have(frame->payload);
      break;
    case State::taking:
      if (expected(kPiece) || expected(kEnd)) return hear_piece(frame->kind, frame->payload);
      break;
    case State::hearing_kept:
      if (expected(kKept)) return hear_kept(frame->payload);
      break;
    default:
      return give_up({ErrorCode::internal, "nothing was to be received"});
  }
  return give_up({ErrorCode::malformed, "another frame than the one that comes now"});
}

ExchangeAction ExchangeSession::say_hello() {
  return send(State::saying_hello, kHello, encode(Hello{kSessionVersion, own_.space, own_.nonce}));
}

ExchangeAction ExchangeSession::hear_hello(std::span<const std::uint8_t> payload) {
  const auto hello = decode<Hello>(payload);
  if (!hello.ok()) return give_up(hello.error());
  if (hello->space != own_.space) {
    return give_up({ErrorCode::conflict, "the other device belongs to another space"});
  }
  peer_nonce_ = hello->nonce;
  const bool connects = role_ == ExchangeRole::connects;
  const ExchangeRole peer = connects ? ExchangeRole::listens : ExchangeRole::connects;
  for (const HeldDocument& held : own_.documents) expected_[tag_of(held.key, peer)] = &held;
  return connects ? tell_more() : say_hello();
}

ExchangeAction ExchangeSession::tell_more() {
  Have have;
  std::size_t bytes = 0;
  const auto room = [&](std::size_t entries) {
    return entries < kExchangeListMax && bytes < kFrameBytesTarget;
  };
  while (told_bundles_ < own_.bundles.size() && room(have.bundles.size())) {
    have.bundles.push_back(own_.bundles[told_bundles_++]);
    bytes += sizeof(Digest);
  }
  while (told_partial_ < own_.partial.size() && room(have.partial.size())) {
    have.partial.push_back(own_.partial[told_partial_++]);
    bytes += sizeof(PartialBundle);
  }
  while (told_documents_ < own_.documents.size() && room(have.documents.size())) {
    const HeldDocument& held = own_.documents[told_documents_++];
    const Signature proof = sign(own_.device_key, proof_of(held.document, role_).bytes);
    ToldDocument told{tag_of(held.key, role_),
                      seal(held.key, kTellPurpose, encode(Told{held.grant, held.version, proof}))};
    // A vector of ten thousand replicas would not fit: such a document is for the server.
    if (told.sealed.size() > kFrameBytesTarget) continue;
    bytes += told.sealed.size() + sizeof(PartLabel);
    have.documents.push_back(std::move(told));
  }
  all_told_ = told_bundles_ == own_.bundles.size() && told_partial_ == own_.partial.size() &&
              told_documents_ == own_.documents.size();
  have.more = !all_told_;
  return send(State::telling, kHave, encode(have));
}

ExchangeAction ExchangeSession::hear_have(std::span<const std::uint8_t> payload) {
  const auto have = decode<Have>(payload);
  if (!have.ok()) return give_up(have.error());
  peer_.bundles.insert(have->bundles.begin(), have->bundles.end());
  if (peer_.bundles.size() > kBundlesPerSessionMax) {
    return give_up({ErrorCode::limit_exceeded, "more bundles than anybody holds"});
  }
  if (peer_.partial.size() + have->partial.size() > kBundlesPerSessionMax) {
    return give_up({ErrorCode::limit_exceeded, "more bundles than anybody holds"});
  }
  for (const PartialBundle& partial : have->partial) peer_.partial[partial.bundle] = partial.bytes;
  for (const ToldDocument& told : have->documents) meet(told.tag, told.sealed);
  if (have->more) return receive(State::hearing);
  return role_ == ExchangeRole::connects ? begin_offer() : tell_more();
}

/// A tag that is known here is of a document whose key both have. The grant says whether the other
/// one may still have it.
void ExchangeSession::meet(const PartLabel& tag, std::span<const std::uint8_t> sealed) {
  const auto at = expected_.find(tag);
  if (at == expected_.end()) return;
  const HeldDocument& held = *at->second;
  expected_.erase(at);
  const auto plain = open_sealed(held.key, kTellPurpose, sealed);
  const auto told = plain.ok() ? decode<Told>(*plain) : Result<Told>(plain.error());
  const ExchangeRole peer =
      role_ == ExchangeRole::connects ? ExchangeRole::listens : ExchangeRole::connects;
  const bool let =
      told.ok() &&
      check_grant(told->grant, own_.server_key, own_.space, own_.now_ms).ok() &&
      told->grant.dossier == held.document.dossier &&
      std::find(told->grant.sections.begin(), told->grant.sections.end(),
                held.document.section) != told->grant.sections.end() &&
      verify(told->grant.device_key, proof_of(held.document, peer).bytes, told->proof);
  if (!let) {
    ++summary_.not_let;
    return;
  }
  ++summary_.documents;
  peer_.documents.push_back({held.document, told->grant.device, told->version});
}

ExchangeAction ExchangeSession::begin_offer() {
  state_ = State::offering;
  return OfferAction{peer_};
}

ExchangeAction ExchangeSession::give_next() {
  if (giving_ == offered_.size()) return send(State::ending, kEnd, {});
  const OfferedBundle& now = offered_[giving_];
  if (now.bytes == 0 || now.bytes > kBundleBytesMax) {
    return give_up({ErrorCode::limit_exceeded, "a bundle too large to be given"});
  }
  if (given_bytes_ == 0) {
    // The other one has its beginning from a session that was cut.
    const auto there = peer_.partial.find(now.bundle);
    if (there != peer_.partial.end() && there->second < now.bytes) given_bytes_ = there->second;
  }
  state_ = State::reading;
  const std::uint64_t rest = now.bytes - given_bytes_;
  return ReadPiece{now.bundle, given_bytes_,
                   static_cast<std::size_t>(std::min<std::uint64_t>(rest, kExchangePieceBytesMax))};
}

ExchangeAction ExchangeSession::begin_take() { return receive(State::taking); }

ExchangeAction ExchangeSession::hear_piece(std::uint8_t kind,
                                           std::span<const std::uint8_t> payload) {
  if (kind == kEnd) {
    if (!payload.empty()) return give_up({ErrorCode::trailing_bytes, "an end with more"});
    return tell_kept();
  }
  auto piece = decode<KeepPiece>(payload);
  if (!piece.ok()) return give_up(piece.error());
  const std::uint64_t here = arriving_[piece->bundle];
  const bool fits = !piece->bytes.empty() && piece->total <= kBundleBytesMax &&
                    piece->offset == here && piece->bytes.size() <= piece->total - here;
  if (!fits || kept_.size() >= kBundlesPerSessionMax) {
    return give_up({ErrorCode::malformed, "a piece that does not go on where the last one ended"});
  }
  arriving_now_ = piece->bundle;
  arriving_total_ = piece->total;
  arriving_[piece->bundle] = here + piece->bytes.size();
  state_ = State::keeping;
  return std::move(*piece);
}

ExchangeAction ExchangeSession::on_kept(const PieceKept& kept) {
  const bool whole = arriving_[arriving_now_] == arriving_total_;
  if (kept.code != ErrorCode::ok && !whole) return give_up({kept.code, "a piece was not kept"});
  if (whole) {
    kept_.emplace_back(arriving_now_, kept.code);
    summary_.taken += kept.code == ErrorCode::ok;
    arriving_.erase(arriving_now_);
  }
  return receive(State::taking);
}

ExchangeAction ExchangeSession::tell_kept() {
  Kept kept;
  while (told_kept_ < kept_.size() && kept.bundles.size() < kExchangeListMax) {
    kept.bundles.push_back({kept_[told_kept_].first, kept_[told_kept_].second});
    ++told_kept_;
  }
  kept.more = told_kept_ < kept_.size();
  return send(State::telling_kept, kKept, encode(kept));
}

ExchangeAction ExchangeSession::hear_kept(std::span<const std::uint8_t> payload) {
  const auto kept = decode<Kept>(payload);
  if (!kept.ok()) return give_up(kept.error());
  more_kept_ = kept->more;
  handed_.clear();
  for (const KeptBundle& one : kept->bundles) {
    const bool was_given = std::any_of(offered_.begin(), offered_.end(), [&](const auto& offered) {
      return offered.bundle == one.bundle;
    });
    if (was_given && one.code == ErrorCode::ok) handed_.push_back(one.bundle);
  }
  summary_.given += handed_.size();
  state_ = State::noting;
  return NoteHanded{handed_};
}

ExchangeAction ExchangeSession::send(State next, std::uint8_t kind,
                                     std::vector<std::uint8_t> payload) {
  state_ = next;
  SendFrame frame{make_frame(kind, payload)};
  summary_.bytes_out += frame.frame.size();
  return frame;
}

ExchangeAction ExchangeSession::receive(State next) {
  state_ = next;
  return ReceiveFrame{};
}

ExchangeAction ExchangeSession::give_up(Error error) {
  state_ = State::ended;
  return ExchangeGiveUp{std::move(error), summary_};
}

}  // namespace insieme::sync
