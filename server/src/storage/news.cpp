// Whom entries of the log may concern: what `LogView` would send, for everybody at once.
#include <algorithm>
#include <map>

#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

/// An account that has the dossier now.
struct Holder {
  std::string account;
  std::vector<std::string> sections;
  bool decides = false;
};

class NewsReader {
 public:
  NewsReader(sql::Connection& db, std::int64_t space, const Roles& roles)
      : db_(db), space_(space), roles_(roles) {}

  /// One look at each document, event and reader, however many changes there are.
  std::set<std::string> between(std::uint64_t after, std::uint64_t upto) {
    const auto rows = db_.walk(
        "SELECT kind, dossier, section, CASE WHEN kind >= 10 THEN account ELSE '' END AS who"
        " FROM log WHERE space = ? AND position > ? AND position <= ?"
        " GROUP BY kind, dossier, section, CASE WHEN kind >= 10 THEN account ELSE '' END");
    rows->bind_all(space_, i64(after), i64(upto));
    while (rows->step()) {
      add(static_cast<EntryKind>(rows->get_int64(0)), get_document(*rows, 1),
          std::string(rows->get_text(3)));
    }
    return std::move(found_);
  }

 private:
  void add(EntryKind kind, const sync::DocumentId& document, const std::string& account) {
    switch (kind) {
      case EntryKind::grant:
      case EntryKind::revoke:
        found_.insert(account);
        return;
      case EntryKind::erasure:
        add_all_ever(document.dossier);
        return;
      case EntryKind::held_closed:
        found_.insert(account);
        break;
      case EntryKind::change:
      case EntryKind::held_change:
      case EntryKind::refused_change:
      case EntryKind::held:
      case EntryKind::seen:
        break;
    }
    for (const Holder& holder : holders_of(document.dossier)) {
      const bool has = std::find(holder.sections.begin(), holder.sections.end(),
                                 document.section) != holder.sections.end();
      if (has && (kind != EntryKind::held || holder.decides)) found_.insert(holder.account);
    }
  }

  const std::vector<Holder>& holders_of(const sync::DossierId& dossier) {
    const auto known = holders_.find(dossier);
    if (known != holders_.end()) return known->second;
    std::vector<Holder>& holders = holders_[dossier];
    // Who reads up to a place of the past gets nothing new.
    sql::Statement& rows = db_.cached(
        "SELECT a.account, a.sections, u.role FROM assignments a JOIN users u"
        " ON u.space = a.space AND u.account = a.account WHERE a.space = ? AND a.dossier = ?"
        " AND a.to_position IS NULL AND a.kept_to IS NULL");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, dossier.bytes);
    while (rows.step()) {
      const RoleRules* rules = roles_.find(std::string(rows.get_text(2)));
      holders.push_back({std::string(rows.get_text(0)), split_names(rows.get_text(1)),
                         rules != nullptr && rules->may_review});
    }
    return holders;
  }

  void add_all_ever(const sync::DossierId& dossier) {
    sql::Statement& rows =
        db_.cached("SELECT DISTINCT account FROM assignments WHERE space = ? AND dossier = ?");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, dossier.bytes);
    while (rows.step()) found_.insert(std::string(rows.get_text(0)));
  }

  sql::Connection& db_;
  std::int64_t space_;
  const Roles& roles_;
  std::set<std::string> found_;
  std::map<sync::DossierId, std::vector<Holder>> holders_;
};

/// Whether the log stood there once.
bool was_at(sql::Connection& db, std::int64_t space_row, const SpaceInfo& space,
            const sync::Cursor& cursor) {
  if (cursor.epoch != space.epoch || cursor.position > space.position) return false;
  if (cursor.position == 0) return true;
  if (cursor.position == space.position) return cursor.log_hash == space.log_hash;
  sql::Statement& row = db.cached("SELECT log_hash FROM log WHERE space = ? AND position = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_row, i64(cursor.position));
  return row.step() && get_bytes<sync::Digest>(row, 0) == cursor.log_hash;
}

}  // namespace

std::optional<News> SqlRepository::news_since(const sync::Cursor& since,
                                              std::uint64_t entries_max) {
  return read([&](sql::Connection& db) -> std::optional<News> {
    const SpaceInfo space = load_space(db, space_);
    if (!was_at(db, space_, space, since)) return std::nullopt;
    News news;
    news.end = {space.epoch, space.position, space.log_hash};
    news.everybody = space.position - since.position > entries_max;
    if (news.everybody || space.position == since.position) return news;
    news.of = NewsReader(db, space_, roles_).between(since.position, space.position);
    return news;
  });
}

std::vector<sync::DeviceId> SqlRepository::barred_devices() {
  return read([&](sql::Connection& db) {
    sql::Statement& rows =
        db.cached("SELECT d.device FROM devices d JOIN users u ON u.space = d.space"
                  " AND u.account = d.account WHERE d.space = ?"
                  " AND (d.revoked_ms IS NOT NULL OR d.order_kind <> 0 OR u.disabled <> 0)");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    std::vector<sync::DeviceId> barred;
    while (rows.step()) barred.push_back(get_bytes<sync::DeviceId>(rows, 0));
    return barred;
  });
}

std::shared_ptr<CommitEar> SqlRepository::listen() {
  std::shared_ptr<CommitEar> ear = database_->listen();
  const std::lock_guard lock(ear_mutex_);
  ear_ = ear;
  return ear;
}

void SqlRepository::tell_ear() noexcept {
  const std::lock_guard lock(ear_mutex_);
  if (const auto ear = ear_.lock()) ear->committed();
}

}  // namespace insieme::server
