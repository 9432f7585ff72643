#include "api/openapi.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"

namespace insieme::server::cli {

void add_openapi(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("openapi", "print the document of the HTTP interface");
  command->footer("OpenAPI 3.1, as the server gives it at /openapi.json.\n"
                  "Examples:\n  insieme-server openapi > insieme.json");
  command->callback([&program] {
    program.chosen_without_data = [] {
      print_json(openapi_document());
      return kOk;
    };
  });
}

}  // namespace insieme::server::cli
