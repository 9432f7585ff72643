// What a store keeps small or leaves out: packed answers and bodies, and tables that never had a
// row.
#include <random>

#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

struct Small : TwoTablets {
  /// Through a connection of one's own, while the store is closed.
  static void look(Tablet& tablet, const std::function<void(sqlite::Connection&)>& body) {
    tablet.store.reset();
    {
      sqlite::OpenOptions options;
      options.path = tablet.path;
      options.key = key_of(7);
      auto db = sqlite::Connection::open(options);
      body(db);
    }
    tablet.store = must(client::Store::open(tablet.options()));
  }
  static std::int64_t count(Tablet& tablet, std::string_view sql) {
    std::int64_t found = 0;
    look(tablet, [&](sqlite::Connection& db) { found = query_int(db, sql); });
    return found;
  }
  static void check_sound(Tablet& tablet) {
    CHECK(must(tablet.store->verify()).problems == std::vector<std::string>{});
  }
  /// An act whose answer is that.
  Result<std::string> answer(const std::string& request, const std::string& text) {
    return anna.store->once(request, 5, [&](client::Writer& writer) -> Result<std::string> {
      ++acts;
      INSIEME_TRY(writer.add(core, {{new_id, "voucher", "used", sync::IncrementOp{1}, {}}}));
      return text;
    });
  }
  int acts = 0;
  sync::RecordId new_id = anna.new_record();
};

std::string long_answer(const sync::RecordId& id) {
  std::string text = "[";
  for (int i = 0; i < 200; ++i) {
    text += R"({"id":")" + sync::to_text(id) + R"(","title":"Bianchi","number":)" +
            std::to_string(i) + "},";
  }
  return text + "{}]";
}

}  // namespace

TEST_CASE("a long answer is kept small and given again as it was", "[store][P2]") {
  Small t;
  const std::string text = long_answer(t.id);
  CHECK(must(t.answer("long", text)) == text);
  CHECK(Small::count(t.anna, "SELECT length(answer) FROM answers WHERE id = 'long'") <
        static_cast<std::int64_t>(text.size() / 8));
  CHECK(must(t.answer("long", text)) == text);
  CHECK(t.acts == 1);
}

TEST_CASE("an answer that is damaged is an error, and nothing is written twice", "[store][P2]") {
  Small t;
  must(t.answer("long", long_answer(t.id)));
  // A length that lies, one that does not end, a frame that is none.
  for (const char* bytes : {"00ff01", "00ffffffffffffff01aa", "0020aabbccdd"}) {
    CAPTURE(bytes);
    Small::look(t.anna, [&](sqlite::Connection& db) {
      db.execute(std::string("UPDATE answers SET answer = x'") + bytes + "' WHERE id = 'long'");
    });
    const auto again = t.answer("long", "");
    REQUIRE_FALSE(again.ok());
    CHECK(again.error().code == ErrorCode::storage_failure);
  }
  CHECK(t.acts == 1);
}

TEST_CASE("answers do not pile up, and what was carried out long ago is not done again",
          "[store][P2]") {
  Small t;
  std::mt19937 random(7);
  std::vector<std::string> texts;
  for (int i = 0; i < 128; ++i) {
    std::string text = "[";
    for (int word = 0; word < 1'500; ++word) text += std::to_string(random()) + ",";
    texts.push_back(text + "0]");
    REQUIRE(must(t.answer("r" + std::to_string(i), texts.back())) == texts.back());
  }
  CHECK(Small::count(t.anna, "SELECT count(*) FROM answers WHERE id GLOB 'r*'") == 128);
  const auto bytes = Small::count(t.anna, "SELECT sum(octet_length(answer)) FROM answers");
  CHECK(bytes > 200'000);
  CHECK(bytes < 400'000);
  for (const int newest : {127, 120, 100}) {
    CAPTURE(newest);
    CHECK(must(t.answer("r" + std::to_string(newest), "")) ==
          texts[static_cast<std::size_t>(newest)]);
  }
  const auto late = t.answer("r0", "");
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == ErrorCode::expired);
  CHECK(late.error().detail.find("carried out before") != std::string::npos);
  CHECK(t.acts == 128);
  Small::check_sound(t.anna);
}

TEST_CASE("an order to erase reaches what packed answers quote", "[store][P9]") {
  Small t;
  const std::string other = long_answer(t.anna.new_record());
  must(t.answer("quotes", long_answer(t.id)));
  must(t.answer("other", other));
  const sync::ErasureOrder order{
      sync::ErasureId{{1, 2, 3}}, t.dossier, {{"core", t.id}}, "art. 17 GDPR"};
  t.relay.extra.push_back({99, sync::Event{sync::EraseEvent{order}}});
  t.relay.sync(t.anna);
  CHECK(must(t.answer("quotes", "")) == R"({"erased":true})");
  CHECK(must(t.answer("other", "")) == other);
  CHECK(t.acts == 2);
  Small::check_sound(t.anna);
}

TEST_CASE("a long body is kept small, sent whole, folded and verified", "[store][P2][P12]") {
  Small t;
  std::string note;
  for (int i = 0; i < 100; ++i) note += "La madre riferisce che la settimana è andata bene. ";
  must(t.anna.save(t.core, {text_op(t.new_id, "note", "body", {{0, 0, note}})}));
  CHECK(Small::count(t.anna, "SELECT min(length(body)) FROM changes WHERE state = 0") <
        static_cast<std::int64_t>(note.size() / 8));
  Small::check_sound(t.anna);
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE(gathered.changes.size() == 1);
  REQUIRE(gathered.changes[0].ops);
  const auto& splice = std::get<sync::SpliceOp>(gathered.changes[0].ops->at(0).action);
  CHECK(splice.splices.at(0).inserted == note);
  t.relay.sync(t.anna);
  t.relay.sync(t.carla);
  CHECK(t.carla.read(t.core, "note", t.new_id).state.field("body")->text.text() == note);
  Small::check_sound(t.carla);
}

TEST_CASE("a folded note stands once in its row, and is read, edited and verified", "[store]") {
  Small t;
  std::string note;
  for (int i = 0; i < 40; ++i) note += "Perché è andata così, " + std::to_string(i) + ". ";
  must(t.anna.save(t.core, {text_op(t.new_id, "note", "body", {{0, 0, note}})}));
  for (int i = 0; i < 70; ++i) {
    must(t.anna.save(t.core, {{t.id, "member", "visits", sync::IncrementOp{1}, {}}}));
  }
  t.relay.sync(t.anna);
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  auto reply = t.relay.answer(gathered, t.anna.store->identity().replica);
  reply.stable = gathered.acknowledgements;
  must(t.anna.store->apply(reply));
  REQUIRE(must(t.anna.store->verify()).folded != 0);
  const auto text = [&t] {
    return t.anna.read(t.core, "note", t.new_id).state.field("body")->text.text();
  };
  CHECK(Small::count(t.anna, "SELECT length(_crdt) FROM rec_note") <
        static_cast<std::int64_t>(note.size() / 4));
  CHECK(text() == note);
  Small::check_sound(t.anna);
  must(t.anna.save(t.core, {text_op(t.new_id, "note", "body", {{0, 6, "Poiché"}})}));
  t.anna.reopen();
  CHECK(text() == "Poiché" + note.substr(std::string("Perché").size()));
  Small::check_sound(t.anna);
}

TEST_CASE("a request is as large as what is sent, however small it is kept", "[store][P10]") {
  Small t;
  const std::string note(20'000, 'a');
  for (int i = 0; i < 4; ++i) {
    const auto id = t.anna.new_record();
    must(t.anna.save(t.core, {text_op(id, "note", "body", {{0, 0, note}})}));
  }
  CHECK(must(t.anna.store->gather({30'000, 2'000})).changes.size() == 1);
}

TEST_CASE("a table's first row is found, whoever wrote it and after whatever failed", "[store]") {
  Small t;
  CHECK(must(t.anna.store->list({})).size() == 1);
  const auto failed = t.anna.store->once("x", 1, [&](client::Writer& w) -> Result<std::string> {
    INSIEME_TRY(w.add(t.core, {{t.new_id, "voucher", "used", sync::IncrementOp{5}, {}}}));
    return Error{ErrorCode::invalid_argument, "no"};
  });
  CHECK_FALSE(failed.ok());
  CHECK(must(t.anna.store->list({})).size() == 1);
  CHECK_FALSE(t.anna.store->locate(t.new_id).ok());
  {
    // Another program on the same store: the first one has looked already.
    auto beside = must(client::Store::open(t.anna.options()));
    must(beside->once("y", 1, [&](client::Writer& w) -> Result<std::string> {
      INSIEME_TRY(w.add(t.core, {{t.new_id, "voucher", "used", sync::IncrementOp{5}, {}}}));
      return std::string("{}");
    }));
  }
  CHECK(must(t.anna.store->list({})).size() == 2);
  CHECK(must(t.anna.store->locate(t.new_id)).type == "voucher");
  CHECK(must(t.anna.store->dossiers()).at(0).records == 2);
  CHECK(must(t.anna.store->status()).records == 2);
  Small::check_sound(t.anna);
}

TEST_CASE("a store knows which tables it uses, and learns it of one written before", "[store]") {
  Small t;
  const auto used =
      "SELECT group_concat(name, ' ') = 'rec_member' FROM typed_tables WHERE used = 1";
  const auto set_all = [&t](const char* value) {
    Small::look(t.anna, [value](sqlite::Connection& db) {
      db.execute(std::string("UPDATE typed_tables SET used = ") + value);
    });
  };
  CHECK(Small::count(t.anna, used) == 1);
  set_all("2");
  CHECK(Small::count(t.anna, used) == 1);
  CHECK(Small::count(t.anna, "SELECT count(*) FROM typed_tables WHERE used = 2") == 0);
  // A row that no list would show is told.
  set_all("0");
  const auto problems = must(t.anna.store->verify()).problems;
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].find("rec_member") != std::string::npos);
}
