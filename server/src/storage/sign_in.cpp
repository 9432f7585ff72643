// Who somebody at an identity provider is here.
#include "insieme/server/sign_in.hpp"
#include "storage/handed_out.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kIssuerBytesMax = 2'000;
constexpr std::size_t kNameBytesMax = 255;

std::optional<std::string> linked_account(sql::Connection& db, std::int64_t space,
                                          const std::string& issuer, bool by_email,
                                          const std::string& name) {
  sql::Statement& row = db.cached(
      "SELECT account FROM sign_in_links WHERE space = ? AND issuer = ? AND by_email = ?"
      " AND name = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, issuer, by_email, name);
  if (!row.step()) return std::nullopt;
  return std::string(row.get_text(0));
}

void insert_link(sql::Connection& db, std::int64_t space, const SignInLink& link,
                 std::int64_t now_ms) {
  db.cached("INSERT INTO sign_in_links(space, issuer, by_email, name, account, created_ms)"
            " VALUES(?,?,?,?,?,?)")
      .bind_all(space, link.issuer, link.by_email, link.name, link.account, now_ms)
      .run();
}

bool is_name(const std::string& text, std::size_t max) {
  return !text.empty() && text.size() <= max && sync::is_valid_utf8(text) &&
         text.find('\0') == std::string::npos;
}

}  // namespace

void end_invitations_of_sign_ins(sql::Connection& db, std::int64_t space,
                                 const std::string& account) {
  db.cached("DELETE FROM invitations WHERE space = ? AND account = ? AND used_by IS NULL"
            " AND expires_ms - created_ms <= ?")
      .bind_all(space, account, std::int64_t{SignInDesk::kInvitationMs})
      .run();
}

Status SqlRepository::link_sign_in(const SignInLink& link) {
  if (!is_name(link.issuer, kIssuerBytesMax) || !is_name(link.name, kNameBytesMax)) {
    return {ErrorCode::invalid_argument, "a subject or an address has 1 to 255 bytes of text"};
  }
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(active_user(db, link.account));
    const auto holder = linked_account(db, space_, link.issuer, link.by_email, link.name);
    if (holder == link.account) return {};
    if (holder) return {ErrorCode::already_exists, "it is linked to \"" + *holder + "\" already"};
    insert_link(db, space_, link, log.now_ms());
    log.audit("operator", "sign_in.link", link.account);
    return {};
  });
}

Status SqlRepository::unlink_sign_in(const std::string& account, const std::string& name) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    bool any = false;
    {
      sql::Statement& row = db.cached(
          "SELECT 1 FROM sign_in_links WHERE space = ? AND account = ? AND (? = '' OR name = ?)");
      const sql::ResetGuard guard(row);
      row.bind_all(space_, account, name, name);
      any = row.step();
    }
    if (!any) return {ErrorCode::not_found, "\"" + account + "\" has no such link"};
    db.cached("DELETE FROM sign_in_links WHERE space = ? AND account = ? AND (? = '' OR name = ?)")
        .bind_all(space_, account, name, name)
        .run();
    end_invitations_of_sign_ins(db, space_, account);
    log.audit("operator", "sign_in.unlink", account);
    return {};
  });
}

std::vector<SignInLink> SqlRepository::sign_in_links() {
  return read([&](sql::Connection& db) {
    std::vector<SignInLink> links;
    sql::Statement& rows =
        db.cached("SELECT issuer, by_email, name, account, created_ms, used_ms"
                  " FROM sign_in_links WHERE space = ? ORDER BY account, issuer, by_email, name");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) {
      SignInLink& link = links.emplace_back();
      link.issuer = rows.get_text(0);
      link.by_email = rows.get_int64(1) != 0;
      link.name = rows.get_text(2);
      link.account = rows.get_text(3);
      link.created_ms = rows.get_int64(4);
      if (!rows.is_null(5)) link.used_ms = rows.get_int64(5);
    }
    return links;
  });
}

Result<std::string> SqlRepository::sign_in(const SignInClaim& claim,
                                           const sync::Digest& invitation_hash,
                                           std::int64_t expires_ms) {
  return write([&](sql::Connection& db, LogWriter& log) -> Result<std::string> {
    auto account = linked_account(db, space_, claim.issuer, false, claim.subject);
    const bool is_new = !account;
    if (!account && !claim.email.empty()) {
      account = linked_account(db, space_, claim.issuer, true, claim.email);
    }
    if (!account) return Error{ErrorCode::not_found, "nobody is linked"};
    INSIEME_TRY_ASSIGN(const User user, active_user(db, *account));
    if (user.disabled) return Error{ErrorCode::not_allowed, "the account is disabled"};
    if (is_new) {
      // Addresses are given to others one day, subjects never are.
      db.cached("DELETE FROM sign_in_links WHERE space = ? AND issuer = ? AND by_email = 1"
                " AND name = ?")
          .bind_all(space_, claim.issuer, claim.email)
          .run();
      insert_link(db, space_, {claim.issuer, false, claim.subject, *account, 0, {}}, log.now_ms());
      log.audit(*account, "sign_in.bind", *account);
    }
    db.cached("UPDATE sign_in_links SET used_ms = ? WHERE space = ? AND issuer = ?"
              " AND by_email = 0 AND name = ?")
        .bind_all(log.now_ms(), space_, claim.issuer, claim.subject)
        .run();
    db.cached("INSERT INTO invitations(space, hash, account, created_ms, expires_ms)"
              " VALUES(?,?,?,?,?)")
        .bind_all(space_, invitation_hash.bytes, *account, log.now_ms(), expires_ms)
        .run();
    log.audit(*account, "sign_in", *account);
    return *account;
  });
}

}  // namespace insieme::server
