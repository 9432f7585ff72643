#include "signals.hpp"

#include <signal.h>

#include <cstring>

namespace insieme::cli {
namespace {

static_assert(std::atomic<bool>::is_always_lock_free);
std::atomic<bool> asked{false};

extern "C" void on_signal(int) { asked.store(true); }

}  // namespace

void end_on_signals() {
  struct ::sigaction action;
  std::memset(&action, 0, sizeof action);
  action.sa_handler = &on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int number : {SIGINT, SIGTERM}) ::sigaction(number, &action, nullptr);
}

const std::atomic<bool>& stop_asked() noexcept { return asked; }

}  // namespace insieme::cli
