// Snapshots in a real store file: first sync, folding, work on top, and what goes wrong.
#include "insieme/sync/document.hpp"
#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Anna and Carla disagree about a surname and wrote one note together; all of it is on the relay.
struct Family : TwoTablets {
  Family() {
    must(anna.save(core, {text_op(id, "member", "note", {{0, 0, "una famiglia"}})}));
    relay.sync(anna);
    relay.sync(carla);
    must(anna.save(core, {write_op(id, "member", "surname", std::string("Rossi"))}));
    carla.platform.now += 5;
    must(carla.save(core, {write_op(id, "member", "surname", std::string("Verdi")),
                           text_op(id, "member", "note", {{0, 0, "E' "}})}));
    for (Tablet* tablet : {&anna, &carla, &anna, &carla}) relay.sync(*tablet);
  }

  sync::Document on_server() const {
    sync::Document document(core, relay.key(dossier));
    for (const sync::Change& change : relay.log()) REQUIRE(document.deliver(change).ok());
    return document;
  }
  std::vector<std::uint8_t> snapshot() const {
    return *sync::encode_snapshot(*on_server().snapshot());
  }
  std::vector<sync::StreamItem> pieces(const std::vector<std::uint8_t>& bytes,
                                       std::size_t size) const {
    std::vector<sync::StreamItem> items;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      const std::size_t length = std::min(size, bytes.size() - at);
      items.push_back({1, sync::SnapshotPart{core, sync::digest_snapshot(bytes), bytes.size(), at,
                                             {first, first + std::ptrdiff_t(length)}}});
    }
    return items;
  }
  sync::StreamItem grant() const {
    return {1, sync::Event{sync::GrantEvent{dossier, {"core"}, relay.key(dossier), true}}};
  }
  /// What a server answers to a first request.
  sync::SyncReply first(std::vector<sync::StreamItem> items) const {
    sync::SyncReply reply;
    reply.server_ms = relay.server_ms;
    reply.items.push_back(grant());
    reply.items.insert(reply.items.end(), items.begin(), items.end());
    reply.cursor = {1, relay.log().size(), {}};
    const sync::Document document = on_server();
    reply.digests.push_back({core, document.frontier().count(), document.frontier().history()});
    return reply;
  }
  sync::Digest state_of(Tablet& tablet) const {
    const auto report = must(tablet.store->verify());
    for (const std::string& problem : report.problems) FAIL(problem);
    for (const auto& state : report.states) {
      if (state.document == core) return state.state;
    }
    return {};
  }
};

}  // namespace

TEST_CASE("a first sync by snapshot gives rows, search, items with their base, and a horizon",
          "[store][snapshot][P4][P10][P12]") {
  Family t;
  Tablet elsa(t.folder, "elsa", 5);
  must(elsa.store->apply(t.first(t.pieces(t.snapshot(), 1 << 20))));
  CHECK(t.state_of(elsa) == t.state_of(t.anna));
  CHECK(elsa.values(t.core, "member", t.id, "surname") ==
        std::vector<sync::Value>{std::string("Rossi"), std::string("Verdi")});
  CHECK(must(elsa.store->search("rossi", 5)).size() == 1);
  CHECK(must(elsa.store->search("famiglia", 5)).size() ==
        must(t.anna.store->search("famiglia", 5)).size());
  const auto items = must(elsa.store->open_items({})).items;
  REQUIRE(items.size() == 1);
  CHECK(items[0].base == std::vector<sync::Value>{std::string("Bianchi")});
  const auto history = must(elsa.store->history({t.core, "member", t.id}));
  REQUIRE(history.size() == 1);
  CHECK(history[0].action == "folded");
  const auto report = must(elsa.store->verify());
  CHECK(report.folded == 4);
  CHECK(report.changes == 0);
  const auto shown = elsa.read(t.core, "member", t.id);
  const auto theirs = t.anna.read(t.core, "member", t.id);
  CHECK(shown.edited_ms == theirs.edited_ms);
  CHECK(shown.edited_by == theirs.edited_by);
}

TEST_CASE("what is written on a snapshot merges with what the others write",
          "[store][snapshot][P3]") {
  Family t;
  Tablet elsa(t.folder, "elsa", 5);
  must(elsa.store->apply(t.first(t.pieces(t.snapshot(), 1 << 20))));
  must(elsa.save(t.core, {text_op(t.id, "member", "note", {{0, 2, "Questa e'"}})}));
  must(t.anna.save(t.core, {text_op(t.id, "member", "note", {{15, 0, " felice"}}),
                            write_op(t.id, "member", "surname", std::string("Neri"))}));
  elsa.reopen();
  for (Tablet* tablet : {&elsa, &t.anna, &elsa}) t.relay.sync(*tablet);
  CHECK(t.state_of(elsa) == t.state_of(t.anna));
  CHECK(must(elsa.store->open_items({})).items.empty());
  const auto note = elsa.read(t.core, "member", t.id).state.field("note")->text.text();
  CHECK(note == "Questa e' una famiglia felice");
}

TEST_CASE("a snapshot in pieces is installed with the last one, whenever that comes",
          "[store][snapshot][P10]") {
  Family t;
  Tablet elsa(t.folder, "elsa", 5);
  const auto pieces = t.pieces(t.snapshot(), 100);
  REQUIRE(pieces.size() > 2);
  auto reply = t.first({pieces.begin(), pieces.begin() + 2});
  reply.more = true;
  must(elsa.store->apply(reply));
  CHECK_FALSE(elsa.store->record({t.core, "member", t.id}).ok());
  elsa.reopen();
  must(elsa.store->apply(t.first({pieces.begin() + 2, pieces.end()})));
  CHECK(t.state_of(elsa) == t.state_of(t.anna));
}

TEST_CASE("a snapshot that is not what it says is healed by the log, and told",
          "[store][snapshot][P2]") {
  Family t;
  Tablet elsa(t.folder, "elsa", 5);
  auto bytes = t.snapshot();
  auto pieces = t.pieces(bytes, 1 << 20);
  SECTION("other bytes than were told") {
    std::get<sync::SnapshotPart>(pieces[0].content).bytes[20] ^= 1;
  }
  SECTION("bytes that are no snapshot") {
    bytes[20] ^= 1;
    pieces = t.pieces(bytes, 1 << 20);
  }
  SECTION("a gap") {
    pieces = t.pieces(bytes, 100);
    pieces.erase(pieces.begin() + 1);
  }
  must(elsa.store->apply(t.first(pieces)));
  CHECK_FALSE(elsa.store->record({t.core, "member", t.id}).ok());
  const auto gathered = must(elsa.store->gather({1 << 20, 2'000}));
  CHECK(gathered.log_only);
  CHECK(gathered.cursor.position == 0);
  t.relay.sync(elsa);
  CHECK(t.state_of(elsa) == t.state_of(t.anna));
  CHECK(must(elsa.store->verify()).folded == 0);
  CHECK_FALSE(must(elsa.store->gather({1 << 20, 2'000})).log_only);
}

TEST_CASE("a snapshot that is behind changes nothing", "[store][snapshot]") {
  Family t;
  const auto old = t.pieces(t.snapshot(), 1 << 20);
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Neri"))}));
  const auto before = t.state_of(t.anna);
  auto reply = t.first(old);
  must(t.anna.store->apply(reply));
  CHECK(t.state_of(t.anna) == before);
  CHECK(must(t.anna.store->verify()).folded == 0);
  CHECK(must(t.anna.store->status()).unsent == 1);
}

TEST_CASE("a log that everybody has seen is folded, and own changes are kept",
          "[store][snapshot][P2][P3]") {
  Family t;
  for (int i = 0; i < 70; ++i) {
    must(t.anna.save(t.core, {text_op(t.id, "member", "note", {{0, 0, "a"}})}));
  }
  t.relay.sync(t.anna);
  const auto before = t.state_of(t.anna);
  const auto items = must(t.anna.store->open_items({})).items;
  auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE(gathered.acknowledgements.size() == 1);
  auto reply = t.relay.answer(gathered, t.anna.store->identity().replica);
  reply.stable = gathered.acknowledgements;
  must(t.anna.store->apply(reply));
  auto report = must(t.anna.store->verify());
  CHECK(report.problems.empty());
  CHECK(report.changes == 0);
  CHECK(report.folded == 74);
  CHECK(t.state_of(t.anna) == before);
  const auto after = must(t.anna.store->open_items({})).items;
  REQUIRE(after.size() == items.size());
  CHECK(after[0].base == items[0].base);
  CHECK(must(t.anna.store->gather({1 << 20, 2'000})).acknowledgements.empty());
  // Goes on, and would give all of its own work to a server that lost it.
  t.anna.reopen();
  must(t.anna.save(t.core, {text_op(t.id, "member", "note", {{0, 0, "b"}})}));
  CHECK(must(t.anna.store->history({t.core, "member", t.id})).size() == 2);
  must(t.anna.store->forget_cursor());
  gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  CHECK(gathered.changes.size() == 74);
  t.relay.sync(t.anna);
  t.relay.sync(t.carla);
  CHECK(must(t.anna.store->status()).unsent == 0);
  CHECK(must(t.anna.store->gather({1 << 20, 2'000})).changes.empty());
  CHECK(t.state_of(t.anna) == t.state_of(t.carla));
}

TEST_CASE("what was kept aside and has come back in the log meanwhile is offered once",
          "[store][snapshot][P2]") {
  Family t;
  for (int i = 0; i < 70; ++i) {
    must(t.anna.save(t.core, {text_op(t.id, "member", "note", {{0, 0, "a"}})}));
  }
  t.relay.sync(t.anna);
  auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  auto reply = t.relay.answer(gathered, t.anna.store->identity().replica);
  reply.stable = gathered.acknowledgements;
  must(t.anna.store->apply(reply));
  REQUIRE(must(t.anna.store->verify()).folded == 74);
  // What is folded here is not what the server has: the document is forgotten and received anew.
  gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  reply = t.relay.answer(gathered, t.anna.store->identity().replica);
  reply.digests = {{t.core, 1, {}}};
  must(t.anna.store->apply(reply));
  REQUIRE(must(t.anna.store->verify()).folded == 0);
  // For now the server takes nothing, and sends what it has.
  gathered = must(t.anna.store->gather({0, 0}));
  must(t.anna.store->apply(t.relay.answer(gathered, t.anna.store->identity().replica)));
  gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE_FALSE(gathered.changes.empty());
  must(t.anna.store->apply(t.relay.answer(gathered, t.anna.store->identity().replica)));
  CHECK(must(t.anna.store->gather({1 << 20, 2'000})).changes.empty());
}

TEST_CASE("what is saved from an old form stands on all that any server was promised",
          "[store][snapshot][P2][P3]") {
  Family t;
  const sync::VersionVector open = t.carla.read(t.core, "member", t.id).version;
  must(t.anna.save(t.core, {text_op(t.id, "member", "note", {{0, 0, "Oggi: "}})}));
  t.relay.sync(t.anna);
  t.relay.sync(t.carla);
  REQUIRE(must(t.carla.store->gather({1 << 20, 2'000})).acknowledgements.size() == 1);
  t.relay.sync(t.carla);
  // The others may have folded it. A server that was put back has forgotten what it was told.
  must(t.carla.store->forget_cursor());
  t.carla.reopen();
  sync::Operation from_form = text_op(t.id, "member", "note", {{0, 0, "Ieri: "}});
  from_form.context = open;
  must(t.carla.save(t.core, {from_form}));
  const auto changes = must(t.carla.store->gather({1 << 20, 2'000})).changes;
  REQUIRE_FALSE(changes.empty());
  CHECK_FALSE(changes.back().ops->front().context.has_value());
}

TEST_CASE("the work of a tablet that was given up is put on top of what the others did",
          "[store][snapshot][P2][P4]") {
  Family t;
  must(t.carla.save(t.core, {write_op(t.id, "member", "surname", std::string("Tardi")),
                             text_op(t.id, "member", "note", {{3, 0, "era "}})}));
  must(t.carla.save(t.core, {text_op(t.id, "member", "note", {{0, 0, "Allora: "}})}));
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Neri")),
                            text_op(t.id, "member", "note", {{15, 0, " felice"}})}));
  t.relay.sync(t.anna);
  const sync::ReplicaId old = t.carla.store->identity().replica;
  const auto gathered = must(t.carla.store->gather({1 << 20, 2'000}));
  REQUIRE(gathered.changes.size() == 2);
  must(t.carla.store->note_sent());
  sync::Gathered pull = gathered;
  pull.changes.clear();
  auto reply = t.relay.answer(pull, old);
  for (const sync::Change& change : gathered.changes) {
    reply.results.push_back({change.header.document, change.header.replica, change.header.seq,
                             sync::Verdict::forked, 0, ErrorCode::expired, "gone on"});
  }
  CHECK(must(t.carla.store->apply(reply)));
  CHECK(t.carla.store->identity().replica != old);
  CHECK(must(t.carla.store->status()).unsent == 2);
  for (Tablet* tablet : {&t.carla, &t.anna, &t.carla}) t.relay.sync(*tablet);
  CHECK(t.state_of(t.carla) == t.state_of(t.anna));
  // Neither surname saw the other; the note holds everybody's words.
  CHECK(t.anna.values(t.core, "member", t.id, "surname") ==
        std::vector<sync::Value>{std::string("Neri"), std::string("Tardi")});
  CHECK(t.anna.read(t.core, "member", t.id).state.field("note")->text.text() ==
        "Allora: E' era una famiglia felice");
}
