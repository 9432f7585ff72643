#include "fuzz_input.hpp"
#include "insieme/sync/voucher.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto voucher = sync::decode_voucher(fuzzing::bytes_of(data, size));
  if (!voucher.ok()) return 0;
  // Whatever order it came in, asking it ends.
  for (const sync::VouchedHead& head : voucher->heads) {
    static_cast<void>(voucher->covers(head.replica, head.seq));
    static_cast<void>(voucher->hollow_state(head.replica, head.seq));
  }
  const auto bytes = sync::encode_voucher(*voucher);
  const auto again = sync::decode_voucher(bytes);
  fuzzing::expect(again.ok() && *again == *voucher && sync::encode_voucher(*again) == bytes);
  return 0;
}
