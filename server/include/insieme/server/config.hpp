#pragma once
// Configuration: flags beat the environment, the environment beats the file. A wrong name or value
// is refused with the place where it stands; nothing is ever guessed.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/server/roles.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

struct Config {
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 8443;  ///< 0: any free one, with `dev`
  std::string database;              ///< of PostgreSQL; empty: a file in the data folder
  std::string public_url;            ///< as devices reach it, for invitations
  std::string tls_certificate;       ///< PEM, whole chain
  std::string tls_key;
  std::string tls_next_certificate;  ///< PEM; of the key that will follow, told to devices now
  std::string tls_client_ca;  ///< PEM of who vouches for clients' certificates; empty: none asked
  std::string app;  ///< folder of the field client's files, served at /; empty: none
  bool behind_proxy = false;  ///< a proxy in front does TLS
  bool dev = false;           ///< loopback only, no TLS
  std::uint32_t token_ttl_s = 15 * 60;
  std::uint32_t challenge_ttl_s = 60;
  std::uint32_t idle_timeout_s = 60;     ///< between two requests of a connection
  std::uint32_t read_timeout_s = 30;     ///< without a byte inside a request
  std::uint32_t request_timeout_s = 300; ///< for a whole request to arrive
  std::uint32_t write_timeout_s = 60;    ///< without progress while a reply leaves
  std::uint32_t shutdown_timeout_s = 10;
  std::uint32_t connections_max = 512;
  std::uint32_t requests_per_connection_max = 1'000;
  std::uint32_t workers = 4;
  std::uint32_t connections_per_address_max = 128;  ///< not behind a proxy; 0: no limit of its own
  /// Requests in a minute, of one device or machine and of one address; 0: no limit. Addresses of
  /// this machine are not counted: a proxy here may not tell whose requests it brings.
  std::uint32_t device_requests_max = 1'200;
  std::uint32_t address_requests_max = 6'000;
  /// Requests that have a thread at once, of one device, or of an address before one is known.
  std::uint32_t device_at_once = 2;
  std::uint32_t device_waiting_max = 64;  ///< behind those; one more is answered 429
  /// How long a device's wait for news is held; 0: none is, and devices ask once in a while.
  std::uint32_t wait_s = 50;
  std::uint32_t waits_max = 10'000;  ///< beside connections_max
  std::uint32_t waits_per_address_max = 1'000;  ///< 0: no limit of its own
  bool metrics_for_all = false;      ///< /metrics also for other machines
  std::uint64_t max_log_bytes = 0;   ///< 0: no quota
  std::string blob_folder;              ///< of blobs' bytes; empty: `blobs` in the data folder
  std::string blob_bucket;         ///< https://HOST/BUCKET[/PREFIX] of an S3 store; empty: a folder
  std::string blob_bucket_region = "us-east-1";
  std::string blob_bucket_key;     ///< file: the id of an access key, on a second line its secret
  std::string blob_bucket_ca;      ///< PEM of who vouches for its certificate; empty: the system's
  std::uint64_t max_blob_bytes = 0;     ///< of all blobs of the space; 0: no quota
  std::uint64_t max_dossier_blob_bytes = 500ULL * 1024 * 1024;  ///< likewise
  std::string blob_scan;  ///< a virus scanner's command line, read by no shell; empty: none
  bool blob_scan_wait = true;  ///< what it has not yet looked at is given to nobody
  std::uint32_t blob_scan_timeout_s = 60;
  std::uint64_t min_free_disk = 64ULL * 1024 * 1024;
  /// Fold documents before `insieme-server backup` (or `note-backup`) has said that a backup holds
  /// them. What is folded on the tablets cannot be given back to a server that has lost it.
  bool fold_without_backup = false;
  /// Nobody waits any longer for a device that has been silent for so long; 0: one waits for ever.
  std::uint32_t give_up_days = 180;
  std::uint32_t backup_days = 0;  ///< how long copies of the database are kept; 0: nobody said
  /// 64 digits each: for whom copies of the database are sealed; empty: they are not.
  std::vector<std::string> backup_keys;
  std::string recovery_key;  ///< 64 digits: for whom devices wrap their keys; empty: nobody
  bool pin_required = false;  ///< devices are to have a PIN
  std::string siuss_keys;     ///< JWKS of who vouches for INPS; empty: flows are not served
  std::string siuss_issuer = "interop.pagopa.it";
  std::string siuss_audience;  ///< this service, as vouchers name it
  std::string siuss_purpose;   ///< the one that is admitted; empty: any
  std::string siuss_schemas;   ///< folder of PS_PSA_SINA201812.xsd and SINBA.xsd; empty: none
  /// An identity provider (OpenID Connect), as it writes itself (`iss`); empty: people are invited.
  std::string sign_in_provider;
  std::string sign_in_client;     ///< this server there
  std::string sign_in_secret;     ///< file with the client's secret; empty: a public client
  std::string sign_in_name;       ///< as people know the provider; empty: its address
  std::string sign_in_ca;         ///< PEM of who vouches for its certificate; empty: the system's
  bool sign_in_by_email = false;  ///< addresses that it has verified may bind a person once
  std::string log_level = "info";
  Roles roles = Roles::defaults();
};

/// One setting, for `--help` and for the documentation.
struct ConfigKey {
  std::string_view name;  ///< in files; `--token-ttl` and INSIEME_TOKEN_TTL for `token_ttl`
  std::string_view kind;  ///< `host:port`, `duration`, `size`, `number`, `path`, `yes/no` …
  std::string_view help;
};
[[nodiscard]] const std::vector<ConfigKey>& config_keys();

/// Sets one key. The error's detail names what was wrong with the value, or the nearest key.
[[nodiscard]] Status set_config(Config& config, std::string_view key, std::string_view value);

/// `key = value` lines, `#` comments. Errors: `FILE:LINE: …`.
[[nodiscard]] Status load_config_text(Config& config, std::string_view text,
                                      const std::string& file);
[[nodiscard]] Status load_config_file(Config& config, const std::string& path);

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] Status load_config_environment(Config& config, const Environment& environment);
/// Keys with dashes or underscores.
[[nodiscard]] Status load_config_flags(Config& config,
                                       const std::map<std::string, std::string>& flags);
/// That the whole makes sense: loopback or TLS or a proxy, certificate with key.
[[nodiscard]] Status check_config(const Config& config);

/// `90`, `90s`, `15m`, `48h`, `7d` → seconds.
[[nodiscard]] Result<std::uint64_t> parse_duration(std::string_view text);
/// `4096`, `64K`, `10M`, `2G` → bytes.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);
/// `; did you mean "x"?`, or nothing when no name is near.
[[nodiscard]] std::string did_you_mean(std::string_view wrong,
                                       const std::vector<std::string>& names);

}  // namespace insieme::server
