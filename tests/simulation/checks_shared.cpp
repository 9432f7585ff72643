// What must hold at rest of things that several people share: units of vouchers, lists ordered by
// hand, records that are the same.
#include <algorithm>

#include "simulation/acts/typing.hpp"
#include "simulation/checks.hpp"

namespace insieme::simulation {
namespace {

std::int64_t number_in(const json::object& object, std::string_view key) {
  return std::strtoll(text_of(object, key).c_str(), nullptr, 10);
}

class UnitsCheck {
 public:
  UnitsCheck(const Ledger& ledger, const Units& units, const json::object& shown, std::string where)
      : ledger_(ledger), units_(units), shown_(shown), where_(std::move(where)) {}

  /// `all_granted`: what was granted was taken; `all_refunded`: and what was refunded.
  void run(bool all_granted, bool all_refunded) {
    all_granted_ = all_granted;
    std::int64_t granted = 0;
    for (const Units::Move& move : units_.moves) granted += move.from.empty() ? move.amount : 0;
    const std::int64_t spent = number_in(shown_, "spent");
    const std::int64_t left = number_in(shown_, "left");
    demand(spent <= granted, "units are never overspent",
           where_ + ": " + std::to_string(spent) + " of " + std::to_string(granted));
    demand(spent + left == granted, "no unit is lost or made",
           where_ + ": " + std::to_string(spent) + " spent and " + std::to_string(left) +
               " left of " + std::to_string(granted));
    check_spends(spent, all_refunded);
    check_rights(left);
  }

 private:
  void check_spends(std::int64_t spent, bool all_refunded) {
    std::set<std::string> listed;
    std::int64_t firm = 0;
    std::int64_t provisional = 0;
    for (const json::value& value : shown_.at("spends").as_array()) {
      const json::object& one = value.as_object();
      const std::string dot = text_of(one, "dot");
      const auto logged = units_.spends.find(dot);
      demand(logged != units_.spends.end() && listed.insert(dot).second &&
                 number_in(one, "amount") == logged->second.amount,
             "every spend is there once", where_ + " " + json::serialize(one));
      check_told(one, logged->second, all_refunded);
      const std::string state = text_of(one, "state");
      if (state == "firm") firm += logged->second.amount;
      if (state != "firm" && state != "refunded") provisional += logged->second.amount;
      if (state != "refunded") taken_[logged->second.replica] += logged->second.amount;
      is_exact_ = is_exact_ && (state == "firm" || state == "refunded");
    }
    demand(listed.size() == units_.spends.size(), "every spend is there once", where_);
    demand(firm == spent && provisional == number_in(shown_, "provisional"),
           "every spend is there once", where_ + ": sums");
  }

  /// What a person was told stays so for ever; only who was reclaimed from may have been wrong, and
  /// who had it from one of two reclaims that did not know of each other, or from a grant that the
  /// server refused.
  void check_told(const json::object& one, const Units::Spend& spend, bool all_refunded) {
    const std::string state = text_of(one, "state");
    const bool refunded = state == "refunded";
    if (all_refunded && ledger_.taken_back().count(spend.amount) != 0) {
      demand(refunded, "a refund counts", where_ + " " + json::serialize(one));
    }
    const auto told = ledger_.told().find(spend.amount);
    if (told == ledger_.told().end() || refunded) return;
    if (!told->second) {
      demand(state != "firm", "firm or provisional is for ever",
             where_ + " " + json::serialize(one));
    } else if (all_granted_ && !units_.again && units_.reclaims < 2 &&
               units_.reclaimed.count(spend.replica) == 0) {
      demand(state == "firm", "firm or provisional is for ever",
             where_ + " " + json::serialize(one));
    }
  }

  /// Without reclaims and late work every device has what came to it less what went from it.
  void check_rights(std::int64_t left) {
    std::map<std::string, std::int64_t> rights;
    for (const Units::Move& move : units_.moves) {
      rights[move.to] += move.amount;
      if (!move.from.empty()) rights[move.from] -= move.amount;
    }
    for (const auto& [replica, amount] : taken_) rights[replica] -= amount;
    std::int64_t sum = 0;
    const bool is_plain = is_exact_ && all_granted_ && !units_.again && units_.reclaimed.empty();
    for (const json::value& value : shown_.at("devices").as_array()) {
      const json::object& device = value.as_object();
      const std::int64_t has = number_in(device, "rights");
      sum += has;
      demand(!is_plain || has == rights[text_of(device, "replica")],
             "every device has its own units", where_ + " " + json::serialize(device));
    }
    demand(sum == left, "no unit is lost or made", where_ + ": the devices' sum");
  }

  const Ledger& ledger_;
  const Units& units_;
  const json::object& shown_;
  std::string where_;
  std::map<std::string, std::int64_t> taken_;  ///< by replica
  bool is_exact_ = true;
  bool all_granted_ = true;
};

}  // namespace

void check_units(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered,
                 const Missing& missing) {
  static const Units kNothing;
  for (Tablet* tablet : tablets) {
    for (const Found& found : records_of(*tablet)) {
      if (found.type != "voucher" && found.type != "emporium_card") continue;
      const json::object shown =
          world.ask(*tablet, {{"command", "rights.list"}, {"record", found.record}});
      demand(is_ok(shown), "no internal error", json::serialize(shown));
      const auto logged = delivered.units.find(found.record);
      UnitsCheck(world.ledger(), logged == delivered.units.end() ? kNothing : logged->second,
                 shown, tablet->name() + ", " + found.record)
          .run(!missing.all_grants && missing.grants.count(found.record) == 0, !missing.refunds);
    }
  }
}

void check_lists(World& world, const std::vector<Tablet*>& tablets) {
  std::map<std::string, std::pair<std::string, std::vector<std::string>>> known;
  for (Tablet* tablet : tablets) {
    std::map<std::string, std::vector<std::string>> lists;
    const auto dossiers = tablet->store().dossiers();
    demand(dossiers.ok(), "lists are equal", tablet->name());
    for (const client::DossierLine& dossier : dossiers.value()) {
      const auto& sections = dossier.sections;
      if (std::find(sections.begin(), sections.end(), "education") == sections.end()) continue;
      const std::string id = sync::to_text(dossier.id);
      const std::vector<std::string> list = objectives_in_order(world, *tablet, id);
      const auto [at, is_new] = known.try_emplace(id, tablet->name(), list);
      demand(is_new || at->second.second == list, "lists are equal",
             tablet->name() + " and " + at->second.first + " differ about " + id);
    }
  }
  std::map<std::string, std::pair<std::string, std::size_t>> stands;
  for (const auto& [dossier, list] : known) {
    for (std::size_t i = 0; i < list.second.size(); ++i) stands[list.second[i]] = {dossier, i};
  }
  for (const auto& [first, second] : world.ledger().orders()) {
    const auto a = stands.find(first);
    const auto b = stands.find(second);
    if (a == stands.end() || b == stands.end()) continue;  // one was taken away, or never arrived
    demand(a->second.second < b->second.second, "what was put between stays between",
           first + " stands behind " + second);
  }
}

void check_edges(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered) {
  const auto expected = world.ledger().edges(delivered);
  for (const auto& [place, holds] : expected) {
    const auto id = sync::id_from_text<sync::RecordId>(place.first);
    for (Tablet* tablet : tablets) {
      const auto dossier = tablet->store().dossier(place.second.dossier);
      if (!dossier.ok()) continue;
      const auto edge = tablet->store().record({place.second, kEdgeType, id.value()});
      const bool is_active =
          edge.ok() && edge->state.lifecycle() == sync::Lifecycle::active;
      demand(is_active == holds, "edges are as people said",
             tablet->name() + ": " + place.first + (holds ? " is missing" : " stands") + " in " +
                 sync::to_text(place.second));
    }
  }
}

namespace {

/// Ids of what a command lists, as one line.
std::string listed(World& world, Tablet& tablet, const char* command, const char* list,
                   std::uint64_t& count) {
  const json::object reply = world.ask(tablet, {{"command", command}});
  demand(is_ok(reply), "no internal error", json::serialize(reply));
  std::set<std::string> ids;
  for (const json::value& one : reply.at(list).as_array()) {
    const json::object& entry = one.as_object();
    const bool decided = entry.contains("open") && !entry.at("open").as_bool();
    ids.insert(text_of(entry, "id") + (decided ? " decided" : ""));
  }
  count += ids.size();
  std::string line;
  for (const std::string& id : ids) line += id + ' ';
  return line;
}

}  // namespace

void check_findings(
    World& world,
    const std::map<Tablet*, std::vector<client::VerifyReport::DocumentState>>& states) {
  std::map<std::pair<std::set<sync::DocumentId>, bool>, std::pair<std::string, std::string>> found;
  std::map<bool, std::pair<std::string, std::string>> inboxes;
  std::uint64_t findings = 0;
  std::uint64_t late = 0;
  for (const auto& [tablet, documents] : states) {
    const bool is_former = tablet->age == Age::former;
    std::set<sync::DocumentId> held;
    for (const auto& document : documents) {
      if (document.count != 0) held.insert(document.document);
    }
    const std::string here = listed(world, *tablet, "review.list", "findings", findings);
    const auto [at, is_new] =
        found.try_emplace({std::move(held), is_former}, tablet->name(), here);
    demand(is_new || at->second.second == here, "findings are equal",
           tablet->name() + ": " + here + "; " + at->second.first + ": " + at->second.second);
    if (tablet->person().role != "coordinator") continue;
    const std::string inbox = listed(world, *tablet, "inbox.list", "entries", late);
    const auto [box, first] = inboxes.try_emplace(is_former, tablet->name(), inbox);
    demand(first || box->second.second == inbox, "late changes are equal",
           tablet->name() + ": " + inbox + "; " + box->second.first + ": " + box->second.second);
  }
}

}  // namespace insieme::simulation
