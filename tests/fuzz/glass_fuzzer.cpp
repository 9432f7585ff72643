// What a server says of dossiers that were opened: whatever comes, it is a list or refused.
#include "fuzz_input.hpp"
#include "insieme/client/glass_run.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzzing::bytes_of(data, size);
  const auto glasses = client::parse_glasses(bytes);
  if (!glasses.ok()) {
    fuzzing::expect(glasses.error().code == ErrorCode::malformed);
    return 0;
  }
  fuzzing::expect(glasses->size() <= client::kGlassesMax);
  for (const client::Glass& one : *glasses) fuzzing::expect(one.reason.size() <= 500);
  return 0;
}
