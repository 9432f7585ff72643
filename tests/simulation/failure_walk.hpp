#pragma once
// One operation, failed at its n-th point in each way, on the tablet or on the server: the walk
// over its points, and what must hold after each.

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "simulation/acts.hpp"
#include "simulation/failing_memory.hpp"
#include "simulation/story.hpp"

namespace insieme::simulation {

namespace fs = std::filesystem;

enum class Way : std::uint8_t { disk, power, program_memory, sqlite_memory };
inline constexpr Way kWays[] = {Way::disk, Way::power, Way::program_memory, Way::sqlite_memory};
enum class Where : std::uint8_t { tablet, server };
inline std::string name_of(Where where, Way way) {
  static const char* const kNames[] = {"call of the disk", "write before the power goes",
                                       "allocation", "allocation of SQLite"};
  const char* const whose = where == Where::tablet ? "" : " at the server";
  return kNames[static_cast<std::size_t>(way)] + std::string(whose);
}

/// Records with what they show.
using Picture = std::map<std::string, std::string>;

/// What they show, whatever they are called.
inline std::multiset<std::string> shown_in(const Picture& picture) {
  std::multiset<std::string> shown;
  for (const auto& [record, text] : picture) shown.insert(text);
  return shown;
}

inline Picture picture_of(World& world, Tablet& tablet) {
  Picture picture;
  for (const Found& found : records_of(tablet)) {
    const json::object shown = world.get(tablet, found.record);
    std::string& text = picture[found.record];
    for (const auto& field : shown.at("fields").as_object()) {
      text += std::string(field.key()) + "=" + text_of(field.value().as_object(), "text") + "; ";
    }
  }
  return picture;
}

/// A tablet's files, to begin again from.
class Image {
 public:
  void take(Tablet& tablet) {
    tablet.close();
    saved_ = fs::path(tablet.disk().folder()).string() + "-image";
    fs::remove_all(saved_);
    fs::copy(tablet.disk().folder(), saved_, fs::copy_options::recursive);
  }
  void put_back(Tablet& tablet) const {
    tablet.close();
    for (const auto& file : fs::directory_iterator(tablet.disk().folder())) {
      tablet.disk().forget(file.path().string());
      fs::remove_all(file.path());
    }
    fs::copy(saved_, tablet.disk().folder(), fs::copy_options::recursive);
  }

 private:
  std::string saved_;
};

/// One operation on the tablet of a story.
struct Operation {
  const char* name;
  std::size_t tablet;
  void (*prepare)(Story& story);
  /// Whether the program says that it is done.
  bool (*perform)(Story& story, Tablet& tablet);
  /// What tells that it happened: not there before, there afterwards.
  bool (*has_happened)(Story& story, Tablet& tablet);
  bool on_server = false;   ///< the server's disk and memory fail in turn, too
  bool has_memory = true;   ///< nobody else's memory is in the way
};

/// A file beside the server's database that a backup does not hold: what is ordered stays ordered.
inline std::string ledger_of(Story& story) {
  return story.world.office().disk().folder() + "/erasures.ledger";
}

class Walk {
 public:
  explicit Walk(const Operation& operation) : operation_(operation) {
    operation_.prepare(story_);
    story_.world.office().back_up();
    ledger_ = bytes_of(ledger_of(story_));
    before_ = picture_of(story_.world, tablet());
    age_ = tablet().age;
    image_.take(tablet());
    begin_again();
    REQUIRE_FALSE(operation_.has_happened(story_, tablet()));
    REQUIRE(operation_.perform(story_, tablet()));
    REQUIRE(operation_.has_happened(story_, tablet()));
    after_ = finish();
    // Each one's memory fails while it is at work, and not while the other one is.
    story_.world.on_the_way = [this](bool away) { pause_memory(away == is_tablet()); };
  }

  /// Every n, or some of them.
  void run(Where where, Way way, std::size_t points) {
    where_ = where;
    const std::size_t total = count(way);
    const std::size_t step = points == 0 ? 1 : std::max<std::size_t>(total / points, 1);
    std::size_t tried = 0;
    for (std::size_t nth = 1; nth <= total; nth += step) {
      INFO(operation_.name << ": " << name_of(where, way) << " " << nth << " of " << total);
      try_one(way, nth);
      ++tried;
    }
    std::cout << operation_.name << ": " << tried << " of " << total << ", the n-th "
              << name_of(where, way) << '\n';
  }

 private:
  Tablet& tablet() { return story_.tablet(operation_.tablet); }
  Office& office() { return story_.world.office(); }
  [[nodiscard]] bool is_tablet() const { return where_ == Where::tablet; }
  Disk& disk() { return is_tablet() ? tablet().disk() : office().disk(); }

  static std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void begin_again() {
    std::ofstream(ledger_of(story_), std::ios::binary | std::ios::trunc) << ledger_;
    office().restore_backup();
    image_.put_back(tablet());
    tablet().age = age_;
    story_.world.reopen(tablet());
  }

  Picture finish() {
    for (int time = 0; time < 4; ++time) {
      if (operation_.perform(story_, tablet())) return picture_of(story_.world, tablet());
    }
    FAIL(operation_.name << " does not end");
    return {};
  }

  void arm(Way way, std::size_t nth) {
    switch (way) {
      case Way::disk:
        return disk().fail_at(nth);
      case Way::power:
        return disk().stop_at(nth);
      case Way::program_memory:
        arm_memory(Memory::program, nth);
        break;
      case Way::sqlite_memory:
        arm_memory(Memory::sqlite, nth);
        break;
    }
    pause_memory(!is_tablet());  // the server's turn comes
  }

  /// How many calls of this kind the operation makes.
  std::size_t count(Way way) {
    begin_again();
    constexpr std::size_t kNever = 1ULL << 40;
    arm(way, kNever);
    REQUIRE(operation_.perform(story_, tablet()));
    disarm_memory();
    std::size_t total = allocations();
    if (way == Way::disk) total = kNever - disk().fails_in();
    if (way == Way::power) total = kNever - disk().stops_in();
    disk().calm();
    return total;
  }

  void try_one(Way way, std::size_t nth) {
    begin_again();
    bool done = false;
    arm(way, nth);
    try {
      done = operation_.perform(story_, tablet());
    } catch (const std::bad_alloc&) {
    } catch (const Broken& broken) {
      // Of a server without memory its answer, which is none, is all that can be asked for.
      if (is_tablet()) FAIL(broken.check() + ": " + broken.what());
    } catch (const server::StorageFailure&) {
      REQUIRE_FALSE(is_tablet());
    }
    disarm_memory();
    pause_memory(false);
    if (!is_tablet()) start_the_server_again(nth);
    if (tablet().disk().stopped()) {
      done = false;
      Chance chance(nth);
      tablet().crash(Stop::power, chance);
    }
    tablet().disk().calm();
    tablet().close();
    story_.world.reopen(tablet());
    check_sound();
    const Picture now = picture_of(story_.world, tablet());
    for (const auto& [record, shown] : before_) {
      const auto at = now.find(record);
      const auto after = after_.find(record);
      if (at == now.end()) {
        CHECK(after == after_.end());  // erased
        continue;
      }
      CHECK((at->second == shown || (after != after_.end() && at->second == after->second)));
    }
    if (done) CHECK(shown_in(now) == shown_in(after_));
    CHECK(shown_in(finish()) == shown_in(after_));
    check_sound();
  }

  void start_the_server_again(std::size_t nth) {
    office().disk().calm();
    Chance chance(nth);
    office().restart(Stop::kill, chance);
    REQUIRE(office().repository().integrity_check() == "ok");
  }

  void check_sound() {
    const auto report = tablet().store().verify();
    REQUIRE(report.ok());
    for (const std::string& problem : report->problems) FAIL_CHECK(problem);
  }

  Operation operation_;
  Story story_;
  Image image_;
  Where where_ = Where::tablet;
  std::string ledger_;
  Age age_ = Age::present;
  Picture before_;
  Picture after_;
};

}  // namespace insieme::simulation
