// A server in memory that is sent whatever the bytes make: a history by a script, then tampered
// changes and raw payloads. What it lets in must converge on every replica.
#include "fuzz_input.hpp"
#include "support/history.hpp"
#include "support/memory_device.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DossierId kDossier = dossier("d1");

std::vector<std::uint8_t> request_of(const MemoryDevice& device, std::vector<Change> changes) {
  SyncRequest request;
  request.device = device.id();
  request.replica = rep(device.name());
  request.secrets = {DossierSecret{kDossier, key_of("key")}};
  request.signature = sign(device.secret_key(), manifest_of(device.id(), changes).bytes);
  request.changes = std::move(changes);
  return encode_message(request);
}

void tamper(Change& change, Script& script) {
  ChangeHeader& header = change.header;
  switch (script.draw(12)) {
    case 0:
      header.seq += 1;
      break;
    case 1:
      header.previous_prefix ^= script.draw(2);
      break;
    case 2:
      header.transaction = Transaction{{}, script.draw(4)};
      break;
    case 3:
      header.origin = Origin{rep("B"), script.draw(3)};
      break;
    case 4:
      header.document.section = script.one_in(2) ? "health" : "core";
      break;
    case 5:
      change.ops.reset();
      break;
    case 6:
      header.deps.clear();
      break;
    case 7:
      if (change.ops && !change.ops->empty())
        (*change.ops)[0].context = vv({{"A", script.draw(9)}});
      break;
    default:
      return;
  }
  complete(change, key_of("key"));
}

/// What the server's log says is one document for everybody, in any order.
void expect_convergence(const MemoryServer& server) {
  std::map<DocumentId, std::vector<Change>> documents;
  for (const LogEntry& entry : server.state.log) {
    if (entry.change() != nullptr) {
      documents[entry.change()->header.document].push_back(*entry.change());
    }
  }
  for (auto& [id, changes] : documents) {
    Document forwards(id, key_of("key"));
    Document backwards(id, key_of("key"));
    for (const Change& change : changes) fuzzing::expect(forwards.deliver(change).ok());
    std::reverse(changes.begin(), changes.end());
    for (const Change& change : changes) fuzzing::expect(backwards.deliver(change).ok());
    fuzzing::expect(forwards.waiting() == 0 && backwards.waiting() == 0);
    fuzzing::expect(forwards.state_digest() == backwards.state_digest());
    fuzzing::expect(forwards.frontier() == server.state.frontiers.at(id));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzzing::bytes_of(data, size);
  MemoryServer server;
  std::vector<MemoryDevice> devices{MemoryDevice("A"), MemoryDevice("B"), MemoryDevice("C")};
  for (const MemoryDevice& device : devices) enrol(server, device, device.name() == "C");
  static_cast<void>(server.turn(devices[0].id(), fuzzing::frame_of(1, bytes)));
  std::vector<std::uint32_t> words(bytes.begin(), bytes.end());
  const std::size_t half = words.size() / 2;
  Script script(
      std::vector<std::uint32_t>(words.begin() + static_cast<std::ptrdiff_t>(half), words.end()));
  words.resize(half);
  const History history(std::move(words), 3, Contexts::any, 12);
  std::vector<std::vector<Change>> sent(3);
  for (Change change : history.changes()) {
    const auto who = static_cast<std::size_t>(change.header.replica.bytes[0] - 'A');
    if (script.one_in(4)) tamper(change, script);
    sent[who].push_back(change);
    if (script.one_in(3)) continue;
    static_cast<void>(server.turn(devices[who].id(), request_of(devices[who], sent[who])));
    if (script.one_in(2)) sent[who].clear();
    if (script.one_in(8)) server.grant("user-B", kDossier, {"core", "health"});
    if (script.one_in(8)) server.revoke("user-B", kDossier, "x");
  }
  expect_convergence(server);
  return 0;
}
