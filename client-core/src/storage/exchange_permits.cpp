// What the server lets this device exchange: a grant and keys per dossier.
#include <algorithm>

#include "insieme/sync/limits.hpp"
#include "storage/exchange.hpp"

namespace insieme::client {
namespace {

/// When to ask again, by the server's clock: never while this lies ahead.
constexpr const char* kDue = "permits_due_ms";

bool is_known(const sync::PublicKey& key) { return !(key == sync::PublicKey{}); }

}  // namespace

std::vector<sync::DossierId> permits_due(Core& core) {
  std::vector<sync::DossierId> due;
  const std::int64_t now = core.corrected_now_ms();
  if (!is_known(core.identity.server_key) || now < core.setting_number(kDue, 0)) return due;
  auto rows = core.db.prepare(
      "SELECT d.id FROM dossiers d LEFT JOIN permits p ON p.dossier = d.id "
      "WHERE d.granted = 1 AND d.leaving = 0 AND (p.dossier IS NULL OR p.expires_ms < ?) "
      "ORDER BY p.expires_ms, d.n LIMIT ?");
  rows.bind_all(now + sync::kExchangeGrantMs / 2,
                static_cast<std::int64_t>(sync::kExchangeGrantsPerMessageMax));
  while (rows.step()) due.push_back(id_from_blob<sync::DossierId>(rows.get_blob(0)));
  return due;
}

void take_permits(Core& core, const std::vector<sync::ExchangePermit>& permits) {
  const Identity& self = core.identity;
  if (!is_known(self.server_key)) return;
  for (const sync::ExchangePermit& permit : permits) {
    const sync::ExchangeGrant& grant = permit.grant;
    const bool ours = grant.device == self.device && grant.device_key == self.keys.public_key &&
                      sync::check_grant(grant, self.server_key, self.space, grant.issued_ms).ok();
    if (!ours) continue;
    core.db.cached("INSERT OR REPLACE INTO permits(dossier, expires_ms, content) VALUES(?, ?, ?)")
        .bind_all(grant.dossier.bytes, grant.expires_ms, sync::encode_permit(permit))
        .run();
  }
  if (!permits.empty()) note_carried_due(core);  // some of it may be readable now
  // Found by a scan of all dossiers: not at each request.
  std::int64_t next = 0;
  if (permits_due(core).empty()) {
    auto& first = core.db.cached("SELECT coalesce(min(expires_ms), 0) FROM permits");
    const sqlite::ResetGuard guard(first);
    if (first.step() && first.get_int64(0) != 0) {
      next = first.get_int64(0) - sync::kExchangeGrantMs / 2;
    }
  }
  if (core.setting_number(kDue, 0) != next) core.set_setting_number(kDue, next);
}

void forget_permit(Core& core, const sync::DossierId& dossier) {
  core.db.cached("DELETE FROM permits WHERE dossier = ?").bind_all(dossier.bytes).run();
  core.set_setting_number(kDue, 0);
}

std::vector<ExchangedDocument> exchanged_documents(Core& core) {
  std::vector<ExchangedDocument> documents;
  auto rows = core.db.prepare(
      "SELECT p.content, d.sections FROM permits p JOIN dossiers d ON d.id = p.dossier "
      "WHERE d.leaving = 0");
  while (rows.step()) {
    const auto permit = require(sync::decode_permit(rows.get_blob(0)));
    const auto here = split_words(rows.get_text(1));
    for (std::size_t i = 0; i < permit.keys.size(); ++i) {
      const std::string& section = permit.grant.sections[i];
      if (std::find(here.begin(), here.end(), section) == here.end()) continue;
      documents.push_back({{permit.grant.dossier, section}, permit.keys[i], permit.grant});
    }
  }
  return documents;
}

}  // namespace insieme::client
