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

using insieme::client::Client;
using insieme::client::EventSink;

std::unique_ptr<char[]> copy_of(std::string_view text) {
  auto copy = std::make_unique<char[]>(text.size() + 1);
  if (!text.empty()) std::memcpy(copy.get(), text.data(), text.size());
  copy[text.size()] = '\0';
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

EventSink sink_to(insieme_event_fn on_event, void* context) {
  if (on_event == nullptr) return {};
  return [on_event, context](std::string_view event) {
    on_event(event.data(), event.size(), context);
  };
}

/// Where the parts of a step go.
struct StepPlaces {
  insieme_need_t* need;
  char** text;
  size_t* text_length;
  char** body;
  size_t* body_length;
};

insieme_status_t hand_out(const Client::Step& step, const StepPlaces& to) {
  std::unique_ptr<char[]> body;
  if (to.body != nullptr && step.kind == Client::Step::Kind::post) {
    body = copy_of({reinterpret_cast<const char*>(step.body.data()), step.body.size()});
  }
  const insieme_status_t status = hand_out(step.text, to.text, to.text_length);
  if (body) *to.body = body.release();
  if (to.body_length != nullptr) *to.body_length = step.body.size();
  switch (step.kind) {
    case Client::Step::Kind::reply:
      *to.need = INSIEME_NEED_NOTHING;
      return status;
    case Client::Step::Kind::post:
      *to.need = INSIEME_NEED_POST;
      break;
    case Client::Step::Kind::pause:
      *to.need = INSIEME_NEED_PAUSE;
      break;
  }
  return INSIEME_OK;
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
    const EventSink events = sink_to(on_event, context);
    const std::lock_guard lock(client->calls);
    return hand_out(client->client->call(view_of(request, request_length), events), reply,
                    reply_length);
  });
}

insieme_status_t insieme_begin(insieme_client_t* client, const char* request,
                               size_t request_length, insieme_event_fn on_event, void* context,
                               insieme_need_t* need, char** text, size_t* text_length, char** body,
                               size_t* body_length) {
  if (client == nullptr || request == nullptr || need == nullptr || text == nullptr) {
    return INSIEME_INVALID;
  }
  return guard([&] {
    const std::lock_guard lock(client->calls);
    return hand_out(
        client->client->begin(view_of(request, request_length), sink_to(on_event, context)),
        {need, text, text_length, body, body_length});
  });
}

insieme_status_t insieme_resume(insieme_client_t* client, const char* answer, size_t answer_length,
                                const void* answer_body, size_t answer_body_length,
                                insieme_need_t* need, char** text, size_t* text_length, char** body,
                                size_t* body_length) {
  if (client == nullptr || answer == nullptr || need == nullptr || text == nullptr) {
    return INSIEME_INVALID;
  }
  return guard([&] {
    const auto* bytes = static_cast<const unsigned char*>(answer_body);
    const std::lock_guard lock(client->calls);
    return hand_out(client->client->resume(view_of(answer, answer_length),
                                           {bytes, bytes == nullptr ? 0 : answer_body_length}),
                    {need, text, text_length, body, body_length});
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
