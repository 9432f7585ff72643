// What must hold when everything has come to rest.
#include <algorithm>
#include <map>

#include "insieme/server/verify.hpp"
#include "insieme/sync/limits.hpp"
#include "simulation/acts/typing.hpp"
#include "simulation/checks.hpp"
#include "simulation/log_reader.hpp"

namespace insieme::simulation {
namespace {

constexpr int kRoundsMax = 12;

std::uint64_t number_of(const json::object& object, std::string_view key) {
  return std::strtoull(text_of(object, key).c_str(), nullptr, 10);
}

}  // namespace

std::vector<sync::Change> aside_on(Tablet& tablet) {
  std::vector<sync::Change> changes;
  const auto aside = tablet.store().quarantine();
  demand(aside.ok(), "store is sound", tablet.name());
  for (const client::Quarantined& one : aside.value()) changes.push_back(one.change);
  const auto unsent = tablet.store().gather({sync::kMessageBytesTarget, 2'000});
  demand(unsent.ok(), "store is sound", tablet.name());
  changes.insert(changes.end(), unsent->changes.begin(), unsent->changes.end());
  return changes;
}

namespace {

class Rest {
 public:
  Rest(World& world, Tally& tally) : world_(world), tally_(tally) {}

  void run() {
    make_peace();
    converge();
    delivered_ = world_.office().read_log();
    check_server();
    check_stores();
    check_receipts();
    if (upgrade()) check_stores();
    check_ledger();
    check_shared();
    tally_.changes = changes_;
    tally_.again = delivered_.changes_again;
  }

 private:
  void make_peace() {
    world_.tell("peace");
    world_.weather = {};
    world_.office().disk().calm();
    world_.office().free_disk = 1ULL << 40;
    world_.office().clock_offset_ms = 0;
    for (const auto& tablet : world_.tablets()) {
      tablet->disk().calm();
      tablet->reachable = true;
      world_.reopen(*tablet);
      const client::Identity& self = tablet->store().identity();
      // A server that was put back does not know who came after its backup: they are invited again.
      const bool is_known = world_.office().repository().find_caller(self.device).has_value();
      if ((self.is_enrolled() && is_known) || tablet->revoked) continue;
      demand(world_.enrol(*tablet), "enrolment works", tablet->name());
    }
  }

  /// Everybody synchronises until nobody has anything new.
  void converge() {
    for (int round = 1; round <= kRoundsMax; ++round) {
      bool quiet = true;
      for (const auto& tablet : world_.tablets()) {
        if (tablet->revoked) continue;
        const json::object reply = world_.synchronise(*tablet);
        ++tally_.checks;
        if (!is_ok(reply)) {
          demand(round < kRoundsMax, "everything comes to rest",
                 tablet->name() + ": " + json::serialize(reply));
          quiet = false;
          world_.now_ms() += 60'000;
          continue;
        }
        const bool idle = number_of(reply, "sent") == 0 && number_of(reply, "received") == 0;
        quiet = quiet && idle && number_of(reply, "unsent") == 0;
        last_[tablet->name()] = json::serialize(reply);
      }
      if (quiet) return;
    }
    std::string all;
    for (const auto& [name, reply] : last_) all += "\n  " + name + " " + reply;
    throw Broken("everything comes to rest",
                 "after " + std::to_string(kRoundsMax) + " rounds" + all);
  }

  void check_server() {
    const server::VerifyReport report = server::verify_repository(world_.office().repository(), {});
    const auto& faults = report.records_ok() ? report.audit_faults : report.faults;
    demand(report.ok(), "server is sound", faults.empty() ? "" : faults.front());
    for (const server::VerifiedDocument& document : report.documents) {
      server_[document.document] = document;
      changes_ += document.count;
    }
    ++tally_.checks;
  }

  /// Every program becomes the present one. Whether one was not.
  bool upgrade() {
    bool some = false;
    for (const auto& tablet : world_.tablets()) {
      const bool speaks_all = tablet->protocol_max == sync::kProtocolVersion;
      if (tablet->age != Age::former && speaks_all) continue;
      some = true;
      tablet->close();
      if (tablet->age == Age::former) tablet->age = Age::present;
      tablet->protocol_max = sync::kProtocolVersion;
      world_.reopen(*tablet);
    }
    return some;
  }

  void check_stores() {
    tally_.folded = 0;
    for (const auto& tablet : world_.tablets()) check_store(*tablet);
    check_documents();
    check_items();
    check_findings(world_, states_);
  }

  void check_store(Tablet& tablet) {
    const auto report = tablet.store().verify();
    demand(report.ok(), "store is sound", tablet.name());
    demand(report->problems.empty(), "store is sound",
           tablet.name() + ": " + (report->problems.empty() ? "" : report->problems.front()));
    ++tally_.checks;
    tally_.folded += report->folded;
    if (!tablet.revoked) states_[&tablet] = report->states;
  }

  /// Nothing waits to be sent, so no receipt says that.
  void check_receipts() {
    for (const auto& [tablet, ignored] : states_) {
      const json::object reply = world_.ask(*tablet, {{"command", "receipts"}, {"all", true}});
      demand(is_ok(reply), "receipts are true", tablet->name());
      for (const json::value& line : reply.at("receipts").as_array()) {
        ++tally_.checks;
        const std::string receipt = text_of(line.as_object(), "receipt");
        demand(receipt != "saved_here" && receipt != "sent", "receipts are true",
               tablet->name() + " " + json::serialize(line));
      }
    }
  }

  /// Every document a tablet may see, it has, byte for byte; and no other.
  void check_documents() {
    const auto dossiers = world_.office().repository().dossiers();
    for (const auto& [tablet, states] : states_) {
      std::set<sync::DocumentId> may;
      for (const server::DossierInfo& dossier : dossiers) {
        for (const auto& assignment : dossier.assignments) {
          if (assignment.to_position || assignment.account != tablet->person().account) continue;
          for (const std::string& section : assignment.sections) may.insert({dossier.id, section});
        }
      }
      std::map<sync::DocumentId, client::VerifyReport::DocumentState> held;
      for (const auto& state : states) {
        if (state.count != 0) held[state.document] = state;
      }
      for (const auto& [id, state] : held) {
        ++tally_.checks;
        demand(may.count(id) != 0, "a replica holds only what it may see",
               tablet->name() + " holds " + sync::to_text(id));
        const auto there = server_.find(id);
        demand(there != server_.end() && there->second.count == state.count &&
                   there->second.history == state.history && there->second.state == state.state,
               "replicas converge",
               tablet->name() + ", " + sync::to_text(id) + ": " + std::to_string(state.count) +
                   " changes here, " +
                   (there == server_.end() ? "none" : std::to_string(there->second.count)) +
                   " at the server" +
                   (there != server_.end() && there->second.history == state.history
                        ? ", of one history"
                        : ""));
      }
      for (const auto& [id, document] : server_) {
        if (may.count(id) == 0 || document.count == 0) continue;
        demand(held.count(id) != 0, "replicas converge",
               tablet->name() + " lacks " + sync::to_text(id));
      }
    }
  }

  /// Whoever holds a document has the same open items about it, if their programs know the same.
  void check_items() {
    using Known = std::pair<std::string, std::set<std::string>>;  // who, and what they have
    std::map<std::pair<sync::DocumentId, bool>, Known> known;
    for (const auto& [tablet, states] : states_) {
      std::map<sync::DocumentId, std::set<std::string>> here;
      for (const auto& state : states) {
        if (state.count != 0) here[state.document];
      }
      client::ItemQuery all;
      all.limit = 1'000;
      const auto items = tablet->store().open_items(all);
      demand(items.ok(), "items are equal", tablet->name());
      demand(items->total == items->items.size(), "items can all be shown", tablet->name());
      for (const client::OpenItem& open : items->items) {
        here[open.ref.document].insert(open.id + (open.item.contested ? "!" : ""));
      }
      for (const auto& [document, ids] : here) {
        ++tally_.checks;
        const auto [at, is_new] = known.try_emplace(
            {document, tablet->age == Age::former}, tablet->name(), ids);
        demand(is_new || at->second.second == ids, "items are equal",
               tablet->name() + " and " + at->second.first + " differ about " +
                   sync::to_text(document));
      }
    }
  }

  [[nodiscard]] bool is_among(const Typed& typed, const std::set<std::string>& tokens,
                              const std::set<std::string>& removed,
                              const std::set<std::int64_t>& amounts) const {
    if (typed.amount != 0) return amounts.count(typed.amount) != 0;
    const std::string& sign = typed.evidence.empty() ? typed.token : typed.evidence;
    if (!sign.empty()) return tokens.count(sign) != 0;
    return std::all_of(typed.replaced.begin(), typed.replaced.end(),
                       [&](const std::string& token) { return removed.count(token) != 0; });
  }

  [[nodiscard]] bool is_in_log(const Typed& typed) const {
    return is_among(typed, delivered_.tokens, delivered_.removed, delivered_.amounts);
  }

  /// On a tablet of the person: in a change that it cannot send, or in its quarantine.
  [[nodiscard]] bool is_kept_aside(const Typed& typed) {
    for (const auto& tablet : world_.tablets()) {
      if (tablet->person().account != typed.person) continue;
      Delivered kept;
      for (const sync::Change& change : aside_on(*tablet)) {
        if (change.ops) collect_tokens(*change.ops, true, kept);
      }
      if (is_among(typed, kept.aside, kept.removed_aside, kept.amounts_aside)) return true;
    }
    return false;
  }

  void check_ledger() {
    const Erased erased(world_);
    for (const Typed& typed : world_.ledger().typed()) {
      ++tally_.checks;
      if (erased.covers(typed.place)) continue;
      const bool there = is_in_log(typed);
      demand(!typed.void_ || !there || typed.token.empty() || !typed.evidence.empty(),
             "what was refused is not saved", typed.token + " at " + to_text(typed.place));
      if (!typed.acknowledged || there) continue;
      const Tablet& typed_on = *world_.tablets()[typed.tablet];
      if (world_.lost_tablets.count(typed_on.name()) != 0) continue;
      // Told to nobody else by a server that forgot it, and still on a device that may not come.
      if (world_.rolled_back && typed_on.revoked) continue;
      demand(is_kept_aside(typed), "no acknowledged save is lost",
             (typed.sort == Sort::amount ? std::to_string(typed.amount) : typed.token) +
                 " typed by " + typed.person + " on tablet-" + std::to_string(typed.tablet) +
                 " at " + to_text(typed.place));
    }
    for (const auto& [place, expected] : world_.ledger().expected(delivered_)) {
      if (!erased.covers(place)) check_field(expected);
    }
    std::vector<Tablet*> tablets;
    for (const auto& [tablet, ignored] : states_) tablets.push_back(tablet);
    check_erased(world_, tablets, delivered_, erased);
  }

  void check_shared() {
    std::vector<Tablet*> tablets;
    for (const auto& [tablet, ignored] : states_) tablets.push_back(tablet);
    Missing missing;
    missing.refunds = missing.all_grants = !world_.lost_tablets.empty();
    for (const auto& tablet : world_.tablets()) {
      for (const sync::Change& change : aside_on(*tablet)) {
        for (const sync::Operation& op : change.ops.value_or(std::vector<sync::Operation>())) {
          missing.refunds =
              missing.refunds || std::holds_alternative<sync::RefundOp>(op.action);
          if (std::holds_alternative<sync::GrantOp>(op.action)) {
            missing.grants.insert(sync::to_text(op.record));
          }
        }
      }
    }
    check_units(world_, tablets, delivered_, missing);
    check_lists(world_, tablets);
    check_edges(world_, tablets, delivered_);
    tally_.checks += 3 * tablets.size();
  }

  void check_field(const Ledger::Expected& expected) {
    for (const auto& [tablet, ignored] : states_) {
      const json::object shown = world_.get(*tablet, expected.place.record);
      if (shown.empty()) continue;
      const json::object& fields = shown.at("fields").as_object();
      const json::value* field = fields.if_contains(expected.place.field);
      if (field == nullptr || !holds(*tablet, expected.place)) continue;
      ++tally_.checks;
      const std::string where = tablet->name() + ": " + to_text(expected.place);
      if (expected.sort == Sort::amount) {
        const std::string sum = text_of(field->as_object(), "text");
        demand(sum == std::to_string(expected.sum) || (sum.empty() && expected.sum == 0),
               "counters are exact",
               where + " shows " + sum + ", not " + std::to_string(expected.sum));
        continue;
      }
      const auto tokens = shown_tokens(fields, expected.place.field, expected.sort);
      for (const std::string& token : expected.tokens) {
        demand(tokens.count(token) != 0, "nothing typed is lost", where + " lacks " + token);
      }
      if (world_.ledger().was_contested(expected.place)) continue;
      for (const std::string& token : tokens) {
        demand(expected.tokens.count(token) != 0 || expected.possible.count(token) != 0,
               "what was replaced does not come back", where + " shows " + token);
      }
    }
  }

  /// Whether the tablet holds the section: of a record in several sections it may hold one.
  [[nodiscard]] bool holds(Tablet& tablet, const Place& place) const {
    const auto id = sync::id_from_text<sync::RecordId>(place.record);
    const auto ref = tablet.store().locate(id.value());
    if (!ref.ok()) return false;
    const auto at = states_.find(&tablet);
    return std::any_of(at->second.begin(), at->second.end(), [&](const auto& state) {
      return state.document.dossier == ref->document.dossier &&
             state.document.section == place.section && state.count != 0;
    });
  }

  World& world_;
  Tally& tally_;
  Delivered delivered_;
  std::uint64_t changes_ = 0;
  std::map<std::string, std::string> last_;
  std::map<sync::DocumentId, server::VerifiedDocument> server_;
  std::map<Tablet*, std::vector<client::VerifyReport::DocumentState>> states_;
};

}  // namespace

void settle_and_check(World& world, Tally& tally) { Rest(world, tally).run(); }

}  // namespace insieme::simulation
