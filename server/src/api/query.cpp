#include "api/query.hpp"

#include <boost/url.hpp>

#include <charconv>

namespace insieme::server {

bool read_number(std::string_view text, std::uint64_t& out) noexcept {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, out);
  return !text.empty() && parsed.ec == std::errc() && parsed.ptr == end;
}

Status read_page(const std::string& query, std::size_t limit_max, std::size_t& limit,
                 const std::function<Status(const std::string&)>& after) {
  const auto params = boost::urls::parse_query(query);
  if (!params) return {ErrorCode::malformed, "the query is not well-formed"};
  for (const auto& param : boost::urls::params_view(*params)) {
    const std::string& value = param.value;
    if (param.key == "after") {
      INSIEME_TRY(after(value));
    } else if (param.key == "limit") {
      std::uint64_t number = 0;
      if (!read_number(value, number) || number == 0 || number > limit_max) {
        return {ErrorCode::malformed, "limit: 1 to " + std::to_string(limit_max)};
      }
      limit = static_cast<std::size_t>(number);
    } else {
      return {ErrorCode::malformed, "the query knows \"after\" and \"limit\""};
    }
  }
  return {};
}

}  // namespace insieme::server
