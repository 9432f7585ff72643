#pragma once
// Real store files for tests, with a clock and chance of their own, and a relay that plays the
// server's part by hand: it keeps accepted changes in order and hands them out.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "insieme/client/store.hpp"
#include "sqlite_fixture.hpp"
#include "support/catch.hpp"

namespace insieme::testing {

class TestPlatform final : public client::Platform {
 public:
  explicit TestPlatform(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  std::int64_t now_ms() override { return now; }
  std::int64_t steady_ms() override { return now; }
  void random(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) {
      state_ ^= state_ << 13;
      state_ ^= state_ >> 7;
      state_ ^= state_ << 17;
      byte = static_cast<std::uint8_t>(state_ >> 32);
    }
  }
  std::int64_t now = 1'700'000'000'000;

 private:
  std::uint64_t state_;
};

template <class T>
T must(Result<T> result) {
  if (!result.ok()) FAIL(result.error().detail);
  return std::move(result).value();
}
inline void must(const Status& status) {
  if (!status.ok()) FAIL(status.error().detail);
}

inline sync::Operation write_op(const sync::RecordId& record, std::string type, std::string field,
                                sync::Value value) {
  return {record, std::move(type), std::move(field), sync::WriteOp{std::move(value)}, {}};
}
inline sync::Operation text_op(const sync::RecordId& record, std::string type, std::string field,
                               std::vector<sync::Splice> splices) {
  return {record, std::move(type), std::move(field), sync::SpliceOp{std::move(splices)}, {}};
}

/// One tablet.
class Tablet {
 public:
  Tablet(const StoreFolder& folder, const std::string& name, std::uint64_t seed,
         const schema::Bundle& with = schema::embedded_bundle())
      : platform(seed), path(folder.file(name + ".db")), bundle(&with) {
    store = must(client::Store::create(options()));
    client::Identity identity = store->identity();
    identity.account = name;
    must(store->set_identity(identity));
  }
  client::StoreOptions options() {
    return {path, key_of(7), bundle, &platform};
  }
  void reopen() {
    store.reset();
    store = must(client::Store::open(options()));
  }
  /// By a program that carries another bundle, which must outlive this.
  void reopen_with(const schema::Bundle& other) {
    bundle = &other;
    reopen();
  }
  sync::RecordId new_record() { return client::new_uuid7<sync::RecordId>(platform); }
  std::string request() { return path.substr(path.size() - 8) + std::to_string(++requests_); }

  /// One act on one document.
  Status save(const sync::DocumentId& document, std::vector<sync::Operation> ops) {
    auto result = store->once(request(), 1, [&](client::Writer& writer) -> Result<std::string> {
      INSIEME_TRY(writer.add(document, ops));
      return std::string("{}");
    });
    return result.ok() ? Status{} : Status{result.error()};
  }
  sync::DossierId new_dossier() {
    const auto text =
        must(store->once(request(), 2, [&](client::Writer& writer) -> Result<std::string> {
          return sync::to_text(writer.create_dossier());
        }));
    return must(sync::id_from_text<sync::DossierId>(text));
  }
  client::StoredRecord read(const sync::DocumentId& document, const std::string& type,
                            const sync::RecordId& id) {
    return must(store->record({document, type, id}));
  }
  /// The values that survive in a register.
  std::vector<sync::Value> values(const sync::DocumentId& document, const std::string& type,
                                  const sync::RecordId& id, const std::string& field) {
    const auto record = read(document, type, id);
    const auto* state = record.state.field(field);
    return state == nullptr ? std::vector<sync::Value>{} : sync::distinct_values(*state);
  }

  TestPlatform platform;
  std::string path;
  const schema::Bundle* bundle;
  std::unique_ptr<client::Store> store;

 private:
  int requests_ = 0;
};

/// The words of names that the search has learnt, in the file as it is.
inline std::set<std::string> learnt_words(const Tablet& tablet) {
  sqlite::OpenOptions open;
  open.path = tablet.path;
  open.key = key_of(7);
  auto db = sqlite::Connection::open(open);
  auto rows = db.prepare("SELECT word FROM name_words");
  std::set<std::string> words;
  while (rows.step()) words.emplace(rows.get_text(0));
  return words;
}

/// Accepts everything, in order; every tablet may see everything, unless told otherwise.
class Relay {
 public:
  /// One whole turn: push all, pull all.
  void sync(Tablet& tablet) {
    const auto gathered = must(tablet.store->gather({1 << 20, 2'000}));
    must(tablet.store->note_sent());
    must(tablet.store->apply(answer(gathered, tablet.store->identity().replica)));
  }
  /// The reply to a request; may be applied, lost, or applied twice.
  sync::SyncReply answer(const sync::Gathered& gathered, const sync::ReplicaId& replica) {
    for (const auto& secret : gathered.secrets) keys_[secret.dossier] = secret.key;
    sync::SyncReply reply;
    reply.server_ms = server_ms;
    for (const sync::Change& change : gathered.changes) reply.results.push_back(accept(change));
    for (const auto& [dossier, key] : keys_) {
      if (gathered.cursor.position != 0 && granted_[replica].count(dossier) != 0) continue;
      granted_[replica][dossier] = true;
      reply.items.push_back(
          {1, sync::Event{sync::GrantEvent{
                  dossier,
                  {"core", "education", "economic", "health", "network", "project", "judicial"},
                  key,
                  true}}});
    }
    for (std::size_t i = gathered.cursor.position; i < log_.size(); ++i) {
      if (log_[i].header.replica != replica) reply.items.push_back({i + 1, log_[i]});
    }
    reply.items.insert(reply.items.end(), extra.begin(), extra.end());
    extra.clear();
    reply.cursor = {1, log_.size(), {}};
    return reply;
  }
  [[nodiscard]] const std::vector<sync::Change>& log() const { return log_; }
  [[nodiscard]] const sync::DossierKey& key(const sync::DossierId& id) const {
    return keys_.at(id);
  }
  std::function<sync::Verdict(const sync::Change&)> judge;
  std::vector<sync::StreamItem> extra;
  std::int64_t server_ms = 1'700'000'000'000;

 private:
  sync::PushResult accept(const sync::Change& change) {
    const auto& header = change.header;
    sync::PushResult result{
        header.document, header.replica, header.seq, sync::Verdict::accepted, 0, ErrorCode::ok, {}};
    for (std::size_t i = 0; i < log_.size(); ++i) {
      const auto& known = log_[i].header;
      if (known.document == header.document && known.replica == header.replica &&
          known.seq == header.seq && !(known == header)) {
        result.verdict = sync::Verdict::forked;
        result.code = ErrorCode::fork;
        forked_.insert({header.replica, header.seq});
        return result;
      }
      if (known == header) {
        result.verdict = sync::Verdict::duplicate;
        result.position = i + 1;
        return result;
      }
    }
    if (header.seq > 1 && forked_.count({header.replica, header.seq - 1}) != 0) {
      forked_.insert({header.replica, header.seq});
      result.verdict = sync::Verdict::forked;
      return result;
    }
    if (judge) result.verdict = judge(change);
    log_.push_back(change);
    if (result.verdict != sync::Verdict::accepted) {
      log_.back().ops.reset();
      result.reason = "not taken";
    }
    result.position = log_.size();
    return result;
  }
  std::vector<sync::Change> log_;
  std::set<std::pair<sync::ReplicaId, std::uint64_t>> forked_;
  std::map<sync::DossierId, sync::DossierKey> keys_;
  std::map<sync::ReplicaId, std::map<sync::DossierId, bool>> granted_;
};

}  // namespace insieme::testing
