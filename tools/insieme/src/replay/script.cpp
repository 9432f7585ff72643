#include "replay/script.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>

#include "insieme/sync/limits.hpp"
#include "replay/json.hpp"

namespace insieme::replay {
namespace {

Error fault(std::string what) { return Error{ErrorCode::malformed, std::move(what)}; }

Error wrong(std::string_view key, const char* needed) {
  return fault("\"" + std::string(key) + "\" must be " + needed);
}

/// Typos must not be silently without effect.
Status check_keys(const Json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object.members) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return fault("unknown key \"" + key + "\"");
    }
  }
  return {};
}

Result<const Json*> needed(const Json& line, std::string_view key) {
  const Json* value = line.find(key);
  if (value == nullptr) return fault("\"" + std::string(key) + "\" is missing");
  return value;
}

Result<std::string> string_at(const Json& line, std::string_view key) {
  INSIEME_TRY_ASSIGN(const Json* value, needed(line, key));
  if (!value->is(Json::Kind::string)) return wrong(key, "a string");
  return value->text;
}

Result<std::int64_t> integer_of(const Json& value, std::string_view key) {
  if (!value.is(Json::Kind::integer)) return wrong(key, "a whole number");
  return value.integer;
}

/// 0 or more, at most `max`.
Result<std::uint64_t> count_of(const Json& value, std::string_view key, std::uint64_t max) {
  INSIEME_TRY_ASSIGN(const std::int64_t number, integer_of(value, key));
  if (number < 0 || static_cast<std::uint64_t>(number) > max) {
    return wrong(key, "a whole number from 0 on, and not too large");
  }
  return static_cast<std::uint64_t>(number);
}

/// The one member of an object such as {"n": 3}; null if `line` lacks `verb` or it is empty.
Result<const Json*> member_of(const Json& line, std::string_view verb, std::string_view field) {
  const Json* object = line.find(verb);
  if (object == nullptr) return static_cast<const Json*>(nullptr);
  if (!object->is(Json::Kind::object)) return wrong(verb, "an object");
  INSIEME_TRY(check_keys(*object, {field}));
  return object->find(field);
}

Result<sync::Value> value_of(const Json& json, std::string_view field) {
  switch (json.kind) {
    case Json::Kind::null: return sync::Value{sync::Null{}};
    case Json::Kind::boolean: return sync::Value{json.boolean};
    case Json::Kind::integer: return sync::Value{json.integer};
    case Json::Kind::string: return sync::Value{json.text};
    case Json::Kind::real: {
      // 1.0 and 1 are one number, and so are 1e17 and 100000000000000000: one value.
      constexpr double kLimit = 9223372036854775808.0;  // 2^63
      if (std::trunc(json.real) == json.real && json.real >= -kLimit && json.real < kLimit) {
        return sync::Value{static_cast<std::int64_t>(json.real)};
      }
      return sync::Value{json.real};
    }
    case Json::Kind::array:
    case Json::Kind::object: break;
  }
  return wrong(field, "a string, a number, true, false or null");
}

Status read_set(const Json& line, WriteLine& write) {
  const Json* set = line.find("set");
  if (set == nullptr) return {};
  if (!set->is(Json::Kind::object)) return wrong("set", "an object");
  INSIEME_TRY(check_keys(*set, {"reg", "auto"}));
  for (const auto& [field, json] : set->members) {
    INSIEME_TRY_ASSIGN(sync::Value value, value_of(json, field));
    write.set.emplace_back(field, std::move(value));
  }
  return {};
}

Status read_tags(const Json& line, std::string_view verb, std::vector<std::string>& tags) {
  INSIEME_TRY_ASSIGN(const Json* list, member_of(line, verb, "tags"));
  if (list == nullptr) return {};
  if (!list->is(Json::Kind::array)) return wrong("tags", "a list of strings");
  for (const Json& tag : list->items) {
    if (!tag.is(Json::Kind::string)) return wrong("tags", "a list of strings");
    tags.push_back(tag.text);
  }
  return {};
}

/// The text is shorter than any number that does not fit.
std::uint32_t clamped(std::int64_t number) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(number, 0, UINT32_MAX));
}

Status read_splices(const Json& line, WriteLine& write) {
  INSIEME_TRY_ASSIGN(const Json* list, member_of(line, "splice", "note"));
  if (list == nullptr) return {};
  if (!list->is(Json::Kind::array)) return wrong("note", "a list of splices");
  write.splice.emplace();
  for (const Json& json : list->items) {
    const auto& parts = json.items;
    if (!json.is(Json::Kind::array) || parts.size() != 3 || !parts[0].is(Json::Kind::integer) ||
        !parts[1].is(Json::Kind::integer) || !parts[2].is(Json::Kind::string)) {
      return fault("a splice is [position, deleted, \"inserted\"]");
    }
    write.splice->push_back(
        sync::Splice{clamped(parts[0].integer), clamped(parts[1].integer), parts[2].text});
  }
  return {};
}

Status read_rights(const Json& line, std::string_view verb, std::optional<Rights>& rights) {
  INSIEME_TRY_ASSIGN(const Json* json, member_of(line, verb, "credit"));
  if (json == nullptr) return {};
  if (!json->is(Json::Kind::object)) return wrong("credit", "an object with to and amount");
  INSIEME_TRY(check_keys(*json, {"to", "amount"}));
  rights.emplace();
  INSIEME_TRY_ASSIGN(rights->to, string_at(*json, "to"));
  INSIEME_TRY_ASSIGN(const Json* amount, needed(*json, "amount"));
  INSIEME_TRY_ASSIGN(rights->amount, count_of(*amount, "amount", sync::kEscrowAmountMax));
  return {};
}

Result<Line> read_write(const Json& line) {
  INSIEME_TRY(check_keys(line, {"do", "on", "record", "form", "set", "remove", "add", "inc",
                                "splice", "grant", "transfer", "spend"}));
  WriteLine write;
  INSIEME_TRY_ASSIGN(write.on, string_at(line, "on"));
  INSIEME_TRY_ASSIGN(write.record, string_at(line, "record"));
  if (line.find("form") != nullptr) {
    INSIEME_TRY_ASSIGN(write.form, string_at(line, "form"));
  }
  INSIEME_TRY(read_set(line, write));
  INSIEME_TRY(read_tags(line, "remove", write.remove));
  INSIEME_TRY(read_tags(line, "add", write.add));
  INSIEME_TRY_ASSIGN(const Json* inc, member_of(line, "inc", "n"));
  if (inc != nullptr) {
    INSIEME_TRY_ASSIGN(write.inc, integer_of(*inc, "n"));
  }
  INSIEME_TRY(read_splices(line, write));
  INSIEME_TRY(read_rights(line, "grant", write.grant));
  INSIEME_TRY(read_rights(line, "transfer", write.transfer));
  INSIEME_TRY_ASSIGN(const Json* spend, member_of(line, "spend", "credit"));
  if (spend != nullptr) {
    INSIEME_TRY_ASSIGN(write.spend, count_of(*spend, "credit", sync::kEscrowAmountMax));
  }
  return Line{std::move(write)};
}

Result<Line> read_life(const Json& line, bool retracts) {
  INSIEME_TRY(check_keys(line, {"do", "on", "record"}));
  LifeLine life;
  life.retracts = retracts;
  INSIEME_TRY_ASSIGN(life.on, string_at(line, "on"));
  INSIEME_TRY_ASSIGN(life.record, string_at(line, "record"));
  return Line{std::move(life)};
}

Result<Order> read_order(const std::string& text) {
  constexpr std::string_view kShuffle = "shuffle:";
  if (text == "causal") return Order{Order::Kind::causal, 0};
  if (text == "reverse") return Order{Order::Kind::reverse, 0};
  if (text.compare(0, kShuffle.size(), kShuffle) == 0) {
    Order order{Order::Kind::shuffle, 0};
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + kShuffle.size(), end, order.seed);
    if (read.ec == std::errc() && read.ptr == end) return order;
  }
  return wrong("order", "causal, reverse or shuffle:SEED with a seed from 0 to 2^64-1");
}

Result<Line> read_deliver(const Json& line) {
  INSIEME_TRY(check_keys(line, {"do", "from", "to", "max", "order", "repeat"}));
  DeliverLine deliver;
  INSIEME_TRY_ASSIGN(deliver.from, string_at(line, "from"));
  INSIEME_TRY_ASSIGN(deliver.to, string_at(line, "to"));
  if (const Json* max = line.find("max")) {
    INSIEME_TRY_ASSIGN(deliver.max, count_of(*max, "max", INT64_MAX));
  }
  if (line.find("order") != nullptr) {
    INSIEME_TRY_ASSIGN(const std::string order, string_at(line, "order"));
    INSIEME_TRY_ASSIGN(deliver.order, read_order(order));
  }
  if (const Json* repeat = line.find("repeat")) {
    INSIEME_TRY_ASSIGN(deliver.repeat, count_of(*repeat, "repeat", INT64_MAX));
  }
  return Line{std::move(deliver)};
}

Result<Line> read_sync(const Json& line) {
  INSIEME_TRY(check_keys(line, {"do", "between"}));
  INSIEME_TRY_ASSIGN(const Json* between, needed(line, "between"));
  const auto& names = between->items;
  if (!between->is(Json::Kind::array) || names.size() != 2 ||
      !names[0].is(Json::Kind::string) || !names[1].is(Json::Kind::string)) {
    return wrong("between", "a list of two names");
  }
  return Line{SyncLine{names[0].text, names[1].text}};
}

/// Lines whose values are all strings.
template <class T, class... Member>
Result<Line> read_names(const Json& line, std::initializer_list<std::string_view> keys,
                        Member... members) {
  std::vector<std::string_view> known(keys);
  for (const auto& [key, value] : line.members) {
    const bool is_known = key == "do" || std::find(known.begin(), known.end(), key) != known.end();
    if (!is_known) return fault("unknown key \"" + key + "\"");
  }
  T result;
  std::vector<std::string*> targets{&(result.*members)...};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    INSIEME_TRY_ASSIGN(*targets[i], string_at(line, known[i]));
  }
  return Line{std::move(result)};
}

Result<Line> read_clock(const Json& line) {
  INSIEME_TRY(check_keys(line, {"do", "on", "ms"}));
  ClockLine clock;
  INSIEME_TRY_ASSIGN(clock.on, string_at(line, "on"));
  INSIEME_TRY_ASSIGN(const Json* ms, needed(line, "ms"));
  INSIEME_TRY_ASSIGN(clock.ms, integer_of(*ms, "ms"));
  return Line{std::move(clock)};
}

}  // namespace

Result<Line> parse_line(std::string_view text) {
  INSIEME_TRY_ASSIGN(const Json line, parse_json(text));
  if (!line.is(Json::Kind::object)) return fault("a line is a JSON object");
  INSIEME_TRY_ASSIGN(const std::string verb, string_at(line, "do"));
  if (verb == "replica") return read_names<ReplicaLine>(line, {"name"}, &ReplicaLine::name);
  if (verb == "clock") return read_clock(line);
  if (verb == "open") {
    return read_names<OpenLine>(line, {"on", "form"}, &OpenLine::on, &OpenLine::form);
  }
  if (verb == "write") return read_write(line);
  if (verb == "retract") return read_life(line, true);
  if (verb == "restore") return read_life(line, false);
  if (verb == "deliver") return read_deliver(line);
  if (verb == "sync") return read_sync(line);
  if (verb == "snapshot") {
    return read_names<SnapshotLine>(line, {"from", "to"}, &SnapshotLine::from, &SnapshotLine::to);
  }
  if (verb == "compact") return read_names<CompactLine>(line, {"on"}, &CompactLine::on);
  if (verb == "dump") return read_names<DumpLine>(line, {"on"}, &DumpLine::on);
  return fault("unknown \"do\": \"" + verb + "\"");
}

bool is_blank(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace insieme::replay
