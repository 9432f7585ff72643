#include "replay/oracle.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <sstream>

namespace insieme::testing::replay {
namespace {

namespace json = boost::json;
using Kind = OracleOp::Kind;

std::string text_at(const json::object& line, const char* key) {
  return std::string(line.at(key).as_string());
}

/// The numbers that a line sets, as lists of their spelling: a parser would round them its own way.
std::string with_spelled_numbers(const std::string& line) {
  std::string out;
  std::string word;  // the string before, and what follows it
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool is_value = word == "reg:" || word == "auto:";
    if (!inside && is_value && (c == '-' || (c >= '0' && c <= '9'))) {
      const std::size_t end = line.find_first_of(",} \t\r", i);
      out += "[\"" + line.substr(i, end - i) + "\"]";
      i = end - 1;
      word.clear();
      continue;
    }
    out += c;
    if (c == '"') {
      inside = !inside;
      if (inside) word.clear();
    } else if (inside && c == '\\') {
      out += line[++i];
    } else if (inside || c == ':') {
      word += c;
    } else if (c != ' ' && c != '\t') {
      word.clear();
    }
  }
  return out;
}

/// Strings before all else; the first byte of the key says so.
void read_value(const json::value& value, OracleOp& op) {
  if (value.is_string()) {
    op.text = quoted(std::string(value.as_string()));
    op.sort_key = "a" + std::string(value.as_string());
    return;
  }
  if (value.is_null()) op.text = "null";
  if (value.is_bool()) op.text = value.as_bool() ? "true" : "false";
  if (value.is_array()) op.text = number_text(std::string(value.at(0).as_string()));
  op.sort_key = "b" + op.text;
}

std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state;
  mixed ^= mixed >> 30U;
  mixed *= 0xbf58476d1ce4e5b9U;
  mixed ^= mixed >> 27U;
  mixed *= 0x94d049bb133111ebU;
  mixed ^= mixed >> 31U;
  return mixed;
}

void put_in_order(std::vector<std::size_t>& ids, const std::string& order) {
  if (order == "reverse") std::reverse(ids.begin(), ids.end());
  if (order.rfind("shuffle:", 0) != 0) return;
  std::uint64_t state = std::stoull(order.substr(8));
  for (std::size_t i = ids.size(); i > 1; --i) {
    std::swap(ids[i - 1], ids[next_random(state) % i]);
  }
}

}  // namespace

/// One line at a time.
struct Oracle::Reader {
  Oracle& oracle;
  const json::object& line;

  [[nodiscard]] std::size_t replica(const char* key) const {
    return oracle.place(text_at(line, key));
  }

  void write() const {
    const std::size_t on = replica("on");
    OracleChange change;
    change.record = text_at(line, "record");
    change.is_write = true;
    change.context = oracle.replicas_[on].applied;
    if (line.contains("form")) {
      change.context = oracle.replicas_[on].forms.at(text_at(line, "form"));
    }
    read_fields(change);
    if (read_rights(change, on)) oracle.author(on, std::move(change));
  }

  void live(Kind kind) const {
    const std::size_t on = replica("on");
    OracleChange change;
    change.record = text_at(line, "record");
    change.context = oracle.replicas_[on].applied;
    change.ops.push_back({});
    change.ops.back().kind = kind;
    oracle.author(on, std::move(change));
  }

  void deliver(std::size_t from, std::size_t to) const {
    Ids missing;
    for (const std::size_t id : oracle.replicas_[from].applied) {
      const Replica& target = oracle.replicas_[to];
      if (target.applied.count(id) == 0 && target.waiting.count(id) == 0) missing.insert(id);
    }
    std::vector<std::size_t> ids = oracle.in_causal_order(missing);
    if (line.contains("order")) put_in_order(ids, text_at(line, "order"));
    std::size_t max = ids.size();
    if (line.contains("max")) {
      max = std::min<std::size_t>(max, static_cast<std::size_t>(line.at("max").as_int64()));
    }
    const std::int64_t repeat = line.contains("repeat") ? line.at("repeat").as_int64() : 1;
    if (repeat == 0) return;
    for (std::size_t i = 0; i < max; ++i) oracle.receive(oracle.replicas_[to], ids[i]);
  }

 private:
  [[nodiscard]] OracleOp& add_op(OracleChange& change, Kind kind, const char* field) const {
    change.ops.emplace_back();
    change.ops.back().kind = kind;
    change.ops.back().field = field;
    return change.ops.back();
  }
  [[nodiscard]] const json::value* member(const char* verb, const char* field) const {
    const json::value* object = line.if_contains(verb);
    return object == nullptr ? nullptr : object->as_object().if_contains(field);
  }

  void read_fields(OracleChange& change) const {
    for (const char* field : {"reg", "auto"}) {
      if (const json::value* value = member("set", field)) {
        read_value(*value, add_op(change, Kind::set, field));
      }
    }
    if (const json::value* tags = member("remove", "tags")) {
      for (const auto& tag : tags->as_array()) {
        add_op(change, Kind::remove, "tags").text = std::string(tag.as_string());
      }
    }
    if (const json::value* tags = member("add", "tags")) {
      for (const auto& tag : tags->as_array()) {
        add_op(change, Kind::add, "tags").text = std::string(tag.as_string());
      }
    }
    if (const json::value* n = member("inc", "n")) {
      add_op(change, Kind::inc, "n").number = n->as_int64();
    }
    const json::value* note = member("splice", "note");
    if (note == nullptr) return;
    OracleOp& op = add_op(change, Kind::splice, "note");
    for (const auto& splice : note->as_array()) {
      const json::array& parts = splice.as_array();
      op.splices.push_back({parts[0].as_int64(), parts[1].as_int64(),
                            std::string(parts[2].as_string())});
    }
  }

  /// False if the line hands on more than the writer has.
  [[nodiscard]] bool read_rights(OracleChange& change, std::size_t on) const {
    OracleAccount own = oracle.account(oracle.replicas_[on].applied, change.record, on);
    const auto amount = [](const OracleOp& op) { return static_cast<std::uint64_t>(op.number); };
    if (const json::value* grant = member("grant", "credit")) {
      OracleOp& op = add_op(change, Kind::grant, "credit");
      op.to = oracle.place(text_at(grant->as_object(), "to"));
      op.number = grant->at("amount").as_int64();
      if (op.to == on) own.gained = capped_sum(own.gained, amount(op));
    }
    if (const json::value* transfer = member("transfer", "credit")) {
      OracleOp& op = add_op(change, Kind::transfer, "credit");
      op.to = oracle.place(text_at(transfer->as_object(), "to"));
      op.number = transfer->at("amount").as_int64();
      if (amount(op) > own.rights()) return false;
      if (op.to == on) own.gained = capped_sum(own.gained, amount(op));
      own.given = capped_sum(own.given, amount(op));
    }
    if (const json::value* spend = member("spend", "credit")) {
      OracleOp& op = add_op(change, Kind::spend, "credit");
      op.number = spend->as_int64();
      op.firm = own.rights() >= amount(op);
    }
    return true;
  }
};

std::vector<Oracle::Dump> Oracle::run(const std::string& script) {
  std::vector<Dump> dumps;
  bool named = false;
  std::istringstream in(script);
  for (std::string text; std::getline(in, text);) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const json::object line = json::parse(with_spelled_numbers(text)).as_object();
    const std::string verb = text_at(line, "do");
    if (verb == "replica") {
      replicas_.emplace_back();
      replicas_.back().name = text_at(line, "name");
      continue;
    }
    if (!named) {
      named = true;
      std::sort(replicas_.begin(), replicas_.end(),
                [](const Replica& a, const Replica& b) { return a.name < b.name; });
    }
    const Reader reader{*this, line};
    if (verb == "clock") {
      replicas_[reader.replica("on")].clock = line.at("ms").as_int64();
    } else if (verb == "open") {
      Replica& replica = replicas_[reader.replica("on")];
      replica.forms[text_at(line, "form")] = replica.applied;
    } else if (verb == "write") {
      reader.write();
    } else if (verb == "retract" || verb == "restore") {
      reader.live(verb == "retract" ? Kind::retract : Kind::restore);
    } else if (verb == "deliver") {
      reader.deliver(reader.replica("from"), reader.replica("to"));
    } else if (verb == "sync") {
      const std::size_t a = place(std::string(line.at("between").at(0).as_string()));
      const std::size_t b = place(std::string(line.at("between").at(1).as_string()));
      reader.deliver(a, b);
      reader.deliver(b, a);
    } else if (verb == "snapshot") {
      reader.deliver(reader.replica("from"), reader.replica("to"));
    } else if (verb == "dump") {
      dumps.push_back(dump(reader.replica("on")));
    }
  }
  return dumps;
}

std::size_t Oracle::place(const std::string& name) const {
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    if (replicas_[i].name == name) return i;
  }
  throw std::logic_error("the generator named nobody");
}

void Oracle::author(std::size_t on, OracleChange change) {
  Replica& replica = replicas_[on];
  change.replica = on;
  change.seq = ++replica.seq;
  change.deps = replica.applied;
  change.ms = replica.last_ms ? std::max(replica.clock, *replica.last_ms) : replica.clock;
  replica.last_ms = change.ms;
  replica.applied.insert(changes_.size());
  changes_.push_back(std::move(change));
}

OracleAccount Oracle::account(const Ids& seen, const std::string& record,
                              std::size_t replica) const {
  OracleAccount own;
  for (const std::size_t id : seen) {
    const OracleChange& change = changes_[id];
    if (change.record != record) continue;
    const bool mine = change.replica == replica;
    for (const OracleOp& op : change.ops) {
      const auto amount = static_cast<std::uint64_t>(op.number);
      const bool moves = op.kind == Kind::grant || op.kind == Kind::transfer;
      const bool gives = op.kind == Kind::transfer || (op.kind == Kind::spend && op.firm);
      if (moves && op.to == replica) own.gained = capped_sum(own.gained, amount);
      if (gives && mine) own.given = capped_sum(own.given, amount);
    }
  }
  return own;
}

void Oracle::receive(Replica& to, std::size_t id) {
  if (to.applied.count(id) == 0) to.waiting.insert(id);
  for (bool progress = true; progress;) {
    progress = false;
    for (const std::size_t waiting : Ids(to.waiting)) {
      const Ids& deps = changes_[waiting].deps;
      if (!std::includes(to.applied.begin(), to.applied.end(), deps.begin(), deps.end())) continue;
      to.waiting.erase(waiting);
      to.applied.insert(waiting);
      progress = true;
    }
  }
}

std::vector<std::size_t> Oracle::in_causal_order(const Ids& ids) const {
  std::vector<std::size_t> sorted(ids.begin(), ids.end());
  std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
    const OracleChange& x = changes_[a];
    const OracleChange& y = changes_[b];
    return std::make_tuple(x.deps.size(), x.replica, x.seq) <
           std::make_tuple(y.deps.size(), y.replica, y.seq);
  });
  return sorted;
}

}  // namespace insieme::testing::replay
