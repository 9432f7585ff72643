#pragma once
// Everything that the chapters of the demonstration share.

#include <map>
#include <string>
#include <vector>

#include "chance.hpp"
#include "facts.hpp"
#include "page.hpp"
#include "people.hpp"
#include "insieme/processes/process.hpp"
#include "insieme/processes/proxy.hpp"
#include "tablet.hpp"

namespace insieme::demo {

inline constexpr const char* kAnna = "anna.ferri";
inline constexpr const char* kBruno = "bruno.sala";
inline constexpr const char* kSara = "sara.monti";
inline constexpr const char* kCarla = "carla.rinaldi";

/// A household as it stands in the stores.
struct Family {
  std::string name;
  std::string dossier;
  std::map<std::string, std::string> records;  ///< `@name` of the load → id
  [[nodiscard]] const std::string& id(const std::string& record) const {
    return records.at(record);
  }
};

/// A place where two people meet: what is watched before and after.
struct Watched {
  std::string what;  ///< for people: «Acquarossa · condizione abitativa»
  std::string english;
  std::string record;
  std::string field;  ///< empty: whether the record is active
};

struct Programs {
  std::string server;
  std::string cli;
};

struct World {
  World(Page& page_, Programs programs_, std::string folder_, std::uint64_t seed);

  Page& page;
  Programs programs;
  std::string folder;
  Chance chance;
  processes::Proxy network;
  processes::Running server;
  std::uint16_t server_port = 0;

  Tablet anna;
  Tablet bruno;
  Tablet bruno_old;  ///< the one that was broken and is found again
  Tablet sara;
  Tablet carla;

  std::vector<Household> households;
  std::vector<Family> families;  ///< in the order of `households`
  std::string project;           ///< dossier
  std::string network_dossier;
  std::string stakeholder;  ///< about whom two people disagree
  std::vector<Watched> watched;
  Facts facts;

  [[nodiscard]] std::string data_dir() const { return folder + "/server"; }
  /// The four people's stores; with the one that was found again: five.
  [[nodiscard]] std::vector<Tablet*> tablets();
  [[nodiscard]] std::vector<Tablet*> all_tablets();

  void start_server();
  void stop_server();
  /// Runs `insieme-server` with these arguments; throws StoryFailed when it does not succeed.
  std::string admin(std::vector<std::string> arguments);
  json::value admin_json(std::vector<std::string> arguments);
  /// Runs `insieme` on a tablet's store, as that person would, and quotes what it prints.
  void show_cli(Tablet& tablet, const std::vector<std::string>& arguments, std::size_t lines_max);
};

// The chapters, in order.
void enrol_everybody(World& world);
void load_project(World& world);
void go_offline(World& world);
void work_offline(World& world);
void come_back(World& world);
void reconcile(World& world);
void bring_decisions_back(World& world);
void close_project(World& world);

/// Everybody synchronises `rounds` times in a random order over connections that are cut.
void sync_everybody(World& world, int rounds);
/// What a store shows of something watched: `—` if it does not hold it.
[[nodiscard]] std::string seen_by(Tablet& tablet, const Watched& watched);
void print_watched(World& world);
/// One synchronisation to its end, its first connections cut after so many bytes each.
SyncRun sync_cut(World& world, Tablet& tablet, const std::vector<std::size_t>& cut_after);
/// `42.869,00`
[[nodiscard]] std::string euros(std::int64_t cents);

}  // namespace insieme::demo
