#pragma once
// One function per route: request in, response out. They throw StorageFailure only.

#include <boost/json/value.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "insieme/server/api.hpp"

namespace insieme::server {

[[nodiscard]] Response enrol(const Services& services, const Request& request);
[[nodiscard]] Response challenge(const Services& services, const Request& request);
[[nodiscard]] Response token(const Services& services, const Request& request);
[[nodiscard]] Response synchronise(const Services& services, const Request& request);
[[nodiscard]] Response wait(const Services& services, const Request& request);
[[nodiscard]] Response digests(const Services& services, const Request& request);
[[nodiscard]] Response access(const Services& services, const Request& request);
[[nodiscard]] Response openings(const Services& services, const Request& request);
[[nodiscard]] Response findings(const Services& services, const Request& request);
[[nodiscard]] Response open_glass(const Services& services, const Request& request);
[[nodiscard]] Response list_glass(const Services& services, const Request& request);
[[nodiscard]] Response end_glass(const Services& services, const Request& request);
[[nodiscard]] Response see_glass(const Services& services, const Request& request);
[[nodiscard]] Response steer_people(const Services& services, const Request& request);
[[nodiscard]] Response steer_dossiers(const Services& services, const Request& request);
[[nodiscard]] Response steer_access(const Services& services, const Request& request);
[[nodiscard]] Response steer_erasures(const Services& services, const Request& request);
[[nodiscard]] Response steer_act(const Services& services, const Request& request);
[[nodiscard]] Response bring_blob(const Services& services, const Request& request);
[[nodiscard]] Response fetch_blob(const Services& services, const Request& request);
[[nodiscard]] Response read_blob(const Services& services, const Request& request);
[[nodiscard]] Response device_policy(const Services& services, const Request& request);
[[nodiscard]] Response sign_in_ways(const Services& services, const Request& request);
[[nodiscard]] Response sign_in_begin(const Services& services, const Request& request);
[[nodiscard]] Response sign_in_callback(const Services& services, const Request& request);
[[nodiscard]] Response sign_in_account(const Services& services, const Request& request);
[[nodiscard]] Response sign_in_step(const Services& services, const Request& request);
[[nodiscard]] Response sign_in_finish(const Services& services, const Request& request);
[[nodiscard]] Response status(const Services& services, const Request& request);
[[nodiscard]] Response ready(const Services& services, const Request& request);
[[nodiscard]] Response metrics(const Services& services, const Request& request);
[[nodiscard]] Response api_document(const Services& services, const Request& request);
[[nodiscard]] Response siuss_flows(const Services& services, const Request& request);
[[nodiscard]] Response siuss_outcomes(const Services& services, const Request& request);
[[nodiscard]] Response siuss_status(const Services& services, const Request& request);
[[nodiscard]] Response machine_token(const Services& services, const Request& request);
[[nodiscard]] Response machine_metadata(const Services& services, const Request& request);
[[nodiscard]] Response list_reports(const Services& services, const Request& request);
[[nodiscard]] Response run_report(const Services& services, const Request& request);

/// Which devices a route is for: those in use; those that are to be wiped, which may hand over what
/// they have; or both.
enum class Devices { in_use, to_be_wiped, both };
/// What `act` answers to whoever sends this, by its bearer token, marked with the device for limits
/// and log; or the answer that says why that cannot be told.
[[nodiscard]] Response for_device(const Services& services, const Request& request,
                                  const std::function<Response(const Caller&)>& act,
                                  Devices which = Devices::in_use);
/// Which machine fetches flows: by the authority's voucher, or by a token of this server's with the
/// scope `flows`. Or the answer that says why that cannot be told.
[[nodiscard]] std::variant<Voucher, Response> authenticate_machine(const Services& services,
                                                                   const Request& request);
/// Which machine of this server's sends this, by its token; or the answer that says why not. The
/// token need not be good for the route: see `lacks_scope`.
[[nodiscard]] std::variant<MachineToken, Response> authenticate_client(const Services& services,
                                                                       const Request& request);
/// The answer to a machine that was not given any of these.
[[nodiscard]] std::optional<Response> lacks_scope(const MachineToken& token,
                                                  std::initializer_list<std::string_view> any_of);
/// 401, and how to prove who one is.
[[nodiscard]] Response unauthorized(std::string_view slug, std::string detail);
/// What follows `Bearer` of the request, or nothing.
[[nodiscard]] std::optional<std::string_view> bearer_of(const Request& request) noexcept;
/// Takes one of the caller's requests; the answer if there is none left.
[[nodiscard]] std::optional<Response> over_limit(const Services& services,
                                                 const std::string& name);
[[nodiscard]] std::string pins_now(const Services& services);
[[nodiscard]] Response device_revoked();
[[nodiscard]] Response account_disabled();

/// The body of a request that says that it is JSON.
[[nodiscard]] std::variant<boost::json::value, Response> parse_json(const Request& request);

/// The members of a JSON object that are strings; nothing if the body is no such object.
class JsonBody {
 public:
  /// Checks the media type too.
  [[nodiscard]] static std::variant<JsonBody, Response> parse(const Request& request);
  /// Nothing when it is missing, no string, or outside of `min..max` bytes.
  [[nodiscard]] std::optional<std::string> text(std::string_view name, std::size_t min,
                                                std::size_t max) const;

 private:
  std::map<std::string, std::string, std::less<>> members_;
};

}  // namespace insieme::server
