// Lock and wipe as the server sees them: who is told what, what is taken in, and what a stranger or
// a replay gets.
#include <boost/json.hpp>

#include "fixture.hpp"
#include "insieme/server/device_orders.hpp"
#include "insieme/sync/exchange.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::DeviceFacts;
using server::StandingOrder;

namespace {

namespace json = boost::json;

const DocumentId kCore = document_of("d1");
constexpr OrderAsk kAsk{1, 2, 3};

struct Office : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  server::DeviceOrderStore& orders = server::device_orders_of(*repository);

  Office() {
    add(anna);
    add(luca);
    anna.create(dossier("d1"));
    anna.write(kCore, {set_op("note", "first")});
    REQUIRE(sync(anna).done);
  }

  StandingOrder order(OrderKind kind, const std::string& reason = "rubato") {
    StandingOrder wanted;
    wanted.id = DeviceOrderId{server::new_id(now_ms)};
    wanted.kind = kind;
    wanted.reason = reason;
    const auto placed = orders.order_device(anna.id(), wanted);
    REQUIRE(placed.ok());
    return *placed;
  }
  server::Response post(const std::string& path, const json::object& body) {
    return api().handle(json_request(path, json::serialize(body)));
  }
  /// As a tablet asks for a token; `ask`: only one that knows orders says it.
  server::Response ask_token(const std::optional<OrderAsk>& ask = kAsk) {
    const std::string device = to_text(anna.id());
    const json::object challenged = object_of(post("/v1/challenge", {{"device", device}}));
    const std::string nonce(challenged.at("nonce").as_string());
    const std::string message =
        server::token_message(repository->space().id, anna.id(), nonce);
    const Signature signature =
        sign(anna.secret_key(), std::vector<std::uint8_t>(message.begin(), message.end()));
    json::object body{{"device", device}, {"nonce", nonce},
                      {"signature", to_hex(signature.bytes)}};
    if (ask) {
      body["ask"] = to_hex(*ask);
      body["app"] = "insieme 1";
    }
    return post("/v1/token", body);
  }
  static json::object object_of(const server::Response& response) {
    return json::parse(body_text(response)).as_object();
  }
  /// Whether the server signed it, for that question.
  bool is_signed(const json::object& told, OrderKind kind, const OrderAsk& ask) const {
    DeviceOrder order;
    order.space = repository->space().id;
    order.device = anna.id();
    order.id = *id_from_text<DeviceOrderId>(std::string(told.at("order").as_string()));
    order.kind = kind;
    order.reason = std::string(told.at("order_reason").as_string());
    order.ordered_ms = std::stoll(std::string(told.at("ordered_ms").as_string()));
    Signature signature;
    REQUIRE(
        from_hex(std::string(told.at("order_signature").as_string()), signature.bytes).ok());
    return verify(keys.public_key, digest_of(order, ask).bytes, signature);
  }
  server::Response bring(const std::string& token, const StandingOrder& order,
                         const std::string& kind, std::vector<std::uint8_t> sealed) {
    server::Request request;
    request.method = "POST";
    request.path = "/v1/device/escrow";
    request.query = "order=" + to_text(order.id) + "&parcel=" + kind;
    request.authorization = "Bearer " + token;
    request.content_type = "application/octet-stream";
    request.request_id = "test";
    request.body = std::move(sealed);
    return api().handle(request);
  }
  server::Response end(const std::string& token, const StandingOrder& order,
                       const std::vector<std::vector<std::uint8_t>>& parcels) {
    json::array names;
    for (const auto& one : parcels) names.push_back(json::string(to_hex(name_of_parcel(one))));
    server::Request request =
        json_request("/v1/device/escrow/end",
                     json::serialize(json::object{{"order", to_text(order.id)},
                                                  {"parcels", std::move(names)}}));
    request.authorization = "Bearer " + token;
    return api().handle(request);
  }
  std::vector<std::uint8_t> letter(const Change& change) const {
    SyncRequest request;
    request.space = repository->space().id;
    request.device = anna.id();
    request.replica = rep("anna");
    request.changes = {change};
    request.signature =
        sign(anna.secret_key(), manifest_of(anna.id(), request.changes).bytes);
    Letter letter{anna.id(), encode_message(request), {}};
    letter.signature =
        sign(anna.secret_key(), digest_of_letter(repository->space().id, letter).bytes);
    return *seal_for(keys.public_key, anna.secret_key(), encode_letter(letter));
  }
  std::vector<std::uint8_t> sealed(const std::string& text) const {
    return *seal_for(keys.public_key, anna.secret_key(),
                     std::vector<std::uint8_t>(text.begin(), text.end()));
  }
  /// Who did what, the oldest first.
  std::vector<std::string> audited() {
    std::vector<std::string> lines;
    for (const server::AuditRow& row : repository->audit(100)) {
      if (row.action.rfind("device.", 0) == 0 && row.subject == to_text(anna.id())) {
        lines.insert(lines.begin(), row.actor + " " + row.action);
      }
    }
    return lines;
  }
};

}  // namespace

TEST_CASE("orders: a locked device is told so, signed for its question, and comes back unharmed",
          "[server][device][P1][P2]") {
  Office w;
  REQUIRE(w.ask_token().status == 200);
  w.anna.write(kCore, {set_op("note", "not sent")});
  const StandingOrder order = w.order(OrderKind::lock);
  CHECK_FALSE(w.sync(w.anna).done);  // the token that it has is worth nothing any more
  const server::Response refused = w.ask_token();
  CHECK(refused.status == 403);
  const json::object told = Office::object_of(refused);
  CHECK(told.at("type") == "/problems/device-locked");
  CHECK(told.at("order").as_string() == to_text(order.id));
  CHECK(w.is_signed(told, OrderKind::lock, kAsk));
  CHECK_FALSE(w.is_signed(told, OrderKind::lock, OrderAsk{9}));  // an answer to another question
  CHECK_FALSE(w.is_signed(told, OrderKind::wipe, kAsk));
  CHECK_FALSE(told.contains("token"));  // a locked one hands over nothing
  CHECK(w.orders.facts_of(w.anna.id()).order->told_ms.has_value());
  CHECK(w.sync(w.luca).done);  // nobody else is touched

  REQUIRE(w.orders.lift_order(w.anna.id()).ok());
  CHECK(w.ask_token().status == 200);
  REQUIRE(w.sync(w.anna).done);
  CHECK(w.anna.unsent.empty());
  CHECK(w.repository->held().empty());
  CHECK(w.audited() == std::vector<std::string>{"user-anna device.enrol", "operator device.lock",
                                                "user-anna device.told", "operator device.unlock"});
}

TEST_CASE("orders: whoever holds a closed tablet hears, signed, whether the lock still stands",
          "[server][device]") {
  Office w;
  w.order(OrderKind::lock);
  const json::object question{{"device", to_text(w.anna.id())}, {"ask", to_hex(kAsk)}};
  const json::object locked = Office::object_of(w.post("/v1/device/order", question));
  CHECK(locked.at("order_kind") == "lock");
  CHECK(locked.at("order_reason") == "");  // whoever knows an id is not told why
  CHECK(w.is_signed(locked, OrderKind::lock, kAsk));
  REQUIRE(w.orders.lift_order(w.anna.id()).ok());
  const json::object free = Office::object_of(w.post("/v1/device/order", question));
  CHECK(free.at("order_kind") == "none");
  CHECK(w.is_signed(free, OrderKind::none, kAsk));

  // Each id has its own measure; ids that nobody has share one, and take nobody else's.
  server::Limiter limiter(2);
  server::Services services{*w.repository, w.tokens, w.metrics, w.config, [&] { return w.now_ms; },
                            w.keys.public_key, {}};
  services.server_secret = w.keys.secret_key;
  services.devices = &limiter;
  server::Api limited(services);
  const auto ask = [&](const DeviceId& device) {
    const json::object asked{{"device", to_text(device)}, {"ask", to_hex(kAsk)}};
    return limited.handle(json_request("/v1/device/order", json::serialize(asked)));
  };
  for (int n = 0; n < 2; ++n) CHECK(ask(w.anna.id()).status == 200);
  const server::Response refused = ask(w.anna.id());
  CHECK(refused.status == 429);
  CHECK(std::count_if(refused.headers.begin(), refused.headers.end(), [](const auto& header) {
          return header.first == "Retry-After" && header.second != "0";
        }) == 1);
  for (const char* guess : {"x", "y", "z"}) {
    CHECK(ask(id_of<DeviceId>(guess)).status == (*guess == 'z' ? 429 : 200));
  }
  CHECK(ask(w.luca.id()).status == 200);
  w.now_ms += 60'000;
  CHECK(ask(w.anna.id()).status == 200);
  CHECK(w.post("/v1/device/order", {{"device", "nonsense"}}).status == 400);
}

TEST_CASE("orders: a wiped device hands over, gets its receipt, and reports; all of it is held",
          "[server][device][P2]") {
  Office w;
  const Change late = w.anna.write(kCore, {set_op("note", "typed on the last day")});
  const StandingOrder order = w.order(OrderKind::wipe, "perso in autobus");
  CHECK(w.caller(w.anna).device.revoked_ms.has_value());  // nobody waits for it
  const json::object told = Office::object_of(w.ask_token());
  CHECK(told.at("type") == "/problems/device-wiped");
  REQUIRE(w.is_signed(told, OrderKind::wipe, kAsk));
  const std::string token(told.at("token").as_string());
  const auto work = w.letter(late);
  const auto drafts = w.sealed(R"({"drafts":[]})");
  for (int again = 0; again < 2; ++again) {  // a lost answer is harmless
    const server::Response kept = w.bring(token, order, "letter", work);
    REQUIRE(kept.status == 200);
    CHECK(Office::object_of(kept).at("fate") == "taken");
    CHECK(w.bring(token, order, "drafts", drafts).status == 200);
  }
  // Never applied in silence: it waits for whoever decides, under its author's name.
  const auto held = w.repository->held();
  REQUIRE(held.size() == 1);
  CHECK(held[0].author == "user-anna");
  const auto parcels = w.orders.parcels(w.anna.id());
  REQUIRE(parcels.size() == 2);
  for (const server::EscrowParcel& one : parcels) {
    CHECK(one.is_kept == (one.kind == ParcelKind::drafts));
  }
  CHECK(*w.orders.parcel(w.anna.id(), name_of_parcel(drafts)) == drafts);

  CHECK(w.end(token, order, {work, drafts, w.sealed("never brought")}).status == 409);
  CHECK_FALSE(w.orders.facts_of(w.anna.id()).order->escrowed_ms);
  const server::Response ended = w.end(token, order, {work, drafts});
  REQUIRE(ended.status == 200);
  const json::object receipt = Office::object_of(ended);
  CHECK(Office::object_of(w.end(token, order, {work, drafts})) == receipt);
  EscrowReceipt believed{w.repository->space().id, w.anna.id(), order.id, 2, {}, {}};
  believed.sum.add(name_of_parcel(work));
  believed.sum.add(name_of_parcel(drafts));
  REQUIRE(from_hex(std::string(receipt.at("report").as_string()), believed.report.bytes).ok());
  Signature signature;
  REQUIRE(from_hex(std::string(receipt.at("signature").as_string()), signature.bytes).ok());
  CHECK(verify(w.keys.public_key, digest_of(believed).bytes, signature));

  const auto report = [&](const std::string& word) {
    return w.post("/v1/device/destroyed", {{"device", to_text(w.anna.id())},
                                           {"order", to_text(order.id)},
                                           {"report", word}});
  };
  CHECK(report(std::string(64, 'a')).status == 404);
  CHECK_FALSE(w.orders.facts_of(w.anna.id()).order->destroyed_ms);
  CHECK(report(to_hex(believed.report)).status == 200);
  CHECK(report(to_hex(believed.report)).status == 200);
  CHECK(w.orders.facts_of(w.anna.id()).order->destroyed_ms.has_value());
  CHECK(w.audited() ==
        std::vector<std::string>{"user-anna device.enrol", "operator device.wipe",
                                 "user-anna device.told", "user-anna device.escrow",
                                 "user-anna device.destroyed"});
  CHECK(*w.orders.drop_parcels(w.anna.id()) == 1);
  CHECK_FALSE(w.orders.parcel(w.anna.id(), name_of_parcel(drafts)).ok());
}

TEST_CASE("orders: no receipt for bytes that were dropped, and none are dropped on the way",
          "[server][device][P2]") {
  Office w;
  const auto drafts = w.sealed("x");
  const StandingOrder order = w.order(OrderKind::wipe);
  const std::string token(Office::object_of(w.ask_token()).at("token").as_string());
  REQUIRE(w.bring(token, order, "drafts", drafts).status == 200);
  CHECK(w.orders.drop_parcels(w.anna.id()).error().code == ErrorCode::conflict);
  w.orders.note_parcel(w.anna.id(), name_of_parcel(drafts), "", false);  // lost all the same
  CHECK(w.end(token, order, {drafts}).status == 409);
  REQUIRE(w.bring(token, order, "drafts", drafts).status == 200);
  CHECK(*w.orders.parcel(w.anna.id(), name_of_parcel(drafts)) == drafts);
  CHECK(w.end(token, order, {drafts}).status == 200);
  CHECK(*w.orders.drop_parcels(w.anna.id()) == 1);
  CHECK(w.end(token, order, {drafts}).status == 200);  // its receipt was lost: the same again
}

TEST_CASE("orders: only who is to be wiped hands over, and only what the server can open",
          "[server][device]") {
  Office w;
  const auto drafts = w.sealed("x");
  StandingOrder none;
  CHECK(w.bring("token-anna", none, "drafts", drafts).status == 401);
  CHECK(w.bring("token-luca", none, "drafts", drafts).status == 401);
  const StandingOrder order = w.order(OrderKind::wipe);
  CHECK(w.bring("token-luca", order, "drafts", drafts).status == 401);
  const std::string token(Office::object_of(w.ask_token()).at("token").as_string());
  CHECK(w.bring(token, none, "drafts", drafts).status == 404);  // another order
  CHECK(w.bring(token, order, "everything", drafts).status == 400);
  auto damaged = drafts;
  damaged.back() ^= 1;
  CHECK(w.bring(token, order, "drafts", damaged).status == 400);
  CHECK(w.orders.parcels(w.anna.id()).empty());
  // Its token is worth nothing for anything else.
  server::Request wait;
  wait.method = "POST";
  wait.path = "/v1/digests";
  wait.authorization = "Bearer " + token;
  wait.request_id = "test";
  CHECK(w.api().handle(wait).status == 401);
  // A letter that cannot be judged now is kept as it came.
  w.free_disk = 0;
  const auto work = w.letter(w.anna.write(kCore, {set_op("note", "late")}));
  CHECK(Office::object_of(w.bring(token, order, "letter", work)).at("fate") == "waits");
  CHECK(*w.orders.parcel(w.anna.id(), name_of_parcel(work)) == work);
}

TEST_CASE("orders: a program that knows none is refused as a revoked one, and is not told",
          "[server][device][P2]") {
  Office w;
  w.order(OrderKind::wipe);
  const server::Response refused = w.ask_token(std::nullopt);
  CHECK(refused.status == 403);
  const json::object told = Office::object_of(refused);
  CHECK_FALSE(told.contains("order"));
  CHECK_FALSE(told.contains("token"));
  const DeviceFacts facts = w.orders.facts_of(w.anna.id());
  CHECK(facts.app.empty());
  CHECK_FALSE(facts.order->told_ms);
}

TEST_CASE("orders: a wipe is taken back until it was told, and the store that heard it never "
          "returns",
          "[server][device]") {
  Office w;
  const auto invite = [&](const char* code) {
    const Digest hash = Hasher(code).finish();
    REQUIRE(w.repository->add_invitation(hash, "user-anna", w.now_ms + 1000).ok());
    return w.repository->enrol({hash, w.anna.public_key(), "anna", rep("anna"), device("other")});
  };
  const StandingOrder first = w.order(OrderKind::wipe);
  CHECK(w.order(OrderKind::wipe, "again").id == first.id);  // the same again is the same order
  StandingOrder lock;
  lock.id = DeviceOrderId{server::new_id(w.now_ms)};
  lock.kind = OrderKind::lock;
  lock.reason = "no";
  CHECK(w.orders.order_device(w.anna.id(), lock).error().code == ErrorCode::conflict);
  REQUIRE(w.orders.lift_order(w.anna.id()).ok());
  CHECK(w.orders.lift_order(w.anna.id()).code() == ErrorCode::not_found);
  CHECK(w.ask_token().status == 200);

  w.order(OrderKind::wipe);
  CHECK(w.ask_token().status == 403);
  CHECK(w.orders.lift_order(w.anna.id()).code() == ErrorCode::conflict);
  // A copy of the store that somebody kept, with an invitation of the same person.
  const auto copy = invite("copy");
  REQUIRE_FALSE(copy.ok());
  CHECK(copy.error().code == ErrorCode::conflict);
  CHECK(w.ask_token().status == 403);
  CHECK_FALSE(w.sync(w.anna).done);
}

TEST_CASE("ledgers: who was let in again by another server is not shut out by this one's ledger",
          "[server][orders][P7]") {
  Office o;
  const TempDir here;
  const TempDir there;
  const auto attach = [&](const TempDir& folder) {
    REQUIRE(o.repository->attach_ledger(server::ErasureLedger(folder.file("erasures.ledger")))
                .ok());
  };
  const auto is_disabled = [&] { return o.repository->users().at(0).disabled; };
  const std::string account = o.repository->users().at(0).account;
  attach(here);
  REQUIRE(o.repository->set_disabled(account, true).ok());
  REQUIRE(o.repository->revoke_device(o.anna.id(), "rubato").ok());
  CHECK(o.ask_token().status == 403);
  attach(there);
  REQUIRE(o.repository->set_disabled(account, false).ok());
  attach(here);
  CHECK_FALSE(is_disabled());
  CHECK(o.repository->find_caller(o.anna.id())->device.revoked_ms);
  attach(there);
  CHECK_FALSE(is_disabled());
}
