// Work that was authored again (after a fork, or by somebody who comes back): the operations of a
// replica's last changes once more under another name, with the contexts that they had. It counts
// once, and merges as the work itself would have.
#include <set>

#include "support/catch.hpp"
#include "support/laws.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// What people see of a document, without a name of any operation.
std::string seen_in(const Document& document) {
  std::string seen;
  const auto add = [&seen](const std::string& what) { seen += what + "\n"; };
  const auto spell = [](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* number = std::get_if<std::int64_t>(&value);
    if (text != nullptr) return "'" + *text + "'";
    return number != nullptr ? std::to_string(*number) : "other " + std::to_string(value.index());
  };
  for (const auto& [id, record] : document.records()) {
    add(to_text(id) + (record.lifecycle() == Lifecycle::active ? " active" : " retracted"));
    for (const FieldState& field : record.fields) {
      std::string line = field.name + " n " + std::to_string(counter_total(field));
      for (const Value& value : distinct_values(field)) line += " value " + spell(value);
      if (const Survivor* best = displayed(field)) line += " shows " + spell(best->value);
      for (const SetMember& member : field.members) line += " has " + spell(member.element);
      add(line + " says " + std::string(field.text.text()));
    }
    std::multiset<std::string> items;
    for (const ReviewItem& item : review_items(record, policy)) {
      // Rights are a replica's own: another name has none. Spends are told to the server instead.
      if (item.kind == ItemKind::provisional_spend) continue;
      if (item.kind == ItemKind::edited_after_retraction) continue;  // edited_after
      items.insert("item " + std::to_string(static_cast<int>(item.kind)) + " " + item.field + " " +
                   std::to_string(item.dots.size()) + (item.contested ? " contested" : ""));
    }
    for (const std::string& item : items) add(item);
  }
  return seen;
}

/// Records with an edit after a retraction. The state keeps each replica's last edit: with a second
/// name there is one more to be decided on, so what was dismissed may be asked again.
std::set<RecordId> edited_after(const Document& document) {
  std::set<RecordId> records;
  for (const ReviewItem& item : document.review_items(policy)) {
    if (item.kind == ItemKind::edited_after_retraction) records.insert(item.record);
  }
  return records;
}

/// A history, the replica whose last changes nobody else has seen, and where these begin.
struct Unsent {
  std::vector<Change> kept;  ///< all others, in causal order
  std::vector<Change> work;
  ReplicaId author;
  ReplicaId again;  ///< ordered as the author is: next after it
  std::uint64_t accepted = 0;
};

Unsent draw_unsent(const History& history) {
  const Document whole = delivered(history.changes());
  const std::size_t which = *rc::gen::inRange<std::size_t>(0, history.peers().size());
  Unsent unsent;
  unsent.author = history.peers()[which].replica();
  unsent.again = rep(std::string(1, static_cast<char>('A' + which)) + "1");
  for (const Change& change : history.changes()) {
    if (change.header.replica == unsent.author) continue;
    const VersionVector deps = whole.deps_of(change.header.replica, change.header.seq);
    unsent.accepted = std::max(unsent.accepted, deps[unsent.author]);
  }
  for (const Change& change : history.changes()) {
    const bool mine = change.header.replica == unsent.author;
    const bool is_work = mine && change.header.seq > unsent.accepted;
    (is_work ? unsent.work : unsent.kept).push_back(change);
  }
  return unsent;
}

VersionVector carried_over(const Unsent& unsent, const VersionVector& context) {
  VersionVector result = context;
  const std::uint64_t own = context[unsent.author];
  if (own <= unsent.accepted) return result;
  result.set(unsent.author, unsent.accepted);
  result.set(unsent.again, own - unsent.accepted);
  return result;
}

void carry_over(const Unsent& unsent, Action& action) {
  auto* resolve = std::get_if<ResolveOp>(&action);
  if (resolve == nullptr) return;
  for (Dot& dot : resolve->decided) {
    if (dot.replica != unsent.author || dot.seq <= unsent.accepted) continue;
    dot = Dot{unsent.again, dot.seq - unsent.accepted, dot.op};
  }
}

/// The work once more, on top of everything that is in `document`.
std::vector<Change> author_again(const Unsent& unsent, const Document& before, Document& document) {
  std::vector<Change> again;
  for (const Change& change : unsent.work) {
    const VersionVector deps = before.deps_of(change.header.replica, change.header.seq);
    std::vector<Operation> ops = *change.ops;
    for (Operation& op : ops) {
      op.context = carried_over(unsent, op.context ? *op.context : deps);
      carry_over(unsent, op.action);
    }
    auto authored = document.author(unsent.again, change.header.stamp, change.header.author, 1,
                                    std::move(ops));
    RC_ASSERT(authored.ok());
    again.push_back(*std::move(authored));
  }
  return again;
}

}  // namespace

TEST_CASE("law: work that was authored again counts once", "[sync][property][P2][P3]") {
  std::size_t works = 0;
  CHECK(rc::check([&] {
    const History history = draw_history();
    const Document whole = delivered(history.changes());
    const Unsent unsent = draw_unsent(history);
    works += unsent.work.size();
    // Wherever the work itself is known, it is so without its body.
    auto changes = unsent.kept;
    if (*rc::gen::arbitrary<bool>()) {
      for (Change change : unsent.work) {
        change.ops.reset();
        changes.push_back(std::move(change));
      }
    }
    Document author = delivered(changes);
    const std::vector<Change> again = author_again(unsent, whole, author);
    RC_ASSERT(seen_in(author) == seen_in(whole));
    const auto asked = edited_after(author);
    for (const RecordId& record : edited_after(whole)) RC_ASSERT(asked.count(record) == 1U);
    // And whoever receives it, in any order and more than once.
    changes.insert(changes.end(), again.begin(), again.end());
    changes.insert(changes.end(), again.begin(), again.end());
    shuffle(changes);
    const Document other = delivered(changes);
    assert_same(other, author);
  }));
  CHECK(works > 100);
}

TEST_CASE("histories: the same work under two names counts twice, so only one may have its body",
          "[sync][property]") {
  Peer a("A");
  a.write({inc_op("n", 3)});
  Peer again("A1");
  again.write({inc_op("n", 3)});
  a.pull(again);
  CHECK(counter_total(*a.record().field("n")) == 6);
}
