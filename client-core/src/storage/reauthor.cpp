#include "storage/reauthor.hpp"

#include <algorithm>

#include "storage/stand_in.hpp"

namespace insieme::client {
namespace {

struct Unsent {
  std::int64_t document = 0;
  LoggedChange logged;
  sync::VersionVector deps;  ///< in full, as it was authored
  bool stands_in = false;    ///< somebody else's late work, accepted here
};

/// Unsent changes of one replica in one document: what is taken away and gets new numbers.
struct Moved {
  std::uint64_t first = 0;  ///< the least seq that moves
  std::uint64_t count = 0;
  sync::ReplicaId to;
};

class Reauthor {
 public:
  explicit Reauthor(Core& core) : core_(core), documents_(core) {}

  void run() {
    collect();
    const sync::ReplicaId before = core_.identity.replica;
    core_.mint_replica();
    // Accepted work of others goes on standing under an id of its own.
    for (Unsent& unsent : unsent_) {
      const sync::ChangeHeader& header = unsent.logged.change.header;
      unsent.stands_in =
          header.origin && header.replica == stand_in_for(before, header.origin->replica);
      moved_[{unsent.document, header.replica}].to =
          unsent.stands_in ? stand_in_for(core_.identity.replica, header.origin->replica)
                           : core_.identity.replica;
    }
    for (const auto& [document, ignored] : touched_) take_away(document);
    for (Unsent& unsent : unsent_) author_again(unsent);
    documents_.flush();
  }

 private:
  using Place = std::pair<std::int64_t, sync::ReplicaId>;

  void collect() {
    auto rows = core_.db.prepare(
        "SELECT n, document FROM changes WHERE own = 1 AND state IN (0, 5) ORDER BY n");
    while (rows.step()) {
      Unsent unsent;
      unsent.logged.n = rows.get_int64(0);
      unsent.document = rows.get_int64(1);
      touched_[unsent.document] = true;
      unsent_.push_back(std::move(unsent));
    }
    for (const auto& touched : touched_) {
      const std::int64_t document = touched.first;
      sync::DepsWalker walker;
      for_each_change(core_, document, [&](LoggedChange&& logged) {
        const auto& deps = walker.step(logged.change.header);
        for (Unsent& unsent : unsent_) {
          if (unsent.logged.n != logged.n) continue;
          unsent.deps = deps;
          Moved& moved = moved_[{document, logged.change.header.replica}];
          if (moved.count++ == 0) moved.first = logged.change.header.seq;
          unsent.logged = std::move(logged);
          break;
        }
        return true;
      });
    }
  }

  /// The document without its unsent changes: log, frontier and records.
  void take_away(std::int64_t n) {
    for (const Unsent& unsent : unsent_) {
      if (unsent.document != n) continue;
      core_.db.cached("DELETE FROM changes WHERE n = ?").bind_all(unsent.logged.n).run();
    }
    OpenDocument& document = documents_.by_number(n);
    document.frontier = {};
    document.dirty = true;
    for_each_change(core_, n, [&](LoggedChange&& logged) {
      const auto admission = require(documents_.admit(document, logged.change.header));
      document.frontier.advance(logged.change.header, admission);
      return true;
    });
    documents_.rebuild(document);
  }

  /// Where an operation of a change that moved stands now.
  [[nodiscard]] sync::Dot new_dot(std::int64_t document, const sync::Dot& dot) const {
    const auto at = moved_.find({document, dot.replica});
    if (at == moved_.end() || dot.seq < at->second.first) return dot;
    return sync::Dot{at->second.to, dot.seq - at->second.first + 1, dot.op};
  }

  [[nodiscard]] sync::VersionVector translate(std::int64_t document,
                                              const sync::VersionVector& context) const {
    sync::VersionVector out;
    for (const auto& entry : context.entries()) {
      const auto at = moved_.find({document, entry.replica});
      if (at == moved_.end() || entry.seq < at->second.first) {
        out.raise(entry.replica, entry.seq);
        continue;
      }
      out.raise(entry.replica, at->second.first - 1);
      out.raise(at->second.to, entry.seq - at->second.first + 1);
    }
    return out;
  }

  void author_again(Unsent& unsent) {
    OpenDocument& document = documents_.by_number(unsent.document);
    sync::Change change;
    const sync::ChangeHeader& old = unsent.logged.change.header;
    change.header = old;
    if (!unsent.stands_in) change.header.origin = sync::Origin{old.replica, old.seq};
    document.frontier.fill_next(change.header, moved_.at({unsent.document, old.replica}).to);
    change.ops = std::move(unsent.logged.change.ops);
    if (!change.ops) return;
    for (sync::Operation& op : *change.ops) {
      op.context = translate(unsent.document, op.context ? *op.context : unsent.deps);
      if (auto* resolve = std::get_if<sync::ResolveOp>(&op.action)) {
        for (sync::Dot& dot : resolve->decided) dot = new_dot(unsent.document, dot);
        std::sort(resolve->decided.begin(), resolve->decided.end());
      }
    }
    sync::complete(change, document.key);
    const auto admission = require(documents_.admit(document, change.header));
    require(sync::check_contexts(*change.ops, admission.deps));
    documents_.append(document, change, admission, ChangeState::unsent, std::nullopt);
  }

  Core& core_;
  Documents documents_;
  std::map<std::int64_t, bool> touched_;
  std::vector<Unsent> unsent_;
  std::map<Place, Moved> moved_;
};

}  // namespace

void note_fork(Core& core) { core.set_setting("forked", "1"); }

bool reauthor_after_fork(Core& core) {
  if (core.setting("forked").value_or("") != "1") return false;
  auto open = core.db.prepare("SELECT 1 FROM changes WHERE own = 1 AND state = 1 LIMIT 1");
  if (open.step()) return false;  // something handed out may yet turn out to be accepted
  Reauthor(core).run();
  core.set_setting("forked", "");
  core.db.cached("INSERT INTO alarms(at_ms, text) VALUES(?, ?)")
      .bind_all(core.platform.now_ms(),
                std::string("this store is a copy of another one that is in use: it goes on under "
                            "a new replica id, nothing was lost"))
      .run();
  return true;
}

}  // namespace insieme::client
