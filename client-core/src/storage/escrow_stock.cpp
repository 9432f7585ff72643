#include "storage/escrow_stock.hpp"

#include <set>

#include "insieme/sync/limits.hpp"
#include "storage/blobs.hpp"
#include "storage/departed.hpp"
#include "storage/erasures.hpp"
#include "storage/exchange.hpp"
#include "storage/late_work.hpp"
#include "storage/openings.hpp"
#include "storage/outbox.hpp"
#include "storage/packed.hpp"
#include "storage/settle.hpp"
#include "storage/store_impl.hpp"

namespace insieme::client {
namespace {

/// They are in memory at once. The ordinary way has no such limit.
constexpr std::uint64_t kLeftBytesMax = 64ULL * 1024 * 1024;
constexpr std::size_t kOpeningsMax = 1'000'000;

/// Rows of (n, header, body, act, dossier's key) as letters: an act is never cut.
void add_letters(Core& core, sqlite::Statement& rows, std::vector<sync::Gathered>& out) {
  sync::Gathered now;
  std::size_t bytes = 0;
  std::set<sync::DossierId> dossiers;
  std::vector<std::uint8_t> act;
  const auto end = [&] {
    if (!now.changes.empty()) out.push_back(std::move(now));
    now = {};
    bytes = 0;
    dossiers.clear();
  };
  while (rows.step()) {
    auto own_act = to_vector(rows.get_blob(3));
    const bool same_act = !own_act.empty() && own_act == act;
    const std::size_t with_an_act = now.changes.size() + 2 * sync::kChangesPerTransactionMax;
    const bool full =
        with_an_act >= sync::kChangesPerMessageMax || bytes >= sync::kMessageBytesTarget;
    if (full && !same_act) end();
    act = std::move(own_act);
    sync::Change change;
    change.header = require(sync::decode_header(rows.get_blob(1)));
    if (!rows.is_null(2)) {
      change.ops = read_body(rows.get_blob(2));
    } else {
      change.ops = quarantined_ops(core, change.header);
    }
    bytes += sync::encoded_size(change);
    if (dossiers.insert(change.header.document.dossier).second) {
      sync::DossierSecret secret;
      secret.dossier = change.header.document.dossier;
      const auto key = rows.get_blob(4);
      std::copy(key.begin(), key.end(), secret.key.bytes.begin());
      now.secrets.push_back(secret);
    }
    now.changes.push_back(std::move(change));
  }
  end();
}

std::vector<sync::Gathered> work_beside_the_log(Core& core) {
  std::vector<sync::Gathered> letters;
  auto departed = core.db.prepare(
      "SELECT n, header, body, act, secret FROM departed WHERE offered IN (1, 2, 3) ORDER BY n");
  add_letters(core, departed, letters);
  auto kept = core.db.prepare(
      "SELECT k.n, k.header, k.body, k.act, d.secret FROM kept k "
      "JOIN documents c ON c.n = k.document JOIN dossiers d ON d.n = c.dossier "
      "WHERE k.offered = 1 ORDER BY k.n");
  add_letters(core, kept, letters);
  return letters;
}

std::vector<sync::HeldDecision> untold_decisions(Core& core) {
  std::vector<sync::HeldDecision> decisions;
  auto rows = core.db.prepare(
      "SELECT dossier, section, replica, seq, decision_reason, decided_by FROM inbox "
      "WHERE unsent = 1 ORDER BY n");
  while (rows.step()) {
    sync::HeldDecision one;
    one.document = {id_from_blob<sync::DossierId>(rows.get_blob(0)),
                    std::string(rows.get_text(1))};
    one.replica = id_from_blob<sync::ReplicaId>(rows.get_blob(2));
    one.seq = static_cast<std::uint64_t>(rows.get_int64(3));
    one.reason = std::string(rows.get_text(4));
    one.by = std::string(rows.get_text(5));
    decisions.push_back(std::move(one));
  }
  return decisions;
}

std::int64_t count(Core& core, const char* sql) {
  auto rows = core.db.prepare(sql);
  return rows.step() ? rows.get_int64(0) : 0;
}

std::vector<std::uint8_t> pieces_of(Core& core, std::int64_t n) {
  std::vector<std::uint8_t> all;
  auto rows = core.db.prepare("SELECT bytes FROM blob_pieces WHERE blob = ? ORDER BY at");
  rows.bind_all(n);
  while (rows.step()) {
    const auto piece = rows.get_blob(0);
    all.insert(all.end(), piece.begin(), piece.end());
  }
  return all;
}

void add_blobs(Core& core, EscrowStock& stock) {
  const std::int64_t bytes =
      count(core, "SELECT coalesce(sum(size), 0) FROM blobs WHERE state = 1 OR due = 1");
  if (static_cast<std::uint64_t>(bytes) > kLeftBytesMax) {
    refuse(ErrorCode::limit_exceeded,
           "more than 64 MiB of photos and files are here alone and the server does not take them: "
           "nothing was erased\npiù di 64 MiB di foto e file sono solo qui e il server non li "
           "accetta: nulla è stato cancellato");
  }
  auto rows = core.db.prepare(
      "SELECT n, dossier, name, content, size FROM blobs WHERE state = 1 OR due = 1 ORDER BY n");
  while (rows.step()) {
    ++stock.blobs_left;
    LeftBlob left;
    left.name = id_from_blob<sync::Digest>(rows.get_blob(2));
    left.bytes = pieces_of(core, rows.get_int64(0));
    const auto dossier = core.dossier(id_from_blob<sync::DossierId>(rows.get_blob(1)));
    if (dossier && !rows.is_null(3)) {
      sync::BlobRef reference;
      reference.name = left.name;
      reference.content = id_from_blob<sync::Digest>(rows.get_blob(3));
      reference.size = static_cast<std::uint64_t>(rows.get_int64(4));
      auto opened = sync::open_blob(dossier->key, reference, left.bytes);
      if (opened.ok()) {
        left.bytes = std::move(opened).value();
        left.content = reference.content;
      }
    }
    stock.blobs.push_back(std::move(left));
  }
}

EscrowStock stock_of(Core& core) {
  EscrowStock stock;
  stock.own = make_bundles(core, {true, false});
  stock.departed = work_beside_the_log(core);
  stock.unsent = static_cast<std::uint64_t>(
      count(core, "SELECT count(*) FROM changes WHERE state IN (0, 1, 5)"));
  stock.late = static_cast<std::uint64_t>(count_late_work(core));
  stock.decisions = untold_decisions(core);
  sync::Gathered asked;
  gather_erasures(core, asked);
  stock.erase = std::move(asked.erase);
  stock.openings = unsent_openings(core, kOpeningsMax);
  add_blobs(core, stock);
  return stock;
}

void make_due(Core& core) {
  core.db.execute(
      "UPDATE changes SET state = 0 WHERE state IN (0, 1, 5) AND state = 5;"
      "UPDATE blobs SET state = 1 WHERE state = 3 OR (state = 2 AND due = 1);");
}

}  // namespace

Status stop_waiting(Store& store) {
  auto& impl = impl_of(store);
  return impl.write_status([&] { make_due(*impl.core); });
}

Status author_for_whoever_decides(Store& store, std::vector<sync::SyncReply> answers) {
  auto& impl = impl_of(store);
  return impl.write_status([&] {
    Core& core = *impl.core;
    Documents documents(core);
    // All of them first: a document's changes may lie in several letters.
    for (const sync::SyncReply& answer : answers) {
      for (const sync::PushResult& result : answer.results) settle(core, documents, result);
    }
    for (sync::SyncReply& answer : answers) {
      for (sync::Ground& ground : answer.grounds) ground.may_write = false;
      author_late_work(core, documents, answer);
    }
    make_due(core);  // what cannot pass is handed over as it is, and holds nothing up
    documents.flush();
  });
}

Result<EscrowStock> escrow_stock(Store& store) {
  auto& impl = impl_of(store);
  return impl.read([&] { return stock_of(*impl.core); });
}

Result<std::optional<BlobParcel>> next_blob_at_once(Store& store, std::int64_t after) {
  auto& impl = impl_of(store);
  return impl.read([&] { return next_blob_to_send(*impl.core, after, false); });
}

Status close_for_good(Store& store, const std::function<Status()>& last) {
  auto& impl = impl_of(store);
  Core& core = *impl.core;
  impl.end_reading();
  try {
    // What `last` reads is within it.
    impl.reading.emplace(core.db, sqlite::TransactionKind::immediate);
    core.refresh_identity();
    Status done = last();
    if (done.ok() && !impl.reading) {
      done = {ErrorCode::internal, "something was written meanwhile"};
    }
    if (done.ok()) {
      core.set_setting(kClosedSetting, "1");
      impl.reading->commit();
    }
    impl.end_reading();
    return done;
  } catch (...) {
    impl.end_reading();
    return error_from_current_exception();
  }
}

}  // namespace insieme::client
