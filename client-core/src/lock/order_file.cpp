#include "lock/order_file.hpp"

#include <boost/json.hpp>

#include "insieme/sqlite/files.hpp"
#include "lock/host.hpp"

namespace insieme::client::lock {
namespace {

namespace json = boost::json;

constexpr std::string_view kMagic = "IORD1";
constexpr std::size_t kChecksumDigits = 32;
constexpr std::size_t kHead = kMagic.size() + 1 + kChecksumDigits;

std::string checksum_of(std::string_view text) {
  return sync::to_hex(sync::Hasher("insieme order file v1").add(text).finish())
      .substr(0, kChecksumDigits);
}

std::string text_at(const json::object& object, json::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_at(const json::object& object, json::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

std::string body_of(const OrderFile& file, const std::string& reason) {
  return json::serialize(json::object{{"space", sync::to_hex(file.order.space.bytes)},
                                      {"device", sync::to_hex(file.order.device.bytes)},
                                      {"order", sync::to_hex(file.order.id.bytes)},
                                      {"kind", static_cast<std::int64_t>(file.order.kind)},
                                      {"at", file.order.ordered_ms},
                                      {"reason", reason},
                                      {"key", sync::to_hex(file.server_key.bytes)},
                                      {"url", file.server_url},
                                      {"pin", file.server_pin},
                                      {"report", sync::to_hex(file.report)},
                                      {"parcels", static_cast<std::int64_t>(file.parcels)}});
}

bool is_state(char c) { return std::string_view("LOWHDR").find(c) != std::string_view::npos; }

Status failed(sqlite::SmallWrite done) {
  if (done == sqlite::SmallWrite::done) return {};
  return {done == sqlite::SmallWrite::full ? ErrorCode::storage_full : ErrorCode::storage_failure,
          "cannot write the order's file\nnon si può scrivere il file dell'ordine"};
}

}  // namespace

std::string order_path(const std::string& store) { return store + ".order"; }

Result<OrderFile> read_order_file(const std::string& path) {
  if (!sqlite::file_exists(path)) return Error{ErrorCode::not_found, "no order"};
  const Error torn{ErrorCode::checksum, "a torn file"};
  const std::string text = sqlite::read_small_file(path);
  if (text.size() <= kHead || text.compare(0, kMagic.size(), kMagic) != 0) return torn;
  const char state = text[kMagic.size()];
  const std::string body = text.substr(kHead);
  if (!is_state(state) ||
      text.compare(kMagic.size() + 1, kChecksumDigits, checksum_of(body)) != 0) {
    return torn;
  }
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error || !value.is_object()) return torn;
  const json::object& object = value.as_object();
  OrderFile file;
  file.state = static_cast<OrderState>(state);
  const std::int64_t kind = number_at(object, "kind");
  if (!sync::from_hex(text_at(object, "space"), file.order.space.bytes).ok() ||
      !sync::from_hex(text_at(object, "device"), file.order.device.bytes).ok() ||
      !sync::from_hex(text_at(object, "order"), file.order.id.bytes).ok() ||
      !sync::from_hex(text_at(object, "key"), file.server_key.bytes).ok() ||
      !sync::from_hex(text_at(object, "report"), file.report.bytes).ok() || kind < 1 || kind > 2) {
    return torn;
  }
  file.order.kind = static_cast<sync::OrderKind>(kind);
  file.order.ordered_ms = number_at(object, "at");
  file.order.reason = text_at(object, "reason");
  file.server_url = text_at(object, "url");
  file.server_pin = text_at(object, "pin");
  file.parcels = static_cast<std::uint64_t>(number_at(object, "parcels"));
  return file;
}

Status write_order_file(const std::string& path, const OrderFile& file) {
  constexpr auto kMax = static_cast<std::size_t>(sqlite::kSmallFileBytesMax);
  std::string body = body_of(file, file.order.reason);
  // The words for a person give way to what is needed.
  if (body.size() + kHead > kMax) body = body_of(file, {});
  if (body.size() + kHead > kMax) {
    return {ErrorCode::limit_exceeded, "the server's address is too long for the order's file"};
  }
  const bool is_new = !sqlite::file_exists(path);
  const std::string text = std::string(kMagic) + static_cast<char>(file.state) +
                           checksum_of(body) + body;
  INSIEME_TRY(failed(sqlite::write_small_file(path, text)));
  if (is_new) settle_new_file(path);
  return {};
}

Status set_order_state(const std::string& path, OrderState state) {
  return failed(sqlite::write_small_part(path, static_cast<int>(kMagic.size()),
                                         std::string(1, static_cast<char>(state))));
}

}  // namespace insieme::client::lock
