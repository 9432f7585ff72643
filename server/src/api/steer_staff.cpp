// People and their devices: who comes, changes and goes, and what becomes of a tablet that is lost.
#include <boost/json.hpp>

#include <algorithm>

#include "api/problem.hpp"
#include "api/steer_acts.hpp"
#include "insieme/server/device_orders.hpp"
#include "insieme/server/secrets.hpp"
#include "insieme/server/staff.hpp"
#include "insieme/server/together.hpp"
#include "insieme/sync/limits.hpp"
#include "log.hpp"

namespace insieme::server::steer {
namespace {

constexpr std::int64_t kHours = 48;
constexpr std::int64_t kHoursMax = 30 * 24;
constexpr std::int64_t kHourMs = 3'600'000;
/// In the place of a day or of a body: that there is none.
constexpr std::string_view kNone = "-";

/// A person whom the caller may administer.
std::variant<User, Response> administered(const Asked& asked) {
  auto person = person_of(asked);
  if (!person) return unknown_person();
  if (!may_administer(asked, person->role) || !is_of_own_body(asked, *person)) {
    return beyond_own_powers();
  }
  return *std::move(person);
}

/// The same, and somebody else: nobody changes what they may do themselves.
std::variant<User, Response> other_administered(const Asked& asked) {
  auto read = administered(asked);
  const User* person = std::get_if<User>(&read);
  if (person != nullptr && person->account == asked.caller.user.account) {
    return bad("Nobody changes their own account: another person does.",
               "Il proprio account lo cambia un'altra persona.");
  }
  return read;
}

}  // namespace

Response invite(const Asked& asked) {
  const auto found = person_of(asked);
  if (!found) return unknown_person();
  const User& person = *found;
  if (!may_invite(asked, person.role) || !is_of_own_body(asked, person) ||
      has_more(asked, person)) {
    return beyond_own_powers();
  }
  std::int64_t hours = kHours;
  if (const json::value* given = asked.body.if_contains("hours")) {
    const std::int64_t* number = given->if_int64();
    if (number == nullptr || *number < 1 || *number > kHoursMax) {
      return bad("\"hours\" is from 1 to 720.", "Le ore vanno da 1 a 720.");
    }
    hours = *number;
  }
  const std::string code = new_invitation_code();
  const std::int64_t expires_ms = asked.services.clock() + hours * kHourMs;
  const Status added = asked.repository().add_invitation(
      *hash_invitation(code), person.account, expires_ms, asked.caller.user.account);
  if (!added.ok()) return answer(added);
  Response response = json_response(
      200, json::serialize(json::object{{"done", true},
                                        {"code", code},
                                        {"account", person.account},
                                        {"expires_at", to_rfc3339(expires_ms)}}));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response uninvite(const Asked& asked) {
  auto read = administered(asked);
  if (auto* wrong = std::get_if<Response>(&read)) return std::move(*wrong);
  return answer(staff_of(asked.repository())
                    .withdraw_invitations(std::get<User>(read).account,
                                          asked.caller.user.account));
}

namespace {

Response set_disabled(const Asked& asked, bool disabled) {
  auto read = other_administered(asked);
  if (auto* wrong = std::get_if<Response>(&read)) return std::move(*wrong);
  return answer(asked.repository().set_disabled(std::get<User>(read).account, disabled,
                                                asked.caller.user.account));
}

/// Of the caller's own body or one below it.
std::optional<Response> not_within_own(const Asked& asked, const std::string& organization) {
  const std::string& own = asked.caller.user.organization;
  if (own.empty() || organization == own ||
      is_below(organization, own, asked.repository().organizations())) {
    return std::nullopt;
  }
  return bad("The body is yours or one below it.", "L'ente è il proprio, o uno che ne dipende.");
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t") == text.npos; }

}  // namespace

Response disable(const Asked& asked) { return set_disabled(asked, true); }
Response enable(const Asked& asked) { return set_disabled(asked, false); }

Response add_person(const Asked& asked) {
  const User& self = asked.caller.user;
  User fresh{asked.text("account", sync::kAuthorBytesMax), asked.text("name", kNameMax),
             asked.text("role", kWordMax), false, 0};
  // Bound to where whoever adds them is, unless a body below that is named.
  fresh.organization = asked.text("organization", kWordMax);
  if (fresh.organization.empty()) fresh.organization = self.organization;
  if (fresh.account.empty() || is_blank(fresh.display_name)) {
    return bad("An account of 1 to 64 bytes and a name.", "Servono un account e un nome.");
  }
  if (asked.services.config.roles.find(fresh.role) == nullptr) {
    return bad("There is no such role.", "Non c'è un ruolo così.");
  }
  if (!may_invite(asked, fresh.role)) return beyond_own_powers();
  if (auto wrong = not_within_own(asked, fresh.organization)) return *std::move(wrong);
  return answer(asked.repository().add_user(fresh, self.account));
}

namespace {

/// What is to become of a person; what is not named stays.
struct Change {
  StaffChange staff;
  PersonChange terms;
  [[nodiscard]] bool has_terms() const { return terms.organization || terms.from || terms.until; }
};

std::optional<Response> read_day(const Asked& asked, std::string_view name,
                                 std::optional<std::optional<Day>>& day) {
  if (!asked.body.contains(json::string_view(name.data(), name.size()))) return std::nullopt;
  const std::string text = asked.text(name, kDayMax);
  if (text == kNone) {
    day.emplace();
    return std::nullopt;
  }
  const auto read = parse_day(text);
  if (!read.ok()) {
    return bad("\"" + std::string(name) + "\" is a day such as 2026-11-30, or - for none.",
               "Serve un giorno, come 30/11/2026.");
  }
  day.emplace(*read);
  return std::nullopt;
}

/// A role is given as to somebody new, and to nobody who has more than the caller sees, or would.
std::optional<Response> read_role(const Asked& asked, const User& person, Change& change) {
  if (!asked.body.contains("role")) return std::nullopt;
  User then = person;
  then.role = asked.text("role", kWordMax);
  if (asked.services.config.roles.find(then.role) == nullptr) {
    return bad("There is no such role.", "Non c'è un ruolo così.");
  }
  if (!may_invite(asked, then.role) || has_more(asked, then)) return beyond_own_powers();
  change.staff.role = then.role;
  return std::nullopt;
}

std::optional<Response> read_body(const Asked& asked, Change& change) {
  if (!asked.body.contains("organization")) return std::nullopt;
  std::string body = asked.text("organization", kWordMax);
  if (body.empty()) return bad("\"organization\" is its id, or -.", "Serve un ente.");
  if (body == kNone) body.clear();
  if (auto wrong = not_within_own(asked, body)) return wrong;
  change.terms.organization = std::move(body);
  return std::nullopt;
}

std::optional<Response> read_change(const Asked& asked, const User& person, Change& change) {
  if (asked.body.contains("name")) {
    change.staff.name = asked.text("name", kNameMax);
    if (is_blank(*change.staff.name)) return bad("A name.", "Serve un nome.");
  }
  if (auto wrong = read_role(asked, person, change)) return wrong;
  if (auto wrong = read_body(asked, change)) return wrong;
  if (auto wrong = read_day(asked, "from", change.terms.from)) return wrong;
  if (auto wrong = read_day(asked, "until", change.terms.until)) return wrong;
  const std::optional<Day> from = change.terms.from.value_or(person.contract.from);
  const std::optional<Day> until = change.terms.until.value_or(person.contract.until);
  if (from && until && *until < *from) {
    return bad("The contract ends before it begins.", "Il contratto finisce prima di iniziare.");
  }
  if (!change.staff.name && !change.staff.role && !change.has_terms()) {
    return bad("Nothing is to be changed.", "Non c'è nulla da cambiare.");
  }
  return std::nullopt;
}

}  // namespace

Response set_person(const Asked& asked) {
  auto read = other_administered(asked);
  if (auto* wrong = std::get_if<Response>(&read)) return std::move(*wrong);
  const User& person = std::get<User>(read);
  // What they have and the caller does not see could end or begin with this.
  if (has_more(asked, person)) return beyond_own_powers();
  Change change;
  if (auto wrong = read_change(asked, person, change)) return *std::move(wrong);
  Repository& repository = asked.repository();
  const std::string& by = asked.caller.user.account;
  return answer(together_of(repository).all_or_none([&]() -> Status {
    if (change.staff.role || change.staff.name) {
      INSIEME_TRY(staff_of(repository).change_staff(person.account, change.staff, by));
    }
    if (!change.has_terms()) return {};
    return staff_of(repository).change_terms(person.account, change.terms, by);
  }, true));
}

namespace {

/// A device that the caller may stop, and not the one in their hands.
std::variant<sync::DeviceId, Response> device_of(const Asked& asked) {
  const auto id = sync::id_from_text<sync::DeviceId>(asked.text("device", kIdMax));
  if (!id.ok()) return bad("\"device\" is its id.", "«device» è l'id di un tablet.");
  if (*id == asked.caller.device.id) {
    return bad("This is the device that you hold: use another one.",
               "È il dispositivo che hai in mano: usane un altro.");
  }
  const std::vector<Device> devices = asked.repository().devices();
  const auto device = std::find_if(devices.begin(), devices.end(),
                                   [&](const Device& one) { return one.id == *id; });
  const Colleagues colleagues(asked, own_dossiers(asked));
  const User* owner = device == devices.end() ? nullptr : colleagues.find(device->account);
  if (owner == nullptr) return unknown_person();
  if (!may_administer(asked, owner->role) || !is_of_own_body(asked, *owner)) {
    return beyond_own_powers();
  }
  return *id;
}

Response no_reason(std::size_t max) {
  return bad("A reason of 1 to " + std::to_string(max) + " bytes.",
             "Serve un motivo, in poche parole.");
}

Response order(const Asked& asked, sync::OrderKind kind) {
  auto read = device_of(asked);
  if (auto* wrong = std::get_if<Response>(&read)) return std::move(*wrong);
  StandingOrder wanted;
  wanted.id = sync::DeviceOrderId{new_id(asked.services.clock())};
  wanted.kind = kind;
  wanted.reason = asked.text("reason", sync::kOrderReasonBytesMax);
  if (is_blank(wanted.reason)) return no_reason(sync::kOrderReasonBytesMax);
  const auto placed = device_orders_of(asked.repository())
                          .order_device(std::get<sync::DeviceId>(read), wanted,
                                        asked.caller.user.account);
  return answer(placed.ok() ? Status() : Status(placed.error()));
}

}  // namespace

Response revoke(const Asked& asked) {
  auto read = device_of(asked);
  if (auto* wrong = std::get_if<Response>(&read)) return std::move(*wrong);
  const std::string reason = asked.text("reason", kReasonMax);
  if (reason.empty()) return no_reason(kReasonMax);
  return answer(asked.repository().revoke_device(std::get<sync::DeviceId>(read), reason,
                                                 asked.caller.user.account));
}

Response lock_device(const Asked& asked) { return order(asked, sync::OrderKind::lock); }
Response wipe_device(const Asked& asked) { return order(asked, sync::OrderKind::wipe); }

Response unlock_device(const Asked& asked) {
  auto read = device_of(asked);
  if (auto* wrong = std::get_if<Response>(&read)) return std::move(*wrong);
  const Status lifted = device_orders_of(asked.repository())
                            .lift_order(std::get<sync::DeviceId>(read),
                                        asked.caller.user.account);
  if (lifted.code() == ErrorCode::conflict) {
    return problem_response({409, "conflict", "Conflict",
                             "The device was told to wipe itself: that cannot be taken back.",
                             "Il tablet ha già ricevuto l'ordine di cancellarsi: non si può più "
                             "ritirare."});
  }
  return answer(lifted);
}

Response give_up_device(const Asked& asked) {
  auto read = device_of(asked);
  if (auto* wrong = std::get_if<Response>(&read)) return std::move(*wrong);
  return answer(device_orders_of(asked.repository())
                    .let_go(std::get<sync::DeviceId>(read), asked.caller.user.account));
}

}  // namespace insieme::server::steer
