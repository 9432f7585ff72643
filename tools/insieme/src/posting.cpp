#include "posting.hpp"

namespace insieme::cli {

std::int64_t number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_number()) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  return error ? 0 : number;
}

client::HttpRequest request_of(const json::object& post) {
  client::HttpRequest request;
  request.url = text_of(post, "url");
  request.pin = text_of(post, "pin");
  for (const json::value& header : list_of(post, "headers")) {
    request.headers.emplace_back(header.at(0).as_string(), header.at(1).as_string());
  }
  const auto limit = [&post](std::string_view name, auto& into) {
    const std::int64_t given = number_at(post, name);
    if (given > 0) into = static_cast<std::decay_t<decltype(into)>>(given);
  };
  limit("reply_bytes_max", request.limits.reply_bytes_max);
  limit("connect_timeout_ms", request.limits.connect_timeout_ms);
  limit("total_timeout_ms", request.limits.total_timeout_ms);
  return request;
}

}  // namespace insieme::cli
