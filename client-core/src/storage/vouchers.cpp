#include "storage/vouchers.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "insieme/sync/limits.hpp"
#include "storage/blobs.hpp"
#include "storage/departed.hpp"
#include "storage/notices.hpp"
#include "storage/outbox.hpp"
#include "storage/packed.hpp"
#include "storage/reauthor.hpp"
#include "storage/settle.hpp"

namespace insieme::client {
namespace {

/// Headers of one request: what a document lacks must be proven in one.
constexpr std::size_t kProofBytesMax = 2 * 1024 * 1024;
constexpr std::size_t kHeaderOverhead = 40;  ///< of one change in a message, about

/// Whether the server said so. Before the enrolment tells its key nobody can know.
bool is_signed(const Core& core, const sync::Voucher& voucher) {
  const sync::PublicKey& key = core.identity.server_key;
  if (key == sync::PublicKey{}) return true;
  const sync::Digest digest = sync::digest_of_voucher(core.identity.space, voucher);
  return sync::verify(key, digest.bytes, voucher.signature);
}

bool has_voucher(Core& core, std::int64_t document) {
  auto& row = core.db.cached("SELECT 1 FROM vouchers WHERE document = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document);
  return row.step();
}

void set_step(Core& core, HealingStep step) {
  core.set_setting_number("healing", static_cast<std::int64_t>(step));
}

void set_due(Core& core, std::int64_t document, bool due) {
  core.db.cached("UPDATE vouchers SET due = ? WHERE document = ?")
      .bind_all(std::int64_t{due ? 1 : 0}, document)
      .run();
}

std::vector<std::int64_t> due_documents(Core& core) {
  auto rows = core.db.prepare("SELECT document FROM vouchers WHERE due = 1 ORDER BY document");
  std::vector<std::int64_t> numbers;
  while (rows.step()) numbers.push_back(rows.get_int64(0));
  return numbers;
}

/// The newest change of a replica that the server has, as this store knows it.
std::optional<sync::VouchedHead> accepted_head(Core& core, const OpenDocument& document,
                                               const sync::ReplicaId& replica) {
  const std::int64_t number = core.dictionary.find_id(replica.bytes);
  auto& row = core.db.cached(
      "SELECT seq, id FROM changes WHERE document = ? AND replica = ? AND position IS NOT NULL "
      "ORDER BY seq DESC LIMIT 1");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document.n, number);
  if (row.step()) {
    sync::VouchedHead head{replica, static_cast<std::uint64_t>(row.get_int64(0)), {}};
    const auto id = row.get_blob(1);
    std::copy(id.begin(), id.end(), head.id.bytes.begin());
    return head;
  }
  const sync::Head* folded = document.horizon.head(replica);
  if (folded == nullptr) return {};
  return sync::VouchedHead{replica, folded->seq, folded->id};
}

/// What the server says of one document, with the heads that it must have meant.
struct Word {
  std::int64_t document = 0;
  sync::Voucher voucher;
  bool replaces = false;  ///< there is one before it, which would be lost
};

Word word_of(Core& core, const OpenDocument& document, const sync::Vouch& vouch) {
  Word word{document.n, {vouch.document, {}, vouch.hollow, vouch.signature}, false};
  for (const auto& [replica, head] : document.frontier.heads()) {
    if (const auto accepted = accepted_head(core, document, replica)) {
      word.voucher.heads.push_back(*accepted);
    }
  }
  word.replaces = has_voucher(core, document.n);
  return word;
}

/// One of those that take the place of an earlier word; the end if none does.
std::size_t draw_replacing(Core& core, const std::vector<Word>& words) {
  std::vector<std::size_t> replacing;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].replaces) replacing.push_back(i);
  }
  if (replacing.empty()) return words.size();
  std::array<std::uint8_t, sizeof(std::uint32_t)> lot{};
  core.platform.random(lot);
  std::uint32_t number = 0;
  for (const std::uint8_t byte : lot) number = number << 8 | byte;
  return replacing[number % replacing.size()];
}

/// Checking a signature costs more than merging a small document. One of a reply, drawn by lot
/// among those that take the place of an earlier word, shows that whoever answered holds the
/// server's key; the others are believed until they are needed, which may be never. With none
/// before it nothing is lost by that anyhow. Where the one is bad, each is looked at: what is of no
/// use to anybody must not take the place of what may be.
void note_words(Core& core, const std::vector<Word>& words) {
  const std::size_t drawn = draw_replacing(core, words);
  const bool is_server = drawn == words.size() || is_signed(core, words[drawn].voucher);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool checked = words[i].replaces && (!is_server || i == drawn);
    if (!is_server && words[i].replaces && !is_signed(core, words[i].voucher)) continue;
    core.db
        .cached("INSERT INTO vouchers(document, bytes, due, checked) VALUES(?, ?, 0, ?) "
                "ON CONFLICT(document) DO UPDATE SET bytes = excluded.bytes, due = 0, "
                "checked = excluded.checked")
        .bind_all(words[i].document, sync::encode_voucher(words[i].voucher),
                  std::int64_t{checked ? 1 : 0})
        .run();
  }
}

struct Lost {
  std::int64_t n = 0;
  std::vector<std::uint8_t> act;
  sync::Change change;
};

/// What of the document the server lacks and once vouched for, in the order of the log.
std::vector<Lost> lost_of(Core& core, std::int64_t document, const sync::Voucher& voucher) {
  auto rows = core.db.prepare(
      "SELECT n, header, body, act FROM changes WHERE document = ? AND position IS NULL "
      "ORDER BY n");
  rows.bind_all(document);
  std::vector<Lost> lost;
  while (rows.step()) {
    Lost one;
    one.n = rows.get_int64(0);
    one.change.header = require(sync::decode_header(rows.get_blob(1)));
    if (!voucher.covers(one.change.header.replica, one.change.header.seq)) continue;
    if (!rows.is_null(2)) one.change.ops = read_body(rows.get_blob(2));
    one.act = to_vector(rows.get_blob(3));
    lost.push_back(std::move(one));
  }
  return lost;
}

/// What is given back in one request. What a document lacks must be proven in one.
class Proofs {
 public:
  /// False: it does not fit any more. The first always does, and the server says if it is too much.
  bool add(sync::Voucher voucher, std::vector<Lost> lost) {
    std::size_t bytes = sync::encode_voucher(voucher).size();
    for (const Lost& one : lost) {
      bytes += sync::encode_header(one.change.header).size() + kHeaderOverhead;
    }
    const bool fits = bytes_ + bytes <= kProofBytesMax &&
                      all_.size() + lost.size() <= sync::kHealingChangesMax &&
                      healing_.vouchers.size() < sync::kVouchersPerMessageMax;
    const bool known = std::any_of(
        healing_.vouchers.begin(), healing_.vouchers.end(),
        [&](const sync::Voucher& other) { return other.document == voucher.document; });
    if (known || (!fits && !healing_.vouchers.empty())) return false;
    bytes_ += bytes;
    healing_.vouchers.push_back(std::move(voucher));
    all_.insert(all_.end(), std::make_move_iterator(lost.begin()),
                std::make_move_iterator(lost.end()));
    return true;
  }
  /// In the order of the log, which is causal and in which acts stand together.
  void sort() {
    std::sort(all_.begin(), all_.end(), [](const Lost& a, const Lost& b) { return a.n < b.n; });
  }
  /// As much of it whole as fits, the rest as headers.
  [[nodiscard]] sync::Healing take(std::size_t bytes_target) {
    std::size_t bytes = 0;
    bool full = false;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      sync::Change& change = all_[i].change;
      const bool same_act = i != 0 && !all_[i].act.empty() && all_[i].act == all_[i - 1].act;
      const std::size_t size = sync::encoded_size(change);
      full = full || (i != 0 && !same_act && bytes + size > bytes_target) ||
             healing_.take >= sync::kChangesPerMessageMax;
      bytes += size;
      if (full) {
        change.ops.reset();
      } else {
        ++healing_.take;
      }
      healing_.changes.push_back(std::move(change));
    }
    return std::move(healing_);
  }

 private:
  sync::Healing healing_;
  std::vector<Lost> all_;
  std::size_t bytes_ = 0;
};

/// The server does not take it on its word: own changes are offered as such and judged, what others
/// wrote stays here.
void give_up(Core& core, std::int64_t document) {
  for (const std::int64_t n : vouched_own(core, document)) {
    core.db.cached("UPDATE changes SET state = 0, note = NULL WHERE n = ? AND position IS NULL")
        .bind_all(n)
        .run();
  }
  core.db.cached("DELETE FROM vouchers WHERE document = ?").bind_all(document).run();
}

/// The others went on without it, and have folded more than it has seen. All of it is authored
/// again on top of theirs, what others wrote as a stand-in for them: nobody else may have it.
void take_over(Core& core, std::int64_t document) {
  const auto voucher = voucher_of(core, document);
  if (!voucher) return;
  const std::vector<Lost> lost = lost_of(core, document, *voucher);
  if (lost.empty()) return;
  for (const Lost& one : lost) {
    core.db.cached("UPDATE changes SET own = 1, state = 5 WHERE n = ?").bind_all(one.n).run();
  }
  core.db.cached("UPDATE changes SET accepted = 0 WHERE document = ? AND own = 1 AND n >= ?")
      .bind_all(document, lost.front().n)
      .run();
  release_handed(core, document, lost.front().n);
  note_late(core);
  core.db.cached("DELETE FROM vouchers WHERE document = ?").bind_all(document).run();
}

/// Own late changes came back to the server without their bodies: whoever decides needs them.
void offer_held_bodies(Core& core) {
  auto rows = core.db.prepare("SELECT n, header FROM changes WHERE own = 1 AND state = 3");
  std::vector<std::int64_t> numbers;
  while (rows.step()) {
    if (waits_in_quarantine(core, require(sync::decode_header(rows.get_blob(1))))) {
      numbers.push_back(rows.get_int64(0));
    }
  }
  for (const std::int64_t n : numbers) {
    core.db.cached("UPDATE changes SET state = 0 WHERE n = ?").bind_all(n).run();
  }
}

/// What others wrote, the server lost, and nothing vouches for. Told once.
void tell_what_stays(Core& core) {
  if (core.setting("stays_untold").value_or("") != "1") return;
  core.set_setting("stays_untold", "");
  auto rows = core.db.prepare(
      "SELECT d.id, c.section, count(*) FROM changes h JOIN documents c ON c.n = h.document "
      "JOIN dossiers d ON d.n = c.dossier WHERE h.position IS NULL AND h.own = 0 "
      "GROUP BY c.n ORDER BY c.n");
  while (rows.step()) {
    const sync::DocumentId id{id_from_blob<sync::DossierId>(rows.get_blob(0)),
                              std::string(rows.get_text(1))};
    const std::string name = sync::to_text(id);
    const std::string count = std::to_string(rows.get_int64(2));
    raise_notice(core,
                 "the server has lost " + count + " changes of others in " + name +
                     " and nothing vouches for them: they stay on this device until a device of "
                     "their authors brings them again",
                 "il server ha perso " + count + " modifiche di altri in " + name +
                     " e nulla le garantisce: restano su questo dispositivo finché un dispositivo "
                     "dei loro autori le riporta");
  }
}

/// Assignments are the server's to say: a dossier that it did not grant anew leaves, once nothing
/// of it is unsent.
void drop_what_was_not_granted(Core& core) {
  if (core.setting("regrant").value_or("") != "1") return;
  constexpr const char* kNotGranted =
      "granted = 0 AND leaving = 0 AND EXISTS (SELECT 1 FROM changes c JOIN documents d "
      "ON d.n = c.document WHERE d.dossier = dossiers.n)";
  core.db.execute(std::string("UPDATE dossiers SET leaving = 1 WHERE ") + kNotGranted +
                  " AND NOT EXISTS (SELECT 1 FROM changes c JOIN documents d ON d.n = c.document "
                  "WHERE d.dossier = dossiers.n AND c.state IN (0, 1, 5))");
  auto left = core.db.prepare(std::string("SELECT 1 FROM dossiers WHERE ") + kNotGranted);
  if (!left.step()) core.set_setting("regrant", "");
}

void finish(Core& core) {
  set_step(core, HealingStep::none);
  tell_what_stays(core);
  offer_held_bodies(core);
  const std::int64_t count = core.setting_number("given_back", 0);
  core.set_setting_number("given_back", 0);
  if (count == 0) return;
  raise_notice(core,
               "the server was put back from an old backup: this device gave " +
                   std::to_string(count) + " changes back to it that it had lost",
               "il server è stato ripristinato da una copia vecchia: questo dispositivo gli ha "
               "ridato " + std::to_string(count) + " modifiche che aveva perso");
}

/// The server has no body of it, and will have none: a tablet that had taken out what was erased
/// gave it back. What the server has is what everybody has. An own change is offered, so that the
/// answer says why; it is not among what the log sends.
void give_up_body(Core& core, Documents& documents, OpenDocument& document,
                  const LoggedChange& logged) {
  if (!logged.change.ops || logged.state != ChangeState::accepted) return;
  if (logged.own) {
    core.db.cached("UPDATE changes SET state = 0 WHERE n = ?").bind_all(logged.n).run();
  } else {
    documents.hollow_out(document, logged.n);
  }
}

void give_up_bodies(Core& core, Documents& documents, OpenDocument& document,
                    const sync::Vouch& vouch) {
  for (const sync::VouchedHollow& one : vouch.hollow) {
    if (one.state != sync::HollowState::plain) continue;
    const auto logged = find_change(core, document.n, one.replica, one.seq);
    if (logged && logged->position) give_up_body(core, documents, document, *logged);
  }
}

}  // namespace

std::optional<sync::Voucher> voucher_of(Core& core, std::int64_t document) {
  auto& row = core.db.cached("SELECT bytes, checked FROM vouchers WHERE document = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document);
  if (!row.step()) return {};
  auto voucher = require(sync::decode_voucher(row.get_blob(0)));
  if (row.get_int64(1) == 0 && !is_signed(core, voucher)) return {};
  return voucher;
}

HealingStep healing_step(Core& core) {
  return static_cast<HealingStep>(core.setting_number("healing", 0));
}

void note_vouches(Core& core, Documents& documents, const sync::SyncReply& reply) {
  std::map<sync::DocumentId, const sync::DocumentDigest*> digests;
  for (const sync::DocumentDigest& one : reply.digests) digests.emplace(one.document, &one);
  std::vector<Word> words;
  for (const sync::Vouch& vouch : reply.vouches) {
    const auto digest = digests.find(vouch.document);
    OpenDocument* document = documents.find(vouch.document);
    if (digest == digests.end() || document == nullptr) continue;
    if (!(document->accepted == digest->second->history) || is_due(core, document->n)) continue;
    give_up_bodies(core, documents, *document, vouch);
    words.push_back(word_of(core, *document, vouch));
  }
  note_words(core, words);
}

bool is_due(Core& core, std::int64_t document) {
  auto& row = core.db.cached("SELECT 1 FROM vouchers WHERE document = ? AND due = 1");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document);
  return row.step();
}

std::vector<std::int64_t> vouched_own(Core& core, std::int64_t document) {
  std::vector<std::int64_t> numbers;
  auto rows = core.db.prepare(
      "SELECT n, header FROM changes WHERE document = ? AND own = 1 AND state IN (2, 3, 4)");
  rows.bind_all(document);
  std::optional<sync::Voucher> voucher;
  while (rows.step()) {
    if (!voucher) voucher = voucher_of(core, document);
    if (!voucher) break;
    const auto header = require(sync::decode_header(rows.get_blob(1)));
    if (voucher->covers(header.replica, header.seq)) numbers.push_back(rows.get_int64(0));
  }
  return numbers;
}

void begin_healing(Core& core) {
  core.set_setting("regrant", "1");
  core.db.execute("UPDATE vouchers SET due = 1; UPDATE dossiers SET granted = 0;");
  core.set_setting("stays_untold", "1");
  offer_departed(core);
  offer_blobs_again(core);
  const bool some = !due_documents(core).empty() || !departed_to_heal(core).empty();
  set_step(core, some ? HealingStep::reading : HealingStep::none);
  // A refusal that the server forgot is told again by who made it.
  core.db
      .cached("UPDATE inbox SET unsent = 1 WHERE open = 0 AND accepted = 0 AND decided_by = ?")
      .bind_all(core.identity.account)
      .run();
}

void read_anew_before_healing(Core& core) {
  if (healing_step(core) != HealingStep::none) set_step(core, HealingStep::reading);
}

void gather_healing(Core& core, std::size_t bytes_target, sync::Gathered& out,
                    std::set<std::int64_t>& documents) {
  Proofs proofs;
  for (const std::int64_t n : due_documents(core)) {
    auto voucher = voucher_of(core, n);
    if (!voucher) continue;
    std::vector<Lost> lost = lost_of(core, n, *voucher);
    if (!proofs.add(*std::move(voucher), std::move(lost))) break;
    documents.insert(n);
  }
  proofs.sort();
  for (DepartedWork& work : departed_to_heal(core)) {
    std::vector<Lost> lost;
    for (sync::Change& change : work.changes) lost.push_back({0, {}, std::move(change)});
    if (!proofs.add(std::move(work.voucher), std::move(lost))) break;
    out.secrets.push_back(work.secret);
  }
  out.healing = proofs.take(bytes_target);
}

void settle_healed(Core& core, Documents& documents,
                   const std::vector<sync::PushResult>& results) {
  if (results.empty()) return;
  std::int64_t given_back = core.setting_number("given_back", 0);
  std::map<std::int64_t, bool> refused;  ///< document, and whether the others went on without it
  for (const sync::PushResult& result : results) {
    const bool departed = settle_departed_healed(core, result);
    if (departed && result.verdict == sync::Verdict::accepted) ++given_back;
    OpenDocument* document = documents.find(result.document);
    if (departed || document == nullptr) continue;
    if (result.verdict == sync::Verdict::deferred) {
      refused[document->n] |= result.code == ErrorCode::expired;
      continue;
    }
    given_back += result.verdict == sync::Verdict::accepted ? 1 : 0;
    const auto logged = find_change(core, document->n, result.replica, result.seq);
    if (!logged || logged->position) continue;
    if (const auto state = state_aside(result.verdict); state && logged->own) {
      put_aside(core, documents, *document, *logged, result, *state);
      continue;
    }
    documents.note_accepted(*document, logged->n, logged->id,
                            static_cast<std::int64_t>(result.position), logged->state);
    if (result.code == ErrorCode::conflict) give_up_body(core, documents, *document, *logged);
  }
  core.set_setting_number("given_back", given_back);
  for (const auto& [n, too_late] : refused) too_late ? take_over(core, n) : give_up(core, n);
}

void go_on_healing(Core& core, Documents& documents, bool read) {
  const HealingStep step = healing_step(core);
  if (step == HealingStep::none) {
    if (!read) return;
    tell_what_stays(core);
    drop_what_was_not_granted(core);
    return;
  }
  if (step == HealingStep::reading && !read) return;
  documents.flush();
  bool some = false;
  for (const std::int64_t n : due_documents(core)) {
    const auto voucher = voucher_of(core, n);
    const bool lacks = voucher && !lost_of(core, n, *voucher).empty();
    if (!lacks) set_due(core, n, false);
    some = some || lacks;
  }
  some = some || !departed_to_heal(core).empty();
  if (some) {
    set_step(core, HealingStep::offering);
  } else {
    finish(core);
  }
}

}  // namespace insieme::client
