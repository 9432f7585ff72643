#pragma once
// The class behind open_sqlite_repository. Its functions lie in people.cpp, access.cpp, turn.cpp,
// page.cpp and inspect.cpp, by subject.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "insieme/server/sqlite_repository.hpp"
#include "insieme/sqlite/connection.hpp"
#include "insieme/sqlite/transaction.hpp"
#include "storage/frontier_rows.hpp"
#include "storage/log_writer.hpp"

namespace insieme::server {

/// Rethrows what SQLite threw as a StorageFailure.
[[noreturn]] void rethrow(const sqlite::Error& error);

/// One connection that writes, behind a lock, and as many that read as are needed at once.
class SqliteRepository final : public Repository {
 public:
  SqliteRepository(std::string path, sqlite::Connection writer, std::int64_t space, Roles roles,
                   Clock clock, SnapshotPolicy snapshots);

  SpaceInfo space() override;
  Counts counts() override;
  Status add_user(const User& user) override;
  std::vector<User> users() override;
  Status set_disabled(const std::string& account, bool disabled) override;
  Status add_invitation(const sync::Digest& hash, const std::string& account,
                        std::int64_t expires_ms) override;
  Result<Caller> enrol(const Enrolment& enrolment) override;
  std::optional<Caller> find_caller(const sync::DeviceId& device) override;
  std::vector<Device> devices() override;
  Status revoke_device(const sync::DeviceId& device, const std::string& reason) override;
  Status give_up_device(const sync::DeviceId& device) override;

  Result<std::vector<std::string>> assign(const std::string& account,
                                          const sync::DossierId& dossier,
                                          std::vector<std::string> sections) override;
  Status unassign(const std::string& account, const sync::DossierId& dossier,
                  const std::string& reason) override;
  Status hand_over(const sync::DossierId& dossier, const std::string& from, const std::string& to,
                   const std::string& reason) override;
  std::vector<DossierInfo> dossiers() override;
  std::vector<HeldInfo> held() override;

  std::unique_ptr<Turn> begin_turn(const Caller& caller) override;
  sync::PageRead read_page(const Caller& caller, const sync::ReplicaId& replica,
                           const sync::ReadAction& action) override;
  DigestPage digests(const Caller& caller, const std::optional<sync::DocumentId>& after,
                     std::size_t count_max) override;

  void visit_log(const std::function<bool(const LogEntry&)>& visit) override;
  void visit_document(const sync::DocumentId& document,
                      const std::function<bool(const LogEntry&)>& visit) override;
  void visit_manifests(const std::function<bool(const ManifestRow&)>& visit) override;
  std::vector<sync::DocumentId> documents() override;
  sync::Frontier frontier(const sync::DocumentId& document) override;
  std::optional<sync::DossierKey> dossier_key(const sync::DossierId& dossier) override;
  std::vector<AuditRow> audit(std::size_t count_max) override;
  std::string integrity_check() override;
  void backup_to(const std::string& path) override;
  void checkpoint() override;

 private:
  friend class SqliteTurn;

  /// `work(db, log)` in one write transaction; committed if it gives an ok Status or Result.
  template <class Work>
  auto write(Work work) -> decltype(work(std::declval<sqlite::Connection&>(),
                                         std::declval<LogWriter&>())) {
    const std::lock_guard lock(writer_mutex_);
    try {
      sqlite::Transaction transaction(writer_);
      LogWriter log(writer_, space_, clock_());
      auto outcome = work(writer_, log);
      if (outcome.ok()) {
        log.finish();
        transaction.commit();
      }
      return outcome;
    } catch (const sqlite::Error& error) {
      rethrow(error);
    }
  }

  /// `work(db)` on one committed state.
  template <class Work>
  auto read(Work work) -> decltype(work(std::declval<sqlite::Connection&>())) {
    try {
      const Lease lease(*this);
      const sqlite::Transaction transaction(lease.connection(), sqlite::TransactionKind::deferred);
      return work(lease.connection());
    } catch (const sqlite::Error& error) {
      rethrow(error);
    }
  }

  /// A reader for a scope; kept afterwards for the next one.
  class Lease {
   public:
    explicit Lease(SqliteRepository& repository);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] sqlite::Connection& connection() const { return *connection_; }

   private:
    SqliteRepository& repository_;
    std::unique_ptr<sqlite::Connection> connection_;
  };

  [[nodiscard]] Caller make_caller(Device device, sqlite::Connection& db) const;
  [[nodiscard]] std::optional<User> find_user(sqlite::Connection& db,
                                              const std::string& account) const;
  [[nodiscard]] std::optional<Device> find_device(sqlite::Connection& db,
                                                  const sync::DeviceId& device) const;
  [[nodiscard]] std::optional<Device> find_device_by_key(sqlite::Connection& db,
                                                         const sync::PublicKey& key) const;
  [[nodiscard]] Device reinstate(sqlite::Connection& db, LogWriter& log, const Enrolment& enrolment,
                                 Device device) const;
  void use_invitation(sqlite::Connection& db, LogWriter& log, const Enrolment& enrolment,
                      const sync::DeviceId& device) const;
  [[nodiscard]] Result<User> active_user(sqlite::Connection& db, const std::string& account) const;
  [[nodiscard]] Result<Device> redeem(sqlite::Connection& db, LogWriter& log,
                                      const Enrolment& enrolment, const std::string& account) const;
  [[nodiscard]] Status check_dossier(sqlite::Connection& db, const sync::DossierId& dossier) const;

  std::string path_;
  std::int64_t space_;
  Roles roles_;
  Clock clock_;
  SnapshotPolicy snapshots_;
  std::mutex writer_mutex_;
  sqlite::Connection writer_;  ///< guarded by writer_mutex_
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<sqlite::Connection>> readers_;  ///< guarded by readers_mutex_
};

/// What an account may see of a dossier now.
struct Access {
  std::uint64_t from_position = 0;  ///< 0: nothing
  std::vector<std::string> sections;
  [[nodiscard]] bool any() const noexcept { return from_position != 0; }
  [[nodiscard]] bool has(std::string_view section) const noexcept;
};
[[nodiscard]] Access load_access(sqlite::Connection& db, std::int64_t space,
                                 const std::string& account, const sync::DossierId& dossier);
[[nodiscard]] std::optional<sync::DossierKey> load_key(sqlite::Connection& db, std::int64_t space,
                                                       const sync::DossierId& dossier);
[[nodiscard]] SpaceInfo load_space(sqlite::Connection& db, std::int64_t space);

}  // namespace insieme::server
