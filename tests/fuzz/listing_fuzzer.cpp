// What a store of blobs lists, as it would answer.
#include <string_view>

#include "blobs/s3_client.hpp"
#include "fuzz_input.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto page = server::parse_s3_listing(text);
  if (!page.ok()) return 0;
  for (const server::S3Object& object : page->objects) {
    fuzzing::expect(!object.key.empty() && object.key.size() <= size);
  }
  return 0;
}
