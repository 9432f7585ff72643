#pragma once
// The repository on any database of sql.hpp. Its functions lie in people.cpp, access.cpp,
// permission_orders.cpp, absences.cpp, access_log.cpp, turn.cpp, news.cpp, page.cpp, inspect.cpp,
// device_orders.cpp, sign_in.cpp, sign_in_rows.cpp, local_accounts.cpp and machines.cpp, by
// subject.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "denial_ledger.hpp"
#include "insieme/server/absences.hpp"
#include "insieme/server/audit.hpp"
#include "insieme/server/blob_scans.hpp"
#include "insieme/server/device_orders.hpp"
#include "insieme/server/repository.hpp"
#include "insieme/server/staff.hpp"
#include "insieme/server/together.hpp"
#include "revocation_ledger.hpp"
#include "storage/frontier_rows.hpp"
#include "storage/log_tail.hpp"
#include "storage/log_writer.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

/// One connection that writes, behind a lock, and as many that read as are needed at once.
class SqlRepository final : public Repository,
                            public DeviceOrderStore,
                            public Together,
                            public Absences,
                            public AuditStore,
                            public StaffStore,
                            public BlobScanStore {
 public:
  SqlRepository(std::unique_ptr<sql::Database> database, std::unique_ptr<sql::Connection> writer,
                std::int64_t space, Roles roles, Clock clock, SnapshotPolicy snapshots);

  SpaceInfo space() override;
  Counts counts() override;
  Status all_or_none(const std::function<Status()>& acts, bool keep) override;
  Result<AbsenceEffect> declare_absence(const Absence& absence, const std::string& by) override;
  Status end_absence(std::uint64_t number, const std::string& by) override;
  std::vector<Absence> absences() override;
  Status add_user(const User& user, const std::string& by) override;
  std::vector<User> users() override;
  Status set_disabled(const std::string& account, bool disabled, const std::string& by) override;
  Status add_invitation(const sync::Digest& hash, const std::string& account,
                        std::int64_t expires_ms, const std::string& by) override;
  Result<Caller> enrol(const Enrolment& enrolment) override;
  std::optional<Caller> find_caller(const sync::DeviceId& device) override;
  std::vector<Device> devices() override;
  Status revoke_device(const sync::DeviceId& device, const std::string& reason,
                       const std::string& by) override;
  Status give_up_device(const sync::DeviceId& device) override;
  std::vector<Device> give_up_silent(std::int64_t ms) override;

  Result<std::vector<std::string>> assign(const std::string& account,
                                          const sync::DossierId& dossier,
                                          std::vector<std::string> sections,
                                          const AssignTerms& terms,
                                          const std::string& by) override;
  Status unassign(const std::string& account, const sync::DossierId& dossier,
                  const std::string& reason, const std::string& by) override;
  Status hand_over(const sync::DossierId& dossier, const std::string& from, const std::string& to,
                   const std::string& reason) override;
  std::vector<DossierInfo> dossiers() override;
  std::vector<HeldInfo> held() override;

  void settle() override;
  Status put_organization(const Organization& organization) override;
  std::vector<Organization> organizations() override;
  Status set_person(const std::string& account, const PersonChange& change) override;
  Status place(const sync::DossierId& dossier, const std::string& organization,
               const std::string& territory) override;
  Status transfer(const sync::DossierId& dossier, const std::string& organization,
                  const std::string& territory, const std::string& reason) override;
  Status deny(const sync::DossierId& dossier, const Denial& denial) override;
  Status allow(const sync::DossierId& dossier, const std::string& account,
               const std::string& by) override;
  std::vector<DossierDenial> denials() override;
  Result<Standing> standing(const std::string& account, const sync::DossierId& dossier) override;
  void note_access(const Caller& caller, const std::vector<AccessNote>& notes) override;
  std::size_t note_openings(const Caller& caller, const std::vector<AccessNote>& notes) override;
  void visit_access(const std::function<bool(const AccessRow&)>& visit) override;
  std::vector<AccessRow> access_of(const sync::DossierId& dossier, std::uint64_t before,
                                   std::size_t count_max) override;
  std::pair<std::uint64_t, sync::Digest> access_end() override;

  Status attach_ledger(ErasureLedger ledger) override;
  Status propose_erasure(const sync::ErasureOrder& order, const std::string& asked_by) override;
  Status confirm_erasure(const sync::ErasureId& id, const std::string& by) override;
  Status withdraw_erasure(const sync::ErasureId& id, const std::string& by) override;
  std::vector<Erasure> erasures() override;
  std::vector<ErasureDevice> erasure_devices(const sync::ErasureId& id) override;
  Status set_hold(const sync::DossierId& dossier, const std::string& by,
                  const std::string& reason) override;
  std::vector<LegalHold> holds() override;
  bool clean_traces() override;

  BlobStanding blob_standing(const BlobKey& key) override;
  Result<BlobRight> blob_right(const Caller& caller, const BlobKey& key) override;
  void note_blob(const BlobKey& key, BlobStanding standing) override;
  std::vector<BlobKey> erased_blobs() override;
  void visit_blobs(const std::function<bool(const BlobFacts&)>& visit) override;
  BlobUsage blob_usage(const std::optional<sync::DossierId>& dossier) override;

  ScanVerdict scan_verdict(const BlobKey& key) override;
  void note_scan(const BlobKey& key, ScanVerdict verdict, const std::string& said) override;
  std::vector<BlobKey> unscanned(const std::optional<BlobKey>& after,
                                 std::int64_t failed_before_ms, std::size_t count_max) override;
  ScanCounts scan_counts() override;
  std::vector<BlobScan> bad_scans() override;
  std::uint64_t scan_again() override;
  Result<BlobOpener> blob_opener(const BlobKey& key) override;

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
  void note_act(const std::string& actor, const std::string& action,
                const std::string& subject) override;
  std::vector<AuditRow> audit(std::size_t count_max) override;
  void act_as(const std::string& who, const std::string& reason) override;
  void visit_audit(const std::function<bool(const AuditLine&)>& visit) override;
  std::pair<std::uint64_t, sync::Digest> audit_end() override;
  Status change_staff(const std::string& account, const StaffChange& change,
                      const std::string& by) override;
  Status change_terms(const std::string& account, const PersonChange& change,
                      const std::string& by) override;
  std::vector<OpenInvitation> open_invitations() override;
  Status withdraw_invitations(const std::string& account, const std::string& by) override;
  std::string integrity_check() override;
  Status note_backup(std::uint64_t position) override;
  std::uint64_t raise_epoch(const std::string& reason, std::uint64_t at_least) override;
  std::uint64_t schema_version() override;
  void backup_to(const std::string& path) override;
  void checkpoint() override;

  std::optional<News> news_since(const sync::Cursor& since, std::uint64_t entries_max) override;
  std::vector<sync::DeviceId> barred_devices() override;
  std::shared_ptr<CommitEar> listen() override;

  Result<Flow> add_flow(const Flow& flow) override;
  std::vector<Flow> flows_after(std::int64_t ts_ms, std::size_t count_max,
                                std::size_t bytes_max) override;
  std::vector<Flow> flows() override;
  Status withdraw_flow(const std::string& name, const std::string& reason) override;
  void note_outcomes(std::span<const FlowOutcome> outcomes) override;
  std::vector<FlowOutcome> flow_outcomes() override;

  DeviceFacts facts_of(const sync::DeviceId& device) override;
  std::map<sync::DeviceId, DeviceFacts> all_facts() override;
  Result<StandingOrder> order_device(const sync::DeviceId& device,
                                     const StandingOrder& order, const std::string& by) override;
  Status lift_order(const sync::DeviceId& device, const std::string& by) override;
  Status let_go(const sync::DeviceId& device, const std::string& by) override;
  void note_order_told(const sync::DeviceId& device, const sync::DeviceOrderId& order) override;
  Status put_parcel(const sync::DeviceId& device, const sync::DeviceOrderId& order,
                    const EscrowParcel& parcel, const std::vector<std::uint8_t>& sealed) override;
  void note_parcel(const sync::DeviceId& device, const sync::Digest& name, const std::string& fate,
                   bool keep) override;
  std::vector<EscrowParcel> parcels(const sync::DeviceId& device) override;
  Result<std::vector<std::uint8_t>> parcel(const sync::DeviceId& device,
                                           const sync::Digest& name) override;
  Status end_escrow(const sync::DeviceId& device, const sync::DeviceOrderId& order,
                    const std::vector<sync::Digest>& names) override;
  Status note_destroyed(const sync::DeviceId& device, const sync::DeviceOrderId& order) override;
  Result<std::size_t> drop_parcels(const sync::DeviceId& device) override;
  void note_app(const sync::DeviceId& device, const std::string& app) override;

  Result<Glass> break_glass(const Caller& caller, const GlassRequest& request) override;
  std::vector<Glass> glasses() override;
  std::vector<Glass> glasses_for(const Caller& caller) override;
  Status end_glass(const GlassId& id, const std::string& by) override;
  Status see_glass(const GlassId& id, const std::string& by, const std::string& note) override;
  Status link_sign_in(const SignInLink& link) override;
  Status unlink_sign_in(const std::string& account, const std::string& name) override;
  std::vector<SignInLink> sign_in_links() override;
  Result<std::string> sign_in(const SignInClaim& claim, const sync::Digest& invitation_hash,
                              std::int64_t expires_ms) override;
  Status put_sign_in(const SignInRow& row, std::int64_t now_ms) override;
  std::optional<SignInRow> find_sign_in(SignInKind kind, const sync::Digest& name,
                                        std::int64_t now_ms) override;
  bool replace_sign_in(const SignInRow& before, const SignInRow& after) override;
  bool take_sign_in(const SignInRow& row) override;
  void sweep_sign_ins(std::int64_t now_ms) override;
  Status new_local_account(const std::string& account, const std::string& password,
                           std::int64_t first_until_ms, bool totp_required) override;
  Status reset_local_account(const std::string& account, const std::string& password,
                             std::int64_t first_until_ms, bool forget_totp) override;
  Status disable_local_account(const std::string& account) override;
  Status require_totp(const std::string& account, bool required) override;
  Status unlock_attempts(const sync::Digest& who, const std::string& subject) override;
  std::vector<LocalAccount> local_accounts() override;
  bool has_local_accounts() override;
  std::optional<LocalAccount> local_account(const std::string& account) override;
  std::int64_t begin_attempt(std::span<const Attempter> attempters) override;
  void end_attempt(std::span<const Attempter> attempters) override;
  std::int64_t attempt_wait(const Attempter& attempter) override;
  Status set_password(const std::string& account, std::int64_t generation,
                      const std::string& password) override;
  Status set_totp(const std::string& account, std::int64_t generation,
                  const std::vector<std::uint8_t>& sealed, std::int64_t step,
                  const std::vector<sync::Digest>& recovery_codes) override;
  Status set_recovery_codes(const std::string& account, std::int64_t generation,
                            const std::vector<sync::Digest>& recovery_codes) override;
  bool use_totp_step(const std::string& account, std::int64_t step,
                     std::int64_t newest_step) override;
  bool use_recovery_code(const std::string& account, const sync::Digest& code) override;
  Status invite_local_account(const std::string& account, std::int64_t generation,
                              const sync::Digest& invitation_hash, std::int64_t expires_ms,
                              const sync::Digest& who) override;
  Status add_machine(const Machine& machine) override;
  Status change_machine(const std::string& client, const MachineChange& change) override;
  Status revoke_machine(const std::string& client, const std::string& reason) override;
  std::vector<Machine> machines() override;
  std::optional<Machine> machine(const std::string& client) override;
  Status grant_machine(const MachineGrant& grant) override;
  std::optional<MachineToken> machine_token(const sync::Digest& hash) override;
  void note_machine(const std::string& client, const std::string& action,
                    const std::string& subject) override;

 private:
  friend class SqlTurn;

  /// `work(db, log)` in one write transaction; committed if it gives an ok Status or Result. Within
  /// `all_or_none` in that one's, which decides.
  template <class Work>
  auto write(Work work) -> decltype(work(std::declval<sql::Connection&>(),
                                         std::declval<LogWriter&>())) {
    const std::lock_guard lock(writer_mutex_);
    if (joint_ != nullptr) return work(*writer_, *joint_);
    sql::Transaction transaction(*writer_, space_);
    LogWriter log(*writer_, space_, clock_());
    log.act_as(operator_, operator_reason_);
    auto outcome = work(*writer_, log);
    if (outcome.ok()) {
      log.finish();
      transaction.commit();
      if (log.has_moved()) tell_ear();
    }
    return outcome;
  }

  /// `work(db)` on one committed state.
  template <class Work>
  auto read(Work work) -> decltype(work(std::declval<sql::Connection&>())) {
    const Lease lease(*this);
    const sql::Transaction transaction(lease.connection());
    return work(lease.connection());
  }

  /// A reader for a scope; kept afterwards for the next one.
  class Lease {
   public:
    explicit Lease(SqlRepository& repository);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] sql::Connection& connection() const { return *connection_; }

   private:
    SqlRepository& repository_;
    std::unique_ptr<sql::Connection> connection_;
  };

  /// Somebody may wait for what was committed just now.
  void tell_ear() noexcept;
  /// Into the ledger, if there is one: before it is carried out.
  [[nodiscard]] Status note_in_ledger(const LedgerEntry& entry) const;
  /// What the ledger knows and the database does not stands again, and the other way round.
  [[nodiscard]] Status attach_denials(const std::string& path);
  [[nodiscard]] Status put_back(const DenialEntry& entry);
  [[nodiscard]] Status attach_revocations(const std::string& path);
  [[nodiscard]] Status put_back(const Revocation& entry);
  [[nodiscard]] bool knows(const DenialEntry& entry);
  [[nodiscard]] bool knows(const Revocation& entry);
  [[nodiscard]] Revocation dated(Revocation entry);
  /// Into the ledger, if there is one: before it is carried out.
  [[nodiscard]] Status note_revocation(const Revocation& entry);
  /// A name that is given anew is not shut out for what it was once.
  [[nodiscard]] Status note_let_in(Revoked kind, const std::string& subject,
                                   const std::string& by, std::int64_t now_ms);
  [[nodiscard]] Caller make_caller(Device device, sql::Connection& db) const;
  [[nodiscard]] std::optional<User> find_user(sql::Connection& db,
                                              const std::string& account) const;
  [[nodiscard]] std::optional<Device> find_device(sql::Connection& db,
                                                  const sync::DeviceId& device) const;
  [[nodiscard]] std::optional<Device> find_device_by_key(sql::Connection& db,
                                                         const sync::PublicKey& key) const;
  [[nodiscard]] Device reinstate(sql::Connection& db, LogWriter& log, const Enrolment& enrolment,
                                 Device device) const;
  /// What was opened for a while ends when its time is over.
  void settle_glasses();
  /// Whether an account that decides there may see to it.
  [[nodiscard]] bool decides_on(sql::Connection& db, const std::string& account,
                                const sync::DossierId& dossier) const;
  [[nodiscard]] std::optional<sync::DossierId> dossier_named(sql::Connection& db,
                                                             const std::string& digits) const;
  void end_now(LogWriter& log, sql::Connection& db, const std::string& account,
               const sync::DossierId& dossier, const std::string& reason) const;
  void save_terms(sql::Connection& db, const User& user) const;
  void use_invitation(sql::Connection& db, LogWriter& log, const Enrolment& enrolment,
                      const sync::DeviceId& device) const;
  [[nodiscard]] Result<User> active_user(sql::Connection& db, const std::string& account) const;
  [[nodiscard]] Result<Device> redeem(sql::Connection& db, LogWriter& log,
                                      const Enrolment& enrolment, const std::string& account);
  [[nodiscard]] Status check_dossier(sql::Connection& db, const sync::DossierId& dossier) const;

  std::unique_ptr<sql::Database> database_;
  std::int64_t space_;
  Roles roles_;
  const std::string roles_digest_;  ///< of `roles_`, which never change: each request asks for it
  Clock clock_;
  SnapshotPolicy snapshots_;
  std::string operator_;         ///< set before anybody else uses the repository
  std::string operator_reason_;  ///< likewise
  std::optional<ErasureLedger> ledger_;  ///< set before anybody else uses the repository
  std::optional<DenialLedger> denial_ledger_;  ///< likewise
  std::optional<RevocationLedger> revocation_ledger_;  ///< likewise
  std::recursive_mutex writer_mutex_;  ///< so that `all_or_none` may hold it around its acts
  std::unique_ptr<sql::Connection> writer_;  ///< guarded by writer_mutex_
  LogWriter* joint_ = nullptr;               ///< likewise: of the `all_or_none` that goes on
  std::vector<Revocation> joint_revocations_;  ///< likewise: to be noted if it is kept
  std::mutex ear_mutex_;
  std::weak_ptr<CommitEar> ear_;  ///< guarded by ear_mutex_
  std::mutex settled_mutex_;
  std::string settled_;  ///< guarded by settled_mutex_: what this process knows to be settled
  std::int64_t glass_due_ms_ = 0;  ///< likewise: when to look again for one whose time is over
  LogTail tail_;
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<sql::Connection>> readers_;  ///< guarded by readers_mutex_
};

/// What an account may see of a dossier now.
struct Access {
  std::uint64_t from_position = 0;  ///< 0: nothing
  std::vector<std::string> sections;
  std::optional<std::uint64_t> kept_to{};  ///< reads the log up to there, and writes nothing
  [[nodiscard]] bool sees(std::uint64_t position) const noexcept {
    return !kept_to || position <= *kept_to;
  }
  [[nodiscard]] bool any() const noexcept { return from_position != 0; }
  [[nodiscard]] bool has(std::string_view section) const noexcept;
};
[[nodiscard]] Access load_access(sql::Connection& db, std::int64_t space,
                                 const std::string& account, const sync::DossierId& dossier);
/// Nothing also where it was destroyed.
[[nodiscard]] std::optional<sync::DossierKey> load_key(sql::Connection& db, std::int64_t space,
                                                       const sync::DossierId& dossier);
[[nodiscard]] SpaceInfo load_space(sql::Connection& db, std::int64_t space);

}  // namespace insieme::server
