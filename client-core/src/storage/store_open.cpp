// Opening, creating and restoring a store.
#include "storage/store_open.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "insieme/sqlite/migrations.hpp"
#include "storage/documents.hpp"
#include "storage/migrations.hpp"

namespace insieme::client {
namespace {

namespace fs = std::filesystem;

sqlite::Connection connect(const StoreOptions& options, const std::string& path, bool create) {
  sqlite::OpenOptions open;
  open.path = path;
  open.key = options.key;
  open.mode = create ? sqlite::Mode::read_write_create : sqlite::Mode::read_write;
  return sqlite::Connection::open(open);
}

std::string generation_path(const std::string& store) { return store + ".generation"; }

std::string read_generation(const std::string& store) {
  std::ifstream in(generation_path(store));
  std::string text;
  in >> text;
  return text;
}

/// Whole or not at all: a torn file would look like a copied store.
void write_generation(const std::string& store, const std::string& text) {
  const std::string path = generation_path(store);
  const std::string temporary = path + ".new";
  {
    std::ofstream out(temporary, std::ios::trunc);
    out << text << '\n';
    out.flush();
    if (!out) refuse(ErrorCode::storage_failure, "cannot write beside the store: " + temporary);
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) refuse(ErrorCode::storage_failure, "cannot write beside the store: " + path);
}

/// The store and the file beside it count its openings together. When they disagree, one of them
/// was copied or put back from elsewhere: another store may go on under this replica id, so this
/// one takes a new one. A false alarm (killed in between) only costs an id.
void check_generation(Core& core) {
  const std::string inside = core.setting("generation").value_or("");
  const std::string beside = read_generation(core.path);
  std::array<std::uint8_t, 8> chance{};
  core.platform.random(chance);
  const std::string next = sync::to_hex(chance);
  if (!inside.empty() && inside != beside) core.mint_replica();
  write_generation(core.path, next);
  core.set_setting("generation", next);
}

void adapt_tables(Core& core) {
  const std::string digest = core.bundle.digest_text();
  const auto known = core.setting("bundle_digest");
  const auto known_version = core.setting_number("bundle_version", 0);
  if (known_version > core.bundle.version) {
    refuse(ErrorCode::storage_newer, "the store was written with a newer schema (version " +
                                         std::to_string(known_version) + "); update the program");
  }
  const auto grown = core.tables.adapt();
  if (!grown.empty() || (known && *known != digest)) {
    // Fields and types that were unknown so far may stand in blobs: rows are made anew.
    Documents documents(core);
    auto rows = core.db.prepare("SELECT n FROM documents");
    std::vector<std::int64_t> numbers;
    while (rows.step()) numbers.push_back(rows.get_int64(0));
    for (const std::int64_t n : numbers) documents.rebuild(documents.by_number(n));
    documents.flush();
  }
  core.set_setting("bundle_digest", digest);
  core.set_setting_number("bundle_version", core.bundle.version);
}

}  // namespace

std::unique_ptr<Core> open_core(const StoreOptions& options, bool create) {
  INSIEME_ASSERT(options.bundle != nullptr && options.platform != nullptr);
  std::error_code ignored;
  const bool exists = fs::exists(options.path, ignored);
  if (create && exists)
    refuse(ErrorCode::already_exists, "there is a file already: " + options.path);
  if (!create && !exists) refuse(ErrorCode::not_found, "there is no store at " + options.path);
  auto core = std::make_unique<Core>(connect(options, options.path, create), options);
  sqlite::migrate(core->db, store_migrations());
  sqlite::Transaction transaction(core->db);
  core->load_identity();
  if (core->identity.replica.is_nil()) {
    core->mint_replica();
    core->load_identity();
  }
  adapt_tables(*core);
  check_generation(*core);
  // What the server could not look at last time gets another chance.
  core->db.execute("UPDATE changes SET state = 0 WHERE state = 5");
  transaction.commit();
  return core;
}

void restore_core(const std::string& backup_path, const StoreOptions& options) {
  std::error_code ignored;
  if (fs::exists(options.path, ignored)) {
    refuse(ErrorCode::already_exists, "there is a file already: " + options.path);
  }
  const std::string temporary = options.path + ".restoring";
  fs::remove(temporary, ignored);
  {
    // Proves key and content before anything stands at the target.
    auto backup = connect(options, backup_path, false);
    const std::string check = backup.integrity_check();
    if (check != "ok") refuse(ErrorCode::storage_failure, "the backup is damaged: " + check);
    backup.backup_to(temporary);
  }
  {
    auto restored = connect(options, temporary, false);
    std::array<std::uint8_t, 16> replica{};
    options.platform->random(replica);
    const std::string text = sync::to_text(replica);
    sqlite::Transaction transaction(restored);
    restored.prepare("UPDATE settings SET value = ? WHERE name = 'replica'").bind_all(text).run();
    restored.execute("DELETE FROM settings WHERE name = 'generation'");
    transaction.commit();
    restored.checkpoint();
  }
  fs::rename(temporary, options.path, ignored);
  if (ignored) refuse(ErrorCode::storage_failure, "cannot put the restored store in place");
  fs::remove(generation_path(options.path), ignored);
}

}  // namespace insieme::client
