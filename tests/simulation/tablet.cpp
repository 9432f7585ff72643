#include "simulation/tablet.hpp"

#include <filesystem>
#include <fstream>

namespace insieme::simulation {

Tablet::Tablet(std::string name, Person person, const Folder& folder, std::uint64_t seed,
               const std::int64_t& world_ms, client::Transport& transport, client::Waiter waiter)
    : platform(world_ms, seed),
      name_(std::move(name)),
      person_(std::move(person)),
      disk_(folder.make(name_)),
      transport_(transport),
      waiter_(std::move(waiter)) {
  key.fill(0x17);
}

Status Tablet::open() {
  auto store = std::filesystem::exists(path()) ? client::Store::open(options())
                                               : client::Store::create(options());
  if (!store.ok()) return store.error();
  engine_ =
      std::make_unique<client::Engine>(std::move(store).value(), platform, transport_, waiter_);
  commands_ = std::make_unique<client::Commands>(*engine_);
  return {};
}

void Tablet::close() {
  commands_.reset();
  engine_.reset();
}

bool Tablet::push_program() {
  disk_.pause();
  first_engine_ = std::move(engine_);
  first_commands_ = std::move(commands_);
  if (open().ok()) return true;
  pop_program();
  return false;
}

void Tablet::pop_program() {
  close();
  engine_ = std::move(first_engine_);
  commands_ = std::move(first_commands_);
  disk_.resume();
}

void Tablet::crash(Stop how, Chance& chance) {
  disk_.stop();
  close();
  disk_.revive(how, chance);
  forms.clear();
}

std::optional<json::object> Tablet::call(const json::object& request) {
  const std::string reply = commands_->call(json::serialize(request));
  if (disk_.stopped()) return std::nullopt;
  return json::parse(reply).as_object();
}

}  // namespace insieme::simulation
