#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/move_space.hpp"

namespace insieme::server::cli {
namespace {

int migrate(Context& context, const std::string& address) {
  Config checked;  // the same rules as for the setting
  require(set_config(checked, "database", address));
  const MovedSpace moved = require(move_space_to_postgres(
      context.dir(), checked.database, context.config().roles, wall_clock()));
  if (context.json()) {
    print_json(boost::json::object{{"rows", moved.rows},
                                   {"documents", moved.documents},
                                   {"position", std::to_string(moved.position)},
                                   {"kept", moved.kept}});
  } else {
    print_line("Moved to PostgreSQL and compared: " + std::to_string(moved.rows) + " rows, " +
               std::to_string(moved.documents) + " documents, up to position " +
               std::to_string(moved.position) + ".");
    print_line("The file is kept as " + moved.kept + ": nobody may serve it again.");
  }
  return kOk;
}

}  // namespace

void add_migrate(Program& program) {
  const auto address = std::make_shared<std::string>();
  CLI::App* command = program.app.add_subcommand(
      "migrate", "move the space from the folder's file to PostgreSQL, compare, and change over");
  command->add_option("--to", *address, "the database")->type_name("postgres://…")->required();
  command->footer("The server of the folder is stopped before.\n"
                  "Examples:\n"
                  "  insieme-server migrate --to postgres://insieme@db/insieme --data DIR");
  command->callback([&program, address] {
    program.chosen = [address](Context& context) { return migrate(context, *address); };
  });
}

}  // namespace insieme::server::cli
