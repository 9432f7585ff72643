#include "simulation/office.hpp"

#include <filesystem>

#include "insieme/server/secrets.hpp"
#include "simulation/failure.hpp"
#include "simulation/log_reader.hpp"

namespace insieme::simulation {
namespace {

constexpr std::int64_t kInvitationMs = 7LL * 24 * 3'600'000;

}  // namespace

Office::Office(const Folder& folder, std::uint64_t seed, const std::int64_t& now_ms,
               server::SnapshotPolicy snapshots)
    : now_ms_(now_ms), snapshots_(snapshots), chance_(seed), disk_(folder.make("server")) {
  database_ = disk_.folder() + "/server.db";
  const sync::SpaceId space{
      server::new_id(now_ms_, [this](std::span<std::uint8_t> bytes) { chance_.fill(bytes); })};
  space_ = sync::to_text(space);
  // Here a fellow works with households, too: more hands on one dossier.
  config_.roles.edit("fellow").sections = server::default_sections();
  const Status made = server::create_space(database_, space, "Ambito di prova", now_ms_);
  demand(made.ok(), "server start", "create_space failed");
  open();
}

void Office::open() {
  auto opened = server::open_sqlite_repository(
      database_, config_.roles, [this] { return now_ms(); }, snapshots_);
  demand(opened.ok(), "server start", "the repository does not open");
  repository_ = std::move(opened).value();
  // Outside what a backup holds. On a disk that does not fail: its own crashes are tested apart.
  const Status ledger = repository_->attach_ledger(
      server::ErasureLedger(disk_.folder() + "/erasures.ledger"));
  demand(ledger.ok(), "server start", "the ledger of erasures does not open");
  tokens_ = std::make_unique<server::Tokens>();
  api_ = std::make_unique<server::Api>(
      server::Services{*repository_, *tokens_, metrics_, config_, [this] { return now_ms(); },
                       keys_.public_key, [this] { return free_disk; },
                       [this](std::span<std::uint8_t> bytes) { chance_.fill(bytes); },
                       keys_.secret_key, {}});
}

void Office::close() {
  api_.reset();
  tokens_.reset();
  repository_.reset();
}

std::optional<server::Response> Office::handle(const server::Request& request) {
  server::Response response = api_->handle(request);
  if (disk_.stopped()) return std::nullopt;
  return response;
}

void Office::restart(Stop how, Chance& chance) {
  disk_.stop();
  close();
  disk_.revive(how, chance);
  try {
    try {
      open();
    } catch (const server::StorageFailure&) {
      // What the ledger orders is carried out before it answers anybody: for that there is no room.
      if (!disk_.full()) throw;
      close();
      disk_.set_full(false);
      open();
    }
  } catch (const server::StorageFailure& failure) {
    throw Broken("server opens after a stop", failure.what());
  }
}

std::string Office::invite(const std::string& account) {
  std::array<std::uint8_t, 26> drawn{};
  chance_.fill(drawn);
  std::string code;
  for (const std::uint8_t byte : drawn) code += "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[byte % 32];
  const auto hash = server::hash_invitation(code);
  const Status added = repository_->add_invitation(hash.value(), account, now_ms() + kInvitationMs);
  demand(added.ok(), "server start", "an invitation cannot be added");
  return code;
}

void Office::back_up() {
  // One that failed half-way is none: an operator is told.
  repository_->backup_to(disk_.folder() + "/backup-" + std::to_string(++attempts_));
  backup_ = attempts_;
  // As the program does once it has read the copy: from here on it may be folded.
  const std::string path = disk_.folder() + "/backup-" + std::to_string(backup_);
  std::uint64_t position = 0;
  {
    auto copy = server::open_sqlite_repository(path, config_.roles, [this] { return now_ms(); });
    demand(copy.ok() && copy.value()->integrity_check() == "ok", "a backup is whole", path);
    position = copy.value()->space().position;
    copy.value()->checkpoint();
  }
  const Status noted = repository_->note_backup(position);
  demand(noted.ok(), "a backup is whole", "it cannot be noted");
}

void Office::restore_backup(std::size_t older) {
  close();
  disk_.calm();  // whoever puts it back makes room: what the ledger orders is carried out at once
  namespace fs = std::filesystem;
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm", "-journal"}) {
    fs::remove(database_ + end, ignored);
    disk_.forget(database_ + end);
  }
  fs::copy_file(disk_.folder() + "/backup-" + std::to_string(backup_ - older), database_);
  open();
}

Delivered Office::read_log() {
  Delivered found;
  repository_->visit_log([&found](const server::LogEntry& entry) {
    if (entry.kind != server::EntryKind::change || !entry.body) return true;
    const auto ops = sync::decode_body(*entry.body);
    demand(ops.ok(), "server log is readable", "a body cannot be decoded");
    const auto header = sync::decode_header(entry.header);
    demand(header.ok(), "server log is readable", "a header cannot be decoded");
    collect_change(*header, *ops, found);
    return true;
  });
  return found;
}

}  // namespace insieme::simulation
