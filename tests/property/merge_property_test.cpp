// The laws of the merge, over random histories (docs/merge-algebra.md). A failing history is shrunk
// by rapidcheck; seed.cpp says how to take another seed, run more of them, or run one again.
#include "support/catch.hpp"
#include "support/laws.hpp"
#include "support/memory_dictionary.hpp"
#include "support/merge_oracle.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("law: commutative: any order of delivery gives the same state", "[sync][property][P3]") {
  CHECK(rc::check([] {
    const History history = draw_history(draw_contexts());
    auto changes = history.changes();
    const Document reference = delivered(changes);
    shuffle(changes);
    assert_same(delivered(changes), reference);
    std::reverse(changes.begin(), changes.end());
    assert_same(delivered(changes), reference);
  }));
}

TEST_CASE("law: idempotent: repetition changes nothing", "[sync][property][P3]") {
  CHECK(rc::check([] {
    const History history = draw_history(draw_contexts());
    auto changes = history.changes();
    const Document reference = delivered(changes);
    for (int copies = 0; copies < 3; ++copies) {
      changes.insert(changes.end(), history.changes().begin(), history.changes().end());
    }
    shuffle(changes);
    Document document = delivered(changes);
    assert_same(document, reference);
    for (const Change& change : changes) {
      RC_ASSERT(*document.deliver(change) == Delivery::duplicate);
    }
    assert_same(document, reference);
  }));
}

TEST_CASE("law: associative: replicas may meet in any grouping", "[sync][property][P3]") {
  CHECK(rc::check([] {
    const History history = draw_history(draw_contexts());
    std::vector<Peer> parts = history.peers();
    while (parts.size() < 3) parts.emplace_back("Z");
    // (a + b) + c, a + (b + c), and all of it in a star around a newcomer.
    Peer left = parts[0];
    left.pull(parts[1]);
    left.pull(parts[2]);
    Peer inner = parts[1];
    inner.pull(parts[2]);
    Peer right = parts[0];
    right.pull(inner);
    Peer star("Y");
    for (const std::size_t i : {2U, 0U, 1U}) star.pull(parts[i]);
    assert_same(left.document(), right.document());
    assert_same(left.document(), star.document());
  }));
}

TEST_CASE("law: every permutation of a small history gives the same state",
          "[sync][property][P3]") {
  CHECK(rc::check([] {
    const History history = draw_history(draw_contexts(), 5);
    const auto& changes = history.changes();
    const Document reference = delivered(changes);
    std::vector<std::size_t> order(changes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
      std::vector<Change> permuted;
      for (const std::size_t i : order) permuted.push_back(changes[i]);
      const Document document = delivered(permuted);
      RC_ASSERT(document.state_digest() == reference.state_digest());
      RC_ASSERT(document.frontier() == reference.frontier());
    } while (std::next_permutation(order.begin(), order.end()));
  }));
}

TEST_CASE("law: monotone: an author's own copy is what anybody makes of the same changes",
          "[sync][property][P3]") {
  CHECK(rc::check([] {
    const History history = draw_history(draw_contexts());
    for (const Peer& peer : history.peers()) {
      auto some = up_to(history.changes(), peer.version());
      shuffle(some);
      assert_same(delivered(some), peer.document());
    }
  }));
}

TEST_CASE("law: incremental merge equals the rules applied to the whole set at once",
          "[sync][property][P3][P4]") {
  CHECK(rc::check([] {
    const History history = draw_history();
    auto changes = history.changes();
    const MergeOracle oracle(changes, MergeOracle::Restores::all);
    shuffle(changes);
    const Document document = delivered(changes);
    RC_ASSERT(described(pictures_of(document, policy)) == described(oracle.pictures(policy)));
    for (const auto& [id, record] : document.records()) {
      const FieldState* tags = record.field("tags");
      std::set<std::string> in;
      if (tags != nullptr) {
        for (const SetMember& member : tags->members) in.insert(spelled(member.element));
      }
      RC_ASSERT(in == oracle.tags_in(id, "tags"));
    }
  }));
}

TEST_CASE("law: contexts that are not causally closed merge by the same rules",
          "[sync][property][P3]") {
  CHECK(rc::check([] {
    const History history = draw_history(Contexts::any);
    auto changes = history.changes();
    const MergeOracle oracle(changes, MergeOracle::Restores::surviving);
    shuffle(changes);
    RC_ASSERT(described(pictures_of(delivered(changes), policy)) ==
              described(oracle.pictures(policy)));
  }));
}

TEST_CASE("law: erased bodies take their effect away and nothing else", "[sync][property][P9]") {
  CHECK(rc::check([] {
    const History history = draw_history();
    auto changes = history.changes();
    const auto erased = *rc::gen::arbitrary<std::uint32_t>();
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (((erased >> (i % 32)) & 1) != 0) changes[i].ops.reset();
    }
    const MergeOracle oracle(changes, MergeOracle::Restores::all);
    const Document reference = delivered(changes);
    shuffle(changes);
    const Document document = delivered(changes);
    assert_same(document, reference);
    RC_ASSERT(described(pictures_of(document, policy)) == described(oracle.pictures(policy)));
    RC_ASSERT(document.frontier() == delivered(history.changes()).frontier());
  }));
}

TEST_CASE("law: the digests are equal iff the versions are", "[sync][property][P3]") {
  CHECK(rc::check([] {
    const History history = draw_history();
    std::vector<Document> copies;
    for (const Peer& peer : history.peers()) {
      copies.push_back(peer.document());
      auto some = up_to(history.changes(), peer.version());
      shuffle(some);
      copies.push_back(delivered(some));
    }
    copies.push_back(delivered(history.changes()));
    for (const Document& a : copies) {
      for (const Document& b : copies) {
        const bool same = a.frontier().version() == b.frontier().version();
        RC_ASSERT((a.state_digest() == b.state_digest()) == same);
        RC_ASSERT((a.frontier().history() == b.frontier().history()) == same);
      }
    }
  }));
}

TEST_CASE("law: what an author had seen can be computed afterwards", "[sync][property][P4][P12]") {
  CHECK(rc::check([] {
    const History history = draw_history();
    const Document whole = delivered(history.changes());
    for (const Change& change : history.changes()) {
      const VersionVector seen = whole.deps_of(change.header.replica, change.header.seq);
      const Document then = delivered(up_to(history.changes(), seen));
      RC_ASSERT(then.frontier().version() == seen);
      for (const char* field : {"reg", "auto"}) {
        const auto record = then.records().find(rec("r1"));
        std::vector<Value> values;
        if (record != then.records().end() && record->second.field(field) != nullptr) {
          values = distinct_values(*record->second.field(field));
        }
        RC_ASSERT(whole.values_at(rec("r1"), field, seen) == values);
      }
    }
  }));
}

TEST_CASE("histories: the generator reaches every kind of disagreement", "[sync][property]") {
  std::map<ItemKind, int> items;
  int retracted = 0;
  int contested = 0;
  int decided = 0;
  std::size_t changes = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::uint32_t> words(300);
    for (std::uint32_t& word : words) word = static_cast<std::uint32_t>(random() % 5'040);
    const History history(words, 2 + seed % 3, Contexts::honest, kChangesMax);
    const Document document = delivered(history.changes());
    changes += history.changes().size();
    for (const ReviewItem& item : document.review_items(policy)) {
      ++items[item.kind];
      contested += item.contested ? 1 : 0;
    }
    for (const auto& [id, record] : document.records()) {
      retracted += record.lifecycle() == Lifecycle::retracted ? 1 : 0;
      decided += static_cast<int>(record.decisions.size());
    }
  }
  CHECK(changes > 300 * 15);
  CHECK(items[ItemKind::concurrent_values] > 100);
  CHECK(items[ItemKind::edited_after_retraction] > 30);
  CHECK(items[ItemKind::concurrent_lifecycle] > 10);
  CHECK(items[ItemKind::text_overlap] > 10);
  CHECK(retracted > 10);
  CHECK(contested > 3);
  CHECK(decided > 50);
}
