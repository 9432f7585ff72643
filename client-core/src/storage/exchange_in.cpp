// What other devices hand over: opened where it is for this one, and carried for the others.
#include <algorithm>
#include <map>

#include "insieme/sync/carried_order.hpp"
#include "insieme/sync/limits.hpp"
#include "storage/erased_handouts.hpp"
#include "storage/erasures.hpp"
#include "storage/exchange.hpp"
#include "storage/incoming.hpp"
#include "storage/notices.hpp"
#include "storage/reauthor.hpp"
#include "storage/settle.hpp"

namespace insieme::client {
namespace {

constexpr std::int64_t kCarriedBytesMax = std::int64_t{64} * 1024 * 1024;
constexpr std::int64_t kPartsBytesMax = std::int64_t{32} * 1024 * 1024;
constexpr std::int64_t kDayMs = std::int64_t{24} * 60 * 60 * 1000;
/// Once the server has it, those who may read it get it from there.
constexpr std::int64_t kTakenDays = 7;
constexpr std::int64_t kCarriedDays = 60;
/// Column `letter` of bundles: 1, a letter that the server has not answered; this, an order.
constexpr std::int64_t kOrder = 2;

std::int64_t number_of(Core& core, const char* sql) {
  auto& row = core.db.cached(sql);
  const sqlite::ResetGuard guard(row);
  return row.step() ? row.get_int64(0) : 0;
}

/// Old ones go; what the clock of this device says only decides about that.
void tidy(Core& core) {
  const std::int64_t now = core.platform.now_ms();
  // What is shown here on the strength of a letter is never left without it.
  core.db
      .cached(
          "DELETE FROM bundles WHERE (letter = 0 AND at_ms < ?) OR (readable = 0 AND at_ms < ?)")
      .bind_all(now - kTakenDays * kDayMs, now - kCarriedDays * kDayMs)
      .run();
  core.db.cached("DELETE FROM bundle_parts WHERE at_ms < ?")
      .bind_all(now - kTakenDays * kDayMs)
      .run();
}

bool is_known(Core& core, const sync::Digest& digest) {
  auto& row = core.db.cached("SELECT 1 FROM bundles WHERE digest = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(digest.bytes);
  return row.step();
}

class Taker {
 public:
  Taker(Core& core, Documents& documents) : core_(core), documents_(documents) {
    for (ExchangedDocument& document : exchanged_documents(core)) {
      const sync::PartLabel label = sync::label_of(document.key);
      readable_.emplace(label, std::move(document));
    }
    auto rows = core.db.prepare("SELECT id, secret FROM dossiers");
    while (rows.step()) {
      const auto dossier = id_from_blob<sync::DossierId>(rows.get_blob(0));
      const auto key =
          sync::order_key_of(dossier, {id_from_blob<sync::DossierKey>(rows.get_blob(1))});
      orders_.emplace(sync::label_of(key), std::pair(dossier, key));
    }
  }

  TakenBundle take(const sync::Bundle& bundle) {
    for (const sync::SealedPart& part : bundle.parts) {
      if (part.label == sync::PartLabel{}) continue;
      const auto at = readable_.find(part.label);
      const auto order = orders_.find(part.label);
      Status status;
      if (at != readable_.end()) {
        status = take_part(at->second, part.sealed);
        if (status.ok()) ++taken_.documents;
      } else if (order != orders_.end()) {
        status = take_order(order->second, part.sealed);
      } else {
        ++taken_.sealed;
      }
      if (!status.ok()) taken_.refused.push_back(status.error());
    }
    return std::move(taken_);
  }

 private:
  using OrderKey = std::pair<sync::DossierId, sync::SealKey>;

  Status take_order(const OrderKey& key, std::span<const std::uint8_t> sealed) {
    const Identity& self = core_.identity;
    INSIEME_TRY_ASSIGN(
        const sync::ErasureOrder order,
        sync::open_order(self.space, key.first, key.second, self.server_key, sealed));
    taken_.is_order = true;
    if (is_ordered(core_, order.id)) return {};
    ++taken_.orders;
    // Everything that waits here to be sent came later than the order, as far as anybody can tell.
    carry_out(core_, documents_, order, INT64_MAX);
    return {};
  }

  Status take_part(const ExchangedDocument& expected, std::span<const std::uint8_t> sealed) {
    INSIEME_TRY_ASSIGN(sync::Handout handout, sync::open_handout(expected.key, sealed));
    if (!(handout.document == expected.id)) {
      return {ErrorCode::malformed, "sealed for another document than it is of"};
    }
    if (handout.grant.device == core_.identity.device) {
      taken_.is_own = true;
      return {};
    }
    OpenDocument* document = documents_.find(handout.document);
    if (document == nullptr) return {ErrorCode::not_found, "the dossier is not here any more"};
    for (sync::Change& change : handout.changes) sync::complete(change, document->key);
    INSIEME_TRY(sync::check_handout(handout, core_.identity.server_key, core_.identity.space,
                                    core_.corrected_now_ms()));
    INSIEME_TRY(check_writers(*document, handout));
    for (sync::Change& change : handout.changes) {
      // It was checked as it was signed. What was erased comes back from nobody.
      sync::redact(change, document->redaction);
      switch (receive_exchanged(core_, documents_, *document, change)) {
        case Arrival::applied:
          ++taken_.applied;
          break;
        case Arrival::known:
          ++taken_.known;
          break;
        case Arrival::waits:
          ++taken_.waiting;
          break;
        case Arrival::other_branch:
          return {ErrorCode::fork, "another branch of this device's work is here"};
        case Arrival::unusable:
          return {ErrorCode::malformed, "a change that cannot be merged"};
      }
    }
    return {};
  }

  /// Nobody hands out changes under a replica id that is this device's, or that somebody else has
  /// written under here.
  Status check_writers(const OpenDocument& document, const sync::Handout& handout) {
    const std::string own =
        core_.setting("former_replicas").value_or("") + ' ' + sync::to_text(core_.identity.replica);
    for (const sync::Change& change : handout.changes) {
      const sync::ReplicaId& replica = change.header.replica;
      if (own.find(sync::to_text(replica)) != std::string::npos) {
        return {ErrorCode::not_allowed, "a change under the replica id of this device"};
      }
      auto& row = core_.db.cached(
          "SELECT header, own FROM changes WHERE document = ? AND replica = ? LIMIT 1");
      const sqlite::ResetGuard guard(row);
      const std::int64_t number = core_.dictionary.find_id(replica.bytes);
      row.bind_all(document.n, number);
      if (!row.step()) continue;
      const auto header = require(sync::decode_header(row.get_blob(0)));
      const bool same = header.author == change.header.author || change.header.origin.has_value();
      if (row.get_int64(1) != 0 || !same) {
        return {ErrorCode::not_allowed, "a change under the replica id of somebody else"};
      }
    }
    return {};
  }

  Core& core_;
  Documents& documents_;
  std::map<sync::PartLabel, ExchangedDocument> readable_;
  std::map<sync::PartLabel, OrderKey> orders_;
  TakenBundle taken_;
};

/// What nobody honest makes: nothing of such a bundle is taken, and it is not passed on.
bool is_forged(const Error& error) {
  return error.code != ErrorCode::expired && error.code != ErrorCode::not_found &&
         error.code != ErrorCode::fork;
}

const std::vector<std::uint8_t>* letter_of(const sync::Bundle& bundle) {
  const bool has = !bundle.parts.empty() && bundle.parts.front().label == sync::PartLabel{};
  return has ? &bundle.parts.front().sealed : nullptr;
}

void store_bundle(Core& core, const sync::Bundle& bundle, std::span<const std::uint8_t> bytes,
                  bool keep, const TakenBundle& taken) {
  const auto* letter = letter_of(bundle);
  std::optional<std::vector<std::uint8_t>> content;
  if (keep) content = to_vector(bytes);
  const sync::Digest letter_digest =
      letter != nullptr ? sync::digest_letter_bytes(*letter) : sync::Digest{};
  core.db
      .cached(
          "INSERT INTO bundles(digest, letter_digest, letter, readable, at_ms, size, bytes) "
          "VALUES(?, ?, ?, ?, ?, ?, ?)")
      .bind_all(sync::digest_bundle(bytes).bytes, letter_digest.bytes,
                std::int64_t{!keep ? 0 : letter != nullptr ? 1 : taken.is_order ? kOrder : 0},
                std::int64_t{taken.documents != 0 ? 1 : 0},
                core.platform.now_ms(), static_cast<std::int64_t>(keep ? bytes.size() : 0), content)
      .run();
}

}  // namespace

TakenBundle take_bundle(Core& core, Documents& documents, std::span<const std::uint8_t> bytes) {
  const auto bundle = require(sync::decode_bundle(bytes));
  if (bundle.space != core.identity.space) {
    refuse(ErrorCode::conflict, "a hand-out of another space");
  }
  const auto* letter = letter_of(bundle);
  if (letter != nullptr && letter->size() > sync::kLetterBytesMax) {
    refuse(ErrorCode::limit_exceeded, "a letter too large for the server");
  }
  tidy(core);
  const bool is_new = !is_known(core, sync::digest_bundle(bytes));
  const std::int64_t held = number_of(core, "SELECT coalesce(sum(size), 0) FROM bundles");
  // What is shown of it stands on its letter: without the one not the other.
  if (is_new && held + static_cast<std::int64_t>(bytes.size()) > kCarriedBytesMax) {
    refuse(ErrorCode::quota, "this device carries as much for others as it can");
  }
  TakenBundle taken = Taker(core, documents).take(bundle);
  documents.flush();
  taken.is_new = is_new;
  if (!is_new) return taken;
  const auto forged = std::find_if(taken.refused.begin(), taken.refused.end(), is_forged);
  if (forged != taken.refused.end()) refuse(forged->code, forged->detail);  // nothing of it
  taken.carried = !taken.is_own;
  const bool erased = taken.carried && holds_erased(core, bundle);
  store_bundle(core, bundle, bytes, taken.carried && !erased, taken);
  if (erased) carry_letter_alone(core, bundle);
  return taken;
}

void keep_for_others(Core& core, const sync::EraseEvent& erase) {
  const auto dossier = core.dossier(erase.order.dossier);
  if (!dossier || erase.sealed.empty()) return;
  const auto bytes = sync::bundle_of_order(
      core.identity.space, sync::order_key_of(dossier->id, dossier->key), erase.sealed);
  if (is_known(core, sync::digest_bundle(bytes))) return;
  TakenBundle order;
  order.is_order = true;
  store_bundle(core, require(sync::decode_bundle(bytes)), bytes, true, order);
}

std::optional<TakenBundle> keep_piece(Core& core, Documents& documents,
                                      const sync::KeepPiece& piece) {
  const std::int64_t held =
      number_of(core, "SELECT coalesce(sum(length(bytes)), 0) FROM bundle_parts");
  if (piece.offset == 0) {
    core.db.cached("DELETE FROM bundle_parts WHERE digest = ?").bind_all(piece.bundle.bytes).run();
    // The oldest beginnings that never went on make room.
    if (held > kPartsBytesMax) {
      core.db
          .cached(
              "DELETE FROM bundle_parts WHERE digest = (SELECT digest FROM bundle_parts "
              "WHERE digest <> ? ORDER BY at_ms LIMIT 1)")
          .bind_all(piece.bundle.bytes)
          .run();
    }
  }
  core.db.cached("INSERT INTO bundle_parts(digest, offset, at_ms, bytes) VALUES(?, ?, ?, ?)")
      .bind_all(piece.bundle.bytes, static_cast<std::int64_t>(piece.offset), core.platform.now_ms(),
                piece.bytes)
      .run();
  if (piece.offset + piece.bytes.size() < piece.total) return {};
  std::vector<std::uint8_t> bytes;
  {
    auto& parts = core.db.cached("SELECT bytes FROM bundle_parts WHERE digest = ? ORDER BY offset");
    const sqlite::ResetGuard guard(parts);
    parts.bind_all(piece.bundle.bytes);
    while (parts.step()) {
      const auto part = parts.get_blob(0);
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
  }
  core.db.cached("DELETE FROM bundle_parts WHERE digest = ?").bind_all(piece.bundle.bytes).run();
  if (!(sync::digest_bundle(bytes) == piece.bundle)) {
    TakenBundle damaged;
    damaged.is_new = true;
    damaged.refused.push_back({ErrorCode::checksum, "not the hand-out that was announced"});
    return damaged;
  }
  return take_bundle(core, documents, bytes);
}

void note_carried_due(Core& core) { core.set_setting("carried_due", "1"); }

void take_carried_again(Core& core, Documents& documents) {
  if (core.setting("carried_due").value_or("") != "1") return;
  core.set_setting("carried_due", "");
  for (const sync::OfferedBundle& one : carried(core)) {
    const auto bundle = sync::decode_bundle(carried_bundle(core, one.bundle));
    if (bundle.ok()) static_cast<void>(Taker(core, documents).take(*bundle));
  }
  documents.flush();
  drop_erased_handouts(core);  // keys may have come for what was carried sealed
}

namespace {

bool has_unsent_own(Core& core, std::int64_t document) {
  auto& unsent = core.db.cached(
      "SELECT 1 FROM changes WHERE state IN (0, 1, 5) AND document = ? AND own = 1 LIMIT 1");
  const sqlite::ResetGuard guard(unsent);
  unsent.bind_all(document);
  return unsent.step();
}

std::optional<std::int64_t> first_exchanged(Core& core, std::int64_t document) {
  auto& row = core.db.cached("SELECT min(n) FROM changes WHERE document = ? AND state = 6");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document);
  if (!row.step() || row.is_null(0)) return std::nullopt;
  return row.get_int64(0);
}

/// What was taken from this hand-out can never be confirmed: its author authors it again.
void take_back(Core& core, Documents& documents, const sync::Digest& letter) {
  std::vector<std::uint8_t> bytes;
  {
    auto& row = core.db.cached(
        "SELECT bytes FROM bundles WHERE letter_digest = ? AND bytes IS NOT NULL LIMIT 1");
    const sqlite::ResetGuard guard(row);
    row.bind_all(letter.bytes);
    if (!row.step()) return;
    bytes = to_vector(row.get_blob(0));
  }
  core.db.cached("UPDATE bundles SET bytes = NULL, size = 0 WHERE letter_digest = ?")
      .bind_all(letter.bytes)
      .run();
  const auto bundle = require(sync::decode_bundle(bytes));
  // A letter alone does not say any more which documents came with it (erased_handouts): all that
  // devices brought makes way, and comes again by what is still carried.
  const bool alone = letter_of(bundle) != nullptr && bundle.parts.size() == 1;
  for (const ExchangedDocument& readable : exchanged_documents(core)) {
    const sync::PartLabel label = sync::label_of(readable.key);
    const bool has = alone || std::any_of(bundle.parts.begin(), bundle.parts.end(),
                                          [&](const auto& part) { return part.label == label; });
    OpenDocument* document = has ? documents.find(readable.id) : nullptr;
    if (document == nullptr) continue;
    const auto first = first_exchanged(core, document->n);
    // What only waits for what the server sends must not be applied then.
    if (!first || !has_unsent_own(core, document->n)) {
      static_cast<void>(drop_exchanged(core, documents, *document));
      continue;
    }
    // Own work on top of it will not be taken either, whoever brings it. It is put on top of what
    // the server has, once that is here.
    release_handed(core, document->n, *first);
    note_late(core);
  }
}

}  // namespace

void settle_letters(Core& core, Documents& documents,
                    const std::vector<sync::LetterResult>& results) {
  for (const sync::LetterResult& result : results) {
    if (result.fate == sync::LetterFate::waits) continue;
    core.db.cached("UPDATE bundles SET letter = 0 WHERE letter_digest = ? AND letter = 1")
        .bind_all(result.letter.bytes)
        .run();
    if (core.db.changes() == 0 || result.fate == sync::LetterFate::taken) continue;
    take_back(core, documents, result.letter);
    if (result.fate != sync::LetterFate::refused) continue;
    raise_notice(core,
                 "the server did not take the sealed work that this device carried for a "
                 "colleague: " +
                     result.reason,
                 "il server non ha preso il lavoro sigillato che questo dispositivo portava per "
                 "un collega: resta sul suo dispositivo");
  }
}

// ---- another branch --------------------------------------------------------------------------

namespace {

/// Rows of the log that other devices handed over and nothing else of the log stands on. What the
/// server has is among what stands on them: it is about to confirm those.
std::vector<std::int64_t> unneeded_exchanged(Core& core, const OpenDocument& document) {
  std::vector<std::pair<std::int64_t, sync::Dot>> exchanged;
  sync::VersionVector needed;
  sync::DepsWalker walker(&document.horizon);
  for_each_change(core, document.n, [&](LoggedChange&& logged) {
    const sync::ChangeHeader& header = logged.change.header;
    const sync::VersionVector& deps = walker.step(header);
    if (logged.state == ChangeState::exchanged) {
      exchanged.push_back({logged.n, {header.replica, header.seq, 0}});
    } else {
      needed.merge(deps);
    }
    return true;
  });
  std::vector<std::int64_t> rows;
  for (const auto& [n, dot] : exchanged) {
    if (!needed.contains(dot)) rows.push_back(n);
  }
  return rows;
}

}  // namespace

bool forget_exchanged(Core& core, const OpenDocument& document) {
  const auto rows = unneeded_exchanged(core, document);
  for (const std::int64_t n : rows) {
    core.db.cached("DELETE FROM changes WHERE n = ?").bind_all(n).run();
  }
  core.db.cached("DELETE FROM waiting WHERE document = ? AND position IS NULL")
      .bind_all(document.n)
      .run();
  if (!rows.empty() || core.db.changes() != 0) note_carried_due(core);
  return !rows.empty();
}

bool drop_exchanged(Core& core, Documents& documents, OpenDocument& document) {
  documents.flush();
  if (!forget_exchanged(core, document)) return false;
  documents.retrace(document);
  return true;
}

bool make_way(Core& core, Documents& documents, OpenDocument& document) {
  if (!has_exchanged(core, document.n)) return false;
  if (has_unsent_own(core, document.n)) {
    note_other_branch(core);
    return false;
  }
  return drop_exchanged(core, documents, document);
}

void drop_exchanged(Core& core, Documents& documents) {
  std::vector<std::int64_t> numbers;
  auto rows = core.db.prepare("SELECT DISTINCT document FROM changes WHERE state = 6");
  while (rows.step()) numbers.push_back(rows.get_int64(0));
  for (const std::int64_t n : numbers) {
    static_cast<void>(drop_exchanged(core, documents, documents.by_number(n)));
  }
}

}  // namespace insieme::client
