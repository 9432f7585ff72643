#pragma once
// A tablet of a simulated world: the real store, engine and commands on a simulated disk, under a
// clock that its owner may have set to anything.

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "insieme/client/commands.hpp"
#include "insieme/sync/protocol.hpp"
#include "simulation/disks.hpp"
#include "simulation/script.hpp"

namespace insieme::simulation {

namespace json = boost::json;

/// What a tablet believes about the time.
struct Clock {
  std::int64_t offset_ms = 0;
  std::int64_t drift_ppm = 0;
  std::int64_t since_ms = 0;  ///< true time from which the drift counts
};

class TabletPlatform final : public client::Platform {
 public:
  TabletPlatform(const std::int64_t& world_ms, std::uint64_t seed)
      : world_ms_(world_ms), chance_(seed) {}
  std::int64_t now_ms() override {
    return world_ms_ + clock.offset_ms + (world_ms_ - clock.since_ms) * clock.drift_ppm / 1'000'000;
  }
  std::int64_t steady_ms() override { return world_ms_; }
  void random(std::span<std::uint8_t> bytes) override { chance_.fill(bytes); }
  Clock clock;

 private:
  const std::int64_t& world_ms_;
  Chance chance_;
};

/// A form that somebody opened and has not saved: what it showed and the version of that.
struct Form {
  std::string record;
  std::string type;
  std::string dossier;
  std::string version;
  json::object fields;  ///< as record.get gave them
};

class Tablet {
 public:
  /// `transport` outlives the tablet.
  Tablet(std::string name, Person person, const Folder& folder, std::uint64_t seed,
         const std::int64_t& world_ms, client::Transport& transport, client::Waiter waiter);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const Person& person() const noexcept { return person_; }
  [[nodiscard]] Disk& disk() noexcept { return disk_; }
  [[nodiscard]] const schema::Bundle& bundle() const { return bundle_of(age); }
  [[nodiscard]] client::Store& store() { return engine_->store(); }
  [[nodiscard]] bool is_open() const noexcept { return commands_ != nullptr; }
  [[nodiscard]] client::StoreOptions options() {
    return {path(), key, &bundle(), &platform, fold_from};
  }
  [[nodiscard]] std::string path() const { return disk_.folder() + "/store.db"; }
  [[nodiscard]] std::string generation_path() const { return path() + ".generation"; }

  /// Opens the store, or makes it.
  Status open();
  /// The program ends in order.
  void close();
  /// A second program opens the same store while the first one stays where it is; the disk does
  /// not stop meanwhile. False if it could not open it.
  [[nodiscard]] bool push_program();
  void pop_program();
  /// Everything of the program is gone; the disk is revived.
  void crash(Stop how, Chance& chance);
  /// The reply; nothing if the tablet stopped on the way.
  [[nodiscard]] std::optional<json::object> call(const json::object& request);

  TabletPlatform platform;
  std::vector<Form> forms;
  std::map<std::string, Form> drafts;  ///< by id, with what was shown at opening; survive stops
  bool reachable = true;               ///< false: no network where the tablet is
  bool revoked = false;                ///< the office took this device off its list
  bool busy = false;                   ///< a synchronisation is under way
  std::uint64_t requests = 0;
  client::StoreKey key{};
  std::int64_t fold_from = client::StoreOptions{}.fold_from;
  Age age = Age::present;  ///< of the program's bundle
  /// The newest version of the protocol that its program speaks.
  std::uint32_t protocol_max = sync::kProtocolVersion;

 private:
  std::string name_;
  Person person_;
  Disk disk_;
  client::Transport& transport_;
  client::Waiter waiter_;
  std::unique_ptr<client::Engine> engine_;
  std::unique_ptr<client::Commands> commands_;
  std::unique_ptr<client::Engine> first_engine_;  ///< while a second program works
  std::unique_ptr<client::Commands> first_commands_;
};

}  // namespace insieme::simulation
