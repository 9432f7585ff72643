#include "storage/reauthor.hpp"

#include <algorithm>

#include "insieme/sync/closure.hpp"
#include "insieme/sync/dossier_mark.hpp"
#include "storage/elsewhere.hpp"
#include "storage/erasures.hpp"
#include "storage/exchange.hpp"
#include "storage/notices.hpp"
#include "storage/outbox.hpp"
#include "storage/packed.hpp"
#include "storage/settle.hpp"
#include "storage/stand_in.hpp"

namespace insieme::client {
namespace {

struct Unsent {
  std::int64_t document = 0;
  LoggedChange logged;
  sync::VersionVector deps;  ///< in full, as it was authored
  bool stands_in = false;    ///< somebody else's late work, accepted here
  bool elsewhere = false;    ///< the server has the same work under another name
  bool kept = false;         ///< was folded once, and is in the log of no document now
  std::optional<std::int64_t> stands_on;  ///< the row of quarantine that its text goes on from
  std::vector<std::string> texts;  ///< by operation: what a splice was made against
};

/// Changes of one replica in one document that are taken away and get new numbers.
struct Moved {
  std::uint64_t first = UINT64_MAX;  ///< the least seq that moves
  sync::ReplicaId to;
};

/// Documents with folded work that the server has another branch of, once all that was kept of
/// them is answered.
constexpr const char* kLostWork =
    "SELECT document FROM kept k WHERE offered = 2 AND forgotten IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM kept o WHERE o.document = k.document AND o.offered = 1 "
    "AND o.forgotten IS NOT NULL)";

class Reauthor {
 public:
  /// Whether edits of texts keep the text that they were made against, or are carried over.
  enum class Texts : std::uint8_t { keep, carry_over };

  explicit Reauthor(Core& core, Texts texts = Texts::keep)
      : core_(core), documents_(core), texts_(texts) {}

  /// Nothing was ever handed out: all of it under its own replica ids, places and contexts.
  void run_as(const std::string& account) {
    collect();
    for (const auto& [document, ignored] : touched_) take_away(document);
    documents_.flush();
    for (const Unsent& unsent : unsent_) {
      sync::Change change = unsent.logged.change;
      change.header.author = account;
      enter(unsent, unsent.logged.change.header.replica, std::move(change));
    }
    documents_.flush();
  }

  void run(const std::function<void(Documents&)>& between = {}) {
    for (const std::int64_t document : forget_unsent_of_erased(core_)) touched_[document] = true;
    collect();
    collect_kept();
    std::sort(unsent_.begin(), unsent_.end(),
              [](const Unsent& a, const Unsent& b) { return a.logged.n < b.logged.n; });
    for (const Unsent& unsent : unsent_) {
      const auto& act = unsent.logged.change.header.transaction;
      const bool goes = !unsent.elsewhere && unsent.logged.change.ops;
      if (act && goes) ++acts_[act->id];
    }
    core_.mint_replica();
    for (Unsent& unsent : unsent_) renumber(unsent);
    for (const auto& [document, ignored] : touched_) take_away(document);
    documents_.flush();
    // Of what other devices handed over the server may have another branch, too.
    drop_exchanged(core_, documents_);
    if (between) between(documents_);
    elsewhere_.look(core_);
    for (Unsent& unsent : unsent_) author_again(unsent);
    documents_.flush();
  }

 private:
  using Place = std::pair<std::int64_t, sync::ReplicaId>;    ///< document
  using Source = std::pair<sync::ReplicaId, std::uint64_t>;  ///< replica and seq before

  void collect() {
    // On top of what the others have: where that does not come here any more it would be late for
    // ever, and stays as it is until the dossier is given back. Not so the other parts of an act:
    // without those that get new names they would never be a whole one again.
    constexpr const char* kUnsent =
        "state IN (0, 1, 5) AND state <> 1 AND own = 1 AND accepted = 0 AND handed = 0";
    constexpr const char* kComesHere =
        "document IN (SELECT c.n FROM documents c JOIN dossiers d ON d.n = c.dossier WHERE "
        "d.leaving = 0 AND instr(' ' || d.sections || ' ', ' ' || c.section || ' ') <> 0)";
    auto rows = core_.db.prepare(
        std::string("SELECT n, document, stands_on, elsewhere FROM changes WHERE ") + kUnsent +
        " AND (?1 = 0 OR " + kComesHere + " OR act IN (SELECT act FROM changes WHERE " + kUnsent +
        " AND act IS NOT NULL AND " + kComesHere + ")) ORDER BY n");
    rows.bind_all(std::int64_t{texts_ == Texts::carry_over ? 1 : 0});
    while (rows.step()) {
      Unsent unsent;
      unsent.logged.n = rows.get_int64(0);
      unsent.document = rows.get_int64(1);
      if (!rows.is_null(2)) unsent.stands_on = rows.get_int64(2);
      unsent.elsewhere = rows.get_int64(3) != 0;
      touched_[unsent.document] = true;
      unsent_.push_back(std::move(unsent));
    }
    for (const auto& touched : touched_) {
      const std::int64_t document = touched.first;
      sync::DepsWalker walker(&documents_.by_number(document).horizon);
      for_each_change(core_, document, [&](LoggedChange&& logged) {
        const auto& deps = walker.step(logged.change.header);
        for (Unsent& unsent : unsent_) {
          if (unsent.logged.n != logged.n) continue;
          unsent.deps = deps;
          unsent.logged = std::move(logged);
          take_out_of_quarantine(unsent.logged.change);
          if (texts_ == Texts::carry_over) remember_texts(unsent);
          break;
        }
        return true;
      });
    }
  }

  /// What a server held or refused is with nobody, and is offered again as if it had never been.
  void take_out_of_quarantine(sync::Change& change) {
    if (change.ops) return;
    change.ops = quarantined_ops(core_, change.header);
    if (change.ops) leave_quarantine(core_, change.header);
  }

  void collect_kept() {
    auto rows = core_.db.prepare(
        std::string("SELECT n, document, header, body, offered = 2 AND forgotten IS NOT NULL, "
                    "deps FROM kept WHERE header IS NOT NULL AND document IN (") +
        kLostWork + ") ORDER BY n");
    std::map<std::int64_t, sync::DepsWalker> walkers;
    while (rows.step()) {
      Unsent unsent;
      unsent.kept = true;
      unsent.logged.n = rows.get_int64(0);
      unsent.document = rows.get_int64(1);
      unsent.logged.change.header = require(sync::decode_header(rows.get_blob(2)));
      unsent.deps = rows.is_null(5) ? walkers[unsent.document].step(unsent.logged.change.header)
                                    : require(sync::decode_version(rows.get_blob(5)));
      if (rows.get_int64(4) == 0) continue;
      if (!rows.is_null(3)) unsent.logged.change.ops = read_body(rows.get_blob(3));
      unsent_.push_back(std::move(unsent));
    }
  }

  /// Work of others, accepted or taken over, goes on standing under an id of its own.
  void renumber(Unsent& unsent) {
    const sync::ChangeHeader& header = unsent.logged.change.header;
    unsent.stands_in = is_stand_in(core_, header) || !is_own(core_, header.replica);
    Moved& moved = moved_[{unsent.document, header.replica}];
    moved.first = std::min(moved.first, header.seq);
    moved.to = unsent.stands_in
                   ? stand_in_for(core_.identity.replica, sync::first_name(header).replica)
                   : core_.identity.replica;
    if (unsent.elsewhere) elsewhere_.add(unsent.document, unsent.logged.change);
    if (!unsent.logged.change.ops || unsent.elsewhere) return;
    renumbered_[{unsent.document, moved.to}].emplace_back(header.replica, header.seq);
  }

  [[nodiscard]] const sync::TextState* text_of(const Unsent& unsent, const sync::Operation& op) {
    const sync::DocumentId& id = unsent.logged.change.header.document;
    const LoadedRecord& record =
        documents_.records().load(unsent.document, id, op.type, op.record);
    const sync::FieldState* field = record.state.field(op.field);
    return field == nullptr ? nullptr : &field->text;
  }

  void remember_texts(Unsent& unsent) {
    if (!unsent.logged.change.ops) return;
    for (const sync::Operation& op : *unsent.logged.change.ops) {
      const bool splices = std::holds_alternative<sync::SpliceOp>(op.action);
      const sync::TextState* text = splices ? text_of(unsent, op) : nullptr;
      unsent.texts.push_back(
          text == nullptr ? std::string()
                          : text->text_at(op.context ? *op.context : unsent.deps));
    }
  }

  /// The others' edits since then and this one are merged; it has seen them now.
  void carry_over(const Unsent& unsent, const std::string& before, sync::Operation& op,
                  sync::SpliceOp& splice) {
    const sync::TextState* now = text_of(unsent, op);
    splice.splices = sync::rebase_splices(before, splice.splices,
                                          now == nullptr ? std::string() : now->text());
    op.context.reset();
  }

  /// Whether the edit of a text was carried over to the text as it is now.
  bool carry_over(const Unsent& unsent, std::size_t index, const OpenDocument& document,
                  sync::Operation& op) {
    auto* splice = std::get_if<sync::SpliceOp>(&op.action);
    if (splice == nullptr) return false;
    if (!unsent.kept) {
      if (texts_ != Texts::carry_over) return false;
      carry_over(unsent, unsent.texts[index], op, *splice);
      return true;
    }
    // Its own past is gone from here; what of it has come back is the text that it was made in.
    if (texts_ != Texts::carry_over && op.context->covers(document.horizon.version())) return false;
    const sync::TextState* now = text_of(unsent, op);
    carry_over(unsent, now == nullptr ? std::string() : now->text_at(*op.context), op, *splice);
    return true;
  }

  /// The document without its unsent changes: log, frontier and records. What other devices handed
  /// over may stand on them; it comes again by what is carried.
  void take_away(std::int64_t n) {
    for (const Unsent& unsent : unsent_) {
      if (unsent.document != n) continue;
      core_.db.cached("DELETE FROM changes WHERE n = ?").bind_all(unsent.logged.n).run();
    }
    OpenDocument& document = documents_.by_number(n);
    static_cast<void>(forget_exchanged(core_, document));
    documents_.retrace(document);
  }

  /// Where an operation of a change that moved stands now.
  [[nodiscard]] sync::Dot new_dot(std::int64_t document, const sync::Dot& dot) const {
    if (const auto there = elsewhere_.follow(document, dot)) return *there;
    const auto at = moved_.find({document, dot.replica});
    if (at == moved_.end() || dot.seq < at->second.first) return dot;
    const auto renumbered = renumbered_.find({document, at->second.to});
    if (renumbered == renumbered_.end()) return dot;
    const std::vector<Source>& sources = renumbered->second;
    const auto found = std::find(sources.begin(), sources.end(), Source(dot.replica, dot.seq));
    if (found == sources.end()) return dot;
    return sync::Dot{at->second.to, static_cast<std::uint64_t>(found - sources.begin()) + 1,
                     dot.op};
  }

  [[nodiscard]] sync::VersionVector translate(std::int64_t document,
                                              const sync::VersionVector& context) const {
    sync::VersionVector out;
    for (const auto& entry : context.entries()) {
      const auto at = moved_.find({document, entry.replica});
      const std::uint64_t stays = at == moved_.end() ? entry.seq : at->second.first - 1;
      out.raise(entry.replica, std::min(entry.seq, stays));
    }
    for (const auto& [place, sources] : renumbered_) {
      if (place.first != document) continue;
      // As far as nothing is named that was not seen: ids of two sources may have become one.
      const auto unseen = std::find_if(sources.begin(), sources.end(), [&](const Source& source) {
        return !context.contains(source.first, source.second);
      });
      out.raise(place.second, static_cast<std::uint64_t>(unseen - sources.begin()));
    }
    elsewhere_.extend(document, context, out);
    return out;
  }

  /// A refund names a spend that has moved; what the author minted for itself is for its new id.
  void move_rights(const Unsent& unsent, sync::Operation& op) const {
    const sync::ReplicaId& author = unsent.logged.change.header.replica;
    if (auto* refund = std::get_if<sync::RefundOp>(&op.action)) {
      refund->spend = new_dot(unsent.document, refund->spend);
    }
    auto* grant = std::get_if<sync::GrantOp>(&op.action);
    if (grant != nullptr && grant->to == author) {
      grant->to = moved_.at({unsent.document, author}).to;
    }
  }

  /// What an author had seen stands in the values of some sets, too. Under the old names it would
  /// cover what another branch wrote under them.
  void move_what_was_seen(const Unsent& unsent, sync::Operation& op) const {
    sync::Value* value = nullptr;
    if (auto* add = std::get_if<sync::AddOp>(&op.action)) value = &add->element;
    if (auto* remove = std::get_if<sync::RemoveOp>(&op.action)) value = &remove->element;
    if (value == nullptr) return;
    if (op.field == sync::kMarksField && op.type == sync::kMarksType) {
      auto mark = sync::mark_of_value(*value);
      if (!mark) return;
      mark->seen = translate(unsent.document, mark->seen);
      *value = sync::mark_value(*mark);
    } else if (op.field == sync::kClosureField || op.field == sync::kKnowingField) {
      auto* bytes = std::get_if<sync::Bytes>(value);
      const auto seen = bytes == nullptr ? Result<sync::VersionVector>(sync::VersionVector{})
                                         : sync::decode_version(bytes->data);
      if (bytes == nullptr || !seen.ok()) return;
      bytes->data = sync::encode_version(translate(unsent.document, *seen));
    }
  }

  void move_decision(const Unsent& unsent, sync::Operation& op) const {
    auto* resolve = std::get_if<sync::ResolveOp>(&op.action);
    if (resolve == nullptr) return;
    for (sync::Dot& dot : resolve->decided) dot = new_dot(unsent.document, dot);
    std::sort(resolve->decided.begin(), resolve->decided.end());
  }

  /// What other devices had handed over went, and comes again from the server. A decision about it
  /// is from here on what it chose; of what only named it nothing is left.
  void forget_unfounded(const OpenDocument& document, std::vector<sync::Operation>& ops) {
    const sync::VersionVector& seen = document.frontier.version();
    const auto is_unseen = [&seen](const sync::Dot& dot) { return !seen.contains(dot); };
    for (auto op = ops.begin(); op != ops.end();) {
      bool stays = true;
      if (auto* resolve = std::get_if<sync::ResolveOp>(&op->action)) {
        auto& decided = resolve->decided;
        const auto unseen = std::remove_if(decided.begin(), decided.end(), is_unseen);
        const bool some = unseen != decided.end();
        decided.erase(unseen, decided.end());
        stays = !some || !decided.empty() || resolve->value.has_value();
        if (some && decided.empty() && resolve->value) {
          op->action = sync::WriteOp{sync::Value(*resolve->value)};
        }
      } else if (const auto* refund = std::get_if<sync::RefundOp>(&op->action)) {
        stays = seen.contains(refund->spend);
      }
      if (!stays) tell_unfounded(document);
      op = stays ? op + 1 : ops.erase(op);
    }
  }

  void tell_unfounded(const OpenDocument& document) {
    const std::string name = sync::to_text(document.id);
    raise_notice(core_,
                 "something that you decided in " + name +
                     " was about work of a colleague that is not here any more: decide again once "
                     "it is",
                 "una decisione presa in " + name +
                     " riguardava il lavoro di un collega che qui non c'è più: va ripresa quando "
                     "torna");
  }

  void author_again(Unsent& unsent) {
    if (unsent.elsewhere) return;
    const OpenDocument& document = documents_.by_number(unsent.document);
    sync::Change change;
    const sync::ChangeHeader& old = unsent.logged.change.header;
    change.header = old;
    // The first name stays, so that a copy of this store that does the same is recognised.
    if (!old.origin) change.header.origin = sync::Origin{old.replica, old.seq};
    change.ops = std::move(unsent.logged.change.ops);
    if (unsent.kept) {
      core_.db.cached("DELETE FROM kept WHERE n = ?").bind_all(unsent.logged.n).run();
    }
    if (!change.ops) return;
    // An act of which the server has a part is not whole without it.
    if (old.transaction && acts_.at(old.transaction->id) != old.transaction->count) {
      change.header.transaction.reset();
    }
    for (std::size_t i = 0; i < change.ops->size(); ++i) {
      sync::Operation& op = (*change.ops)[i];
      if (std::holds_alternative<sync::ErasedOp>(op.action)) continue;
      op.context = translate(unsent.document, op.context ? *op.context : unsent.deps);
      op.context->meet(document.frontier.version());
      if (carry_over(unsent, i, document, op)) continue;
      move_decision(unsent, op);
      move_rights(unsent, op);
      move_what_was_seen(unsent, op);
    }
    forget_unfounded(document, *change.ops);
    if (change.ops->empty()) return;
    enter(unsent, moved_.at({unsent.document, old.replica}).to, std::move(change));
  }

  /// As the next change of this replica.
  void enter(const Unsent& unsent, const sync::ReplicaId& replica, sync::Change change) {
    if (!change.ops) return;
    OpenDocument& document = documents_.by_number(unsent.document);
    document.frontier.fill_next(change.header, replica);
    sync::complete(change, document.key);
    const auto admission = require(documents_.admit(document, change.header));
    require(sync::check_contexts(*change.ops, admission.deps));
    const std::int64_t n =
        documents_.append(document, change, admission, ChangeState::unsent, std::nullopt);
    if (unsent.stands_on) {
      core_.db.cached("UPDATE changes SET stands_on = ? WHERE n = ?")
          .bind_all(*unsent.stands_on, n)
          .run();
    }
  }

  Core& core_;
  Documents documents_;
  Texts texts_;
  Elsewhere elsewhere_;
  std::map<std::int64_t, bool> touched_;
  std::vector<Unsent> unsent_;
  std::map<sync::TransactionId, std::uint32_t> acts_;  ///< how many changes of each are here
  std::map<Place, Moved> moved_;
  std::map<Place, std::vector<Source>> renumbered_;  ///< by new id: in the order of new numbers
};

}  // namespace

namespace {

constexpr const char* kOwnBranch = "1";
constexpr const char* kOtherBranch = "2";

}  // namespace

void note_fork(Core& core) { core.set_setting("forked", kOwnBranch); }

void note_other_branch(Core& core) {
  if (core.setting("forked").value_or("").empty()) core.set_setting("forked", kOtherBranch);
}

bool reauthor_after_fork(Core& core) {
  const std::string forked = core.setting("forked").value_or("");
  if (forked.empty()) return false;
  if (has_unanswered(core)) return false;  // something handed out may yet turn out to be accepted
  Reauthor(core).run();
  core.set_setting("forked", "");
  if (forked == kOtherBranch) {
    raise_notice(core,
                 "a colleague's device had handed over work of which the server has another "
                 "version: yours was put on top of the server's, nothing was lost",
                 "il dispositivo di un collega aveva consegnato lavoro di cui il server ha "
                 "un'altra versione: il tuo è stato messo su quella del server, nulla è andato "
                 "perso");
    return true;
  }
  raise_notice(core,
               "this store is a copy of another one that is in use: it goes on under a new replica "
               "id, nothing was lost",
               "questo archivio è la copia di un altro in uso: continua con un nome suo, nulla è "
               "andato perso");
  return true;
}

void author_as(Core& core, const std::string& account) {
  auto seen = core.db.prepare("UPDATE OR REPLACE seen SET by = ? WHERE by = ?");
  seen.bind_all(account, core.identity.account).run();
  Reauthor(core).run_as(account);
}

void note_late(Core& core) { core.set_setting("late", "1"); }

void reauthor_late(Core& core, const std::function<void(Documents&)>& between) {
  Reauthor(core, Reauthor::Texts::carry_over).run(between);
  core.set_setting("late", "");
  raise_notice(core,
               "this device was away for so long that the others went on without it: its work was "
               "put on top of theirs, nothing was lost",
               "questo dispositivo è mancato così a lungo che gli altri sono andati avanti: il suo "
               "lavoro è stato messo sul loro, nulla è andato perso");
}

bool reauthor_what_waits(Core& core) {
  const bool late = core.setting("late").value_or("") == "1";
  if (!late && !core.db.prepare(kLostWork).step()) return false;
  if (has_unanswered(core)) return false;
  if (late) {
    reauthor_late(core, {});
  } else {
    Reauthor(core).run();
  }
  return true;
}

}  // namespace insieme::client
