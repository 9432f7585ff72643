// Rows of which an edit reads and writes one field or a few. `verify` compares the whole record
// with what its log makes of it; a colleague's tablet, which merges the same, is the other measure.
#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

bool is_sound(Tablet& tablet) { return must(tablet.store->verify()).problems.empty(); }

sync::Operation minutes_of(const sync::RecordId& visit, std::int64_t minutes) {
  return write_op(visit, "visit", "minutes", minutes);
}

/// Two tablets that have one visit with fields of many kinds.
struct OneVisit {
  OneVisit() {
    must(t.anna.save(
        education,
        {write_op(visit, "visit", "start_at", sync::Instant{1'700'000'000'000}),
         minutes_of(visit, 60), write_op(visit, "visit", "next_date", sync::Date{19'000}),
         write_op(visit, "visit", "case_id", sync::Reference{t.id}),
         // Not of the kind that the field is: its column does not give it back.
         write_op(visit, "visit", "place", std::int64_t{7}),
         {visit, "visit", "present", sync::AddOp{sync::Reference{t.id}}, {}},
         // Of no field that this bundle knows.
         write_op(visit, "visit", "of_tomorrow", true)}));
    exchange();
  }
  void exchange() {
    t.relay.sync(t.anna);
    t.relay.sync(t.carla);
    t.relay.sync(t.anna);
  }
  sync::RecordState state(Tablet& tablet) {
    return tablet.read(education, "visit", visit).state;
  }
  void check_same() {
    for (Tablet* tablet : {&t.anna, &t.carla}) {
      CHECK(is_sound(*tablet));
      tablet->reopen();
    }
    CHECK(sync::encode_record(state(t.anna)) == sync::encode_record(state(t.carla)));
  }
  TwoTablets t;
  sync::DocumentId education{t.dossier, "education"};
  sync::RecordId visit = t.anna.new_record();
};

}  // namespace

TEST_CASE("an edit of one field leaves the others, and what two wrote stands side by side",
          "[store][P2][P3]") {
  OneVisit v;
  const std::size_t fields = v.state(v.t.anna).fields.size();
  must(v.t.anna.save(v.education, {minutes_of(v.visit, 90)}));
  CHECK(v.state(v.t.anna).fields.size() == fields);
  must(v.t.carla.save(v.education, {minutes_of(v.visit, 45)}));
  v.exchange();
  v.check_same();
  for (Tablet* tablet : {&v.t.anna, &v.t.carla}) {
    CHECK(tablet->values(v.education, "visit", v.visit, "minutes").size() == 2);
    CHECK(must(tablet->store->open_items({})).total == 1);
  }
  // And whoever saw both writes over both.
  must(v.t.anna.save(v.education, {minutes_of(v.visit, 50)}));
  v.exchange();
  v.check_same();
  CHECK(v.t.carla.values(v.education, "visit", v.visit, "minutes").size() == 1);
  CHECK(must(v.t.carla.store->open_items({})).total == 0);
}

TEST_CASE("several edits of a record in one reply touch one field after the other", "[store][P2]") {
  OneVisit v;
  const auto save = [&](sync::Operation op) {
    must(v.t.anna.save(v.education, {std::move(op)}));
  };
  must(v.t.carla.save(v.education, {minutes_of(v.visit, 45)}));
  save(minutes_of(v.visit, 90));
  save(write_op(v.visit, "visit", "next_date", sync::Null{}));
  save({v.visit, "visit", "present", sync::RemoveOp{sync::Reference{v.t.id}}, {}});
  v.exchange();
  v.check_same();
  save(write_op(v.visit, "visit", "place", std::int64_t{8}));
  save(write_op(v.visit, "visit", "start_at", sync::Instant{1'600'000'000'000}));
  save(minutes_of(v.visit, 30));
  save(write_op(v.visit, "visit", "case_id", sync::Null{}));  // one more than is touched by itself
  save(write_op(v.visit, "visit", "of_tomorrow", false));
  v.exchange();
  v.check_same();
}

TEST_CASE("what is more than an edit of a field finds the whole record", "[store][P2]") {
  OneVisit v;
  const auto save = [&](Tablet& tablet, sync::Operation op) {
    must(tablet.save(v.education, {std::move(op)}));
  };
  save(v.t.anna, minutes_of(v.visit, 90));
  save(v.t.anna, {v.visit, "visit", "", sync::RetractOp{}, {}});
  save(v.t.carla, minutes_of(v.visit, 45));
  v.exchange();
  v.check_same();
  save(v.t.carla, {v.visit, "visit", "", sync::RestoreOp{}, {}});
  save(v.t.carla, minutes_of(v.visit, 46));
  save(v.t.anna, minutes_of(v.visit, 91));
  v.exchange();
  v.check_same();
  CHECK(v.state(v.t.anna).lifecycle() == sync::Lifecycle::active);
}
