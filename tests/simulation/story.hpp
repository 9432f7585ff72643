#pragma once
// A world of two people in which only that happens which a test says.

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "simulation/acts/typing.hpp"
#include "simulation/runner.hpp"
#include "support/catch.hpp"

namespace insieme::simulation {

/// Anna, Bruno, who coordinates, and Carla if there is a third; each with a tablet.
inline Script people(std::size_t count) {
  Script script;
  script.settings.seed = 1;
  script.settings.people = {{"anna", "educator"}, {"bruno", "coordinator"}, {"carla", "educator"}};
  script.settings.people.resize(count);
  for (std::size_t i = 0; i < count; ++i) script.settings.tablets.push_back(i);
  script.settings.waits_for_backup = false;
  return script;
}

/// INSIEME_STORY=1 tells every step.
struct Story {
  explicit Story(const Script& script = people(2))
      : world(file_system(), script, std::getenv("INSIEME_STORY") ? &std::cerr : nullptr) {}

  World world;
  Tally tally;

  Tablet& tablet(std::size_t n) { return *world.tablets()[n]; }
  json::object must(Tablet& on, json::object request) {
    const std::string asked = json::serialize(request);
    json::object reply = world.ask(on, std::move(request));
    if (!is_ok(reply)) FAIL(asked + " → " + json::serialize(reply));
    return reply;
  }
  std::string household(Tablet& on) {
    return text_of(must(on, {{"command", "dossier.create"},
                             {"type", "household"},
                             {"fields", {{"name", "Rossi"}, {"commune", "Bibbiano"}}}})
                       .at("record")
                       .as_object(),
                   "id");
  }
  void rename(Tablet& on, const std::string& record, const std::string& name) {
    must(on, {{"command", "record.save"}, {"record", record}, {"fields", {{"name", name}}}});
  }
  std::string name(Tablet& on, const std::string& record) {
    const json::object shown = world.get(on, record);
    return shown.empty() ? std::string()
                         : text_of(shown.at("fields").at("name").as_object(), "text");
  }
  /// Quiet, and every check of the simulation.
  void rest() {
    try {
      settle_and_check(world, tally);
    } catch (const Broken& broken) {
      FAIL(broken.check() + ": " + broken.what());
    }
  }
  /// The store copied with everything beside it, as a device's image is.
  Tablet& clone(Tablet& from) {
    from.close();
    Tablet& copy = world.add_tablet(from.person());
    std::filesystem::copy_file(from.path(), copy.path());
    std::filesystem::copy_file(from.generation_path(), copy.generation_path());
    world.reopen(from);
    world.reopen(copy);
    return copy;
  }
};

}  // namespace insieme::simulation
