#pragma once
// What queries have in common: whole numbers, and lists that are told page by page.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "insieme/sync/result.hpp"

namespace insieme::server {

/// Decimal digits alone, 64 bits. False: `out` says nothing.
[[nodiscard]] bool read_number(std::string_view text, std::uint64_t& out) noexcept;

/// A query of `after` and `limit` alone, each as often as it comes: `after` reads where a page
/// begins and says why it cannot, `limit` is 1 to `limit_max` and stays as it is if none was given.
/// `malformed`, with what the query knows.
[[nodiscard]] Status read_page(const std::string& query, std::size_t limit_max, std::size_t& limit,
                               const std::function<Status(const std::string&)>& after);

}  // namespace insieme::server
