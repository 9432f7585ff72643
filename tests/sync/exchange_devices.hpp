#pragma once
// Two devices with disks of their own, and sessions between them over a stream that may be cut.
// What each session was fed is noted, so that a test can feed it again, up to where it goes wrong.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/exchange_samples.hpp"

namespace insieme::testing {

using ByteList = std::vector<std::uint8_t>;

inline const DocumentId kCore = document_of("d1");
inline const DocumentId kHealth = document_of("d1", "health");

/// A device's disk: what it holds survives a session that is cut.
struct Disk {
  std::map<Digest, ByteList> whole;
  std::map<Digest, ByteList> partial;
  std::set<Digest> handed;  ///< that the other one said to have
  std::uint64_t pieces = 0;

  Digest hold(ByteList bytes) {
    const Digest digest = digest_bundle(bytes);
    whole[digest] = std::move(bytes);
    return digest;
  }
};

class Device {
 public:
  Device(const ExchangeSamples& s, std::string name, Disk& disk)
      : space(s.space), samples_(s), name_(std::move(name)), disk_(disk) {}

  Holdings holdings(std::uint8_t session) const {
    Holdings own;
    own.space = space;
    own.device_key = pair_of(name_).secret_key;
    own.server_key = samples_.server.public_key;
    own.now_ms = kSampleNow;
    own.nonce.fill(session);
    own.nonce[0] = static_cast<std::uint8_t>(name_[0]);
    for (const auto& [digest, bytes] : disk_.whole) own.bundles.push_back(digest);
    for (const auto& [digest, bytes] : disk_.partial) {
      own.partial.push_back({digest, bytes.size()});
    }
    own.documents = documents;
    return own;
  }

  HeldDocument held(const DocumentId& document, const VersionVector& version) const {
    return {document, samples_.key(document),
            samples_.grant(name_, document.dossier, {document.section}), version};
  }

  /// Answers everything that needs no stream.
  ExchangeAction settle(ExchangeSession& session, ExchangeAction action) {
    while (true) {
      if (const auto* offer = std::get_if<OfferAction>(&action)) {
        peer = offer->peer;
        Offered offered;
        for (const auto& [digest, bytes] : disk_.whole) {
          if (offer->peer.bundles.count(digest) == 0) {
            offered.bundles.push_back({digest, bytes.size()});
          }
        }
        action = feed(session, offered);
      } else if (const auto* read = std::get_if<ReadPiece>(&action)) {
        const ByteList& bytes = disk_.whole.at(read->bundle);
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(read->offset);
        const auto to = from + static_cast<std::ptrdiff_t>(read->bytes);
        action = feed(session, PieceRead{{from, to}});
      } else if (auto* piece = std::get_if<KeepPiece>(&action)) {
        ++disk_.pieces;
        ByteList& bytes = disk_.partial[piece->bundle];
        REQUIRE(bytes.size() == piece->offset);
        bytes.insert(bytes.end(), piece->bytes.begin(), piece->bytes.end());
        if (bytes.size() == piece->total) {
          REQUIRE(disk_.hold(std::move(bytes)) == piece->bundle);
          disk_.partial.erase(piece->bundle);
        }
        action = feed(session, PieceKept{});
      } else if (const auto* handed = std::get_if<NoteHanded>(&action)) {
        disk_.handed.insert(handed->bundles.begin(), handed->bundles.end());
        action = feed(session, HandedNoted{});
      } else {
        return action;
      }
    }
  }

  /// Feeds a session, and notes with what.
  ExchangeAction feed(ExchangeSession& session, ExchangeInput input) {
    fed.push_back(input);
    return session.resume(std::move(input));
  }

  SpaceId space;
  std::vector<HeldDocument> documents;
  PeerHoldings peer;
  std::vector<ExchangeInput> fed;  ///< in this session

 private:
  const ExchangeSamples& samples_;
  std::string name_;
  Disk& disk_;
};

struct Ends {
  ExchangeAction first;
  ExchangeAction second;
  std::uint64_t bytes = 0;  ///< over the stream
  [[nodiscard]] bool done() const {
    return std::holds_alternative<ExchangeDone>(first) &&
           std::holds_alternative<ExchangeDone>(second);
  }
};

/// One session; the stream breaks after so many bytes, and a frame that is not whole never arrives.
inline Ends talk(Device& connects, Device& listens, std::uint8_t number,
                 std::uint64_t cut = UINT64_MAX) {
  ExchangeSession one(ExchangeRole::connects);
  ExchangeSession two(ExchangeRole::listens);
  connects.fed.clear();
  listens.fed.clear();
  Ends ends{connects.settle(one, connects.feed(one, StartExchange{connects.holdings(number)})),
            listens.settle(two, listens.feed(two, StartExchange{listens.holdings(number)})), 0};
  const auto is_over = [](const ExchangeAction& action) {
    return std::holds_alternative<ExchangeDone>(action) ||
           std::holds_alternative<ExchangeGiveUp>(action);
  };
  const auto pass = [&](ExchangeAction& from, ExchangeAction& to, Device& sender,
                        ExchangeSession& sending, Device& receiver, ExchangeSession& receiving) {
    auto* frame = std::get_if<SendFrame>(&from);
    if (frame == nullptr || !std::holds_alternative<ReceiveFrame>(to)) return false;
    const ByteList bytes = frame->frame;
    ends.bytes += bytes.size();
    if (ends.bytes > cut) {
      from = sending.resume(ExchangeFailed{{ErrorCode::unavailable, "cut"}});
      to = receiving.resume(ExchangeFailed{{ErrorCode::unavailable, "cut"}});
      return true;
    }
    REQUIRE(*exchange_rest_length(bytes) + kExchangeLengthBytes == bytes.size());
    from = sender.settle(sending, sender.feed(sending, FrameSent{}));
    to = receiver.settle(receiving, receiver.feed(receiving, FrameArrived{bytes}));
    return true;
  };
  while (pass(ends.first, ends.second, connects, one, listens, two) ||
         pass(ends.second, ends.first, listens, two, connects, one)) {
  }
  // Whoever hears of the end by the other one's silence.
  if (!is_over(ends.first)) ends.first = one.resume(ExchangeFailed{{ErrorCode::unavailable, ""}});
  if (!is_over(ends.second)) ends.second = two.resume(ExchangeFailed{{ErrorCode::unavailable, ""}});
  return ends;
}

struct TwoDevices {
  ExchangeSamples s;
  Disk disk_a;
  Disk disk_b;
  Device anna{s, "anna", disk_a};
  Device bruno{s, "bruno", disk_b};

  TwoDevices() {
    anna.documents = {anna.held(kCore, vv({{"anna", 3}}))};
    bruno.documents = {bruno.held(kCore, vv({{"bruno", 1}})), bruno.held(kHealth, {})};
    disk_a.hold(encode_bundle(s.bundle("anna", kCore)));
    disk_a.hold(encode_bundle(s.bundle("anna", kCore, std::string(60'000, 'a'))));
    ByteList large(3 * kExchangePieceBytesMax + 5);
    for (std::size_t i = 0; i < large.size(); ++i) {
      large[i] = static_cast<std::uint8_t>(i * 2654435761U >> 24);
    }
    disk_b.hold(std::move(large));
  }
};

}  // namespace insieme::testing
