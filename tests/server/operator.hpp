#pragma once
// Whoever runs the server, at a shell: `insieme-server` on a data folder of its own.

#include <boost/json.hpp>

#include <string>
#include <vector>

#include "fixture.hpp"
#include "support/catch.hpp"
#include "support/server_process.hpp"

namespace insieme::testing {

inline Finished run_server(const Words& words) { return run_program("insieme-server", words, {}); }

struct Operator {
  TempDir dir;
  std::string data = dir.file("data");

  [[nodiscard]] Finished run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--data", data});
    return run_server(arguments);
  }
  [[nodiscard]] json::value json_of(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const Finished result = run(std::move(arguments));
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    return json::parse(result.out);
  }
};

}  // namespace insieme::testing
