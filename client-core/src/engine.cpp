#include "insieme/client/engine.hpp"

#include <chrono>
#include <thread>

namespace insieme::client {

Waiter system_waiter() {
  return [](std::uint32_t ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    return true;
  };
}

Engine::Engine(std::unique_ptr<Store> store, Platform& platform, Transport& transport,
               Waiter waiter)
    : store_(std::move(store)),
      platform_(platform),
      transport_(transport),
      waiter_(std::move(waiter)) {}

SyncOutcome Engine::sync_now(const ProgressSink& progress, const BlobBudget& blobs) {
  SyncRun run(*this, progress, blobs);
  SyncNeed need = run.begin();
  while (true) {
    if (auto* outcome = std::get_if<SyncOutcome>(&need)) return std::move(*outcome);
    if (const auto* request = std::get_if<HttpRequest>(&need)) {
      need = run.answered(transport_.post(*request));
    } else {
      need = run.waited(waiter_(std::get<Pause>(need).ms));
    }
  }
}

HttpRequest Engine::request_to(const Identity& server, std::string_view path,
                               std::string_view content_type,
                               std::vector<std::uint8_t> body) const {
  HttpRequest request;
  request.url = server.server_url + std::string(path);
  request.pin = server.server_pin;
  request.headers.emplace_back("Content-Type", content_type);
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  request.body = std::move(body);
  return request;
}

}  // namespace insieme::client
