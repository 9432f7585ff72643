// A whole dossier that somebody closed, merged or handed over while others went on editing it.
#include "insieme/sync/dossier_mark.hpp"

#include "insieme/sync/snapshot.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DossierId kDossier = document_of("d1").dossier;

Operation marks_op(Action action) {
  return {marks_record(kDossier), std::string(kMarksType), std::string(kMarksField),
          std::move(action), {}};
}

struct Marked {
  Peer a{"A"};
  Peer b{"B"};

  Marked() {
    a.write({set_op("reg", "x")});
    a.write({set_op("reg", "x", "r2")});
    b.pull(a);
  }
  static Change mark(Peer& on, MarkReason reason = MarkReason::closed,
                     std::string_view subject = "case") {
    return on.write(
        {marks_op(AddOp{mark_value({reason, rec(subject), "core", on.version()})})});
  }
  static void unmark(Peer& on) {
    std::vector<Operation> ops;
    for (const SetMember& member : marks_record_of(on).field(kMarksField)->members) {
      ops.push_back(marks_op(RemoveOp{member.element}));
    }
    on.write(std::move(ops));
  }
  static const RecordState& marks_record_of(const Peer& on) {
    return on.document().records().at(marks_record(kDossier));
  }
  static DocumentMarks marks(const Peer& on) {
    const auto at = on.document().records().find(marks_record(kDossier));
    return marks_in(at == on.document().records().end() ? nullptr : &at->second);
  }
  /// An edit as the store writes it: with what its author knew of.
  static void edit(Peer& on, std::string_view value, std::optional<VersionVector> context = {}) {
    std::vector<Operation> ops{set_op("reg", value)};
    for (Action& action :
         knowing_actions(on.record(), marks(on), context ? *context : on.version())) {
      ops.push_back(op_on("r1", std::string(kKnowingField), std::move(action)));
    }
    for (Operation& op : ops) op.context = context;
    on.write(std::move(ops));
  }
  /// After which acts r1 was edited.
  static std::vector<DocumentMarks::Group> after(const Peer& on) {
    return edits_after_marks(on.record(), marks(on)).groups;
  }
  void share() { sync_both(a, b); }
  /// The one question there is, the same for both; none of values.
  ReviewItem item() {
    const std::vector<ReviewItem> items = a.items();
    REQUIRE(items.size() == 1);
    REQUIRE(items[0].kind == ItemKind::edited_after_closure);
    const std::vector<ReviewItem> others = b.items();
    REQUIRE(others.size() == 1);
    CHECK(others[0].generation == items[0].generation);
    CHECK(after(b) == after(a));
    return items[0];
  }
  [[nodiscard]] bool nothing_is_asked() const { return a.items().empty() && b.items().empty(); }
};

}  // namespace

TEST_CASE("dossier mark: what was edited without knowing of it is an item everywhere",
          "[sync][P4][P5]") {
  Marked two;
  const MarkReason reason =
      GENERATE(MarkReason::closed, MarkReason::merged, MarkReason::handed_over);
  Marked::mark(two.a, reason);
  CHECK(two.a.items().empty());
  Marked::edit(two.b, "y");
  two.share();
  const ReviewItem item = two.item();
  CHECK(item.record == rec("r1"));
  const auto acts = Marked::after(two.a);
  REQUIRE(acts.size() == 1);
  CHECK(acts[0].reason == reason);
  CHECK(acts[0].subject == rec("case"));
  CHECK(item.dots == std::vector<Dot>{dot("B", 1)});
  SECTION("also for who gets the state alone, and once all of it is folded") {
    const auto bytes = encode_snapshot(*two.b.document().snapshot());
    REQUIRE(bytes.ok());
    Peer c("C");
    REQUIRE(c.document().install(*decode_snapshot(*bytes)).ok());
    REQUIRE(c.items().size() == 1);
    CHECK(c.items()[0].generation == item.generation);
    CHECK(Marked::after(c) == acts);
    const VersionVector whole = two.a.version();
    REQUIRE(two.a.document().compact(whole).ok());
    CHECK(two.item().generation == item.generation);
  }
  SECTION("until somebody decides") {
    two.a.write({resolve_op(item, Outcome::dismiss)});
    two.share();
    CHECK(two.nothing_is_asked());
    // A decision is about what it names: what comes later, and knew no better, is asked about.
    Peer late("L");
    for (const Change& change : two.a.log()) {
      if (change.header.replica == rep("A") && change.header.seq <= 2) {
        REQUIRE(late.receive(change).ok());
      }
    }
    Marked::edit(late, "z");
    two.a.pull(late);
    two.share();
    CHECK(two.a.items().size() == 2);  // and two values
  }
}

TEST_CASE("dossier mark: who knows of it, edits as ever", "[sync][P4]") {
  Marked two;
  SECTION("on what nobody had touched") {
    Marked::mark(two.a);
    two.share();
    Marked::edit(two.b, "y");
    Marked::edit(two.b, "z");
    two.share();
    Marked::edit(two.a, "w");
    two.share();
    CHECK(two.nothing_is_asked());
    // One value for all of that, however often it was edited.
    CHECK(two.a.record().field(kKnowingField)->members.size() == 1);
  }
  SECTION("once the question about an earlier edit is settled") {
    Marked::mark(two.a);
    Marked::edit(two.b, "y");
    two.share();
    two.a.write({resolve_op(two.item(), Outcome::dismiss)});
    two.share();
    Marked::edit(two.b, "z");
    two.share();
    CHECK(two.nothing_is_asked());
  }
  SECTION("but while that is open, it joins it") {
    Marked::mark(two.a);
    Marked::edit(two.b, "y");
    two.share();
    const ReviewItem before = two.item();
    Marked::edit(two.b, "z");
    two.share();
    CHECK(two.item().dots == std::vector<Dot>{dot("B", 2)});
    CHECK(two.item().generation != before.generation);
  }
  SECTION("but not in a form that was open before") {
    const VersionVector opened = two.b.version();
    Marked::mark(two.a);
    two.share();
    Marked::edit(two.b, "y", opened);
    two.share();
    CHECK(two.item().dots == std::vector<Dot>{dot("B", 1)});
  }
  SECTION("what somebody else wrote unseen meanwhile is asked about all the same") {
    Peer c("C");
    c.pull(two.a);
    Marked::edit(c, "from C");
    Marked::mark(two.a);
    two.share();
    Marked::edit(two.b, "y");
    two.b.pull(c);
    two.share();
    const auto items = two.a.items();
    REQUIRE(items.size() == 2);  // and two values
    CHECK(items[1].dots == std::vector<Dot>{dot("C", 1)});
  }
}

TEST_CASE("dossier mark: taken back, its questions go with it", "[sync][P4]") {
  Marked two;
  Marked::mark(two.a);
  Marked::edit(two.b, "y");
  two.share();
  REQUIRE(two.item().dots.size() == 1);
  Marked::unmark(two.a);
  two.share();
  CHECK(two.nothing_is_asked());
  Marked::edit(two.b, "z");
  two.share();
  CHECK(two.nothing_is_asked());
  // Closed again by somebody who has seen all of that.
  Marked::mark(two.a);
  two.share();
  CHECK(two.nothing_is_asked());
}

TEST_CASE("dossier mark: each act asks for itself", "[sync][P4]") {
  Marked two;
  Marked::mark(two.a, MarkReason::closed, "case");
  Marked::edit(two.b, "y");
  two.share();
  const ReviewItem closed = two.item();
  SECTION("what one had seen does not answer for the other") {
    Marked::mark(two.a, MarkReason::merged, "edge");
    two.share();
    CHECK(two.item().generation == closed.generation);
    CHECK(Marked::after(two.a).size() == 1);
  }
  SECTION("an edit that knew of one alone is after the other") {
    two.a.write({resolve_op(closed, Outcome::dismiss)});
    two.share();
    Marked::mark(two.a, MarkReason::merged, "edge");
    Marked::edit(two.b, "z");
    two.share();
    CHECK(two.item().generation != closed.generation);
    const auto acts = Marked::after(two.a);
    REQUIRE(acts.size() == 1);
    CHECK(acts[0].reason == MarkReason::merged);
  }
  SECTION("made twice, by two who bring it to the document, it is one") {
    Peer c("C");
    c.pull(two.a);
    const auto before = two.item();
    Marked::mark(c);
    two.a.pull(c);
    two.b.pull(c);
    // C had seen the edit.
    CHECK(two.nothing_is_asked());
    CHECK(Marked::marks(two.a).groups.size() == 1);
  }
}

TEST_CASE("dossier mark: a value that says nothing marks nothing", "[sync][P4]") {
  Marked two;
  two.a.write({marks_op(AddOp{text("no mark")}), marks_op(AddOp{Bytes{{1, 1, 4, 0}}}),
               marks_op(AddOp{Bytes{encode_version(vv({{"A", 1}}))}})});
  Marked::edit(two.b, "y");
  two.share();
  CHECK(two.nothing_is_asked());
  CHECK(Marked::marks(two.a).empty());
}

TEST_CASE("dossier mark: its value says what it was made of", "[sync]") {
  const DossierMark mark{MarkReason::transferred, rec("t"), "health", vv({{"A", 3}, {"B", 9}})};
  REQUIRE(mark_of_value(mark_value(mark)).has_value());
  CHECK(*mark_of_value(mark_value(mark)) == mark);
  // Every truncation says nothing, or something shorter than it was would be believed.
  const Bytes whole = std::get<Bytes>(mark_value(mark));
  for (std::size_t n = 0; n < whole.data.size(); ++n) {
    CHECK_FALSE(mark_of_value(Bytes{{whole.data.begin(), whole.data.begin() +
                                                             static_cast<std::ptrdiff_t>(n)}})
                    .has_value());
  }
  CHECK(marks_record(kDossier) == marks_record(kDossier));
  CHECK_FALSE(marks_record(kDossier) == marks_record(dossier("d2")));
}
