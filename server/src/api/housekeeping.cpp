// What the server does by itself, now and then.
#include <exception>

#include "insieme/server/api.hpp"
#include "insieme/server/blobs.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

constexpr std::int64_t kDayMs = std::int64_t{24} * 3'600'000;

}  // namespace

void Api::housekeep() const {
  try {
    // A store of blobs that is away keeps nothing else from being done.
    if (services_.blobs != nullptr) {
      static_cast<void>(sweep_blobs(services_.repository, *services_.blobs, services_.clock()));
    }
  } catch (const StorageFailure& failure) {
    log_failure("housekeeping", failure.what());
  }
  try {
    services_.repository.settle();
    services_.repository.sweep_sign_ins(services_.clock());
    if (services_.config.give_up_days == 0) return;
    const auto given_up =
        services_.repository.give_up_silent(services_.config.give_up_days * kDayMs);
    for (const Device& device : given_up) {
      log_event("device given up",
                sync::to_text(device.id) + ": silent for more than give_up_days");
    }
  } catch (const std::exception& failure) {
    log_failure("housekeeping", failure.what());  // and again in an hour
  }
}

}  // namespace insieme::server
