#include "rules/evaluate.hpp"

#include <algorithm>
#include <limits>

#include "insieme/schema/calendar.hpp"
#include "rules/functions.hpp"

namespace insieme::schema::rules {

namespace {

using Integer = std::int64_t;

std::optional<Integer> checked(Op op, Integer a, Integer b) noexcept {
  Integer out = 0;
  bool overflowed = false;
  if (op == Op::add) overflowed = __builtin_add_overflow(a, b, &out);
  if (op == Op::subtract) overflowed = __builtin_sub_overflow(a, b, &out);
  if (op == Op::multiply) overflowed = __builtin_mul_overflow(a, b, &out);
  if (overflowed) return std::nullopt;
  return out;
}

std::optional<double> as_real(const Datum& datum) {
  if (const auto* real = get<double>(datum)) return *real;
  if (const auto* integer = get<Integer>(datum)) return static_cast<double>(*integer);
  return std::nullopt;
}

/// Less than zero, zero, more; nullopt if one is unknown.
std::optional<int> order(const Datum& a, const Datum& b) {
  const auto* left = std::get_if<sync::Value>(&a);
  const auto* right = std::get_if<sync::Value>(&b);
  if (left == nullptr || right == nullptr || is_nothing(a) || is_nothing(b)) return std::nullopt;
  if (left->index() != right->index()) {
    const auto x = as_real(a);
    const auto y = as_real(b);
    if (!x || !y) return std::nullopt;
    return *x < *y ? -1 : (*x > *y ? 1 : 0);
  }
  const auto compared = sync::compare(*left, *right);
  return compared < 0 ? -1 : (compared > 0 ? 1 : 0);
}

Datum of_bool(std::optional<bool> value) { return value ? datum_of(*value) : unknown(); }

class Evaluator {
 public:
  Evaluator(const Bundle& bundle, const RuleRecord& record, const RuleRecord* before,
            RecordSource& others, const std::vector<sync::Value>& parameters)
      : bundle_(bundle), others_(others), parameters_(parameters), slots_{&record, before} {}

  [[nodiscard]] bool exceeded() const noexcept { return steps_ > kStepsMax; }

  Datum value(const Node& node) {
    if (!step()) return unknown();
    switch (node.op) {
      case Op::literal:
        return node.literal;
      case Op::list:
        return unknown();  // only `in` looks into one
      case Op::variable:
        return slots_[node.slot];
      case Op::parameter:
        return node.slot < parameters_.size() ? Datum{parameters_[node.slot]} : unknown();
      case Op::field:
        return field(node);
      case Op::negate:
        return negated(value(node.args[0]));
      case Op::logical_not: {
        const auto truth_value = truth(node.args[0]);
        return truth_value ? datum_of(!*truth_value) : unknown();
      }
      case Op::logical_and:
      case Op::logical_or:
        return of_bool(logic(node));
      case Op::add:
      case Op::subtract:
      case Op::multiply:
        return arithmetic(node);
      case Op::in:
      case Op::not_in:
        return of_bool(member(node));
      case Op::call:
        return call(node);
      case Op::quantify:
        return quantify(node);
      default:
        return of_bool(comparison(node));
    }
  }

 private:
  bool step() noexcept { return ++steps_ <= kStepsMax; }

  std::optional<bool> truth(const Node& node) {
    const Datum datum = value(node);
    const bool* known = get<bool>(datum);
    if (known == nullptr) return std::nullopt;
    return *known;
  }

  /// Three-valued: false and anything is false, true or anything is true.
  std::optional<bool> logic(const Node& node) {
    const bool decisive = node.op == Op::logical_or;
    const auto left = truth(node.args[0]);
    if (left == decisive) return decisive;
    const auto right = truth(node.args[1]);
    if (right == decisive) return decisive;
    if (!left || !right) return std::nullopt;
    return !decisive;
  }

  const RuleRecord* record_in(const Datum& datum) {
    if (const auto* record = std::get_if<const RuleRecord*>(&datum)) return *record;
    const auto* reference = get<sync::Reference>(datum);
    return reference == nullptr ? nullptr : others_.find(reference->record);
  }

  Datum field(const Node& node) {
    const Type& from = node.args[0].type;
    const RuleRecord* record = record_in(value(node.args[0]));
    if (record == nullptr || record->type != from.record) return unknown();
    if (node.name == "id" && from.kind == Kind::record) {
      return datum_of(sync::Reference{record->id});
    }
    const auto found = record->values.find(node.name);
    const bool is_set = node.type.kind == Kind::texts || node.type.kind == Kind::references;
    if (is_set) {
      return found == record->values.end() ? std::vector<sync::Value>{} : found->second;
    }
    if (found == record->values.end() || found->second.empty()) return unknown();
    // A record that another version wrote may hold another kind: that is unknown here.
    return fits(node.type.kind, found->second.front()) ? Datum{found->second.front()} : unknown();
  }

  static bool fits(Kind kind, const sync::Value& value) {
    switch (kind) {
      case Kind::boolean:
        return std::holds_alternative<bool>(value);
      case Kind::integer:
      case Kind::money:
        return std::holds_alternative<Integer>(value);
      case Kind::real:
        return std::holds_alternative<double>(value);
      case Kind::text: {
        const auto* text = std::get_if<std::string>(&value);
        return text != nullptr && !text->empty();
      }
      case Kind::date:
        return std::holds_alternative<sync::Date>(value);
      case Kind::instant:
        return std::holds_alternative<sync::Instant>(value);
      case Kind::reference:
        return std::holds_alternative<sync::Reference>(value);
      case Kind::bytes:
        return std::holds_alternative<sync::Bytes>(value);
      default:
        return false;
    }
  }

  static Datum negated(const Datum& datum) {
    if (const auto* real = get<double>(datum)) return datum_of(-*real);
    const auto* integer = get<Integer>(datum);
    const auto out = integer == nullptr ? std::nullopt : checked(Op::subtract, 0, *integer);
    return out ? datum_of(*out) : unknown();
  }

  Datum arithmetic(const Node& node) {
    return computed(node.op, value(node.args[0]), value(node.args[1]));
  }

  static Datum computed(Op op, const Datum& a, const Datum& b) {
    const auto* x = get<Integer>(a);
    const auto* y = get<Integer>(b);
    if (x != nullptr && y != nullptr) {
      const auto out = checked(op, *x, *y);
      return out ? datum_of(*out) : unknown();
    }
    if (const auto* date = get<sync::Date>(a); date != nullptr && y != nullptr) {
      const auto days = op == Op::add ? std::optional<Integer>(*y) : checked(Op::subtract, 0, *y);
      const auto out = days ? add_days(*date, *days) : std::nullopt;
      return out ? datum_of(*out) : unknown();
    }
    const auto left = as_real(a);
    const auto right = as_real(b);
    if (!left || !right) return unknown();
    if (op == Op::add) return datum_of(*left + *right);
    return datum_of(op == Op::subtract ? *left - *right : *left * *right);
  }

  std::optional<bool> comparison(const Node& node) {
    const auto compared = order(value(node.args[0]), value(node.args[1]));
    if (!compared) return std::nullopt;
    switch (node.op) {
      case Op::equal:
        return *compared == 0;
      case Op::not_equal:
        return *compared != 0;
      case Op::less:
        return *compared < 0;
      case Op::less_equal:
        return *compared <= 0;
      case Op::greater:
        return *compared > 0;
      default:
        return *compared >= 0;
    }
  }

  std::optional<bool> member(const Node& node) {
    const Datum one = value(node.args[0]);
    if (is_nothing(one)) return std::nullopt;
    bool found = false;
    if (node.args[1].op == Op::list) {
      for (const Node& item : node.args[1].args) found = found || order(one, value(item)) == 0;
    } else {
      const Datum many = value(node.args[1]);
      const auto* set = std::get_if<std::vector<sync::Value>>(&many);
      if (set == nullptr) return std::nullopt;
      steps_ += set->size();
      found = std::any_of(set->begin(), set->end(),
                          [&one](const sync::Value& element) { return order(one, element) == 0; });
    }
    return found == (node.op == Op::in);
  }

  Datum call(const Node& node) {
    const Function& function = function_at(node.function);
    std::vector<Datum> args;
    args.reserve(node.args.size());
    for (const Node& arg : node.args) {
      args.push_back(value(arg));
      if (!function.takes_unknown && is_nothing(args.back())) return unknown();
    }
    return function.apply({node, args, bundle_});
  }

  std::vector<const RuleRecord*> records_of(const Node& node) {
    if (node.source == Source::all_of_type) {
      const RuleRecord* where =
          node.has_beside ? record_in(value(node.args[0])) : slots_[kThisSlot];
      if (where == nullptr) return {};
      return others_.in_dossier(where->dossier, node.record_type);
    }
    if (node.source == Source::by_field) {
      sync::Value key = sync::Reference{slots_[kThisSlot]->id};
      if (!node.own_field.empty()) {
        const auto own = slots_[kThisSlot]->values.find(node.own_field);
        if (own == slots_[kThisSlot]->values.end() || own->second.empty()) return {};
        key = own->second.front();
      }
      if (is_nothing(key)) return {};
      return others_.with(node.record_type, node.by, key);
    }
    std::vector<const RuleRecord*> out;
    const Datum many = value(node.args[0]);
    if (const auto* set = std::get_if<std::vector<sync::Value>>(&many)) {
      for (const sync::Value& element : *set) {
        if (!step()) break;
        const auto* reference = std::get_if<sync::Reference>(&element);
        const RuleRecord* found = reference == nullptr ? nullptr : others_.find(reference->record);
        if (found != nullptr && found->type == node.record_type) out.push_back(found);
      }
    }
    return out;
  }

  Datum quantify(const Node& node) {
    const std::vector<const RuleRecord*> records = records_of(node);
    const std::size_t first = node.source == Source::set || node.has_beside ? 1 : 0;
    Integer count = 0;
    std::vector<Datum> found;
    slots_.push_back(nullptr);
    for (const RuleRecord* record : records) {
      if (!step()) break;
      slots_.back() = record;
      if (node.has_where && truth(node.args[first]) != true) continue;
      ++count;
      if (node.has_body) found.push_back(value(node.args[first + (node.has_where ? 1 : 0)]));
    }
    slots_.pop_back();
    return summary(node, count, found);
  }

  Datum summary(const Node& node, Integer count, const std::vector<Datum>& found) {
    switch (node.quantifier) {
      case Quantifier::count:
        return datum_of(count);
      case Quantifier::any:
        return of_bool(some(found, true));
      case Quantifier::all: {
        const auto one_fails = some(found, false);
        return one_fails ? datum_of(!*one_fails) : unknown();
      }
      case Quantifier::sum:
        return total(node, found);
      case Quantifier::distinct:
        return datum_of(different(found));
      case Quantifier::each:
        return joined(found);
      case Quantifier::least:
      case Quantifier::greatest:
        break;
    }
    Datum best = unknown();
    const int wanted = node.quantifier == Quantifier::least ? -1 : 1;
    for (const Datum& one : found) {
      if (is_nothing(one)) continue;
      if (is_nothing(best) || order(one, best) == wanted) best = one;
    }
    return best;
  }

  /// Whether one of them is `wanted`; unknown if none is but one is unknown.
  static std::optional<bool> some(const std::vector<Datum>& found, bool wanted) {
    bool all_known = true;
    for (const Datum& one : found) {
      const bool* known = get<bool>(one);
      if (known != nullptr && *known == wanted) return true;
      all_known = all_known && known != nullptr;
    }
    if (!all_known) return std::nullopt;
    return false;
  }

  /// What is not filled in adds nothing.
  static Datum total(const Node& node, const std::vector<Datum>& found) {
    Datum sum = node.type.kind == Kind::real ? datum_of(0.0) : datum_of(Integer{0});
    for (const Datum& one : found) {
      if (is_nothing(one)) continue;
      sum = computed(Op::add, sum, one);
      if (is_nothing(sum)) return sum;
    }
    return sum;
  }

  /// What is not filled in is in no set.
  Datum joined(const std::vector<Datum>& found) {
    std::vector<sync::Value> out;
    for (const Datum& one : found) {
      if (const auto* set = std::get_if<std::vector<sync::Value>>(&one)) {
        out.insert(out.end(), set->begin(), set->end());
      } else if (const auto* value = std::get_if<sync::Value>(&one); !is_nothing(one)) {
        if (value != nullptr) out.push_back(*value);
      }
    }
    steps_ += out.size();
    std::sort(out.begin(), out.end(), [](const sync::Value& a, const sync::Value& b) {
      return sync::compare(a, b) < 0;
    });
    out.erase(std::unique(out.begin(), out.end(),
                          [](const sync::Value& a, const sync::Value& b) {
                            return sync::equal(a, b);
                          }),
              out.end());
    return out;
  }

  Integer different(const std::vector<Datum>& found) {
    std::vector<const sync::Value*> values;
    for (const Datum& one : found) {
      if (!is_nothing(one) && std::holds_alternative<sync::Value>(one)) {
        values.push_back(&std::get<sync::Value>(one));
      }
    }
    steps_ += values.size();
    const auto less = [](const sync::Value* a, const sync::Value* b) {
      return sync::compare(*a, *b) < 0;
    };
    const auto same = [](const sync::Value* a, const sync::Value* b) {
      return sync::equal(*a, *b);
    };
    std::sort(values.begin(), values.end(), less);
    values.erase(std::unique(values.begin(), values.end(), same), values.end());
    return static_cast<Integer>(values.size());
  }

  const Bundle& bundle_;
  RecordSource& others_;
  const std::vector<sync::Value>& parameters_;
  std::vector<const RuleRecord*> slots_;
  std::size_t steps_ = 0;
};

}  // namespace

Evaluation evaluate(const Bundle& bundle, const Node& node, const RuleRecord& record,
                    const RuleRecord* before, RecordSource& others,
                    const std::vector<sync::Value>& parameters) {
  Evaluator evaluator(bundle, record, before, others, parameters);
  Evaluation out;
  out.value = evaluator.value(node);
  out.exceeded = evaluator.exceeded();
  return out;
}

}  // namespace insieme::schema::rules
