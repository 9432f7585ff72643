#include "repository_contract.hpp"

#include "support/builders.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using server::Caller;
using server::Enrolment;
using server::Repository;
using server::User;

Digest hash_named(std::string_view name) { return Hasher("contract").add(name).finish(); }

PublicKey public_key(std::string_view name) {
  PublicKey key;
  std::copy(name.begin(), name.end(), key.bytes.begin());
  return key;
}

}  // namespace

Caller enrolled(ContractSubject& subject, const std::string& name, const std::string& role) {
  Repository& repository = *subject.repository;
  REQUIRE(repository.add_user(User{name, name, role, false, 0}).ok());
  REQUIRE(repository.add_invitation(hash_named(name), name, *subject.now_ms + 1).ok());
  auto caller = repository.enrol(
      Enrolment{hash_named(name), public_key(name), name, rep(name), device(name)});
  REQUIRE(caller.ok());
  return *caller;
}

void open_dossier(Repository& repository, const Caller& caller, std::string_view name) {
  CommitAction commit;
  commit.new_dossiers.push_back({dossier(name), key_of(name)});
  const auto turn = repository.begin_turn(caller);
  static_cast<void>(turn->load({}));
  CHECK(turn->commit(commit, {}).positions.empty());
}

void check_people(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  CHECK(repository.users().empty());
  CHECK(repository.add_user({"anna", "Anna", "educator", false, 0}).ok());
  CHECK(repository.add_user({"anna", "Other", "educator", false, 0}).code() ==
        ErrorCode::already_exists);
  CHECK(repository.add_user({"luca", "Luca", "emperor", false, 0}).code() ==
        ErrorCode::invalid_argument);
  using namespace std::string_literals;
  for (const std::string& account : {""s, "\xff"s, "a\0b"s, std::string(65, 'a')}) {
    CHECK(repository.add_user({account, "Nobody", "educator", false, 0}).code() ==
          ErrorCode::invalid_argument);
  }
  REQUIRE(repository.users().size() == 1);
  CHECK(repository.users().front().display_name == "Anna");
  CHECK(repository.set_disabled("anna", true).ok());
  CHECK(repository.users().front().disabled);
  CHECK(repository.set_disabled("bruno", true).code() == ErrorCode::not_found);
  CHECK(repository.audit(10).size() == 2);
}

void check_return(Repository& repository, const ContractSubject& subject) {
  // Found again, with a new invitation of its owner; another person's does not bring it back.
  REQUIRE(repository.add_user({"bruno", "Bruno", "educator", false, 0}).ok());
  REQUIRE(repository.add_invitation(hash_named("his"), "bruno", *subject.now_ms + 10).ok());
  REQUIRE(repository.add_invitation(hash_named("new"), "anna", *subject.now_ms + 10).ok());
  const Enrolment his{hash_named("his"), public_key("a"), "t", rep("c"), device("c")};
  CHECK(repository.enrol(his).error().code == ErrorCode::conflict);
  CHECK(repository.find_caller(device("a"))->device.revoked_ms.has_value());
  const Enrolment hers{hash_named("new"), public_key("a"), "t", rep("c"), device("c")};
  for (int time = 0; time < 2; ++time) {
    const auto again = repository.enrol(hers);
    REQUIRE(again.ok());
    CHECK(again->device.id == device("a"));
    CHECK_FALSE(again->device.revoked_ms.has_value());
  }
}

void check_enrolment(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  REQUIRE(repository.add_user({"anna", "Anna", "educator", false, 0}).ok());
  const Digest hash = hash_named("one");
  const Enrolment first{hash, public_key("a"), "tablet", rep("a"), device("a")};
  CHECK(repository.enrol(first).error().code == ErrorCode::not_found);
  CHECK(repository.add_invitation(hash, "bruno", 0).code() == ErrorCode::not_found);
  REQUIRE(repository.add_invitation(hash, "anna", *subject.now_ms + 10).ok());
  const auto caller = repository.enrol(first);
  REQUIRE(caller.ok());
  CHECK(caller->device.id == device("a"));
  CHECK(caller->user.account == "anna");

  SECTION("the same again is the same answer, even later and with another proposed id") {
    *subject.now_ms += 1'000'000;
    Enrolment again = first;
    again.new_device = device("other");
    const auto repeated = repository.enrol(again);
    REQUIRE(repeated.ok());
    CHECK(repeated->device.id == device("a"));
    CHECK(repository.devices().size() == 1);
  }
  SECTION("an invitation works for one device") {
    const Enrolment second{hash, public_key("b"), "tablet", rep("b"), device("b")};
    CHECK(repository.enrol(second).error().code == ErrorCode::conflict);
  }
  SECTION("a key and a replica belong to one device") {
    REQUIRE(repository.add_user({"bruno", "Bruno", "educator", false, 0}).ok());
    REQUIRE(repository.add_invitation(hash_named("two"), "bruno", *subject.now_ms + 10).ok());
    const Enrolment same_key{hash_named("two"), public_key("a"), "t", rep("b"), device("b")};
    CHECK(repository.enrol(same_key).error().code == ErrorCode::conflict);
    const Enrolment same_replica{hash_named("two"), public_key("b"), "t", rep("a"), device("b")};
    CHECK(repository.enrol(same_replica).error().code == ErrorCode::conflict);
  }
  SECTION("a device that never heard the answer comes with another invitation") {
    REQUIRE(repository.add_invitation(hash_named("two"), "anna", *subject.now_ms + 10).ok());
    const Enrolment again{hash_named("two"), public_key("a"), "t", rep("b"), device("b")};
    const auto known = repository.enrol(again);
    REQUIRE(known.ok());
    CHECK(known->device.id == device("a"));
    CHECK(repository.devices().size() == 1);
    const Enrolment other{hash_named("two"), public_key("c"), "t", rep("c"), device("c")};
    CHECK(repository.enrol(other).error().code == ErrorCode::conflict);
  }
  SECTION("expired") {
    REQUIRE(repository.add_invitation(hash_named("two"), "anna", *subject.now_ms).ok());
    const Enrolment late{hash_named("two"), public_key("b"), "t", rep("b"), device("b")};
    CHECK(repository.enrol(late).error().code == ErrorCode::expired);
  }
  SECTION("revoked") {
    CHECK(repository.revoke_device(device("x"), "lost").code() == ErrorCode::not_found);
    CHECK(repository.revoke_device(device("a"), "lost").ok());
    CHECK(repository.find_caller(device("a"))->device.revoked_ms == *subject.now_ms);
    CHECK_FALSE(repository.find_caller(device("x")).has_value());
    check_return(repository, subject);
  }
}

void check_access(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  const Caller anna = enrolled(subject, "anna", "educator");
  const Caller carla = enrolled(subject, "carla", "coordinator");
  REQUIRE(repository.add_user({"luca", "Luca", "social_worker", false, 0}).ok());
  open_dossier(repository, anna, "d1");

  const auto held_by = [&](const std::string& account) {
    const auto dossiers = repository.dossiers();
    REQUIRE(dossiers.size() == 1);
    for (const auto& assignment : dossiers.front().assignments) {
      if (assignment.account == account && !assignment.to_position) return assignment.sections;
    }
    return std::vector<std::string>{};
  };
  CHECK(held_by("anna") == server::default_sections());
  CHECK(held_by("carla") == server::default_sections());
  CHECK(held_by("luca").empty());
  const std::uint64_t before = repository.space().position;
  CHECK(before == 2);

  CHECK(repository.assign("luca", dossier("d2"), {}).error().code == ErrorCode::not_found);
  CHECK(repository.assign("nobody", dossier("d1"), {}).error().code == ErrorCode::not_found);
  CHECK(repository.assign("luca", dossier("d1"), {"Not A Section"}).error().code ==
        ErrorCode::invalid_argument);
  REQUIRE(repository.assign("luca", dossier("d1"), {"core"}).ok());
  REQUIRE(repository.assign("luca", dossier("d1"), {"core"}).ok());  // the same: no entry
  CHECK(repository.space().position == before + 1);
  CHECK(held_by("luca") == std::vector<std::string>{"core"});
  REQUIRE(repository.unassign("luca", dossier("d1"), "done").ok());
  CHECK(repository.unassign("luca", dossier("d1"), "").code() == ErrorCode::not_found);

  CHECK(repository.hand_over(dossier("d1"), "luca", "anna", "").code() == ErrorCode::not_found);
  CHECK(repository.hand_over(dossier("d1"), "anna", "anna", "").code() ==
        ErrorCode::invalid_argument);
  REQUIRE(repository.hand_over(dossier("d1"), "anna", "luca", "moved").ok());
  CHECK(held_by("anna").empty());
  CHECK(held_by("luca") == server::default_sections());

  // Who becomes a coordinator later gets what exists.
  REQUIRE(repository.add_user({"dario", "Dario", "coordinator", false, 0}).ok());
  CHECK(held_by("dario") == server::default_sections());
}

void check_turns(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  const Caller anna = enrolled(subject, "anna", "educator");
  SECTION("a turn without a commit leaves nothing") {
    static_cast<void>(repository.begin_turn(anna)->load({}));
    CHECK(repository.space().position == 0);
  }
  SECTION("a replica is bound by the commit, and then belongs to that device") {
    const Caller bruno = enrolled(subject, "bruno", "educator");
    LoadAction load;
    load.replica = rep("fresh");
    load.replicas = {rep("fresh")};
    {
      const auto turn = repository.begin_turn(anna);
      CHECK(turn->load(load).replica_allowed);
    }
    {
      const auto turn = repository.begin_turn(bruno);
      CHECK(turn->load(load).replica_allowed);  // nobody committed it
      turn->commit({}, {});
    }
    CHECK_FALSE(repository.begin_turn(anna)->load(load).replica_allowed);
    CHECK(repository.begin_turn(bruno)->load(load).replica_allowed);
  }
  SECTION("what is written is loaded again, whole") {
    Peer peer("anna", document_of("d1"));
    const Change change = peer.write({set_op("note", "first")});
    CommitAction commit;
    commit.new_dossiers.push_back({dossier("d1"), key_of("key")});
    const ChangeId id = peer.document().frontier().head(rep("anna"))->id;
    commit.changes.push_back({change, id, Verdict::accepted, ErrorCode::ok, {}});
    commit.frontiers[document_of("d1")] = peer.document().frontier();
    LoadAction load;
    load.documents = {document_of("d1")};
    load.dossiers = {dossier("d1"), dossier("d2")};
    load.changes = {{document_of("d1"), rep("anna"), 1}, {document_of("d1"), rep("anna"), 2}};
    Committed committed;
    {
      const auto turn = repository.begin_turn(anna);
      CHECK(turn->load(load).frontiers.at(document_of("d1")).count() == 0);
      committed = turn->commit(commit, {*subject.now_ms + 5000, 3});
    }
    REQUIRE(committed.positions == std::vector<std::uint64_t>{2});  // the grant stands before it
    const Loaded loaded = repository.begin_turn(anna)->load(load);
    CHECK(loaded.frontiers.at(document_of("d1")) == peer.document().frontier());
    CHECK(loaded.dossiers.at(dossier("d1")).key == key_of("key"));
    CHECK_FALSE(loaded.dossiers.at(dossier("d2")).known);
    REQUIRE(loaded.changes.size() == 1);
    CHECK(loaded.changes.begin()->second.id == id);
    CHECK(loaded.changes.begin()->second.position == 2);
    const auto devices = repository.devices();
    CHECK(devices.front().clock_offset_ms == 5000);
    CHECK(devices.front().unsent == 3U);
    CHECK(repository.counts().changes == 1);
  }
}

void check_cursors(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  const Caller anna = enrolled(subject, "anna", "educator");
  open_dossier(repository, anna, "d1");
  open_dossier(repository, anna, "d2");
  const auto known = [&](const Cursor& cursor) {
    LoadAction load;
    load.cursor = cursor;
    return repository.begin_turn(anna)->load(load).cursor_known;
  };
  const server::SpaceInfo space = repository.space();
  CHECK(known({}));
  CHECK(known({space.epoch, space.position, space.log_hash}));
  CHECK_FALSE(known({space.epoch + 1, space.position, space.log_hash}));
  CHECK_FALSE(known({space.epoch, space.position - 1, space.log_hash}));
  CHECK_FALSE(known({space.epoch, space.position + 1, space.log_hash}));
}

void check_vouching(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  const Caller anna = enrolled(subject, "anna", "educator");
  open_dossier(repository, anna, "d1");
  Peer peer("anna", document_of("d1"));
  const Change first = peer.write({set_op("note", "first")});
  const ChangeId first_id = peer.document().frontier().head(rep("anna"))->id;
  const Change late = peer.write({set_op("note", "late")});
  const ChangeId late_id = peer.document().frontier().head(rep("anna"))->id;
  const ChangeRef place{document_of("d1"), rep("anna"), 2};
  CommitAction commit;
  commit.changes.push_back({first, first_id, Verdict::accepted, ErrorCode::ok, {}});
  commit.changes.back().healed = true;
  NewChange again{late, late_id, Verdict::held, ErrorCode::ok, "waits"};
  again.change.ops.reset();  // as it comes from somebody who never had its body
  again.healed = true;
  commit.changes.push_back(again);
  commit.frontiers[document_of("d1")] = peer.document().frontier();
  const auto perform = [&](const CommitAction& action) {
    const auto turn = repository.begin_turn(anna);
    static_cast<void>(turn->load({}));
    static_cast<void>(turn->commit(action, {}));
  };
  perform(commit);
  ReadAction read;
  read.bytes_max = 1 << 20;
  read.items_max = 100;
  read.vouches = true;
  const PageRead page = repository.read_page(anna, rep("other"), read);
  REQUIRE(page.vouchers.size() == 1);
  CHECK(page.vouchers[0].document == document_of("d1"));
  CHECK(page.vouchers[0].heads == std::vector<VouchedHead>{{rep("anna"), 2, late_id}});
  CHECK(page.vouchers[0].hollow ==
        std::vector<VouchedHollow>{{rep("anna"), 2, HollowState::waiting}});
  LoadAction load;
  load.changes = {place};
  CHECK(repository.begin_turn(anna)->load(load).changes.at(place).bodyless);
  // The body comes: it is announced once, and not bodyless any more.
  CommitAction body;
  body.bodies.push_back(late);
  const std::uint64_t before = repository.space().position;
  perform(body);
  perform(body);
  CHECK(repository.space().position == before + 1);
  CHECK_FALSE(repository.begin_turn(anna)->load(load).changes.at(place).bodyless);
  read.vouches = false;
  CHECK(repository.read_page(anna, rep("other"), read).vouchers.empty());
}

void check_backups(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  const Caller anna = enrolled(subject, "anna", "educator");
  open_dossier(repository, anna, "d1");
  CHECK(repository.space().covered_position == 0);
  CHECK(repository.note_backup(2).code() == ErrorCode::invalid_argument);
  REQUIRE(repository.note_backup(1).ok());
  CHECK(repository.note_backup(0).ok());
  CHECK(repository.space().covered_position == 1);
  ReadAction read;
  read.bytes_max = 1 << 20;
  read.items_max = 100;
  CHECK(repository.read_page(anna, rep("anna"), read).covered == 1);
}

}  // namespace insieme::testing
