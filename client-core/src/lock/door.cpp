#include "lock/door.hpp"

#include <algorithm>

#include "insieme/sqlite/files.hpp"
#include "lock/host.hpp"
#include "lock/pin_rules.hpp"

namespace insieme::client {
namespace {

using namespace lock;
using commands::Check;
using commands::Done;
using commands::Failure;
using commands::Outcome;

Failure no_pin() {
  return {"no_pin", "Questo archivio non ha un PIN.", "This store has no PIN."};
}

Failure locked() {
  return {"locked", "L'archivio è chiuso: serve il PIN.",
          "The store is locked: the PIN is needed."};
}

Failure told(Failure failure, std::uint32_t failed, std::int64_t wait) {
  failure.details["failed"] = failed;
  failure.details["wait_ms"] = std::to_string(wait);
  return failure;
}

Failure blocked(std::uint32_t failed) {
  return told({"pin_blocked",
               "Troppi PIN sbagliati: ora apre solo il codice di sblocco di chi coordina. Nulla è "
               "stato cancellato.",
               "Too many wrong PINs: only the unlock code from the coordinator opens now. Nothing "
               "was erased."},
              failed, 0);
}

Failure must_wait(std::uint32_t failed, std::int64_t wait) {
  return told({"pin_wait",
               "Troppi PIN sbagliati: si può riprovare tra " +
                   wait_text(wait, schema::Language::it) + ". Nulla viene cancellato.",
               "Too many wrong PINs: try again in " + wait_text(wait, schema::Language::en) +
                   ". Nothing is erased."},
              failed, wait);
}

Failure wrong(std::uint32_t failed) {
  const std::int64_t wait = wait_after_ms(failed);
  std::string it = "Il PIN non è giusto.";
  std::string en = "The PIN is not right.";
  if (wait > 0) {
    it += " Si può riprovare tra " + wait_text(wait, schema::Language::it) + ".";
    en += " Try again in " + wait_text(wait, schema::Language::en) + ".";
  }
  return told({"pin_wrong", it, en, "pin"}, failed, wait);
}

}  // namespace

Door::Door(std::string store_path, const Secret& host_key, Platform& platform)
    : store_path_(std::move(store_path)),
      path_(pin_path(store_path_)),
      host_key_(host_key),
      platform_(platform) {}

Door::~Door() {
  shut();
  wipe(host_key_);
  if (pending_) wipe(*pending_);
}

void Door::shut() noexcept {
  if (store_key_) wipe(*store_key_);
  store_key_.reset();
  wants_lock = false;
}

void Door::open_with(const Secret& key) {
  // Whose key was wiped makes no store: anybody could open it.
  INSIEME_ASSERT(key != Secret{});
  store_key_ = key;
  const auto ordered = order();
  only_hands_over_ = ordered && ordered->state == OrderState::wiping && !begins_anew_;
  heard_wipe = only_hands_over_;
}

const Secret& Door::store_key() const {
  INSIEME_ASSERT(store_key_.has_value());
  return *store_key_;
}

/// Nothing if there is no file, or it takes another secret than the host's: then the host's key is
/// the store's, and setting a PIN was stopped half-way or the PIN was removed.
Outcome<std::optional<PinFile>> Door::read() const {
  auto file = read_pin_file(path_);
  if (!file.ok() && file.error().code == ErrorCode::not_found) return std::optional<PinFile>();
  if (!file.ok()) return file.error();
  if (file->device_tag != tag_of(host_key_)) return std::optional<PinFile>();
  return std::optional<PinFile>(std::move(file).value());
}

Outcome<PinFile> Door::read_pin() const {
  INSIEME_OUT_ASSIGN(auto file, read());
  if (!file) return no_pin();
  return *std::move(file);
}

bool Door::has_foreign_pin() const {
  const auto file = read_pin_file(path_);
  return file.ok() && file->device_tag != tag_of(host_key_);
}

/// By the clock that cannot be set, if this run counted the last try; otherwise by the wall clock,
/// and one that was set back begins anew.
std::int64_t Door::wait_ms(PinFile& file) {
  const std::int64_t whole = wait_after_ms(file.failed);
  if (whole == 0) return 0;
  std::int64_t passed = 0;
  if (waiting_since_) {
    passed = platform_.steady_ms() - *waiting_since_;
  } else {
    passed = platform_.now_ms() - file.failed_at_ms;
    if (passed < 0) {
      file.failed_at_ms = platform_.now_ms();
      static_cast<void>(write_pin_file(path_, file));
      waiting_since_ = platform_.steady_ms();
      passed = 0;
    }
  }
  return std::max<std::int64_t>(whole - passed, 0);
}

Check Door::may_try(PinFile& file) {
  if (file.failed >= kFailedMax && file.recovery) return blocked(file.failed);
  const std::int64_t wait = wait_ms(file);
  if (wait > 0) return must_wait(file.failed, wait);
  return Done{};
}

/// `file` is as it stands in the file, which nobody else writes meanwhile.
Outcome<Secret> Door::judge(PinFile& file, std::string_view pin) {
  INSIEME_OUT(may_try(file));
  // Counted first: a device that is switched off now has counted it.
  ++file.failed;
  file.failed_at_ms = platform_.now_ms();
  INSIEME_OUT(write_pin_file(path_, file));
  waiting_since_ = platform_.steady_ms();
  auto key = pin.size() > kPinBytesMax ? Result<Secret>(Error{ErrorCode::wrong_key, {}})
                                       : unwrap_with_pin(file, host_key_, pin);
  if (!key.ok() && key.error().code != ErrorCode::wrong_key) return key.error();
  if (!key.ok()) return wrong(file.failed);
  file.failed = 0;
  waiting_since_.reset();
  // If it stays counted, the next wrong one only waits sooner.
  static_cast<void>(write_pin_file(path_, file));
  return std::move(key).value();
}

Outcome<Door::State> Door::state() {
  const Alone alone(path_);
  INSIEME_OUT_ASSIGN(auto file, read());
  State state;
  state.pin_required = pin_required_;
  state.locked = !is_open() || only_hands_over_;
  if (!file) return state;
  state.pin = true;
  state.failed = file->failed;
  state.recovery = file->recovery.has_value();
  state.blocked = file->failed >= kFailedMax && state.recovery;
  state.wait_ms = wait_ms(*file);
  return state;
}

Check Door::enter() {
  INSIEME_OUT(order_allows());
  INSIEME_OUT_ASSIGN(const auto file, read());
  if (file) return locked();
  open_with(host_key_);
  return Done{};
}

Check Door::enter(std::string_view pin) {
  INSIEME_OUT(order_allows());
  const Alone alone(path_);
  INSIEME_OUT_ASSIGN(PinFile file, read_pin());
  INSIEME_OUT_ASSIGN(Secret key, judge(file, pin));
  open_with(key);
  wipe(key);
  return Done{};
}

Outcome<Secret> Door::set_pin(std::string_view pin) {
  INSIEME_OUT(check_pin(pin));
  INSIEME_OUT_ASSIGN(const auto former, read());
  if (former) {
    return Failure("already_exists", "Questo archivio ha già un PIN: si può cambiarlo.",
                   "This store has a PIN already: it can be changed.", "pin");
  }
  Secret device_secret{};
  const Wiped wiped(device_secret);
  platform_.random(device_secret);
  PinFile file;
  wrap_with_pin(file, device_secret, pin, store_key(), platform_);
  if (holder_) {
    INSIEME_OUT_ASSIGN(file.recovery,
                       wrap_for_recovery(*holder_, device_secret, store_key(), platform_));
  }
  INSIEME_OUT(write_pin_file(path_, file));
  pending_ = device_secret;
  is_removing_ = false;
  return device_secret;
}

Outcome<Secret> Door::remove_pin(std::string_view pin) {
  if (pin_required_) {
    return Failure("not_allowed", "Questo spazio chiede un PIN: si può cambiarlo, non toglierlo.",
                   "This space asks for a PIN: it can be changed, not removed.");
  }
  const Alone alone(path_);
  INSIEME_OUT_ASSIGN(PinFile file, read_pin());
  INSIEME_OUT_ASSIGN(const Secret key, judge(file, pin));
  pending_ = key;
  is_removing_ = true;
  return key;
}

Check Door::kept() {
  if (!pending_) return Failure("invalid_argument", "Non c'è nulla da custodire.",
                                "There is nothing to keep.");
  host_key_ = *pending_;
  wipe(*pending_);
  pending_.reset();
  // Left behind, it would be nobody's: it takes a secret that no host has.
  if (is_removing_) sqlite::remove_file(path_);
  is_removing_ = false;
  return Done{};
}

Check Door::change_pin(std::string_view pin, std::string_view new_pin) {
  INSIEME_OUT(check_pin(new_pin));
  const Alone alone(path_);
  INSIEME_OUT_ASSIGN(PinFile file, read_pin());
  INSIEME_OUT_ASSIGN(Secret key, judge(file, pin));
  const Wiped wiped(key);
  wrap_with_pin(file, host_key_, new_pin, key, platform_);
  INSIEME_OUT(write_pin_file(path_, file));
  return Done{};
}

Check Door::adopt(const DevicePolicy& policy, const sync::DeviceId& device) {
  pin_required_ = policy.pin_required;
  if (!policy.recovery_key) return Done{};
  holder_ = RecoveryHolder{*policy.recovery_key, device};
  const Alone alone(path_);
  INSIEME_OUT_ASSIGN(auto file, read());
  if (!file || !is_open()) return Done{};
  if (file->recovery) {
    const auto known = holder_of(*file->recovery, store_key());
    if (known.ok() && known->key == holder_->key && known->device == device) return Done{};
  }
  INSIEME_OUT_ASSIGN(file->recovery,
                     wrap_for_recovery(*holder_, host_key_, store_key(), platform_));
  INSIEME_OUT(write_pin_file(path_, *file));
  return Done{};
}

Check Door::copy_to(const std::string& store_path) {
  INSIEME_OUT_ASSIGN(auto file, read());
  if (!file) return Done{};
  file->failed = 0;
  sqlite::remove_file(pin_path(store_path));
  INSIEME_OUT(write_pin_file(pin_path(store_path), *file));
  return Done{};
}

Outcome<std::string> Door::recovery_request() {
  INSIEME_OUT_ASSIGN(const PinFile file, read_pin());
  if (!file.recovery) {
    return Failure("no_recovery",
                   "Lo sblocco da parte di chi coordina non è stato preparato su questo tablet: "
                   "serve il PIN.",
                   "The unlock by the coordinator was not prepared on this tablet: the PIN is "
                   "needed.");
  }
  return request_text(*file.recovery);
}

Check Door::recover(std::string_view answer, std::string_view new_pin) {
  INSIEME_OUT(check_pin(new_pin));
  if (const auto ordered = order(); ordered && ordered->order.kind == sync::OrderKind::wipe) {
    return order_allows();
  }
  const Alone alone(path_);
  INSIEME_OUT_ASSIGN(PinFile file, read_pin());
  if (!file.recovery) return recovery_request().error();
  auto told_secret = read_answer(*file.recovery, answer);
  if (!told_secret.ok()) {
    return Failure("answer_wrong",
                   "Il codice di sblocco non è giusto: ricontrollarlo cifra per cifra, oppure è "
                   "la risposta a un'altra richiesta.",
                   "The unlock code is not right: check it digit by digit, or it answers another "
                   "request.",
                   "answer");
  }
  const Wiped wiped_answer(*told_secret);
  INSIEME_OUT_ASSIGN(Secret key, unwrap_recovered(*file.recovery, host_key_, *told_secret));
  const Wiped wiped_key(key);
  wrap_with_pin(file, host_key_, new_pin, key, platform_);
  // What was told over the telephone opens nothing any more.
  INSIEME_OUT_ASSIGN(const RecoveryHolder holder, holder_of(*file.recovery, key));
  INSIEME_OUT_ASSIGN(file.recovery, wrap_for_recovery(holder, host_key_, key, platform_));
  file.failed = 0;
  waiting_since_.reset();
  INSIEME_OUT(write_pin_file(path_, file));
  // Whoever gave the code lets this person in, although the server has locked the device.
  if (const auto ordered = order(); ordered && ordered->state == OrderState::locked) {
    INSIEME_OUT(set_order_state(order_path(store_path_), OrderState::opened));
  }
  open_with(key);
  return Done{};
}

}  // namespace insieme::client
