// Of a browser: nothing may wait for the network there, so the host carries requests itself.
#include "insieme/client/transport.hpp"

namespace insieme::client {
namespace {

class NoTransport final : public Transport {
 public:
  Result<HttpReply> post(const HttpRequest&) override {
    HttpReply reply;
    reply.failure = "here requests are carried in steps (Client::begin)\n"
                    "qui le richieste si fanno a passi (Client::begin)";
    return reply;
  }
};

}  // namespace

std::unique_ptr<Transport> make_transport(const TransportOptions&) {
  return std::make_unique<NoTransport>();
}

}  // namespace insieme::client
