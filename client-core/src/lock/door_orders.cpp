// What the server ordered, kept at the door: a lock, a wipe, and what is asked while the store is
// closed or gone.
#include <array>
#include <boost/json.hpp>

#include "http_problem.hpp"
#include "insieme/client/device_order.hpp"
#include "insieme/sqlite/files.hpp"
#include "lock/door.hpp"
#include "lock/host.hpp"
#include "storage/beside.hpp"

namespace insieme::client {
namespace {

using namespace lock;
using commands::Check;
using commands::Done;
using commands::Failure;
using commands::Outcome;

constexpr int kOk = 200;

std::string because_it(const sync::DeviceOrder& order) {
  return order.reason.empty() ? std::string() : " Motivo: " + shown_line(order.reason) + ".";
}
std::string because_en(const sync::DeviceOrder& order) {
  return order.reason.empty() ? std::string() : " Reason: " + shown_line(order.reason) + ".";
}

bool is_gone(const OrderFile& file) {
  return file.state == OrderState::destroyed || file.state == OrderState::reported;
}

HttpRequest request_to(const OrderFile& file, std::string_view path, boost::json::object body) {
  HttpRequest request;
  request.url = file.server_url + std::string(path);
  request.pin = file.server_pin;
  request.headers.emplace_back("Content-Type", "application/json");
  const std::string text = boost::json::serialize(body);
  request.body.assign(text.begin(), text.end());
  return request;
}

}  // namespace

std::optional<OrderFile> Door::order() const {
  auto file = read_order_file(order_path(store_path_));
  if (!file.ok()) return std::nullopt;
  // A new store was made where the wiped one was.
  if (is_gone(*file) && file_exists(store_path_)) return std::nullopt;
  return std::move(file).value();
}

Check Door::order_allows() const {
  const auto file = order();
  if (!file || begins_anew_ || file->state == OrderState::opened ||
      file->state == OrderState::wiping) {
    return Done{};
  }
  if (file->order.kind == sync::OrderKind::lock) {
    return Failure("device_locked",
                   "Questo tablet è stato bloccato da chi gestisce il server: il PIN da solo non "
                   "lo apre. Nulla è andato perso, anche ciò che non è stato inviato è qui. "
                   "Chiamare chi coordina, poi collegarsi alla rete e riprovare." +
                       because_it(file->order),
                   "This tablet was locked by whoever runs the server: the PIN alone does not open "
                   "it. Nothing is lost, what was not sent is here, too. Call your coordinator, "
                   "then connect to the network and try again." +
                       because_en(file->order));
  }
  return Failure("device_wiped",
                 "Questo tablet è stato cancellato a distanza perché dichiarato perso. Il lavoro "
                 "che non era stato inviato è stato prima consegnato al server, e lo vede chi "
                 "coordina. Per usarlo ancora serve un nuovo invito." +
                     because_it(file->order),
                 "This tablet was wiped from afar because it was reported lost. The work that had "
                 "not been sent was handed over to the server first, and the coordinator sees it. "
                 "To use it again a new invitation is needed." +
                     because_en(file->order));
}

Failure Door::being_wiped() {
  return {"device_wiping",
          "Questo tablet è stato dichiarato perso e va cancellato: si apre solo per consegnare al "
          "server ciò che non era stato inviato. Collegarsi alla rete e riprovare; per usarlo "
          "ancora servirà un nuovo invito.",
          "This tablet was reported lost and is to be wiped: it opens only to hand over to the "
          "server what had not been sent. Connect to the network and try again; to use it again a "
          "new invitation will be needed."};
}

Check Door::obey(const sync::DeviceOrder& order, const Identity& self,
                 const std::optional<sync::EscrowReceipt>& receipt) {
  OrderFile file;
  file.order = order;
  file.server_key = self.server_key;
  file.server_url = self.server_url;
  file.server_pin = self.server_pin;
  const std::string path = order_path(store_path_);
  if (order.kind == sync::OrderKind::lock) {
    const auto known = read_order_file(path);
    const bool was_opened = known.ok() && known->state == OrderState::opened &&
                            known->order.id == order.id;
    if (was_opened) return Done{};  // whoever coordinates let this person in
    file.state = OrderState::locked;
    INSIEME_OUT(write_order_file(path, file));
    begins_anew_ = false;  // this one is about the store that was made since
    wants_lock = true;
    return Done{};
  }
  // Nothing was handed over for certain: everything stays, and the next contact goes on.
  if (!receipt) return Done{};
  file.state = OrderState::handed;
  file.report = receipt->report;
  file.parcels = receipt->parcels;
  INSIEME_OUT(write_order_file(path, file));
  begins_anew_ = false;
  wants_destroy = true;
  return Done{};
}

void Door::take_back() {
  if (!wants_destroy) return;
  wants_destroy = false;
  sqlite::remove_file(order_path(store_path_));
}

bool Door::must_destroy() const {
  const auto file = order();
  return file && file->state == OrderState::handed;
}

void Door::destroy() {
  shut();
  wants_destroy = false;
  // The wrapped key first, and written over: without it the rest is noise, however much is left.
  const std::string pin = pin_path(store_path_);
  if (sqlite::file_exists(pin)) {
    static_cast<void>(sqlite::write_small_file(
        pin, std::string(static_cast<std::size_t>(sqlite::kSmallFileBytesMax), '\0')));
    sqlite::remove_file(pin);
  }
  wipe(host_key_);
  forget_generation(store_path_);
  for (const char* end : {"-wal", "-shm", "-journal", ""}) {
    sqlite::remove_file(store_path_ + end);
  }
  if (sqlite::file_exists(store_path_)) return;  // somebody holds it: at the next start
  static_cast<void>(set_order_state(order_path(store_path_), OrderState::destroyed));
}

std::optional<HttpRequest> Door::begin_contact() {
  const auto file = read_order_file(order_path(store_path_));
  if (!file.ok() || file->state == OrderState::reported || file->state == OrderState::handed) {
    return std::nullopt;
  }
  if (file->order.kind == sync::OrderKind::wipe) {
    return request_to(*file, "/v1/device/destroyed",
                      {{"device", sync::to_text(file->order.device)},
                       {"order", sync::to_text(file->order.id)},
                       {"report", sync::to_hex(file->report)}});
  }
  platform_.random(ask_);
  return request_to(*file, "/v1/device/order",
                    {{"device", sync::to_text(file->order.device)}, {"ask", sync::to_hex(ask_)}});
}

Check Door::end_contact(const Result<HttpReply>& reply) {
  if (!reply.ok()) return reply.error();
  const std::string path = order_path(store_path_);
  const auto file = read_order_file(path);
  if (!file.ok()) return Done{};
  if (reply->status != kOk) return error_of(*reply);
  if (file->order.kind == sync::OrderKind::wipe) {
    if (file_exists(store_path_)) {
      sqlite::remove_file(path);  // a new store is here, and nobody has to be told any more
      return Done{};
    }
    INSIEME_OUT(set_order_state(path, OrderState::reported));
    return Done{};
  }
  const auto heard = parse_device_order(reply->body, file->order.space, file->order.device,
                                        file->server_key, ask_);
  if (!heard.ok()) return heard.error();
  if (heard->order.kind == sync::OrderKind::none) sqlite::remove_file(path);
  if (heard->order.kind == sync::OrderKind::wipe) {
    // Carried out by an open store alone: what was not sent is in it. One byte, so that no fault
    // on the way ends the lock.
    INSIEME_OUT(set_order_state(path, OrderState::wiping));
  }
  if (heard->order.kind == sync::OrderKind::lock && file->state == OrderState::wiping) {
    INSIEME_OUT(set_order_state(path, OrderState::locked));  // the wipe was taken back
    wants_lock = true;
  }
  only_hands_over_ = heard->order.kind == sync::OrderKind::wipe;
  heard_wipe = only_hands_over_;
  return Done{};
}

}  // namespace insieme::client
