#pragma once
// The one table of routes: what is dispatched, what is measured, and what the API document says.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "api/handlers.hpp"

namespace insieme::server {

/// What a caller has to prove.
enum class Proof : std::uint8_t {
  none,
  device,   ///< an access token, got by signing a challenge
  machine,  ///< a voucher of an authority, or a machine's token
  client,   ///< a machine's token
};

struct Route {
  std::string_view method;
  std::string_view path;
  Response (*handle)(const Services&, const Request&);
  std::size_t body_bytes_max;  ///< 0: takes no body
  Proof proof;
  std::string_view summary;
  std::string_view parameters;  ///< names in components.parameters, separated by blanks
  std::string_view takes;       ///< media type, or empty
  std::string_view takes_what;  ///< name in components.schemas; empty: bytes
  int success;
  std::string_view gives;       ///< media type, or empty
  std::string_view gives_what;  ///< as takes_what
  std::string_view refusals;    ///< statuses of its own, separated by blanks
  bool has_ranges = false;      ///< answers a Range with 206
  std::string_view scope{};     ///< of machines that may ask; with `none`: where it is needed
};

[[nodiscard]] std::span<const Route> routes() noexcept;
/// Null if there is none. `method` as it is in the table.
[[nodiscard]] const Route* find_route(std::string_view method, std::string_view path) noexcept;

}  // namespace insieme::server
