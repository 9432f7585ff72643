#pragma once
// A whole world in one process and one thread: tablets, a server, network, disks, clocks, people.
// Everything that happens follows from the script, so the same script is the same run, bit for bit.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "insieme/sync/digest.hpp"
#include "simulation/disks.hpp"
#include "simulation/failure.hpp"
#include "simulation/ledger.hpp"
#include "simulation/office.hpp"
#include "simulation/script.hpp"
#include "simulation/tablet.hpp"

namespace insieme::simulation {

/// What a run did.
struct Tally {
  std::map<std::string, std::uint64_t> acts;    ///< by name; and the refusals, by name and code
  std::map<std::string, std::uint64_t> faults;  ///< injected, by kind
  /// Review items ever open.
  struct Items {
    std::uint64_t seen = 0;
    std::uint64_t disagreed = 0;  ///< two people really meant different things
  };
  std::map<std::string, Items> items;  ///< by kind
  std::uint64_t changes = 0;           ///< in the server's log at the end
  std::uint64_t again = 0;             ///< of them: authored again
  std::uint64_t folded = 0;            ///< on tablets, at the end
  std::uint64_t snapshots = 0;         ///< pieces of them that were sent
  std::uint64_t requests = 0;
  std::uint64_t request_bytes_max = 0;
  std::uint64_t reply_bytes_max = 0;
  std::map<std::string, std::uint64_t> most;  ///< that ever waited on one tablet, and of memory
  std::uint64_t checks = 0;
  void add(const Tally& other);
};

class World {
 public:
  /// `story`: every step as a line, if not null. `files` outlives the world; nothing else of
  /// SQLite may be open meanwhile.
  World(FileSystem& files, const Script& script, std::ostream* story);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Every act, then quiet, then everything is checked. Throws Broken.
  void run();
  [[nodiscard]] const Tally& tally() const noexcept { return tally_; }
  /// Of everything that was done and answered.
  [[nodiscard]] std::string trace_hash() const;
  /// Which act runs, for reports.
  [[nodiscard]] std::size_t step() const noexcept { return step_; }

  // ---- for acts --------------------------------------------------------------------------------
  /// Sends a command until the person sees an answer: after a stop the program starts again and
  /// the same request is repeated. `uncertain` is set if an attempt ended without a clear answer.
  json::object ask(Tablet& tablet, json::object request, bool* uncertain = nullptr);
  /// `ask` for something typed: it stands in the ledger from before the first attempt.
  json::object save(Tablet& tablet, json::object request, std::vector<Typed> typed);
  /// What record.get shows; empty if it is not there.
  json::object get(Tablet& tablet, const std::string& record);
  json::object synchronise(Tablet& tablet);
  /// The requests of one run are counted from here.
  void begin_run() noexcept { posts_of_run_ = 0; }
  void restart(Tablet& tablet, Stop how);
  void reopen(Tablet& tablet);
  /// A further tablet of the same person, with nothing on it.
  Tablet& add_tablet(const Person& person);
  /// With a new invitation. Whether it worked.
  bool enrol(Tablet& tablet);
  void note_fault(const std::string& kind) { ++tally_.faults[kind]; }
  void tell(const std::string& line);

  [[nodiscard]] Office& office() noexcept { return *office_; }
  [[nodiscard]] Ledger& ledger() noexcept { return ledger_; }
  [[nodiscard]] std::vector<std::unique_ptr<Tablet>>& tablets() noexcept { return tablets_; }
  [[nodiscard]] const Script& script() const noexcept { return script_; }
  [[nodiscard]] const Folder& folder() const noexcept { return folder_; }
  [[nodiscard]] std::int64_t& now_ms() noexcept { return now_ms_; }
  /// Told when a request leaves the tablet and when its answer is back there.
  std::function<void(bool away)> on_the_way = [](bool) {};
  Weather weather;
  bool rolled_back = false;  ///< the office worked with an old backup at some time
  bool has_twins = false;            ///< a store was cloned
  std::set<std::string> cloned;      ///< accounts of which one was
  std::uint64_t opened_drafts = 0;
  std::map<std::string, std::set<std::string>> erased_with;  ///< by order: what its part held
  std::vector<std::string> sticks;     ///< files that were ever written for others
  std::set<std::string> lost_tablets;  ///< whose store was replaced by an older one

 private:
  friend class Line;
  struct Late {
    std::size_t tablet = 0;
    client::HttpRequest request;
  };
  Result<client::HttpReply> post(Tablet& tablet, const client::HttpRequest& request);
  client::HttpReply carry(Tablet& tablet, const client::HttpRequest& request);
  void deliver_late();
  void meanwhile(Tablet& tablet);
  void perform(const Act& act);
  void save_beside(Tablet& tablet, const Act& act);
  void check_request(const client::HttpRequest& request);
  void check_reply(Tablet& tablet, const std::vector<std::uint8_t>& body);
  void watch_items(Tablet& tablet);
  void watch_queues(Tablet& tablet);
  void note_disk(const Disk& disk);

  FileSystem& files_;
  Script script_;
  std::ostream* story_;
  Folder folder_;
  std::int64_t now_ms_ = 1'790'000'000'000;  // the autumn of 2026
  Chance network_{0};
  std::unique_ptr<Office> office_;
  std::vector<std::unique_ptr<client::Transport>> lines_;
  std::vector<std::unique_ptr<Tablet>> tablets_;
  Ledger ledger_;
  std::deque<Act> meanwhile_;
  std::vector<Late> late_;
  std::size_t step_ = 0;
  std::uint64_t posts_of_run_ = 0;
  std::set<std::string> items_known_;
  sync::Hasher trace_;
  Tally tally_;
};

/// Lets everything come to rest and checks all that must hold then (checks.cpp). Throws Broken.
void settle_and_check(World& world, Tally& tally);

[[nodiscard]] std::string text_of(const json::object& object, std::string_view key);
[[nodiscard]] bool is_ok(const json::object& reply);
[[nodiscard]] std::string code_of(const json::object& reply);
/// Tokens that a field shows, by its sort.
[[nodiscard]] std::set<std::string> shown_tokens(const json::object& fields,
                                                 const std::string& field, Sort sort);

}  // namespace insieme::simulation
