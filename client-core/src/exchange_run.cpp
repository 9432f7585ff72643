#include <algorithm>

#include "insieme/client/exchange.hpp"

namespace insieme::client {

void add_taken(TakenBundle& sum, const TakenBundle& taken) {
  sum.is_new = sum.is_new || taken.is_new;
  sum.is_own = sum.is_own || taken.is_own;
  sum.carried = sum.carried || taken.carried;
  sum.applied += taken.applied;
  sum.known += taken.known;
  sum.waiting += taken.waiting;
  sum.documents += taken.documents;
  sum.sealed += taken.sealed;
  sum.refused.insert(sum.refused.end(), taken.refused.begin(), taken.refused.end());
}

bool is_of_device(ErrorCode code) noexcept {
  return code == ErrorCode::storage_full || code == ErrorCode::storage_failure ||
         code == ErrorCode::busy || code == ErrorCode::internal;
}

ErrorCode code_of(const TakenBundle& taken) noexcept {
  if (taken.carried || taken.is_own || !taken.is_new) return ErrorCode::ok;
  return taken.refused.empty() ? ErrorCode::quota : taken.refused.front().code;
}

Result<ExchangeStep> ExchangeRun::begin() {
  const Identity& self = store_.identity();
  if (!self.is_enrolled() || self.server_key == sync::PublicKey{}) {
    return Error{ErrorCode::unauthenticated, "this store is not enrolled"};
  }
  INSIEME_TRY_ASSIGN(sync::Holdings holdings, store_.exchange_holdings());
  INSIEME_TRY_ASSIGN(std::vector<OutgoingBundle> own, store_.hand_out({}));
  for (OutgoingBundle& bundle : own) {
    holdings.bundles.push_back(bundle.digest);
    own_.emplace(bundle.digest, std::move(bundle));
  }
  std::sort(holdings.bundles.begin(), holdings.bundles.end());
  return go_on(sync::StartExchange{std::move(holdings)});
}

ExchangeStep ExchangeRun::sent() { return go_on(sync::FrameSent{}); }

ExchangeStep ExchangeRun::arrived(std::vector<std::uint8_t> frame) {
  return go_on(sync::FrameArrived{std::move(frame)});
}

ExchangeStep ExchangeRun::failed(Error error) {
  return go_on(sync::ExchangeFailed{std::move(error)});
}

ExchangeStep ExchangeRun::go_on(sync::ExchangeInput input) {
  while (true) {
    sync::ExchangeAction action = session_.resume(std::move(input));
    if (auto* send = std::get_if<sync::SendFrame>(&action)) {
      return {ExchangeStep::Kind::send, std::move(send->frame)};
    }
    if (std::holds_alternative<sync::ReceiveFrame>(action)) {
      return {ExchangeStep::Kind::receive, {}};
    }
    if (const auto* done = std::get_if<sync::ExchangeDone>(&action)) {
      outcome_.session = done->summary;
      return {};
    }
    if (auto* given_up = std::get_if<sync::ExchangeGiveUp>(&action)) {
      outcome_.session = given_up->summary;
      outcome_.status = std::move(given_up->error);
      return {};
    }
    if (const auto* offer = std::get_if<sync::OfferAction>(&action)) {
      input = perform(*offer);
    } else if (const auto* read = std::get_if<sync::ReadPiece>(&action)) {
      input = perform(*read);
    } else if (const auto* piece = std::get_if<sync::KeepPiece>(&action)) {
      input = perform(*piece);
    } else {
      input = perform(std::get<sync::NoteHanded>(action));
    }
  }
}

sync::ExchangeInput ExchangeRun::perform(const sync::OfferAction& offer) {
  sync::Offered offered;
  auto answered = store_.hand_out_answered(offer.peer.documents);
  if (!answered.ok()) return sync::ExchangeFailed{answered.error()};
  // First, in their order: what is handed out beside them may stand on them.
  for (OutgoingBundle& bundle : *answered) {
    const sync::Digest digest = bundle.digest;
    if (offer.peer.bundles.count(digest) == 0) {
      offered.bundles.push_back({digest, bundle.bytes.size()});
    }
    own_.emplace(digest, std::move(bundle));
  }
  for (const auto& [digest, bundle] : own_) {
    if (bundle.changes.empty()) continue;
    if (offer.peer.bundles.count(digest) != 0) continue;
    // Before anything leaves.
    const Status noted = store_.note_handed_out(bundle);
    if (!noted.ok()) return sync::ExchangeFailed{noted.error()};
    offered.bundles.push_back({digest, bundle.bytes.size()});
  }
  auto carried = store_.carried();
  if (!carried.ok()) return sync::ExchangeFailed{carried.error()};
  for (const sync::OfferedBundle& one : *carried) {
    const bool there = offer.peer.bundles.count(one.bundle) != 0;
    if (!there && own_.count(one.bundle) == 0) offered.bundles.push_back(one);
  }
  return offered;
}

sync::ExchangeInput ExchangeRun::perform(const sync::ReadPiece& read) {
  if (bytes_.empty() || !(read_ == read.bundle)) {
    const auto own = own_.find(read.bundle);
    if (own != own_.end()) {
      bytes_ = own->second.bytes;
    } else {
      auto carried = store_.carried_bundle(read.bundle);
      if (!carried.ok()) return sync::ExchangeFailed{carried.error()};
      bytes_ = *std::move(carried);
    }
    read_ = read.bundle;
  }
  if (read.offset > bytes_.size()) {
    return sync::ExchangeFailed{{ErrorCode::internal, "a piece beyond the end"}};
  }
  const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(read.offset);
  const auto left = static_cast<std::size_t>(bytes_.size() - read.offset);
  const std::size_t size = std::min(read.bytes, left);
  return sync::PieceRead{{from, from + static_cast<std::ptrdiff_t>(size)}};
}

sync::ExchangeInput ExchangeRun::perform(const sync::KeepPiece& piece) {
  const bool is_last = piece.offset + piece.bytes.size() == piece.total;
  auto taken = store_.keep_piece(piece);
  if (!taken.ok()) {
    // A hand-out that is no good ends nothing; a device that cannot write ends the session.
    const ErrorCode code = taken.error().code;
    if (is_of_device(code) || !is_last) return sync::ExchangeFailed{taken.error()};
    outcome_.taken.refused.push_back(taken.error());
    return sync::PieceKept{code};
  }
  if (!taken->has_value()) return sync::PieceKept{};
  add_taken(outcome_.taken, **taken);
  return sync::PieceKept{code_of(**taken)};
}

sync::ExchangeInput ExchangeRun::perform(const sync::NoteHanded& handed) {
  for (const sync::Digest& digest : handed.bundles) {
    const auto own = own_.find(digest);
    if (own == own_.end()) continue;
    const Status noted = store_.note_kept(own->second);
    if (!noted.ok()) return sync::ExchangeFailed{noted.error()};
    outcome_.changes_given += own->second.changes.size();
  }
  return sync::HandedNoted{};
}

}  // namespace insieme::client
