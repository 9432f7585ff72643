// Rows that the operations of a save are written from directly: what a colleague's tablet makes of
// the same change by merging it is the measure.
#include "insieme/sync/dossier_mark.hpp"
#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using Lines = std::vector<std::string>;

/// Through a connection of one's own, while the store is closed.
Lines lines_of(Tablet& tablet, std::string_view sql) {
  tablet.store.reset();
  Lines lines;
  {
    sqlite::OpenOptions options;
    options.path = tablet.path;
    options.key = key_of(7);
    auto db = sqlite::Connection::open(options);
    auto rows = db.prepare(sql);
    while (rows.step()) lines.emplace_back(rows.get_text(0));
  }
  tablet.store = must(client::Store::open(tablet.options()));
  return lines;
}

/// All that a table shows of its records, as text.
Lines shown_in(Tablet& tablet, const std::string& table) {
  std::string sql = "SELECT hex(_id) || _retracted || _items || _edited_ms";
  for (const std::string& column :
       lines_of(tablet, "SELECT name FROM pragma_table_info('" + table + "')")) {
    if (column.front() != '_') sql += " || ' ' || quote(\"" + column + "\")";
  }
  return lines_of(tablet, sql + " FROM " + table + " ORDER BY _id");
}

bool is_sound(Tablet& tablet) { return must(tablet.store->verify()).problems.empty(); }

/// How a record's state begins: `8000` in brief.
std::string brief_of(const sync::RecordId& id) {
  return "SELECT hex(substr(_crdt, 1, 2)) FROM rec_member WHERE _id = x'" +
         sync::to_hex(id.bytes) + "'";
}

}  // namespace

TEST_CASE("a row that a save makes is the one that a merge makes of it", "[store][P2]") {
  TwoTablets t;
  const auto plain = t.anna.new_record();
  const auto with_set = t.anna.new_record();
  const auto note = t.anna.new_record();
  const auto counted = t.anna.new_record();
  must(t.anna.save(
      t.core,
      {write_op(plain, "member", "surname", std::string("Ferrari")),
       write_op(plain, "member", "birth_date", sync::Date{5000}),
       write_op(plain, "member", "person", sync::Reference{t.id}),
       write_op(plain, "member", "given_names", sync::Null{}),
       // Not of the kind that the field is: its column does not give it back.
       write_op(plain, "member", "sex", std::int64_t{7}),
       // Of no field that this bundle knows.
       write_op(with_set, "member", "of_tomorrow", true),
       write_op(with_set, "member", "surname", std::string("Zanetti")),
       {with_set, "member", "phones", sync::AddOp{std::string("0522")}, {}},
       text_op(note, "note", "body", {{0, 0, "Una visita serena."}}),
       {counted, "voucher", "used", sync::IncrementOp{3}, {}},
       // Once more of a record that this change has made already.
       write_op(note, "note", "title", std::string("Visita"))}));
  t.relay.sync(t.anna);
  t.relay.sync(t.carla);
  for (const std::string table : {"rec_member", "rec_note", "rec_voucher"}) {
    CAPTURE(table);
    CHECK(shown_in(t.anna, table) == shown_in(t.carla, table));
  }
  for (Tablet* tablet : {&t.anna, &t.carla}) {
    CHECK(is_sound(*tablet));
    CHECK(lines_of(*tablet, brief_of(plain)) == Lines{"8000"});
    for (const char* word : {"Ferrari", "Zanetti", "serena"}) {
      CAPTURE(word);
      CHECK(must(tablet->store->search(word, 10)).size() == 1);
    }
  }
}

TEST_CASE("a record in brief is edited, contested and taken back like any other", "[store][P2]") {
  TwoTablets t;
  const auto id = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(id, "member", "surname", std::string("Ferrari")),
                            write_op(id, "member", "birth_date", sync::Date{5000})}));
  CHECK(lines_of(t.anna, brief_of(id)) == Lines{"8000"});
  t.relay.sync(t.anna);
  t.relay.sync(t.carla);
  must(t.anna.save(t.core, {write_op(id, "member", "surname", std::string("Ferrarini"))}));
  must(t.carla.save(t.core, {write_op(id, "member", "surname", std::string("Ferraris")),
                             {id, "member", "", sync::RetractOp{}, {}}}));
  t.relay.sync(t.anna);
  t.relay.sync(t.carla);
  t.relay.sync(t.anna);
  for (Tablet* tablet : {&t.anna, &t.carla}) {
    const auto record = tablet->read(t.core, "member", id);
    CHECK(record.state.field("surname")->survivors.size() == 2);
    CHECK(lines_of(*tablet, brief_of(id)) != Lines{"8000"});
    CHECK(is_sound(*tablet));
  }
  CHECK(shown_in(t.anna, "rec_member") == shown_in(t.carla, "rec_member"));
}

TEST_CASE("a new record in a document with a mark is asked about like any other", "[store]") {
  TwoTablets t;
  const auto marks = sync::marks_record(t.dossier);
  const sync::Value closed = sync::mark_value({sync::MarkReason::closed, t.id, "core", {}});
  must(t.anna.save(t.core, {{marks, std::string(sync::kMarksType), std::string(sync::kMarksField),
                             sync::AddOp{closed}, {}}}));
  const auto late = t.carla.new_record();
  must(t.carla.save(t.core, {write_op(late, "member", "surname", std::string("Ferrari"))}));
  t.relay.sync(t.anna);
  t.relay.sync(t.carla);
  t.relay.sync(t.anna);
  CHECK(lines_of(t.anna, "SELECT kind || hex(record) FROM items ORDER BY 1") ==
        lines_of(t.carla, "SELECT kind || hex(record) FROM items ORDER BY 1"));
  const auto known = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(known, "member", "surname", std::string("Gatti"))}));
  CHECK(is_sound(t.anna));
  CHECK(is_sound(t.carla));
}

TEST_CASE("what the agenda's index shows follows every edit, also those that leave it alone",
          "[store]") {
  TwoTablets t;
  const auto visit = t.anna.new_record();
  const sync::DocumentId education{t.dossier, "education"};
  const std::string indexed =
      "SELECT start_at || ' ' || coalesce(next_date, '-') || ' ' || minutes FROM rec_visit "
      "INDEXED BY agenda_visit WHERE _retracted = 0 AND _document > 0 ORDER BY start_at";
  const auto start = [&](std::int64_t ms) {
    return write_op(visit, "visit", "start_at", sync::Instant{ms});
  };
  const auto save = [&](sync::Operation op) { must(t.anna.save(education, {std::move(op)})); };
  must(t.anna.save(education, {start(1'700'000'000'000),
                                 write_op(visit, "visit", "minutes", std::int64_t{60})}));
  save(write_op(visit, "visit", "minutes", std::int64_t{90}));
  CHECK(lines_of(t.anna, indexed) == Lines{"2023-11-14T22:13:20.000Z - 90"});
  save(start(1'600'000'000'000));
  CHECK(lines_of(t.anna, indexed) == Lines{"2020-09-13T12:26:40.000Z - 90"});
  save(write_op(visit, "visit", "next_date", sync::Date{19000}));
  CHECK(lines_of(t.anna, indexed) == Lines{"2020-09-13T12:26:40.000Z 2022-01-08 90"});
  save(write_op(visit, "visit", "minutes", std::int64_t{30}));
  save(write_op(visit, "visit", "next_date", sync::Null{}));
  CHECK(lines_of(t.anna, indexed) == Lines{"2020-09-13T12:26:40.000Z - 30"});
  save({visit, "visit", "", sync::RetractOp{}, {}});
  CHECK(lines_of(t.anna, indexed).empty());
  CHECK(lines_of(t.anna, "PRAGMA integrity_check") == Lines{"ok"});
  CHECK(is_sound(t.anna));
}
