// Lists: places between places, and the same order for everybody whatever the network does.
#include <rapidcheck.h>

#include <algorithm>
#include <random>
#include <set>

#include "insieme/sync/blob.hpp"
#include "insieme/sync/position.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const std::string kPlace = "place";

/// Records of a document as its list shows them.
std::vector<RecordId> list_of(const Document& document) {
  std::vector<std::pair<std::string, RecordId>> places;
  for (const auto& [id, record] : document.records()) {
    const FieldState* field = record.field(kPlace);
    const Survivor* shown = field == nullptr ? nullptr : displayed(*field);
    if (shown != nullptr) places.emplace_back(std::get<std::string>(shown->value), id);
  }
  std::sort(places.begin(), places.end());
  std::vector<RecordId> list;
  for (const auto& [place, id] : places) list.push_back(id);
  return list;
}

std::string place_of(const Document& document, const RecordId& id) {
  return std::get<std::string>(
      displayed(*document.records().at(id).field(kPlace))->value);
}

/// Puts a record in, or an old one elsewhere, at a random place of what this peer sees.
void put(Peer& peer, const std::string& name, std::uint32_t where) {
  std::vector<RecordId> list = list_of(peer.document());
  const RecordId id = rec(name);
  list.erase(std::remove(list.begin(), list.end(), id), list.end());
  const std::size_t at = where % (list.size() + 1);
  const std::string before = at == 0 ? "" : place_of(peer.document(), list[at - 1]);
  const std::string after = at == list.size() ? "" : place_of(peer.document(), list[at]);
  const auto place = position_between(before, after, id);
  RC_ASSERT(place.ok());
  peer.write({op_on(name, kPlace, WriteOp{Value{*place}})});
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), id);
  RC_ASSERT(list_of(peer.document()) == list);
}

std::vector<Peer> random_peers() {
  std::vector<Peer> peers;
  const auto count = *rc::gen::inRange<std::size_t>(2, 5);
  for (std::size_t i = 0; i < count; ++i) {
    peers.emplace_back(std::string("tablet-") + static_cast<char>('A' + i));
  }
  const auto steps = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::inRange<std::uint32_t>(0, 1'000'000));
  std::size_t records = 0;
  for (const std::uint32_t step : steps) {
    Peer& peer = peers[step % count];
    const std::uint32_t rest = step / 5;
    if (rest % 4 == 0) {
      peer.pull(peers[(rest / 4) % count]);
    } else if (rest % 4 == 1 && !list_of(peer.document()).empty()) {
      const auto list = list_of(peer.document());
      const RecordId& moved = list[(rest / 4) % list.size()];
      std::string name;
      for (const std::uint8_t byte : moved.bytes) {
        if (byte != 0) name += static_cast<char>(byte);
      }
      put(peer, name, rest / 16);
    } else {
      put(peer, "rec-" + std::to_string(records++), rest / 4);
    }
  }
  return peers;
}

}  // namespace

TEST_CASE("list: whatever the order of delivery and repetition, everybody sees one list",
          "[property][list]") {
  const bool holds =
      rc::check("commutative, associative, idempotent", [] {
        std::vector<Peer> peers = random_peers();
        for (int round = 0; round < 2; ++round) {
          for (Peer& peer : peers) {
            for (const Peer& other : peers) peer.pull(other);
          }
        }
        const std::vector<RecordId> list = list_of(peers[0].document());
        RC_ASSERT(std::set<RecordId>(list.begin(), list.end()).size() == list.size());
        for (const Peer& peer : peers) {
          RC_ASSERT(list_of(peer.document()) == list);
          RC_ASSERT(peer.digest() == peers[0].digest());
        }
        std::vector<Change> changes = peers[0].log();
        std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
        const std::size_t count = changes.size();
        for (std::size_t i = 0; i < count; ++i) {
          if (random() % 3 == 0) changes.push_back(changes[i]);
        }
        std::shuffle(changes.begin(), changes.end(), random);
        Document other(document_of("d1"), key_of("key"));
        for (const Change& change : changes) RC_ASSERT(other.deliver(change).ok());
        RC_ASSERT(list_of(other) == list);
        RC_ASSERT(other.state_digest() == peers[0].digest());
        const auto snapshot = other.snapshot();
        RC_ASSERT(snapshot.ok());
        const auto bytes = encode_snapshot(*snapshot);
        RC_ASSERT(bytes.ok());
        const Document again =
            Document::from_snapshot(*decode_snapshot(*bytes), key_of("key"));
        RC_ASSERT(list_of(again) == list);
      });
  CHECK(holds);
}

TEST_CASE("list: what was put in between two stays between them while they stay",
          "[property][list]") {
  const bool holds = rc::check("stable", [] {
    Peer a("A");
    Peer b("B");
    const auto first = *rc::gen::inRange(2, 8);
    for (int i = 0; i < first; ++i) put(a, "old-" + std::to_string(i), 1'000);
    b.pull(a);
    const std::vector<RecordId> old = list_of(a.document());
    const auto at = *rc::gen::inRange<std::uint32_t>(1, static_cast<std::uint32_t>(first));
    const auto count = *rc::gen::inRange(1, 6);
    for (int i = 0; i < count; ++i) {
      put(a, "a-" + std::to_string(i), at);
      put(b, "b-" + std::to_string(i), at);
    }
    sync_both(a, b);
    const std::vector<RecordId> list = list_of(b.document());
    RC_ASSERT(list == list_of(a.document()));
    RC_ASSERT(list.size() == old.size() + 2 * static_cast<std::size_t>(count));
    const auto place = [&](const RecordId& id) {
      return std::find(list.begin(), list.end(), id) - list.begin();
    };
    RC_ASSERT(place(old[at]) - place(old[at - 1]) == 2 * count + 1);
    // What each had put in is in the order in which they had seen it.
    for (int i = 1; i < count; ++i) {
      RC_ASSERT(place(rec("a-" + std::to_string(i))) < place(rec("a-" + std::to_string(i - 1))));
      RC_ASSERT(place(rec("b-" + std::to_string(i))) < place(rec("b-" + std::to_string(i - 1))));
    }
  });
  CHECK(holds);
}

TEST_CASE("blob: references come back as they were, and equal ones are equal bytes",
          "[property][blob]") {
  const bool holds = rc::check("round trip", [] {
    const auto bytes = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
    const auto size = *rc::gen::arbitrary<std::uint64_t>();
    const auto type = *rc::gen::element<std::string>("a/b", "image/png");
    const BlobRef blob{blob_digest(bytes), size, type};
    const auto value = encode_blob_ref(blob);
    RC_ASSERT(value.ok());
    RC_ASSERT(*decode_blob_ref(*value) == blob);
    RC_ASSERT(*encode_blob_ref(*decode_blob_ref(*value)) == *value);
  });
  CHECK(holds);
}
