// The server's configuration file: every line is taken, or named in the error.
#include <string>

#include "fuzz_input.hpp"
#include "insieme/server/config.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  static_cast<void>(server::parse_duration(text));
  static_cast<void>(server::parse_size(text));
  server::Config config;
  const Status loaded = server::load_config_text(config, text, "server.conf");
  if (loaded.ok()) {
    static_cast<void>(server::check_config(config));
  } else {
    fuzzing::expect(loaded.error().detail.rfind("server.conf:", 0) == 0);
  }
  return 0;
}
