// How record states are written: canonical, and packed for a store's rows.
#include "insieme/sync/left_fields.hpp"
#include "insieme/sync/made_record.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"
#include "support/memory_dictionary.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Something of everything, contested where it can be.
Peer rich_peer() {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "of A"), set_op("alone", "x"), add_op("tags", "t"), inc_op("n", 4),
           splice_op("note", {{0, 0, "una nota"}}), splice_op("whole", {{0, 0, "in one piece"}})});
  b.write({set_op("reg", "of B"), add_op("tags", "t"), add_op("tags", "u"), inc_op("n", -1),
           retract_op()});
  sync_both(a, b);
  a.write({restore_op(), splice_op("note", {{4, 4, "lettera"}})});
  b.write({splice_op("note", {{8, 0, " breve"}}), retract_op()});
  sync_both(a, b);
  a.write({resolve_op(a.items()[0], Outcome::dismiss)});
  return a;
}

const Elide kNever = [](const FieldState&) { return false; };
const Elide kAlways = [](const FieldState&) { return true; };

/// The columns of a row: what is shown.
Refill columns_of(const RecordState& record) {
  return [&record](std::string_view name) -> Value {
    const FieldState& field = *record.field(name);
    if (const Survivor* shown = displayed(field)) return shown->value;
    return field.text.text();
  };
}

}  // namespace

TEST_CASE("records: canonical bytes come back as the same state", "[sync][wire]") {
  const Peer peer = rich_peer();
  const auto bytes = encode_record(peer.record());
  const auto back = decode_record(bytes);
  REQUIRE(back.ok());
  CHECK(*back == peer.record());
  CHECK(encode_record(*back) == bytes);
}

TEST_CASE("records: packed with a dictionary, with and without columns, they come back",
          "[sync][wire]") {
  const Peer peer = rich_peer();
  const RecordState& record = peer.record();
  MemoryDictionary dictionary;
  std::size_t full = 0;
  for (const Elide* elide : {&kNever, &kAlways}) {
    const auto bytes = pack_record(record, dictionary, *elide);
    const auto back =
        unpack_record(bytes, record.id, record.type, dictionary, columns_of(record));
    REQUIRE(back.ok());
    CHECK(*back == record);
    if (full == 0) full = bytes.size();
    if (elide == &kAlways) CHECK(bytes.size() < full);
  }
  CHECK(full < encode_record(record).size());
}

TEST_CASE("records: a value in a column is not in the packed bytes", "[sync]") {
  Peer a("A");
  a.write({set_op("reg", "only in the column"), splice_op("whole", {{0, 0, "nor this"}})});
  MemoryDictionary dictionary;
  const auto bytes = pack_record(a.record(), dictionary, kAlways);
  const std::string raw(bytes.begin(), bytes.end());
  CHECK(raw.find("column") == std::string::npos);
  CHECK(raw.find("nor this") == std::string::npos);
}

TEST_CASE("records: left-out values need somebody who brings them", "[sync]") {
  Peer a("A");
  a.write({set_op("reg", "x"), splice_op("note", {{0, 0, "n"}})});
  MemoryDictionary dictionary;
  const auto bytes = pack_record(a.record(), dictionary, kAlways);
  CHECK_FALSE(unpack_record(bytes, rec("r1"), "visit", dictionary, nullptr).ok());
  const Refill nulls = [](std::string_view) { return Value{Null{}}; };
  CHECK_FALSE(unpack_record(bytes, rec("r1"), "visit", dictionary, nulls).ok());
}

TEST_CASE("records: numbers that the dictionary never gave out are malformed", "[sync]") {
  const Peer peer = rich_peer();
  MemoryDictionary dictionary;
  const auto bytes = pack_record(peer.record(), dictionary, kNever);
  const MemoryDictionary empty;
  const auto back = unpack_record(bytes, rec("r1"), "visit", empty, nullptr);
  REQUIRE_FALSE(back.ok());
  CHECK(back.error().code == ErrorCode::malformed);
}

TEST_CASE("records: as many fields as anybody ever wrote can be read again", "[sync][P2]") {
  Peer a("A");
  for (int part = 0; part < 3; ++part) {
    std::vector<Operation> ops;
    for (int i = 0; i < 1'000; ++i)
      ops.push_back(set_op("f" + std::to_string(part * 1'000 + i), ""));
    a.write(std::move(ops));
  }
  const auto back = decode_record(encode_record(a.record()));
  REQUIRE(back.ok());
  CHECK(back->fields.size() == 3'000);
}

TEST_CASE("records: states out of order are malformed", "[sync][wire]") {
  const Peer peer = rich_peer();
  const auto refused = [&](auto edit) {
    RecordState record = peer.record();
    edit(record);
    const auto back = decode_record(encode_record(record));
    return !back.ok() && back.error().code == ErrorCode::malformed;
  };
  const auto field = [](RecordState& r, std::string_view name) -> FieldState& {
    for (FieldState& f : r.fields) {
      if (f.name == name) return f;
    }
    std::abort();
  };
  using R = RecordState;
  CHECK(refused([](R& r) { std::swap(r.fields[0], r.fields[1]); }));
  CHECK(refused([&](R& r) {
    auto& survivors = field(r, "reg").survivors;
    std::swap(survivors[0], survivors[1]);
  }));
  CHECK(refused([&](R& r) {
    auto& members = field(r, "tags").members;
    std::swap(members[0], members[1]);
  }));
  CHECK(refused([&](R& r) { std::swap(field(r, "n").shares[0], field(r, "n").shares[1]); }));
  CHECK(refused([](R& r) { r.retractions.push_back(r.retractions.back()); }));
  CHECK(refused([](R& r) { r.decisions.push_back(r.decisions.back()); }));
  CHECK(refused([&](R& r) { field(r, "tags").members[0].adds.clear(); }));
}

// ---- the brief form ----------------------------------------------------------------------------

namespace {

/// One change that makes a record, after others so that its numbers are not all one.
Peer maker(std::vector<Operation> ops) {
  Peer a("A");
  a.write({set_op("reg", "of another record", "r0")});
  a.write(std::move(ops));
  return a;
}

bool is_brief(const std::vector<std::uint8_t>& bytes) {
  return bytes.size() > 2 && bytes[0] == 0x80 && bytes[1] == 0x00;
}

std::vector<Operation> plain_ops() {
  return {set_op("surname", "Bianchi"), set_op("minutes", std::int64_t{45}),
          splice_op("note", {{0, 0, "Una visita serena."}}), set_op("place", "casa")};
}

}  // namespace

TEST_CASE("records: as one change left it, a record takes a byte a field and its change",
          "[sync][P2]") {
  const Peer peer = maker(plain_ops());
  MemoryDictionary dictionary;
  const auto bytes = pack_record(peer.record(), dictionary, kAlways);
  CHECK(is_brief(bytes));
  CHECK(bytes.size() <= 25);
  const auto back = unpack_record(bytes, peer.record().id, "visit", dictionary,
                                  columns_of(peer.record()));
  REQUIRE(back.ok());
  CHECK(*back == peer.record());
}

TEST_CASE("records: in brief come back with sets and with values that no column gives back",
          "[sync][P2]") {
  const Peer together = maker({set_op("reg", "x"), add_op("tags", "c"), add_op("tags", "a"),
                               add_op("tags", "b"), set_op("other", Null{})});
  const Peer scattered =
      maker({add_op("tags", "b"), set_op("reg", "x"), add_op("tags", "a"), add_op("more", "a")});
  MemoryDictionary dictionary;
  for (const Peer* peer : {&together, &scattered}) {
    const RecordState& record = peer->record();
    for (const Elide* elide : {&kNever, &kAlways}) {
      const auto bytes = pack_record(record, dictionary, *elide);
      CHECK(is_brief(bytes) == (peer == &together));
      const auto back = unpack_record(bytes, record.id, "visit", dictionary, columns_of(record));
      REQUIRE(back.ok());
      CHECK(*back == record);
    }
  }
}

TEST_CASE("records: what more than one change has touched is not told in brief", "[sync]") {
  const std::vector<std::vector<Operation>> later{
      {set_op("surname", "Bianchini")}, {set_op("more", "x")},     {retract_op()}, {touch_op()},
      {inc_op("n", 1)},                 {splice_op("note", {{0, 3, "La"}})}};
  for (std::size_t i = 0; i < later.size(); ++i) {
    CAPTURE(i);
    Peer peer = maker(plain_ops());
    peer.write(later[i]);
    MemoryDictionary dictionary;
    const auto bytes = pack_record(peer.record(), dictionary, kAlways);
    CHECK_FALSE(is_brief(bytes));
    const auto back = unpack_record(bytes, peer.record().id, "visit", dictionary,
                                    columns_of(peer.record()));
    REQUIRE(back.ok());
    CHECK(*back == peer.record());
  }
}

TEST_CASE("records: packed from the operations are the bytes of the state", "[sync][P2]") {
  const std::vector<Operation> ops = plain_ops();
  const Peer peer = maker(ops);
  const Change& change = peer.log().back();
  REQUIRE(makes_plainly(ops));
  for (const Elide& elide : {kNever, kAlways}) {
    MemoryDictionary one;
    MemoryDictionary other;
    const Elide but_for_texts = [&](const FieldState& field) {
      return !field.text.empty() || elide(field);
    };
    const VersionVector deps;
    const Provenance first{Dot{change.header.replica, change.header.seq, 0}, change.header.stamp,
                           change.header.author, deps};
    CHECK(pack_made_plainly(ops, first, one, [&](std::size_t) { return elide({}); }) ==
          pack_record(peer.record(), other, but_for_texts));
  }
}

TEST_CASE("records: only values and whole texts, one a field, are made plainly", "[sync]") {
  CHECK_FALSE(makes_plainly({}));
  for (const Operation& op :
       {add_op("tags", "a"), inc_op("n", 1), retract_op(), touch_op(), set_op("surname", "again"),
        splice_op("text", {{0, 0, "in"}, {2, 0, " two"}}), splice_op("text", {{0, 1, "less"}}),
        splice_op("text", {{0, 0, ""}})}) {
    std::vector<Operation> ops = plain_ops();
    ops.push_back(op);
    CHECK_FALSE(makes_plainly(ops));
  }
}

TEST_CASE("records: a brief form that no writer of ours makes is malformed", "[sync]") {
  MemoryDictionary dictionary;
  static_cast<void>(dictionary.number_of_id(rep("A").bytes));
  for (const char* name : {"author", "f", "g"}) static_cast<void>(dictionary.number_of_name(name));
  // Escape, mark (new, replica, seq, ms, counter, author, op), pieces.
  const auto read = [&](std::vector<std::uint8_t> pieces, std::uint8_t op = 0) {
    std::vector<std::uint8_t> bytes{0x80, 0x00, 0, 0, 1, 0, 0, 0, op};
    bytes.insert(bytes.end(), pieces.begin(), pieces.end());
    const Refill refill = [](std::string_view) { return Value{Null{}}; };
    return unpack_record(bytes, rec("r1"), "visit", dictionary, refill);
  };
  CHECK(read({2, 2 << 2, 1, 2}).ok());
  CHECK_FALSE(read({0}).ok());                // nothing
  CHECK_FALSE(read({2, 2 << 2, 1, 1}).ok());  // a field twice
  CHECK_FALSE(read({2, 3 << 2, 1, 2, 2}).ok());  // more than there are
  CHECK_FALSE(read({2, 0, 1, 2}).ok());          // a run of none
  CHECK_FALSE(read({1, (1 << 2) | 1, 1}).ok());  // a text whose column has none
  CHECK_FALSE(read({1, 1 << 2, 9}).ok());        // a name that nobody gave a number
  CHECK_FALSE(read({2, 2 << 2, 1, 2, 0}).ok());  // something behind the end
}

// ---- states of which only a part is unpacked ----------------------------------------------------

namespace {

/// All fields that can be left are left, but for one; then they are brought back one by one.
void check_parts(const RecordState& record, const Elide& elide) {
  MemoryDictionary dictionary;
  const auto bytes = pack_record(record, dictionary, elide);
  const Refill columns = columns_of(record);
  for (const FieldState& wanted : record.fields) {
    CAPTURE(wanted.name);
    LeftFields left;
    auto part = unpack_partly(bytes, record.id, record.type, dictionary, columns,
                              [&](std::string_view name) { return name != wanted.name; }, left);
    REQUIRE(part.ok());
    CHECK(*part->field(wanted.name) == wanted);
    CHECK(part->fields.size() + left.fields.size() == record.fields.size());
    const auto again = unpack_record(pack_partly(*part, left, dictionary, elide), record.id,
                                     record.type, dictionary, columns);
    REQUIRE(again.ok());
    CHECK(*again == record);
    while (!left.fields.empty()) {
      const std::size_t last = left.fields.size() - 1;
      const std::string name = left.fields[last].name;
      REQUIRE(bring_back(*part, left, last, columns(name)).ok());
    }
    CHECK(*part == record);
  }
}

}  // namespace

TEST_CASE("records: what is left of a state goes on as it was", "[sync][P2]") {
  Peer edited = maker(plain_ops());
  edited.write({set_op("minutes", std::int64_t{50}), add_op("tags", "t")});
  for (const Peer& peer : {rich_peer(), maker(plain_ops()), edited}) {
    check_parts(peer.record(), kAlways);
    check_parts(peer.record(), kNever);
  }
}

TEST_CASE("records: parts written after an edit are the bytes of the whole state", "[sync][P2]") {
  Peer peer = maker(plain_ops());
  MemoryDictionary dictionary;
  const auto before = pack_record(peer.record(), dictionary, kAlways);
  LeftFields left;
  auto part = unpack_partly(before, peer.record().id, peer.record().type, dictionary,
                            columns_of(peer.record()),
                            [](std::string_view name) { return name != "minutes"; }, left);
  REQUIRE(part.ok());
  CHECK(left.fields.size() == 3);
  const Operation edit = set_op("minutes", std::int64_t{50});
  const VersionVector deps = peer.document().frontier().version();
  peer.write({edit});
  const ChangeHeader& header = peer.log().back().header;
  apply(*part, edit, Provenance{Dot{header.replica, header.seq, 0}, header.stamp, header.author,
                                deps});
  CHECK(pack_partly(*part, left, dictionary, kAlways) ==
        pack_record(peer.record(), dictionary, kAlways));
}

TEST_CASE("records: a text that its column does not give back is not brought back", "[sync]") {
  const Peer peer = maker(plain_ops());
  MemoryDictionary dictionary;
  const auto bytes = pack_record(peer.record(), dictionary, kAlways);
  LeftFields left;
  auto part = unpack_partly(bytes, peer.record().id, "visit", dictionary, nullptr,
                            [](std::string_view) { return true; }, left);
  REQUIRE(part.ok());
  CHECK(part->fields.empty());
  REQUIRE(left.fields[1].is_text);
  CHECK_FALSE(bring_back(*part, left, 1, Null{}).ok());
  CHECK_FALSE(bring_back(*part, left, 1, std::string("\xff")).ok());
  CHECK(bring_back(*part, left, 1, std::string("sì")).ok());
  CHECK(left.fields.size() == 3);
}
