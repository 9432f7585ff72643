// What a server does for devices that exchange without it: permits, and letters that others bring.
#include "fixture.hpp"
#include "insieme/sync/exchange.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DocumentId kCore = document_of("d1");
using ByteList = std::vector<std::uint8_t>;

/// Anna has a dossier; Luca is assigned to nothing and carries.
struct Office : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  MemoryDevice carla{"carla"};

  Office() {
    add(anna);
    add(luca);
    add(carla, "coordinator");
    anna.create(dossier("d1"));
    anna.write(kCore, {set_op("note", "first")});
    REQUIRE(sync(anna).done);
    REQUIRE(sync(carla).done);
  }

  /// Anna's work as she would leave it with a colleague.
  [[nodiscard]] SyncRequest work(std::vector<Change> changes) const {
    SyncRequest request;
    request.space = repository->space().id;
    request.device = anna.id();
    request.replica = rep("anna");
    request.changes = std::move(changes);
    request.signature = sign(anna.secret_key(), manifest_of(anna.id(), request.changes).bytes);
    return request;
  }
  [[nodiscard]] ByteList letter(const SyncRequest& request) const {
    Letter letter{anna.id(), encode_message(request), {}};
    letter.signature =
        sign(anna.secret_key(), digest_of_letter(repository->space().id, letter).bytes);
    return *seal_for(keys.public_key, anna.secret_key(), encode_letter(letter));
  }
  /// Luca's request that asks for this.
  SyncReply ask(const MemoryDevice& who, const std::function<void(SyncRequest&)>& with) {
    SyncRequest request;
    request.space = repository->space().id;
    request.device = who.id();
    request.replica = rep(who.name());
    with(request);
    request.signature = sign(who.secret_key(), manifest_of(who.id(), {}).bytes);
    const server::Response response = post_sync(who, encode_message(request));
    REQUIRE(response.status == 200);
    return std::get<SyncReply>(*decode_message(response.body));
  }
  LetterResult bring(const ByteList& sealed) {
    const SyncReply reply = ask(luca, [&](SyncRequest& request) { request.letters = {sealed}; });
    REQUIRE(reply.letters.size() == 1);
    CHECK(reply.letters[0].letter == digest_letter_bytes(sealed));
    return reply.letters[0];
  }
};

}  // namespace

TEST_CASE("permits: with each grant, and whenever one is wanted", "[server][exchange][P7]") {
  Office w;
  const SyncReply first = w.ask(w.anna, [](SyncRequest&) {});
  REQUIRE(first.permits.size() == 1);
  const ExchangePermit& permit = first.permits[0];
  CHECK(check_grant(permit.grant, w.keys.public_key, w.repository->space().id, w.now_ms).ok());
  CHECK(permit.grant.device == w.anna.id());
  CHECK(permit.grant.device_key == w.anna.public_key());
  CHECK(permit.grant.account == "user-anna");
  CHECK(permit.grant.expires_ms > w.now_ms);
  CHECK_FALSE(permit.grant.may_review);
  REQUIRE(permit.keys.size() == permit.grant.sections.size());
  const DocumentId document{dossier("d1"), permit.grant.sections[0]};
  CHECK(permit.keys[0] ==
        document_key_of(w.keys.secret_key, document, *w.repository->dossier_key(dossier("d1"))));
  const auto wants = [](SyncRequest& request) {
    request.permits_wanted = {dossier("d1"), dossier("nowhere")};
  };
  CHECK(w.ask(w.carla, wants).permits.size() == 1);
  CHECK(w.ask(w.luca, wants).permits.empty());  // he has no access
  REQUIRE(w.repository->unassign("user-anna", dossier("d1"), "moved").ok());
  CHECK(w.ask(w.anna, wants).permits.empty());
}

TEST_CASE("letters: judged as if their author had sent them, whoever brings them, once",
          "[server][exchange][P2]") {
  Office w;
  const Change change = w.anna.write(kCore, {set_op("note", "by hand")});
  const ByteList sealed = w.letter(w.work({change}));
  CHECK(w.bring(sealed).fate == LetterFate::taken);
  const std::uint64_t position = w.repository->space().position;
  CHECK(w.bring(sealed).fate == LetterFate::taken);
  CHECK(w.repository->space().position == position);
  REQUIRE(w.sync(w.anna).done);  // she brings it herself
  CHECK(w.anna.unsent.empty());
  CHECK(w.repository->space().position == position);
  REQUIRE(w.sync(w.carla).done);
  CHECK(w.carla.document(kCore).state_digest() == w.anna.document(kCore).state_digest());
}

TEST_CASE("letters: nothing is learnt of where their author stands", "[server][exchange]") {
  Office w;
  w.now_ms += 1'000'000;
  const auto before = w.caller(w.anna).device;
  CHECK(w.bring(w.letter(w.work({w.anna.write(kCore, {set_op("note", "x")})}))).fate ==
        LetterFate::taken);
  const auto after = w.caller(w.anna).device;
  CHECK(after.last_sync_ms == before.last_sync_ms);
  CHECK(after.unsent == before.unsent);
  CHECK(after.shipped_position == before.shipped_position);
}

TEST_CASE("letters: what depends on something missing waits; what was authored again is told",
          "[server][exchange]") {
  Office w;
  const Change missing = w.anna.write(kCore, {set_op("note", "1")});
  const Change above = w.anna.write(kCore, {set_op("note", "2")});
  const LetterResult waits = w.bring(w.letter(w.work({above})));
  CHECK(waits.fate == LetterFate::waits);
  CHECK(waits.code == ErrorCode::not_yet);
  CHECK(w.bring(w.letter(w.work({missing, above}))).fate == LetterFate::taken);

  Change twin = above;  // another change at its place
  twin.ops = std::vector<Operation>{set_op("note", "other")};
  complete(twin, *w.repository->dossier_key(dossier("d1")));
  CHECK(w.bring(w.letter(w.work({twin}))).fate == LetterFate::superseded);
}

TEST_CASE("letters: forged, meant for somebody else, or garbage, they change nothing",
          "[server][exchange]") {
  Office w;
  const std::uint64_t position = w.repository->space().position;
  const SyncRequest work = w.work({w.anna.write(kCore, {set_op("note", "x")})});
  const ByteList good = w.letter(work);
  ByteList bad = good;
  bad[bad.size() / 2] ^= 1;
  CHECK(w.bring(bad).fate == LetterFate::refused);
  CHECK(w.bring({}).fate == LetterFate::refused);
  CHECK(w.bring({1, 2, 3}).fate == LetterFate::refused);
  Letter in_her_name{w.anna.id(), encode_message(work), {}};
  in_her_name.signature =
      sign(w.luca.secret_key(), digest_of_letter(w.repository->space().id, in_her_name).bytes);
  CHECK(
      w.bring(*seal_for(w.keys.public_key, w.luca.secret_key(), encode_letter(in_her_name))).fate ==
      LetterFate::refused);
  SyncRequest of_a_stranger = work;
  of_a_stranger.device = device("stranger");
  Letter stranger{of_a_stranger.device, encode_message(of_a_stranger), {}};
  CHECK(w.bring(*seal_for(w.keys.public_key, w.luca.secret_key(), encode_letter(stranger))).fate ==
        LetterFate::refused);
  CHECK(w.repository->space().position == position);
  w.free_disk = 0;
  CHECK(w.bring(good).fate == LetterFate::waits);  // no room at present
  w.free_disk = 1ULL << 40;
  CHECK(w.bring(good).fate == LetterFate::taken);
}

TEST_CASE("letters: what a revoked device had written is held for a decision",
          "[server][exchange][P2]") {
  Office w;
  const ByteList sealed = w.letter(w.work({w.anna.write(kCore, {set_op("note", "stolen?")})}));
  REQUIRE(w.repository->revoke_device(w.anna.id(), "stolen").ok());
  CHECK(w.bring(sealed).fate == LetterFate::taken);
  const auto held = w.repository->held();
  REQUIRE(held.size() == 1);
  CHECK(held[0].reason.find("revoked") != std::string::npos);
  // Also of a dossier that nobody knew: it is there, and empty until somebody has decided.
  w.anna.create(dossier("d2"));
  SyncRequest first = w.work({w.anna.write(document_of("d2"), {set_op("note", "new")})});
  first.secrets = {{dossier("d2"), w.anna.dossier_keys.at(dossier("d2"))}};
  CHECK(w.bring(w.letter(first)).fate == LetterFate::taken);
  CHECK(w.repository->held().size() == 2);
}

TEST_CASE("letters: an edit of a text that is with nobody shares its fate", "[server][exchange]") {
  Office w;
  w.anna.write(kCore, {splice_op("story", {{0, 0, "Inizio. "}})});
  REQUIRE(w.sync(w.anna).done);
  REQUIRE(w.sync(w.carla).done);
  const Change late = w.anna.write(kCore, {splice_op("story", {{8, 0, "Tardi. "}})});
  REQUIRE(w.repository->unassign("user-anna", dossier("d1"), "moved").ok());
  CHECK(w.bring(w.letter(w.work({late}))).fate == LetterFate::taken);  // held
  // Carla had it from Anna's hands, and wrote on top of it.
  REQUIRE(w.carla.document(kCore).deliver(late).ok());
  const Change above = w.carla.write(kCore, {splice_op("story", {{15, 0, "Sopra. "}})});
  const auto push = [&](bool tells) {
    SyncRequest request;
    request.space = w.repository->space().id;
    request.device = w.carla.id();
    request.replica = rep("carla");
    request.changes = {above};
    if (tells) {
      request.texts_of_others = {{kCore, rep("anna"), late.header.seq, rec("r1"), "story"}};
    }
    request.signature =
        sign(w.carla.secret_key(), manifest_of(w.carla.id(), request.changes).bytes);
    const auto response = w.post_sync(w.carla, encode_message(request));
    REQUIRE(response.status == 200);
    return std::get<SyncReply>(*decode_message(response.body)).results.at(0).verdict;
  };
  SECTION("told") { CHECK(push(true) == Verdict::held); }
  SECTION("not told, it would land in a text that nobody has") {
    CHECK(push(false) == Verdict::accepted);
  }
}
