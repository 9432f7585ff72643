// The text of a QR code, or of a message in which somebody sent the invitation.
#include <string_view>

#include "fuzz_input.hpp"
#include "insieme/client/engine.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto invitation = client::parse_invitation(text);
  if (!invitation.ok()) return 0;
  fuzzing::expect(!invitation->code.empty());
  const std::string& url = invitation->server_url;
  fuzzing::expect(url.empty() || url.rfind("http://", 0) == 0 || url.rfind("https://", 0) == 0);
  const auto again = client::parse_invitation(invitation->code);
  fuzzing::expect(again.ok() && again->code == client::parse_invitation(again->code)->code);
  return 0;
}
