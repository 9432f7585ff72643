#include "simulation/world.hpp"

#include <ostream>

#include "simulation/acts.hpp"

namespace insieme::simulation {
namespace {

constexpr std::size_t kAttemptsMax = 5;
constexpr std::size_t kWritesUntilStop = 70;
constexpr std::size_t kCallsUntilFailure = 150;
constexpr std::int64_t kMinuteMs = 60'000;

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(view(key));
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool is_ok(const json::object& reply) {
  const json::value* ok = reply.if_contains("ok");
  return ok != nullptr && ok->is_bool() && ok->as_bool();
}

std::string code_of(const json::object& reply) {
  const json::value* error = reply.if_contains("error");
  return error != nullptr && error->is_object() ? text_of(error->as_object(), "code")
                                                : std::string();
}

std::set<std::string> shown_tokens(const json::object& fields, const std::string& field,
                                   Sort sort) {
  std::set<std::string> tokens;
  const json::value* shown = fields.if_contains(field);
  if (shown == nullptr || !shown->is_object()) return tokens;
  const json::object& one = shown->as_object();
  const std::string text = text_of(one, "text");
  if (sort == Sort::letter) {
    for (std::size_t at = 0; at + 3 <= text.size(); ++at) {
      const auto byte = static_cast<unsigned char>(text[at]);
      if (byte >= 0xe4 && byte <= 0xe9) tokens.insert(text.substr(at, 3));
    }
  } else if (sort == Sort::element) {
    const json::value* value = one.if_contains("value");
    if (value == nullptr || !value->is_array()) return tokens;
    for (const json::value& element : value->as_array()) {
      if (element.is_string()) tokens.insert(std::string(element.as_string()));
    }
  } else {
    if (!text.empty()) tokens.insert(text);
    const json::value* values = one.if_contains("values");
    if (values == nullptr || !values->is_array()) return tokens;
    for (const json::value& value : values->as_array()) {
      tokens.insert(text_of(value.as_object(), "text"));
    }
  }
  return tokens;
}

void Tally::add(const Tally& other) {
  for (const auto& [name, count] : other.acts) acts[name] += count;
  for (const auto& [name, count] : other.faults) faults[name] += count;
  for (const auto& [name, of_kind] : other.items) {
    items[name].seen += of_kind.seen;
    items[name].disagreed += of_kind.disagreed;
  }
  for (const auto& [name, count] : other.most) most[name] = std::max(most[name], count);
  changes += other.changes;
  again += other.again;
  folded += other.folded;
  snapshots += other.snapshots;
  requests += other.requests;
  request_bytes_max = std::max(request_bytes_max, other.request_bytes_max);
  reply_bytes_max = std::max(reply_bytes_max, other.reply_bytes_max);
  checks += other.checks;
}

World::World(FileSystem& files, const Script& script, std::ostream* story)
    : weather(script.settings.weather),
      files_(files),
      script_(script),
      story_(story),
      network_(Chance::mix(script.settings.seed, 2)),
      trace_("insieme simulation") {
  const std::uint64_t seed = script_.settings.seed;
  files_.reseed(Chance::mix(seed, 1));
  server::SnapshotPolicy snapshots;
  if (script_.settings.fold_from != 0) {
    snapshots = {script_.settings.fold_from, script_.settings.fold_from};
  }
  snapshots.covered_only = script_.settings.waits_for_backup;
  office_ = std::make_unique<Office>(folder_, Chance::mix(seed, 3), now_ms_, snapshots);
  for (const Person& person : script_.settings.people) {
    const Status added = office_->repository().add_user(
        {person.account, "Signora " + person.account, person.role, false, 0});
    demand(added.ok(), "server start", "a person cannot be added");
  }
  const Weather bad = weather;
  weather = {};
  for (std::size_t i = 0; i < script_.settings.tablets.size(); ++i) {
    Tablet& tablet = add_tablet(script_.settings.people[script_.settings.tablets[i]]);
    if (i < script_.settings.ages.size()) tablet.age = script_.settings.ages[i];
    if (tablet.age == Age::former) tablet.protocol_max = sync::kProtocolVersion - 1;
    demand(enrol(tablet), "enrolment works", tablet.name());
  }
  weather = bad;
}

World::~World() {
  for (const auto& tablet : tablets_) {
    tablet->disk().stop();  // nobody reads what a tidy end would write
    tablet->close();
  }
}

std::string World::trace_hash() const {
  sync::Hasher copy = trace_;
  return sync::to_hex(copy.finish());
}

void World::tell(const std::string& line) {
  trace_.add(std::string_view(line));
  if (story_ != nullptr) *story_ << line << '\n';
}

// ---- tablets ------------------------------------------------------------------------------------

Tablet& World::add_tablet(const Person& person) {
  const std::string name = "tablet-" + std::to_string(tablets_.size());
  const std::uint64_t seed = Chance::mix(script_.settings.seed, 100 + tablets_.size());
  const std::size_t fold_from = script_.settings.fold_from;
  lines_.push_back(make_line(*this, tablets_.size()));
  tablets_.push_back(std::make_unique<Tablet>(name, person, folder_, seed, now_ms_, *lines_.back(),
                                              [this](std::uint32_t ms) {
                                                now_ms_ += ms;
                                                return true;
                                              }));
  if (fold_from != 0) tablets_.back()->fold_from = static_cast<std::int64_t>(fold_from);
  return *tablets_.back();
}

bool World::enrol(Tablet& tablet) {
  const std::string code = office_->invite(tablet.person().account);
  const json::object reply =
      ask(tablet, {{"command", "device.enrol"}, {"invitation", "http://office.test/" + code}});
  tell("  " + tablet.name() + " enrols " + json::serialize(reply));
  return is_ok(reply);
}

void World::reopen(Tablet& tablet) {
  if (tablet.is_open()) return;
  Status opened = tablet.open();
  if (!opened.ok() && (tablet.disk().stopped() || tablet.disk().full() ||
                       opened.code() == ErrorCode::storage_failure)) {
    // It stopped while it started, or has no room: the person makes room and starts it again.
    Chance chance(Chance::mix(script_.settings.seed, ++tablet.requests));
    if (tablet.disk().stopped()) tablet.crash(Stop::power, chance);
    tablet.disk().calm();
    opened = tablet.open();
  }
  demand(opened.ok(), "store opens after a stop",
         tablet.name() + ": " + (opened.ok() ? std::string() : opened.error().detail));
}

void World::restart(Tablet& tablet, Stop how) {
  Chance chance(Chance::mix(script_.settings.seed ^ 0x5107, ++tablet.requests));
  tell("  " + tablet.name() + (how == Stop::kill ? " is killed" : " loses power"));
  note_fault(how == Stop::kill ? "tablet killed" : "tablet loses power");
  tablet.crash(how, chance);
  reopen(tablet);
}

json::object World::ask(Tablet& tablet, json::object request, bool* uncertain) {
  if (!request.contains("request_id")) {
    request["request_id"] = tablet.name() + "-" + std::to_string(++tablet.requests);
  }
  for (std::size_t attempt = 1; attempt <= kAttemptsMax; ++attempt) {
    reopen(tablet);
    std::optional<json::object> reply = tablet.call(request);
    if (!reply) {
      if (uncertain != nullptr) *uncertain = true;
      restart(tablet, attempt % 2 == 1 ? Stop::power : Stop::kill);
      continue;
    }
    const std::string code = code_of(*reply);
    if (code == "storage_failure" || code == "wrong_key") {
      // The disk failed in the middle. Whether it is saved is seen when it is asked again.
      demand(tablet.disk().counts().refused_io > 0, "no failure without a fault",
             json::serialize(*reply));
      if (uncertain != nullptr) *uncertain = true;
      tablet.close();
      continue;
    }
    const bool damaged = code == "malformed" &&
                         weather.reply_cut + weather.reply_damaged + weather.request_damaged > 0;
    demand(
        damaged || (code != "internal" && code != "unknown_argument" && code != "unknown_field" &&
                    code != "missing_argument" && code != "malformed"),
        "no internal error", json::serialize(request) + " → " + json::serialize(*reply));
    return std::move(*reply);
  }
  throw Broken("a command gets an answer", json::serialize(request));
}

json::object World::save(Tablet& tablet, json::object request, std::vector<Typed> typed) {
  const std::uint64_t act = ledger_.new_act();
  for (Typed& one : typed) {
    one.act = act;
    one.person = tablet.person().account;
    for (std::size_t i = 0; i < tablets_.size(); ++i) {
      if (tablets_[i].get() == &tablet) one.tablet = i;
    }
    ledger_.add(std::move(one));
  }
  bool uncertain = false;
  tell("  " + tablet.name() + " asks " + json::serialize(request));
  json::object reply = ask(tablet, std::move(request), &uncertain);
  if (is_ok(reply)) {
    ledger_.acknowledge(act);
    ++tally_.acts["saved"];
  } else {
    if (!uncertain) ledger_.cancel(act);
    ++tally_.acts["refused: " + code_of(reply)];
  }
  tell("  " + tablet.name() + " hears " + json::serialize(reply));
  return reply;
}

json::object World::get(Tablet& tablet, const std::string& record) {
  json::object reply = ask(tablet, {{"command", "record.get"}, {"record", record}, {"all", true}});
  if (!is_ok(reply)) return {};
  return reply.at("record").as_object();
}

json::object World::synchronise(Tablet& tablet) {
  begin_run();
  tablet.busy = true;
  json::object reply = ask(tablet, {{"command", "sync.run"}});
  tablet.busy = false;
  reply.erase("bytes_in");  // compressed sizes may differ with the library's version
  reply.erase("bytes_out");
  tell("  " + tablet.name() + " synchronised " + json::serialize(reply));
  ++tally_.acts[is_ok(reply) ? "synchronised" : "sync failed: " + code_of(reply)];
  watch_items(tablet);
  watch_queues(tablet);
  return reply;
}

// ---- the run ------------------------------------------------------------------------------------

void World::perform(const Act& act) {
  const ActKind& kind = act_table()[act.kind];
  Chance chance(act.seed);
  Tablet& tablet = *tablets_[act.tablet % tablets_.size()];
  now_ms_ +=
      chance.one_in(12) ? chance.between(1, 60) * 60 * kMinuteMs : chance.between(0, 5 * kMinuteMs);
  if (tablet.busy) return;  // one program at a time works on a store
  tell(std::string(kind.name) + " " + tablet.name());
  ++tally_.acts[kind.name];
  reopen(tablet);
  const bool stops = chance.percent(script_.settings.stop_percent);
  const std::size_t at = 1 + chance.below(kWritesUntilStop);
  const bool fails = chance.percent(script_.settings.failing_percent);
  const std::size_t nth = 1 + chance.below(kCallsUntilFailure);
  if (!kind.is_outside) {
    if (stops) tablet.disk().stop_at(at);
    if (fails) tablet.disk().fail_at(nth);
  }
  try {
    kind.run(*this, tablet, chance);
  } catch (const server::StorageFailure& failure) {
    const bool meant = office_->disk().stopped() || office_->disk().full();
    demand(meant, "no failure without a fault", failure.what());
  }
  tablet.disk().stop_at(0);
  tablet.disk().fail_at(0);
  if (office_->disk().stopped()) office_->restart(Stop::power, network_);
}

void World::run() {
  const Weather bad = weather;
  weather = {};
  Chance chance(Chance::mix(script_.settings.seed, 4));
  share_a_dossier(*this, chance);
  weather = bad;
  for (step_ = 0; step_ < script_.acts.size(); ++step_) {
    const Act& act = script_.acts[step_];
    if (act_table()[act.kind].takes_others) {
      for (std::size_t next = step_ + 1; next < script_.acts.size(); ++next) {
        if (!script_.acts[next].meanwhile) break;
        meanwhile_.push_back(script_.acts[next]);
      }
    }
    const std::size_t others = meanwhile_.size();
    perform(act);
    while (!meanwhile_.empty()) {
      const Act next = meanwhile_.front();
      meanwhile_.pop_front();
      perform(next);
    }
    step_ += others;
  }
  settle_and_check(*this, tally_);
  note_disk(office_->disk());
  for (const auto& tablet : tablets_) note_disk(tablet->disk());
}

void World::note_disk(const Disk& disk) {
  tally_.faults["write lost in a power cut"] += disk.counts().writes_lost;
  tally_.faults["page torn in a power cut"] += disk.counts().writes_torn;
  tally_.faults["disk call failed"] += disk.counts().refused_io;
}

}  // namespace insieme::simulation
