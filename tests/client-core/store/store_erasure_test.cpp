// What an order to erase does to a store: everything that stands beside the log, what comes later,
// and the steps up to the confirmation.
#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Anna and Carla share a family; one of its members is to be erased.
struct Erased : TwoTablets {
  sync::ErasureOrder order(std::vector<sync::ErasureTarget> targets) {
    return {sync::ErasureId{{1, 2, 3}}, dossier, std::move(targets), "art. 17 GDPR"};
  }
  sync::ErasureOrder of_record() { return order({{"core", id}}); }
  void tell(Tablet& tablet, const sync::ErasureOrder& what) {
    relay.extra.push_back({99, sync::Event{sync::EraseEvent{what}}});
    relay.sync(tablet);
  }
  static void check_sound(Tablet& tablet) {
    CHECK(must(tablet.store->verify()).problems == std::vector<std::string>{});
  }
  static sync::Gathered gather(Tablet& tablet) {
    return must(tablet.store->gather({1 << 20, 2'000}));
  }
};

}  // namespace

TEST_CASE("an erased record is nowhere, drafts and refused work included, and stays away",
          "[store][P2][P9]") {
  Erased t;
  t.relay.judge = [](const sync::Change&) { return sync::Verdict::refused; };
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Rifiutata"))}));
  t.relay.sync(t.anna);
  t.relay.judge = nullptr;
  REQUIRE(must(t.anna.store->quarantine()).size() == 1);
  must(t.anna.store->once("draft", 1, [&](client::Writer& writer) -> Result<std::string> {
    client::Draft draft;
    draft.id = "d";
    draft.ref = {t.core, "member", t.id};
    draft.values_json = R"({"surname":"Bozza"})";
    INSIEME_TRY(writer.put_draft(draft));
    return std::string("{}");
  }));
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Nonspedita"))}));
  t.tell(t.anna, t.of_record());
  CHECK_FALSE(t.anna.store->record({t.core, "member", t.id}).ok());
  CHECK(must(t.anna.store->search("nonspedita", 5)).empty());
  CHECK(must(t.anna.store->search("bianchi", 5)).empty());
  CHECK(must(t.anna.store->search("bianci", 5)).empty());
  CHECK(learnt_words(t.anna).empty());
  CHECK(must(t.anna.store->quarantine()).empty());
  CHECK(must(t.anna.store->drafts()).empty());
  const auto notices = must(t.anna.store->notices());
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].text.find("erased by order (art. 17 GDPR)") == 0);
  CHECK(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Ancora"))}).code() ==
        ErrorCode::not_allowed);
  Erased::check_sound(t.anna);
  // Carla, who has not heard of it, edits it: it comes in without effect.
  must(t.carla.save(t.core, {write_op(t.id, "member", "surname", std::string("Tardi"))}));
  t.relay.sync(t.carla);
  t.relay.sync(t.anna);
  CHECK_FALSE(t.anna.store->record({t.core, "member", t.id}).ok());
  Erased::check_sound(t.anna);
  t.tell(t.carla, t.of_record());
  Erased::check_sound(t.carla);
  CHECK(must(t.anna.store->verify()).states.at(0).state ==
        must(t.carla.store->verify()).states.at(0).state);
}

TEST_CASE("an order is confirmed once, and again when it is told again", "[store][P9]") {
  Erased t;
  t.tell(t.anna, t.of_record());
  const auto told = Erased::gather(t.anna).erased;
  REQUIRE(told.size() == 1);
  CHECK(told[0] == t.of_record().id);
  t.relay.sync(t.anna);
  CHECK(Erased::gather(t.anna).erased.empty());
  t.tell(t.anna, t.of_record());
  CHECK(Erased::gather(t.anna).erased == told);
  CHECK(must(t.anna.store->notices()).size() == 1);
}

TEST_CASE("a store that died before its file was clean cleans it when it is opened",
          "[store][P9]") {
  Erased t;
  t.tell(t.anna, t.of_record());
  t.anna.store.reset();
  {
    sqlite::OpenOptions open;
    open.path = t.anna.path;
    open.key = key_of(7);
    sqlite::Connection::open(open).execute("UPDATE erasures SET state = 1");
  }
  t.anna.reopen();
  CHECK(Erased::gather(t.anna).erased.size() == 1);
  Erased::check_sound(t.anna);
}

TEST_CASE("a change of several records loses only what is erased", "[store][P2][P9]") {
  Erased t;
  const auto other = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Via")),
                            write_op(other, "member", "surname", std::string("Resta"))}));
  t.tell(t.anna, t.of_record());
  const auto values = t.anna.values(t.core, "member", other, "surname");
  REQUIRE(values.size() == 1);
  CHECK(sync::equal(values[0], std::string("Resta")));
  CHECK(must(t.anna.store->search("resta", 5)).size() == 1);
  CHECK(learnt_words(t.anna) == std::set<std::string>{"resta"});
  Erased::check_sound(t.anna);
  t.relay.sync(t.carla);
  t.tell(t.carla, t.of_record());
  CHECK(must(t.anna.store->verify()).states.at(0).state ==
        must(t.carla.store->verify()).states.at(0).state);
}

TEST_CASE("of an erased dossier headers stay until they are sent, then nothing",
          "[store][P2][P9]") {
  Erased t;
  const auto gathered = Erased::gather(t.anna);
  auto reply = t.relay.answer(gathered, t.anna.store->identity().replica);
  reply.items.push_back({99, sync::Event{sync::EraseEvent{t.order({{"", {}}})}}});
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Durante"))}));
  must(t.anna.store->apply(reply));
  const auto unsent = Erased::gather(t.anna).changes;
  REQUIRE(unsent.size() == 1);
  CHECK(unsent[0].is_hollow());
  CHECK(must(t.anna.store->search("durante", 5)).empty());
  t.relay.sync(t.anna);
  CHECK(must(t.anna.store->dossiers()).empty());
  CHECK(must(t.anna.store->status()).unsent == 0);
  Erased::check_sound(t.anna);
}

TEST_CASE("what was asked to be erased stays if the server says no", "[store][P9]") {
  Erased t;
  must(t.carla.store->once("ask", 1, [&](client::Writer& writer) -> Result<std::string> {
    INSIEME_TRY(writer.ask_erasure(t.of_record()));
    return std::string("{}");
  }));
  const auto gathered = Erased::gather(t.carla);
  REQUIRE(gathered.erase.size() == 1);
  CHECK(gathered.erase[0] == t.of_record());
  CHECK(t.carla.store->record({t.core, "member", t.id}).ok());
  auto reply = t.relay.answer(gathered, t.carla.store->identity().replica);
  reply.erasures = {{t.of_record().id, ErrorCode::not_allowed, "a legal hold"}};
  must(t.carla.store->apply(reply));
  CHECK(t.carla.store->record({t.core, "member", t.id}).ok());
  CHECK(Erased::gather(t.carla).erase.empty());
  const auto notices = must(t.carla.store->notices());
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].text.find("what you asked to erase stays: a legal hold") == 0);
}
