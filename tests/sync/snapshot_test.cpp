// Snapshots: what they keep, what they refuse, and that no damage is taken for one.
#include "insieme/sync/snapshot.hpp"

#include "insieme/sync/limits.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

/// A disagreement, a note by two hands, a set, a counter, a retraction that somebody missed.
Peer mixed() {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "old"), splice_op("note", {{0, 0, "il bambino sta bene"}})});
  b.pull(a);
  a.write({set_op("reg", "x"), add_op("tags", "t"), inc_op("n", 3),
           splice_op("note", {{3, 7, "la bambina"}})});
  b.write({set_op("reg", "y"), inc_op("n", -1), splice_op("note", {{3, 7, "il ragazzo"}}),
           set_op("reg", "z", "r2")});
  a.write({retract_op("r2")});
  sync_both(a, b);
  return a;
}

Snapshot snapshot_of(const Peer& peer) {
  auto snapshot = peer.document().snapshot();
  REQUIRE(snapshot.ok());
  return *std::move(snapshot);
}

}  // namespace

TEST_CASE("snapshots: no truncation and no flipped byte is taken for one", "[sync][wire][damage]") {
  const ByteList good = *encode_snapshot(snapshot_of(mixed()));
  REQUIRE(decode_snapshot(good).ok());
  for (std::size_t size = 0; size < good.size(); ++size) {
    REQUIRE_FALSE(
        decode_snapshot(ByteList(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)))
            .ok());
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const std::uint8_t mask : {std::uint8_t{0x01}, std::uint8_t{0x80}, std::uint8_t{0xff}}) {
      ByteList bad = good;
      bad[at] ^= mask;
      REQUIRE_FALSE(decode_snapshot(bad).ok());
    }
  }
  ByteList longer = good;
  longer.push_back(0);
  CHECK_FALSE(decode_snapshot(longer).ok());
}

TEST_CASE("snapshots: a state that is not the one its digest names is not taken",
          "[sync][damage]") {
  Snapshot snapshot = snapshot_of(mixed());
  Snapshot other = snapshot;
  other.records.begin()->second.fields.front().name += "-";
  CHECK_FALSE(*encode_snapshot(snapshot) == *encode_snapshot(other));
  // A version that leaves out a change: the marks of what it wrote do not fit any more.
  auto heads = snapshot.frontier.heads();
  heads.erase(heads.begin());
  snapshot.frontier = Frontier::from_parts(std::move(heads), snapshot.frontier.history());
  CHECK_FALSE(decode_snapshot(*encode_snapshot(snapshot)).ok());
}

TEST_CASE("snapshots: the base of a disagreement is kept while it is open", "[sync][P4]") {
  const Peer peer = mixed();
  const Document document = Document::from_snapshot(snapshot_of(peer), key_of("key"));
  const auto items = document.review_items({});
  REQUIRE(items.size() == peer.items().size());
  for (const ReviewItem& item : items) {
    CHECK(document.base_of(item) == peer.document().base_of(item));
    if (item.kind == ItemKind::concurrent_values) {
      CHECK(document.base_of(item) == std::vector<Value>{text("old")});
    }
    if (item.kind == ItemKind::text_overlap) {
      CHECK(document.base_of(item) == std::vector<Value>{text("il bambino sta bene")});
      REQUIRE(item.values.size() == 2);
      CHECK(item.values[0].mark.author == "user-A");
      // What each side made of it can still be read, and is kept when it is folded once more.
      const Snapshot first = snapshot_of(peer);
      const std::vector<Change> none;
      const auto kept = folded_alternatives({&first, none}, item);
      REQUIRE(kept.size() == 2);
      CHECK(!equal(kept[0], kept[1]));
      const auto again = document.snapshot(document.horizon());
      REQUIRE(again.ok());
      CHECK(*again->base(item.record, item.field) == *first.base(item.record, item.field));
    }
  }
}

TEST_CASE("snapshots: who wrote which part of a text outlives its events", "[sync][P12]") {
  const Peer peer = mixed();
  const Document document = Document::from_snapshot(snapshot_of(peer), key_of("key"));
  const auto& before = peer.record().field("note")->text;
  const auto& after = document.records().at(rec("r1")).field("note")->text;
  CHECK(after.events().empty());
  CHECK(after.text() == before.text());
  CHECK(after.overlaps() == before.overlaps());
  CHECK(after.folded() == before.folded());
  REQUIRE(after.base() != nullptr);
  for (const TextRun& run : after.base()->runs) CHECK(before.mark_of(run.mark.dot) == run.mark);
}

TEST_CASE("snapshots: nothing is folded that a change here has not seen", "[sync][P3]") {
  Peer a("A");
  Peer b("B");
  a.write({splice_op("note", {{0, 0, "abc"}})});
  b.pull(a);
  a.write({splice_op("note", {{3, 0, "d"}})});
  b.write({splice_op("note", {{0, 0, "z"}})});
  a.pull(b);
  const auto early = a.document().snapshot(vv({{"A", 2}}));
  REQUIRE_FALSE(early.ok());
  CHECK(early.error().code == ErrorCode::not_yet);
  CHECK(a.document().snapshot(vv({{"A", 1}})).ok());
  CHECK(a.document().snapshot(vv({{"A", 3}})).error().code == ErrorCode::invalid_argument);
  CHECK_FALSE(a.document().snapshot(vv({{"B", 1}})).ok());
  Document compacted = a.document();
  CHECK(compacted.compact(vv({{"A", 2}})).code() == ErrorCode::not_yet);
  CHECK(compacted.log().size() == 3);
}

TEST_CASE("snapshots: work that has not seen what was folded is not replayed blindly",
          "[sync][P2]") {
  Peer a("A");
  Peer late("L");
  a.write({splice_op("note", {{0, 0, "abc"}}), set_op("reg", "x")});
  late.pull(a);
  a.write({splice_op("note", {{3, 0, "d"}})});
  const Snapshot snapshot = snapshot_of(a);
  Peer behind = late;
  CHECK(*behind.document().install(snapshot));
  CHECK(behind.record().field("note")->text.text() == "abcd");
  late.write({set_op("reg", "y")});
  const Digest before = late.digest();
  const auto installed = late.document().install(snapshot);
  REQUIRE_FALSE(installed.ok());
  CHECK(installed.error().code == ErrorCode::expired);
  CHECK(late.digest() == before);
}

TEST_CASE("texts: a splice moved to what was seen meanwhile does what the merge would have done",
          "[sync][text][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({splice_op("note", {{0, 0, "uno due tre"}})});
  b.pull(a);
  const VersionVector form = b.version();
  a.write({splice_op("note", {{0, 3, "UNO"}}), splice_op("note", {{0, 0, "x"}}, "r2")});
  b.pull(a);
  const std::vector<Splice> splices{{8, 3, "TRE"}};
  const TextState& note = b.record().field("note")->text;
  const auto moved = note.moved(splices, form, b.version());
  CHECK(splice_text(note.text(), moved) == "UNO due TRE");
  Peer merged = b;
  merged.write({with_context(splice_op("note", splices), form)});
  CHECK(merged.record().field("note")->text.text() == splice_text(note.text(), moved));
}

TEST_CASE("documents: a whole log and a compacted one have the same digest", "[sync][P3]") {
  const Peer peer = mixed();
  Document compacted = peer.document();
  REQUIRE(compacted.compact(peer.version()).ok());
  CHECK(compacted.log().empty());
  CHECK(compacted.horizon() == peer.version());
  CHECK(compacted.state_digest() == peer.digest());
  CHECK(*compacted.deliver(peer.log().front()) == Delivery::duplicate);
  // Older than what is folded: no merge could be right.
  CHECK(compacted.install(*peer.document().snapshot(vv({{"A", 1}}))).ok());
}
