#pragma once
// A sync server in memory: the machine of insieme::sync over a repository made of containers. It
// keeps a log with positions and a hash chain, grants with backfill, held changes, and one
// transaction per turn: a step that fails leaves nothing behind.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "insieme/sync/server_sync.hpp"

namespace insieme::testing {

using namespace insieme::sync;  // NOLINT: a namespace for tests only

struct LogEntry {
  DossierId dossier;
  std::string section;  ///< empty: for the whole dossier
  decltype(StreamItem::content) content;
  std::string account;  ///< only for this one, if not empty
  bool reviewers_only = false;
  Digest log_hash;
  [[nodiscard]] const Change* change() const { return std::get_if<Change>(&content); }
};

struct Assignment {
  std::set<std::string> sections;
  std::uint64_t from_position = 0;
};

/// What a server keeps. A value: a copy is a backup.
struct ServerState {
  std::uint64_t epoch = 1;
  std::vector<LogEntry> log;  ///< position = index + 1
  std::map<DocumentId, Frontier> frontiers;
  std::map<ChangeRef, KnownChange> changes;
  std::map<ChangeRef, Change> held;
  std::map<ChangeRef, ChangeRef> standing;  ///< held with which one
  std::map<DossierId, DossierKey> keys;
  std::map<std::pair<std::string, DossierId>, Assignment> assignments;
  std::map<ReplicaId, DeviceId> replicas;
  std::map<std::pair<DocumentId, std::string>, VersionVector> seen;
  std::map<DocumentId, Redaction> redactions;  ///< what came before stays as it is in this log
  std::map<DocumentId, VersionVector> stable;  ///< set by tests
};

class MemoryServer {
 public:
  struct Account {
    std::string name;
    bool may_review = false;
    PublicKey key;
    bool may_grant = true;
  };

  ServerState state;
  std::map<DeviceId, Account> devices;
  KeyPair keys = make_key_pair({7});  ///< survive what `state` is put back to
  /// The next turn fails at this step: 1 load, 2 commit, 3 read, 4 answer. 0: none.
  int fail_at = 0;
  std::size_t page_bytes_max = SIZE_MAX;
  /// What whoever opens a dossier is granted of it.
  std::set<std::string> sections_of_new{"core", "health"};
  std::uint64_t turns = 0;
  std::uint32_t protocol_max = kProtocolVersion;  ///< less: it is an older program

  void enrol(const DeviceId& device, const PublicKey& key, std::string account,
             bool may_review = false) {
    devices[device] = Account{std::move(account), may_review, key, true};
  }

  void grant(const std::string& account, const DossierId& dossier,
             const std::set<std::string>& sections) {
    GrantEvent event{dossier, {sections.begin(), sections.end()}, state.keys[dossier], false};
    for (const auto& [id, device] : devices) {
      if (device.name == account) event.may_review = event.may_review || device.may_review;
    }
    append(LogEntry{dossier, {}, Event(event), account, false, {}});
    state.assignments[{account, dossier}] = Assignment{sections, state.log.size()};
  }

  void revoke(const std::string& account, const DossierId& dossier, std::string reason) {
    state.assignments.erase({account, dossier});
    append(
        LogEntry{dossier, {}, Event(RevokeEvent{dossier, std::move(reason)}), account, false, {}});
  }

  /// One request, one reply; `unavailable` if a step was made to fail.
  Result<std::vector<std::uint8_t>> turn(const DeviceId& device,
                                         std::span<const std::uint8_t> frame) {
    ++turns;
    const auto account = devices.find(device);
    if (account == devices.end()) return Error{ErrorCode::unauthenticated, "no such device"};
    if (const auto message = decode_message(frame); message.ok()) {
      const auto* request = std::get_if<SyncRequest>(&message.value());
      const bool older = protocol_max < kProtocolVersion;
      if (older && request != nullptr && request->protocol > protocol_max) {
        return Error{ErrorCode::malformed, "bytes after the end"};
      }
    }
    ServerSync machine;
    RequestArrived arrived{{frame.begin(), frame.end()}, device, account->second.key,
                           account->second.may_review, account->second.name,
                           account->second.may_grant, keys};
    ServerAction action = machine.resume(std::move(arrived));
    if (auto* load = std::get_if<LoadAction>(&action)) {
      const LoadAction wanted = *load;
      if (fails(1)) return failed();
      action = machine.resume(loaded(wanted, account->second));
      if (auto* commit = std::get_if<CommitAction>(&action)) {
        if (fails(2)) return failed();
        for (const ReplicaId& replica : wanted.replicas)
          state.replicas.try_emplace(replica, device);
        const CommitAction writes = std::move(*commit);
        action = machine.resume(committed(writes, account->second));
      }
      if (auto* read = std::get_if<ReadAction>(&action)) {
        if (fails(3)) return failed();
        action = machine.resume(page(*read, account->second, wanted.replica));
      }
    }
    if (auto* rejected = std::get_if<RejectAction>(&action)) return rejected->error;
    if (fails(4)) return failed();
    return std::get<AnswerAction>(action).frame;
  }

  /// All changes that this account may see now, in order of positions.
  [[nodiscard]] std::vector<const Change*> visible(const std::string& account) const {
    std::vector<const Change*> changes;
    for (const LogEntry& entry : state.log) {
      const auto at = state.assignments.find({account, entry.dossier});
      if (at == state.assignments.end() || entry.change() == nullptr) continue;
      if (at->second.sections.count(entry.section) != 0) changes.push_back(entry.change());
    }
    return changes;
  }

 private:
  [[nodiscard]] bool fails(int step) {
    if (fail_at != step) return false;
    fail_at = 0;
    return true;
  }
  [[nodiscard]] static Error failed() { return Error{ErrorCode::unavailable, "made to fail"}; }

  [[nodiscard]] Digest hash_at(std::uint64_t position) const {
    return position == 0 ? Digest{} : state.log[static_cast<std::size_t>(position - 1)].log_hash;
  }

  std::uint64_t append(LogEntry entry) {
    Hasher hasher("test log");
    hasher.add(hash_at(state.log.size())).add(entry.dossier.bytes).add(state.epoch);
    if (const Change* change = entry.change()) hasher.add(encode_header(change->header));
    entry.log_hash = hasher.finish();
    state.log.push_back(std::move(entry));
    return state.log.size();
  }

  [[nodiscard]] const Assignment* assignment(const Account& account,
                                             const DossierId& dossier) const {
    const auto at = state.assignments.find({account.name, dossier});
    return at == state.assignments.end() ? nullptr : &at->second;
  }

  [[nodiscard]] Loaded loaded(const LoadAction& load, const Account& account) const {
    Loaded answer;
    answer.epoch = state.epoch;
    const Cursor& cursor = load.cursor;
    answer.cursor_known =
        cursor.position == 0 ||
        (cursor.epoch == state.epoch && cursor.position <= state.log.size() &&
         cursor.log_hash == hash_at(cursor.position));
    for (const ReplicaId& replica : load.replicas) {
      const auto owner = state.replicas.find(replica);
      if (owner != state.replicas.end() && owner->second != load.device) {
        answer.replica_allowed = false;
      }
    }
    for (const DocumentId& document : load.documents) {
      const auto at = state.frontiers.find(document);
      if (at != state.frontiers.end()) answer.frontiers[document] = at->second;
      const auto stable = state.stable.find(document);
      if (stable != state.stable.end()) answer.stable[document] = stable->second;
      const auto erased = state.redactions.find(document);
      if (erased != state.redactions.end()) answer.redactions[document] = erased->second;
    }
    for (const DossierId& dossier : load.dossiers) {
      DossierAccess& access = answer.dossiers[dossier];
      const auto key = state.keys.find(dossier);
      if (key == state.keys.end()) continue;
      access.known = true;
      access.key = key->second;
      if (const Assignment* now = assignment(account, dossier)) {
        access.sections.assign(now->sections.begin(), now->sections.end());
      }
    }
    for (const ChangeRef& ref : load.changes) {
      const auto at = state.changes.find(ref);
      if (at != state.changes.end()) answer.changes[ref] = at->second;
    }
    for (const LogEntry& entry : state.log) {
      const Change* change = entry.change();
      if (change == nullptr) continue;
      for (GrantPlace& place : grants_of(*change)) {
        if (std::binary_search(load.grants.begin(), load.grants.end(), place.change.document)) {
          answer.grants.push_back(std::move(place));
        }
      }
    }
    return answer;
  }

  Committed committed(const CommitAction& commit, const Account& account) {
    for (const DossierSecret& secret : commit.new_dossiers) {
      state.keys[secret.dossier] = secret.key;
      std::set<std::string> accounts{account.name};
      for (const auto& [id, device] : devices) {
        if (device.may_review) accounts.insert(device.name);
      }
      for (const std::string& name : accounts) {
        grant(name, secret.dossier, sections_of_new);
      }
    }
    Committed answer;
    for (const NewChange& fresh : commit.changes) answer.positions.push_back(log_change(fresh));
    for (const NewChange& fresh : commit.changes) {
      if (fresh.verdict == Verdict::held && !fresh.healed) announce_held(fresh);
    }
    for (const Change& change : commit.bodies) {
      const ChangeHeader& header = change.header;
      const ChangeRef ref{header.document, header.replica, header.seq};
      state.held[ref] = change;
      state.changes[ref].bodyless = false;
      announce_held(NewChange{change, {}, Verdict::held, ErrorCode::ok, "again"});
    }
    for (const auto& [document, frontier] : commit.frontiers) state.frontiers[document] = frontier;
    for (const Seen& seen : commit.seen) {
      VersionVector& known = state.seen[{seen.document, seen.by}];
      if (!known.empty() && known.covers(seen.version)) continue;  // told again
      known.merge(seen.version);
      append(LogEntry{seen.document.dossier, seen.document.section, Event(SeenEvent{seen}), {},
                      false, {}});
    }
    for (const HeldDecision& decision : commit.held_decisions) close_held(decision);
    return answer;
  }

  std::uint64_t log_change(const NewChange& fresh) {
    Change change = fresh.change;
    const ChangeHeader& header = change.header;
    const ChangeRef ref{header.document, header.replica, header.seq};
    if (fresh.verdict != Verdict::accepted) {
      if (fresh.verdict == Verdict::held) state.held[ref] = change;
      if (fresh.stands_on) state.standing[ref] = *fresh.stands_on;
      change.ops.reset();
    }
    const std::uint64_t position =
        append(LogEntry{header.document.dossier, header.document.section, change, {}, false, {}});
    state.changes[ref] =
        KnownChange{fresh.id, position, fresh.verdict, fresh.code, fresh.reason, fresh.state, {}};
    state.changes[ref].bodyless = fresh.change.is_hollow();
    return position;
  }

  void announce_held(const NewChange& fresh) {
    const DocumentId& document = fresh.change.header.document;
    append(LogEntry{document.dossier,
                    document.section,
                    Event(HeldEvent{fresh.change, fresh.reason}),
                    {},
                    true,
                    {}});
  }

  void close_held(const HeldDecision& decision) {
    const ChangeRef ref{decision.document, decision.replica, decision.seq};
    const auto at = state.held.find(ref);
    if (at == state.held.end()) return;  // decided already, or never held
    const std::string author = at->second.header.author;
    state.held.erase(at);
    KnownChange& known = state.changes[ref];
    known.decision = decision.accepted ? HeldState::accepted : HeldState::refused;
    known.decision_reason = decision.reason;
    append(LogEntry{decision.document.dossier, {}, Event(HeldClosedEvent{decision}), author, false,
                    {}});
    if (decision.accepted) return;
    for (const ChangeRef& above : standing_on(ref)) {
      HeldDecision same = decision;
      same.replica = above.replica;
      same.seq = above.seq;
      close_held(same);
    }
  }

  [[nodiscard]] std::vector<ChangeRef> standing_on(const ChangeRef& ref) const {
    std::vector<ChangeRef> found;
    for (const auto& [above, below] : state.standing) {
      if (below == ref) found.push_back(above);
    }
    return found;
  }

  [[nodiscard]] Voucher voucher(const DocumentId& document, const Frontier& frontier) const {
    Voucher voucher;
    voucher.document = document;
    for (const auto& [replica, head] : frontier.heads()) {
      voucher.heads.push_back({replica, head.seq, head.id});
    }
    for (const auto& [ref, known] : state.changes) {
      if (!(ref.document == document)) continue;
      const Change* change = state.log[static_cast<std::size_t>(known.position - 1)].change();
      if (!change->is_hollow()) continue;
      const bool held = known.verdict == Verdict::held;
      voucher.hollow.push_back({ref.replica, ref.seq,
                                held ? static_cast<HollowState>(known.decision)
                                     : HollowState::plain});
    }
    return voucher;
  }

  // ---- reading ----------------------------------------------------------------------------------

  struct Page {
    PageRead read;
    std::size_t bytes = 0;
    std::set<DocumentId> documents;
    bool full = false;
  };

  /// False when it does not fit any more. The first thing on a page always fits, and so does the
  /// rest of a transaction.
  static bool put(Page& page, std::uint64_t position, const LogEntry& entry, std::size_t bytes_max,
                  std::size_t items_max) {
    std::size_t size = 100;
    const auto& items = page.read.items;
    bool continues = false;
    if (const Change* change = entry.change()) {
      size = encoded_size(*change);
      const Change* last = items.empty() ? nullptr : std::get_if<Change>(&items.back().content);
      continues = last != nullptr && change->header.transaction &&
                  last->header.transaction == change->header.transaction;
    }
    const bool over = page.bytes + size > bytes_max || items.size() >= items_max;
    if (over && !items.empty() && !continues) {
      page.full = true;
      return false;
    }
    page.bytes += size;
    page.read.items.push_back(StreamItem{position, entry.content});
    if (entry.change() != nullptr) page.documents.insert(entry.change()->header.document);
    return true;
  }

  [[nodiscard]] bool may_see(const LogEntry& entry, std::uint64_t position, const Account& account,
                             const ReplicaId& replica, bool backfill) const {
    if (!entry.account.empty()) return !backfill && entry.account == account.name;
    const Assignment* now = assignment(account, entry.dossier);
    if (now == nullptr || now->sections.count(entry.section) == 0) return false;
    if (entry.reviewers_only && !account.may_review) return false;
    if (backfill) return entry.change() != nullptr;
    if (entry.change() != nullptr && entry.change()->header.replica == replica) return false;
    return now->from_position <= position;
  }

  PageRead page(const ReadAction& read, const Account& account, const ReplicaId& replica) const {
    Page page;
    const std::size_t bytes_max = std::min(read.bytes_max, page_bytes_max);
    std::uint64_t cursor = read.cursor.position;
    std::optional<Backfill> backfill = read.backfill;
    while (!page.full) {
      if (backfill) {
        std::uint64_t& next = backfill->next_position;
        for (; next < backfill->grant_position; ++next) {
          const LogEntry& entry = state.log[static_cast<std::size_t>(next - 1)];
          if (entry.dossier != backfill->dossier) continue;
          if (!may_see(entry, next, account, replica, true)) continue;
          if (!put(page, next, entry, bytes_max, read.items_max)) break;
        }
        if (page.full) break;
        cursor = backfill->grant_position;
        backfill.reset();
      }
      if (cursor == state.log.size()) break;
      const LogEntry& entry = state.log[static_cast<std::size_t>(cursor)];
      if (may_see(entry, cursor + 1, account, replica, false)) {
        if (!put(page, cursor + 1, entry, bytes_max, read.items_max)) break;
        const auto* event = std::get_if<Event>(&entry.content);
        if (event != nullptr && std::holds_alternative<GrantEvent>(*event)) {
          backfill = Backfill{entry.dossier, cursor + 1, 1};
          continue;
        }
      }
      ++cursor;
    }
    page.read.cursor = Cursor{state.epoch, cursor, hash_at(cursor)};
    page.read.backfill = backfill;
    page.read.more = backfill.has_value() || cursor < state.log.size();
    page.read.server_ms = 1;
    if (!page.read.more) {
      for (const DocumentId& document : page.documents) {
        const Frontier& frontier = state.frontiers.at(document);
        page.read.digests.push_back({document, frontier.count(), frontier.history()});
        if (read.vouches) page.read.vouchers.push_back(voucher(document, frontier));
      }
    }
    return std::move(page.read);
  }
};

}  // namespace insieme::testing
