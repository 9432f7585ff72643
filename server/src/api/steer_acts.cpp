// What is done from there: who has a dossier, erasures of two people, absences; people and their
// devices are in steer_staff.cpp. In the audit each stands under the account of whoever did it.
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include "api/problem.hpp"
#include "api/query.hpp"
#include "api/steer_acts.hpp"
#include "insieme/server/absences.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/space_dossier.hpp"
#include "log.hpp"
#include "storage/stand_ins.hpp"

namespace insieme::server {
namespace steer {
namespace {

constexpr std::size_t kNumberMax = 20;

}  // namespace

Response done() { return json_response(200, json::serialize(json::object{{"done", true}})); }

Response answer(const Status& status) {
  if (status.ok()) return done();
  const std::string why = status.error().detail;
  switch (status.error().code) {
    case ErrorCode::not_allowed:
      return problem_response(
          {403, "not-allowed", "Not allowed", why + ".",
           "Le regole del servizio non lo permettono (ruolo, ente, periodo, blocco legale, oppure "
           "serve una seconda persona). Dal server: " + why + "."});
    case ErrorCode::not_found:
      return missing(why + ".",
                     "Non c'è, o non c'è più: ricarica l'elenco. Dal server: " + why + ".");
    case ErrorCode::conflict:
    case ErrorCode::already_exists:
      return problem_response({409, "conflict", "Conflict", why + ".",
                               "C'è già, o qualcuno ha già deciso. Dal server: " + why + "."});
    case ErrorCode::invalid_argument:
      return bad(why + ".", "Qualcosa di ciò che è stato scritto non va. Dal server: " + why + ".");
    default: return problem_of(status.error());
  }
}

Response beyond_own_powers() {
  return problem_response({403, "not-allowed", "Not allowed",
                           "A role that decides, has all dossiers or can open what is not assigned "
                           "is given by somebody who has that power or decides, or by the operator "
                           "of the server.",
                           "Un ruolo che decide, che ha tutti i fascicoli o che può aprire quelli "
                           "non assegnati lo dà chi ha lo stesso potere o decide, oppure chi "
                           "gestisce il server."});
}

Response unknown_person() {
  return missing("There is no such person among those that you may know of.",
                 "Questa persona non è tra quelle del tuo ente.");
}

std::optional<User> person_of(const Asked& asked) {
  const Colleagues colleagues(asked, own_dossiers(asked));
  const User* user = colleagues.find(asked.text("account", sync::kAuthorBytesMax));
  if (user == nullptr) return std::nullopt;
  return *user;
}

namespace {

/// The dossier that the request names, if the caller has it.
std::optional<DossierInfo> dossier_of(const Asked& asked, const sync::DossierId& id) {
  for (DossierInfo& one : own_dossiers(asked)) {
    if (one.id == id) return std::move(one);
  }
  return std::nullopt;
}

Response not_own() {
  return missing("There is no such dossier among yours.",
                 "Questo fascicolo non è tra quelli che coordini.");
}

/// What the person has there, or will have, as the caller sees it.
enum class Sight { none, whole, part, nothing };
Sight sight_of(const Asked& asked, const User& person, const DossierInfo& dossier) {
  const auto standing = asked.repository().standing(person.account, dossier.id);
  if (!standing.ok() || !standing->mandate) return Sight::none;
  std::vector<std::string> sections = standing->mandate->sections;
  if (sections.empty()) {
    const RoleRules* rules = asked.services.config.roles.find(person.role);
    if (rules != nullptr) sections = rules->sections;
  }
  const auto seen = seen_of(sections, own_assignment(asked, dossier)->sections);
  if (seen.size() == sections.size()) return Sight::whole;
  return seen.empty() ? Sight::nothing : Sight::part;
}

}  // namespace

Response not_all_in_sight() {
  return problem_response(
      {403, "not-allowed", "Not allowed",
       "This assignment also holds what you have no access to, which would end with it: whoever "
       "has all of it changes it, or the operator of the server.",
       "Questo incarico comprende anche ciò a cui non hai accesso, e finirebbe con il resto: lo "
       "cambia chi ha tutto, oppure chi gestisce il server."});
}

namespace {

struct Assigning {
  User person;
  sync::DossierId dossier;
  Sight sight = Sight::none;
};
std::variant<Assigning, Response> assigning_of(const Asked& asked) {
  const auto id = sync::id_from_text<sync::DossierId>(asked.text("dossier", kIdMax));
  if (!id.ok()) return bad("\"dossier\" is its id.", "«dossier» è l'id di un fascicolo.");
  const auto dossier = dossier_of(asked, *id);
  if (!dossier) return not_own();
  auto person = person_of(asked);
  if (!person) return unknown_person();
  const Sight sight = sight_of(asked, *person, *dossier);
  return Assigning{*std::move(person), *id, sight};
}

/// Whoever is away has it by name, too: given anew it would be wider, and at once the deputy's.
bool is_away_with(const Asked& asked, const Assigning& what) {
  const auto standing = asked.repository().standing(what.person.account, what.dossier);
  return standing.ok() && standing->mandate && standing->mandate->basis == kAbsenceBasis;
}

Response assign(const Asked& asked) {
  auto read = assigning_of(asked);
  if (auto* wrong = std::get_if<Response>(&read)) return std::move(*wrong);
  const Assigning& what = std::get<Assigning>(read);
  // What somebody has by name is not taken away by giving it again, nor what the caller cannot see.
  const std::vector<DossierInfo> all = asked.repository().dossiers();
  const auto at = std::find_if(all.begin(), all.end(), [&](const DossierInfo& one) {
    return one.id == what.dossier;
  });
  if (at != all.end() && holds_now(*at, what.person.account)) return done();
  if (is_away_with(asked, what)) return done();
  // One for later would be put in the place of. Of what the caller does not see nothing is told.
  if (what.sight == Sight::nothing) return done();
  if (what.sight == Sight::part) return not_all_in_sight();
  const auto given = asked.repository().assign(what.person.account, what.dossier, {}, {},
                                               asked.caller.user.account);
  return answer(given.ok() ? Status() : Status(given.error()));
}

Response unassign(const Asked& asked) {
  auto read = assigning_of(asked);
  if (auto* wrong = std::get_if<Response>(&read)) return std::move(*wrong);
  const Assigning& what = std::get<Assigning>(read);
  const std::string& self = asked.caller.user.account;
  if (what.person.account == self) {
    return bad("Whoever coordinates does not take the dossier from themselves.",
               "Non si toglie un fascicolo a sé stessi: lo fa un'altra persona.");
  }
  if (what.sight == Sight::part) return not_all_in_sight();
  if (what.sight == Sight::nothing) {
    // As of somebody who has nothing there: who is in a reserved section is not told.
    return answer({ErrorCode::not_found,
                   "the dossier is not assigned to \"" + what.person.account + "\""});
  }
  return answer(asked.repository().unassign(what.person.account, what.dossier,
                                            asked.text("reason", kReasonMax), self));
}

/// All that is written there is in the caller's sight, by a mandate that is theirs: neither for
/// the days of somebody's absence nor by an emergency opening.
bool has_all_that_is_written(const Asked& asked, const sync::DossierId& dossier) {
  auto standing = asked.repository().standing(asked.caller.user.account, dossier);
  if (!standing.ok() || !standing->mandate) return false;
  if (standing->mandate->basis == kAbsenceBasis) return false;
  standing->glass.reset();
  const std::vector<std::string> seen = decide(*standing).sections;
  const std::vector<sync::DocumentId> all = asked.repository().documents();
  return std::all_of(all.begin(), all.end(), [&](const sync::DocumentId& one) {
    return one.dossier != dossier ||
           std::find(seen.begin(), seen.end(), one.section) != seen.end();
  });
}

Response not_all_erased_here() {
  return problem_response(
      {403, "not-allowed", "Not allowed",
       "A whole dossier is erased by who has all that is written there, for good: of this one you "
       "have a part, or have it for a time. The operator of the server asks for it.",
       "Un fascicolo intero lo cancella chi ha, stabilmente, tutto ciò che vi è scritto: di questo "
       "ne hai una parte, o solo per un periodo. Lo chiede chi gestisce il server."});
}

Response decide_erasure(const Asked& asked,
                        Status (Repository::*act)(const sync::ErasureId&, const std::string&)) {
  const auto id = sync::id_from_text<sync::ErasureId>(asked.text("order", kIdMax));
  if (!id.ok()) return bad("\"order\" is its id.", "«order» è l'id di un ordine.");
  const std::vector<Erasure> all = asked.repository().erasures();
  const auto order = std::find_if(all.begin(), all.end(),
                                  [&](const Erasure& one) { return one.order.id == *id; });
  const auto dossier =
      order == all.end() ? std::nullopt : dossier_of(asked, order->order.dossier);
  if (!dossier || !concerns(order->order, own_assignment(asked, *dossier)->sections)) {
    return missing("There is no such order on a dossier of yours.",
                   "Non c'è un ordine così su un fascicolo che coordini.");
  }
  const bool carries_out = act == &Repository::confirm_erasure;
  if (carries_out && order->order.is_whole_dossier() &&
      !has_all_that_is_written(asked, order->order.dossier)) {
    return not_all_erased_here();
  }
  return answer((asked.repository().*act)(*id, asked.caller.user.account));
}

/// The whole dossier: what is less than that is asked for at the server.
Response erase_propose(const Asked& asked) {
  const auto id = sync::id_from_text<sync::DossierId>(asked.text("dossier", kIdMax));
  if (!id.ok()) return bad("\"dossier\" is its id.", "«dossier» è l'id di un fascicolo.");
  if (!dossier_of(asked, *id)) return not_own();
  if (!has_all_that_is_written(asked, *id)) return not_all_erased_here();
  const std::string ground = asked.text("reason", kReasonMax);
  if (ground.find_first_not_of(" \t\n") == std::string::npos) {
    return bad("A reason of 1 to 500 bytes.", "Serve un motivo, in parole.");
  }
  const std::vector<Erasure> all = asked.repository().erasures();
  const bool waits = std::any_of(all.begin(), all.end(), [&](const Erasure& one) {
    return one.order.dossier == *id && one.state == ErasureState::proposed &&
           one.order.is_whole_dossier();
  });
  if (waits) {
    return problem_response(
        {409, "conflict", "Conflict", "Its erasure is asked for already, and waits for somebody.",
         "La cancellazione è già stata chiesta, e aspetta una seconda persona: questo motivo non "
         "è stato aggiunto."});
  }
  sync::ErasureOrder order;
  order.id = sync::ErasureId{new_id(asked.services.clock())};
  order.dossier = *id;
  order.reason = ground;
  order.targets.push_back({});
  return answer(asked.repository().propose_erasure(order, asked.caller.user.account));
}

Response erase_confirm(const Asked& asked) {
  return decide_erasure(asked, &Repository::confirm_erasure);
}
Response erase_withdraw(const Asked& asked) {
  return decide_erasure(asked, &Repository::withdraw_erasure);
}

}  // namespace

bool is_of_own_body(const Asked& asked, const User& person) {
  const std::string& top = asked.caller.user.organization;
  return top.empty() || is_below(person.organization, top, asked.repository().organizations());
}

bool has_more(const Asked& asked, const User& person) {
  if (!asked.caller.rules.may_review) return false;
  const std::vector<DossierInfo> own = own_dossiers(asked);
  const sync::DossierId everybodys = sync::space_dossier(asked.repository().space().id);
  for (const DossierInfo& one : asked.repository().dossiers()) {
    if (one.id == everybodys) continue;
    const auto standing = asked.repository().standing(person.account, one.id);
    if (!standing.ok() || !standing->mandate) continue;
    const auto mine = std::find_if(own.begin(), own.end(),
                                   [&](const DossierInfo& held) { return held.id == one.id; });
    if (mine == own.end() || sight_of(asked, person, *mine) != Sight::whole) return true;
  }
  return false;
}

namespace {

/// Whose work the caller may pass on: all of it is in their own sight, as with an assignment that
/// they end. Of the deputy nothing is asked here: who gets what is decided by the rules.
std::optional<Response> not_to_pass_on(const Asked& asked, const User& person) {
  if (!is_of_own_body(asked, person)) return unknown_person();
  if (has_more(asked, person)) return not_all_in_sight();
  return std::nullopt;
}

Response absent(const Asked& asked) {
  const Colleagues colleagues(asked, own_dossiers(asked));
  const User* person = colleagues.find(asked.text("account", sync::kAuthorBytesMax));
  const User* deputy = colleagues.find(asked.text("deputy", sync::kAuthorBytesMax));
  if (person == nullptr || deputy == nullptr) return unknown_person();
  if (auto wrong = not_to_pass_on(asked, *person)) return *std::move(wrong);
  const std::string from = asked.text("from", kDayMax);
  const auto first = from.empty() ? Result<Day>(day_in_italy(asked.services.clock()))
                                  : parse_day(from);
  const auto last = parse_day(asked.text("until", kDayMax));
  if (!first.ok() || !last.ok()) {
    return bad("\"from\" and \"until\" are days such as 2026-11-30.",
               "Servono il primo e l'ultimo giorno, come 30/11/2026.");
  }
  Absence absence;
  absence.account = person->account;
  absence.deputy = deputy->account;
  absence.from = *first;
  absence.until = *last;
  const auto declared = absences_of(asked.repository())
                            .declare_absence(absence, asked.caller.user.account);
  if (!declared.ok()) return answer(Status(declared.error()));
  return json_response(200, json::serialize(json::object{
                                {"done", true},
                                {"number", std::to_string(declared->absence.number)},
                                {"passes", declared->passes.size()},
                                {"stays", declared->stays.size()}}));
}

Response back(const Asked& asked) {
  std::uint64_t number = 0;
  if (!read_number(asked.text("number", kNumberMax), number)) {
    return bad("\"number\" is that of an absence.", "«number» è il numero di un'assenza.");
  }
  const Colleagues colleagues(asked, own_dossiers(asked));
  for (const Absence& one : absences_of(asked.repository()).absences()) {
    if (one.number != number) continue;
    const User* person = colleagues.find(one.account);
    if (person == nullptr) break;
    if (!is_of_own_body(asked, *person)) break;
    return answer(
        absences_of(asked.repository()).end_absence(number, asked.caller.user.account));
  }
  return missing("There is no such absence among yours.",
                 "Questa assenza non è tra quelle del tuo ente.");
}

struct Act {
  std::string_view name;
  Power power;
  Response (*run)(const Asked&);
};
constexpr std::array kActs{
    Act{"assign", Power::review, assign},
    Act{"unassign", Power::review, unassign},
    Act{"erase_propose", Power::review, erase_propose},
    Act{"erase_confirm", Power::review, erase_confirm},
    Act{"erase_withdraw", Power::review, erase_withdraw},
    Act{"absent", Power::review, absent},
    Act{"back", Power::review, back},
    Act{"invite", Power::administer, invite},
    Act{"disable", Power::administer, disable},
    Act{"uninvite", Power::administer, uninvite},
    Act{"enable", Power::administer, enable},
    Act{"add_person", Power::administer, add_person},
    Act{"set_person", Power::administer, set_person},
    Act{"revoke", Power::administer, revoke},
    Act{"lock", Power::administer, lock_device},
    Act{"unlock", Power::administer, unlock_device},
    Act{"wipe", Power::administer, wipe_device},
    Act{"give_up", Power::administer, give_up_device},
};

Response act(const Asked& asked) {
  const std::string name = asked.text("act", kWordMax);
  for (const Act& one : kActs) {
    if (one.name != name) continue;
    return has(asked.caller, one.power) ? one.run(asked) : not_for_role();
  }
  return bad("There is no such act.", "Non c'è un atto con questo nome.");
}

}  // namespace
}  // namespace steer

Response steer_act(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::either, steer::act);
}

}  // namespace insieme::server
