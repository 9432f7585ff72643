#pragma once
// A server in memory that knows one family, and what to push at it.

#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/memory_device.hpp"

namespace insieme::testing {

inline const DossierId kFamily = dossier("family");
inline const DocumentId kCore{kFamily, "core"};
inline const DocumentId kHealth{kFamily, "health"};

/// A server that knows one family, and an educator who is assigned to it.
struct ServerWorld {
  MemoryServer server;
  MemoryDevice anna{"anna"};
  MemoryDevice boss{"boss"};

  ServerWorld() {
    enrol(server, anna);
    enrol(server, boss, true);
    anna.create(kFamily);
  }

  /// Sends changes as `from`; the reply's results.
  SyncReply push(const MemoryDevice& from, const std::vector<Change>& changes,
                 std::vector<DossierSecret> secrets = {}) {
    auto reply = server.turn(from.id(), request(from, changes, std::move(secrets)));
    REQUIRE(reply.ok());
    return std::get<SyncReply>(*decode_message(*reply));
  }

  static std::vector<std::uint8_t> request(const MemoryDevice& from,
                                           const std::vector<Change>& changes,
                                           std::vector<DossierSecret> secrets = {}) {
    SyncRequest request;
    request.device = from.id();
    request.replica = rep(from.name());
    request.changes = changes;
    request.secrets = std::move(secrets);
    request.signature = sign(from.secret_key(), manifest_of(from.id(), changes).bytes);
    return encode_message(request);
  }

  [[nodiscard]] DossierSecret secret() const { return {kFamily, anna.dossier_keys.at(kFamily)}; }
};

inline std::vector<Verdict> verdicts(const SyncReply& reply) {
  std::vector<Verdict> all;
  for (const PushResult& result : reply.results) all.push_back(result.verdict);
  return all;
}

inline Transaction act(std::uint32_t count) {
  return Transaction{id_of<TransactionId>("act"), count};
}

using Verdicts = std::vector<Verdict>;

}  // namespace insieme::testing
