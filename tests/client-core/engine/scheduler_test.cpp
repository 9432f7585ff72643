#include "insieme/client/scheduler.hpp"

#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using client::Scheduler;
using client::SyncEnd;
using client::SyncReason;
using client::SyncState;

constexpr client::SchedulerSettings kSettings{100, 1'000, 60'000, 500, 4'000};

/// Draws the ceiling, so that what is planned is known.
Scheduler make() {
  return Scheduler(kSettings, [](std::int64_t ceiling) { return ceiling; });
}

TEST_CASE("scheduler: nothing is planned before enrolment, then at once", "[scheduler]") {
  Scheduler scheduler = make();
  scheduler.on_saved(0);
  CHECK(scheduler.plan().state == SyncState::idle);
  CHECK_FALSE(scheduler.is_due(1'000'000));
  scheduler.on_enrolled(10);
  CHECK(scheduler.is_due(10));
}

TEST_CASE("scheduler: saves that follow each other go together, but not for ever", "[scheduler]") {
  Scheduler scheduler = make();
  scheduler.on_enrolled(0);
  CHECK(scheduler.try_start(0));
  scheduler.on_end(SyncEnd::complete, 0);
  scheduler.on_saved(1'000);
  CHECK(scheduler.plan().reason == SyncReason::saved);
  CHECK(scheduler.plan().due_ms == 1'100);
  scheduler.on_saved(1'050);
  CHECK(scheduler.plan().due_ms == 1'150);
  for (std::int64_t now = 1'100; now <= 3'000; now += 50) scheduler.on_saved(now);
  CHECK(scheduler.plan().due_ms == 2'000);
}

TEST_CASE("scheduler: never two runs at once; what was saved meanwhile goes afterwards",
          "[scheduler]") {
  Scheduler scheduler = make();
  scheduler.on_enrolled(0);
  CHECK(scheduler.try_start(0));
  CHECK(scheduler.plan().state == SyncState::running);
  CHECK_FALSE(scheduler.try_start(1));
  CHECK_FALSE(scheduler.is_due(1'000'000));
  scheduler.on_saved(5);
  scheduler.on_end(SyncEnd::complete, 10);
  CHECK(scheduler.plan().reason == SyncReason::saved);
  CHECK(scheduler.plan().due_ms == 110);
}

TEST_CASE("scheduler: without anything new it looks from time to time", "[scheduler]") {
  Scheduler scheduler = make();
  scheduler.on_enrolled(0);
  CHECK(scheduler.try_start(0));
  scheduler.on_end(SyncEnd::complete, 50);
  CHECK(scheduler.plan().reason == SyncReason::period);
  CHECK(scheduler.plan().due_ms == 60'050);
}

TEST_CASE("scheduler: after failures it waits longer each time, up to a limit", "[scheduler]") {
  Scheduler scheduler = make();
  scheduler.on_enrolled(0);
  for (const std::int64_t ceiling : {500, 1'000, 2'000, 4'000, 4'000, 4'000}) {
    CHECK(scheduler.try_start(0));
    scheduler.on_end(SyncEnd::failed, 0);
    CHECK(scheduler.plan().state == SyncState::backing_off);
    CHECK(scheduler.plan().due_ms == ceiling);
  }
  // A save does not hammer a server that is away, a success forgets the failures.
  scheduler.on_saved(10);
  CHECK(scheduler.plan().due_ms == 4'000);
  CHECK(scheduler.try_start(4'000));
  scheduler.on_end(SyncEnd::complete, 4'000);
  CHECK(scheduler.plan().state == SyncState::planned);
}

TEST_CASE("scheduler: offline it waits for the network, whose return ends the wait",
          "[scheduler]") {
  Scheduler scheduler = make();
  scheduler.on_enrolled(0);
  CHECK(scheduler.try_start(0));
  scheduler.on_end(SyncEnd::failed, 0);
  scheduler.on_network(false, 10);
  CHECK(scheduler.plan().state == SyncState::offline);
  CHECK_FALSE(scheduler.is_due(1'000'000));
  scheduler.on_network(true, 20);
  CHECK(scheduler.plan().reason == SyncReason::network);
  CHECK(scheduler.plan().due_ms == 120);
}

TEST_CASE("scheduler: a person who asks goes ahead of every wait", "[scheduler]") {
  Scheduler scheduler = make();
  scheduler.on_enrolled(0);
  CHECK(scheduler.try_start(0));
  scheduler.on_end(SyncEnd::refused, 0);
  CHECK(scheduler.plan().state == SyncState::stopped);
  scheduler.on_asked(5);
  CHECK(scheduler.is_due(5));
  CHECK(scheduler.try_start(5));
  scheduler.on_asked(6);
  scheduler.on_end(SyncEnd::complete, 9);
  CHECK(scheduler.plan().reason == SyncReason::asked);
  CHECK(scheduler.is_due(9));
}

TEST_CASE("scheduler: the server's refusal stops runs, not work", "[scheduler][P1]") {
  Scheduler scheduler = make();
  scheduler.on_enrolled(0);
  CHECK(scheduler.try_start(0));
  scheduler.on_end(SyncEnd::refused, 0);
  CHECK_FALSE(scheduler.is_due(1'000'000));
  scheduler.on_enrolled(7);
  CHECK(scheduler.is_due(7));
}

}  // namespace
}  // namespace insieme::testing
