// Writes the seeds of the fuzzers: one small valid input of each format.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "support/memory_dictionary.hpp"
#include "support/samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

void write(const std::filesystem::path& folder, const std::string& name, const ByteList& bytes) {
  std::filesystem::create_directories(folder);
  std::ofstream out(folder / name, std::ios::binary);
  for (const std::uint8_t byte : bytes) out.put(static_cast<char>(byte));
}

/// The payload of a reply that is too small to be compressed.
ByteList small_reply() {
  SyncReply reply;
  reply.cursor.epoch = 1;
  reply.cursor.position = 5;
  reply.cursor.log_hash = Hasher("sample").finish();
  const ByteList frame = encode_message(reply);
  INSIEME_ASSERT(frame[4] == 0);
  return {frame.begin() + 13, frame.end() - 8};
}

ByteList random_bytes(std::uint32_t seed, std::size_t size) {
  std::mt19937 random(seed);
  ByteList bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_fuzz_corpus <folder>\n");
    return 2;
  }
  const std::filesystem::path root(argv[1]);
  write(root / "header", "sample", encode_header(sample_header()));
  ChangeHeader first = sample_header();
  first.seq = 1;
  first.deps.clear();
  first.transaction.reset();
  first.origin.reset();
  write(root / "header", "first", encode_header(first));
  write(root / "body", "sample", encode_body(sample_ops()));
  for (const Operation& op : sample_ops()) {
    write(root / "body", "op-" + std::to_string(op.action.index()), encode_body({op}));
  }
  write(root / "record", "sample", encode_record(sample_record()));
  MemoryDictionary dictionary;
  const Elide elide = [](const FieldState& field) { return field.name.size() % 2 == 0; };
  write(root / "packed_record", "sample", pack_record(sample_record(), dictionary, elide));
  write(root / "message", "request", encode_message(sample_request()));
  write(root / "message", "reply", encode_message(sample_reply()));
  ByteList reply{1};
  const ByteList payload = small_reply();
  reply.insert(reply.end(), payload.begin(), payload.end());
  write(root / "message", "small-reply", reply);
  ByteList turns;
  for (std::uint8_t turn = 0; turn < 3; ++turn) {
    turns.insert(turns.end(), {2, static_cast<std::uint8_t>(payload.size()), 0});
    turns.insert(turns.end(), payload.begin(), payload.end());
  }
  write(root / "client_sync", "turns", turns);
  write(root / "client_sync", "failures", {0, 0, 0, 0, 200, 1, 0, 250, 9, 2, 0, 1, 3});
  Peer peer("A");
  peer.write({set_op("f", "x")});
  MemoryDictionary numbers;
  write(root / "frontier", "sample", pack_frontier(peer.document().frontier(), numbers));
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    write(root / "server_sync", "history-" + std::to_string(seed), random_bytes(seed, 100 * seed));
  }
  return 0;
}
