#include "http_tablet.hpp"

#include <boost/json.hpp>

#include "insieme/server/tokens.hpp"

namespace insieme::testing {
namespace {

std::string post_json(std::uint16_t port, const std::string& path, const json::object& body) {
  return http_once(port, http_request("POST", path, json::serialize(body),
                                      "Content-Type: application/json\r\n"))
      .body;
}

}  // namespace

std::string get_token(std::uint16_t port, const MemoryDevice& tablet) {
  json::error_code error;
  const std::string id = to_text(tablet.id());
  const json::value challenge =
      json::parse(post_json(port, "/v1/challenge", {{"device", id}}), error);
  if (error || !challenge.is_object() || !challenge.as_object().contains("nonce")) return {};
  const std::string nonce(challenge.as_object().at("nonce").as_string());
  const std::string message = server::token_message(id_of<SpaceId>("space"), tablet.id(), nonce);
  const Signature signature =
      sign(tablet.secret_key(),
           {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
  const json::value token = json::parse(
      post_json(port, "/v1/token",
                {{"device", id}, {"nonce", nonce}, {"signature", to_hex(signature.bytes)}}),
      error);
  if (error || !token.is_object() || !token.as_object().contains("token")) return {};
  return std::string(token.as_object().at("token").as_string());
}

std::string sync_request(const std::vector<std::uint8_t>& frame, const std::string& token) {
  return http_request("POST", "/v1/sync", std::string(frame.begin(), frame.end()),
                      "Content-Type: application/vnd.insieme.sync\r\nAuthorization: Bearer " +
                          token + "\r\n");
}

}  // namespace insieme::testing
