// What is sealed: opened as it comes, and with the bytes sealed by the right key, so that what lies
// behind is read, too. The first byte says which.
#include <algorithm>

#include "fuzz_input.hpp"
#include "insieme/sync/carried_order.hpp"
#include "insieme/sync/exchange.hpp"
#include "support/exchange_samples.hpp"

using namespace insieme;
using namespace insieme::testing;
using ByteSpan = std::span<const std::uint8_t>;

namespace {

const ExchangeSamples kSamples;
const DocumentId kCore = document_of("d1");

void open_raw(ByteSpan bytes) {
  const SealKey key = kSamples.key(kCore);
  static_cast<void>(sync::open_sealed(key, "handout", bytes));
  static_cast<void>(sync::open_sealed_for(kSamples.server.secret_key, bytes));
  static_cast<void>(sync::open_handout(key, bytes));
  // What was sealed opens, is the same, and not once a bit of it is another.
  auto sealed = sync::seal(key, "fuzz", bytes);
  const auto plain = sync::open_sealed(key, "fuzz", sealed);
  fuzzing::expect(plain.ok());
  fuzzing::expect(std::equal(plain->begin(), plain->end(), bytes.begin(), bytes.end()));
  fuzzing::expect(!sync::open_sealed(key, "other", sealed).ok());
  sealed[bytes.size() % sealed.size()] ^= 1;
  fuzzing::expect(!sync::open_sealed(key, "fuzz", sealed).ok());
  const auto boxed = sync::seal_for(kSamples.server.public_key, pair_of("anna").secret_key, bytes);
  fuzzing::expect(boxed.ok());
  const auto unboxed = sync::open_sealed_for(kSamples.server.secret_key, *boxed);
  fuzzing::expect(unboxed.ok() && unboxed->size() == bytes.size());
}

/// Behind the seal: the length before compression, and the hand-out.
void open_handouts(ByteSpan bytes) {
  const SealKey key = kSamples.key(kCore);
  const auto handout = sync::open_handout(key, sync::seal(key, "handout", bytes));
  if (!handout.ok()) return;
  const auto again = sync::open_handout(key, sync::seal_handout(key, *handout));
  fuzzing::expect(again.ok() && *again == *handout);
}

/// Behind a right signature: the frame as it is, or a right frame around the bytes.
void read_letters(ByteSpan bytes, bool framed) {
  Letter letter{device("anna"), {bytes.begin(), bytes.end()}, {}};
  if (framed) letter.frame = fuzzing::frame_of(1, bytes);
  fuzzing::expect(
      !sync::read_letter(kSamples.space, letter, pair_of("anna").public_key).ok());  // not signed
  letter.signature =
      sign(pair_of("anna").secret_key, digest_of_letter(kSamples.space, letter).bytes);
  const auto request = sync::read_letter(kSamples.space, letter, pair_of("anna").public_key);
  if (request.ok()) fuzzing::expect(request->device == letter.device);
}

/// Behind the key of the dossier's orders, signed or not.
void open_orders(ByteSpan bytes) {
  const DossierId dossier = kCore.dossier;
  const SealKey key = sync::order_key_of(dossier, kSamples.dossier_key);
  const auto open = [&](ByteSpan sealed) {
    return sync::open_order(kSamples.space, dossier, key, kSamples.server.public_key, sealed);
  };
  fuzzing::expect(!open(sync::seal(key, "order", bytes)).ok());  // nobody guesses a signature
  const auto order = sync::decode_order(bytes);
  if (!order.ok()) return;
  const auto carried = open(sync::seal_order(kSamples.space, *order, kSamples.dossier_key,
                                             kSamples.server.secret_key));
  const bool is_ours = sync::check_order(*order).ok() && order->dossier == dossier;
  fuzzing::expect(carried.ok() == is_ours);
  if (carried.ok()) fuzzing::expect(*carried == *order);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = fuzzing::bytes_of(data + 1, size - 1);
  const ByteSpan bytes(input);
  switch (data[0] % 5) {
    case 0: open_raw(bytes); break;
    case 1: open_handouts(bytes); break;
    case 2: read_letters(bytes, true); break;
    case 3: read_letters(bytes, false); break;
    default: open_orders(bytes);
  }
  return 0;
}
