#include "rules/check_call.hpp"

#include <algorithm>

#include "reader.hpp"
#include "rules/functions.hpp"

namespace insieme::schema::rules {
namespace {

/// A code, and the name of an attribute that some value of its list has.
bool code_and_attribute(const Bundle& bundle, const Node& call, std::size_t at, Fault& fault) {
  const Node& code = call.args[at];
  const CodeList* list = bundle.find_list(code.type.list);
  if (code.type.kind != Kind::text || list == nullptr) {
    return fail(fault, code, call.name + " wants a code");
  }
  if (call.args[at + 1].type.kind != Kind::text) return true;
  const auto* name = std::get_if<std::string>(&call.args[at + 1].literal);
  const bool known = name != nullptr && std::any_of(list->values.begin(), list->values.end(),
                                                    [&](const CodeValue& one) {
                                                      return one.attributes.count(*name) != 0;
                                                    });
  return known || fail(fault, call.args[at + 1],
                       "no value of the list \"" + list->name + "\" has this attribute");
}

bool argument(const Bundle& bundle, const Node& call, std::size_t at, char wanted, Type& generic,
              Fault& fault) {
  const Node& arg = call.args[at];
  const Kind kind = arg.type.kind;
  const bool open = function_at(call.function).takes_unknown && kind == Kind::nothing;
  bool fits = false;
  switch (wanted) {
    case '*':
      fits = true;
      break;
    case 'b':
      fits = kind == Kind::boolean;
      break;
    case 'i':
      fits = kind == Kind::integer;
      break;
    case 'm':
      fits = kind == Kind::money;
      break;
    case 'r':
      fits = is_number(kind);
      break;
    case 't':
      fits = kind == Kind::text;
      break;
    case 'd':
      fits = kind == Kind::date || open;
      break;
    case 'n':
      fits = kind == Kind::instant;
      break;
    case 's':
      fits = kind == Kind::texts || kind == Kind::references;
      break;
    case 'c':
      return code_and_attribute(bundle, call, at, fault);
    default:
      if (generic.kind == Kind::nothing) generic = arg.type;
      fits = generic.kind == kind || open;
  }
  return fits || fail(fault, arg, "argument " + std::to_string(at + 1) + " of " + call.name +
                               " cannot be " + describe(arg.type));
}

}  // namespace

bool check_call(const Bundle& bundle, Node& node, Fault& fault) {
  node.function = find_function(node.name);
  if (node.function == function_count()) {
    return fail(fault, node, "no function is called \"" + node.name + "\"" +
                          detail::suggestion(node.name, function_names()));
  }
  const std::string_view signature = function_at(node.function).signature;
  const std::string_view wanted = signature.substr(2);
  if (node.args.size() != wanted.size()) {
    return fail(fault, node,
                node.name + " takes " + std::to_string(wanted.size()) + " arguments, not " +
                    std::to_string(node.args.size()));
  }
  Type generic;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!argument(bundle, node, i, wanted[i], generic, fault)) return false;
  }
  static constexpr std::string_view kLetters = "bimrtdns";
  static constexpr Kind kKinds[] = {Kind::boolean, Kind::integer, Kind::money,  Kind::real,
                                    Kind::text,    Kind::date,    Kind::instant, Kind::texts};
  const std::size_t result = kLetters.find(signature[0]);
  if (result == std::string_view::npos) {
    node.type = generic;
  } else {
    node.type.kind = kKinds[result];
  }
  return true;
}

}  // namespace insieme::schema::rules
