// Two devices over a stream that can be cut after any byte.
#include <algorithm>
#include <deque>

#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/exchange_samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

const DocumentId kCore = document_of("d1");
const DocumentId kHealth = document_of("d1", "health");

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
        action = session.resume(offered);
      } else if (const auto* read = std::get_if<ReadPiece>(&action)) {
        const ByteList& bytes = disk_.whole.at(read->bundle);
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(read->offset);
        action = session.resume(PieceRead{{from, from + static_cast<std::ptrdiff_t>(read->bytes)}});
      } else if (auto* piece = std::get_if<KeepPiece>(&action)) {
        ++disk_.pieces;
        ByteList& bytes = disk_.partial[piece->bundle];
        REQUIRE(bytes.size() == piece->offset);
        bytes.insert(bytes.end(), piece->bytes.begin(), piece->bytes.end());
        if (bytes.size() == piece->total) {
          REQUIRE(disk_.hold(std::move(bytes)) == piece->bundle);
          disk_.partial.erase(piece->bundle);
        }
        action = session.resume(PieceKept{});
      } else if (const auto* handed = std::get_if<NoteHanded>(&action)) {
        disk_.handed.insert(handed->bundles.begin(), handed->bundles.end());
        action = session.resume(HandedNoted{});
      } else {
        return action;
      }
    }
  }

  SpaceId space;
  std::vector<HeldDocument> documents;
  PeerHoldings peer;

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
Ends talk(Device& connects, Device& listens, std::uint8_t number, std::uint64_t cut = UINT64_MAX) {
  ExchangeSession one(ExchangeRole::connects);
  ExchangeSession two(ExchangeRole::listens);
  Ends ends{connects.settle(one, one.resume(StartExchange{connects.holdings(number)})),
            listens.settle(two, two.resume(StartExchange{listens.holdings(number)})), 0};
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
    from = sender.settle(sending, sending.resume(FrameSent{}));
    to = receiver.settle(receiving, receiving.resume(FrameArrived{bytes}));
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

}  // namespace

TEST_CASE("session: each gets what it lacks, and hears that the other has it",
          "[sync][exchange][P6]") {
  TwoDevices t;
  const Ends ends = talk(t.anna, t.bruno, 1);
  REQUIRE(ends.done());
  CHECK(t.disk_a.whole == t.disk_b.whole);
  CHECK(t.disk_a.whole.size() == 3);
  CHECK(t.disk_a.handed.size() == 2);
  CHECK(t.disk_b.handed.size() == 1);
  const auto& summary = std::get<ExchangeDone>(ends.first).summary;
  CHECK(summary.given == 2);
  CHECK(summary.taken == 1);
  CHECK(summary.documents == 1);
  CHECK(summary.not_let == 0);
  // What each has of the document that both may read; of the other one nothing is told.
  REQUIRE(t.bruno.peer.documents.size() == 1);
  CHECK(t.bruno.peer.documents[0].document == kCore);
  CHECK(t.bruno.peer.documents[0].version == vv({{"anna", 3}}));
  CHECK(t.bruno.peer.documents[0].device == device("anna"));

  const Ends again = talk(t.anna, t.bruno, 2);
  REQUIRE(again.done());
  CHECK(std::get<ExchangeDone>(again.first).summary.given == 0);
  CHECK(again.bytes < 1'500);  // only what both hold is told
}

TEST_CASE("session: cut after every byte nothing is lost, and the next one goes on",
          "[sync][exchange][P2]") {
  const std::uint64_t all = [] {
    TwoDevices t;
    return talk(t.anna, t.bruno, 1).bytes;
  }();
  REQUIRE(all > 3 * kExchangePieceBytesMax);
  // Every byte of a frame behaves as its last one: a frame is whole or not there.
  for (std::uint64_t cut = 0; cut <= all; cut += 997) {
    CAPTURE(cut);
    TwoDevices t;
    static_cast<void>(talk(t.anna, t.bruno, 1, cut));
    const std::uint64_t pieces = t.disk_a.pieces + t.disk_b.pieces;
    const Ends ends = talk(t.anna, t.bruno, 2);
    REQUIRE(ends.done());
    REQUIRE(t.disk_a.whole == t.disk_b.whole);
    REQUIRE(t.disk_a.partial.empty());
    REQUIRE(t.disk_b.partial.empty());
    // What had arrived was not sent again.
    TwoDevices fresh;
    static_cast<void>(talk(fresh.anna, fresh.bruno, 1));
    REQUIRE(t.disk_a.pieces + t.disk_b.pieces == fresh.disk_a.pieces + fresh.disk_b.pieces);
    REQUIRE(pieces <= t.disk_a.pieces + t.disk_b.pieces);
  }
}

TEST_CASE("session: cut again and again at every k-th byte it ends all the same",
          "[sync][exchange][P2]") {
  for (const std::uint64_t k : {70'000U, 90'000U, 131'000U}) {
    TwoDevices t;
    int sessions = 0;
    while (!talk(t.anna, t.bruno, static_cast<std::uint8_t>(sessions), k).done()) {
      REQUIRE(++sessions < 20);
    }
    CHECK(sessions > 0);
    CHECK(t.disk_a.whole == t.disk_b.whole);
  }
}

TEST_CASE("session: of what is not for the other one it learns nothing", "[sync][exchange][P7]") {
  TwoDevices t;
  t.anna.documents = {t.anna.held(kHealth, vv({{"anna", 9}}))};
  t.bruno.documents = {t.bruno.held(kCore, vv({{"bruno", 9}}))};
  const Ends ends = talk(t.anna, t.bruno, 1);
  REQUIRE(ends.done());
  CHECK(t.anna.peer.documents.empty());
  CHECK(t.bruno.peer.documents.empty());
}

TEST_CASE("session: who has the key but no good grant any more is not let in",
          "[sync][exchange][P7]") {
  TwoDevices t;
  SECTION("it has expired") {
    t.anna.documents[0].grant.expires_ms = kSampleNow - 1;
    sign_grant(t.anna.documents[0].grant, t.s.server.secret_key);
  }
  SECTION("it is another device's, shown again") {
    t.anna.documents[0].grant = t.s.grant("carla", kCore.dossier);
  }
  SECTION("it is for another section") {
    t.anna.documents[0].grant = t.s.grant("anna", kCore.dossier, {"health"});
  }
  SECTION("the server did not sign it") {
    sign_grant(t.anna.documents[0].grant, pair_of("mallory").secret_key);
  }
  const Ends ends = talk(t.anna, t.bruno, 1);
  REQUIRE(ends.done());
  CHECK(t.bruno.peer.documents.empty());
  CHECK(std::get<ExchangeDone>(ends.second).summary.not_let == 1);
}

TEST_CASE("session: a device of another space is told so", "[sync][exchange]") {
  TwoDevices t;
  t.anna.space = id_of<SpaceId>("elsewhere");
  const Ends ends = talk(t.anna, t.bruno, 1);
  CHECK(std::get<ExchangeGiveUp>(ends.second).error.code == ErrorCode::conflict);
  CHECK(t.disk_b.whole.size() == 1);
}

TEST_CASE("session: what is no frame, or not the one that comes now, ends it",
          "[sync][exchange][damage]") {
  TwoDevices t;
  ExchangeSession connects(ExchangeRole::connects);
  const auto hello = std::get<SendFrame>(connects.resume(StartExchange{t.anna.holdings(1)})).frame;
  const auto heard = [&](const ByteList& frame) {
    ExchangeSession session(ExchangeRole::listens);
    const auto begun = session.resume(StartExchange{t.bruno.holdings(1)});
    REQUIRE(std::holds_alternative<ReceiveFrame>(begun));
    const auto action = session.resume(FrameArrived{frame});
    const auto* given_up = std::get_if<ExchangeGiveUp>(&action);
    return given_up == nullptr ? ErrorCode::ok : given_up->error.code;
  };
  CHECK(heard(hello) == ErrorCode::ok);
  for (std::size_t at = 0; at < hello.size(); ++at) {
    ByteList bad = hello;
    bad[at] ^= 0x01;
    CHECK(heard(bad) != ErrorCode::ok);
  }
  for (std::size_t size = 0; size < hello.size(); ++size) {
    CHECK(heard({hello.begin(), hello.begin() + static_cast<std::ptrdiff_t>(size)}) !=
          ErrorCode::ok);
  }
  CHECK(exchange_rest_length(ByteList{0xff, 0xff, 0xff, 0xff}).error().code ==
        ErrorCode::limit_exceeded);
  CHECK(exchange_rest_length(ByteList{1, 0, 0, 0}).error().code == ErrorCode::malformed);
  ExchangeSession fed(ExchangeRole::connects);
  CHECK(std::holds_alternative<ExchangeGiveUp>(fed.resume(PieceKept{})));
  CHECK(std::holds_alternative<ExchangeGiveUp>(fed.resume(FrameSent{})));
}
