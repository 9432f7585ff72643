#include "insieme/server/verify.hpp"

#include <array>

#include "insieme/server/audit.hpp"
#include "insieme/sync/document.hpp"
#include "storage/log_writer.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

class Verifier {
 public:
  explicit Verifier(Repository& repository) : repository_(repository) {}

  VerifyReport run(const std::function<void(std::size_t, std::size_t)>& progress) {
    if (const std::string found = repository_.integrity_check(); found != "ok") {
      fault("database: " + found);
    }
    check_chain();
    check_manifests();
    check_access_log();
    report_.audit_faults = verify_audit(audit_of(repository_));
    const std::vector<sync::DocumentId> documents = repository_.documents();
    std::size_t done = 0;
    for (const sync::DocumentId& document : documents) {
      check_document(document);
      if (progress) progress(++done, documents.size());
    }
    return std::move(report_);
  }

 private:
  void fault(std::string text) {
    if (report_.faults.size() < kFaultsMax) report_.faults.push_back(std::move(text));
  }

  void check_chain() {
    const SpaceInfo space = repository_.space();
    sync::Digest hash;
    std::uint64_t position = 0;
    repository_.visit_log([&](const LogEntry& entry) {
      if (entry.position > space.position) return false;  // written after the start
      ++position;
      const std::string place = "log " + std::to_string(entry.position) + ": ";
      if (entry.position != position) {
        fault(place + "positions " + std::to_string(position) + " and on are missing");
        position = entry.position;
      }
      hash = next_log_hash(hash, entry.item_id);
      if (!(hash == entry.log_hash)) {
        fault(place + "the hash chain is broken");
        hash = entry.log_hash;  // so that one break is one fault
      }
      return true;
    });
    if (position != space.position) fault("log: its end is missing");
    if (!(hash == space.log_hash)) fault("log: its last hash is not the one that the space knows");
    report_.entries = position;
  }

  void check_manifests() {
    repository_.visit_manifests([this](const ManifestRow& row) {
      ++report_.manifests;
      if (!sync::verify(row.device_key, row.manifest.bytes, row.signature)) {
        fault("hand-out at " + std::to_string(row.first_position) +
              ": not signed by its device");
      }
      return true;
    });
  }

  void check_access_log() {
    const auto [last, hash_there] = repository_.access_end();
    sync::Digest hash;
    std::uint64_t number = 0;
    repository_.visit_access([&, last = last](const AccessRow& row) {
      if (row.number > last) return false;  // written after the start
      const std::string place = "access log " + std::to_string(row.number) + ": ";
      if (row.number != ++number) {
        fault(place + "lines " + std::to_string(number) + " and on are missing");
        number = row.number;
      }
      hash = next_access_hash(hash, row);
      if (!(hash == row.hash)) {
        fault(place + "the hash chain is broken");
        hash = row.hash;  // so that one break is one fault
      }
      return true;
    });
    if (number != last) fault("access log: its end is missing");
    if (!(hash == hash_there)) {
      fault("access log: its last hash is not the one that the space knows");
    }
    report_.accesses = number;
  }

  void check_document(const sync::DocumentId& id) {
    const std::string place = "document " + sync::to_text(id) + ": ";
    const auto key = repository_.dossier_key(id.dossier);
    if (!key) {
      fault(place + "its dossier has no key");
      return;
    }
    const sync::Frontier stored = repository_.frontier(id);
    sync::Document document(id, *key);
    VerifiedDocument verified;
    repository_.visit_document(id, [&](const LogEntry& entry) {
      // A document's changes are only ever appended: the first count() are what the frontier knew.
      if (verified.count == stored.count()) return false;
      ++verified.count;
      if (!entry.body) ++verified.hollow;
      deliver(document, entry, place);
      return true;
    });
    if (!(document.frontier() == stored)) fault(place + "its frontier is not that of its log");
    verified.document = id;
    verified.history = document.frontier().history();
    verified.state = document.state_digest();
    report_.documents.push_back(std::move(verified));
  }

  void deliver(sync::Document& document, const LogEntry& entry, const std::string& place) {
    const std::string what = place + "change at " + std::to_string(entry.position) + ": ";
    try {
      std::optional<std::span<const std::uint8_t>> body;
      if (entry.body) body = *entry.body;
      const auto delivered = document.deliver(make_change(entry.header, body));
      if (!delivered.ok()) {
        fault(what + delivered.error().detail);
      } else if (*delivered != sync::Delivery::applied) {
        fault(what + "stands before something that it depends on");
      } else if (const sync::Head* head = document.frontier().head(entry.replica);
                 head == nullptr || !(head->id == sync::ChangeId{entry.item_id})) {
        fault(what + "its id is not the one stored");
      }
    } catch (const StorageFailure& failure) {
      fault(what + failure.what());
    }
  }

  Repository& repository_;
  VerifyReport report_;
};

}  // namespace

VerifyReport verify_repository(Repository& repository,
                               const std::function<void(std::size_t, std::size_t)>& progress) {
  return Verifier(repository).run(progress);
}

}  // namespace insieme::server
