// Recomputes from the log what the store believes, and says where the two differ.
#include <algorithm>

#include "insieme/sync/document.hpp"
#include "storage/kept.hpp"
#include "storage/queries.hpp"

namespace insieme::client {
namespace {

class Verifier {
 public:
  explicit Verifier(Core& core) : core_(core), documents_(core, Access::read) {}

  VerifyReport run() {
    const std::string check = core_.db.integrity_check();
    if (check != "ok") problem("SQLite reports: " + check);
    auto rows = core_.db.prepare("SELECT n FROM documents ORDER BY n");
    std::vector<std::int64_t> numbers;
    while (rows.step()) numbers.push_back(rows.get_int64(0));
    std::map<sync::DocumentId, VerifyReport::DocumentState> states;
    for (const std::int64_t n : numbers) {
      OpenDocument& document = documents_.by_number(n);
      states[document.id] = verify_document(document);
    }
    for (auto& [id, state] : states) report_.states.push_back(std::move(state));
    report_.documents = numbers.size();
    report_.kept = kept_whole(core_);
    verify_blobs();
    return std::move(report_);
  }

 private:
  void problem(std::string text) {
    constexpr std::size_t kProblemsMax = 100;
    if (report_.problems.size() < kProblemsMax) report_.problems.push_back(std::move(text));
  }

  VerifyReport::DocumentState verify_document(OpenDocument& document) {
    const std::string name = sync::to_text(document.id);
    auto ground = documents_.ground(document);
    sync::DigestSum accepted = document.horizon.history();
    if (ground && !(ground->frontier == document.horizon)) {
      problem(name + ": the snapshot is not the one that the log stands on");
    }
    report_.folded += document.horizon.count();
    sync::Document replay =
        ground ? sync::Document::from_snapshot(*std::move(ground), document.key)
               : sync::Document(document.id, document.key);
    for_each_change(core_, document.n, [&](LoggedChange&& logged) {
      ++report_.changes;
      if (logged.position) accepted.add(logged.id);
      const std::uint64_t seq = logged.change.header.seq;
      const sync::ReplicaId replica = logged.change.header.replica;
      const sync::ChangeId id = logged.id;
      const auto delivery = replay.deliver(std::move(logged.change));
      if (!delivery.ok()) {
        problem(name + ": change " + sync::to_text(replica) + ":" + std::to_string(seq) + ": " +
                delivery.error().detail);
      } else if (*delivery != sync::Delivery::applied) {
        problem(name + ": change " + std::to_string(seq) + " stands out of causal order");
      } else if (!(replay.frontier().head(replica)->id == id)) {
        problem(name + ": change " + std::to_string(seq) + " has another id than its content");
      }
      return true;
    });
    if (!(replay.frontier() == document.frontier)) {
      problem(name + ": the frontier is not the one of the log");
    }
    if (!(accepted == document.accepted)) {
      problem(name + ": the sum of accepted changes is not the one of the log");
    }
    compare_records(document, replay, name);
    VerifyReport::DocumentState state;
    state.document = document.id;
    state.count = replay.frontier().count();
    state.history = replay.frontier().history();
    state.state = replay.state_digest();
    return state;
  }

  void compare_records(OpenDocument& document, const sync::Document& replay,
                       const std::string& name) {
    std::uint64_t rows = 0;
    for (const TypedTable& table : core_.tables.all()) {
      auto count = core_.db.prepare("SELECT count(*) FROM " + table.name + " WHERE _document = ?");
      count.bind_all(document.n);
      if (!count.step() || count.get_int64(0) == 0) continue;
      rows += static_cast<std::uint64_t>(count.get_int64(0));
      const auto& used = core_.tables.used();
      if (std::find(used.begin(), used.end(), &table) == used.end()) {
        problem(name + ": lists and searches do not know that " + table.name + " holds records");
      }
    }
    for (const auto& [id, expected] : replay.records()) {
      const LoadedRecord& row =
          documents_.records().load(document.n, document.id, expected.type, id);
      if (row.n == 0) {
        problem(name + ": record " + sync::to_text(id) + " is missing");
      } else if (!(row.state == expected)) {
        problem(name + ": record " + sync::to_text(id) + " is not what the log makes of it");
      }
    }
    if (rows != replay.records().size()) {
      problem(name + ": there are " + std::to_string(rows) + " rows for " +
              std::to_string(replay.records().size()) + " records");
    }
    report_.records += rows;
  }

  /// Pieces are what they are said to be; of what is whole, also that they are what was named.
  void verify_blobs() {
    auto rows = core_.db.prepare("SELECT n, name, received, state FROM blobs ORDER BY n");
    while (rows.step()) {
      const auto name = id_from_blob<sync::Digest>(rows.get_blob(1));
      sync::BlobNamer namer;
      std::int64_t bytes = 0;
      auto pieces = core_.db.prepare("SELECT bytes FROM blob_pieces WHERE blob = ? ORDER BY at");
      pieces.bind_all(rows.get_int64(0));
      while (pieces.step()) {
        bytes += static_cast<std::int64_t>(pieces.get_blob(0).size());
        namer.add(pieces.get_blob(0));
      }
      const bool is_whole = rows.get_int64(3) != 0;
      if (bytes != rows.get_int64(2) || (is_whole && !(namer.finish() == name))) {
        problem("file " + sync::to_hex(name).substr(0, 16) + ": its bytes are not what they were");
      }
    }
  }

  Core& core_;
  Documents documents_;
  VerifyReport report_;
};

}  // namespace

std::vector<sync::DocumentDigest> read_accepted(Core& core) {
  Documents documents(core, Access::read);
  auto rows = core.db.prepare("SELECT n FROM documents ORDER BY n");
  std::vector<std::int64_t> numbers;
  while (rows.step()) numbers.push_back(rows.get_int64(0));
  std::vector<sync::DocumentDigest> out;
  for (const std::int64_t n : numbers) {
    const OpenDocument& document = documents.by_number(n);
    out.push_back({document.id, static_cast<std::uint64_t>(document.accepted_count),
                   document.accepted});
  }
  return out;
}

VerifyReport verify_store(Core& core) { return Verifier(core).run(); }

}  // namespace insieme::client
