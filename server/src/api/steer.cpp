// What all questions of a desk have in common, and dossiers with whoever has them.
#include "api/steer.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iterator>
#include <set>

#include "api/problem.hpp"
#include "insieme/sync/space_dossier.hpp"

namespace insieme::server {
namespace steer {
namespace {

constexpr std::size_t kDossiersMax = 500;
constexpr std::size_t kIdMax = 36;

json::object dossier_json(const DossierInfo& dossier, const Colleagues& colleagues,
                          std::size_t held) {
  json::array people;
  for (const DossierInfo::Assignment& one : dossier.assignments) {
    if (one.to_position) continue;
    people.push_back(json::object{{"account", one.account},
                                  {"name", colleagues.name_of(one.account)},
                                  {"reads_only", one.kept_to.has_value()},
                                  {"sections", json::array(one.sections.begin(),
                                                           one.sections.end())}});
  }
  return {{"id", sync::to_text(dossier.id)},
          {"organization", dossier.organization},
          {"territory", dossier.territory},
          {"held", held},
          {"people", std::move(people)}};
}

Response dossiers(const Asked& asked) {
  sync::DossierId after{};
  if (const std::string text = asked.text("after", kIdMax); !text.empty()) {
    const auto id = sync::id_from_text<sync::DossierId>(text);
    if (!id.ok()) {
      return bad("\"after\" is the id of a dossier.", "«after» è l'id di un fascicolo.");
    }
    after = *id;
  }
  const std::vector<DossierInfo> own = own_dossiers(asked);
  const Colleagues colleagues(asked, own);
  std::map<sync::DossierId, std::size_t> held;
  std::map<sync::DossierId, std::vector<std::string>> seen;
  for (const DossierInfo& dossier : own) {
    seen[dossier.id] = own_assignment(asked, dossier)->sections;
  }
  for (const HeldInfo& one : asked.repository().held()) {
    const auto at = seen.find(one.change.document.dossier);
    if (one.state != HeldState::waiting || at == seen.end()) continue;
    if (!seen_of({one.change.document.section}, at->second).empty()) ++held[at->first];
  }
  json::array list;
  bool more = false;
  for (const DossierInfo& dossier : own) {
    if (!after.is_nil() && !(after < dossier.id)) continue;
    if (list.size() == kDossiersMax) {
      more = true;
      break;
    }
    const auto waiting = held.find(dossier.id);
    list.push_back(
        dossier_json(dossier, colleagues, waiting == held.end() ? 0 : waiting->second));
  }
  return json_response(
      200, json::serialize(json::object{{"dossiers", std::move(list)}, {"more", more}}));
}

}  // namespace

std::string Asked::text(std::string_view name, std::size_t max) const {
  const json::value* value = body.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string() || value->get_string().size() > max) return {};
  return std::string(value->get_string());
}

bool is_below(const std::string& organization, const std::string& top,
              const std::vector<Organization>& all) {
  std::string at = organization;
  for (std::size_t depth = 0; depth <= all.size() && !at.empty(); ++depth) {
    if (at == top) return true;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const Organization& one) { return one.id == at; });
    if (found == all.end()) return false;
    at = found->parent;
  }
  return false;
}

Response bad(std::string english, std::string italian) {
  return problem_response(
      {400, "bad-request", "Bad request", std::move(english), std::move(italian)});
}

Response missing(std::string english, std::string italian) {
  return problem_response(
      {404, "not-found", "Not found", std::move(english), std::move(italian)});
}

Response not_for_role() {
  return problem_response({403, "not-allowed", "Not allowed",
                           "This is for whoever coordinates or administers: your role is not given "
                           "it.",
                           "È riservato a chi coordina o amministra: il tuo ruolo non lo "
                           "prevede."});
}

bool has(const Caller& caller, Power power) {
  const RoleRules& rules = caller.rules;
  switch (power) {
    case Power::review: return rules.may_review;
    case Power::administer: return rules.may_administer;
    case Power::either: return rules.may_review || rules.may_administer;
    case Power::none: return true;
  }
  return false;
}

bool may_administer(const Asked& asked, const std::string& role) {
  const RoleRules& own = asked.caller.rules;
  const RoleRules* rules = asked.services.config.roles.find(role);
  return own.may_administer && rules != nullptr && (!rules->may_review || own.may_review) &&
         (!rules->all_dossiers || own.all_dossiers);
}

bool may_invite(const Asked& asked, const std::string& role) {
  if (!may_administer(asked, role)) return false;
  const RoleRules& own = asked.caller.rules;
  return own.may_review ||
         asked.services.config.roles.find(role)->glass_hours <= own.glass_hours;
}

namespace {

/// By the person's contract and those of their body and the bodies above it.
bool is_under_contract(const Services& services, const User& user) {
  const Day today = day_in_italy(services.clock());
  const auto holds = [&](const Term& term) {
    return term.has_begun(today) && !term.has_ended(today);
  };
  if (!holds(user.contract)) return false;
  if (user.organization.empty()) return true;
  const std::vector<Organization> all = services.repository.organizations();
  return std::all_of(all.begin(), all.end(), [&](const Organization& one) {
    return holds(one.contract) || !is_below(user.organization, one.id, all);
  });
}

Response not_under_contract() {
  return problem_response({403, "not-allowed", "Not allowed",
                           "Your contract, or your organization's, has ended or has not begun.",
                           "Il tuo contratto, o l'affidamento del tuo ente, è finito o non è "
                           "ancora iniziato."});
}

}  // namespace

Response run(const Services& services, const Request& request, Power power, Answer answer) {
  return for_device(services, request, [&](const Caller& caller) {
    auto parsed = parse_json(request);
    if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
    if (!is_under_contract(services, caller.user)) return not_under_contract();
    const json::object* body = std::get<json::value>(parsed).if_object();
    if (body == nullptr) return bad("The body is an object.", "Serve un oggetto.");
    return has(caller, power) ? answer({services, caller, *body}) : not_for_role();
  });
}

bool holds_now(const DossierInfo& dossier, const std::string& account) {
  return std::any_of(dossier.assignments.begin(), dossier.assignments.end(),
                     [&](const DossierInfo::Assignment& one) {
                       return one.account == account && !one.to_position && !one.kept_to;
                     });
}

const DossierInfo::Assignment* own_assignment(const Asked& asked, const DossierInfo& dossier) {
  const auto at = std::find_if(dossier.assignments.begin(), dossier.assignments.end(),
                               [&](const DossierInfo::Assignment& one) {
                                 return one.account == asked.caller.user.account &&
                                        !one.to_position && !one.kept_to;
                               });
  return at == dossier.assignments.end() ? nullptr : &*at;
}

std::vector<std::string> seen_of(const std::vector<std::string>& sections,
                                 const std::vector<std::string>& seen) {
  std::vector<std::string> left;
  std::copy_if(sections.begin(), sections.end(), std::back_inserter(left),
               [&](const std::string& one) {
                 return std::find(seen.begin(), seen.end(), one) != seen.end();
               });
  return left;
}

std::vector<DossierInfo> own_dossiers(const Asked& asked) {
  if (!asked.caller.rules.may_review) return {};
  return held_dossiers(asked);
}

std::vector<DossierInfo> held_dossiers(const Asked& asked) {
  std::vector<DossierInfo> own = asked.repository().dossiers();
  const sync::DossierId everybodys = sync::space_dossier(asked.repository().space().id);
  own.erase(std::remove_if(own.begin(), own.end(),
                           [&](const DossierInfo& one) {
                             return one.id == everybodys ||
                                    !holds_now(one, asked.caller.user.account);
                           }),
            own.end());
  for (DossierInfo& dossier : own) {
    const std::vector<std::string> seen = own_assignment(asked, dossier)->sections;
    auto& all = dossier.assignments;
    for (DossierInfo::Assignment& one : all) one.sections = seen_of(one.sections, seen);
    all.erase(std::remove_if(all.begin(), all.end(),
                             [&](const DossierInfo::Assignment& one) {
                               return one.sections.empty() &&
                                      one.account != asked.caller.user.account;
                             }),
              all.end());
  }
  std::sort(own.begin(), own.end(),
            [](const DossierInfo& a, const DossierInfo& b) { return a.id < b.id; });
  return own;
}

Colleagues::Colleagues(const Asked& asked, const std::vector<DossierInfo>& dossiers,
                       Sharing sharing)
    : users_(asked.repository().users()) {
  const std::string& top = asked.caller.user.organization;
  if (top.empty()) return;
  std::set<std::string> shared{asked.caller.user.account};
  for (const DossierInfo& dossier : dossiers) {
    for (const DossierInfo::Assignment& one : dossier.assignments) {
      if (sharing == Sharing::ever || !one.to_position) shared.insert(one.account);
    }
  }
  const std::vector<Organization> organizations = asked.repository().organizations();
  users_.erase(std::remove_if(users_.begin(), users_.end(),
                              [&](const User& user) {
                                return shared.count(user.account) == 0 &&
                                       !is_below(user.organization, top, organizations);
                              }),
               users_.end());
}

const User* Colleagues::find(std::string_view account) const noexcept {
  const auto at = std::find_if(users_.begin(), users_.end(),
                               [&](const User& user) { return user.account == account; });
  return at == users_.end() ? nullptr : &*at;
}

std::string Colleagues::name_of(const std::string& account) const {
  const User* user = find(account);
  return user == nullptr ? account : user->display_name;
}

}  // namespace steer

Response steer_dossiers(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::review, steer::dossiers);
}

}  // namespace insieme::server
