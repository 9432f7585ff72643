#include "insieme/insieme.h"

#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "guard.hpp"
#include "insieme/client/client.hpp"

using insieme::bindings::guard;

struct insieme_client {
  std::mutex calls;
  std::unique_ptr<insieme::client::Client> client;
};

namespace {

std::unique_ptr<char[]> copy_of(const std::string& text) {
  auto copy = std::make_unique<char[]>(text.size() + 1);
  std::memcpy(copy.get(), text.c_str(), text.size() + 1);
  return copy;
}

insieme_status_t hand_out(const std::string& text, char** reply, size_t* reply_length) {
  auto copy = copy_of(text);
  if (reply_length != nullptr) *reply_length = text.size();
  *reply = copy.release();
  return text.rfind(R"({"ok":true)", 0) == 0 ? INSIEME_OK : INSIEME_REFUSED;
}

std::string_view view_of(const char* text, size_t length) {
  return text == nullptr ? std::string_view() : std::string_view(text, length);
}

}  // namespace

insieme_status_t insieme_open(const char* options, size_t options_length, insieme_client_t** client,
                              char** reply, size_t* reply_length) {
  if (options == nullptr || client == nullptr || reply == nullptr) return INSIEME_INVALID;
  return guard([&] {
    auto opened = std::make_unique<insieme_client>();
    const std::string text =
        insieme::client::Client::open(view_of(options, options_length), opened->client);
    const insieme_status_t status = hand_out(text, reply, reply_length);
    if (status == INSIEME_OK) *client = opened.release();
    return status;
  });
}

insieme_status_t insieme_call(insieme_client_t* client, const char* request, size_t request_length,
                              insieme_event_fn on_event, void* context, char** reply,
                              size_t* reply_length) {
  if (client == nullptr || request == nullptr || reply == nullptr) return INSIEME_INVALID;
  return guard([&] {
    insieme::client::EventSink events;
    if (on_event != nullptr) {
      events = [on_event, context](std::string_view event) {
        on_event(event.data(), event.size(), context);
      };
    }
    const std::lock_guard lock(client->calls);
    return hand_out(client->client->call(view_of(request, request_length), events), reply,
                    reply_length);
  });
}

void insieme_cancel(insieme_client_t* client) {
  if (client != nullptr) client->client->cancel();
}

void insieme_free(char* reply) { const std::unique_ptr<char[]> taken(reply); }

void insieme_close(insieme_client_t** client) {
  if (client == nullptr || *client == nullptr) return;
  const std::unique_ptr<insieme_client> taken(*client);
  *client = nullptr;
  static_cast<void>(guard([&taken] {
    const std::lock_guard lock(taken->calls);
    taken->client.reset();
    return INSIEME_OK;
  }));
}

const char* insieme_version() { return "0.1.0"; }
