// What the server ordered, as a tablet believes it and keeps it.
#include <boost/json.hpp>

#include <filesystem>
#include <fstream>

#include "insieme/client/device_order.hpp"
#include "lock/order_file.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::client;
using namespace insieme::testing;

namespace {

namespace json = boost::json;

const sync::KeyPair kServer = sync::make_key_pair({7});
constexpr sync::SpaceId kSpace{{1}};
constexpr sync::DeviceId kDevice{{2}};
constexpr sync::OrderAsk kAsk{3};

sync::DeviceOrder wipe() {
  return {kSpace, kDevice, sync::DeviceOrderId{{4}}, sync::OrderKind::wipe, "perso", 1'790'000};
}

/// As a server that holds `key` would answer.
std::vector<std::uint8_t> told(const sync::DeviceOrder& order, const sync::OrderAsk& ask,
                               const sync::KeyPair& key = kServer) {
  const std::string text = json::serialize(json::object{
      {"order", sync::to_text(order.id)},
      {"order_kind", sync::name_of(order.kind)},
      {"order_reason", order.reason},
      {"ordered_ms", std::to_string(order.ordered_ms)},
      {"token", "abc"},
      {"order_signature",
       sync::to_hex(
           sync::sign(key.secret_key, sync::digest_of(order, ask).bytes).bytes)}});
  return {text.begin(), text.end()};
}

ErrorCode heard(const std::vector<std::uint8_t>& body) {
  const auto order = parse_device_order(body, kSpace, kDevice, kServer.public_key, kAsk);
  return order.ok() ? ErrorCode::ok : order.error().code;
}

}  // namespace

TEST_CASE("order: only the own server's answer to this very question wipes a tablet",
          "[client][device][P2]") {
  const auto good = parse_device_order(told(wipe(), kAsk), kSpace, kDevice, kServer.public_key,
                                       kAsk);
  REQUIRE(good.ok());
  CHECK(good->order.kind == sync::OrderKind::wipe);
  CHECK(good->order.reason == "perso");
  CHECK(good->token == "abc");

  CHECK(heard(told(wipe(), kAsk, sync::make_key_pair({8}))) == ErrorCode::bad_signature);
  CHECK(heard(told(wipe(), {9})) == ErrorCode::bad_signature);  // told yesterday, replayed today
  sync::DeviceOrder other = wipe();
  other.device = {{5}};
  CHECK(heard(told(other, kAsk)) == ErrorCode::bad_signature);
  other = wipe();
  other.space = {{5}};
  CHECK(heard(told(other, kAsk)) == ErrorCode::bad_signature);
  // A lock that somebody on the way makes a wipe of.
  other = wipe();
  other.kind = sync::OrderKind::lock;
  std::string text;
  for (const std::uint8_t byte : told(other, kAsk)) text += static_cast<char>(byte);
  text.replace(text.find("\"lock\""), 6, "\"wipe\"");
  CHECK(heard({text.begin(), text.end()}) == ErrorCode::bad_signature);
  for (const char* garbage : {"", "{}", "[]", "wipe", R"({"order_kind":"wipe"})"}) {
    const std::string body = garbage;
    CHECK(heard({body.begin(), body.end()}) == ErrorCode::malformed);
  }
}

TEST_CASE("order: a receipt counts for exactly the parcels that it was given for",
          "[client][device][P2]") {
  const sync::Digest work = sync::Hasher("work").finish();
  const sync::Digest drafts = sync::Hasher("drafts").finish();
  const std::vector<sync::Digest> both{work, drafts};
  sync::EscrowReceipt receipt{kSpace, kDevice, wipe().id, 2, sync::sum_of_parcels(both),
                              sync::Hasher("word").finish()};
  const std::string text = json::serialize(json::object{
      {"report", sync::to_hex(receipt.report)},
      {"signature",
       sync::to_hex(
           sync::sign(kServer.secret_key, sync::digest_of(receipt).bytes).bytes)}});
  const std::vector<std::uint8_t> body(text.begin(), text.end());
  const auto read = parse_escrow_receipt(body, wipe(), kServer.public_key, both);
  REQUIRE(read.ok());
  CHECK(read->report == receipt.report);
  const std::vector<sync::Digest> one{work};
  CHECK_FALSE(parse_escrow_receipt(body, wipe(), kServer.public_key, one).ok());
  sync::DeviceOrder other = wipe();
  other.id = sync::DeviceOrderId{{6}};
  CHECK_FALSE(parse_escrow_receipt(body, other, kServer.public_key, both).ok());
}

TEST_CASE("order: its file is believed whole or not at all, and its state moves in one byte",
          "[client][device]") {
  const auto path =
      (std::filesystem::temp_directory_path() / "insieme-order-test.order").string();
  std::filesystem::remove(path);
  CHECK(lock::read_order_file(path).error().code == ErrorCode::not_found);
  lock::OrderFile file;
  file.order = wipe();
  file.server_key = kServer.public_key;
  file.server_url = "https://ambito.example.it:8443";
  file.server_pin = std::string(64, 'a') + "," + std::string(64, 'b');
  file.state = lock::OrderState::handed;
  file.report = sync::Hasher("word").finish();
  file.parcels = 3;
  REQUIRE(lock::write_order_file(path, file).ok());
  REQUIRE(lock::set_order_state(path, lock::OrderState::destroyed).ok());
  const auto read = lock::read_order_file(path);
  REQUIRE(read.ok());
  CHECK(read->state == lock::OrderState::destroyed);
  CHECK(read->order.id == file.order.id);
  CHECK(read->order.reason == "perso");
  CHECK(read->server_url == file.server_url);
  CHECK(read->report == file.report);
  CHECK(read->parcels == 3);

  std::ifstream in(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    CHECK_FALSE(lock::read_order_file(path).ok());
  }
  // The words for a person give way to what is needed; what is needed does not.
  file.order.reason = std::string(sync::kOrderReasonBytesMax, 'r');
  file.server_url = "https://" + std::string(200, 'x');
  REQUIRE(lock::write_order_file(path, file).ok());
  CHECK(lock::read_order_file(path)->server_url == file.server_url);
  file.server_url = "https://" + std::string(2'000, 'x');
  CHECK(lock::write_order_file(path, file).code() == ErrorCode::limit_exceeded);
  std::filesystem::remove(path);
}
