#include "doctor.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "insieme/server/audit.hpp"
#include "insieme/server/verify.hpp"
#include "insieme/server/vouchers.hpp"
#include "ledger_copies.hpp"
#include "log.hpp"
#include "net/certificates.hpp"
#include "net/tls.hpp"
#include "restore.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kBackupLateMs = 26 * kHourMs;  // a daily one, and some minutes
constexpr std::int64_t kBackupGoneMs = 7 * kDayMs;
constexpr std::int64_t kCertificateSoonMs = 14 * kDayMs;
constexpr std::int64_t kSilentMs = 30 * kDayMs;
constexpr std::int64_t kClockOffMs = 10 * 60'000;
constexpr std::uint64_t kFewTimesMin = 4;
constexpr std::size_t kNamesMax = 5;

Finding well(const char* check, std::string says) {
  return {check, Health::well, std::move(says), {}};
}
Finding warning(const char* check, std::string says, std::string advice) {
  return {check, Health::warning, std::move(says), std::move(advice)};
}
Finding fault(const char* check, std::string says, std::string advice) {
  return {check, Health::fault, std::move(says), std::move(advice)};
}

std::string megabytes(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }
std::string day_of(std::int64_t ms) { return to_rfc3339(ms).substr(0, 10); }

Finding check_folder(const DataDir& dir) {
  struct ::stat state {};
  if (::stat(dir.folder.c_str(), &state) != 0) {
    return fault("folder", dir.folder.string() + " is not there",
                 "Name the data folder with --data, or put it back.");
  }
  for (const std::string& file : {dir.folder.string(), dir.key()}) {
    if (::stat(file.c_str(), &state) == 0 && (state.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
      return fault("folder", file + " can be read by others",
                   "chmod go= " + file + " (it holds records, or keys)");
    }
  }
  return well("folder", dir.folder.string() + " is its owner's alone");
}

Finding check_key(const DataDir& dir) {
  const auto key = load_server_key(dir);
  if (key.ok()) return well("key", "server.key is there");
  return fault("key", key.error().detail,
               "Put server.key back from where its copy is kept. Never make a new one: no tablet "
               "would believe the server.");
}

Finding check_settings(const Config& config) {
  const Status status = check_config(config);
  if (status.ok()) return well("settings", "make sense together");
  return fault("settings", status.error().detail, "Correct insieme.conf, then restart the server.");
}

Finding check_disk(const Config& config, const MachineState& machine) {
  const std::string says = megabytes(machine.free_disk_bytes) + " free of " +
                           megabytes(machine.disk_bytes);
  if (machine.free_disk_bytes < config.min_free_disk) {
    return fault("disk", says + ": tablets are refused what they send",
                 "Make room (old copies, logs), or a larger disk. Nothing is lost: what tablets "
                 "cannot send stays on them.");
  }
  if (machine.free_disk_bytes / kFewTimesMin < config.min_free_disk) {
    return warning("disk", says, "Make room before it is less than min_free_disk (" +
                                     megabytes(config.min_free_disk) + ").");
  }
  return well("disk", says);
}

Finding check_clock(const MachineState& machine, std::int64_t now_ms) {
  const std::string now = to_rfc3339(now_ms);
  if (machine.clock_synchronised && !*machine.clock_synchronised) {
    return warning("clock", now + ", and nobody sets it",
                   "timedatectl set-ntp true (or chrony). A wrong clock refuses vouchers and "
                   "invitations, and calls tablets' clocks wrong.");
  }
  return well("clock", now);
}

Finding check_certificate(const char* check, const std::string& file, std::int64_t now_ms) {
  try {
    const std::int64_t expires_ms = certificate_expires_ms(file);
    const std::string says = file + ", until " + day_of(expires_ms);
    if (expires_ms <= now_ms) {
      return fault(check, says + ": over",
                   "Renew it, then systemctl reload insieme-server. Tablets that pin its key go on "
                   "meanwhile; browsers do not.");
    }
    if (expires_ms - now_ms < kCertificateSoonMs) {
      return warning(check, says, "Renew it, then systemctl reload insieme-server. Keep its key: "
                                  "tablets pin it (or announce the next one, docs/operations.md).");
    }
    return well(check, says);
  } catch (const std::runtime_error& failure) {
    return fault(check, failure.what(), "Put the file where the setting says, or correct that.");
  }
}

/// Of the files in place against what the running server tells tablets to pin.
Finding check_tls(const DataDir& dir, const Config& config) {
  try {
    static_cast<void>(make_tls_context(config));
    const auto running = read_listening(dir);
    const std::string pin = public_key_pin(config.tls_certificate);
    if (!running || running->pin.empty() || is_among(running->pin, pin)) {
      return well("tls", "certificate and key belong together");
    }
    const std::string says = config.tls_certificate + " has a key that tablets were never told of";
    if (is_publicly_trusted(config.tls_certificate)) {
      return warning("tls", says + "; a public authority vouches for it",
                     "Tablets accept it by that authority alone. Keep the key when you renew "
                     "(certbot: reuse_key), or announce the next one (tls_next_certificate).");
    }
    return fault("tls", says + ": they would be shut out",
                 "Put the former key back, or announce this one with tls_next_certificate, restart "
                 "under the former one, and exchange the files when all have synchronised. A "
                 "reload refuses it; a restart takes it.");
  } catch (const std::runtime_error& failure) {
    return fault("tls", failure.what(), "Put certificate and key in place together.");
  }
}

Finding check_voucher_keys(const Config& config) {
  VoucherKeys keys(config.siuss_keys);
  const Status read = keys.reload();
  if (read.ok()) return well("siuss_keys", fmt::format("{} keys", keys.size()));
  return fault("siuss_keys", read.error().detail, "Fetch the authority's JWKS file again.");
}

Finding check_schema(Repository& repository) {
  return well("schema", fmt::format("version {}", repository.schema_version()));
}

Finding check_pages(Repository& repository) {
  const std::string found = repository.integrity_check();
  if (found == "ok") return well("database", "its pages are whole");
  return fault("database", found,
               "Stop the server and put the last backup back (insieme-server restore): tablets "
               "bring what it lacks.");
}

Finding check_log(Repository& repository) {
  const VerifyReport report = verify_repository(repository, {});
  if (report.ok()) {
    return well("digests", fmt::format("{} entries, {} documents agree", report.entries,
                                       report.documents.size()));
  }
  if (report.records_ok()) {
    return fault("digests", report.audit_faults.front(),
                 "insieme-server audit names all of it: lines of the audit were changed or "
                 "removed, or a server of an older release wrote one. The records are whole, and "
                 "backups go on.");
  }
  return fault("digests", report.faults.front(),
               "insieme-server verify names all of it. Keep this database, then put the last "
               "backup back (insieme-server restore).");
}

Finding check_backup(const SpaceInfo& space, const Counts& counts, std::int64_t now_ms) {
  const char* advice = "insieme-server backup FILE, every day, to another machine; keep server.key "
                       "and the folder ledgers beside the copies apart (docs/operations.md).";
  if (!counts.last_backup_ms) {
    // A space without records is lost without regret.
    if (space.position == 0) return well("backup", "none yet, and nothing to lose");
    return fault("backup", "none was ever noted", advice);
  }
  const std::int64_t age_ms = now_ms - *counts.last_backup_ms;
  const std::string says = fmt::format("{} hours old, up to position {} of {}", age_ms / kHourMs,
                                       space.covered_position, space.position);
  if (age_ms > kBackupGoneMs) return fault("backup", says, advice);
  if (age_ms > kBackupLateMs) return warning("backup", says, advice);
  return well("backup", says);
}

/// What a restore needs to shut out again whoever was shut out since its copy.
Finding check_ledgers_here(const DataDir& dir) {
  const std::vector<std::string> missing = missing_ledgers(dir);
  if (const Status sound = check_ledgers(dir); !sound.ok()) {
    return fault("ledgers", sound.error().detail,
                 "Put the newest copy back, from the folder ledgers beside the copies. The server "
                 "does not start on a ledger that somebody changed.");
  }
  if (missing.empty()) return well("ledgers", "erasures, denials and revocations are there");
  std::string names;
  for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
  return warning("ledgers", names + ": not there",
                 "They are made anew from the database. If it was put back from a copy, put the "
                 "newest ones into " + dir.folder.string() + " first: they say who was denied, "
                 "revoked or disabled since.");
}

/// A restore that had no ledgers may have let somebody in again.
std::optional<Finding> check_restored(Repository& repository, std::int64_t now_ms) {
  constexpr std::int64_t kToldForMs = 30 * kDayMs;
  std::optional<AuditLine> last;
  audit_of(repository).visit_audit([&](const AuditLine& line) {
    if (line.action == kWithoutLedgers) last = line;
    return true;
  });
  if (!last || now_ms - last->at_ms > kToldForMs) return std::nullopt;
  return warning("restored",
                 "put back on " + day_of(last->at_ms) + " without " + last->subject,
                 "Whoever was denied, revoked or disabled since that copy may be in again: "
                 "insieme-server denials, device list, users.");
}

/// Whether whoever steals a copy reads it.
Finding check_sealing(const Config& config) {
  if (!config.backup_keys.empty()) {
    return well("sealing", fmt::format("copies are sealed for {} keys", config.backup_keys.size()));
  }
  return warning("sealing", "copies hold every record in clear",
                 "insieme-server backup-key new, on another machine; then backup_keys in "
                 "insieme.conf (docs/operations.md).");
}

Finding check_quota(const SpaceInfo& space, const Config& config) {
  if (config.max_log_bytes == 0) return well("quota", "none is set");
  const std::string says = megabytes(space.log_bytes) + " of " + megabytes(config.max_log_bytes);
  if (space.log_bytes >= config.max_log_bytes) {
    return fault("quota", says + ": tablets are refused what they send", "Raise max_log_bytes.");
  }
  if (space.log_bytes / 9 * 10 >= config.max_log_bytes) {
    return warning("quota", says, "Raise max_log_bytes soon.");
  }
  return well("quota", says);
}

/// Of active ones.
Finding check_devices(Repository& repository, std::int64_t now_ms) {
  std::size_t active = 0;
  std::vector<std::string> silent;
  std::vector<std::string> wrong_clock;
  for (const Device& device : repository.devices()) {
    if (device.revoked_ms || device.given_up_ms) continue;
    ++active;
    const std::string name = device.account + " (" + device.name + ")";
    const std::int64_t heard = std::max(device.last_sync_ms.value_or(0), device.enrolled_ms);
    if (now_ms - heard > kSilentMs) silent.push_back(name);
    const std::int64_t off = device.clock_offset_ms.value_or(0);
    if (off > kClockOffMs || off < -kClockOffMs) wrong_clock.push_back(name);
  }
  if (!silent.empty()) {
    return warning("devices",
                   fmt::format("{} of {} silent for 30 days, such as {}", silent.size(), active,
                               silent.front()),
                   "insieme-server devices. Ask for it; revoke it if it is lost.");
  }
  if (!wrong_clock.empty()) {
    return warning("devices",
                   fmt::format("{} of {} with a wrong clock, such as {}", wrong_clock.size(),
                               active, wrong_clock.front()),
                   "Set its clock: what it writes is shown as suspect, and nothing is refused.");
  }
  return well("devices", fmt::format("{} active", active));
}

/// Of active ones: who speaks an older protocol goes on, with less than there is.
std::optional<Finding> check_programs(Repository& repository) {
  std::size_t old = 0;
  std::string names;
  for (const Device& device : repository.devices()) {
    const bool is_old = device.protocol != 0 && device.protocol < sync::kProtocolVersion;
    if (!is_old || device.revoked_ms || device.given_up_ms) continue;
    if (++old > kNamesMax) continue;
    names += (names.empty() ? "" : ", ") + device.account + " (" + device.name + ": " +
             std::to_string(device.protocol) + ")";
  }
  if (old == 0) return std::nullopt;
  if (old > kNamesMax) names += " …";
  return warning("programs",
                 fmt::format("{} speak an older protocol than {}: {}", old, sync::kProtocolVersion,
                             names),
                 "Update the program on these tablets. They are not shut out: they go on sending "
                 "and receiving.");
}

Finding check_past(Repository& repository, std::int64_t now_ms) {
  const auto newest = repository.audit(1);
  if (newest.empty() || newest.front().at_ms <= now_ms + 60'000) {
    return well("time", "goes forward");
  }
  return fault("time", "the clock is behind what it was on " + day_of(newest.front().at_ms),
               "Set the clock of the server. What was written in the future stays as it is.");
}

std::optional<Finding> check_flows(Repository& repository) {
  std::size_t refused = 0;
  std::string name;
  const auto newest = newest_outcomes(repository);
  for (const Flow& flow : repository.flows()) {
    const auto at = newest.find(flow.name);
    const bool taken = at == newest.end() || at->second.code == "OK";
    if (!taken && !flow.withdrawn_ms && ++refused == 1) name = flow.name;
  }
  if (refused == 0) return std::nullopt;
  return warning("flows", fmt::format("INPS did not take {}, such as {}", refused, name),
                 "insieme-server flows outcomes says why. Correct it and publish it under a new "
                 "number.");
}

/// Somebody opened a dossier that is not theirs, and nobody says that it was right.
std::optional<Finding> check_glass(Repository& repository, std::int64_t now_ms) {
  std::size_t unseen = 0;
  for (const Glass& glass : repository.glasses()) {
    if (!glass.refused && !glass.seen_ms && now_ms - glass.opened_ms > kDayMs) ++unseen;
  }
  if (unseen == 0) return std::nullopt;
  return warning("glass",
                 fmt::format("{} dossiers were opened with a reason that nobody has looked into "
                             "for a day", unseen),
                 "insieme-server glass --unseen. Ask who coordinates them; if nobody does, assign "
                 "somebody.");
}

}  // namespace

MachineState look_at_machine(const std::string& folder) {
  MachineState machine;
  struct ::statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) == 0) {
    machine.free_disk_bytes = std::uint64_t{disk.f_bavail} * std::uint64_t{disk.f_frsize};
    machine.disk_bytes = std::uint64_t{disk.f_blocks} * std::uint64_t{disk.f_frsize};
  }
  struct ::timex clock {};
  const int state = ::adjtimex(&clock);
  if (state >= 0) machine.clock_synchronised = (clock.status & STA_UNSYNC) == 0;
  return machine;
}

std::vector<Finding> examine_machine(const DataDir& dir, const Config& config,
                                     const MachineState& machine, std::int64_t now_ms) {
  std::vector<Finding> all{check_folder(dir), check_key(dir), check_ledgers_here(dir),
                           check_settings(config),
                           check_disk(config, machine), check_clock(machine, now_ms)};
  if (!config.tls_certificate.empty()) {
    all.push_back(check_tls(dir, config));
    all.push_back(check_certificate("certificate", config.tls_certificate, now_ms));
  }
  if (!config.tls_next_certificate.empty()) {
    all.push_back(check_certificate("next_certificate", config.tls_next_certificate, now_ms));
  }
  if (!config.siuss_keys.empty()) all.push_back(check_voucher_keys(config));
  return all;
}

std::vector<Finding> examine_space(Repository& repository, const Config& config,
                                   std::int64_t now_ms, Depth depth) {
  const SpaceInfo space = repository.space();
  std::vector<Finding> all{check_schema(repository), check_pages(repository)};
  if (depth == Depth::whole) all.push_back(check_log(repository));
  all.push_back(check_backup(space, repository.counts(), now_ms));
  all.push_back(check_sealing(config));
  all.push_back(check_quota(space, config));
  all.push_back(check_past(repository, now_ms));
  all.push_back(check_devices(repository, now_ms));
  if (auto programs = check_programs(repository)) all.push_back(*std::move(programs));
  if (auto restored = check_restored(repository, now_ms)) all.push_back(*std::move(restored));
  if (auto glass = check_glass(repository, now_ms)) all.push_back(*std::move(glass));
  if (auto flows = check_flows(repository)) all.push_back(*std::move(flows));
  return all;
}

Finding examine_blobs(Repository& repository, BlobStore& store, Depth depth) {
  if (const Status works = store.check(); !works.ok()) {
    return fault("files", works.error().detail,
                 "Records synchronise; photos and files wait on the tablets until this is mended "
                 "(blob_bucket, blob_bucket_key, blob_folder).");
  }
  const BlobReport report = verify_blobs(repository, store, depth == Depth::whole);
  std::string says = fmt::format("{} photos and files are here, {} are still to come",
                                 report.whole, report.awaited);
  if (report.faults.empty()) return well("files", std::move(says));
  return fault("files",
               fmt::format("{} of {}: {}", report.faults.size(), report.whole,
                           report.faults.front()),
               "Put the folder blobs back from a copy (insieme-server restore does). Until then "
               "tablets that have them show them; insieme-server verify lists them all.");
}

}  // namespace insieme::server
