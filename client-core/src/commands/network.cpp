// device.enrol, sync.run, sync.state, network.changed.
#include <algorithm>
#include <optional>

#include "commands/notices.hpp"
#include "commands/table.hpp"
#include "commands/values.hpp"
#include "lock/door.hpp"
#include "storage/escrow_stock.hpp"
#include "order_run.hpp"

namespace insieme::client::commands {
namespace {

/// What became of an invitation, in words for the person who holds it, and what to do now.
Failure enrol_failure(const Error& error) {
  const Said said(error.detail);
  switch (error.code) {
    case ErrorCode::not_found:
      return {"not_found", "L'invito non è valido: controllare il codice o chiederne un altro.",
              "The invitation is not valid: check the code or ask for another."};
    case ErrorCode::expired:
      return {"expired", "L'invito è scaduto: chiederne un altro.",
              "The invitation has expired: ask for another."};
    case ErrorCode::conflict:
      return {"conflict",
              "L'invito è già stato usato da un altro dispositivo, o l'archivio è di un altro "
              "spazio: chiederne un altro, o fare un archivio nuovo.",
              "The invitation was used by another device already, or the store is of another "
              "space: ask for another, or make a new store."};
    case ErrorCode::unavailable:
      return {"unavailable",
              "Il server non risponde (" + said.it + "). Controllare la rete e l'indirizzo, poi "
              "ripetere: l'invito resta valido.",
              "The server does not answer (" + said.en + "). Check the network and the address, "
              "then repeat: the invitation stays valid."};
    case ErrorCode::malformed:
      return {"not_insieme",
              "A quell'indirizzo non risponde un server Insieme: controllare l'indirizzo "
              "dell'invito, o se la rete chiede prima un accesso.",
              "What answers at that address is no Insieme server: check the invitation's address, "
              "or whether the network wants a login first."};
    case ErrorCode::not_allowed:
      return {"device_refused", said.it, said.en};
    case ErrorCode::invalid_argument:
      return {"invalid_argument", "Così non si raggiunge il server: " + said.it + ".",
              "The server cannot be reached like this: " + said.en + ".", "invitation"};
    default:
      return error;
  }
}

/// The address that was given beside a code: without a scheme it would be guessed.
Failure bad_server(const std::string& url) {
  return {"invalid_argument",
          "L'indirizzo del server comincia con https://, non è " + quoted_it(url) + ".",
          "The server's address begins with https://, it is not " + quoted_en(url) + ".", "server"};
}

/// Why a synchronisation ended early. Whatever it was: the work is where it was.
Failure sync_failure(const Error& error) {
  const Said said(error.detail);
  switch (error.code) {
    case ErrorCode::not_allowed:  // revoked, or the account is disabled: the server says what to do
      return {"device_refused", "Il server non accetta questo dispositivo: " + said.it,
              "The server does not accept this device: " + said.en};
    case ErrorCode::conflict:
    case ErrorCode::truncated:
    case ErrorCode::malformed:
    case ErrorCode::trailing_bytes:
    case ErrorCode::checksum:
      return {"bad_reply",
              "La risposta del server non è quella attesa (" + said.it + "). Il lavoro resta "
              "salvato qui: riprovare; se continua, avvisare chi gestisce il server.",
              "The server's answer is not the expected one (" + said.en + "). The work stays saved "
              "here: try again; if it goes on, tell the people who run the server."};
    default:
      return error;
  }
}

Outcome<EnrolRequest> enrol_request(const Context& context) {
  auto invitation = parse_invitation(context.text("invitation"));
  if (!invitation.ok()) {
    return Failure("invalid_argument",
                   "Non sembra un invito: serve l'indirizzo ricevuto, o il codice e il server.",
                   "This does not look like an invitation: the address received is needed, or the "
                   "code and the server.",
                   "invitation");
  }
  if (context.has("server")) {
    invitation->server_url = context.text("server");
    invitation->pin.clear();
    const std::string& url = invitation->server_url;
    if (url.rfind("https://", 0) != 0 && url.rfind("http://", 0) != 0) return bad_server(url);
  }
  while (!invitation->server_url.empty() && invitation->server_url.back() == '/') {
    invitation->server_url.pop_back();
  }
  return EnrolRequest{std::move(invitation).value(), context.text("device_name")};
}

Outcome<json::object> enrolled(const Result<Identity>& identity, Engine& engine,
                               Scheduler& scheduler) {
  if (!identity.ok()) return enrol_failure(identity.error());
  scheduler.on_enrolled(engine.platform().steady_ms());
  json::object out;
  out["account"] = identity->account;
  out["name"] = identity->display_name;
  out["role"] = identity->role;
  out["space"] = sync::to_text(identity->space);
  out["space_name"] = identity->space_name;
  out["device"] = sync::to_text(identity->device);
  out["server"] = identity->server_url;
  return out;
}

Outcome<json::object> enrol(Context& context) {
  INSIEME_OUT_ASSIGN(const EnrolRequest request, enrol_request(context));
  return enrolled(context.engine.enrol(request), context.engine, context.scheduler);
}

class EnrolErrand final : public Errand {
 public:
  EnrolErrand(Context& context, EnrolRequest request)
      : engine_(context.engine), scheduler_(context.scheduler), request_(std::move(request)) {}
  Step begin(EventSink) override {
    auto asked = engine_.begin_enrol(request_);
    if (!asked.ok()) return enrolled(asked.error(), engine_, scheduler_);
    return std::move(asked).value();
  }
  Step answered(Result<HttpReply> reply) override {
    return enrolled(engine_.end_enrol(request_, reply), engine_, scheduler_);
  }
  Step waited() override {
    return Outcome<json::object>(Error{ErrorCode::internal, "the end of no wait"});
  }

 private:
  Engine& engine_;
  Scheduler& scheduler_;
  EnrolRequest request_;
};

Outcome<std::unique_ptr<Errand>> enrol_errand(Context& context) {
  INSIEME_OUT_ASSIGN(EnrolRequest request, enrol_request(context));
  return std::unique_ptr<Errand>(std::make_unique<EnrolErrand>(context, std::move(request)));
}

json::object summary_json(const sync::ClientSyncSummary& summary) {
  json::object out;
  out["sent"] = number_text(summary.sent);
  out["accepted"] = number_text(summary.accepted);
  out["held"] = number_text(summary.held);
  out["refused"] = number_text(summary.refused);
  out["received"] = number_text(summary.received);
  out["turns"] = number_text(summary.turns);
  out["bytes_out"] = number_text(summary.bytes_out);
  out["bytes_in"] = number_text(summary.bytes_in);
  return out;
}

json::object blobs_json(const BlobTally& tally, const BlobCounts& left) {
  json::object out;
  out["sent"] = number_text(tally.sent);
  out["received"] = number_text(tally.received);
  out["bytes_out"] = number_text(tally.bytes_out);
  out["bytes_in"] = number_text(tally.bytes_in);
  out["to_send"] = number_text(left.to_send);
  out["to_fetch"] = number_text(left.to_fetch);
  out["refused"] = number_text(left.refused);
  if (!tally.stopped.empty()) {
    const Said said(tally.stopped);
    out["stopped_it"] = said.it;
    out["stopped_en"] = said.en;
  }
  return out;
}

/// A network that costs carries records alone.
Outcome<BlobBudget> blob_budget(const Context& context) {
  BlobBudget budget;
  if (context.has("blobs")) budget.carry = context.flag("blobs");
  const std::int64_t bytes = context.number("blob_bytes_max", 0);
  if (bytes < 0) {
    return Failure("invalid_argument", "blob_bytes_max è un numero di byte.",
                   "blob_bytes_max is a number of bytes.", "blob_bytes_max");
  }
  if (bytes != 0) budget.bytes_max = static_cast<std::uint64_t>(bytes);
  return budget;
}

ProgressSink progress_to(EventSink events) {
  if (!events) return {};
  return [events = std::move(events)](const SyncProgress& progress) {
    json::object event = summary_json(progress.so_far);
    event["event"] = "sync";
    event["step"] = key_of(name_of(progress.step));
    event["unsent_left"] = number_text(progress.unsent_left);
    if (progress.wait_ms != 0) event["wait_ms"] = progress.wait_ms;
    events(json::serialize(event));
  };
}

SyncEnd end_of(const SyncOutcome& outcome) {
  if (outcome.status.ok()) return outcome.unsent ? SyncEnd::incomplete : SyncEnd::complete;
  switch (outcome.status.code()) {
    case ErrorCode::unauthenticated:
    case ErrorCode::not_allowed:
    case ErrorCode::wrong_version:
    case ErrorCode::bad_signature:
      return SyncEnd::refused;
    default:
      return SyncEnd::failed;
  }
}

/// A run may begin: this device is enrolled and nothing else is under way.
Check start_run(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  if (!context.scheduler.try_start(context.platform().steady_ms())) {
    return Failure("busy", "Una sincronizzazione è già in corso.",
                   "A synchronisation is under way already.");
  }
  return Done{};
}

/// With nobody else writing: all that is here was handed over, the order says so durably, and
/// nothing is written here any more. Otherwise all is as it was, and the next contact begins anew.
Check obey_wipe(const OrderOutcome& ordered, Engine& engine, Door& door) {
  Check obeyed = Done{};
  const Status closed = close_for_good(engine.store(), [&]() -> Status {
    INSIEME_TRY(check_handed_over(engine.store(), ordered.handed));
    obeyed = door.obey(*ordered.order, engine.store().identity(), ordered.receipt);
    return obeyed.ok() ? Status{} : Status{ErrorCode::storage_failure, {}};
  });
  INSIEME_OUT(obeyed);
  if (!closed.ok()) door.take_back();
  INSIEME_OUT(closed);
  return Done{};
}

/// The server ordered something of this device. It is carried out once the command has ended, by
/// whoever holds the store; without a door it is only told.
Outcome<json::object> end_refused(const SyncOutcome& outcome, const OrderOutcome& ordered,
                                  Engine& engine, Door* door) {
  const Error& error = outcome.status.error();
  // Told again by `status` until the server accepts the device; nothing waits for the note.
  static_cast<void>(engine.store().note_refusal(error.detail));
  Failure failure = sync_failure(error);
  if (door != nullptr && ordered.order) {
    INSIEME_OUT(ordered.receipt
                    ? obey_wipe(ordered, engine, *door)
                    : door->obey(*ordered.order, engine.store().identity(), ordered.receipt));
    const Check allowed = door->order_allows();
    if (!allowed.ok()) failure = allowed.error();
  }
  // A wipe that came to no end: the next run goes on.
  if (ordered.order && ordered.order->kind == sync::OrderKind::wipe && !ordered.receipt) {
    failure = Failure(ordered.status.ok() ? Error{ErrorCode::unavailable, error.detail}
                                          : ordered.status.error());
  }
  failure.details = summary_json(outcome.summary);
  return failure;
}

bool is_refused(const SyncOutcome& outcome) {
  return !outcome.status.ok() && outcome.status.code() == ErrorCode::not_allowed;
}

Outcome<json::object> end_run(const SyncOutcome& outcome, Engine& engine, Scheduler& scheduler) {
  scheduler.on_end(end_of(outcome), engine.platform().steady_ms());
  if (!outcome.status.ok()) {
    Failure failure = sync_failure(outcome.status.error());
    failure.details = summary_json(outcome.summary);
    return failure;
  }
  INSIEME_OUT_ASSIGN(const StoreStatus now, engine.store().status());
  json::object out = summary_json(outcome.summary);
  INSIEME_OUT_ASSIGN(const BlobCounts blobs, engine.store().blob_counts());
  out["blobs"] = blobs_json(outcome.blobs, blobs);
  out["complete"] = !outcome.unsent;
  out["unsent"] = number_text(now.unsent);
  out["open_items"] = number_text(now.open_items);
  out["open_held"] = number_text(now.open_held);
  out["clock_offset_ms"] = number_text(now.clock_offset_ms);
  INSIEME_OUT_ASSIGN(auto notices, notices_json(engine.store()));
  out["notices"] = std::move(notices);
  return out;
}

Outcome<json::object> run(Context& context) {
  INSIEME_OUT_ASSIGN(const BlobBudget blobs, blob_budget(context));
  INSIEME_OUT(start_run(context));
  const SyncOutcome outcome = context.engine.sync_now(progress_to(context.events), blobs);
  if (!is_refused(outcome)) return end_run(outcome, context.engine, context.scheduler);
  const OrderOutcome ordered = ask_order(context.engine);
  context.scheduler.on_end(end_of(outcome), context.platform().steady_ms());
  return end_refused(outcome, ordered, context.engine, context.door);
}

class SyncErrand final : public Errand {
 public:
  SyncErrand(Context& context, const BlobBudget& blobs)
      : engine_(context.engine),
        scheduler_(context.scheduler),
        door_(context.door),
        blobs_(blobs) {}
  ~SyncErrand() override {
    // Dropped half-way: the next run goes on from what was answered.
    if (is_running_) scheduler_.on_end(SyncEnd::failed, engine_.platform().steady_ms());
  }
  SyncErrand(const SyncErrand&) = delete;
  SyncErrand& operator=(const SyncErrand&) = delete;

  Step begin(EventSink events) override {
    run_.emplace(engine_, progress_to(std::move(events)), blobs_);
    return step_of(run_->begin());
  }
  Step answered(Result<HttpReply> reply) override {
    if (order_) return step_of(order_->answered(reply));
    return step_of(run_->answered(std::move(reply)));
  }
  Step waited() override { return step_of(run_->waited(true)); }
  [[nodiscard]] bool is_handing_over() const override {
    return order_ && order_->is_handing_over();
  }

 private:
  Step step_of(OrderRun::Need need) {
    if (auto* request = std::get_if<HttpRequest>(&need)) return std::move(*request);
    is_running_ = false;
    scheduler_.on_end(end_of(outcome_), engine_.platform().steady_ms());
    return end_refused(outcome_, std::get<OrderOutcome>(need), engine_, door_);
  }
  Step step_of(SyncNeed need) {
    if (auto* request = std::get_if<HttpRequest>(&need)) return std::move(*request);
    if (const auto* pause = std::get_if<Pause>(&need)) return *pause;
    outcome_ = std::get<SyncOutcome>(std::move(need));
    if (is_refused(outcome_)) return step_of(order_.emplace(engine_).begin());
    is_running_ = false;
    return end_run(outcome_, engine_, scheduler_);
  }

  Engine& engine_;
  Scheduler& scheduler_;
  Door* door_;
  BlobBudget blobs_;
  std::optional<SyncRun> run_;
  SyncOutcome outcome_;
  std::optional<OrderRun> order_;  ///< once the server did not accept this device
  bool is_running_ = true;
};

Outcome<std::unique_ptr<Errand>> run_errand(Context& context) {
  INSIEME_OUT_ASSIGN(const BlobBudget blobs, blob_budget(context));
  INSIEME_OUT(start_run(context));
  return std::unique_ptr<Errand>(std::make_unique<SyncErrand>(context, blobs));
}

Outcome<json::object> state(Context& context) {
  const SyncPlan plan = context.scheduler.plan();
  INSIEME_OUT_ASSIGN(const StoreStatus now, context.store().status());
  json::object out;
  out["state"] = key_of(name_of(plan.state));
  out["reason"] = key_of(name_of(plan.reason));
  const std::int64_t steady = context.platform().steady_ms();
  out["due"] = context.scheduler.is_due(steady);
  if (plan.due_ms) out["due_in_ms"] = number_text(std::max<std::int64_t>(*plan.due_ms - steady, 0));
  out["enrolled"] = now.identity.is_enrolled();
  out["unsent"] = number_text(now.unsent);
  if (now.oldest_unsent_ms) out["oldest_unsent_at"] = instant_text(*now.oldest_unsent_ms);
  if (now.last_sync_ms) out["last_sync_at"] = instant_text(*now.last_sync_ms);
  return out;
}

Outcome<json::object> network_changed(Context& context) {
  context.scheduler.on_network(context.flag("online"), context.platform().steady_ms());
  return state(context);
}

}  // namespace

std::vector<CommandSpec> network_commands() {
  return {
      {"device.enrol",
       Writes::maybe_without_id,
       "Lega questo archivio a un account con un invito. Il lavoro già salvato resta e partirà.",
       "Binds this store to an account with an invitation. Work saved before stays and will be "
       "sent.",
       {{"invitation", ArgKind::text, true, "indirizzo o codice", "address or code"},
        {"server", ArgKind::text, false, "indirizzo del server, se l'invito è solo un codice",
         "address of the server, if the invitation is a code only"},
        {"device_name", ArgKind::text, false, "nome del dispositivo", "name of the device"}},
       "account, name, role, space, space_name, device, server",
       R"({"command": "device.enrol", "invitation": "https://ats.example.it/#7KQ2M-…",
 "device_name": "tablet di Anna"})",
       enrol,
       enrol_errand},
      {"sync.run",
       Writes::maybe_without_id,
       "Invia ciò che è nuovo qui e riceve ciò che è nuovo altrove. Si può interrompere e "
       "ripetere.",
       "Sends what is new here and receives what is new elsewhere. May be cut off and repeated.",
       {{"blobs", ArgKind::boolean, false,
         "anche foto e file, dopo le schede (sì, se manca); no su una rete che costa",
         "photos and files, too, after records (yes if absent); no on a network that costs"},
        {"blob_bytes_max", ArgKind::integer, false,
         "byte di foto e file in questo scambio (64 MiB)",
         "bytes of photos and files in this run (64 MiB)"}},
       "sent, accepted, held, refused, received, turns, bytes_out, bytes_in, blobs (sent, "
       "received, bytes_out, bytes_in, to_send, to_fetch, refused, stopped_it?, stopped_en?), "
       "complete, unsent, open_items, open_held, clock_offset_ms, notices (as in notices.list); "
       "events {event:\"sync\", step, …} on the way",
       R"({"command": "sync.run"})",
       run,
       run_errand},
      {"sync.state",
       Writes::no,
       "Quando e perché ci sarà il prossimo scambio.",
       "When and why the next synchronisation will be.",
       {},
       "state (idle, planned, running, backing_off, offline, stopped), reason, due, due_in_ms?, "
       "enrolled, unsent, oldest_unsent_at?, last_sync_at?",
       R"({"command": "sync.state"})",
       state},
      {"network.changed",
       Writes::maybe_without_id,
       "Il sistema dice che la rete c'è o non c'è.",
       "The system says that there is a network, or none.",
       {{"online", ArgKind::boolean, true, "c'è", "there is"}},
       "as sync.state",
       R"({"command": "network.changed", "online": true})",
       network_changed},
  };
}

}  // namespace insieme::client::commands
