// What this device hands out: its own work that no server has answered, sealed; and what it
// carries.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "insieme/sync/limits.hpp"
#include "storage/exchange.hpp"
#include "storage/outbox.hpp"
#include "storage/packed.hpp"

namespace insieme::client {
namespace {

/// A text that a change splices, and what its author had in front of them (null: all of the deps).
struct SpliceAt {
  sync::RecordId record;
  std::string field;
  const sync::VersionVector* context = nullptr;
};
using Splices = std::vector<SpliceAt>;

Splices splices_of(const sync::Change& change) {
  Splices splices;
  if (!change.ops) return splices;
  for (const sync::Operation& op : *change.ops) {
    if (!std::holds_alternative<sync::SpliceOp>(op.action)) continue;
    splices.push_back({op.record, op.field, op.context ? &*op.context : nullptr});
  }
  return splices;
}

void add_text(const sync::ChangeHeader& header, const sync::RecordId& record,
              const std::string& field, std::vector<sync::TextOfOther>& texts) {
  sync::TextOfOther text{header.document, header.replica, header.seq, record, field};
  const bool known = std::find(texts.begin(), texts.end(), text) != texts.end();
  if (!known && texts.size() < sync::kEventsPerMessageMax) texts.push_back(std::move(text));
}

sync::Digest digest_from(std::span<const std::uint8_t> blob) {
  return {id_from_blob<sync::Digest>(blob)};
}

class BundleMaker {
 public:
  BundleMaker(Core& core, const HandOutFor& whom) : core_(core), whom_(whom) {
    if (!whom.colleagues) return;
    const std::int64_t now = core.corrected_now_ms();
    for (ExchangedDocument& document : exchanged_documents(core)) {
      if (document.grant.expires_ms < now) continue;
      documents_.emplace(document.id, std::move(document));
    }
  }

  [[nodiscard]] std::vector<sync::DocumentId> documents() const {
    std::vector<sync::DocumentId> ids;
    for (const auto& [id, ignored] : documents_) ids.push_back(id);
    return ids;
  }

  /// `handed` goes to colleagues, and to the server what it is to be told.
  OutgoingBundle make(const std::vector<sync::Change>& handed,
                      std::optional<sync::Gathered> for_server,
                      std::vector<std::int64_t> numbers) {
    sync::Bundle bundle;
    bundle.space = core_.identity.space;
    OutgoingBundle out;
    for (auto& [document, changes] : by_document(handed)) {
      const auto known = documents_.find(document);
      if (known == documents_.end()) continue;
      bundle.parts.push_back(seal_part(known->second, std::move(changes)));
      ++out.documents;
    }
    if (for_server) bundle.parts.push_back({{}, seal_letter(*std::move(for_server))});
    std::sort(bundle.parts.begin(), bundle.parts.end(),
              [](const auto& a, const auto& b) { return a.label < b.label; });
    out.bytes = sync::encode_bundle(bundle);
    if (out.bytes.size() > sync::kBundleBytesMax) {
      refuse(ErrorCode::limit_exceeded, "more work than one hand-out may hold");
    }
    out.digest = sync::digest_bundle(out.bytes);
    out.changes = std::move(numbers);
    return out;
  }

 private:
  [[nodiscard]] static std::map<sync::DocumentId, std::vector<sync::Change>> by_document(
      const std::vector<sync::Change>& changes) {
    std::map<sync::DocumentId, std::vector<sync::Change>> sorted;
    for (const sync::Change& change : changes) sorted[change.header.document].push_back(change);
    return sorted;
  }

  [[nodiscard]] sync::SealedPart seal_part(const ExchangedDocument& document,
                                           std::vector<sync::Change> changes) const {
    sync::Handout handout{document.grant, document.id, std::move(changes), {}};
    handout.signature = sync::sign(core_.identity.keys.secret_key, sync::digest_of(handout).bytes);
    return {sync::label_of(document.key), sync::seal_handout(document.key, handout)};
  }

  [[nodiscard]] std::vector<std::uint8_t> seal_letter(sync::Gathered gathered) const {
    const Identity& self = core_.identity;
    sync::SyncRequest request;
    request.schema_version = static_cast<std::uint32_t>(core_.bundle.version);
    request.space = self.space;
    request.device = self.device;
    request.replica = self.replica;
    request.secrets = std::move(gathered.secrets);
    request.changes = std::move(gathered.changes);
    request.texts_of_others = std::move(gathered.texts_of_others);
    request.signature =
        sync::sign(self.keys.secret_key, sync::manifest_of(self.device, request.changes).bytes);
    sync::Letter letter{self.device, sync::encode_message(request), {}};
    letter.signature =
        sync::sign(self.keys.secret_key, sync::digest_of_letter(self.space, letter).bytes);
    auto sealed =
        require(sync::seal_for(self.server_key, self.keys.secret_key, sync::encode_letter(letter)));
    if (sealed.size() > sync::kLetterBytesMax) {
      refuse(ErrorCode::limit_exceeded, "more work than one letter may hold");
    }
    return sealed;
  }

  Core& core_;
  HandOutFor whom_;
  std::map<sync::DocumentId, ExchangedDocument> documents_;  ///< that may be handed out
};

}  // namespace

namespace {

/// An act among own confirmed changes: one change, or several that stand side by side in the log.
struct OwnAct {
  std::string act;
  std::vector<std::int64_t> numbers;
  std::size_t count = 1;  ///< how many changes it has where it is whole
  bool wanted = false;
  bool is_at_risk = false;  ///< in no backup: a server that is put back asks its author alone
};

/// All of them, oldest first: also what is folded here, for it is part of acts that are not.
std::vector<OwnAct> acts_beyond(Core& core, const std::vector<sync::DocumentId>& documents,
                                const KnownVersion& known) {
  struct Reader {
    sync::VersionVector has;
    bool only_carries = false;  ///< what it cannot read is worth it only if no backup has it
  };
  std::map<sync::DocumentId, Reader> readers;
  for (const sync::DocumentId& id : documents) {
    auto version = known(id);
    const bool reads = version.has_value();
    readers.emplace(id, Reader{reads ? *std::move(version) : stable_version(core, id), !reads});
  }
  std::vector<OwnAct> acts;
  auto rows = core.db.prepare(
      "SELECT n, header, act, position > ? FROM changes WHERE own = 1 AND state = 2 "
      "AND body IS NOT NULL UNION ALL SELECT n, header, act, 0 FROM kept "
      "WHERE offered = 0 AND body IS NOT NULL ORDER BY n");
  rows.bind_all(core.setting_number("covered", 0));
  while (!readers.empty() && rows.step()) {
    const auto header = require(sync::decode_header(rows.get_blob(1)));
    const auto act = rows.get_blob(2);
    std::string id(act.begin(), act.end());
    if (acts.empty() || id.empty() || acts.back().act != id) {
      if (!acts.empty() && !acts.back().wanted) acts.pop_back();
      acts.emplace_back();
      acts.back().act = std::move(id);
      acts.back().count = header.transaction ? header.transaction->count : 1;
    }
    acts.back().numbers.push_back(rows.get_int64(0));
    const bool is_at_risk = rows.get_int64(3) != 0;
    acts.back().is_at_risk = acts.back().is_at_risk || is_at_risk;
    const auto reader = readers.find(header.document);
    if (reader == readers.end() || (reader->second.only_carries && !is_at_risk)) continue;
    if (!reader->second.has.contains(header.replica, header.seq)) acts.back().wanted = true;
  }
  if (!acts.empty() && !acts.back().wanted) acts.pop_back();
  return acts;
}

struct OwnChange {
  sync::Change change;
  std::int64_t document = 0;
};

OwnChange own_change(Core& core, std::int64_t n) {
  auto& row = core.db.cached(
      "SELECT header, body, document FROM changes WHERE n = ?1 "
      "UNION ALL SELECT header, body, document FROM kept WHERE n = ?1 LIMIT 1");
  const sqlite::ResetGuard guard(row);
  row.bind_all(n);
  if (!row.step()) refuse(ErrorCode::internal, "a change of the log is not there any more");
  OwnChange own;
  own.change.header = require(sync::decode_header(row.get_blob(0)));
  own.change.ops = read_body(row.get_blob(1));
  own.document = row.get_int64(2);
  return own;
}

/// What one hand-out of confirmed work holds.
struct Answered {
  std::vector<sync::Change> handed;
  sync::Gathered for_server;
  std::set<std::int64_t> documents;  ///< of what is for the server
  std::size_t bytes = 0;
};

/// Of all dossiers: a server that is put back may not know one that came after its backup.
void add_secrets(Core& core, Answered& answered) {
  std::map<sync::DossierId, sync::DossierKey> keys;
  for (const std::int64_t document : answered.documents) {
    auto& find = core.db.cached(
        "SELECT d.id, d.secret FROM documents c JOIN dossiers d ON d.n = c.dossier WHERE c.n = ?");
    const sqlite::ResetGuard guard(find);
    find.bind_all(document);
    if (!find.step()) continue;
    keys.emplace(id_from_blob<sync::DossierId>(find.get_blob(0)),
                 sync::DossierKey{id_from_blob<sync::DossierKey>(find.get_blob(1))});
  }
  for (const auto& [dossier, key] : keys) answered.for_server.secrets.push_back({dossier, key});
}

OutgoingBundle bundle_of(Core& core, BundleMaker& maker, Answered answered) {
  add_secrets(core, answered);
  std::optional<sync::Gathered> for_server;
  if (!answered.for_server.changes.empty()) for_server = std::move(answered.for_server);
  return maker.make(answered.handed, std::move(for_server), {});
}

}  // namespace

std::vector<OutgoingBundle> make_answered(Core& core, const KnownVersion& known) {
  BundleMaker maker(core, {false, true});
  std::vector<OutgoingBundle> bundles;
  Answered now;
  for (const OwnAct& act : acts_beyond(core, maker.documents(), known)) {
    std::vector<OwnChange> changes;
    std::size_t size = 0;
    for (const std::int64_t n : act.numbers) {
      changes.push_back(own_change(core, n));
      size += sync::encoded_size(changes.back().change);
    }
    const bool full = now.bytes + size > sync::kMessageBytesTarget ||
                      now.handed.size() + changes.size() > sync::kChangesPerMessageMax;
    if (!now.handed.empty() && full) {
      bundles.push_back(bundle_of(core, maker, std::exchange(now, {})));
      if (bundles.size() == kAnsweredBundlesMax) return bundles;
    }
    now.bytes += size;
    // Of what no backup holds a server that is put back asks the author's device alone, and that
    // may be gone by then: the colleague can bring it. Of an act of which a part was erased the
    // server takes no other part by itself.
    const bool by_letter = act.is_at_risk && act.numbers.size() == act.count;
    for (OwnChange& own : changes) {
      now.handed.push_back(own.change);
      if (!by_letter) continue;
      add_texts_of_others(core, own.document, own.change, now.for_server.texts_of_others);
      now.documents.insert(own.document);
      now.for_server.changes.push_back(std::move(own.change));
    }
  }
  if (!now.handed.empty()) bundles.push_back(bundle_of(core, maker, std::move(now)));
  return bundles;
}

sync::VersionVector stable_version(Core& core, const sync::DocumentId& document) {
  auto& row = core.db.cached(
      "SELECT c.stable FROM documents c JOIN dossiers d ON d.n = c.dossier "
      "WHERE d.id = ? AND c.section = ? AND c.stable IS NOT NULL");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document.dossier.bytes, document.section);
  if (!row.step()) return {};
  return require(sync::decode_version(row.get_blob(0)));
}

std::vector<OutgoingBundle> make_bundles(Core& core, const HandOutFor& whom) {
  BundleMaker maker(core, whom);
  std::vector<OutgoingBundle> bundles;
  for (std::int64_t after = 0;;) {
    sync::Gathered gathered;
    std::vector<std::int64_t> numbers;
    gather_work(core, {sync::kMessageBytesTarget, sync::kChangesPerMessageMax}, after, gathered,
                numbers);
    if (numbers.empty()) return bundles;
    after = *std::max_element(numbers.begin(), numbers.end());
    const std::vector<sync::Change> handed = gathered.changes;
    std::optional<sync::Gathered> for_server;
    if (whom.server) for_server = std::move(gathered);
    OutgoingBundle bundle = maker.make(handed, std::move(for_server), std::move(numbers));
    if (whom.server || bundle.documents != 0) bundles.push_back(std::move(bundle));
  }
}

std::vector<sync::OfferedBundle> carried(Core& core) {
  auto rows =
      core.db.prepare("SELECT digest, size FROM bundles WHERE bytes IS NOT NULL ORDER BY n");
  std::vector<sync::OfferedBundle> bundles;
  while (rows.step()) {
    bundles.push_back(
        {digest_from(rows.get_blob(0)), static_cast<std::uint64_t>(rows.get_int64(1))});
  }
  return bundles;
}

std::vector<std::uint8_t> carried_bundle(Core& core, const sync::Digest& digest) {
  auto& row = core.db.cached("SELECT bytes FROM bundles WHERE digest = ? AND bytes IS NOT NULL");
  const sqlite::ResetGuard guard(row);
  row.bind_all(digest.bytes);
  if (!row.step()) refuse(ErrorCode::not_found, "this hand-out is not carried here any more");
  return to_vector(row.get_blob(0));
}

void note_handed(Core& core, const std::vector<std::int64_t>& changes, Handed handed) {
  const auto value = static_cast<std::int64_t>(handed);
  for (const std::int64_t n : changes) {
    core.db.cached("UPDATE changes SET handed = ?1 WHERE n = ?2 AND handed < ?1")
        .bind_all(value, n)
        .run();
  }
}

sync::Holdings exchange_holdings(Core& core) {
  const Identity& self = core.identity;
  sync::Holdings holdings;
  holdings.space = self.space;
  holdings.device_key = self.keys.secret_key;
  holdings.server_key = self.server_key;
  holdings.now_ms = core.corrected_now_ms();
  core.platform.random(holdings.nonce);
  auto rows = core.db.prepare("SELECT digest FROM bundles ORDER BY digest");
  while (rows.step()) holdings.bundles.push_back(digest_from(rows.get_blob(0)));
  auto parts = core.db.prepare(
      "SELECT digest, sum(length(bytes)) FROM bundle_parts GROUP BY digest ORDER BY digest");
  while (parts.step()) {
    holdings.partial.push_back(
        {digest_from(parts.get_blob(0)), static_cast<std::uint64_t>(parts.get_int64(1))});
  }
  Documents documents(core, Access::read);
  for (const ExchangedDocument& one : exchanged_documents(core)) {
    if (one.grant.expires_ms < holdings.now_ms) continue;
    const OpenDocument* document = documents.find(one.id);
    sync::VersionVector version;
    if (document != nullptr) version = document->frontier.version();
    holdings.documents.push_back({one.id, one.key, one.grant, std::move(version)});
  }
  return holdings;
}

// ---- texts that stand on what others handed over --------------------------------------------

bool has_exchanged(Core& core, std::int64_t document) {
  auto& some = core.db.cached("SELECT 1 FROM changes WHERE document = ? AND state = 6 LIMIT 1");
  const sqlite::ResetGuard guard(some);
  some.bind_all(document);
  return some.step();
}

void add_texts_of_others(Core& core, std::int64_t document, const sync::Change& change,
                         std::vector<sync::TextOfOther>& texts) {
  const Splices own = splices_of(change);
  if (own.empty() || !has_exchanged(core, document)) return;
  auto& rows = core.db.cached(
      "SELECT header, body FROM changes WHERE document = ? AND state = 6 AND body IS NOT NULL");
  const sqlite::ResetGuard guard(rows);
  rows.bind_all(document);
  while (rows.step()) {
    sync::Change other;
    other.header = require(sync::decode_header(rows.get_blob(0)));
    other.ops = read_body(rows.get_blob(1));
    for (const SpliceAt& below : splices_of(other)) {
      const bool stands = std::any_of(own.begin(), own.end(), [&](const SpliceAt& splice) {
        return splice.record == below.record && splice.field == below.field &&
               (splice.context == nullptr ||
                splice.context->contains(other.header.replica, other.header.seq));
      });
      // Named although its author may not have had it in front of them: what is in no context of
      // theirs decides nothing there.
      if (stands) add_text(other.header, below.record, below.field, texts);
    }
  }
}

void add_texts(const sync::Change& change, std::vector<sync::TextOfOther>& texts) {
  for (const SpliceAt& splice : splices_of(change)) {
    add_text(change.header, splice.record, splice.field, texts);
  }
}

// ---- letters ------------------------------------------------------------------------------------

std::vector<std::vector<std::uint8_t>> letters_due(Core& core,
                                                   const std::vector<sync::Change>& beside) {
  std::vector<std::vector<std::uint8_t>> letters;
  auto rows = core.db.prepare(
      "SELECT bytes FROM bundles WHERE letter = 1 AND bytes IS NOT NULL ORDER BY n");
  std::size_t taken = 0;
  std::size_t bytes = 0;
  while (rows.step() && letters.size() < sync::kLettersPerMessageMax) {
    if (taken == 0) {
      // Whatever else is told in a request fits into this.
      taken = sync::kMessageBytesTarget;
      for (const sync::Change& change : beside) taken += sync::encoded_size(change);
    }
    const auto bundle = sync::decode_bundle(rows.get_blob(0));
    if (!bundle.ok() || bundle->parts.empty()) continue;
    const auto& letter = bundle->parts.front().sealed;
    if (taken + bytes + letter.size() > sync::kMessageBytesMax) continue;
    if (!letters.empty() && bytes + letter.size() > sync::kMessageBytesTarget) break;
    bytes += letter.size();
    letters.push_back(letter);
  }
  return letters;
}

}  // namespace insieme::client
