// The audit as rows: how a line is written, sealed and read.
#include "insieme/server/audit.hpp"

#include "insieme/server/secrets.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kFaultsMax = 100;

constexpr std::string_view kColumns =
    "SELECT number, at_ms, actor, action, subject, reason, salt, seal, hash FROM audit"
    " WHERE space = ?";

sync::Digest digest_or_zero(const sql::Statement& row, int column) {
  return row.get_blob(column).empty() ? sync::Digest() : get_bytes<sync::Digest>(row, column);
}

AuditLine get_line(const sql::Statement& row) {
  AuditLine line;
  line.number = u64(row.get_int64(0));
  line.at_ms = row.get_int64(1);
  line.actor = row.get_text(2);
  line.action = row.get_text(3);
  line.subject = row.get_text(4);
  line.reason = row.get_text(5);
  line.salt = get_vector(row, 6);
  line.seal = digest_or_zero(row, 7);
  line.hash = digest_or_zero(row, 8);
  return line;
}

/// What was written before lines were sealed is sealed by the first one that is.
sync::Digest seal_of_older(sql::Connection& db, std::int64_t space) {
  sync::Digest hash;
  const auto rows = db.walk(std::string(kColumns) + " AND number = 0 ORDER BY id");
  rows->bind_all(space);
  while (rows->step()) hash = next_audit_hash(hash, get_line(*rows));
  return hash;
}

std::pair<std::uint64_t, sync::Digest> load_end(sql::Connection& db, std::int64_t space) {
  sql::Statement& row =
      db.cached("SELECT audit_number, audit_hash FROM spaces WHERE space = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space);
  if (!row.step()) throw StorageFailure(ErrorCode::storage_failure, "the space's row is gone");
  return {u64(row.get_int64(0)), digest_or_zero(row, 1)};
}

}  // namespace

sync::Digest audit_seal(const std::vector<std::uint8_t>& salt, const std::string& reason) {
  return sync::Hasher("insieme audit reason v1")
      .add(std::span<const std::uint8_t>(salt))
      .add(std::string_view(reason))
      .finish();
}

sync::Digest next_audit_hash(const sync::Digest& previous, const AuditLine& line) {
  return sync::Hasher("insieme audit v1")
      .add(previous)
      .add(line.number)
      .add(static_cast<std::uint64_t>(line.at_ms))
      .add(std::string_view(line.actor))
      .add(std::string_view(line.action))
      .add(std::string_view(line.subject))
      .add(line.seal)
      .finish();
}

void LogWriter::audit(std::string_view actor, std::string_view action, std::string_view subject,
                      std::string_view reason) {
  AuditLine line;
  line.at_ms = now_ms_;
  const bool by_operator = actor == kOperator;
  line.actor = by_operator && !operator_.empty() ? std::string_view(operator_) : actor;
  line.action = action;
  line.subject = subject;
  line.reason = by_operator && reason.empty() ? std::string_view(operator_reason_) : reason;
  if (!line.reason.empty()) {
    line.salt.resize(kSaltBytes);
    fill_random(line.salt);
    line.seal = audit_seal(line.salt, line.reason);
  }
  auto [number, before] = load_end(db_, space_);
  if (number == 0) before = seal_of_older(db_, space_);
  line.number = number + 1;
  line.hash = next_audit_hash(before, line);
  const bool is_sealed = !line.reason.empty();
  db_.cached("INSERT INTO audit(space, at_ms, actor, action, subject, number, reason, salt, seal,"
             " hash) VALUES(?,?,?,?,?,?,?,?,?,?)")
      .bind_all(space_, line.at_ms, line.actor, line.action, line.subject, i64(line.number),
                line.reason, line.salt,
                is_sealed ? std::vector<std::uint8_t>(line.seal.bytes.begin(),
                                                      line.seal.bytes.end())
                          : std::vector<std::uint8_t>(),
                line.hash.bytes)
      .run();
  db_.cached("UPDATE spaces SET audit_number = ?, audit_hash = ? WHERE space = ?")
      .bind_all(i64(line.number), line.hash.bytes, space_)
      .run();
}

void forget_reasons(sql::Connection& db, std::int64_t space, const sync::DossierId& dossier) {
  const std::string id = sync::to_text(dossier);
  std::vector<std::int64_t> rows;
  {
    const auto found = db.walk("SELECT id, subject FROM audit WHERE space = ? AND reason <> ''");
    found->bind_all(space);
    while (found->step()) {
      if (found->get_text(1).find(id) != std::string_view::npos) {
        rows.push_back(found->get_int64(0));
      }
    }
  }
  for (const std::int64_t row : rows) {
    db.cached("UPDATE audit SET reason = '', salt = ? WHERE space = ? AND id = ?")
        .bind_all(std::vector<std::uint8_t>(), space, row)
        .run();
  }
}

AuditStore& audit_of(Repository& repository) { return dynamic_cast<SqlRepository&>(repository); }

void SqlRepository::act_as(const std::string& who, const std::string& reason) {
  operator_ = who;
  operator_reason_ = reason;
}

void SqlRepository::visit_audit(const std::function<bool(const AuditLine&)>& visit) {
  read([&](sql::Connection& db) {
    const auto rows = db.walk(std::string(kColumns) + " ORDER BY id");
    rows->bind_all(space_);
    while (rows->step()) {
      if (!visit(get_line(*rows))) break;
    }
  });
}

std::pair<std::uint64_t, sync::Digest> SqlRepository::audit_end() {
  return read([&](sql::Connection& db) { return load_end(db, space_); });
}

std::vector<std::string> verify_audit(AuditStore& audit) {
  std::vector<std::string> faults;
  const auto fault = [&](std::string text) {
    if (faults.size() < kFaultsMax) faults.push_back(std::move(text));
  };
  const auto end = audit.audit_end();
  sync::Digest hash;
  std::uint64_t number = 0;
  audit.visit_audit([&](const AuditLine& line) {
    if (line.number > end.first) return false;  // written after the start
    if (line.number == 0 && number == 0) {
      hash = next_audit_hash(hash, line);
      return true;
    }
    if (line.number == 0) {
      fault("audit: a line without a seal stands behind line " + std::to_string(number) + ": " +
            line.actor + ", " + line.action);
      return true;
    }
    const std::string place = "audit " + std::to_string(line.number) + ": ";
    if (line.number != ++number) {
      fault(place + "lines " + std::to_string(number) + " and on are missing");
      number = line.number;
    }
    hash = next_audit_hash(hash, line);
    if (!(hash == line.hash)) {
      fault(place + "the hash chain is broken");
      hash = line.hash;  // so that one break is one fault
    }
    const bool is_sealed = line.reason.empty() || line.seal == audit_seal(line.salt, line.reason);
    if (!is_sealed) fault(place + "its reason was changed");
    return true;
  });
  if (number != end.first) fault("audit: its end is missing");
  if (number != 0 && !(hash == end.second)) {
    fault("audit: its last hash is not the one that the space knows");
  }
  return faults;
}

}  // namespace insieme::server
