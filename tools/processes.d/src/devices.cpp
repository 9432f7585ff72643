#include "insieme/processes/devices.hpp"

#include <boost/json.hpp>
#include <stdexcept>

#include "insieme/server/tokens.hpp"

namespace insieme::processes {
namespace {

namespace json = boost::json;

std::string member(const std::string& body, const char* name) {
  boost::system::error_code wrong;
  const json::value answer = json::parse(body, wrong);
  const json::value* found =
      answer.is_object() ? answer.get_object().if_contains(name) : nullptr;
  if (found == nullptr || !found->is_string()) throw std::runtime_error("no token: " + body);
  return std::string(found->get_string());
}

}  // namespace

Result<BareDevice> enrol_bare(server::Repository& repository, const std::string& account,
                              std::uint64_t number) {
  const sync::Digest seed = sync::Hasher("bare key").add(number).finish();
  const sync::Digest invitation = sync::Hasher("bare invitation").add(number).finish();
  const BareDevice device{numbered<sync::DeviceId>("bare device", number),
                          sync::make_key_pair(seed.bytes)};
  INSIEME_TRY(repository.add_invitation(invitation, account, INT64_MAX));
  const auto caller =
      repository.enrol({invitation, device.keys.public_key, "t",
                        numbered<sync::ReplicaId>("bare replica", number), device.id});
  if (!caller.ok()) return caller.error();
  return device;
}

std::string fetch_token(const PostJson& post, const sync::SpaceId& space,
                        const BareDevice& device) {
  const std::string id = sync::to_text(device.id);
  const json::object who{{"device", id}};
  const std::string nonce = member(post("/v1/challenge", json::serialize(who)), "nonce");
  const std::string message = server::token_message(space, device.id, nonce);
  const sync::Signature signature =
      sync::sign(device.keys.secret_key,
                 {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
  const json::object proof{
      {"device", id}, {"nonce", nonce}, {"signature", sync::to_hex(signature.bytes)}};
  return member(post("/v1/token", json::serialize(proof)), "token");
}

}  // namespace insieme::processes
