#include "insieme/server/together.hpp"

#include "storage/repository_impl.hpp"

namespace insieme::server {
namespace {

/// The acts' own transactions become this one for as long as it lives.
class Joined {
 public:
  Joined(LogWriter*& joint, LogWriter& log) : joint_(joint) { joint_ = &log; }
  ~Joined() { joint_ = nullptr; }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

 private:
  LogWriter*& joint_;
};

}  // namespace

Together& together_of(Repository& repository) { return dynamic_cast<SqlRepository&>(repository); }

Status SqlRepository::all_or_none(const std::function<Status()>& acts, bool keep) {
  Status outcome;
  const Status written = write([&](sql::Connection&, LogWriter& log) -> Status {
    const Joined joined(joint_, log);
    joint_revocations_.clear();
    outcome = acts();
    if (outcome.ok() && !keep) return {ErrorCode::conflict, "only tried"};  // rolls back
    INSIEME_TRY(Status(outcome));
    for (const Revocation& entry : joint_revocations_) {
      if (revocation_ledger_) INSIEME_TRY(revocation_ledger_->append(entry));
    }
    return {};
  });
  return keep ? written : outcome;
}

}  // namespace insieme::server
