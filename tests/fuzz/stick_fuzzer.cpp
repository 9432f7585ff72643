// A stick: a tablet with a server takes a file of an exchange, as it comes or with a right envelope
// around the bytes (first byte: how), and is whole afterwards, with what it had.
#include <boost/json.hpp>
#include <fstream>

#include "fuzz_input.hpp"
#include "fuzz_store.hpp"
#include "insieme/sync/exchange.hpp"

using namespace insieme;
namespace json = boost::json;

namespace {

/// Kinds `F` (a file) and `X` (a bundle) of docs/exchange.md.
fuzzing::ByteList in_envelope(char kind, std::span<const std::uint8_t> payload) {
  fuzzing::ByteList bytes{'I', static_cast<std::uint8_t>(kind), 1};
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  const std::uint64_t sum = sync::Hasher("insieme exchange v1").add(bytes).finish().prefix();
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(sum >> shift));
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  fuzzing::Tablet tablet([](const client::HttpRequest&) { return client::HttpReply{}; }, true);
  auto bytes = fuzzing::bytes_of(data + 1, size - 1);
  const sync::SpaceId space = tablet.engine().store().identity().space;
  switch (data[0] % 4) {
    case 0: break;
    case 1: bytes = in_envelope('F', bytes); break;
    case 2: bytes = *sync::encode_exchange_file({space, {in_envelope('X', bytes)}}); break;
    default:
      bytes = *sync::encode_exchange_file(
          {space, {sync::encode_bundle({space, {{{}, bytes}, {{}, {1}}}})}});
  }
  const std::string path = tablet.file("stick");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  const std::string request =
      json::serialize(json::object{{"command", "exchange.import"}, {"path", path}});
  const std::string first = tablet.call(request);
  static_cast<void>(tablet.call(request));  // and once more
  const auto report = tablet.engine().store().verify();
  fuzzing::expect(report.ok() && report->problems.empty());
  const auto found = tablet.engine().store().search("rossi", 10);
  fuzzing::expect(found.ok() && !found->empty());
  static_cast<void>(first);
  return 0;
}
