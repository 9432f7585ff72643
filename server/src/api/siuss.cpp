// The three routes by which INPS fetches flows and tells what came of them (OpenAPI document of
// github INPS-it/WaaS.Comuni 2.0.1).
#include <boost/json.hpp>
#include <boost/url.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/sync/value.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kFlowsDefault = 10;
constexpr std::size_t kFlowsMax = 100;
constexpr std::size_t kPageBytesMax = 6 * 1024 * 1024;  ///< of XML; a single flow may be larger
constexpr std::size_t kOutcomesMax = 100;
constexpr std::size_t kNameMax = 64;
constexpr std::size_t kTextMax = 4096;
constexpr std::array<std::string_view, 4> kCodes{"OK", "DATI_NON_TROVATI", "RICHIESTA_INVALIDA",
                                                 "ERRORE_GENERICO"};

std::string to_base64(const std::vector<std::uint8_t>& bytes) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (j < left ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= left ? kAlphabet[bits >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return text;
}

Response bad(std::string detail) {
  return problem_response({400, "bad-request", "Bad request", std::move(detail), {}});
}

/// Digits alone; more than fit are as many as fit.
std::optional<std::int64_t> whole_number(std::string_view text) {
  constexpr std::size_t kDigitsMax = 21;
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() ? number : std::numeric_limits<std::int64_t>::max();
}

struct FlowQuery {
  std::int64_t since_ms = 0;
  std::size_t limit = kFlowsDefault;
};

Result<FlowQuery> parse_query(const std::string& query) {
  FlowQuery asked;
  bool has_since = false;
  const auto parameters = boost::urls::parse_query(query);
  if (!parameters) return Error{ErrorCode::malformed, "the query is not well-formed"};
  for (const auto& one : boost::urls::params_view(*parameters)) {
    const auto number = whole_number(one.value);
    if (one.key == "since") {
      if (!number) return Error{ErrorCode::malformed, "since: milliseconds since 1970, from 0"};
      asked.since_ms = *number;
      has_since = true;
    } else if (one.key == "limit" || one.key == "max_entries") {  // the examples' name for it
      if (!number || *number > static_cast<std::int64_t>(kFlowsMax)) {
        return Error{ErrorCode::malformed, "limit: 0 to 100"};
      }
      asked.limit = static_cast<std::size_t>(*number);
    } else {
      return Error{ErrorCode::malformed, "the query knows \"since\" and \"limit\""};
    }
  }
  if (!has_since) return Error{ErrorCode::malformed, "since is missing; the first time it is 0"};
  return asked;
}

struct WrongOutcome {
  std::string detail;
};

std::string member(const json::object& object, std::string_view name, std::size_t max,
                   const std::string& place) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_string() || value->get_string().size() > max ||
      !sync::is_valid_utf8(value->get_string())) {
    throw WrongOutcome{place + std::string(name) + " is no text of at most " +
                       std::to_string(max) + " bytes"};
  }
  return std::string(value->get_string());
}

std::int64_t instant(const json::object& object, std::string_view name, const std::string& place) {
  const auto read = schema::instant_from_iso(member(object, name, kNameMax, place));
  if (!read) {
    throw WrongOutcome{place + std::string(name) + " is no instant such as 2023-11-27T11:04:56Z"};
  }
  return read->ms;
}

FlowOutcome outcome_of(const json::value& value, const std::string& place) {
  if (!value.is_object()) throw WrongOutcome{place + "is no object"};
  const json::object& told = value.get_object();
  FlowOutcome outcome;
  outcome.name = member(told, "id_flusso", kNameMax, place);
  const bool named = !outcome.name.empty() &&
                     std::all_of(outcome.name.begin(), outcome.name.end(),
                                 [](char c) { return c > ' ' && c <= '~'; });
  if (!named) throw WrongOutcome{place + "id_flusso is missing, or no name of a flow"};
  outcome.kind = member(told, "tipo", kNameMax, place);
  if (outcome.kind != "PS_PSA_SINA" && outcome.kind != "SINBA") {
    throw WrongOutcome{place + "tipo is PS_PSA_SINA or SINBA"};
  }
  outcome.flow_ts_ms = instant(told, "ts_flusso", place);
  outcome.acquired_ms = instant(told, "ts_acquisizione", place);
  outcome.code = member(told, "codice_esito", kNameMax, place);
  if (std::find(kCodes.begin(), kCodes.end(), outcome.code) == kCodes.end()) {
    throw WrongOutcome{place + "codice_esito is not one of the four"};
  }
  outcome.description = member(told, "descrizione_esito", kTextMax, place);
  outcome.siuss_id = member(told, "id_acquisizione_siuss", kTextMax, place);
  // The name in INPS's own example.
  if (outcome.siuss_id.empty()) outcome.siuss_id = member(told, "codice_siuss", kTextMax, place);
  return outcome;
}

std::vector<FlowOutcome> outcomes_of(const json::value& value) {
  const json::value* list =
      value.is_object() ? value.get_object().if_contains("elenco_esiti") : nullptr;
  if (list == nullptr || !list->is_array()) {
    throw WrongOutcome{"the body is an object with the list \"elenco_esiti\""};
  }
  if (list->get_array().size() > kOutcomesMax) throw WrongOutcome{"elenco_esiti: at most 100"};
  std::vector<FlowOutcome> outcomes;
  for (const json::value& one : list->get_array()) {
    outcomes.push_back(
        outcome_of(one, "elenco_esiti[" + std::to_string(outcomes.size()) + "]: "));
  }
  return outcomes;
}

}  // namespace

Response siuss_flows(const Services& services, const Request& request) {
  auto who = authenticate_machine(services, request);
  if (auto* refused = std::get_if<Response>(&who)) return std::move(*refused);
  const auto asked = parse_query(request.query);
  if (!asked.ok()) return bad(asked.error().detail);
  json::array list;
  for (const Flow& flow :
       services.repository.flows_after(asked->since_ms, asked->limit, kPageBytesMax)) {
    json::object one{{"codice_ente", flow.body_code},
                     {"id_flusso", flow.name},
                     {"tipo", flow.kind},
                     {"ts_flusso", to_rfc3339(flow.ts_ms)},
                     {"flusso", to_base64(flow.xml)}};
    if (!flow.body_name.empty()) one["denominazione_ente"] = flow.body_name;
    list.push_back(std::move(one));
  }
  Response response =
      json_response(200, json::serialize(json::object{{"elenco_flussi", std::move(list)}}));
  response.device = std::get<Voucher>(who).client;
  return response;
}

Response siuss_outcomes(const Services& services, const Request& request) {
  auto who = authenticate_machine(services, request);
  if (auto* refused = std::get_if<Response>(&who)) return std::move(*refused);
  auto parsed = parse_json(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  Response response;
  try {
    // What is not understood is not noted in part: INPS repeats the whole list.
    services.repository.note_outcomes(outcomes_of(std::get<json::value>(parsed)));
    response.status = 204;
  } catch (const WrongOutcome& wrong) {
    response = bad(wrong.detail);
  }
  response.device = std::get<Voucher>(who).client;
  return response;
}

Response siuss_status(const Services& services, const Request&) {
  static_cast<void>(services.repository.space());  // that the database answers
  return text_response(200, "application/problem+json",
                       json::serialize(json::object{{"type", "about:blank"},
                                                    {"title", "OK"},
                                                    {"status", 200},
                                                    {"detail", "Il servizio funziona."}}));
}

}  // namespace insieme::server
