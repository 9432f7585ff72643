// The table of settings.
#include "config_keys.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>
#include <limits>

#include "blobs/scan_command.hpp"
#include "insieme/server/sealed_backup.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::server {
namespace {

Status bad(std::string_view value, std::string_view wanted) {
  return {ErrorCode::invalid_argument,
          "\"" + std::string(value) + "\" is not " + std::string(wanted)};
}

Result<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    return bad(text, "a whole number").error();
  }
  return number;
}

Status set_bool(bool& out, std::string_view value) {
  if (value == "yes" || value == "true" || value == "on" || value == "1") {
    out = true;
  } else if (value == "no" || value == "false" || value == "off" || value == "0") {
    out = false;
  } else {
    return bad(value, "yes or no");
  }
  return {};
}

template <std::uint32_t Config::*Member>
Status set_duration(Config& config, std::string_view value) {
  INSIEME_TRY_ASSIGN(const std::uint64_t seconds, parse_duration(value));
  if (seconds == 0 || seconds > 366ULL * 86'400) return bad(value, "from 1s to 366d");
  config.*Member = static_cast<std::uint32_t>(seconds);
  return {};
}

template <std::uint32_t Config::*Member, std::uint32_t kMin, std::uint32_t kMax>
Status set_number(Config& config, std::string_view value) {
  INSIEME_TRY_ASSIGN(const std::uint64_t number, parse_number(value));
  if (number < kMin || number > kMax) {
    return bad(value, "from " + std::to_string(kMin) + " to " + std::to_string(kMax));
  }
  config.*Member = static_cast<std::uint32_t>(number);
  return {};
}

template <std::uint64_t Config::*Member>
Status set_size(Config& config, std::string_view value) {
  INSIEME_TRY_ASSIGN(const std::uint64_t bytes, parse_size(value));
  config.*Member = bytes;
  return {};
}

template <std::string Config::*Member>
Status set_text(Config& config, std::string_view value) {
  config.*Member = value;
  return {};
}

template <bool Config::*Member>
Status set_flag(Config& config, std::string_view value) {
  return set_bool(config.*Member, value);
}

Status set_listen(Config& config, std::string_view value) {
  const std::size_t colon = value.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad(value, "host:port");
  std::string_view host = value.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const auto port = parse_number(value.substr(colon + 1));
  if (!port.ok() || *port > std::numeric_limits<std::uint16_t>::max() || host.empty()) {
    return bad(value, "host:port");
  }
  config.listen_host = host;
  config.listen_port = static_cast<std::uint16_t>(*port);
  return {};
}

Status set_public_url(Config& config, std::string_view value) {
  if (!value.starts_with("https://") && !value.starts_with("http://")) {
    return bad(value, "a URL that starts with https://");
  }
  config.public_url = value;
  return {};
}

/// Settings and command lines are read by many: a password has its own file (libpq's passfile).
Status set_database(Config& config, std::string_view value) {
  const auto url = boost::urls::parse_uri(value);
  if (!url || (url->scheme() != "postgres" && url->scheme() != "postgresql")) {
    // Not quoted: it may hold a password all the same.
    return {ErrorCode::invalid_argument, "the address begins with postgres:// and is a URL"};
  }
  if (url->has_password() || url->params().contains("password")) {
    return {ErrorCode::invalid_argument,
            "the address holds a password: put it into a password file and name that"
            " (?passfile=/path, or PGPASSFILE)"};
  }
  config.database = value;
  return {};
}

Status set_recovery_key(Config& config, std::string_view value) {
  sync::PublicKey key;
  if (!sync::from_hex(value, key.bytes).ok()) {
    return bad(value, "a key of 64 digits (insieme-server recovery keygen)");
  }
  config.recovery_key = sync::to_hex(key.bytes);
  return {};
}

Status set_backup_keys(Config& config, std::string_view value) {
  std::vector<std::string> keys;
  while (!value.empty()) {
    const std::size_t end = value.find_first_of(", ");
    const std::string_view one = value.substr(0, end);
    value = end == std::string_view::npos ? std::string_view() : value.substr(end + 1);
    if (one.empty()) continue;
    sync::PublicKey key;
    if (!sync::from_hex(one, key.bytes).ok()) {
      return bad(one, "a key of 64 digits (insieme-server backup-key new)");
    }
    keys.push_back(sync::to_hex(key.bytes));
  }
  if (keys.size() > kBackupKeysMax) return bad("backup_keys", "a list of at most 8 keys");
  config.backup_keys = std::move(keys);
  return {};
}

Status set_blob_scan(Config& config, std::string_view value) {
  if (!value.empty()) {
    const auto words = split_command(value);
    if (!words.ok()) {
      return {words.error().code, "\"" + std::string(value) + "\": " + words.error().detail};
    }
  }
  config.blob_scan = value;
  return {};
}

Status set_log_level(Config& config, std::string_view value) {
  const std::vector<std::string> levels{"trace", "debug", "info", "warn", "error", "off"};
  for (const std::string& level : levels) {
    if (level == value) {
      config.log_level = value;
      return {};
    }
  }
  return bad(value, "trace, debug, info, warn, error or off" + did_you_mean(value, levels));
}

}  // namespace

namespace {

std::vector<ConfigSetter> siuss_setters() {
  return {
      {{"siuss_keys", "path", "JWKS file of who vouches for INPS; without it no flows are served"},
       set_text<&Config::siuss_keys>},
      {{"siuss_issuer", "name", "who vouches for INPS (interop.pagopa.it)"},
       set_text<&Config::siuss_issuer>},
      {{"siuss_audience", "name", "this service, as vouchers name it"},
       set_text<&Config::siuss_audience>},
      {{"siuss_purpose", "id", "the one purpose that is admitted (any)"},
       set_text<&Config::siuss_purpose>},
      {{"siuss_schemas", "path", "folder of INPS's schemas PS_PSA_SINA201812.xsd and SINBA.xsd"},
       set_text<&Config::siuss_schemas>},
  };
}

std::vector<ConfigSetter> backup_setters() {
  return {
      {{"backup_days", "number", "how long you keep copies: when what is erased is gone from them"},
       set_number<&Config::backup_days, 0, 36'500>},
      {{"backup_keys", "64 digits, …", "for whom copies are sealed, at most 8 (nobody: in clear)"},
       set_backup_keys},
  };
}

std::vector<ConfigSetter> sign_in_setters() {
  return {
      {{"sign_in_provider", "url", "identity provider (OpenID Connect) that people sign in with"},
       set_text<&Config::sign_in_provider>},
      {{"sign_in_client", "name", "this server, as the provider knows it (client_id)"},
       set_text<&Config::sign_in_client>},
      {{"sign_in_secret", "path", "file with its secret there; without: a public client"},
       set_text<&Config::sign_in_secret>},
      {{"sign_in_name", "text", "what people call the provider"},
       set_text<&Config::sign_in_name>},
      {{"sign_in_ca", "path", "PEM file of who vouches for its certificate (the system's)"},
       set_text<&Config::sign_in_ca>},
      {{"sign_in_by_email", "yes/no", "an address that it verified may bind a person once (no)"},
       set_flag<&Config::sign_in_by_email>},
  };
}

std::vector<ConfigSetter> blob_setters() {
  return {
      {{"blob_folder", "path", "where photos and files lie (blobs in the data folder)"},
       set_text<&Config::blob_folder>},
      {{"blob_bucket", "url", "https://HOST/BUCKET of an S3 store, in place of that folder"},
       set_text<&Config::blob_bucket>},
      {{"blob_bucket_region", "name", "that its requests are signed for (us-east-1)"},
       set_text<&Config::blob_bucket_region>},
      {{"blob_bucket_key", "path", "file: the id of an access key, on a second line its secret"},
       set_text<&Config::blob_bucket_key>},
      {{"blob_bucket_ca", "path", "PEM file of who vouches for its certificate (the system's)"},
       set_text<&Config::blob_bucket_ca>},
      {{"blob_scan", "command",
        "virus scanner that reads a file from its standard input: 0 clean, 1 found (none)"},
       set_blob_scan},
      {{"blob_scan_wait", "yes/no", "what it has not yet looked at is given to nobody (yes)"},
       set_flag<&Config::blob_scan_wait>},
      {{"blob_scan_timeout", "duration", "for one file; then it has failed (60s)"},
       set_duration<&Config::blob_scan_timeout_s>},
      {{"max_blob_bytes", "size", "of all photos and files; 0: no quota (0)"},
       set_size<&Config::max_blob_bytes>},
      {{"max_dossier_blob_bytes", "size", "of those of one dossier; 0: no quota (500M)"},
       set_size<&Config::max_dossier_blob_bytes>},
  };
}

/// Of devices and addresses, so that each leaves room for the others.
std::vector<ConfigSetter> share_setters() {
  return {
      {{"device_requests_max", "number", "in a minute, of one device (1200); 0: no limit"},
       set_number<&Config::device_requests_max, 0, 1'000'000>},
      {{"address_requests_max", "number", "in a minute, of one address (6000); 0: no limit"},
       set_number<&Config::address_requests_max, 0, 1'000'000>},
      {{"device_at_once", "number", "requests that have a thread, of one device (2)"},
       set_number<&Config::device_at_once, 1, 64>},
      {{"device_waiting_max", "number", "requests that wait behind those (64)"},
       set_number<&Config::device_waiting_max, 0, 100'000>},
      {{"wait", "number", "seconds that a device's wait for news is held (50); 0: not at all"},
       set_number<&Config::wait_s, 0, 60>},
      {{"waits_max", "number", "devices that may wait, beside connections_max (10000)"},
       set_number<&Config::waits_max, 0, 100'000>},
      {{"waits_per_address_max", "number", "of one address (1000); 0: no limit of its own"},
       set_number<&Config::waits_per_address_max, 0, 100'000>},
  };
}

std::vector<ConfigSetter> server_setters() {
  return {
      {{"listen", "host:port", "where to listen; port 0 with dev: any free one"}, set_listen},
      {{"database", "postgres://…", "PostgreSQL in place of a file in the data folder"},
       set_database},
      {{"public_url", "url", "how devices reach the server, for invitations"}, set_public_url},
      {{"tls_certificate", "path", "PEM file with the certificate and its chain"},
       set_text<&Config::tls_certificate>},
      {{"tls_key", "path", "PEM file with its private key"}, set_text<&Config::tls_key>},
      {{"tls_next_certificate", "path", "PEM file of the certificate that will follow"},
       set_text<&Config::tls_next_certificate>},
      {{"tls_client_ca", "path", "PEM file of who vouches for clients' certificates (none asked)"},
       set_text<&Config::tls_client_ca>},
      {{"app", "path", "folder of the app for browsers, served at /"}, set_text<&Config::app>},
      {{"behind_proxy", "yes/no", "a proxy in front does TLS"}, set_flag<&Config::behind_proxy>},
      {{"dev", "yes/no", "loopback only, without TLS; makes the data folder itself"},
       set_flag<&Config::dev>},
      {{"token_ttl", "duration", "life of an access token (15m)"},
       set_duration<&Config::token_ttl_s>},
      {{"challenge_ttl", "duration", "life of a challenge (60s)"},
       set_duration<&Config::challenge_ttl_s>},
      {{"idle_timeout", "duration", "between two requests of a connection (60s)"},
       set_duration<&Config::idle_timeout_s>},
      {{"read_timeout", "duration", "without a byte inside a request (30s)"},
       set_duration<&Config::read_timeout_s>},
      {{"request_timeout", "duration", "for a whole request to arrive (5m)"},
       set_duration<&Config::request_timeout_s>},
      {{"write_timeout", "duration", "without progress while a reply leaves (60s)"},
       set_duration<&Config::write_timeout_s>},
      {{"shutdown_timeout", "duration", "to finish what is in flight when stopped (10s)"},
       set_duration<&Config::shutdown_timeout_s>},
      {{"connections_max", "number", "open connections (512)"},
       set_number<&Config::connections_max, 1, 100'000>},
      {{"connections_per_address_max", "number", "of one address (128); 0: no limit of its own"},
       set_number<&Config::connections_per_address_max, 0, 100'000>},
      {{"metrics_for_all", "yes/no", "/metrics also for other machines than this one (no)"},
       set_flag<&Config::metrics_for_all>},
      {{"requests_per_connection_max", "number", "then a connection is closed (1000)"},
       set_number<&Config::requests_per_connection_max, 1, 1'000'000>},
      {{"workers", "number", "threads that answer requests (4)"},
       set_number<&Config::workers, 1, 64>},
      {{"max_log_bytes", "size", "pushes are refused beyond it; 0: no quota (0)"},
       set_size<&Config::max_log_bytes>},
      {{"min_free_disk", "size", "pushes are refused below it (64M)"},
       set_size<&Config::min_free_disk>},
      {{"fold_without_backup", "yes/no", "fold documents before a backup holds them (no)"},
       set_flag<&Config::fold_without_backup>},
      {{"give_up_days", "number",
        "a tablet that is silent for longer is not waited for (180); 0: always"},
       set_number<&Config::give_up_days, 0, 36'500>},
      {{"recovery_key", "64 digits", "who can open tablets whose PIN was forgotten (nobody)"},
       set_recovery_key},
      {{"pin_required", "yes/no", "tablets are to have a PIN (no)"},
       set_flag<&Config::pin_required>},
      {{"log_level", "level", "trace, debug, info, warn, error or off (info)"}, set_log_level},
  };
}

}  // namespace

const std::vector<ConfigSetter>& config_setters() {
  static const std::vector<ConfigSetter> kSetters = [] {
    std::vector<ConfigSetter> all = server_setters();
    for (ConfigSetter& setter : share_setters()) all.push_back(std::move(setter));
    for (ConfigSetter& setter : backup_setters()) all.push_back(std::move(setter));
    for (ConfigSetter& setter : blob_setters()) all.push_back(std::move(setter));
    for (ConfigSetter& setter : siuss_setters()) all.push_back(std::move(setter));
    for (ConfigSetter& setter : sign_in_setters()) all.push_back(std::move(setter));
    return all;
  }();
  return kSetters;
}

Status set_role(Config& config, std::string_view key, std::string_view value) {
  return config.roles.set(key.substr(std::string_view("role.").size()), value);
}

}  // namespace insieme::server
