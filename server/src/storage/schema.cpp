#include "storage/schema.hpp"

#include <array>

namespace insieme::server {
namespace {

// Every table is led by the space, so that a sharded database can be cut along it.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE spaces(
  space INTEGER PRIMARY KEY, uuid BLOB NOT NULL UNIQUE, name TEXT NOT NULL,
  epoch INTEGER NOT NULL, position INTEGER NOT NULL, log_hash BLOB NOT NULL,
  log_bytes INTEGER NOT NULL, created_ms INTEGER NOT NULL) STRICT;

CREATE TABLE users(
  space INTEGER NOT NULL, account TEXT NOT NULL, display_name TEXT NOT NULL, role TEXT NOT NULL,
  disabled INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  PRIMARY KEY(space, account)) STRICT, WITHOUT ROWID;

CREATE TABLE invitations(
  space INTEGER NOT NULL, hash BLOB NOT NULL, account TEXT NOT NULL, created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL, used_by BLOB, used_ms INTEGER,
  PRIMARY KEY(space, hash)) STRICT, WITHOUT ROWID;

CREATE TABLE devices(
  space INTEGER NOT NULL, device BLOB NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
  public_key BLOB NOT NULL, enrolled_ms INTEGER NOT NULL, last_sync_ms INTEGER,
  clock_offset_ms INTEGER, unsent INTEGER, revoked_ms INTEGER, revoke_reason TEXT NOT NULL,
  PRIMARY KEY(space, device), UNIQUE(space, public_key)) STRICT, WITHOUT ROWID;

CREATE TABLE replicas(
  space INTEGER NOT NULL, replica BLOB NOT NULL, device BLOB NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  PRIMARY KEY(space, replica)) STRICT, WITHOUT ROWID;

CREATE TABLE dossiers(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, key BLOB NOT NULL, created_by TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY(space, dossier)) STRICT, WITHOUT ROWID;

-- An interval of positions; to_position NULL: it holds now. At most one holds per account.
CREATE TABLE assignments(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, account TEXT NOT NULL,
  from_position INTEGER NOT NULL, to_position INTEGER, sections TEXT NOT NULL,
  PRIMARY KEY(space, dossier, account, from_position)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX assignments_now ON assignments(space, account, dossier)
  WHERE to_position IS NULL;

-- Narrow columns first: a scan that skips a row never touches its overflow pages.
-- header: of a change, or the payload of an event. body NULL: hollow.
CREATE TABLE log(
  space INTEGER NOT NULL, position INTEGER NOT NULL, kind INTEGER NOT NULL,
  dossier BLOB NOT NULL, section TEXT NOT NULL, account TEXT NOT NULL, replica BLOB NOT NULL,
  seq INTEGER NOT NULL, tx BLOB, item_id BLOB NOT NULL, log_hash BLOB NOT NULL,
  received_ms INTEGER NOT NULL, header BLOB NOT NULL, body BLOB,
  PRIMARY KEY(space, position)) STRICT;
CREATE INDEX log_of_dossier ON log(space, dossier, position);
CREATE UNIQUE INDEX log_changes ON log(space, dossier, section, replica, seq) WHERE kind <= 3;

CREATE TABLE documents(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, section TEXT NOT NULL, count INTEGER NOT NULL,
  history BLOB NOT NULL,
  PRIMARY KEY(space, dossier, section)) STRICT, WITHOUT ROWID;

CREATE TABLE heads(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, section TEXT NOT NULL, replica BLOB NOT NULL,
  seq INTEGER NOT NULL, id BLOB NOT NULL, deps BLOB NOT NULL, stamp_ms INTEGER NOT NULL,
  stamp_counter INTEGER NOT NULL,
  PRIMARY KEY(space, dossier, section, replica)) STRICT, WITHOUT ROWID;

-- Bodies kept aside: of held changes for those who decide, of refused ones as evidence.
CREATE TABLE held(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, section TEXT NOT NULL, replica BLOB NOT NULL,
  seq INTEGER NOT NULL, position INTEGER NOT NULL, account TEXT NOT NULL, state INTEGER NOT NULL,
  code INTEGER NOT NULL, reason TEXT NOT NULL, received_ms INTEGER NOT NULL,
  decided_by TEXT, decided_ms INTEGER, body BLOB,
  PRIMARY KEY(space, dossier, section, replica, seq)) STRICT;
CREATE INDEX held_waiting ON held(space, position) WHERE state = 0;

CREATE TABLE seen(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, section TEXT NOT NULL, account TEXT NOT NULL,
  version BLOB NOT NULL,
  PRIMARY KEY(space, dossier, section, account)) STRICT, WITHOUT ROWID;

CREATE TABLE manifests(
  space INTEGER NOT NULL, first_position INTEGER NOT NULL, count INTEGER NOT NULL,
  device BLOB NOT NULL, manifest BLOB NOT NULL, signature BLOB NOT NULL, at_ms INTEGER NOT NULL,
  PRIMARY KEY(space, first_position)) STRICT, WITHOUT ROWID;

CREATE TABLE audit(
  id INTEGER PRIMARY KEY, space INTEGER NOT NULL, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,
  action TEXT NOT NULL, subject TEXT NOT NULL) STRICT;
)sql";

// cursor_position: where the device stood at its last sync; shipped_position: the end of the log
// then, so that it may have received anything up to there. given_up_ms: silent for too long, so
// that nobody waits for it any more; it is cleared when the device comes back.
constexpr std::string_view kSnapshots = R"sql(
ALTER TABLE devices ADD COLUMN cursor_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN shipped_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN given_up_ms INTEGER;

CREATE TABLE acknowledgements(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, section TEXT NOT NULL, device BLOB NOT NULL,
  replica BLOB NOT NULL, version BLOB NOT NULL,
  PRIMARY KEY(space, dossier, section, device)) STRICT, WITHOUT ROWID;

CREATE TABLE stable(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, section TEXT NOT NULL, version BLOB NOT NULL,
  PRIMARY KEY(space, dossier, section)) STRICT, WITHOUT ROWID;

-- Made once from the log and served as bytes; never backed up in place of it.
CREATE TABLE snapshots(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, section TEXT NOT NULL, digest BLOB NOT NULL,
  version BLOB NOT NULL, changes INTEGER NOT NULL, made_ms INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY(space, dossier, section)) STRICT;
)sql";

// stands_on: position of the held or refused change whose text it goes on from.
constexpr std::string_view kStanding = R"sql(
ALTER TABLE held ADD COLUMN stands_on INTEGER;
ALTER TABLE held ADD COLUMN decision_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX held_standing ON held(space, stands_on) WHERE stands_on IS NOT NULL;
)sql";

// grants: whether the body mints rights. NULL: written before that was noted; it is looked into.
constexpr std::string_view kGrants = R"sql(
ALTER TABLE log ADD COLUMN grants INTEGER;
CREATE INDEX log_grants ON log(space, dossier, section) WHERE kind = 1 AND grants IS NOT 0;
)sql";

// covered: how far a backup that was read and checked holds each document.
constexpr std::string_view kHealing = R"sql(
ALTER TABLE spaces ADD COLUMN covered_position INTEGER NOT NULL DEFAULT 0;
CREATE TABLE covered(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, section TEXT NOT NULL, replica BLOB NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY(space, dossier, section, replica)) STRICT, WITHOUT ROWID;
CREATE INDEX log_hollow ON log(space, dossier, section, replica, seq)
  WHERE kind <= 3 AND body IS NULL;
)sql";

// devices.protocol: that it spoke last; 0: not since servers note it. An order to erase is an entry
// of the log and, with what became of it, a row here. state: 0 proposed, 1 carried out, 2
// withdrawn. cleaned_ms: no page of the file holds what it took any more. dossiers.key, empty:
// destroyed.
constexpr std::string_view kErasures = R"sql(
ALTER TABLE devices ADD COLUMN protocol INTEGER NOT NULL DEFAULT 0;

CREATE TABLE erasures(
  space INTEGER NOT NULL, id BLOB NOT NULL, dossier BLOB NOT NULL, state INTEGER NOT NULL,
  asked_by TEXT NOT NULL, proposed_ms INTEGER NOT NULL, confirmed_by TEXT NOT NULL,
  decided_ms INTEGER, position INTEGER NOT NULL, cleaned_ms INTEGER, payload BLOB NOT NULL,
  PRIMARY KEY(space, id)) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_of_dossier ON erasures(space, dossier) WHERE state = 1;

CREATE TABLE erasure_devices(
  space INTEGER NOT NULL, id BLOB NOT NULL, device BLOB NOT NULL, confirmed_ms INTEGER NOT NULL,
  PRIMARY KEY(space, id, device)) STRICT, WITHOUT ROWID;

CREATE TABLE holds(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, set_by TEXT NOT NULL, reason TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  PRIMARY KEY(space, dossier)) STRICT, WITHOUT ROWID;
)sql";

// origin: of a change, not refused, that authors another one again: which. NULL also where it was
// written before that was noted.
constexpr std::string_view kOrigins = R"sql(
ALTER TABLE log ADD COLUMN origin BLOB;
CREATE INDEX log_origins ON log(space, dossier, section, origin) WHERE origin IS NOT NULL;
)sql";

// What INPS fetches. ts_ms: the time that it is told, no two are the same. xml NULL: withdrawn.
// flow_outcomes: what INPS says that came of it, also of names that nobody here knows.
constexpr std::string_view kFlows = R"sql(
CREATE TABLE flows(
  space INTEGER NOT NULL, ts_ms INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
  body_code TEXT NOT NULL, body_name TEXT NOT NULL, added_ms INTEGER NOT NULL,
  digest BLOB NOT NULL, withdrawn_ms INTEGER, reason TEXT NOT NULL, xml BLOB,
  PRIMARY KEY(space, ts_ms), UNIQUE(space, name)) STRICT;

CREATE TABLE flow_outcomes(
  space INTEGER NOT NULL, name TEXT NOT NULL, flow_ts_ms INTEGER NOT NULL,
  acquired_ms INTEGER NOT NULL, code TEXT NOT NULL, kind TEXT NOT NULL,
  description TEXT NOT NULL, siuss_id TEXT NOT NULL, received_ms INTEGER NOT NULL,
  PRIMARY KEY(space, name, flow_ts_ms, acquired_ms, code)) STRICT, WITHOUT ROWID;
)sql";

// What is declared; `assignments` holds what follows from it, decided by src/permission.cpp. Days
// are counted from 1970. mandates: that a dossier is assigned; sections empty: those of the role,
// as all that was given before without a choice of sections;
// kept_to, there and in assignments: the log is read up to there. denials.account '*': everybody
// but those in `excepted`. spaces.settled: the day and the roles for which all was last decided.
constexpr std::string_view kPermission = R"sql(
ALTER TABLE spaces ADD COLUMN settled TEXT NOT NULL DEFAULT '';
ALTER TABLE spaces ADD COLUMN access_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE spaces ADD COLUMN access_hash BLOB NOT NULL DEFAULT x'';
ALTER TABLE users ADD COLUMN organization TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN from_day INTEGER;
ALTER TABLE users ADD COLUMN until_day INTEGER;
ALTER TABLE dossiers ADD COLUMN organization TEXT NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN territory TEXT NOT NULL DEFAULT '';
ALTER TABLE assignments ADD COLUMN kept_to INTEGER;

CREATE TABLE organizations(
  space INTEGER NOT NULL, organization TEXT NOT NULL, name TEXT NOT NULL, parent TEXT NOT NULL,
  territories TEXT NOT NULL, from_day INTEGER, until_day INTEGER,
  PRIMARY KEY(space, organization)) STRICT, WITHOUT ROWID;

CREATE TABLE mandates(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, account TEXT NOT NULL, basis TEXT NOT NULL,
  sections TEXT NOT NULL, from_day INTEGER, until_day INTEGER, team INTEGER NOT NULL,
  kept_to INTEGER, since_ms INTEGER NOT NULL,
  PRIMARY KEY(space, dossier, account)) STRICT, WITHOUT ROWID;
CREATE INDEX mandates_of_account ON mandates(space, account, dossier);
INSERT INTO mandates(space, dossier, account, basis, sections, team, since_ms)
  SELECT space, dossier, account, 'assigned', CASE sections WHEN
    'core,education,economic,health,judicial,person,network,project,registry,governance,front_desk'
    THEN '' ELSE sections END, 0, 0 FROM assignments
  WHERE to_position IS NULL;

CREATE TABLE denials(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, account TEXT NOT NULL, sections TEXT NOT NULL,
  excepted TEXT NOT NULL, reason TEXT NOT NULL, set_by TEXT NOT NULL, since_ms INTEGER NOT NULL,
  PRIMARY KEY(space, dossier, account)) STRICT, WITHOUT ROWID;

-- kind: 1 read, 2 written, 3 refused. hash stands on the line before.
CREATE TABLE access_log(
  space INTEGER NOT NULL, number INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL,
  account TEXT NOT NULL, device BLOB NOT NULL, dossier BLOB NOT NULL, sections TEXT NOT NULL,
  changes INTEGER NOT NULL, purpose TEXT NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY(space, number)) STRICT;
CREATE INDEX access_of_dossier ON access_log(space, dossier, number);
)sql";

// Of kind 4, opened on a tablet: when it was by the tablet's clock, the civil day in Rome of that,
// and why, if it was said. at_ms is when the server was told. A line that comes twice is one.
constexpr std::string_view kOpenings = R"sql(
ALTER TABLE access_log ADD COLUMN opened_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE access_log ADD COLUMN opened_day INTEGER;
ALTER TABLE access_log ADD COLUMN opened_for TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX access_opened ON
  access_log(space, device, dossier, sections, opened_day, opened_for) WHERE kind = 4;
)sql";

// blobs: sealed bytes that records name; size: of the content; state: BlobStanding. blob_places:
// where they are named, and by whom a change that names them was sent.
constexpr std::string_view kBlobs = R"sql(
CREATE TABLE blobs(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL,
  state INTEGER NOT NULL,
  PRIMARY KEY(space, dossier, name)) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_erased ON blobs(space, dossier, name) WHERE state = 3;

CREATE TABLE blob_places(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, name BLOB NOT NULL, section TEXT NOT NULL,
  account TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY(space, dossier, name, section, account)) STRICT, WITHOUT ROWID;
)sql";

// glass: dossiers that somebody opened with a reason, for a while. refused 1: in vain; its dossier
// is empty if there was none of that name.
constexpr std::string_view kGlass = R"sql(
CREATE TABLE glass(
  space INTEGER NOT NULL, id BLOB NOT NULL, dossier BLOB NOT NULL, account TEXT NOT NULL,
  reason TEXT NOT NULL, opened_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, ended_ms INTEGER,
  ended_by TEXT NOT NULL, seen_by TEXT NOT NULL, seen_ms INTEGER, note TEXT NOT NULL,
  refused INTEGER NOT NULL,
  PRIMARY KEY(space, id)) STRICT, WITHOUT ROWID;
CREATE INDEX glass_open ON glass(space, until_ms) WHERE ended_ms IS NULL;
CREATE INDEX glass_of_dossier ON glass(space, dossier, account);
CREATE INDEX glass_of_account ON glass(space, account, opened_ms);
)sql";

// used_ms: of the last sign-in.
constexpr std::string_view kSignIn = R"sql(
CREATE TABLE sign_in_links(
  space INTEGER NOT NULL, issuer TEXT NOT NULL, by_email INTEGER NOT NULL, name TEXT NOT NULL,
  account TEXT NOT NULL, created_ms INTEGER NOT NULL, used_ms INTEGER,
  PRIMARY KEY(space, issuer, by_email, name)) STRICT, WITHOUT ROWID;
)sql";

// local_accounts.first_until_ms: of a first password, to be changed; totp: sealed, empty without;
// generation: grows with every change but of recovery codes. sign_in_attempts.who: hash of a name,
// also of one that nobody has, or of an address. sign_ins.name: hash of a ticket, which sealed the
// rest.
constexpr std::string_view kLocalAccounts = R"sql(
CREATE TABLE local_accounts(
  space INTEGER NOT NULL, account TEXT NOT NULL, password TEXT NOT NULL, first_until_ms INTEGER,
  disabled INTEGER NOT NULL, totp_required INTEGER NOT NULL, totp BLOB NOT NULL,
  totp_step INTEGER NOT NULL, generation INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL, used_ms INTEGER,
  PRIMARY KEY(space, account)) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes(
  space INTEGER NOT NULL, account TEXT NOT NULL, code BLOB NOT NULL,
  PRIMARY KEY(space, account, code)) STRICT, WITHOUT ROWID;

CREATE TABLE sign_in_attempts(
  space INTEGER NOT NULL, who BLOB NOT NULL, attempts INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  PRIMARY KEY(space, who)) STRICT, WITHOUT ROWID;

CREATE TABLE sign_ins(
  space INTEGER NOT NULL, kind INTEGER NOT NULL, name BLOB NOT NULL, sealed BLOB NOT NULL,
  until_ms INTEGER NOT NULL,
  PRIMARY KEY(space, kind, name)) STRICT, WITHOUT ROWID;
)sql";

// What is ordered of a device, and what it handed over, sealed for the server's key. sealed NULL:
// all of it is in the log.
constexpr std::string_view kDeviceOrders = R"sql(
ALTER TABLE devices ADD COLUMN app TEXT NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN order_id BLOB;
ALTER TABLE devices ADD COLUMN order_kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN order_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN ordered_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN order_told_ms INTEGER;
ALTER TABLE devices ADD COLUMN order_escrowed_ms INTEGER;
ALTER TABLE devices ADD COLUMN order_destroyed_ms INTEGER;
CREATE TABLE escrow_parcels(
  space INTEGER NOT NULL, device BLOB NOT NULL, name BLOB NOT NULL, kind INTEGER NOT NULL,
  size INTEGER NOT NULL, received_ms INTEGER NOT NULL, fate TEXT NOT NULL, sealed BLOB,
  PRIMARY KEY(space, device, name)) STRICT;
)sql";

// machine_marks.name: of kind 1 the hash of an assertion that was used, of kind 2 that of a token.
constexpr std::string_view kMachines = R"sql(
CREATE TABLE machines(
  space INTEGER NOT NULL, client TEXT NOT NULL, title TEXT NOT NULL, keys TEXT NOT NULL,
  scopes TEXT NOT NULL, generation INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL, used_ms INTEGER, revoked_ms INTEGER, revoke_reason TEXT NOT NULL,
  PRIMARY KEY(space, client)) STRICT, WITHOUT ROWID;

CREATE TABLE machine_marks(
  space INTEGER NOT NULL, kind INTEGER NOT NULL, name BLOB NOT NULL, client TEXT NOT NULL,
  scopes TEXT NOT NULL, until_ms INTEGER NOT NULL,
  PRIMARY KEY(space, kind, name)) STRICT, WITHOUT ROWID;
)sql";

// Days are counted from 1970, both included. ended_ms: before they were over.
constexpr std::string_view kAbsences = R"sql(
CREATE TABLE absences(
  space INTEGER NOT NULL, number INTEGER NOT NULL, account TEXT NOT NULL, deputy TEXT NOT NULL,
  from_day INTEGER NOT NULL, until_day INTEGER NOT NULL, declared_by TEXT NOT NULL,
  declared_ms INTEGER NOT NULL, ended_ms INTEGER, ended_by TEXT NOT NULL,
  PRIMARY KEY(space, number)) STRICT, WITHOUT ROWID;
)sql";

// audit.number: 0: written before lines were sealed. seal: of the reason, under `salt`; the reason
// may go with an erasure, and its salt with it. hash stands on the line before.
constexpr std::string_view kAudit = R"sql(
ALTER TABLE spaces ADD COLUMN audit_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE spaces ADD COLUMN audit_hash BLOB NOT NULL DEFAULT x'';
ALTER TABLE audit ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN salt BLOB NOT NULL DEFAULT x'';
ALTER TABLE audit ADD COLUMN seal BLOB NOT NULL DEFAULT x'';
ALTER TABLE audit ADD COLUMN hash BLOB NOT NULL DEFAULT x'';
CREATE INDEX audit_of_subject ON audit(space, subject);
)sql";

// blob_scans.verdict: ScanVerdict, never pending. again 1: it is to be looked at anew; tries: in
// vain, in a row.
constexpr std::string_view kBlobScans = R"sql(
CREATE TABLE blob_scans(
  space INTEGER NOT NULL, dossier BLOB NOT NULL, name BLOB NOT NULL, verdict INTEGER NOT NULL,
  again INTEGER NOT NULL, tries INTEGER NOT NULL, looked_ms INTEGER NOT NULL, said TEXT NOT NULL,
  PRIMARY KEY(space, dossier, name)) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array<sqlite::Migration, 19> kMigrations{
    sqlite::Migration{1, "first release", kFirst},
    sqlite::Migration{2, "snapshots and acknowledgements", kSnapshots},
    sqlite::Migration{3, "held with what they stand on", kStanding},
    sqlite::Migration{4, "changes that mint rights", kGrants},
    sqlite::Migration{5, "what a restored server is given back", kHealing},
    sqlite::Migration{6, "erasures", kErasures},
    sqlite::Migration{7, "what is authored again", kOrigins},
    sqlite::Migration{8, "permission", kPermission},
    sqlite::Migration{9, "flows for INPS", kFlows},
    sqlite::Migration{10, "what was opened on tablets", kOpenings},
    sqlite::Migration{11, "blobs that records name", kBlobs},
    sqlite::Migration{12, "who somebody at an identity provider is", kSignIn},
    sqlite::Migration{13, "what is opened for a while", kGlass},
    sqlite::Migration{14, "passwords of this server, sign-ins under way", kLocalAccounts},
    sqlite::Migration{15, "machines with keys of their own", kMachines},
    sqlite::Migration{16, "what is ordered of devices", kDeviceOrders},
    sqlite::Migration{17, "who is away, and who stands in", kAbsences},
    sqlite::Migration{18, "an audit that is sealed", kAudit},
    sqlite::Migration{19, "what a scanner said of blobs", kBlobScans},
};

}  // namespace

std::span<const sqlite::Migration> server_migrations() { return kMigrations; }

}  // namespace insieme::server
