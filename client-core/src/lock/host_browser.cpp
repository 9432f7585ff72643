// One tab has the store (Web Locks), and its files exist from the start.
#include "lock/host.hpp"

namespace insieme::client::lock {

Alone::Alone(const std::string&) {}
Alone::~Alone() = default;

void settle_new_file(const std::string&) noexcept {}

}  // namespace insieme::client::lock
