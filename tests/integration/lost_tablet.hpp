#pragma once
// What tests about lost tablets ask: what the server knows of one, and what is left of it.

#include <filesystem>
#include <fstream>
#include <string>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {

inline constexpr int kStorage = 3;

/// What the server knows of the newest device of that name.
inline json::object device_of(const Ambito& at, const std::string& account) {
  json::object newest;
  const json::value all = at.server.admin_json({"device", "list"});
  for (const json::value& one : all.as_array()) {
    if (one.at("account").as_string() == account) newest = one.as_object();
  }
  REQUIRE_FALSE(newest.empty());
  return newest;
}

inline std::string id_of(const json::object& device) { return member(device, "device"); }

inline json::object shown(const Ambito& at, const std::string& id) {
  return at.server.admin_json({"device", "show", id}).as_object();
}

inline std::string step_of(const Ambito& at, const std::string& id) {
  return member(shown(at, id).at("order").as_object(), "step");
}

/// What waits for the coordinator, as one text.
inline std::string inbox(const Ambito& at) {
  at.carla.ok({"sync"});
  return json::serialize(at.carla.ask({"inbox"}));
}

inline bool is_gone(const Terminal& who) {
  for (const char* end : {"", "-wal", "-shm", ".key", ".pin", ".generation"}) {
    if (std::filesystem::exists(who.store() + end)) return false;
  }
  return true;
}

inline void wipe(const Ambito& at, const std::string& id) {
  at.server.admin({"device", "wipe", id, "--reason", "perso in autobus"});
}

/// Nothing is left on Anna's tablet, and the server knows.
inline void check_destroyed(const Ambito& at, const std::string& id) {
  CHECK(is_gone(at.anna));
  CHECK(step_of(at, id) == "destroyed");
}

/// The folder into which the operator took what was handed over sealed.
inline std::string escrow_of(const Ambito& at, const std::string& id) {
  const std::string folder = (at.folder.path() / "consegna").string();
  at.server.admin({"device", "escrow", id, "--out", folder});
  return folder;
}

/// Anna attaches a photo of so many bytes to the visit.
inline void attach_photo(const Ambito& at, std::size_t bytes) {
  const std::string face = at.folder.file("foto.jpg");
  std::ofstream(face, std::ios::binary) << std::string(bytes, 'f');
  at.anna.ok({"attach", at.visit, "files", face});
}

}  // namespace insieme::testing
