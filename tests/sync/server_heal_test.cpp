// What a server that was put back from an old backup is given back, and on whose word.
#include "server_world.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Anna wrote three times and the server was backed up after the first; then it told Boss, who has
/// all of it, and forgot the rest.
struct OldBackup : ServerWorld {
  std::vector<Change> written;
  ServerState backup;
  Voucher voucher;  ///< as Boss has it

  explicit OldBackup(bool with_held = false) {
    written.push_back(anna.write(kCore, {inc_op("n", 1)}));
    push(anna, {written[0]}, {secret()});
    backup = server.state;
    written.push_back(anna.write(kCore, {set_op("reg", "x")}));
    push(anna, {written[1]});
    if (with_held) server.revoke("user-anna", kFamily, "passaggio");
    written.push_back(anna.write(kCore, {inc_op("n", 4)}));
    push(anna, {written[2]});
    voucher = hear();
    server.state = backup;
  }

  /// What the server vouches for to Boss now.
  Voucher hear() {
    SyncRequest request;
    request.device = boss.id();
    request.replica = rep("boss");
    request.signature = sign(boss.secret_key(), manifest_of(boss.id(), {}).bytes);
    const auto frame = server.turn(boss.id(), encode_message(request));
    REQUIRE(frame.ok());
    const auto reply = std::get<SyncReply>(*decode_message(*frame));
    REQUIRE(reply.vouches.size() == 1);
    const Frontier& frontier = server.state.frontiers.at(kCore);
    Voucher heard{kCore, {}, reply.vouches[0].hollow, reply.vouches[0].signature};
    for (const auto& [replica, head] : frontier.heads()) {
      heard.heads.push_back({replica, head.seq, head.id});
    }
    return heard;
  }

  SyncReply give_back(const Healing& healing, std::vector<DossierSecret> secrets = {},
                      const std::vector<Change>& changes = {}) {
    SyncRequest request;
    request.device = boss.id();
    request.replica = rep("boss");
    request.healing = healing;
    request.secrets = std::move(secrets);
    request.changes = changes;
    request.signature = sign(boss.secret_key(), manifest_of(boss.id(), changes).bytes);
    const auto frame = server.turn(boss.id(), encode_message(request));
    REQUIRE(frame.ok());
    return std::get<SyncReply>(*decode_message(*frame));
  }

  [[nodiscard]] Healing whole() const {
    return {{voucher}, {written.begin() + 1, written.end()},
            static_cast<std::uint32_t>(written.size() - 1)};
  }
  [[nodiscard]] std::uint64_t count() const {
    const auto at = server.state.frontiers.find(kCore);
    return at == server.state.frontiers.end() ? 0 : at->second.count();
  }
};

Verdicts healed(const SyncReply& reply) {
  Verdicts all;
  for (const PushResult& result : reply.healed) all.push_back(result.verdict);
  return all;
}

const Verdicts kTaken{Verdict::accepted, Verdict::accepted};
const Verdicts kLeft{Verdict::deferred, Verdict::deferred};

}  // namespace

TEST_CASE("healing: what the server once vouched for is taken from whoever has it",
          "[sync][server][P2][P3]") {
  OldBackup w;
  const auto reply = w.give_back(w.whole());
  CHECK(healed(reply) == kTaken);
  CHECK(reply.healed[0].position != 0);
  CHECK(w.count() == 3);
  CHECK(w.hear().heads == w.voucher.heads);
  // Once more, as after a lost reply: nothing is written twice.
  CHECK(healed(w.give_back(w.whole())) == Verdicts{Verdict::duplicate, Verdict::duplicate});
  CHECK(w.count() == 3);
}

TEST_CASE("healing: what the log has is said to be there, though nothing proves the rest",
          "[sync][server][P2][P3]") {
  OldBackup w;
  Healing all{{w.voucher}, w.written, static_cast<std::uint32_t>(w.written.size())};
  all.vouchers[0].signature.bytes[0] ^= 1;
  const auto reply = w.give_back(all);
  CHECK(healed(reply) == Verdicts{Verdict::duplicate, Verdict::deferred, Verdict::deferred});
  CHECK(reply.healed[0].position != 0);
  CHECK(reply.healed[0].reason.empty());
  CHECK(reply.healed[1].code == ErrorCode::bad_signature);
  CHECK(w.count() == 1);
}

TEST_CASE("healing: own work that stands on it goes in the same request", "[sync][server][P2]") {
  OldBackup w;
  w.boss.dossier_keys = w.anna.dossier_keys;
  for (const Change& change : w.written) REQUIRE(w.boss.document(kCore).deliver(change).ok());
  const Change own = w.boss.write(kCore, {inc_op("n", 8)});
  const auto reply = w.give_back(w.whole(), {}, {own});
  CHECK(healed(reply) == kTaken);
  CHECK(verdicts(reply) == Verdicts{Verdict::accepted});
  CHECK(w.count() == 4);
}

TEST_CASE("healing: nothing is judged again, and what was held comes back hollow and waits",
          "[sync][server][P2][P8]") {
  OldBackup w(true);
  REQUIRE(w.voucher.hollow.size() == 1);
  CHECK(w.voucher.hollow[0].state == HollowState::waiting);
  Healing healing = w.whole();
  healing.changes[1].header = w.written[2].header;
  complete(healing.changes[1], w.anna.dossier_keys.at(kFamily));
  healing.changes[1].ops.reset();
  CHECK(healed(w.give_back(healing)) == kTaken);
  const KnownChange& known = w.server.state.changes.at({kCore, rep("anna"), 3});
  CHECK(known.verdict == Verdict::held);
  CHECK(known.bodyless);
  // Its author brings the body, although she may write there again: it waits all the same.
  const auto reply = w.push(w.anna, {w.written[2]});
  CHECK(verdicts(reply) == Verdicts{Verdict::held});
  CHECK(w.server.state.held.size() == 1);
}

TEST_CASE("healing: a body that was held cannot come back as one that was accepted",
          "[sync][server][P8]") {
  OldBackup w(true);
  const auto reply = w.give_back(w.whole());
  CHECK(healed(reply) == kLeft);
  CHECK(reply.healed[0].code == ErrorCode::conflict);
  CHECK(w.count() == 1);
}

TEST_CASE("healing: a change that was invented in somebody else's name is not taken",
          "[sync][server][P2]") {
  OldBackup w;
  Healing healing = w.whole();
  SECTION("in place of one that the voucher covers") {
    MemoryDevice forger = w.anna;
    forger.unsent.clear();
    healing.changes[1].ops = std::vector<Operation>{inc_op("n", 400)};
  }
  SECTION("on top of those that it covers") {
    healing.changes.push_back(w.anna.write(kCore, {inc_op("n", 400)}));
    healing.take = 3;
  }
  SECTION("with heads to match, signed by the forger") {
    healing.changes[1].ops = std::vector<Operation>{inc_op("n", 400)};
    healing.vouchers[0].heads[0].id.bytes[0] ^= 1;
    healing.vouchers[0].signature =
        sign(w.boss.secret_key(), digest_of_voucher(SpaceId{}, healing.vouchers[0]).bytes);
  }
  SECTION("with heads to match, under the old signature") {
    healing.vouchers[0].heads[0].id.bytes[0] ^= 1;
  }
  SECTION("without a voucher") { healing.vouchers.clear(); }
  const auto reply = w.give_back(healing);
  for (const PushResult& result : reply.healed) CHECK(result.verdict == Verdict::deferred);
  CHECK(w.count() == 1);
}

TEST_CASE("healing: what comes in pieces is proven by headers alone", "[sync][server][P2]") {
  OldBackup w;
  Healing first = w.whole();
  first.take = 1;
  const DossierKey key = w.anna.dossier_keys.at(kFamily);
  complete(first.changes[1], key);
  first.changes[1].ops.reset();
  const auto reply = w.give_back(first);
  CHECK(healed(reply) == Verdicts{Verdict::accepted});
  CHECK(w.count() == 2);
  Healing rest{{w.voucher}, {w.written[2]}, 1};
  CHECK(healed(w.give_back(rest)) == Verdicts{Verdict::accepted});
  CHECK(w.count() == 3);
  // The head is not reached: nothing says that these are those.
  w.server.state = w.backup;
  Healing cut{{w.voucher}, {w.written[1]}, 1};
  CHECK(healed(w.give_back(cut)) == Verdicts{Verdict::deferred});
  CHECK(w.count() == 1);
}

TEST_CASE("healing: a dossier that is younger than the backup comes with its key",
          "[sync][server][P2]") {
  OldBackup w;
  w.server.state = ServerState{};
  Healing healing{{w.voucher}, w.written, 3};
  CHECK(healed(w.give_back(healing)) ==
        Verdicts{Verdict::deferred, Verdict::deferred, Verdict::deferred});
  CHECK(healed(w.give_back(healing, {w.secret()})).size() == 3);
  CHECK(w.count() == 3);
}

namespace {

/// After the voucher was signed, r1 was erased; the server forgot that it ever had the last of
/// Anna's changes, which wrote r1 and r9.
struct ErasedSince : OldBackup {
  Change both;

  ErasedSince() {
    REQUIRE(healed(give_back(whole())) == kTaken);
    backup = server.state;
    both = anna.write(kCore, {set_op("reg", "stays", "r9"), set_op("reg", "goes")});
    push(anna, {both});
    voucher = hear();
    server.state = backup;
    server.state.redactions[kCore].add(rec("r1"));
    written.push_back(both);
  }
  /// As a tablet has it that has carried out the order.
  [[nodiscard]] Change carried_out(Change change) const {
    complete(change, anna.dossier_keys.at(kFamily));
    REQUIRE(redact(change, server.state.redactions.at(kCore)));
    return change;
  }
  SyncReply give(const MemoryDevice& who, const Change& change) {
    SyncRequest request;
    request.device = who.id();
    request.replica = rep(who.name());
    request.healing = {{voucher}, {change}, 1};
    request.signature = sign(who.secret_key(), manifest_of(who.id(), {}).bytes);
    const auto frame = server.turn(who.id(), encode_message(request));
    REQUIRE(frame.ok());
    return std::get<SyncReply>(*decode_message(*frame));
  }
  /// What the log has of Anna's change.
  [[nodiscard]] const Change& logged(std::uint64_t seq) const {
    const KnownChange& known = server.state.changes.at({kCore, rep("anna"), seq});
    return *server.state.log[static_cast<std::size_t>(known.position - 1)].change();
  }
};

const Verdicts kOneTaken{Verdict::accepted};

}  // namespace

TEST_CASE("healing: an order that is younger than the voucher does not make it void",
          "[sync][server][P2][P9]") {
  OldBackup w;
  w.server.state.redactions[kCore].add(rec("r1"));
  Healing healing = w.whole();
  SECTION("given back by a tablet that has not heard of the order") {}
  SECTION("given back by one that has carried it out") {
    for (Change& change : healing.changes) {
      complete(change, w.anna.dossier_keys.at(kFamily));
      REQUIRE(redact(change, w.server.state.redactions.at(kCore)));
      REQUIRE(change.is_hollow());
    }
  }
  CHECK(healed(w.give_back(healing)) == kTaken);
  CHECK(w.count() == 3);
  for (const std::uint64_t seq : {std::uint64_t{2}, std::uint64_t{3}}) {
    const KnownChange& known = w.server.state.changes.at({kCore, rep("anna"), seq});
    CHECK(known.verdict == Verdict::accepted);
    CHECK(known.bodyless);
  }
}

TEST_CASE("healing: what nothing was erased of comes back whole or not at all",
          "[sync][server][P2][P9]") {
  OldBackup w;
  w.server.state.redactions[kHealth].add_whole();
  Healing healing = w.whole();
  complete(healing.changes[1], w.anna.dossier_keys.at(kFamily));
  healing.changes[1].ops.reset();
  CHECK(healed(w.give_back(healing)) == kLeft);
  CHECK(w.count() == 1);
}

TEST_CASE("healing: what is left of an erased change is believed if it is proven, or its author's",
          "[sync][server][P2][P9]") {
  ErasedSince w;
  SECTION("the whole body proves it, whoever brings it") {
    CHECK(healed(w.give(w.boss, w.both)) == kOneTaken);
    CHECK(is_redacted(w.logged(4)));
  }
  SECTION("the author's word is enough") {
    CHECK(healed(w.give(w.anna, w.carried_out(w.both))) == kOneTaken);
    CHECK(is_redacted(w.logged(4)));
  }
  SECTION("another's word is not: the change is taken without it") {
    Change forged = w.carried_out(w.both);
    (*forged.ops)[0] = set_op("reg", "invented", "r9");
    CHECK(healed(w.give(w.boss, forged)) == kOneTaken);
    CHECK(w.logged(4).is_hollow());
  }
  CHECK(w.count() == 4);
}

TEST_CASE("healing: an older program is answered without vouchers", "[sync][server][wire]") {
  OldBackup w;
  SyncRequest request;
  request.protocol = 2;
  request.device = w.boss.id();
  request.replica = rep("boss");
  request.signature = sign(w.boss.secret_key(), manifest_of(w.boss.id(), {}).bytes);
  const auto frame = w.server.turn(w.boss.id(), encode_message(request));
  REQUIRE(frame.ok());
  const auto reply = std::get<SyncReply>(*decode_message(*frame));
  CHECK(reply.protocol == 2);
  CHECK_FALSE(reply.digests.empty());
  CHECK(reply.vouches.empty());
}

TEST_CASE("voucher: what it covers, and its bytes", "[sync][wire]") {
  Voucher voucher;
  voucher.document = kCore;
  for (const char* name : {"a", "b", "c"}) {
    voucher.heads.push_back({rep(name), 5, {}});
    voucher.hollow.push_back({rep(name), 3, HollowState::refused});
  }
  std::sort(voucher.heads.begin(), voucher.heads.end(),
            [](const VouchedHead& a, const VouchedHead& b) { return a.replica < b.replica; });
  std::sort(voucher.hollow.begin(), voucher.hollow.end(),
            [](const VouchedHollow& a, const VouchedHollow& b) { return a.replica < b.replica; });
  CHECK(voucher.covers(rep("b"), 5));
  CHECK_FALSE(voucher.covers(rep("b"), 6));
  CHECK_FALSE(voucher.covers(rep("d"), 1));
  CHECK(voucher.hollow_state(rep("c"), 3) == HollowState::refused);
  CHECK_FALSE(voucher.hollow_state(rep("c"), 4));
  const auto bytes = encode_voucher(voucher);
  CHECK(*decode_voucher(bytes) == voucher);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    CHECK_FALSE(decode_voucher(std::span(bytes).first(cut)).ok());
  }
  const Digest digest = digest_of_voucher(SpaceId{}, voucher);
  voucher.hollow[0].state = HollowState::waiting;
  CHECK_FALSE(digest_of_voucher(SpaceId{}, voucher) == digest);
}
