#include "world.hpp"

namespace insieme::demo {
namespace {

constexpr const char* kListening = "listening on http://127.0.0.1:";

}  // namespace

World::World(Page& page_, Programs programs_, std::string folder_, std::uint64_t seed)
    : page(page_),
      programs(std::move(programs_)),
      folder(std::move(folder_)),
      chance(seed),
      anna("Anna", kAnna, folder + "/anna.insieme"),
      bruno("Bruno", kBruno, folder + "/bruno.insieme"),
      bruno_old("Bruno (vecchio)", kBruno, folder + "/bruno-vecchio.insieme"),
      sara("Sara", kSara, folder + "/sara.insieme"),
      carla("Carla", kCarla, folder + "/carla.insieme") {}

std::vector<Tablet*> World::tablets() { return {&anna, &bruno, &sara, &carla}; }

std::vector<Tablet*> World::all_tablets() { return {&anna, &bruno, &bruno_old, &sara, &carla}; }

void World::start_server() {
  const std::string line =
      server.start(processes::Launch(programs.server,
                                     {"serve", "--data", data_dir(), "--dev", "--listen",
                                      "127.0.0.1:0"},
                                     processes::own_environment()),
                   folder + "/server.log");
  if (line.rfind(kListening, 0) != 0) throw StoryFailed("the server said: " + line);
  server_port = static_cast<std::uint16_t>(std::stoi(line.substr(std::string(kListening).size())));
  network.set_target(server_port);
}

void World::stop_server() {
  if (const int status = server.stop(); status != 0) {
    throw StoryFailed("the server ended with status " + std::to_string(status));
  }
}

std::string World::admin(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--data", data_dir()});
  processes::Launch launch(programs.server, arguments, processes::own_environment());
  const processes::Finished finished = processes::run_launch(launch);
  if (finished.code != 0) {
    throw StoryFailed("insieme-server " + arguments[0] + ": " + finished.err + finished.out);
  }
  return finished.out;
}

json::value World::admin_json(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  return json::parse(admin(std::move(arguments)));
}

void World::show_cli(Tablet& tablet, const std::vector<std::string>& arguments,
                     std::size_t lines_max) {
  tablet.close();
  std::string shown = "insieme";
  for (const std::string& word : arguments) shown += " " + word;
  processes::Environment environment = processes::own_environment();
  environment["INSIEME_STORE"] = tablet.path();
  environment["INSIEME_KEY"] = tablet.key();
  environment["INSIEME_LANG"] = "it";
  environment["NO_COLOR"] = "1";
  processes::Launch launch(programs.cli, arguments, environment);
  const processes::Finished finished = processes::run_launch(launch);
  if (finished.code != 0) throw StoryFailed(shown + ": " + finished.err + finished.out);
  page.quote(tablet.name() + "$ " + shown, finished.out, lines_max);
}

std::string euros(std::int64_t cents) {
  std::string whole = std::to_string(cents / 100);
  for (std::size_t i = whole.size(); i > 3; i -= 3) whole.insert(i - 3, ".");
  const std::string rest = std::to_string(100 + cents % 100);
  return whole + "," + rest.substr(1);
}

}  // namespace insieme::demo
