// The laws of folding, over random histories: a snapshot and the changes after it are the whole
// history, whoever made it and wherever it is put.
#include "support/catch.hpp"
#include "support/laws.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

struct Folded {
  History history;
  Document whole;
  VersionVector at;
  Snapshot snapshot;
  std::vector<Change> tail;
};

Folded draw_folded(Contexts contexts) {
  History history = draw_met_history(contexts);
  const auto& changes = history.changes();
  Document whole = delivered(changes);
  // Often all: then everything is folded, whatever it was.
  const auto count = *rc::gen::inRange<std::size_t>(0, 2 * changes.size() + 1);
  const VersionVector at = stable_part(changes, std::min(count, changes.size()));
  auto snapshot = whole.snapshot(at);
  RC_ASSERT(snapshot.ok());
  RC_TAG(at.empty() ? "nothing folded" : "something folded");
  std::vector<Change> tail;
  for (const Change& change : changes) {
    if (!at.contains(change.header.replica, change.header.seq)) tail.push_back(change);
  }
  return {std::move(history), std::move(whole), at, *std::move(snapshot), std::move(tail)};
}

std::vector<std::uint8_t> bytes_of(const Snapshot& snapshot) {
  auto bytes = encode_snapshot(snapshot);
  RC_ASSERT(bytes.ok());
  return *std::move(bytes);
}

void deliver_all(Document& document, const std::vector<Change>& changes) {
  for (const Change& change : changes) RC_ASSERT(document.deliver(change).ok());
}

/// What people are shown as the base of each item that has not parted across the fold.
void assert_same_bases(const Folded& drawn, const Document& compacted) {
  const Document before = Document::from_snapshot(drawn.snapshot, key_of("key"));
  const auto old_items = before.review_items(policy);
  for (const ReviewItem& item : drawn.whole.review_items(policy)) {
    const bool is_old = std::any_of(old_items.begin(), old_items.end(), [&](const ReviewItem& o) {
      return o.kind == item.kind && o.generation == item.generation;
    });
    const bool is_new = std::none_of(item.dots.begin(), item.dots.end(),
                                     [&](const Dot& dot) { return drawn.at.contains(dot); });
    if (is_old || is_new) RC_ASSERT(compacted.base_of(item) == drawn.whole.base_of(item));
  }
}

}  // namespace

TEST_CASE("law: a snapshot and the tail are the whole history", "[sync][property][P3][P10]") {
  CHECK(rc::check([] {
    Folded drawn = draw_folded(draw_contexts());
    const auto bytes = bytes_of(drawn.snapshot);
    auto decoded = decode_snapshot(bytes);
    RC_ASSERT(decoded.ok());
    RC_ASSERT(*decoded == drawn.snapshot);
    RC_ASSERT(bytes_of(*decoded) == bytes);
    Document document = Document::from_snapshot(*std::move(decoded), key_of("key"));
    RC_ASSERT(document.state_digest() == delivered(up_to(drawn.history.changes(), drawn.at))
                                             .state_digest());
    shuffle(drawn.tail);
    deliver_all(document, drawn.tail);
    assert_same(document, drawn.whole);
    assert_same_bases(drawn, document);
  }));
}

TEST_CASE("law: equal states have equal snapshots, in whatever order they came",
          "[sync][property][P3]") {
  CHECK(rc::check([] {
    const Folded drawn = draw_folded(draw_contexts());
    auto changes = drawn.history.changes();
    shuffle(changes);
    const Document other = delivered(changes);
    RC_ASSERT(bytes_of(*other.snapshot(drawn.at)) == bytes_of(drawn.snapshot));
  }));
}

TEST_CASE("law: compaction changes nothing that can be seen, and compacts again",
          "[sync][property][P3]") {
  CHECK(rc::check([] {
    const Folded drawn = draw_folded(draw_contexts());
    Document compacted = drawn.whole;
    RC_ASSERT(compacted.compact(drawn.at).ok());
    RC_ASSERT(compacted.log().size() == drawn.tail.size());
    assert_same(compacted, drawn.whole);
    assert_same_bases(drawn, compacted);
    auto again = compacted.snapshot();
    auto at_once = drawn.whole.snapshot();
    RC_ASSERT(again.ok() == at_once.ok());  // not where a later engine wrote
    if (again.ok()) {
      again->bases.clear();  // evidence may be less where it was folded twice
      at_once->bases.clear();
      RC_ASSERT(bytes_of(*again) == bytes_of(*at_once));
    }
    deliver_all(compacted, drawn.history.changes());  // what is folded is known
    assert_same(compacted, drawn.whole);
  }));
}

TEST_CASE("law: a snapshot put on a replica with work of its own is a merge",
          "[sync][property][P2][P3]") {
  CHECK(rc::check([] {
    Folded drawn = draw_folded(draw_contexts());
    const auto& peers = drawn.history.peers();
    const auto which = *rc::gen::inRange<std::size_t>(0, peers.size());
    Document receiver = peers[which].document();
    const bool ahead = receiver.frontier().version().covers(drawn.at);
    const Digest before = receiver.state_digest();
    const auto installed = receiver.install(drawn.snapshot);
    RC_ASSERT(installed.ok());
    RC_ASSERT(*installed == !ahead);
    if (ahead) RC_ASSERT(receiver.state_digest() == before);
    VersionVector merged = peers[which].version();
    merged.merge(drawn.at);
    RC_ASSERT(receiver.state_digest() ==
              delivered(up_to(drawn.history.changes(), merged)).state_digest());
    shuffle(drawn.tail);
    deliver_all(receiver, drawn.tail);
    assert_same(receiver, drawn.whole);
  }));
}

TEST_CASE("law: what is packed for a store and brought back goes on merging after a fold",
          "[sync][property]") {
  CHECK(rc::check([] {
    const Folded drawn = draw_folded(draw_contexts());
    Document compacted = drawn.whole;
    RC_ASSERT(compacted.compact(drawn.at).ok());
    for (const auto& [id, record] : compacted.records()) {
      const auto back = decode_record(encode_record(record));
      RC_ASSERT(back.ok());
      RC_ASSERT(*back == record);
      RC_ASSERT(encode_record(*back) == encode_record(drawn.whole.records().at(id)));
    }
  }));
}
