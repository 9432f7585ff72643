// The log's newest entries in brief: ranges hold all that may concern a person, whatever else was
// written, and pages over them hold the same as pages over the whole log.
#include <algorithm>
#include <set>

#include "fixture.hpp"
#include "storage/log_tail.hpp"
#include "storage/rows.hpp"
#include "storage/sqlite_database.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// What the log says, read row by row.
struct Row {
  std::uint64_t position = 0;
  DossierId dossier;
  server::EntryKind kind{};
  std::string account;
};

std::vector<Row> rows_of(const World& world) {
  const auto db = server::open_sqlite_writer(world.database());
  const auto row = db->walk("SELECT position, dossier, kind, account FROM log ORDER BY position");
  std::vector<Row> rows;
  while (row->step()) {
    rows.push_back({server::u64(row->get_int64(0)), server::get_bytes<DossierId>(*row, 1),
                    static_cast<server::EntryKind>(row->get_int64(2)),
                    std::string(row->get_text(3))});
  }
  return rows;
}

bool is_within(const std::vector<server::LogRange>& ranges, std::uint64_t position) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const server::LogRange& range) {
    return range.first <= position && position <= range.last;
  });
}

/// Several people who write in turn, each in dossiers of their own.
class Village {
 public:
  /// With another `turn` the same people write in another order.
  explicit Village(int turn = 0) : turn_(turn) {
    for (const char* name : {"a", "b", "c", "d"}) {
      tablets.push_back(std::make_unique<MemoryDevice>(name));
      world.add(*tablets.back());
      tablets.back()->create(own(*tablets.back()));
    }
    write(40);
  }
  static DossierId own(const MemoryDevice& tablet) { return dossier("d-" + tablet.name()); }
  void write(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      const auto turn = static_cast<std::size_t>((round + turn_) * 7 % 11);
      MemoryDevice& tablet = *tablets[turn % tablets.size()];
      for (int i = 0; i < 5; ++i) {
        tablet.write(document_of("d-" + tablet.name()), {set_op("note", std::int64_t{++written})});
      }
      REQUIRE(world.sync(tablet).done);
    }
  }

  World world;
  std::vector<std::unique_ptr<MemoryDevice>> tablets;
  std::int64_t written = 0;

 private:
  int turn_;
};

/// All that a device hears from `from` on, and where it ends.
struct Heard {
  std::vector<StreamItem> items;
  sync::Cursor cursor;
};
Heard hear(server::Repository& repository, const server::Caller& caller, const ReplicaId& replica,
           const sync::Cursor& from) {
  Heard heard{{}, from};
  ReadAction read{from, {}, 1U << 20, 100};
  read.erasures = true;
  for (bool more = true; more;) {
    PageRead page = repository.read_page(caller, replica, read);
    heard.items.insert(heard.items.end(), page.items.begin(), page.items.end());
    read.cursor = page.cursor;
    read.backfill = page.backfill;
    more = page.more;
  }
  heard.cursor = read.cursor;
  return heard;
}

/// Whether every entry of Carla's dossier is in what the tail says of this world's log.
bool is_right(server::LogTail& tail, const World& world, std::uint64_t epoch) {
  const auto db = server::open_sqlite_writer(world.database());
  const server::sql::Transaction transaction(*db);
  const server::SpaceInfo space = world.repository->space();
  const DossierId mine = dossier("d-c");
  const auto ranges = tail.concerning(*db, 1, {epoch, space.position, space.log_hash}, 0, "user-c",
                                      {&mine, 1});
  REQUIRE(ranges.has_value());
  const std::vector<Row> rows = rows_of(world);
  return std::all_of(rows.begin(), rows.end(), [&](const Row& row) {
    return row.dossier != mine || is_within(*ranges, row.position);
  });
}

}  // namespace

TEST_CASE("log tail: ranges hold every entry of one's dossiers and all that one is told",
          "[server][page][P4]") {
  Village village;
  World& world = village.world;
  REQUIRE(world.repository->assign("user-a", Village::own(*village.tablets[1]), {"core"}).ok());
  village.write(10);
  REQUIRE(world.repository->unassign("user-a", Village::own(*village.tablets[1]), "no").ok());
  village.write(10);
  const std::vector<Row> rows = rows_of(world);
  const server::SpaceInfo space = world.repository->space();
  REQUIRE(rows.size() == space.position);
  const auto db = server::open_sqlite_writer(world.database());
  const std::vector<DossierId> mine{Village::own(*village.tablets[0])};
  server::LogTail tail;
  for (std::uint64_t after = 0; after <= space.position; after += 17) {
    const server::sql::Transaction transaction(*db);
    const auto ranges = tail.concerning(*db, 1, {space.epoch, space.position, space.log_hash},
                                        after, "user-a", mine);
    REQUIRE(ranges.has_value());
    std::uint64_t covered = 0;
    for (const server::LogRange& range : *ranges) {
      CHECK(range.first > after);
      CHECK(range.last <= space.position);
      covered += range.last - range.first + 1;
    }
    for (const Row& row : rows) {
      if (row.position <= after) continue;
      const bool told = !server::is_change(row.kind) && row.account == "user-a";
      if (told || row.dossier == mine[0]) CHECK(is_within(*ranges, row.position));
    }
    if (after == 0) CHECK(covered < rows.size() / 2);
  }
}

TEST_CASE("log tail: it goes on with what others logged, and forgets a log that was replaced",
          "[server][page][P12]") {
  server::LogTail tail;
  Village village;
  CHECK(is_right(tail, village.world, 1));
  village.write(12);
  CHECK(is_right(tail, village.world, 1));
  // As long as the other, with other entries: a restore raises the epoch.
  Village restored(3);
  restored.write(12);
  REQUIRE(restored.world.repository->space().position ==
          village.world.repository->space().position);
  CHECK(is_right(tail, restored.world, 2));
  // Longer, in the same epoch: its hash does not follow.
  village.write(12);
  CHECK(is_right(tail, village.world, 2));
}

TEST_CASE("log tail: a log that lost entries and went on otherwise is read anew, in the same epoch",
          "[server][page][P2]") {
  server::LogTail tail;
  Village village;
  village.write(12);
  CHECK(is_right(tail, village.world, 1));
  // As a replica has it that was promoted without the last entries and was written on: as long as
  // what is known, and shorter.
  Village promoted(3);
  promoted.write(12);
  REQUIRE(promoted.world.repository->space().position ==
          village.world.repository->space().position);
  CHECK(is_right(tail, promoted.world, 1));
  CHECK(is_right(tail, village.world, 1));
  const Village shorter(5);
  CHECK(is_right(tail, shorter.world, 1));
}

TEST_CASE("log tail: who stands too far back is told to walk, and its size is bounded",
          "[server][page]") {
  Village village;
  const auto db = server::open_sqlite_writer(village.world.database());
  const server::SpaceInfo space = village.world.repository->space();
  const std::vector<DossierId> mine{Village::own(*village.tablets[0])};
  server::LogTail tail(64);
  const server::sql::Transaction transaction(*db);
  const auto asked = [&](std::uint64_t after) {
    return tail.concerning(*db, 1, {space.epoch, space.position, space.log_hash}, after, "user-a",
                           mine);
  };
  REQUIRE(space.position > 100);
  CHECK_FALSE(asked(0).has_value());
  CHECK_FALSE(asked(space.position - 33).has_value());
  CHECK(asked(space.position - 32).has_value());
  CHECK(asked(space.position) == std::vector<server::LogRange>{});
}

TEST_CASE("log tail: a page over ranges hears what a page over the whole log hears",
          "[server][page][P4]") {
  Village village;
  World& world = village.world;
  const MemoryDevice& tablet = *village.tablets[0];
  const auto everything = hear(*world.repository, world.caller(tablet), rep("other"), {});
  const DossierId other = Village::own(*village.tablets[3]);
  village.write(20);
  REQUIRE(world.repository->assign("user-a", other, {"core"}).ok());
  village.write(20);
  // Few entries at a time are simply read; here one request passes over all of them at once.
  const Heard late = hear(*world.repository, world.caller(tablet), rep("other"), everything.cursor);
  std::set<std::uint64_t> positions;
  for (const StreamItem& item : late.items) positions.insert(item.position);
  std::set<std::uint64_t> expected;
  for (const Row& row : rows_of(world)) {
    const bool mine = row.dossier == Village::own(tablet) || row.dossier == other;
    const bool older = row.position <= everything.cursor.position;
    if (!mine || (older && row.dossier != other) || !server::is_change(row.kind)) continue;
    expected.insert(row.position);
  }
  for (const std::uint64_t position : expected) {
    CAPTURE(position);
    CHECK(positions.count(position) == 1);
  }
  CHECK(late.cursor.position == world.repository->space().position);
  for (const StreamItem& item : late.items) {
    if (const auto* change = std::get_if<Change>(&item.content)) {
      const DossierId& of = change->header.document.dossier;
      CHECK((of == Village::own(tablet) || of == other));
    }
  }
}

TEST_CASE("log tail: after a revocation nothing of the dossier comes, and the revocation does",
          "[server][page][P4]") {
  Village village;
  World& world = village.world;
  const MemoryDevice& tablet = *village.tablets[0];
  const DossierId other = Village::own(*village.tablets[1]);
  REQUIRE(world.repository->assign("user-a", other, {"core"}).ok());
  const Heard before = hear(*world.repository, world.caller(tablet), rep("other"), {});
  village.write(20);
  // The tail knows these entries as some of a dossier that was theirs.
  CHECK_FALSE(
      hear(*world.repository, world.caller(tablet), rep("other"), before.cursor).items.empty());
  REQUIRE(world.repository->unassign("user-a", other, "moved").ok());
  const Heard after = hear(*world.repository, world.caller(tablet), rep("other"), before.cursor);
  bool revoked = false;
  for (const StreamItem& item : after.items) {
    if (const auto* change = std::get_if<Change>(&item.content)) {
      CHECK_FALSE(change->header.document.dossier == other);
    } else if (const auto* event = std::get_if<Event>(&item.content)) {
      const auto* gone = std::get_if<RevokeEvent>(event);
      revoked = revoked || (gone != nullptr && gone->dossier == other);
    }
  }
  CHECK(revoked);
}

TEST_CASE("log tail: an order to erase reaches who held the dossier once", "[server][page][P4]") {
  Village village;
  World& world = village.world;
  const MemoryDevice& tablet = *village.tablets[0];
  MemoryDevice carla("carla");
  MemoryDevice dora("dora");
  world.add(carla, "coordinator");
  world.add(dora, "coordinator");
  const DossierId other = Village::own(*village.tablets[1]);
  REQUIRE(world.repository->assign("user-a", other, {"core"}).ok());
  REQUIRE(world.repository->unassign("user-a", other, "moved").ok());
  const Heard before = hear(*world.repository, world.caller(tablet), rep("other"), {});
  village.write(20);
  const ErasureOrder order{id_of<ErasureId>("order"), other, {{"", {}}}, "art. 17 GDPR"};
  REQUIRE(world.repository->propose_erasure(order, "user-carla").ok());
  REQUIRE(world.repository->confirm_erasure(order.id, "user-dora").ok());
  const Heard after = hear(*world.repository, world.caller(tablet), rep("other"), before.cursor);
  const bool told = std::any_of(after.items.begin(), after.items.end(), [&](const auto& item) {
    const auto* event = std::get_if<Event>(&item.content);
    const auto* erase = event != nullptr ? std::get_if<EraseEvent>(event) : nullptr;
    return erase != nullptr && erase->order.dossier == other;
  });
  CHECK(told);
}
