// The laws of erasure, over random histories: what an order names is gone for ever, in whatever
// order the order, late edits and snapshots come, and nothing else changes.
#include "support/catch.hpp"
#include "support/laws.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Any of the records that a history knows; now and then the whole document, or one never heard of.
Redaction draw_redaction(const Document& document) {
  Redaction redaction;
  for (const auto& [id, record] : document.records()) {
    if (*rc::gen::arbitrary<bool>()) redaction.add(id);
  }
  if (*rc::gen::inRange(0, 5) == 0) redaction.add(rec("unheard of"));
  if (*rc::gen::inRange(0, 10) == 0) redaction.add_whole();
  return redaction;
}

/// The same in two orders.
std::pair<Redaction, Redaction> split(const Redaction& redaction) {
  std::pair<Redaction, Redaction> parts;
  for (const RecordId& record : redaction.records()) {
    (*rc::gen::arbitrary<bool>() ? parts.first : parts.second).add(record);
  }
  if (redaction.whole()) parts.second.add_whole();
  return parts;
}

/// What anybody makes of the log as a server serves it after the order.
Document made_of_redacted(std::vector<Change> changes, const Redaction& redaction) {
  for (Change& change : changes) redact(change, redaction);
  return delivered(changes);
}

/// Nothing of the erased records is anywhere in what a store keeps.
void assert_gone(const Document& document, const Redaction& redaction) {
  for (const RecordId& record : redaction.records()) {
    RC_ASSERT(document.records().count(record) == 0U);
  }
  if (redaction.whole()) RC_ASSERT(document.records().empty());
  for (const Change& change : document.log()) {
    if (!change.ops) continue;
    RC_ASSERT(check_ops(*change.ops).ok());
    for (const Operation& op : *change.ops) RC_ASSERT(!redaction.covers(op.record));
  }
  const Snapshot* ground = document.ground();
  if (ground == nullptr) return;
  for (const auto& [id, record] : ground->records) RC_ASSERT(!redaction.covers(id));
  for (const ContestedBase& base : ground->bases) RC_ASSERT(!redaction.covers(base.record));
}

void assert_logs_equal(const Document& a, const Document& b) {
  for (const Change& change : a.log()) {
    const Change* other = b.find(change.header.replica, change.header.seq);
    RC_ASSERT(other != nullptr);
    RC_ASSERT(*other == change);
  }
}

}  // namespace

TEST_CASE("law: an erasure wins in whatever order it comes, and takes nothing else",
          "[sync][property][P3][P9]") {
  CHECK(rc::check([] {
    const History history = draw_history(draw_contexts());
    auto changes = history.changes();
    const Document whole = delivered(changes);
    const Redaction redaction = draw_redaction(whole);
    const Document reference = made_of_redacted(changes, redaction);
    assert_gone(reference, redaction);
    RC_ASSERT(reference.frontier() == whole.frontier());
    for (const auto& [id, record] : whole.records()) {
      if (!redaction.covers(id)) RC_ASSERT(reference.records().at(id) == record);
    }
    // Two orders somewhere among the changes, each change whole or as the server serves it.
    shuffle(changes);
    const auto parts = split(redaction);
    const auto first = *rc::gen::inRange<std::size_t>(0, changes.size() + 1);
    const auto second = *rc::gen::inRange<std::size_t>(0, changes.size() + 1);
    Document document(document_of("d1"), key_of("key"));
    for (std::size_t i = 0; i <= changes.size(); ++i) {
      if (i == first) document.erase(parts.first);
      if (i == second) document.erase(parts.second);
      if (i == changes.size()) break;
      Change change = changes[i];
      if (*rc::gen::arbitrary<bool>()) redact(change, redaction);
      RC_ASSERT(document.deliver(change).ok());
    }
    assert_same(document, reference);
    assert_gone(document, redaction);
    assert_logs_equal(document, reference);
    // A stale replica that comes back with all of it brings nothing back.
    for (const Change& change : history.changes()) {
      RC_ASSERT(*document.deliver(change) == Delivery::duplicate);
    }
    assert_same(document, reference);
  }));
}

TEST_CASE("law: every permutation of a small history with an erasure gives the same state",
          "[sync][property][P3][P9]") {
  CHECK(rc::check([] {
    const History history = draw_history(draw_contexts(), 4);
    const auto& changes = history.changes();
    const Redaction redaction = draw_redaction(delivered(changes));
    const Document reference = made_of_redacted(changes, redaction);
    std::vector<std::size_t> order(changes.size() + 1);  // the last one is the erasure
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
      Document document(document_of("d1"), key_of("key"));
      for (const std::size_t i : order) {
        if (i == changes.size()) {
          document.erase(redaction);
        } else {
          RC_ASSERT(document.deliver(changes[i]).ok());
        }
      }
      RC_ASSERT(document.state_digest() == reference.state_digest());
      RC_ASSERT(document.frontier() == reference.frontier());
      assert_logs_equal(document, reference);
    } while (std::next_permutation(order.begin(), order.end()));
  }));
}

TEST_CASE("law: an erasure and a snapshot commute", "[sync][property][P3][P9]") {
  CHECK(rc::check([] {
    const History history = draw_met_history(draw_contexts());
    const auto& changes = history.changes();
    const Document whole = delivered(changes);
    const auto count = *rc::gen::inRange<std::size_t>(0, changes.size() + 1);
    const VersionVector at = stable_part(changes, count);
    const Redaction redaction = draw_redaction(whole);
    const Document reference = made_of_redacted(changes, redaction);
    // What is made of the redacted log is what redacting makes of the snapshot: byte for byte.
    Snapshot snapshot = *whole.snapshot(at);
    const Snapshot old = snapshot;
    redact(snapshot, redaction);
    RC_ASSERT(*encode_snapshot(snapshot) == *encode_snapshot(*reference.snapshot(at)));
    // Folded before it, and told the order then.
    Document compacted = whole;
    RC_ASSERT(compacted.compact(at).ok());
    compacted.erase(redaction);
    assert_same(compacted, reference);
    assert_gone(compacted, redaction);
    // A snapshot of before the order, that comes after it, on a store with part of the changes.
    const auto some = *rc::gen::inRange<std::size_t>(0, changes.size() + 1);
    Document late(document_of("d1"), key_of("key"));
    late.erase(redaction);
    for (std::size_t i = 0; i < some; ++i) RC_ASSERT(late.deliver(changes[i]).ok());
    const auto installed = late.install(old);
    RC_ASSERT(installed.ok());
    for (const Change& change : changes) RC_ASSERT(late.deliver(change).ok());
    assert_same(late, reference);
    assert_gone(late, redaction);
  }));
}

TEST_CASE("law: work on top of what is erased goes on merging", "[sync][property][P3][P9]") {
  CHECK(rc::check([] {
    const History history = draw_history(draw_contexts());
    const Document whole = delivered(history.changes());
    const Redaction redaction = draw_redaction(whole);
    Document erased = whole;
    erased.erase(redaction);
    // Somebody who does not know yet writes on an erased record and on another one.
    Document stale = whole;
    const RecordId target = redaction.records().empty() ? rec("r1") : redaction.records().front();
    const auto late = stale.author(
        rep("stale"), Stamp{INT64_C(4'000'000'000'000), 0}, "anna", 1,
        {Operation{target, "visit", "reg", WriteOp{Value(std::string("back again"))}, {}},
         Operation{rec("another"), "visit", "reg", WriteOp{Value(std::string("stays"))}, {}}});
    RC_ASSERT(late.ok());
    RC_ASSERT(erased.deliver(*late).ok());
    stale.erase(redaction);
    assert_same(erased, stale);
    assert_gone(erased, redaction);
    if (!redaction.whole()) {
      RC_ASSERT(erased.records().count(rec("another")) == 1U);
      const auto& field = *erased.records().at(rec("another")).field("reg");
      RC_ASSERT(field.survivors[0].mark.dot.op == 1U);  // places of dots stay
    }
  }));
}
