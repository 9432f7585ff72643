#pragma once
// The functions that expressions may call. schema/README.md lists them for authors.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rules/datum.hpp"
#include "rules/expression.hpp"

namespace insieme::schema::rules {

struct Call {
  const Node& node;
  const std::vector<Datum>& args;
  const Bundle& bundle;
};

struct Function {
  std::string_view name;
  /// Result, then a colon, then arguments: b boolean, i integer, m money, r integer or real, t
  /// text, d date, n instant, s a set, c code, * anything; `T` the same kind as every other T.
  std::string_view signature;
  /// Otherwise an unknown argument makes the result unknown.
  bool takes_unknown = false;
  Datum (*apply)(const Call& call) = nullptr;
};

/// Number of the function, or the number of functions if there is none.
[[nodiscard]] std::size_t find_function(std::string_view name) noexcept;
[[nodiscard]] std::size_t function_count() noexcept;
[[nodiscard]] const Function& function_at(std::size_t number) noexcept;
[[nodiscard]] std::vector<std::string_view> function_names();

}  // namespace insieme::schema::rules
