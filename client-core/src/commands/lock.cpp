// pin.*, lock, unlock, policy.fetch, recovery.*: what stands before the store.
#include "commands/table.hpp"
#include "commands/values.hpp"
#include "lock/door.hpp"
#include "lock/pin_rules.hpp"

namespace insieme::client::commands {
namespace {

std::string_view word_of(const lock::OrderFile& order) {
  if (order.order.kind == sync::OrderKind::wipe) return "wiped";
  switch (order.state) {
    case lock::OrderState::wiping: return "wiping";
    case lock::OrderState::opened: return "opened";
    default: return "locked";
  }
}

/// Whether the server locked or wiped this device, and how it stands with that.
void put_order(json::object& out, const DoorCall& call) {
  const auto order = call.door.order();
  out["order"] = order ? word_of(*order) : std::string_view();
  if (!order) return;
  const bool is_wiping = order->state == lock::OrderState::wiping;
  const Check allowed = is_wiping ? Check(Door::being_wiped()) : call.door.order_allows();
  const bool english = call.language == schema::Language::en;
  out["order_text"] = allowed.ok() ? "" : english ? allowed.error().en : allowed.error().it;
  out["order_reason"] = order->order.reason;
  out["order_at"] = instant_text(order->order.ordered_ms);
  if (order->order.kind != sync::OrderKind::wipe) return;
  out["handed_over"] = number_text(order->parcels);
  out["reported"] = order->state == lock::OrderState::reported;
}

Outcome<json::object> state_json(DoorCall& call) {
  INSIEME_OUT_ASSIGN(const Door::State state, call.door.state());
  json::object out;
  out["pin"] = state.pin;
  out["locked"] = state.locked;
  out["failed"] = state.failed;
  out["wait_ms"] = number_text(static_cast<std::uint64_t>(state.wait_ms));
  out["wait_text"] = state.wait_ms > 0 ? lock::wait_text(state.wait_ms, call.language) : "";
  out["blocked"] = state.blocked;
  out["recovery"] = state.recovery;
  out["pin_required"] = state.pin_required;
  put_order(out, call);
  return out;
}

Check check_open(const DoorCall& call) {
  if (call.door.is_open()) return Done{};
  return Failure("locked", "L'archivio è chiuso: serve il PIN.",
                 "The store is locked: the PIN is needed.");
}

/// What the host keeps in place of what it kept, as text for its hands only.
json::object to_keep(lock::Secret secret) {
  const lock::Wiped wiped(secret);
  return json::object{{"device_secret", sync::to_hex(secret)}};
}

Outcome<json::object> set_pin(DoorCall& call) {
  INSIEME_OUT(check_open(call));
  INSIEME_OUT_ASSIGN(const lock::Secret secret, call.door.set_pin(text_at(call.args, "pin")));
  return to_keep(secret);
}

Outcome<json::object> remove_pin(DoorCall& call) {
  INSIEME_OUT(check_open(call));
  INSIEME_OUT_ASSIGN(const lock::Secret secret, call.door.remove_pin(text_at(call.args, "pin")));
  return to_keep(secret);
}

Outcome<json::object> kept(DoorCall& call) {
  INSIEME_OUT(call.door.kept());
  return state_json(call);
}

Outcome<json::object> change_pin(DoorCall& call) {
  INSIEME_OUT(check_open(call));
  INSIEME_OUT(call.door.change_pin(text_at(call.args, "pin"), text_at(call.args, "new_pin")));
  return state_json(call);
}

Outcome<json::object> check_new_pin(DoorCall& call) {
  INSIEME_OUT(lock::check_pin(text_at(call.args, "pin")));
  return json::object{};
}

Outcome<json::object> lock_store(DoorCall& call) {
  INSIEME_OUT_ASSIGN(const Door::State state, call.door.state());
  if (!state.pin) {
    return Failure("no_pin", "Senza un PIN l'archivio non si può chiudere: sceglierne uno prima.",
                   "Without a PIN the store cannot be locked: choose one first.");
  }
  call.door.wants_lock = true;
  return json::object{{"locked", true}};
}

Outcome<json::object> unlock(DoorCall& call) {
  if (!call.door.is_open()) INSIEME_OUT(call.door.enter(text_at(call.args, "pin")));
  call.door.heard_wipe = call.door.only_hands_over();
  return json::object{{"locked", false}};
}

Outcome<json::object> recovery_request(DoorCall& call) {
  INSIEME_OUT_ASSIGN(std::string request, call.door.recovery_request());
  return json::object{{"request", std::move(request)}};
}

Outcome<json::object> recovery_answer(DoorCall& call) {
  INSIEME_OUT(call.door.recover(text_at(call.args, "answer"), text_at(call.args, "new_pin")));
  return json::object{{"locked", false}};
}

Outcome<json::object> policy_json(const Result<DevicePolicy>& policy, Engine& engine, Door* door) {
  if (!policy.ok()) return policy.error();
  json::object out;
  out["pin_required"] = policy->pin_required;
  out["recovery_key"] = policy->recovery_key ? sync::to_hex(policy->recovery_key->bytes) : "";
  if (door != nullptr) {
    INSIEME_OUT(door->adopt(policy.value(), engine.store().identity().device));
  }
  return out;
}

Outcome<json::object> fetch_policy(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  return policy_json(context.engine.fetch_policy(), context.engine, context.door);
}

class PolicyErrand final : public Errand {
 public:
  explicit PolicyErrand(Context& context) : engine_(context.engine), door_(context.door) {}
  Step begin(EventSink) override { return engine_.begin_policy(); }
  Step answered(Result<HttpReply> reply) override {
    return policy_json(engine_.end_policy(reply), engine_, door_);
  }
  Step waited() override {
    return Outcome<json::object>(Error{ErrorCode::internal, "the end of no wait"});
  }

 private:
  Engine& engine_;
  Door* door_;
};

Outcome<std::unique_ptr<Errand>> policy_errand(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  return std::unique_ptr<Errand>(std::make_unique<PolicyErrand>(context));
}

CommandSpec at_door(const char* name, Writes writes, const char* it, const char* en,
                    std::vector<ArgSpec> args, const char* returns, const char* example,
                    Outcome<json::object> (*act)(DoorCall&)) {
  return {name, writes, it, en, std::move(args), returns, example, nullptr, nullptr, act};
}

std::vector<CommandSpec> pin_commands() {
  constexpr Writes kWrites = Writes::maybe_without_id;
  const ArgSpec pin{"pin", ArgKind::text, true, "il PIN di adesso", "the present PIN"};
  const ArgSpec fresh{"new_pin", ArgKind::text, true, "quello nuovo", "the new one"};
  return {
      at_door("pin.state", Writes::no, "Se c'è un PIN, se l'archivio è chiuso, quanto attendere.",
              "Whether there is a PIN, whether the store is locked, how long to wait.", {},
              "pin, locked, failed (wrong ones in a row), wait_ms, wait_text, blocked (only the "
              "recovery opens), recovery (it is prepared), pin_required (as far as policy.fetch "
              "told this run), order (empty, `locked` or `wiped` by the server, `opened` by the "
              "coordinator's code, or `wiping`: locked, and opening only to hand over what was not "
              "sent), order_text?, order_reason?, order_at?, handed_over? (parcels), "
              "reported? (the server knows that all was destroyed)",
              R"({"command": "pin.state"})", state_json),
      at_door("pin.check", Writes::no, "Se un PIN nuovo va bene; se no, perché.",
              "Whether a new PIN will do; if not, why.",
              {{"pin", ArgKind::text, true, "quello pensato", "the one in mind"}},
              "nothing; refused: `pin_weak`", R"({"command": "pin.check", "pin": "407319"})",
              check_new_pin),
      at_door("pin.set", kWrites,
              "Mette un PIN: chi custodisce la chiave custodisce da ora device_secret al suo "
              "posto, poi dice pin.kept.",
              "Sets a PIN: whoever keeps the key keeps device_secret in its place from now on, "
              "then says pin.kept.",
              {{"pin", ArgKind::text, true, "6 o più cifre o lettere", "6 or more digits or "
                                                                       "letters"}},
              "device_secret (64 digits, for the host alone); in force after pin.kept",
              R"({"command": "pin.set", "pin": "407319"})", set_pin),
      at_door("pin.kept", kWrites, "Il nuovo segreto è custodito: vale da adesso.",
              "The new secret is kept: it holds from now on.", {}, "as pin.state",
              R"({"command": "pin.kept"})", kept),
      at_door("pin.change", kWrites, "Cambia il PIN; l'archivio non viene toccato.",
              "Changes the PIN; the store is not touched.", {pin, fresh}, "as pin.state",
              R"({"command": "pin.change", "pin": "407319", "new_pin": "530847"})", change_pin),
      at_door("pin.remove", kWrites,
              "Toglie il PIN: chi custodisce il segreto custodisce da ora questo, poi dice "
              "pin.kept.",
              "Removes the PIN: whoever keeps the secret keeps this one from now on, then says "
              "pin.kept.",
              {pin}, "device_secret (the store's key itself); in force after pin.kept",
              R"({"command": "pin.remove", "pin": "407319"})", remove_pin),
  };
}

}  // namespace

std::vector<CommandSpec> lock_commands() {
  std::vector<CommandSpec> all = pin_commands();
  all.push_back(at_door(
      "lock", Writes::no,
      "Chiude l'archivio e dimentica la chiave. Le bozze restano; uno scambio in corso si ferma.",
      "Locks the store and forgets its key. Drafts stay; an exchange under way stops.", {},
      "locked", R"({"command": "lock"})", lock_store));
  all.push_back(at_door(
      "unlock", Writes::maybe_without_id, "Apre l'archivio con il PIN. Ogni tentativo è contato.",
      "Opens the store with the PIN. Every try is counted.",
      {{"pin", ArgKind::text, true, "il PIN", "the PIN"}},
      "locked; refused: `pin_wrong`, `pin_wait`, `pin_blocked` (details: failed, wait_ms)",
      R"({"command": "unlock", "pin": "407319"})", unlock));
  all.push_back(at_door(
      "recovery.request", Writes::no,
      "Il codice da dare a chi coordina quando il PIN è dimenticato.",
      "The code to give to the coordinator when the PIN is forgotten.", {},
      "request (groups of four digits)", R"({"command": "recovery.request"})", recovery_request));
  all.push_back(at_door(
      "recovery.answer", Writes::maybe_without_id,
      "Apre con la risposta di chi coordina e mette un PIN nuovo; nulla va perso.",
      "Opens with the coordinator's answer and sets a new PIN; nothing is lost.",
      {{"answer", ArgKind::text, true, "il codice di sblocco", "the unlock code"},
       {"new_pin", ArgKind::text, true, "il PIN nuovo", "the new PIN"}},
      "locked; refused: `answer_wrong`, `pin_weak`, `no_recovery`",
      R"({"command": "recovery.answer", "answer": "3F0A-…", "new_pin": "530847"})",
      recovery_answer));
  all.push_back(at_door(
      "order.contact", Writes::maybe_without_id,
      "Un tablet bloccato o cancellato dal server gli chiede se può riaprirsi, o gli dice che è "
      "fatto. Serve la rete.",
      "A tablet that the server locked or wiped asks it whether it may open again, or says that it "
      "is done. Needs the network.",
      {}, "as pin.state", R"({"command": "order.contact"})", state_json));
  all.push_back({"policy.fetch",
                 Writes::maybe_without_id,
                 "Chiede al server se lo spazio vuole un PIN, e prepara lo sblocco da parte di chi "
                 "coordina.",
                 "Asks the server whether the space wants a PIN, and prepares the unlock by the "
                 "coordinator.",
                 {},
                 "pin_required, recovery_key (empty: the space has none)",
                 R"({"command": "policy.fetch"})",
                 fetch_policy,
                 policy_errand});
  return all;
}

}  // namespace insieme::client::commands
