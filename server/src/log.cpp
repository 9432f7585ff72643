#include "log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include <chrono>
#include <ctime>

namespace insieme::server {
namespace {

constexpr const char* kLogger = "insieme-server";

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

boost::json::object start(std::string_view level, std::string_view event) {
  return boost::json::object{{"ts", to_rfc3339(now_ms())}, {"level", level}, {"event", event}};
}

// Our lines are complete JSON: the logger adds nothing. It is absent in tests, which is fine.
void write(spdlog::level::level_enum level, const boost::json::object& line) {
  const auto logger = spdlog::get(kLogger);
  if (logger && logger->should_log(level)) logger->log(level, boost::json::serialize(line));
}

}  // namespace

std::string to_rfc3339(std::int64_t unix_ms) {
  std::int64_t seconds = unix_ms / 1000;
  std::int64_t ms = unix_ms % 1000;
  if (ms < 0) {
    ms += 1000;
    --seconds;
  }
  const std::time_t time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     ms);
}

void set_up_log(std::string_view level) {
  spdlog::drop(kLogger);
  const auto logger = spdlog::stderr_logger_mt(kLogger);
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::from_str(std::string(level)));
  logger->flush_on(spdlog::level::info);
}

void log_access(const AccessRecord& record) {
  const auto level = record.status >= 500 ? spdlog::level::err
                     : record.quiet       ? spdlog::level::debug
                                          : spdlog::level::info;
  const char* name = record.status >= 500 ? "error" : record.quiet ? "debug" : "info";
  boost::json::object line = start(name, "request");
  line["method"] = record.method;
  line["uri"] = record.path;
  line["status"] = record.status;
  line["ms"] = record.ms;
  line["bytes_in"] = record.bytes_in;
  line["bytes"] = record.bytes_out;
  line["client"] = record.client;
  if (!record.device.empty()) line["device"] = record.device;
  line["request_id"] = record.request_id;
  write(level, line);
}

void log_event(std::string_view event, std::string_view detail) {
  boost::json::object line = start("info", event);
  if (!detail.empty()) line["detail"] = detail;
  write(spdlog::level::info, line);
}

void log_failure(std::string_view request_id, std::string_view what) {
  boost::json::object line = start("error", "failure");
  line["detail"] = what;
  line["request_id"] = request_id;
  write(spdlog::level::err, line);
}

void flush_log() {
  if (const auto logger = spdlog::get(kLogger)) logger->flush();
}

}  // namespace insieme::server
