#pragma once
// Structured logs: one JSON object a line on standard error. Nothing in them names a person: no
// bodies, no queries, no account names.

#include <cstdint>
#include <string>
#include <string_view>

namespace insieme::server {

/// `trace`, `debug`, `info`, `warn`, `error`, `off`. Call once, at start.
void set_up_log(std::string_view level);

struct AccessRecord {
  std::string_view method;
  std::string_view path;
  int status = 0;
  std::int64_t ms = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::string_view client;
  std::string_view device;
  std::string_view request_id;
  bool quiet = false;  ///< nothing came of it: told at `debug` alone
};
void log_access(const AccessRecord& record);
void log_event(std::string_view event, std::string_view detail);
void log_failure(std::string_view request_id, std::string_view what);
void flush_log();

/// RFC 3339 in UTC with milliseconds: `2026-01-31T08:30:00.000Z`.
[[nodiscard]] std::string to_rfc3339(std::int64_t unix_ms);

}  // namespace insieme::server
