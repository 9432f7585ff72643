// Pages of the log: whatever their size, the same content, in the same order, nothing split.
#include "fixture.hpp"
#include "insieme/server/verify.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// A small generator of its own: the same sequence everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((state_ >> 33) % bound);
  }

 private:
  std::uint64_t state_;
};

std::vector<StreamItem> read_all(World& world, const MemoryDevice& tablet, std::size_t items_max,
                                 std::size_t bytes_max) {
  std::vector<StreamItem> items;
  ReadAction read{{}, {}, bytes_max, items_max};
  for (int pages = 0; pages < 100'000; ++pages) {
    PageRead page = world.repository->read_page(world.caller(tablet), rep(tablet.name()), read);
    const bool moved = !(page.cursor == read.cursor) || !(page.backfill == read.backfill);
    REQUIRE((moved || !page.more));
    for (std::size_t i = 1; i < page.items.size() && items_max == 1; ++i) {
      // Beyond one item only to keep a transaction together.
      const auto* change = std::get_if<Change>(&page.items[i].content);
      REQUIRE(change != nullptr);
      REQUIRE(change->header.transaction ==
              std::get<Change>(page.items[0].content).header.transaction);
    }
    if (!items.empty() && !page.items.empty()) {
      const auto* last = std::get_if<Change>(&items.back().content);
      const auto* first = std::get_if<Change>(&page.items.front().content);
      const bool split = last != nullptr && first != nullptr && last->header.transaction &&
                         last->header.transaction == first->header.transaction;
      CHECK_FALSE(split);
    }
    items.insert(items.end(), page.items.begin(), page.items.end());
    if (!page.more) {
      CHECK(page.cursor.position == world.repository->space().position);
      CHECK_FALSE(page.backfill.has_value());
      return items;
    }
    read.cursor = page.cursor;
    read.backfill = page.backfill;
  }
  FAIL("the pages do not end");
  return items;
}

/// Several people, dossiers, transactions over two sections, and changing assignments.
void fill(World& world, std::vector<std::unique_ptr<MemoryDevice>>& tablets, Dice& dice) {
  for (const char* name : {"a", "b", "c"}) {
    tablets.push_back(std::make_unique<MemoryDevice>(name));
    world.add(*tablets.back(), "educator");
  }
  int acts = 0;
  for (int round = 0; round < 30; ++round) {
    MemoryDevice& tablet = *tablets[dice.below(tablets.size())];
    const std::string own = "d-" + tablet.name() + std::to_string(dice.below(3));
    if (tablet.created.count(dossier(own)) == 0) tablet.create(dossier(own));
    const std::size_t writes = 1 + dice.below(4);
    for (std::size_t i = 0; i < writes; ++i) {
      std::optional<Transaction> act;
      if (dice.below(2) == 0) {
        act = Transaction{id_of<TransactionId>("act" + std::to_string(++acts)), 2};
      }
      const std::string value(1 + dice.below(400), 'x');
      tablet.write(document_of(own), {set_op("note", value)}, act);
      if (act) tablet.write(document_of(own, "health"), {set_op("note", value)}, act);
    }
    REQUIRE(world.sync(tablet).done);
    const auto dossiers = world.repository->dossiers();
    const auto& any = dossiers[dice.below(dossiers.size())].id;
    const std::string account = "user-" + tablets[dice.below(tablets.size())]->name();
    switch (dice.below(3)) {
      case 0: static_cast<void>(world.repository->unassign(account, any, "test").ok()); break;
      case 1: static_cast<void>(world.repository->assign(account, any, {"core"}).ok()); break;
      default: static_cast<void>(world.repository->assign(account, any, {}).ok()); break;
    }
  }
}

}  // namespace

TEST_CASE("pages: any size gives the same items, and no transaction is split", "[server][page]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3));
  CAPTURE(seed);
  Dice dice(seed);
  World world;
  std::vector<std::unique_ptr<MemoryDevice>> tablets;
  fill(world, tablets, dice);
  MemoryDevice fresh("fresh");
  world.enrol(fresh, "user-" + tablets[dice.below(tablets.size())]->name());
  const auto whole = read_all(world, fresh, 1'000'000, 1U << 30);
  CHECK_FALSE(whole.empty());
  for (const std::size_t items_max : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    CHECK(read_all(world, fresh, items_max, 1U << 30) == whole);
  }
  for (const std::size_t bytes_max : {std::size_t{1}, std::size_t{700}, std::size_t{5000}}) {
    CHECK(read_all(world, fresh, 1'000'000, bytes_max) == whole);
  }
}

TEST_CASE("pages: who is late and who is early end with the same documents", "[server][page]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(11, 12, 13, 14));
  CAPTURE(seed);
  Dice dice(seed);
  World world;
  MemoryDevice early("early");
  world.add(early, "coordinator");
  std::vector<std::unique_ptr<MemoryDevice>> tablets;
  fill(world, tablets, dice);
  MemoryDevice late("late");
  world.add(late, "coordinator");
  REQUIRE(world.sync(early).done);
  REQUIRE(world.sync(late).done);
  const server::VerifyReport report = server::verify_repository(*world.repository, {});
  CHECK(report.faults == std::vector<std::string>{});
  REQUIRE(report.documents.size() == early.documents.size());
  for (const server::VerifiedDocument& document : report.documents) {
    CHECK(early.document(document.document).state_digest() == document.state);
    CHECK(late.document(document.document).state_digest() == document.state);
  }
  CHECK(early.delivery_errors.empty());
  CHECK(late.delivery_errors.empty());
}

TEST_CASE("pages: a backfill whose grant was taken away is given up", "[server][page]") {
  World world;
  MemoryDevice anna("anna");
  MemoryDevice luca("luca");
  world.add(anna);
  world.add(luca);
  anna.create(dossier("d1"));
  for (int i = 0; i < 5; ++i) anna.write(document_of("d1"), {set_op("note", std::int64_t{i})});
  REQUIRE(world.sync(anna).done);
  REQUIRE(world.repository->assign("user-luca", dossier("d1"), {"core"}).ok());
  ReadAction read{{}, {}, 1, 1'000};
  PageRead page = world.repository->read_page(world.caller(luca), rep("luca"), read);
  REQUIRE(page.items.size() == 1);  // the grant
  REQUIRE(page.backfill.has_value());
  REQUIRE(world.repository->unassign("user-luca", dossier("d1"), "no").ok());
  read.cursor = page.cursor;
  read.backfill = page.backfill;
  page = world.repository->read_page(world.caller(luca), rep("luca"), read);
  REQUIRE(page.items.size() == 1);
  CHECK(std::holds_alternative<RevokeEvent>(std::get<Event>(page.items[0].content)));
  CHECK_FALSE(page.more);
}

TEST_CASE("pages: the digests of the last page are those of its documents", "[server][page]") {
  World world;
  MemoryDevice anna("anna");
  MemoryDevice carla("carla");
  world.add(anna);
  world.add(carla, "coordinator");
  anna.create(dossier("d1"));
  anna.write(document_of("d1"), {set_op("note", "one")});
  REQUIRE(world.sync(anna).done);
  const PageRead page = world.repository->read_page(world.caller(carla), rep("carla"),
                                                    ReadAction{{}, {}, 1U << 20, 1'000});
  REQUIRE(page.digests.size() == 1);
  CHECK(page.digests[0].count == 1);
  CHECK(page.digests[0].history == anna.document(document_of("d1")).frontier().history());
}
