#pragma once
// A tablet in memory: the client machine over a store made of containers, and a network that does
// to it what the test says. A value: a copy is a backup.

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "insieme/sync/client_sync.hpp"
#include "insieme/sync/limits.hpp"
#include "support/builders.hpp"
#include "support/memory_server.hpp"

namespace insieme::testing {

/// What a request meets on its way.
using SendResult = std::variant<ReplyArrived, SendFailed>;
using Network = std::function<SendResult(const std::vector<std::uint8_t>& request)>;

struct RunResult {
  bool done = false;
  Error error{ErrorCode::ok, {}};
  ClientSyncSummary summary;
  std::uint64_t waits = 0;
  std::uint64_t waited_ms = 0;
  std::uint64_t tokens = 0;
  std::uint64_t resets = 0;
};

class MemoryDevice {
 public:
  explicit MemoryDevice(std::string name)
      : name_(std::move(name)), device_(testing::device(name_)), replica_(rep(name_)) {
    std::array<std::uint8_t, 32> seed{};
    std::copy(name_.begin(), name_.end(), seed.begin());
    keys_ = make_key_pair(seed);
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const DeviceId& id() const { return device_; }
  [[nodiscard]] const PublicKey& public_key() const { return keys_.public_key; }
  [[nodiscard]] const SecretKey& secret_key() const { return keys_.secret_key; }
  void set_replica(std::string_view name) { replica_ = rep(name); }

  /// Creates a dossier here: its key goes out with its first change.
  void create(const DossierId& dossier) {
    dossier_keys[dossier] = key_of(name_);
    created.insert(dossier);
  }

  Change write(const DocumentId& id, std::vector<Operation> ops,
               std::optional<Transaction> transaction = {}, std::optional<Origin> origin = {}) {
    stamp_ = next_stamp(stamp_, 0);
    auto change = document(id).author(replica_, stamp_, "user-" + name_, 1, std::move(ops),
                                      transaction, origin);
    INSIEME_ASSERT(change.ok());
    unsent.push_back(*change);
    return *change;
  }

  Document& document(const DocumentId& id) {
    Document& found = documents.try_emplace(id, id, dossier_keys.at(id.dossier)).first->second;
    for (const ErasureOrder& order : erasures) {
      Redaction redaction;
      if (order.dossier == id.dossier && add_order(redaction, order, id.section)) {
        found.erase(redaction);
      }
    }
    return found;
  }

  /// One run from start to end.
  RunResult run(const Network& network) {
    ClientSync machine(ClientIdentity{id_of<SpaceId>("space"), device_, replica_, 1,
                                      keys_.secret_key});
    RunResult result;
    ClientAction action = machine.resume(StartSync{});
    for (std::uint64_t step = 0; step < kStepsMax; ++step) {
      if (auto* done = std::get_if<DoneAction>(&action)) {
        result.done = true;
        result.summary = done->summary;
        return result;
      }
      if (auto* given_up = std::get_if<GiveUpAction>(&action)) {
        result.error = given_up->error;
        result.summary = given_up->summary;
        return result;
      }
      if (fail_at_step != 0 && ++steps_ == fail_at_step) {
        action = machine.resume(StoreFailed{{ErrorCode::storage_failure, "made to fail"}});
      } else {
        action = machine.resume(perform(action, network, result));
      }
    }
    result.error = {ErrorCode::internal, "the run does not end"};
    return result;
  }
  RunResult sync(MemoryServer& server) { return run(direct(server)); }

  /// The network as it should be.
  [[nodiscard]] Network direct(MemoryServer& server) const {
    return [this, &server](const std::vector<std::uint8_t>& request) -> SendResult {
      auto reply = server.turn(device_, request);
      if (reply.ok()) return ReplyArrived{std::move(*reply)};
      const int status = reply.error().code == ErrorCode::unavailable ? 503 : 400;
      return SendFailed{status, reply.error().detail, 0};
    };
  }

  // ---- the store --------------------------------------------------------------------------------
  Cursor cursor;
  std::optional<Backfill> backfill;
  std::map<DossierId, DossierKey> dossier_keys;
  std::set<DossierId> created;
  std::map<DocumentId, Document> documents;
  std::deque<Change> unsent;
  std::vector<Change> own;  ///< settled, to be offered again to a server that lost them
  std::vector<PushResult> fates;  ///< of held, refused and forked ones
  std::vector<Event> events;
  std::vector<Seen> seen;
  std::vector<HeldDecision> decisions;
  std::vector<Error> delivery_errors;
  std::vector<ErasureOrder> erasures;     ///< carried out
  std::vector<ErasureId> erased;          ///< to be confirmed
  std::vector<ErasureOrder> erase;        ///< asked for
  std::vector<ErasureAnswer> answers;     ///< to what was asked for
  std::set<DossierId> revoked;
  std::map<DocumentId, VersionVector> acknowledged;
  std::map<DocumentId, VersionVector> stable;  ///< as the server told
  std::map<DocumentId, std::vector<std::uint8_t>> parts;
  std::uint64_t snapshots = 0;  ///< installed
  bool log_only = false;
  bool folds = true;  ///< what is stable
  std::size_t changes_per_request = kChangesPerMessageMax;
  std::uint64_t fail_at_step = 0;  ///< the store fails instead of doing this step, counted from 1

 private:
  static constexpr std::uint64_t kStepsMax = 200'000;

  ClientInput perform(ClientAction& action, const Network& network, RunResult& result) {
    if (const auto* wanted = std::get_if<GatherAction>(&action)) {
      return GatherDone{gather(wanted->protocol)};
    }
    if (std::holds_alternative<TokenAction>(action)) {
      ++result.tokens;
      return TokenReady{};
    }
    if (const auto* wait = std::get_if<WaitAction>(&action)) {
      ++result.waits;
      result.waited_ms += wait->ms;
      return WaitOver{};
    }
    if (const auto* send = std::get_if<SendAction>(&action)) {
      return std::visit([](auto&& r) { return ClientInput(std::forward<decltype(r)>(r)); },
                        network(send->body));
    }
    if (const auto* apply = std::get_if<ApplyAction>(&action)) {
      store(apply->reply);
      return ApplyDone{!unsent.empty()};
    }
    INSIEME_ASSERT(std::holds_alternative<ResetAction>(action));
    ++result.resets;
    cursor = {};
    backfill.reset();
    unsent.insert(unsent.begin(), own.begin(), own.end());
    own.clear();
    return ApplyDone{!unsent.empty()};
  }

  Gathered gather(std::uint32_t protocol) {
    Gathered gathered;
    gathered.cursor = cursor;
    gathered.backfill = backfill;
    std::set<DossierId> dossiers;
    for (const Change& change : unsent) {
      const bool same_act = !gathered.changes.empty() && change.header.transaction &&
                            gathered.changes.back().header.transaction == change.header.transaction;
      if (gathered.changes.size() >= changes_per_request && !same_act) break;
      gathered.changes.push_back(change);
      const DossierId& dossier = change.header.document.dossier;
      if (created.count(dossier) != 0 && dossiers.insert(dossier).second) {
        gathered.secrets.push_back(DossierSecret{dossier, dossier_keys.at(dossier)});
      }
    }
    gathered.unsent_left = unsent.size() - gathered.changes.size();
    gathered.seen = seen;
    gathered.held_decisions = decisions;
    gathered.log_only = log_only;
    gathered.erased = erased;
    gathered.erase = erase;
    for (const auto& [id, document] : documents) {
      const bool unsent_there =
          std::any_of(unsent.begin(), unsent.end(),
                      [id = id](const Change& c) { return c.header.document == id; });
      const VersionVector& version = document.frontier().version();
      if (unsent_there || granted_.count(id.dossier) == 0 || acknowledged[id] == version) continue;
      gathered.acknowledgements.push_back({id, version});
    }
    limit_to(protocol, gathered);
    told_ = gathered.acknowledgements;
    told_erased_ = !gathered.erased.empty();
    return gathered;
  }

  void store(const SyncReply& reply) {
    for (const PushResult& result : reply.results) settle(result);
    seen.clear();
    decisions.clear();
    if (told_erased_) erased.clear();
    erase.clear();
    answers.insert(answers.end(), reply.erasures.begin(), reply.erasures.end());
    for (const Acknowledgement& one : told_) acknowledged[one.document] = one.version;
    for (const StreamItem& item : reply.items) {
      if (const auto* part = std::get_if<SnapshotPart>(&item.content)) {
        receive(*part);
      } else if (const auto* change = std::get_if<Change>(&item.content)) {
        receive(*change);
      } else {
        receive(std::get<Event>(item.content));
      }
    }
    for (const Acknowledgement& one : reply.stable) {
      stable[one.document] = one.version;
      if (folds) static_cast<void>(document(one.document).compact(one.version));
    }
    cursor = reply.cursor;
    backfill = reply.backfill;
  }

  void receive(const SnapshotPart& part) {
    std::vector<std::uint8_t>& bytes = parts[part.document];
    if (part.offset == 0) bytes.clear();
    INSIEME_ASSERT(bytes.size() == part.offset);
    bytes.insert(bytes.end(), part.bytes.begin(), part.bytes.end());
    if (bytes.size() < part.total) return;
    INSIEME_ASSERT(digest_snapshot(bytes) == part.digest);
    const auto snapshot = decode_snapshot(bytes);
    const auto installed = snapshot.ok() ? document(part.document).install(*snapshot)
                                         : Result<bool>(snapshot.error());
    if (!installed.ok()) delivery_errors.push_back(installed.error());
    if (installed.ok() && *installed) ++snapshots;
    parts.erase(part.document);
  }

  void settle(const PushResult& result) {
    const auto at = std::find_if(unsent.begin(), unsent.end(), [&](const Change& c) {
      return c.header.document == result.document && c.header.replica == result.replica &&
             c.header.seq == result.seq;
    });
    if (at == unsent.end()) return;
    const bool waits = result.verdict == Verdict::deferred && result.code == ErrorCode::not_yet;
    if (waits) return;
    if (result.verdict == Verdict::accepted || result.verdict == Verdict::duplicate) {
      own.push_back(*at);
    } else {
      fates.push_back(result);
    }
    unsent.erase(at);
  }

  void receive(Change change) {
    const DocumentId& id = change.header.document;
    const auto key = dossier_keys.find(id.dossier);
    if (key == dossier_keys.end()) {
      delivery_errors.push_back({ErrorCode::not_found, "a change before its key"});
      return;
    }
    complete(change, key->second);
    const auto delivery = document(id).deliver(std::move(change));
    if (!delivery.ok()) delivery_errors.push_back(delivery.error());
  }

  void receive(const Event& event) {
    events.push_back(event);
    if (const auto* grant = std::get_if<GrantEvent>(&event)) {
      dossier_keys[grant->dossier] = grant->key;
      granted_.insert(grant->dossier);
      revoked.erase(grant->dossier);
    }
    if (const auto* revoke = std::get_if<RevokeEvent>(&event)) revoked.insert(revoke->dossier);
    if (const auto* order = std::get_if<EraseEvent>(&event)) carry_out(order->order);
  }

  void carry_out(const ErasureOrder& order) {
    erased.push_back(order.id);
    erasures.push_back(order);
    for (const auto& [id, here] : documents) {
      if (id.dossier == order.dossier) static_cast<void>(document(id));
    }
    for (Change& change : unsent) take_out(change);
    for (Change& change : own) take_out(change);
  }
  void take_out(Change& change) {
    const DocumentId& id = change.header.document;
    if (documents.count(id) != 0) redact(change, documents.at(id).erased());
  }

  std::string name_;
  DeviceId device_;
  ReplicaId replica_;
  KeyPair keys_;
  Stamp stamp_;
  std::vector<Acknowledgement> told_;
  bool told_erased_ = false;  ///< by the request under way
  std::set<DossierId> granted_;
  std::uint64_t steps_ = 0;
};

inline void enrol(MemoryServer& server, const MemoryDevice& device, bool may_review = false) {
  server.enrol(device.id(), device.public_key(), "user-" + device.name(), may_review);
}

}  // namespace insieme::testing
