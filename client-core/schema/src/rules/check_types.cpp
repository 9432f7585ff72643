// Names and kinds of an expression, checked against the bundle when it is loaded, so that no rule
// fails for the first time at a family's kitchen table.

#include <algorithm>

#include "reader.hpp"
#include "rules/check_call.hpp"

namespace insieme::schema::rules {

namespace {

bool is_ordered(Kind kind) {
  return is_number(kind) || kind == Kind::money || kind == Kind::date || kind == Kind::instant ||
         kind == Kind::text;
}

class Checker {
 public:
  Checker(const Bundle& bundle, const RecordType& type, const std::vector<Parameter>& parameters,
          Fault& fault)
      : bundle_(bundle), type_(type), parameters_(parameters), fault_(fault) {
    names_ = {"this", "before"};
    records_ = {type.name, type.name};
  }

  bool check(Node& node) {
    if (node.op != Op::quantify) {
      for (Node& arg : node.args) {
        if (!check(arg)) return false;
      }
    }
    switch (node.op) {
      case Op::literal:
        return true;
      case Op::list:
        return list(node);
      case Op::variable:
        return variable(node);
      case Op::parameter:
        return parameter(node);
      case Op::field:
        return field(node);
      case Op::negate:
        return negate(node);
      case Op::logical_not:
      case Op::logical_and:
      case Op::logical_or:
        return logic(node);
      case Op::add:
      case Op::subtract:
      case Op::multiply:
        return arithmetic(node);
      case Op::equal:
      case Op::not_equal:
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal:
        return comparison(node);
      case Op::in:
      case Op::not_in:
        return membership(node);
      case Op::call:
        return check_call(bundle_, node, fault_);
      case Op::quantify:
        return quantify(node);
    }
    return false;
  }

 private:
  bool fail(const Node& node, std::string reason) {
    return rules::fail(fault_, node, std::move(reason));
  }

  /// A text literal beside a code must be one of its list.
  bool fits_list(const Node& literal, const std::string& list_name) {
    const auto* text = std::get_if<std::string>(&literal.literal);
    const CodeList* list = bundle_.find_list(list_name);
    if (literal.op != Op::literal || text == nullptr || list == nullptr) return true;
    if (list->find(*text) != nullptr) return true;
    std::vector<std::string_view> codes;
    for (const CodeValue& known : list->values) codes.push_back(known.code);
    return fail(literal, "the code list \"" + list_name + "\" has no code \"" + *text + "\"" +
                             detail::suggestion(*text, codes));
  }

  bool comparable(const Node& node, const Node& a, const Node& b) {
    if (a.type.kind == Kind::nothing || b.type.kind == Kind::nothing) {
      return fail(node, "nothing is equal to null: use is_set or is_empty");
    }
    const bool numbers = is_number(a.type.kind) && is_number(b.type.kind);
    if (a.type.kind != b.type.kind && !numbers) {
      return fail(node, "compares " + describe(a.type) + " with " + describe(b.type));
    }
    if (!a.type.list.empty() && !b.type.list.empty() && a.type.list != b.type.list) {
      return fail(
          node, "compares codes of the lists \"" + a.type.list + "\" and \"" + b.type.list + "\"");
    }
    if (!a.type.record.empty() && !b.type.record.empty() && a.type.record != b.type.record) {
      return fail(node, "compares a " + a.type.record + " with a " + b.type.record);
    }
    return fits_list(b, a.type.list) && fits_list(a, b.type.list);
  }

  bool list(Node& node) {
    for (Node& arg : node.args) {
      if (arg.op != Op::literal || arg.type.kind != node.args[0].type.kind) {
        return fail(arg, "a list holds literals of one kind");
      }
    }
    node.type = node.args[0].type;
    return true;
  }

  bool variable(Node& node) {
    for (std::size_t i = names_.size(); i-- > 0;) {
      if (names_[i] != node.name) continue;
      node.slot = i;
      node.type = {Kind::record, {}, records_[i]};
      return true;
    }
    // A bare name is a field of the record under check.
    Node self;
    self.op = Op::variable;
    self.at = node.at;
    self.name = "this";
    self.type = {Kind::record, {}, type_.name};
    node.op = Op::field;
    node.args.push_back(std::move(self));
    return field(node);
  }

  bool parameter(Node& node) {
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      known.push_back(parameters_[i].name);
      if (parameters_[i].name != node.name) continue;
      node.slot = i;
      node.type = parameters_[i].type;
      return true;
    }
    return fail(node, "there is no parameter \"$" + node.name + "\"" +
                          detail::suggestion(node.name, known));
  }

  bool field(Node& node) {
    const Type& from = node.args[0].type;
    if (from.kind != Kind::record && from.kind != Kind::reference) {
      return fail(node, "only a record has fields, not " + describe(from));
    }
    if (node.name == "id" && from.kind == Kind::record) {
      node.type = {Kind::reference, {}, from.record};
      return true;
    }
    const RecordType* type = bundle_.find_type(from.record);
    if (type == nullptr) return fail(node, "no record type is called \"" + from.record + "\"");
    const Field* found = type->find_field(node.name);
    if (found == nullptr) {
      std::vector<std::string_view> known;
      for (const Field& one : type->fields) known.push_back(one.name);
      return fail(node, "\"" + type->name + "\" has no field called \"" + node.name + "\"" +
                            detail::suggestion(node.name, known));
    }
    node.type = type_of(*found);
    return true;
  }

  bool negate(Node& node) {
    node.type = node.args[0].type;
    const Kind kind = node.type.kind;
    return is_number(kind) || kind == Kind::money ||
           fail(node, "cannot be applied to " + describe(node.type));
  }

  bool logic(Node& node) {
    for (const Node& arg : node.args) {
      if (arg.type.kind != Kind::boolean && arg.type.kind != Kind::nothing) {
        return fail(arg, "must be true or false, not " + describe(arg.type));
      }
    }
    node.type.kind = Kind::boolean;
    return true;
  }

  bool arithmetic(Node& node) {
    const Kind a = node.args[0].type.kind;
    const Kind b = node.args[1].type.kind;
    const bool sums = node.op != Op::multiply;
    if (is_number(a) && is_number(b)) {
      node.type.kind = a == Kind::real || b == Kind::real ? Kind::real : Kind::integer;
    } else if (sums && a == Kind::money && b == Kind::money) {
      node.type.kind = Kind::money;
    } else if (!sums && ((a == Kind::money && b == Kind::integer) ||
                         (a == Kind::integer && b == Kind::money))) {
      node.type.kind = Kind::money;
    } else if (sums && a == Kind::date && b == Kind::integer) {
      node.type.kind = Kind::date;
    } else {
      return fail(node, "does not work on " + describe(node.args[0].type) + " and " +
                            describe(node.args[1].type));
    }
    return true;
  }

  bool comparison(Node& node) {
    const Node& a = node.args[0];
    const Node& b = node.args[1];
    if (!comparable(node, a, b)) return false;
    const bool equality = node.op == Op::equal || node.op == Op::not_equal;
    const bool simple = is_ordered(a.type.kind) || a.type.kind == Kind::boolean ||
                        a.type.kind == Kind::reference || a.type.kind == Kind::bytes;
    if (equality ? !simple : !is_ordered(a.type.kind)) {
      return fail(node, "cannot compare " + describe(a.type));
    }
    if (!equality && !a.type.list.empty()) {
      return fail(node, "codes have no order");
    }
    node.type.kind = Kind::boolean;
    return true;
  }

  bool membership(Node& node) {
    const Node& one = node.args[0];
    const Node& many = node.args[1];
    node.type.kind = Kind::boolean;
    if (many.op == Op::list) {
      for (const Node& item : many.args) {
        if (!comparable(node, one, item)) return false;
      }
      return true;
    }
    const bool texts = many.type.kind == Kind::texts && one.type.kind == Kind::text;
    const bool references = many.type.kind == Kind::references && one.type.kind == Kind::reference;
    if (!texts && !references) {
      return fail(node, describe(many.type) + " does not hold " + describe(one.type));
    }
    Node element = many;
    element.type.kind = one.type.kind;
    return comparable(node, one, element);
  }

  bool quantify(Node& node) {
    std::size_t next = 0;
    if (node.source == Source::set) {
      Node& set = node.args[next++];
      if (!check(set)) return false;
      if (set.type.kind != Kind::references) {
        return fail(set,
                    "expected a set of references, \"all\" and a type, or a type \"by\" a field");
      }
      node.record_type = set.type.record;
    } else if (node.has_beside) {
      Node& other = node.args[next++];
      if (!check(other)) return false;
      if (other.type.kind != Kind::record && other.type.kind != Kind::reference) {
        return fail(other, "only a record lies in a dossier, not " + describe(other.type));
      }
    }
    const RecordType* type = bundle_.find_type(node.record_type);
    if (type == nullptr) {
      std::vector<std::string_view> known;
      for (const RecordType& one : bundle_.types) known.push_back(one.name);
      return fail(node, "no record type is called \"" + node.record_type + "\"" +
                            detail::suggestion(node.record_type, known));
    }
    if (node.source == Source::by_field && !resolve_by(node, *type)) return false;
    if (std::find(names_.begin(), names_.end(), node.name) != names_.end()) {
      return fail(node, "the name \"" + node.name + "\" is taken");
    }
    node.slot = names_.size();
    names_.push_back(node.name);
    records_.push_back(type->name);
    const bool fine = parts(node, next);
    names_.pop_back();
    records_.pop_back();
    return fine;
  }

  bool resolve_by(Node& node, const RecordType& type) {
    const Field* by = type.find_field(node.by);
    if (by == nullptr) {
      return fail(node, "\"" + type.name + "\" has no field called \"" + node.by + "\"");
    }
    if (by->merge != MergeKind::mv_register) return fail(node, "only a register can be looked up");
    if (by->kind == FieldKind::reference && by->target == type_.name) return true;
    const Field* own = type_.find_field(node.by);
    if (own == nullptr || own->kind != by->kind || own->target != by->target) {
      return fail(node, "\"" + node.by + "\" of \"" + type.name + "\" does not refer to a " +
                            type_.name + ", nor has " + type_.name + " such a field");
    }
    node.own_field = node.by;
    return true;
  }

  bool parts(Node& node, std::size_t next) {
    if (node.has_where) {
      if (!check(node.args[next])) return false;
      if (node.args[next].type.kind != Kind::boolean) {
        return fail(node.args[next], "must be true or false");
      }
      ++next;
    }
    if (node.has_body && !check(node.args[next])) return false;
    const bool needs_body = node.quantifier != Quantifier::count;
    if (needs_body != node.has_body) {
      return fail(node, needs_body ? "needs a colon and what to look at" : "count takes no body");
    }
    const Type body = node.has_body ? node.args[next].type : Type{};
    switch (node.quantifier) {
      case Quantifier::count:
      case Quantifier::distinct:
        node.type.kind = Kind::integer;
        return true;
      case Quantifier::any:
      case Quantifier::all:
        node.type.kind = Kind::boolean;
        return body.kind == Kind::boolean || fail(node.args[next], "must be true or false");
      case Quantifier::sum:
        node.type = body;
        return is_number(body.kind) || body.kind == Kind::money ||
               fail(node.args[next], "cannot add " + describe(body));
      case Quantifier::least:
      case Quantifier::greatest:
        node.type = body;
        return is_ordered(body.kind) || fail(node.args[next], describe(body) + " has no order");
      case Quantifier::each:
        return set_of(node, node.args[next]);
    }
    return false;
  }

  /// A set of what the body gives: texts or references, or what sets of them hold.
  bool set_of(Node& node, const Node& body) {
    node.type = body.type;
    if (body.type.kind == Kind::text) node.type.kind = Kind::texts;
    if (body.type.kind == Kind::reference) node.type.kind = Kind::references;
    return node.type.kind == Kind::texts || node.type.kind == Kind::references ||
           fail(body, "no set is made of " + describe(body.type));
  }

  const Bundle& bundle_;
  const RecordType& type_;
  const std::vector<Parameter>& parameters_;
  Fault& fault_;
  std::vector<std::string> names_;
  std::vector<std::string> records_;
};

}  // namespace

bool check_types(const Bundle& bundle, const RecordType& type,
                 const std::vector<Parameter>& parameters, Node& node, Fault& fault) {
  return Checker(bundle, type, parameters, fault).check(node);
}

bool asks_before(const Node& node) noexcept {
  if (node.op == Op::variable && node.slot == kBeforeSlot) return true;
  return std::any_of(node.args.begin(), node.args.end(), asks_before);
}

}  // namespace insieme::schema::rules
