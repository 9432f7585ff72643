#include "storage/core.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>

namespace insieme::client {

Core::~Core() { sodium_memzero(key.data(), key.size()); }

std::string_view name_of(BlobPlace place) noexcept {
  switch (place) {
    case BlobPlace::here:
      return "here";
    case BlobPlace::both:
      return "both";
    case BlobPlace::elsewhere:
      return "elsewhere";
    case BlobPlace::refused:
      return "refused";
  }
  return "unknown";
}

std::string_view name_of(Receipt receipt) noexcept {
  switch (receipt) {
    case Receipt::saved_here:
      return "saved_here";
    case Receipt::sent:
      return "sent";
    case Receipt::applied:
      return "applied";
    case Receipt::waiting:
      return "waiting";
    case Receipt::seen:
      return "seen";
    case Receipt::refused:
      return "refused";
    case Receipt::with_colleague:
      return "with_colleague";
  }
  return "applied";
}

std::optional<std::string> Core::setting(const char* name) {
  auto& find = db.cached("SELECT value FROM settings WHERE name = ?");
  const sqlite::ResetGuard guard(find);
  const std::string_view key_name(name);
  find.bind_all(key_name);
  if (!find.step()) return {};
  return std::string(find.get_text(0));
}

void Core::set_setting(const char* name, const std::string& value) {
  const std::string_view key_name(name);
  db.cached(
        "INSERT INTO settings(name, value) VALUES(?, ?) "
        "ON CONFLICT(name) DO UPDATE SET value = excluded.value")
      .bind_all(key_name, value)
      .run();
}

std::int64_t Core::setting_number(const char* name, std::int64_t otherwise) {
  const auto text = setting(name);
  return text ? std::strtoll(text->c_str(), nullptr, 10) : otherwise;
}

namespace {

template <class Id>
Id id_setting(Core& core, const char* name) {
  const auto text = core.setting(name);
  if (!text) return {};
  auto id = sync::id_from_text<Id>(*text);
  return id.ok() ? id.value() : Id{};
}

}  // namespace

void Core::load_identity() {
  // Whole or not at all: what is damaged is told each time, and never half taken for read.
  Identity read;
  read.replica = id_setting<sync::ReplicaId>(*this, "replica");
  read.device = id_setting<sync::DeviceId>(*this, "device");
  read.space = id_setting<sync::SpaceId>(*this, "space");
  read.space_name = setting("space_name").value_or("");
  read.server_url = setting("server_url").value_or("");
  read.server_pin = setting("server_pin").value_or("");
  if (const auto known = setting("server_key")) {
    require(sync::from_hex(*known, read.server_key.bytes));
  }
  read.account = setting("account").value_or("local");
  read.display_name = setting("display_name").value_or("");
  read.role = setting("role").value_or("");
  if (const auto secret = setting("device_key")) {
    require(sync::from_hex(*secret, read.keys.secret_key.bytes));
    // libsodium's secret key ends with the public one.
    std::copy(read.keys.secret_key.bytes.begin() + 32, read.keys.secret_key.bytes.end(),
              read.keys.public_key.bytes.begin());
  }
  const std::int64_t version = setting_number("identity_version", 0);
  identity = std::move(read);
  identity_version = version;
}

void Core::save_identity() {
  set_setting("replica", sync::to_text(identity.replica));
  set_setting("device", sync::to_text(identity.device));
  set_setting("space", sync::to_text(identity.space));
  set_setting("space_name", identity.space_name);
  set_setting("server_url", identity.server_url);
  set_setting("server_pin", identity.server_pin);
  set_setting("server_key", sync::to_hex(identity.server_key.bytes));
  set_setting("account", identity.account);
  set_setting("display_name", identity.display_name);
  set_setting("role", identity.role);
  set_setting("device_key", sync::to_hex(identity.keys.secret_key.bytes));
  count_identity();
}

void Core::count_identity() {
  identity_version = setting_number("identity_version", 0) + 1;
  set_setting_number("identity_version", identity_version);
}

void Core::refresh_identity() {
  if (setting_number("identity_version", 0) != identity_version) load_identity();
}

void Core::mint_replica() {
  if (!identity.replica.is_nil()) {
    const std::string former = setting("former_replicas").value_or("");
    set_setting("former_replicas", former + ' ' + sync::to_text(identity.replica));
  }
  identity.replica = random_id<sync::ReplicaId>(platform);
  set_setting("replica", sync::to_text(identity.replica));
  count_identity();
}

std::optional<DossierRow> Core::dossier(const sync::DossierId& id) {
  auto& find = db.cached(
      "SELECT n, secret, granted, leaving, may_review, sections FROM dossiers WHERE id = ?");
  const sqlite::ResetGuard guard(find);
  find.bind_all(id.bytes);
  if (!find.step()) return {};
  DossierRow row;
  row.n = find.get_int64(0);
  row.id = id;
  const auto secret = find.get_blob(1);
  if (secret.size() != row.key.bytes.size()) {
    refuse(ErrorCode::storage_failure, "a damaged dossier key in the store");
  }
  std::copy(secret.begin(), secret.end(), row.key.bytes.begin());
  row.granted = find.get_int64(2) != 0;
  row.leaving = find.get_int64(3) != 0;
  row.may_review = find.get_int64(4) != 0;
  row.sections = split_words(find.get_text(5));
  return row;
}

sync::DossierId Core::dossier_id(std::int64_t n) {
  auto& find = db.cached("SELECT id FROM dossiers WHERE n = ?");
  const sqlite::ResetGuard guard(find);
  find.bind_all(n);
  if (!find.step()) refuse(ErrorCode::storage_failure, "a document without a dossier");
  return id_from_blob<sync::DossierId>(find.get_blob(0));
}

std::int64_t Core::corrected_now_ms() {
  return platform.now_ms() + setting_number("clock_offset_ms", 0);
}

sync::Stamp Core::kept_stamp() {
  sync::Stamp last{INT64_MIN, 0};
  if (const auto text = setting("last_stamp")) {
    const char* end = text->data() + text->size();
    const char* at = std::from_chars(text->data(), end, last.ms).ptr;
    if (at != end) std::from_chars(at + 1, end, last.counter);
  }
  return last;
}

sync::Stamp Core::newest_unsent_stamp() {
  auto& newest = db.cached(
      "SELECT header FROM changes WHERE state IN (0, 1, 5) ORDER BY n DESC LIMIT 1");
  const sqlite::ResetGuard guard(newest);
  if (!newest.step()) return {INT64_MIN, 0};
  return require(sync::decode_header(newest.get_blob(0))).stamp;
}

sync::Stamp Core::take_stamp() {
  return sync::next_stamp(std::max(kept_stamp(), newest_unsent_stamp()), corrected_now_ms());
}

void Core::keep_stamp() {
  const sync::Stamp newest = newest_unsent_stamp();
  if (newest <= kept_stamp()) return;
  set_setting("last_stamp", std::to_string(newest.ms) + " " + std::to_string(newest.counter));
}

std::string join_words(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out.push_back(' ');
    out += word;
  }
  return out;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

Error error_from_current_exception() {
  try {
    throw;
  } catch (const Refused& refused) {
    return refused.error;
  } catch (const sqlite::Error& error) {
    switch (error.kind()) {
      case sqlite::ErrorKind::busy:
        return {ErrorCode::busy, "another program is writing to the store; try again\n"
                "un altro programma ci sta scrivendo: riprovare"};
      case sqlite::ErrorKind::full:
        return {ErrorCode::storage_full,
                "no room is left on this device: free some space and try again\n"
                "non c'è più posto su questo dispositivo: liberare spazio e riprovare"};
      case sqlite::ErrorKind::corrupt_or_key:
        return {ErrorCode::wrong_key,
                "the file was left untouched\nil file non è stato toccato"};
      case sqlite::ErrorKind::schema_newer:
        return {ErrorCode::storage_newer,
                "nothing in it was changed\nnulla vi è stato cambiato"};
      case sqlite::ErrorKind::io:
        return {ErrorCode::storage_failure, error.what()};
      default:
        return {ErrorCode::internal, error.what()};
    }
  } catch (const std::bad_alloc&) {
    return {ErrorCode::limit_exceeded, "not enough memory"};
  } catch (const std::exception& error) {
    return {ErrorCode::internal, error.what()};
  }
}

}  // namespace insieme::client
