#pragma once
// A call within an expression, checked against the function's signature.

#include <string>
#include <utility>

#include "insieme/schema/bundle.hpp"
#include "rules/compile.hpp"

namespace insieme::schema::rules {

[[nodiscard]] inline bool is_number(Kind kind) {
  return kind == Kind::integer || kind == Kind::real;
}

/// Notes what is wrong with `node`; false.
inline bool fail(Fault& fault, const Node& node, std::string reason) {
  fault = {node.at, std::move(reason)};
  return false;
}

/// Finds the function and gives the call its type. The arguments have theirs.
[[nodiscard]] bool check_call(const Bundle& bundle, Node& node, Fault& fault);

}  // namespace insieme::schema::rules
