// Sealed bytes of a blob from anywhere: opened only if they are what a reference names.
#include <algorithm>
#include <vector>

#include "fuzz_input.hpp"
#include "insieme/sync/sealed_blob.hpp"

using namespace insieme;
using namespace insieme::sync;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const DossierKey key{};
  // The first byte says how long a reference to what follows claims it to be.
  if (size < 2) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  BlobRef reference{blob_digest(bytes), data[0], "image/png", {}};
  fuzzing::expect(!open_blob(key, reference, bytes).ok());  // nobody guesses a seal
  const auto sealed = seal_blob(key, "image/png", bytes);
  fuzzing::expect(sealed.ok() && sealed->bytes.size() == sealed_blob_size(bytes.size()));
  const auto opened = open_blob(key, sealed->reference, sealed->bytes);
  fuzzing::expect(opened.ok() && std::equal(opened->begin(), opened->end(), bytes.begin()));
  auto changed = sealed->bytes;
  changed[data[0] % changed.size()] ^= 1;
  fuzzing::expect(!open_blob(key, sealed->reference, changed).ok());
  const auto value = encode_blob_ref(sealed->reference);
  fuzzing::expect(value.ok() && *decode_blob_ref(*value) == sealed->reference);
  return 0;
}
