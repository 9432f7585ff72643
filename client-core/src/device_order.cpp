#include "insieme/client/device_order.hpp"

#include <boost/json.hpp>

#include <cerrno>
#include <cstdlib>

#include "insieme/sync/value.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr std::size_t kBytesMax = 16 * 1024;
constexpr std::size_t kTokenMax = 128;

json::object object_of(std::span<const std::uint8_t> body) {
  if (body.size() > kBytesMax) return {};
  boost::system::error_code error;
  const json::value value = json::parse(
      json::string_view(reinterpret_cast<const char*>(body.data()), body.size()), error);
  return !error && value.is_object() ? value.as_object() : json::object{};
}

std::string text_at(const json::object& object, json::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool kind_of(const std::string& name, sync::OrderKind& kind) {
  for (const auto one : {sync::OrderKind::none, sync::OrderKind::lock, sync::OrderKind::wipe}) {
    if (sync::name_of(one) != name) continue;
    kind = one;
    return true;
  }
  return false;
}

bool number_of(const std::string& text, std::int64_t& number) {
  if (text.empty() || text.size() > 19) return false;
  char* end = nullptr;
  errno = 0;
  number = std::strtoll(text.c_str(), &end, 10);
  return *end == '\0' && errno == 0 && number >= 0;
}

Error no_order() { return {ErrorCode::malformed, "no order of a server"}; }

Error not_believed() {
  return {ErrorCode::bad_signature, "not the server that this device was enrolled with\n"
                                    "non è il server a cui è legato questo dispositivo"};
}

}  // namespace

Result<HeardOrder> parse_device_order(std::span<const std::uint8_t> body,
                                      const sync::SpaceId& space, const sync::DeviceId& device,
                                      const sync::PublicKey& server_key,
                                      const sync::OrderAsk& ask) {
  const json::object answer = object_of(body);
  HeardOrder heard;
  heard.order.space = space;
  heard.order.device = device;
  const auto id = sync::id_from_text<sync::DeviceOrderId>(text_at(answer, "order"));
  sync::Signature signature;
  heard.order.reason = text_at(answer, "order_reason");
  if (!id.ok() || !kind_of(text_at(answer, "order_kind"), heard.order.kind) ||
      !number_of(text_at(answer, "ordered_ms"), heard.order.ordered_ms) ||
      heard.order.reason.size() > sync::kOrderReasonBytesMax ||
      !sync::is_valid_utf8(heard.order.reason) ||
      !sync::from_hex(text_at(answer, "order_signature"), signature.bytes).ok()) {
    return no_order();
  }
  heard.order.id = *id;
  if (!sync::verify(server_key, sync::digest_of(heard.order, ask).bytes, signature)) {
    return not_believed();
  }
  heard.token = text_at(answer, "token");
  if (heard.token.size() > kTokenMax) return no_order();
  return heard;
}

Result<sync::EscrowReceipt> parse_escrow_receipt(std::span<const std::uint8_t> body,
                                                 const sync::DeviceOrder& order,
                                                 const sync::PublicKey& server_key,
                                                 std::span<const sync::Digest> names) {
  const json::object answer = object_of(body);
  sync::EscrowReceipt receipt;
  receipt.space = order.space;
  receipt.device = order.device;
  receipt.order = order.id;
  receipt.parcels = names.size();
  receipt.sum = sync::sum_of_parcels(names);
  sync::Signature signature;
  if (!sync::from_hex(text_at(answer, "report"), receipt.report.bytes).ok() ||
      !sync::from_hex(text_at(answer, "signature"), signature.bytes).ok()) {
    return no_order();
  }
  if (!sync::verify(server_key, sync::digest_of(receipt).bytes, signature)) return not_believed();
  return receipt;
}

}  // namespace insieme::client
