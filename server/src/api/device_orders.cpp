// Lock and wipe (docs/protocol.md, 19): the order is told, what was not sent is taken in, and the
// device says that its keys are gone.
#include "api/device_orders.hpp"

#include <boost/json.hpp>
#include <boost/url.hpp>

#include "api/handlers.hpp"
#include "api/letters.hpp"
#include "api/problem.hpp"
#include "insieme/sync/exchange.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::string_view kBytes = "application/octet-stream";
constexpr std::size_t kIdTextMax = 36;
constexpr std::size_t kDigestHex = 64;

sync::DeviceOrder told(const Services& services, const sync::DeviceId& device,
                       const std::optional<StandingOrder>& order) {
  sync::DeviceOrder out;
  out.space = services.repository.space().id;
  out.device = device;
  if (!order) return out;
  out.id = order->id;
  out.kind = order->kind;
  out.reason = order->reason;
  out.ordered_ms = order->ordered_ms;
  return out;
}

/// The members that a device believes, and the signature that it believes them for.
void put(json::object& body, const Services& services, const sync::DeviceOrder& order,
         const sync::OrderAsk& ask) {
  body["space"] = sync::to_text(order.space);
  body["device"] = sync::to_text(order.device);
  body["order"] = sync::to_text(order.id);
  body["order_kind"] = sync::name_of(order.kind);
  body["order_reason"] = order.reason;
  body["ordered_ms"] = std::to_string(order.ordered_ms);
  body["order_signature"] =
      sync::to_hex(sync::sign(services.server_secret, sync::digest_of(order, ask).bytes).bytes);
}

Response answer(int status, const json::object& body) {
  Response response = json_response(status, json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

struct ParcelQuestion {
  sync::DeviceOrderId order;
  sync::ParcelKind kind = sync::ParcelKind::rest;
};

std::optional<ParcelQuestion> parse_parcel_question(const std::string& query) {
  const auto params = boost::urls::parse_query(query);
  if (!params || params->size() != 2) return std::nullopt;
  ParcelQuestion question;
  bool has_order = false;
  bool has_kind = false;
  for (const auto& param : boost::urls::params_view(*params)) {
    const std::string& value = param.value;
    if (param.key == "order") {
      const auto id = sync::id_from_text<sync::DeviceOrderId>(value);
      if (!id.ok()) return std::nullopt;
      question.order = *id;
      has_order = true;
    } else if (param.key == "parcel") {
      has_kind = sync::kind_named(value, question.kind);
    }
  }
  if (!has_order || !has_kind) return std::nullopt;
  return question;
}

std::string_view word_of(sync::LetterFate fate) noexcept {
  switch (fate) {
    case sync::LetterFate::taken: return "taken";
    case sync::LetterFate::waits: return "waits";
    case sync::LetterFate::refused: return "refused";
    case sync::LetterFate::superseded: return "superseded";
  }
  return "waits";
}

/// The others have gone on: its author can put the work on top of that, for whoever decides.
std::string answer_in(const JudgedLetter& judged, const Caller& caller) {
  const bool is_own = judged.author == caller.device.id;
  const bool helps = judged.result.fate == sync::LetterFate::superseded && judged.answer &&
                     !judged.answer->grounds.empty();
  if (!is_own || !helps) return {};
  sync::SyncReply reply;
  reply.protocol = judged.answer->protocol;
  reply.server_ms = judged.answer->server_ms;
  reply.results = judged.answer->results;
  reply.grounds = judged.answer->grounds;
  return sync::to_hex(sync::encode_message(reply));
}

Response malformed(const char* what) { return problem_of({ErrorCode::malformed, what}); }

}  // namespace

Response device_ordered(const Services& services, const sync::DeviceId& device,
                        const StandingOrder& order, const std::optional<sync::OrderAsk>& ask,
                        const std::string& token) {
  const bool is_wipe = order.kind == sync::OrderKind::wipe;
  json::object body;
  body["type"] = is_wipe ? "/problems/device-wiped" : "/problems/device-locked";
  body["title"] = is_wipe ? "Device to be wiped" : "Device locked";
  body["status"] = 403;
  body["detail"] =
      is_wipe ? "This device was reported lost and is to be wiped. Its unsent work is handed over "
                "first; speak with your coordinator."
              : "This device was locked by whoever runs the server. Nothing was erased; speak with "
                "your coordinator.";
  body["detail_it"] =
      is_wipe ? "Questo dispositivo è stato dichiarato perso e va cancellato. Prima viene "
                "consegnato il lavoro non inviato; parlare con il coordinatore."
              : "Questo dispositivo è stato bloccato da chi gestisce il server. Nulla è stato "
                "cancellato; parlare con il coordinatore.";
  if (ask) {
    device_orders_of(services.repository).note_order_told(device, order.id);
    put(body, services, told(services, device, order), *ask);
    if (!token.empty()) body["token"] = token;
  }
  Response response = text_response(403, "application/problem+json", json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  response.device = sync::to_text(device);
  return response;
}

/// For anybody who knows the id, 122 random bits of which no record speaks: the store of a locked
/// device is closed, and the key with it that could prove more.
Response device_order(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const JsonBody& body = std::get<JsonBody>(parsed);
  const auto device = sync::id_from_text<sync::DeviceId>(
      body.text("device", 1, kIdTextMax).value_or(std::string()));
  sync::OrderAsk ask{};
  if (!device.ok() ||
      !sync::from_hex(body.text("ask", kDigestHex, kDigestHex).value_or(""), ask).ok()) {
    return malformed("the body needs \"device\" and 64 hexadecimal digits in \"ask\"");
  }
  // Those that are not known share one name, or guessed ids would push out everybody's.
  const auto caller = services.repository.find_caller(*device);
  const bool is_known = caller.has_value();
  // Whoever knows a colleague's id takes nothing of their tablet's measure from another address.
  const std::string asking =
      "order " + (is_known ? sync::to_text(*device) + " " + request.client : std::string());
  if (auto refused = over_limit(services, asking)) {
    refused->device = is_known ? sync::to_text(*device) : std::string();
    return *std::move(refused);
  }
  // Of one that is not known nothing is ordered.
  DeviceFacts facts;
  if (is_known && caller->device.order != sync::OrderKind::none) {
    facts = device_orders_of(services.repository).facts_of(*device);
  }
  // Ids of devices are seen by colleagues; why one was locked is nobody's business but its own.
  if (facts.order) facts.order->reason.clear();
  json::object out;
  put(out, services, told(services, *device, facts.order), ask);
  return answer(200, out);
}

namespace {

Response take_parcel(const Services& services, const Request& request, const Caller& caller) {
  if (request.content_type != kBytes) {
    return problem_response({415, "unsupported-media-type", "Unsupported media type",
                             "This route takes " + std::string(kBytes) + ".", {}});
  }
  const auto question = parse_parcel_question(request.query);
  if (!question) return malformed("the query is order=ID&parcel=letter|drafts|rest|file");
  // What cannot be opened here would be worth nothing, and the device would destroy the original.
  if (!sync::open_sealed_for(services.server_secret, request.body).ok()) {
    return problem_response({400, "checksum", "Bad request",
                             "The parcel is not sealed for this server, or arrived damaged.", {}});
  }
  EscrowParcel parcel;
  parcel.name = sync::name_of_parcel(request.body);
  parcel.kind = question->kind;
  DeviceOrderStore& orders = device_orders_of(services.repository);
  const Status kept = orders.put_parcel(caller.device.id, question->order, parcel, request.body);
  if (!kept.ok()) return problem_of(kept.error());
  json::object body{{"name", sync::to_hex(parcel.name)}, {"fate", ""}};
  if (question->kind == sync::ParcelKind::letter) {
    const JudgedLetter judged = judge_letter(services, request.body);
    const sync::LetterFate fate = judged.result.fate;
    body["fate"] = word_of(fate);
    orders.note_parcel(caller.device.id, parcel.name, std::string(word_of(fate)),
                       fate != sync::LetterFate::taken);
    if (std::string late = answer_in(judged, caller); !late.empty()) body["answer"] = late;
  }
  return answer(200, body);
}

}  // namespace

Response bring_escrow(const Services& services, const Request& request) {
  const auto act = [&](const Caller& caller) { return take_parcel(services, request, caller); };
  return for_device(services, request, act, Devices::to_be_wiped);
}

namespace {

Response give_receipt(const Services& services, const Request& request, const Caller& caller) {
  auto parsed = parse_json(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const json::object* body = std::get<json::value>(parsed).if_object();
  const json::value* order_text = body != nullptr ? body->if_contains("order") : nullptr;
  const json::value* list = body != nullptr ? body->if_contains("parcels") : nullptr;
  constexpr const char* kBody = "the body needs \"order\" and the names in \"parcels\"";
  if (order_text == nullptr || !order_text->is_string() || list == nullptr || !list->is_array() ||
      list->as_array().size() > sync::kParcelsMax) {
    return malformed(kBody);
  }
  sync::EscrowReceipt receipt;
  const auto order =
      sync::id_from_text<sync::DeviceOrderId>(std::string_view(order_text->as_string()));
  if (!order.ok()) return malformed(kBody);
  std::vector<sync::Digest> names;
  for (const json::value& one : list->as_array()) {
    if (!one.is_string() ||
        !sync::from_hex(std::string_view(one.as_string()), names.emplace_back().bytes).ok()) {
      return malformed(kBody);
    }
  }
  const Status ended =
      device_orders_of(services.repository).end_escrow(caller.device.id, *order, names);
  if (!ended.ok()) return problem_of(ended.error());
  receipt.space = services.repository.space().id;
  receipt.device = caller.device.id;
  receipt.order = *order;
  receipt.parcels = names.size();
  receipt.sum = sync::sum_of_parcels(names);
  receipt.report = sync::report_word(services.server_secret, *order);
  const auto signature = sync::sign(services.server_secret, sync::digest_of(receipt).bytes);
  return answer(200,
                {{"order", sync::to_text(*order)},
                 {"parcels", receipt.parcels},
                 {"sum", sync::to_hex(receipt.sum)},
                 {"report", sync::to_hex(receipt.report)},
                 {"signature", sync::to_hex(signature.bytes)}});
}

}  // namespace

Response end_escrow(const Services& services, const Request& request) {
  const auto act = [&](const Caller& caller) { return give_receipt(services, request, caller); };
  return for_device(services, request, act, Devices::to_be_wiped);
}

Response device_destroyed(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const JsonBody& body = std::get<JsonBody>(parsed);
  const auto device = sync::id_from_text<sync::DeviceId>(
      body.text("device", 1, kIdTextMax).value_or(std::string()));
  const auto order = sync::id_from_text<sync::DeviceOrderId>(
      body.text("order", 1, kIdTextMax).value_or(std::string()));
  sync::Digest report;
  if (!device.ok() || !order.ok() ||
      !sync::from_hex(body.text("report", kDigestHex, kDigestHex).value_or(""), report.bytes)
           .ok()) {
    return malformed("the body needs \"device\", \"order\" and \"report\"");
  }
  const bool is_theirs = sync::equal_constant_time(
      report.bytes, sync::report_word(services.server_secret, *order).bytes);
  if (!is_theirs || !device_orders_of(services.repository).note_destroyed(*device, *order).ok()) {
    return problem_of({ErrorCode::not_found, "no such order stands for this device"});
  }
  return answer(200, {{"done", true}});
}

}  // namespace insieme::server
