// Opening, creating and restoring a store.
#include "storage/store_open.hpp"

#include <array>

#include "insieme/sqlite/migrations.hpp"
#include "storage/beside.hpp"
#include "storage/documents.hpp"
#include "storage/erasures.hpp"
#include "storage/migrations.hpp"
#include "storage/name_words.hpp"

namespace insieme::client {
namespace {

sqlite::Connection connect(const StoreOptions& options, const std::string& path, bool create) {
  sqlite::OpenOptions open;
  open.path = path;
  open.key = options.key;
  open.exclusive = is_alone();
  open.mode = create ? sqlite::Mode::read_write_create : sqlite::Mode::read_write;
  return sqlite::Connection::open(open);
}

/// The store and the file beside it count its openings together. When they disagree, one of them
/// was copied or put back from elsewhere: another store may go on under this replica id, so this
/// one takes a new one. A false alarm (killed in between) only costs an id.
///
/// On a full disk an opening may go uncounted, as long as this is no copy: what the store holds can
/// still be read, and the next opening makes up for it.
void note_opening(Core& core) {
  bool is_copy = true;
  try {
    sqlite::Transaction transaction(core.db);
    const std::string inside = core.setting("generation").value_or("");
    is_copy = !inside.empty() && inside != read_generation(core.path);
    std::array<std::uint8_t, 8> chance{};
    core.platform.random(chance);
    const std::string next = sync::to_hex(chance);
    if (is_copy) core.mint_replica();
    core.set_setting("generation", next);
    // What the server could not look at last time gets another chance. In the words of the index.
    core.db.execute("UPDATE changes SET state = 0 WHERE state IN (0, 1, 5) AND state = 5");
    NewGeneration beside(core.path, next);
    transaction.commit();
    beside.keep();
  } catch (...) {
    if (is_copy || error_from_current_exception().code != ErrorCode::storage_full) throw;
    core.dictionary.forget();
  }
}

void adapt_tables(Core& core) {
  const std::string digest = core.bundle.digest_text();
  const auto known = core.setting("bundle_digest");
  const auto known_version = core.setting_number("bundle_version", 0);
  if (known_version > core.bundle.version) {
    const std::string number = std::to_string(known_version);
    refuse(ErrorCode::storage_newer, "schema version " + number + "; nothing in it was changed\n" +
                                         "schema versione " + number +
                                         "; nulla vi è stato cambiato");
  }
  const bool as_before = known == digest && known_version == core.bundle.version &&
                         core.setting_number("tables_shape", 0) == TypedTables::kShape;
  if (as_before && core.tables.recall()) return;
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
  core.set_setting_number("tables_shape", TypedTables::kShape);
  core.set_setting("bundle_digest", digest);
  core.set_setting_number("bundle_version", core.bundle.version);
}

/// A creation that was stopped before it wrote anything: there never was a store.
bool is_begun(const std::string& path) { return is_empty(path) && read_generation(path).empty(); }

/// SQLite takes an empty file for a new database, and would make a new store over the place of one
/// that was lost.
void refuse_if_lost(const std::string& path, bool exists) {
  if (exists && is_empty(path)) {
    refuse(ErrorCode::storage_failure,
           "the store's file is empty or damaged; nothing was written to it\n"
           "l'archivio è vuoto o danneggiato; non vi è stato scritto nulla");
  }
  if (!exists && !read_generation(path).empty()) {
    refuse(ErrorCode::storage_failure,
           "the store's file is gone, while what lies beside it is there; nothing was written\n"
           "il file dell'archivio manca, mentre c'è quel che gli sta accanto; "
           "non è stato scritto nulla");
  }
}

}  // namespace

std::unique_ptr<Core> open_core(const StoreOptions& options, bool create) {
  INSIEME_ASSERT(options.bundle != nullptr && options.platform != nullptr);
  const bool exists = file_exists(options.path) && !is_begun(options.path);
  if (create && exists)
    refuse(ErrorCode::already_exists, "there is a file already: " + options.path);
  if (!create) refuse_if_lost(options.path, exists);
  if (!create && !exists) refuse(ErrorCode::not_found, "there is no store at " + options.path);
  auto core = std::make_unique<Core>(connect(options, options.path, create), options);
  sqlite::migrate(core->db, store_migrations());
  {
    sqlite::Transaction transaction(core->db);
    core->load_identity();
    if (core->identity.replica.is_nil()) {
      core->mint_replica();
      core->load_identity();
    }
    adapt_tables(*core);
    recall_name_words(*core);
    transaction.commit();
  }
  note_opening(*core);
  try {
    clean_traces(*core);  // the process may have died before
  } catch (...) {
    static_cast<void>(error_from_current_exception());  // it can be read; tried again later
  }
  return core;
}

void backup_core(Core& core, const std::string& path) {
  if (file_exists(path)) refuse(ErrorCode::already_exists, "there is a file already: " + path);
  // Written aside: what died half-way must not look like a backup.
  const std::string aside = path + ".part";
  for (const char* rest : {"", "-journal"}) drop_file(aside + rest);
  core.db.backup_to(aside);
  const Status placed = put_in_place(aside, path);
  if (placed.ok()) return;
  drop_file(aside);
  require(placed);
}

void restore_core(const std::string& backup_path, const StoreOptions& options) {
  if (file_exists(options.path)) {
    refuse(ErrorCode::already_exists, "there is a file already: " + options.path);
  }
  const std::string temporary = options.path + ".restoring";
  drop_file(temporary);
  {
    // Proves key and content before anything stands at the target.
    auto backup = connect(options, backup_path, false);
    const std::string check = backup.integrity_check();
    if (check != "ok") {
      // One of many lines tells enough.
      const std::string first = check.substr(0, check.find('\n'));
      refuse(ErrorCode::storage_failure,
             "the backup is damaged: " + first + "\nla copia è danneggiata: " + first);
    }
    auto tables = backup.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'settings'");
    if (!tables.step()) {
      refuse(ErrorCode::storage_failure,
             "this file is no backup of a store: it holds no records\n"
             "questo file non è la copia di un archivio: non contiene schede");
    }
    backup.backup_to(temporary);
  }
  {
    auto restored = connect(options, temporary, false);
    std::array<std::uint8_t, 16> replica{};
    options.platform->random(replica);
    const std::string text = sync::to_text(replica);
    sqlite::Transaction transaction(restored);
    restored.execute(
        "INSERT INTO settings(name, value) SELECT 'former_replicas', ' ' || value FROM settings "
        "WHERE name = 'replica' ON CONFLICT(name) DO UPDATE SET value = value || excluded.value");
    restored.prepare("UPDATE settings SET value = ? WHERE name = 'replica'").bind_all(text).run();
    restored.execute("DELETE FROM settings WHERE name = 'generation'");
    transaction.commit();
    restored.checkpoint();
  }
  require(put_in_place(temporary, options.path));
  forget_generation(options.path);
}

}  // namespace insieme::client
