#include "restore.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "backup/plain_copy.hpp"
#include "backup/sealed_file.hpp"
#include "durable.hpp"
#include "insieme/server/audit.hpp"
#include "insieme/server/postgres_repository.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/server/verify.hpp"
#include "ledger_copies.hpp"
#include "log.hpp"
#include "postgres/copy_space.hpp"
#include "storage/sqlite_database.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBeside[]{"-wal", "-shm"};

/// `server.db.before-20261127T110456Z`, which nothing has yet.
std::string name_for_present(const DataDir& dir, std::int64_t now_ms) {
  std::string time = to_rfc3339(now_ms).substr(0, 19) + "Z";
  time.erase(std::remove_if(time.begin(), time.end(), [](char c) { return c == '-' || c == ':'; }),
             time.end());
  std::string name = dir.database() + ".before-" + time;
  const std::string first = name;
  for (int i = 2; fs::exists(name); ++i) name = first + "-" + std::to_string(i);
  return name;
}

/// What is known of the database that is there: nothing if it cannot be read any more.
struct Present {
  std::optional<SpaceInfo> space;
  std::vector<std::string> untold;  ///< ledgers that were missing, and that it did not make whole
  [[nodiscard]] std::uint64_t epoch() const { return space ? space->epoch : 0; }
};

/// What it knows and the ledgers do not is added to them.
Result<Present> look_at_file(const DataDir& dir, const Roles& roles, const Clock& clock) {
  Present unread;
  unread.untold = missing_ledgers(dir);
  if (!fs::exists(dir.database())) return unread;
  try {
    auto opened = open_sqlite_repository(dir.database(), roles, clock);
    if (!opened.ok()) return unread;
    Present present;
    present.space = (*opened)->space();
    INSIEME_TRY((*opened)->attach_ledger(ErasureLedger(dir.ledger())));
    make_ledgers(dir);
    (*opened)->checkpoint();
    return present;
  } catch (const StorageFailure&) {
    return unread;  // that is why it is to be put back
  }
}

/// The folder may be new, and so may the database: what cannot be reached is thrown.
Result<Present> look_at_postgres(const DataDir& dir, const Roles& roles, const Clock& clock,
                                 const std::string& postgres) {
  if (fs::exists(dir.database())) {
    return Error{ErrorCode::conflict, dir.database() + " holds a space, and the setting "
                                                       "\"database\" names PostgreSQL: move it "
                                                       "there (migrate) or take one of them away"};
  }
  if (!fs::exists(dir.space())) return Present{};
  auto opened = open_repository(dir, roles, clock, postgres);
  if (opened.ok()) {
    Present present;
    present.space = (*opened)->space();
    return present;
  }
  if (opened.error().code == ErrorCode::not_found) return Present{};
  return opened.error();
}

/// A new folder does not know that the database holds the copy's space. What was erased in it since
/// the copy goes into the folder's ledger.
Result<Present> look_for(const sync::SpaceId& id, const DataDir& dir, const Roles& roles,
                         const Clock& clock, const std::string& postgres) {
  const auto opened = open_postgres_repository(postgres, id, roles, clock);
  if (opened.ok()) {
    INSIEME_TRY((*opened)->attach_ledger(ErasureLedger(dir.ledger())));
    make_ledgers(dir);
    Present present;
    present.space = (*opened)->space();
    return present;
  }
  if (opened.error().code == ErrorCode::not_found) return Present{};
  return opened.error();
}

/// What is wrong with its audit's sealing, which keeps nobody from their records.
Result<std::vector<std::string>> check_copy(Repository& copy) {
  const std::string found = copy.integrity_check();
  if (found != "ok") return Error{ErrorCode::malformed, "the copy is damaged: " + found};
  VerifyReport report = verify_repository(copy, {});
  if (!report.records_ok()) {
    return Error{ErrorCode::malformed, "the copy is damaged: " + report.faults.front()};
  }
  return std::move(report.audit_faults);
}

template <class Work>
auto with_copy(const std::string& copy, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const StorageFailure& failure) {
    return Error{failure.code(), copy + ": " + failure.what()};
  }
}

/// The copy, in a file of the data folder, is sound: whose it is.
Result<SpaceInfo> check_aside(const std::string& aside, const Roles& roles, const Clock& clock,
                              std::vector<std::string>& audit_faults) {
  INSIEME_TRY_ASSIGN(const auto repository, open_sqlite_repository(aside, roles, clock));
  INSIEME_TRY_ASSIGN(audit_faults, check_copy(*repository));
  return repository->space();
}

/// An epoch that nobody has seen, of the copy nor of what is there.
Result<std::uint64_t> raise_aside(const std::string& aside, const Present& present,
                                  const Roles& roles, const Clock& clock,
                                  const std::string& copy) {
  INSIEME_TRY_ASSIGN(const auto repository, open_sqlite_repository(aside, roles, clock));
  const std::uint64_t epoch = repository->raise_epoch(
      "restored from " + fs::path(copy).filename().string(), present.epoch() + 1);
  repository->checkpoint();
  return epoch;
}

std::uint64_t carried_out(Repository& repository) {
  const auto all = repository.erasures();
  return static_cast<std::uint64_t>(
      std::count_if(all.begin(), all.end(), [](const Erasure& one) {
        return one.state == ErasureState::carried_out;
      }));
}

/// The copy in clear, in the data folder.
Status bring(const std::string& copy, const std::string& aside, const sync::KeyPair& server,
             const std::optional<sync::SecretKey>& key) {
  if (is_sealed_file(copy)) {
    if (!key) {
      return {ErrorCode::wrong_key, copy + " is sealed: give --key-file, the key that "
                                           "insieme-server backup-key made"};
    }
    const auto opened = unseal_file(copy, aside, *key);
    if (!opened.ok()) return Error{opened.error().code, copy + ": " + opened.error().detail};
    if (opened->header.server == server.public_key) return {};
    return {ErrorCode::conflict, copy + " was written by a server with another key than this "
                                        "server.key"};
  }
  std::error_code failed;
  fs::copy_file(copy, aside, failed);
  if (failed) return {ErrorCode::storage_failure, aside + ": " + failed.message()};
  return {};
}

/// The folder knows which space of the database is its own.
Status check_own_space(const DataDir& dir, const sync::SpaceId& id) {
  std::ifstream stream(dir.space());
  std::string own;
  if (!(stream >> own) || own == sync::to_text(id)) return {};
  return {ErrorCode::conflict, "the copy is of another space than " + dir.space() + " says"};
}

/// The file takes the place of the one that is there, whose name tells when.
std::string put_file(const DataDir& dir, const std::string& aside, const Clock& clock) {
  std::string kept;
  if (fs::exists(dir.database())) {
    kept = name_for_present(dir, clock());
    for (const char* rest : kBeside) {
      const std::string beside = dir.database() + rest;
      if (fs::exists(beside)) fs::rename(beside, kept + rest);
    }
    fs::rename(dir.database(), kept);
  }
  fs::rename(aside, dir.database());
  sync_folder(dir.folder);
  return kept;
}

/// What stands in PostgreSQL is copied into a file of that name, and then replaced.
Result<std::string> put_into_postgres(const DataDir& dir, const std::string& aside,
                                      const Present& present, const sync::SpaceId& id,
                                      const Roles& roles, const Clock& clock,
                                      const std::string& postgres) {
  std::string kept;
  if (present.space) {
    kept = name_for_present(dir, clock());
    INSIEME_TRY_ASSIGN(const auto standing, open_postgres_repository(postgres, id, roles, clock));
    remove_database(kept);
    standing->backup_to(kept + ".part");
    fs::rename(kept + ".part", kept);
    sync_folder(dir.folder);
  }
  if (!fs::exists(dir.space())) INSIEME_TRY(write_space(dir, id));
  const auto from = open_sqlite_writer(aside);
  const sql::Transaction one_state(*from);
  INSIEME_TRY(replace_space_in_postgres(*from, postgres));
  return kept;
}

/// By what the ledgers say: acts of the audit.
struct Replayed {
  std::uint64_t denials = 0;
  std::uint64_t revocations = 0;
};

Replayed replayed(Repository& repository) {
  Replayed all;
  audit_of(repository).visit_audit([&all](const AuditLine& line) {
    if (line.actor == "ledger") ++(line.action == "deny" ? all.denials : all.revocations);
    return true;
  });
  return all;
}

Result<std::unique_ptr<Repository>> open_bare(const DataDir& dir, const sync::SpaceId& id,
                                              const Roles& roles, const Clock& clock,
                                              const std::string& postgres) {
  return postgres.empty() ? open_sqlite_repository(dir.database(), roles, clock)
                          : open_postgres_repository(postgres, id, roles, clock);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Opened as the server will open it: what was erased since the copy is erased in it, too, and who
/// was shut out since is shut out. The copy that it came from covers what it holds.
Status replay_ledgers(const DataDir& dir, const sync::SpaceId& id, const Roles& roles,
                      const Clock& clock, const std::string& postgres, RestoredSpace& restored) {
  std::uint64_t known = 0;
  Replayed before;
  {
    INSIEME_TRY_ASSIGN(const auto bare, open_bare(dir, id, roles, clock, postgres));
    known = carried_out(*bare);
    before = replayed(*bare);
    if (!restored.missing.empty()) {
      bare->note_act(kOperator, kWithoutLedgers, listed(restored.missing));
    }
  }
  INSIEME_TRY_ASSIGN(const auto repository, open_repository(dir, roles, clock, postgres));
  restored.erasures = carried_out(*repository) - known;
  const Replayed after = replayed(*repository);
  restored.denials = after.denials - before.denials;
  restored.revocations = after.revocations - before.revocations;
  static_cast<void>(repository->clean_traces());
  INSIEME_TRY(repository->note_backup(restored.position));
  repository->checkpoint();
  return {};
}

/// All that can be known of who was denied, shut out or erased since the copy.
Status gather_ledgers(const DataDir& dir, const std::string& copy, const sync::SpaceId& space,
                      LedgersNeeded needed, const Present& present, RestoredSpace& restored) {
  INSIEME_TRY(bring_ledgers(dir, copy, space));
  INSIEME_TRY(check_ledgers(dir));
  restored.missing = missing_ledgers(dir);
  const std::vector<std::string> nowhere = missing_beside(copy, space);
  for (const std::string& name : present.untold) {
    const bool is_there = std::count(restored.missing.begin(), restored.missing.end(), name) == 0;
    // What a damaged database began to tell is no ledger.
    if (is_there && std::count(nowhere.begin(), nowhere.end(), name) != 0) {
      restored.missing.push_back(name);
    }
  }
  if (restored.missing.empty() || needed == LedgersNeeded::those_there) return {};
  std::error_code ignored;  // found by the next restore, a part would pass for the whole
  for (const std::string& name : restored.missing) fs::remove(dir.folder / name, ignored);
  return {ErrorCode::not_found,
          "mancano i registri (the ledgers are missing): " + listed(restored.missing) +
              ". They say who was shut out, what was denied and what was erased since the copy. "
              "Put the newest ones into " + dir.folder.string() +
              ", or the folder \"ledgers\" that backup writes beside its copies next to this "
              "one. If they are lost: --without-ledgers, and then look through denials, devices "
              "and accounts before the server starts"};
}

/// What must hold before anything is touched.
Status check_place(const DataDir& dir, const std::string& copy, const std::string& postgres) {
  std::error_code failed;
  if (!fs::is_regular_file(copy, failed)) return {ErrorCode::not_found, copy + " is no file"};
  if (fs::exists(dir.space()) && postgres.empty()) {
    return {ErrorCode::conflict,
            "the space is in PostgreSQL, and the setting \"database\" is missing: give it, or put "
            "the database back with its own tools, then run insieme-server raise-epoch"};
  }
  if (fs::exists(dir.key())) return {};
  return {ErrorCode::not_found, dir.key() + " is missing: put it back first, from where you keep "
                                            "its copy. Tablets know the server by it"};
}

}  // namespace

Result<RestoredSpace> restore_space(const DataDir& dir, const std::string& copy,
                                    const Roles& roles, const Clock& clock,
                                    const std::optional<sync::SecretKey>& key,
                                    const std::string& postgres, LedgersNeeded needed) {
  INSIEME_TRY(check_place(dir, copy, postgres));
  INSIEME_TRY_ASSIGN(const sync::KeyPair server, load_server_key(dir));
  INSIEME_TRY_ASSIGN(const DataLock no_server, DataLock::take_now(dir));
  INSIEME_TRY(check_ledgers(dir));
  Present present;
  if (postgres.empty()) {
    INSIEME_TRY_ASSIGN(present, look_at_file(dir, roles, clock));
  } else {
    INSIEME_TRY_ASSIGN(present, look_at_postgres(dir, roles, clock, postgres));
  }
  const std::string aside = dir.database() + ".restoring";
  const PlainCopy cleared(aside);
  INSIEME_TRY(bring(copy, aside, server, key));
  RestoredSpace restored;
  INSIEME_TRY_ASSIGN(const SpaceInfo space, with_copy(copy, [&] {
                       return check_aside(aside, roles, clock, restored.audit_faults);
                     }));
  if (present.space && present.space->id != space.id) {
    return Error{ErrorCode::conflict, "the copy is of another space, \"" + space.name + "\""};
  }
  if (!postgres.empty()) INSIEME_TRY(check_own_space(dir, space.id));
  if (!postgres.empty() && !present.space) {
    INSIEME_TRY_ASSIGN(present, look_for(space.id, dir, roles, clock, postgres));
  }
  restored.position = space.position;
  INSIEME_TRY(gather_ledgers(dir, copy, space.id, needed, present, restored));
  INSIEME_TRY_ASSIGN(restored.epoch, with_copy(copy, [&] {
                       return raise_aside(aside, present, roles, clock, copy);
                     }));
  remove_beside(aside);
  if (postgres.empty()) {
    restored.kept = put_file(dir, aside, clock);
  } else {
    INSIEME_TRY_ASSIGN(restored.kept,
                       put_into_postgres(dir, aside, present, space.id, roles, clock, postgres));
  }
  INSIEME_TRY(replay_ledgers(dir, space.id, roles, clock, postgres, restored));
  return restored;
}

}  // namespace insieme::server
