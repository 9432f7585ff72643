#pragma once
// One person's device for tests: a real store, a real engine, the command call; the network is a
// server in memory that can be away, cut off, or forget its tokens.

#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "insieme/client/commands.hpp"
#include "support/memory_server.hpp"

namespace insieme::testing {

namespace json = boost::json;

class DeskPlatform final : public client::Platform {
 public:
  explicit DeskPlatform(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  std::int64_t now_ms() override { return now += 1; }
  std::int64_t steady_ms() override { return steady; }
  void random(std::span<std::uint8_t> bytes) override;
  std::int64_t now = 1'700'000'000'000;
  std::int64_t steady = 0;

 private:
  std::uint64_t state_;
};

/// What stands between a desk and the server in memory.
class Office final : public client::Transport {
 public:
  Result<client::HttpReply> post(const client::HttpRequest& request) override;

  MemoryServer server;
  SpaceId space;
  bool is_down = false;
  /// The server does its work, but its next answers are lost on the way.
  int replies_lost = 0;
  bool tokens_valid = true;
  /// The next challenges are expired, or used up by a repeated request, when they come back signed.
  int challenges_spoiled = 0;
  std::map<std::string, std::string> invitations;  ///< code → account; stays for its device
  std::set<std::string> reviewers;
  std::vector<std::string> calls;  ///< paths, in order
  bool knows_openings = true;      ///< false: a server of an older release
  int openings_lost = 0;           ///< the next answers to them are lost on the way
  std::vector<json::object> openings;  ///< as they were told
  std::string rules_digest;            ///< beside the token; empty: an older release
  std::uint32_t protocol = 0;          ///< beside the token; 0: an older release
  std::vector<json::object> digests;  ///< pages of /v1/digests
  std::string digest_text;            ///< in place of them
  std::vector<client::HttpReply> findings;  ///< the next answers of /v1/findings; none: 404
  KeyPair keys = sync::make_key_pair({1, 2, 3});
  std::string account_shown;  ///< put into the answer to an enrolment by somebody in between

 private:
  client::HttpReply answer(const client::HttpRequest& request);
  client::HttpReply enrol(const json::object& body);
  client::HttpReply take_openings(const json::object& body);
  [[nodiscard]] client::HttpReply digest_page(const std::string& path) const;
  std::map<std::string, DeviceId> tokens_;
  std::map<std::string, PublicKey> used_;
};

/// A folder of its own, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

class Desk {
 public:
  Desk(const Folder& folder, const std::string& name, Office& office);
  void reopen();
  /// The whole reply; fails the test if it is not ok.
  json::object call(json::object request);
  /// The `error` of a request that must not be ok.
  json::object refused(json::object request);
  json::object raw(json::object request);
  void enrol();
  void sync() { call({{"command", "sync.run"}}); }

  [[nodiscard]] client::Commands& commands() { return *commands_; }

  // Short cuts.
  json::object save(const std::string& record, json::object fields,
                    const std::string& version = {});
  json::object get(const std::string& record);
  std::string shown(const std::string& record, const std::string& field);
  std::uint64_t unsent();
  json::array items();

  DeskPlatform platform;
  std::vector<std::uint32_t> waits;
  bool may_wait = true;
  /// What the program carries from the next `reopen` on; must outlive this.
  const schema::Bundle* bundle = &schema::embedded_bundle();
  std::unique_ptr<client::Engine> engine;

 private:
  std::string name_;
  std::string path_;
  Office& office_;
  std::unique_ptr<client::Commands> commands_;
  int requests_ = 0;
};

[[nodiscard]] std::string text(const json::object& object, std::string_view key);
[[nodiscard]] const json::array& list(const json::object& object, std::string_view key);
[[nodiscard]] const json::object& part(const json::object& object, std::string_view key);

/// A household with one visit, made at a desk.
struct Family {
  std::string dossier;
  std::string household;
  std::string visit;
};
Family make_family(Desk& desk);

/// Two colleagues, each with a tablet, and the server between them.
struct TwoDesks {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Desk bruno{folder, "bruno", office};

  void enrol();
  /// Both are given the dossier.
  void share(const std::string& dossier, const std::set<std::string>& sections);
  /// Each has what the other had.
  void meet();
};

}  // namespace insieme::testing
