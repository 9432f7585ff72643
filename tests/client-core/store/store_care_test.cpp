#include <filesystem>

#include "faulty_vfs.hpp"
#include "store_fixture.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

struct OneTablet {
  StoreFolder folder;
  Tablet anna{folder, "anna", 1};
  sync::DossierId dossier = anna.new_dossier();
  sync::DocumentId core{dossier, "core"};
  sync::RecordId id = anna.new_record();
};

}  // namespace

TEST_CASE("a wrong key opens nothing and harms nothing", "[store]") {
  OneTablet t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Segreto"))}));
  t.anna.store.reset();
  auto options = t.anna.options();
  options.key[0] ^= 1;
  const auto opened = client::Store::open(options);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == ErrorCode::wrong_key);
  CHECK(bytes_of(t.anna.path).find("Segreto") == std::string::npos);
  t.anna.reopen();
  CHECK(t.anna.values(t.core, "member", t.id, "surname").size() == 1);
}

TEST_CASE("a restored store has a new replica id and merges with the original", "[store][P2]") {
  OneTablet t;
  Relay relay;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Uno"))}));
  const std::string backup = t.folder.file("backup.db");
  must(t.anna.store->backup(backup));
  CHECK(t.anna.store->backup(backup).code() != ErrorCode::ok);
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Due"))}));
  relay.sync(t.anna);

  Tablet again(t.folder, "again", 9);
  again.store.reset();
  std::filesystem::remove(again.path);
  must(client::Store::restore(backup, again.options()));
  again.store = must(client::Store::open(again.options()));
  CHECK(again.store->identity().replica != t.anna.store->identity().replica);
  CHECK(again.values(t.core, "member", t.id, "surname").size() == 1);
  must(again.save(t.core, {write_op(t.id, "member", "surname", std::string("Due"))}));
  for (int i = 0; i < 2; ++i) {
    relay.sync(again);
    relay.sync(t.anna);
  }
  const auto a = must(t.anna.store->verify());
  const auto b = must(again.store->verify());
  CHECK(a.problems == std::vector<std::string>{});
  CHECK(a.states.at(0).state == b.states.at(0).state);
  CHECK(t.anna.values(t.core, "member", t.id, "surname").size() == 1);
  CHECK(must(t.anna.store->open_items({})).items.empty());
}

TEST_CASE("a store file that was copied or put back writes under a new replica id", "[store][P2]") {
  OneTablet t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Uno"))}));
  const auto replica = t.anna.store->identity().replica;
  t.anna.store.reset();
  const std::string copy = t.folder.file("copy.db");
  std::filesystem::copy_file(t.anna.path, copy);
  t.anna.reopen();
  CHECK(t.anna.store->identity().replica == replica);
  t.anna.store.reset();
  std::filesystem::copy_file(copy, t.anna.path, std::filesystem::copy_options::overwrite_existing);
  t.anna.reopen();
  CHECK(t.anna.store->identity().replica != replica);
  CHECK(t.anna.values(t.core, "member", t.id, "surname").size() == 1);
}

TEST_CASE("a full disk refuses a save in words and keeps what was saved before", "[store][P2]") {
  FaultyVfs disk;
  StoreFolder folder;
  Tablet anna(folder, "anna", 1);
  const auto dossier = anna.new_dossier();
  const sync::DocumentId core{dossier, "core"};
  const auto id = anna.new_record();
  must(anna.save(core, {write_op(id, "member", "surname", std::string("Prima"))}));
  for (int n = 1; n <= 6; ++n) {
    disk.arm(FileCall::write, n, FileFault::disk_full, FaultLife::until_disarmed);
    const Status full = anna.save(
        core, {write_op(id, "member", "surname", std::string(20'000, 'x') + std::to_string(n))});
    disk.disarm();
    if (!full.ok()) {
      CHECK(full.code() == ErrorCode::storage_full);
      CHECK(full.error().detail.find("no room") != std::string::npos);
    }
  }
  must(anna.save(core, {write_op(id, "member", "surname", std::string("Dopo"))}));
  anna.reopen();
  const auto values = anna.values(core, "member", id, "surname");
  REQUIRE(values.size() == 1);
  CHECK(sync::equal(values[0], std::string("Dopo")));
  CHECK(must(anna.store->verify()).problems == std::vector<std::string>{});
  anna.store.reset();
}

TEST_CASE("a store of a newer schema is refused and left as it is", "[store]") {
  OneTablet t;
  t.anna.store.reset();
  {
    sqlite::OpenOptions open;
    open.path = t.anna.path;
    open.key = key_of(7);
    auto db = sqlite::Connection::open(open);
    db.execute("PRAGMA user_version = 99");
  }
  const auto opened = client::Store::open(t.anna.options());
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == ErrorCode::storage_newer);
}

TEST_CASE("two programs on one store take turns and lose nothing", "[store][P2]") {
  OneTablet t;
  auto second = must(client::Store::open(t.anna.options()));
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Uno"))}));
  must(second->once("two", 1, [&](client::Writer& writer) -> Result<std::string> {
    INSIEME_TRY(writer.add(t.core, {write_op(t.id, "member", "sex", std::string("f"))}));
    return std::string();
  }));
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Tre"))}));
  CHECK(must(t.anna.store->history({t.core, "member", t.id})).size() == 3);
  CHECK(must(second->verify()).problems == std::vector<std::string>{});
}

TEST_CASE("two programs that synchronise one store at once: the slower reply is not a twin's work",
          "[store][P2]") {
  StoreFolder folder;
  Relay relay;
  Tablet anna(folder, "anna", 1);
  const sync::DocumentId core{anna.new_dossier(), "core"};
  const auto record = anna.new_record();
  const auto digest = [&](sync::SyncReply reply) {
    const auto report = must(anna.store->verify());
    for (const auto& state : report.states) {
      reply.digests.push_back({state.document, state.count, state.history});
    }
    return reply;
  };
  must(anna.save(core, {write_op(record, "household", "name", std::string("Rossi"))}));
  relay.sync(anna);
  const auto replica = anna.store->identity().replica;
  // One asks; meanwhile the other sends what is new and has its answer first.
  const auto gathered = must(anna.store->gather({1 << 20, 2'000}));
  const auto slow = digest(relay.answer(gathered, replica));
  must(anna.save(core, {write_op(record, "household", "name", std::string("Rossi Bianchi"))}));
  {
    auto other = must(client::Store::open(anna.options()));
    const auto theirs = must(other->gather({1 << 20, 2'000}));
    must(other->note_sent());
    must(other->apply(relay.answer(theirs, replica)));
  }
  must(anna.store->apply(slow));
  CHECK(anna.store->identity().replica == replica);
  CHECK(must(anna.store->status()).unsent == 0);
  CHECK(must(anna.store->history({core, "household", record})).size() == 2);
  CHECK(relay.log().size() == 2);
}

TEST_CASE("two copies of one store that both worked on lose nothing and count nothing twice",
          "[store][P2][P3]") {
  OneTablet t;
  Relay relay;
  must(t.anna.save(t.core, {{t.id, "voucher", "used", sync::IncrementOp{1}, {}}}));
  relay.sync(t.anna);
  must(t.anna.save(t.core, {{t.id, "voucher", "used", sync::IncrementOp{10}, {}}}));
  t.anna.store.reset();
  // The whole folder was copied, with the file that would have told.
  Tablet copy(t.folder, "copied", 9);
  copy.store.reset();
  const auto overwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(t.anna.path, copy.path, overwrite);
  std::filesystem::copy_file(t.anna.path + ".generation", copy.path + ".generation", overwrite);
  copy.store = must(client::Store::open(copy.options()));
  t.anna.reopen();
  REQUIRE(copy.store->identity().replica == t.anna.store->identity().replica);

  must(t.anna.save(t.core, {write_op(t.id, "voucher", "number", std::string("A"))}));
  must(copy.save(t.core, {{t.id, "voucher", "used", sync::IncrementOp{100}, {}}}));
  must(copy.save(t.core, {write_op(t.id, "voucher", "number", std::string("B"))}));
  for (int i = 0; i < 3; ++i) {
    relay.sync(t.anna);
    relay.sync(copy);
  }
  CHECK(copy.store->identity().replica != t.anna.store->identity().replica);
  const auto a = must(t.anna.store->verify());
  const auto c = must(copy.store->verify());
  CHECK(a.problems == std::vector<std::string>{});
  CHECK(c.problems == std::vector<std::string>{});
  CHECK(a.states.at(0).state == c.states.at(0).state);
  CHECK(sync::counter_total(*t.anna.read(t.core, "voucher", t.id).state.field("used")) == 111);
  CHECK(t.anna.values(t.core, "voucher", t.id, "number").size() == 2);
  CHECK(must(copy.store->status()).unsent == 0);
}

TEST_CASE("an identity that another program left damaged is told at every use, never half taken",
          "[store][P2]") {
  OneTablet t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Uno"))}));
  const auto replica = t.anna.store->identity().replica;
  sqlite::OpenOptions open;
  open.path = t.anna.path;
  open.key = key_of(7);
  auto db = sqlite::Connection::open(open);
  db.execute(
      "UPDATE settings SET value = '0102' WHERE name = 'server_key';"
      "UPDATE settings SET value = '00000000000000000000000000000001' WHERE name = 'replica';"
      "UPDATE settings SET value = CAST(value AS INTEGER) + 1 WHERE name = 'identity_version'");
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(t.anna.store->status().ok());
    CHECK_FALSE(
        t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Due"))}).ok());
    CHECK(t.anna.store->identity().replica == replica);
  }
  const std::string whole(64, '0');
  db.prepare("UPDATE settings SET value = ? WHERE name = 'server_key'").bind_all(whole).run();
  must(t.anna.store->status());
  CHECK(t.anna.store->identity().replica != replica);
}
