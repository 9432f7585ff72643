#pragma once
// What all parts of the store share: the connection, the dictionary, the typed tables, identity and
// settings. Parts are functions and small classes over a Core; SQLite's exceptions run through them
// and become values in store.cpp.

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "insieme/client/store.hpp"
#include "insieme/sqlite/connection.hpp"
#include "insieme/sqlite/error.hpp"
#include "insieme/sqlite/statement.hpp"
#include "insieme/schema/rules.hpp"
#include "insieme/sqlite/transaction.hpp"
#include "storage/dictionary.hpp"
#include "storage/typed_tables.hpp"

namespace insieme::client {

/// Carries an expected error out of a transaction, so that its destructor rolls back.
struct Refused : std::exception {
  explicit Refused(Error e) : error(std::move(e)) {}
  [[nodiscard]] const char* what() const noexcept override { return error.detail.c_str(); }
  Error error;
};
[[noreturn]] inline void refuse(ErrorCode code, std::string detail) {
  throw Refused(Error{code, std::move(detail)});
}
inline void require(const Status& status) {
  if (!status.ok()) throw Refused(status.error());
}
template <class T>
T require(Result<T> result) {
  if (!result.ok()) throw Refused(result.error());
  return std::move(result).value();
}

/// States of an own or received change in table `changes`.
enum class ChangeState : std::int64_t {
  unsent = 0,
  sent = 1,      ///< handed to the network, answer not seen
  accepted = 2,  ///< has a position
  held = 3,      ///< hollow in the log, body in `quarantine`
  refused = 4,
  blocked = 5,  ///< unsent, and the server said why it cannot look at it now
  exchanged = 6,  ///< another's, from a device: no server has said anything of it yet
};

struct DossierRow {
  std::int64_t n = 0;
  sync::DossierId id;
  sync::DossierKey key;
  bool granted = false;  ///< the server knows it
  bool leaving = false;
  bool may_review = false;
  std::vector<std::string> sections;
};

struct Core {
  Core(sqlite::Connection connection, const StoreOptions& options)
      : db(std::move(connection)),
        dictionary(db),
        tables(db, *options.bundle),
        bundle(*options.bundle),
        platform(*options.platform),
        path(options.path),
        key(options.key),
        fold_from(options.fold_from) {}
  ~Core();  ///< wipes the key
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  sqlite::Connection db;
  StoreDictionary dictionary;
  TypedTables tables;
  const schema::Bundle& bundle;
  /// A copy with the values that the space added to code lists; null while there are none.
  std::unique_ptr<schema::Bundle> own;
  std::string own_state;  ///< of the space's dossier when `own` was made of it
  /// With those values: what labels and choices go by. Its types and rules are those of `bundle`.
  [[nodiscard]] const schema::Bundle& words() const noexcept { return own ? *own : bundle; }
  Platform& platform;
  std::string path;
  StoreKey key;
  std::int64_t fold_from;  ///< StoreOptions::fold_from
  Identity identity;
  schema::Language language = schema::Language::it;  ///< of titles: Store::speak
  std::int64_t identity_version = 0;  ///< `settings.identity_version` that `identity` is of

  // settings: one row per name in table `settings`
  [[nodiscard]] std::optional<std::string> setting(const char* name);
  void set_setting(const char* name, const std::string& value);
  [[nodiscard]] std::int64_t setting_number(const char* name, std::int64_t otherwise);
  void set_setting_number(const char* name, std::int64_t value) {
    set_setting(name, std::to_string(value));
  }
  void load_identity();
  void save_identity();
  /// The store goes on under a new replica id, and remembers the one that it leaves.
  void mint_replica();
  /// What another program on this store made of the identity since it was loaded. Within a
  /// transaction.
  void refresh_identity();
  void count_identity();

  // dossiers
  [[nodiscard]] std::optional<DossierRow> dossier(const sync::DossierId& id);
  [[nodiscard]] sync::DossierId dossier_id(std::int64_t n);
  /// The device's clock as the server would see it.
  [[nodiscard]] std::int64_t corrected_now_ms();
  /// The stamp of the next change: later than `settings.last_stamp` and than the newest unsent
  /// change, which is what remembers it. An edit writes no page for that.
  [[nodiscard]] sync::Stamp take_stamp();
  /// Before unsent changes may be answered or leave: the newest stamp outlives them.
  void keep_stamp();

 private:
  [[nodiscard]] sync::Stamp kept_stamp();
  [[nodiscard]] sync::Stamp newest_unsent_stamp();
};

template <class Id>
[[nodiscard]] Id id_from_blob(std::span<const std::uint8_t> blob) {
  Id id;
  if (blob.size() != id.bytes.size())
    refuse(ErrorCode::storage_failure, "a damaged id in the store");
  std::copy(blob.begin(), blob.end(), id.bytes.begin());
  return id;
}
[[nodiscard]] inline std::vector<std::uint8_t> to_vector(std::span<const std::uint8_t> blob) {
  return {blob.begin(), blob.end()};
}
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);
[[nodiscard]] std::vector<std::string> split_words(std::string_view text);

/// Maps whatever storage code throws to an Error; rethrows nothing.
[[nodiscard]] Error error_from_current_exception();

}  // namespace insieme::client
