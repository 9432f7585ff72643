#include "storage/migrations.hpp"

#include <array>

namespace insieme::client {
namespace {

constexpr std::array<sqlite::Migration, 22> kMigrations{{
    {1, "first tables", R"sql(
CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE dict_ids(n INTEGER PRIMARY KEY, id BLOB UNIQUE);
CREATE TABLE dict_names(n INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE typed_tables(n INTEGER PRIMARY KEY, name TEXT UNIQUE);

-- granted: the server knows it; leaving: revoked, stays until its unsent work is sent.
CREATE TABLE dossiers(n INTEGER PRIMARY KEY, id BLOB UNIQUE, secret BLOB, granted INTEGER,
  leaving INTEGER, may_review INTEGER, sections TEXT);

-- frontier: causal heads and the sum of all change ids; accepted, accepted_count: the sum over
-- those that have a position in the server's log.
CREATE TABLE documents(n INTEGER PRIMARY KEY, dossier INTEGER, section TEXT, frontier BLOB,
  accepted BLOB, accepted_count INTEGER, UNIQUE(dossier, section));

-- The log, in an order that is causal per document. body is NULL for a hollow change; own: written
-- in this store, under whatever replica id it had then.
CREATE TABLE changes(n INTEGER PRIMARY KEY, document INTEGER, replica INTEGER, seq INTEGER,
  id BLOB, header BLOB, body BLOB, act BLOB, own INTEGER, state INTEGER, position INTEGER,
  note TEXT);
CREATE UNIQUE INDEX changes_place ON changes(document, replica, seq);
CREATE INDEX changes_unsent ON changes(n) WHERE state IN (0, 1, 5);

-- Received, but something that they depend on is missing, or they belong to a fork.
CREATE TABLE waiting(document INTEGER, replica INTEGER, seq INTEGER, header BLOB, body BLOB,
  position INTEGER, PRIMARY KEY(document, replica, seq)) WITHOUT ROWID;

-- Own changes that the server holds or refuses, whole.
CREATE TABLE quarantine(n INTEGER PRIMARY KEY, dossier BLOB, section TEXT, replica BLOB,
  seq INTEGER, header BLOB, body BLOB, state INTEGER, code INTEGER, reason TEXT);

-- Late changes of others, for those who decide. sent: the refusal has reached the server.
CREATE TABLE inbox(n INTEGER PRIMARY KEY, dossier BLOB, section TEXT, replica BLOB, seq INTEGER,
  header BLOB, body BLOB, reason TEXT, open INTEGER, accepted INTEGER, decided_by TEXT,
  decision_reason TEXT, unsent INTEGER, UNIQUE(dossier, section, replica, seq));

CREATE TABLE items(n INTEGER PRIMARY KEY, document INTEGER, record BLOB, type TEXT, kind INTEGER,
  field TEXT, generation INTEGER);
CREATE INDEX items_record ON items(record, document);

-- Who has looked at which version of a document; unsent: to be told to the server.
CREATE TABLE seen(document INTEGER, by TEXT, version BLOB, unsent INTEGER,
  PRIMARY KEY(document, by)) WITHOUT ROWID;

CREATE TABLE drafts(id TEXT PRIMARY KEY, dossier BLOB, section TEXT, type TEXT, record BLOB,
  is_new INTEGER, context BLOB, form TEXT, updated_ms INTEGER) WITHOUT ROWID;

-- Acts that were done, so that a repeated request gets the first answer.
CREATE TABLE requests(id TEXT PRIMARY KEY, fingerprint INTEGER, answer TEXT, at_ms INTEGER)
  WITHOUT ROWID;

CREATE TABLE alarms(n INTEGER PRIMARY KEY, at_ms INTEGER, text TEXT);

CREATE VIRTUAL TABLE search USING fts5(names, notes, content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2", prefix='2 3');
)sql"},
    {2, "snapshots", R"sql(
-- ground: a snapshot as it came or was made here, horizon: its frontier. NULL: the log is whole.
-- acked, stable: versions that the server was told, and that it declared stable. ack_due: there
-- may be more to tell.
ALTER TABLE documents ADD COLUMN ground BLOB;
ALTER TABLE documents ADD COLUMN horizon BLOB;
ALTER TABLE documents ADD COLUMN acked BLOB;
ALTER TABLE documents ADD COLUMN stable BLOB;
ALTER TABLE documents ADD COLUMN ack_due INTEGER DEFAULT 1;
CREATE INDEX documents_ack_due ON documents(n) WHERE ack_due = 1;

-- Own changes that are folded, kept whole until a verified backup of the server covers them.
-- offered: to be sent again to a server that may have lost them.
CREATE TABLE kept(n INTEGER PRIMARY KEY, document INTEGER, replica INTEGER, seq INTEGER,
  header BLOB, body BLOB, act BLOB, offered INTEGER);
CREATE UNIQUE INDEX kept_place ON kept(document, replica, seq);

-- A snapshot that is still arriving.
CREATE TABLE snapshot_parts(document INTEGER, offset INTEGER, digest BLOB, bytes BLOB,
  PRIMARY KEY(document, offset));
)sql"},
    {3, "accepted marks", R"sql(
-- accepted: a server took it once. It is never authored again, unless that server's successor says
-- that it does not have it. stands_on: the row of quarantine whose text this unsent change goes on
-- from; it is offered beside it. closed: the server knows the decision.
ALTER TABLE changes ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE changes ADD COLUMN stands_on INTEGER;
ALTER TABLE inbox ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
UPDATE changes SET accepted = 1 WHERE own = 1 AND state = 2;
UPDATE inbox SET closed = 1 WHERE open = 0 AND unsent = 0;
-- A store that is offering everything again forgot what was accepted: nothing is authored again
-- before the server has said what it has of it.
UPDATE changes SET state = 1 WHERE own = 1 AND state = 0
  AND EXISTS (SELECT 1 FROM settings WHERE name = 'log_only' AND value = '1');
)sql"},
    {4, "branches of folded work", R"sql(
-- kept.offered 2: the server has another branch. forgotten: the greatest changes.n when its
-- document was forgotten, to be received anew; NULL: it is part of what the document stands on.
ALTER TABLE kept ADD COLUMN forgotten INTEGER;
)sql"},
    {5, "what is unsent and what leaves is found without reading the log", R"sql(
-- A query uses a partial index only if it repeats its condition word for word.
DROP INDEX changes_unsent;
CREATE INDEX changes_unsent ON changes(n, document, state) WHERE state IN (0, 1, 5);
CREATE INDEX dossiers_leaving ON dossiers(n) WHERE leaving = 1;
-- narrowed: a grant may have taken sections away of which something is still here.
INSERT OR REPLACE INTO settings(name, value) VALUES('narrowed', '1');
)sql"},
    {6, "vouchers", R"sql(
-- The server's word about each document, as it last gave it. due: a server that has lost something
-- is to be given back what it covers.
CREATE TABLE vouchers(document INTEGER PRIMARY KEY, bytes BLOB, due INTEGER NOT NULL DEFAULT 0);
CREATE INDEX vouchers_due ON vouchers(document) WHERE due = 1;

-- Own changes of documents that have left this device, until a backup of the server covers them.
-- offered 1: to a server that may have lost them, 3: likewise, with the body of one that is held;
-- 2: it cannot take them now.
CREATE TABLE departed(n INTEGER PRIMARY KEY, dossier BLOB, section TEXT, replica BLOB, seq INTEGER,
  header BLOB, body BLOB, act BLOB, secret BLOB, position INTEGER, offered INTEGER NOT NULL,
  UNIQUE(dossier, section, replica, seq));
CREATE INDEX departed_offered ON departed(n) WHERE offered IN (1, 3);
CREATE TABLE departed_vouchers(dossier BLOB, section TEXT, bytes BLOB, due INTEGER NOT NULL,
  PRIMARY KEY(dossier, section)) WITHOUT ROWID;
)sql"},
    {7, "exchange between devices", R"sql(
-- changes.state 6: another's, handed over by a device, and no server has said anything of it yet.
-- handed: 1 written for other devices, 2 kept by one: never authored again before it is answered.
ALTER TABLE changes ADD COLUMN handed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX changes_exchanged ON changes(document, n) WHERE state = 6;

-- What the server lets this device exchange, with the keys for it.
CREATE TABLE permits(dossier BLOB PRIMARY KEY, expires_ms INTEGER, content BLOB) WITHOUT ROWID;

-- Hand-outs of others. letter 1: the server has not taken it yet. readable 1: some of it was for
-- this device. bytes NULL: known, not kept.
CREATE TABLE bundles(n INTEGER PRIMARY KEY, digest BLOB UNIQUE, letter_digest BLOB, letter INTEGER,
  readable INTEGER, at_ms INTEGER, size INTEGER, bytes BLOB);
CREATE INDEX bundles_letter ON bundles(n) WHERE letter = 1;
CREATE INDEX bundles_letter_digest ON bundles(letter_digest);

-- One that is still arriving.
CREATE TABLE bundle_parts(digest BLOB, offset INTEGER, at_ms INTEGER, bytes BLOB,
  PRIMARY KEY(digest, offset));
)sql"},
    {8, "erasures", R"sql(
-- Orders to erase, for ever. state: 0 asked for here, 1 taken out of the rows, 2 out of the file,
-- 3 the server knows.
CREATE TABLE erasures(n INTEGER PRIMARY KEY, id BLOB UNIQUE, dossier BLOB, payload BLOB,
  state INTEGER, at_ms INTEGER);
CREATE INDEX erasures_dossier ON erasures(dossier);
CREATE INDEX erasures_due ON erasures(state) WHERE state < 3;
)sql"},
    {9, "copies of one store", R"sql(
-- elsewhere 1: the server has the same work under a name that another copy of this store gave it.
ALTER TABLE changes ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0;
)sql"},
    {10, "promises that outlast a server", R"sql(
-- promised: all that any server was told by `acked`. Others may have folded it, and do not forget
-- that when their server is put back: no new work here stands on less.
ALTER TABLE documents ADD COLUMN promised BLOB;
UPDATE documents SET promised = acked;
)sql"},
    {11, "marks of whole dossiers", R"sql(
-- Dossiers whose marks, or whose sections here, have changed: after the next whole synchronisation
-- it is seen to it that every section has them (dossiers.n).
CREATE TABLE marks_due(dossier INTEGER PRIMARY KEY);
)sql"},
    {12, "tables that are used", R"sql(
-- used: 1 it holds records or once did, 0 it never held any, 2 nobody has looked yet. Answers and
-- bodies may be packed from here on (storage-format.md).
ALTER TABLE typed_tables ADD COLUMN used INTEGER NOT NULL DEFAULT 2;
CREATE INDEX typed_tables_used ON typed_tables(n) WHERE used = 1;
)sql"},
    {13, "openings of sensitive sections", R"sql(
-- day: civil, in Rome, counted from 1970; at_ms: the first time on it. One row for each purpose.
CREATE TABLE openings(n INTEGER PRIMARY KEY, dossier BLOB, section TEXT, day INTEGER, purpose TEXT,
  at_ms INTEGER, unsent INTEGER NOT NULL, UNIQUE(dossier, section, day, purpose));
CREATE INDEX openings_unsent ON openings(n) WHERE unsent = 1;
)sql"},
    {14, "late work of documents that have left", R"sql(
-- late 1: authored again for whoever decides, to be sent; its body needs nothing of the document.
-- alone: of the others, their content in that form.
ALTER TABLE departed ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
ALTER TABLE departed ADD COLUMN alone BLOB;
)sql"},
    {15, "bytes of blobs", R"sql(
-- name: of the sealed bytes; content: digest of what they hold, NULL: kept only to be sent; size:
-- of the content. received: sealed bytes that are here, sent: that the server is known to have.
-- state: 0 wanted, 1 to be sent, 2 here and on the server, 3 refused. due 1: the server is to be
-- asked whether it still has them. note: why they were not taken. tries, tried_ms: asked for, or
-- brought, in vain: how often, and when last.
CREATE TABLE blobs(n INTEGER PRIMARY KEY, dossier BLOB, section TEXT, name BLOB, content BLOB,
  size INTEGER, received INTEGER NOT NULL DEFAULT 0, sent INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL, due INTEGER NOT NULL DEFAULT 0, note TEXT,
  tries INTEGER NOT NULL DEFAULT 0, tried_ms INTEGER NOT NULL DEFAULT 0,
  UNIQUE(dossier, section, name));
CREATE INDEX blobs_to_send ON blobs(n) WHERE state = 1 OR due = 1;
CREATE INDEX blobs_not_there ON blobs(state, tries, n) WHERE state <> 2;
CREATE TABLE blob_pieces(blob INTEGER, at INTEGER, bytes BLOB, PRIMARY KEY(blob, at));
)sql"},
    {16, "files of drafts", R"sql(
-- blobs.state 4: a draft names it, and no record yet. An older program would never send it.
CREATE INDEX blobs_drafted ON blobs(dossier) WHERE state = 4;
)sql"},
    {17, "dossiers opened for a while", R"sql(
-- Times are the server's. mine: opened by this store's account; gone: it left by its time, before
-- the server said so.
CREATE TABLE glass(id BLOB PRIMARY KEY, dossier BLOB, account TEXT, name TEXT, reason TEXT,
  opened_ms INTEGER, until_ms INTEGER, ended_ms INTEGER, ended_by TEXT, seen_by TEXT,
  seen_ms INTEGER, note TEXT, mine INTEGER, gone INTEGER NOT NULL);
)sql"},
    {18, "words of names by their sound", R"sql(
-- sound, bones: keys of schema/heard.hpp; ends: the first letter of the sound, then its others from
-- the last on. Filled at the opening that follows.
CREATE TABLE name_words(word TEXT PRIMARY KEY, sound TEXT, bones TEXT, ends TEXT) WITHOUT ROWID;
CREATE INDEX name_words_sound ON name_words(sound);
CREATE INDEX name_words_bones ON name_words(bones, sound);
CREATE INDEX name_words_ends ON name_words(ends, sound);
)sql"},
    {19, "vouchers that nobody checked yet, items by document", R"sql(
-- checked 0: whether the signature is the server's is found out when its word is needed.
ALTER TABLE vouchers ADD COLUMN checked INTEGER NOT NULL DEFAULT 1;
CREATE INDEX items_document ON items(document);
)sql"},
    {20, "states in brief", R"sql(
-- A row's _crdt may be in the brief form, which an older program could not read.
SELECT 1;
)sql"},
    {21, "stamps of unsent changes, items by document and record", R"sql(
-- settings.last_stamp may be older than the newest unsent change, whose stamp counts as well: an
-- older program would give out that one's again.
DROP INDEX items_record;
DROP INDEX items_document;
CREATE INDEX items_place ON items(document, record);
)sql"},
    {22, "what is not needed any longer is not kept", R"sql(
-- position: in the server's log, or what it is not beyond; NULL: not known yet. deps: what the
-- change had seen, in full; NULL: told by the headers before it. header NULL: its place alone, with
-- its stamp, for receipts.
ALTER TABLE kept ADD COLUMN position INTEGER;
ALTER TABLE kept ADD COLUMN deps BLOB;
ALTER TABLE kept ADD COLUMN stamp_ms INTEGER;
ALTER TABLE kept ADD COLUMN stamp_counter INTEGER;
CREATE INDEX kept_placeless ON kept(n) WHERE position IS NULL;

-- n: in the order in which they came. answer NULL: carried out, the answer is not kept any longer.
CREATE TABLE answers(n INTEGER PRIMARY KEY, id TEXT UNIQUE, fingerprint INTEGER, answer TEXT,
  at_ms INTEGER);
INSERT INTO answers(id, fingerprint, answer, at_ms)
  SELECT id, fingerprint, answer, at_ms FROM requests ORDER BY at_ms;
DROP TABLE requests;
)sql"},
}};

}  // namespace

std::span<const sqlite::Migration> store_migrations() { return kMigrations; }

}  // namespace insieme::client
