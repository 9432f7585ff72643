// What a replica shows, out of all operations that it has applied against all others.
#include <algorithm>
#include <iterator>
#include <sstream>

#include "replay/oracle.hpp"

namespace insieme::testing::replay {

std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << '"';
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out << '\\' << c;
    } else if (code >= 0x20) {
      out << c;
    } else if (const auto at = std::string("\b\t\n\f\r").find(c); at != std::string::npos) {
      out << '\\' << "btnfr"[at];
    } else {
      out << "\\u00" << (code < 16 ? '0' : '1') << "0123456789abcdef"[code % 16];
    }
  }
  out << '"';
  return out.str();
}

namespace {

using Kind = OracleOp::Kind;

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}
/// Members whose values are JSON already.
std::string object(const std::map<std::string, std::string>& members) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : members) parts.push_back(quoted(key) + ":" + value);
  return "{" + joined(parts) + "}";
}
template <class Strings>
std::string strings(const Strings& list) {
  std::vector<std::string> parts;
  for (const std::string& text : list) parts.push_back(quoted(text));
  return "[" + joined(parts) + "]";
}

}  // namespace

Oracle::Dump Oracle::dump(std::size_t on) const {
  const Replica& replica = replicas_[on];
  std::map<std::string, std::vector<std::size_t>> by_record;
  for (const std::size_t id : in_causal_order(replica.applied)) {
    by_record[changes_[id].record].push_back(id);
  }
  std::map<std::string, std::string> records;
  for (const auto& [record, changes] : by_record) records[record] = record_json(record, changes);
  return {object({{"digest", "\"\""}, {"on", quoted(replica.name)}, {"records", object(records)}}),
          replica.applied};
}

std::string Oracle::record_json(const std::string& record,
                                const std::vector<std::size_t>& changes) const {
  std::map<std::string, std::string> fields;
  std::set<std::string> items;
  std::set<std::string> flags;
  bool contested = false;
  bool provisional = false;
  fields["auto"] = register_json(changes, "auto", contested);
  fields["reg"] = register_json(changes, "reg", contested);
  if (contested) items.insert("concurrent-values");
  fields["tags"] = tags_json(changes);
  fields["credit"] = credit_json(record, changes, provisional);
  if (provisional) items.insert("provisional-spend");
  std::uint64_t n = 0;  // wraps
  std::vector<OracleTextEvent> events;
  for (const std::size_t id : changes) {
    const OracleChange& change = changes_[id];
    for (const OracleOp& op : change.ops) {
      if (op.kind == Kind::inc) n += static_cast<std::uint64_t>(op.number);
      if (op.kind != Kind::splice) continue;
      events.push_back({id, change.replica, change.seq, &change.context, &op.splices});
    }
  }
  fields["n"] = std::to_string(static_cast<std::int64_t>(n));
  const OracleText note = text_of(events);
  fields["note"] = quoted(note.text);
  if (note.flagged) flags.insert("note");
  const std::string life = life_of(changes, items);
  return object({{"fields", object(fields)},
                 {"flags", strings(flags)},
                 {"items", strings(items)},
                 {"lifecycle", quoted(life)}});
}

/// `contested` becomes true if the field is `reg` and shows a disagreement.
std::string Oracle::register_json(const std::vector<std::size_t>& changes,
                                  const std::string& field, bool& contested) const {
  const auto write_in = [&](std::size_t id) -> const OracleOp* {
    for (const OracleOp& op : changes_[id].ops) {
      if (op.kind == Kind::set && op.field == field) return &op;
    }
    return nullptr;
  };
  std::map<std::string, std::string> values;  // by sort key
  std::string display = "null";
  std::optional<std::tuple<std::int64_t, std::size_t, std::uint64_t>> best;
  for (const std::size_t id : changes) {
    const OracleOp* write = write_in(id);
    if (write == nullptr) continue;
    const bool replaced = std::any_of(changes.begin(), changes.end(), [&](std::size_t other) {
      return write_in(other) != nullptr && changes_[other].context.count(id) != 0;
    });
    if (replaced) continue;
    values[write->sort_key] = write->text;
    const auto rank = std::make_tuple(changes_[id].ms, changes_[id].replica, changes_[id].seq);
    if (!best || *best < rank) {
      best = rank;
      display = write->text;
    }
  }
  if (field == "reg" && values.size() > 1) contested = true;
  std::vector<std::string> list;
  for (const auto& [key, value] : values) list.push_back(value);
  return object({{"display", display}, {"values", "[" + joined(list) + "]"}});
}

std::string Oracle::tags_json(const std::vector<std::size_t>& changes) const {
  std::set<std::string> tags;
  for (const std::size_t id : changes) {
    for (const OracleOp& add : changes_[id].ops) {
      if (add.kind != Kind::add) continue;
      bool removed = false;
      for (const std::size_t other : changes) {
        if (changes_[other].context.count(id) == 0) continue;
        for (const OracleOp& op : changes_[other].ops) {
          removed = removed || (op.kind == Kind::remove && op.text == add.text);
        }
      }
      if (!removed) tags.insert(add.text);
    }
  }
  return strings(tags);
}

std::string Oracle::credit_json(const std::string& record, const std::vector<std::size_t>& changes,
                                bool& provisional) const {
  std::uint64_t firm_sum = 0;
  std::uint64_t provisional_sum = 0;
  for (const std::size_t id : changes) {
    for (const OracleOp& op : changes_[id].ops) {
      if (op.kind != Kind::spend) continue;
      std::uint64_t& sum = op.firm ? firm_sum : provisional_sum;
      sum = capped_sum(sum, static_cast<std::uint64_t>(op.number));
      provisional = provisional || !op.firm;
    }
  }
  const Ids seen(changes.begin(), changes.end());
  std::map<std::string, std::string> shares;
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    shares[replicas_[i].name] = std::to_string(account(seen, record, i).rights());
  }
  return object({{"provisional", std::to_string(provisional_sum)},
                 {"rights", object(shares)},
                 {"spent", std::to_string(firm_sum)}});
}

std::string Oracle::life_of(const std::vector<std::size_t>& changes,
                            std::set<std::string>& items) const {
  const auto is = [&](std::size_t id, Kind kind) {
    return !changes_[id].is_write && changes_[id].ops.at(0).kind == kind;
  };
  const auto survives = [&](std::size_t id) {
    return std::none_of(changes.begin(), changes.end(), [&](std::size_t other) {
      return !changes_[other].is_write && changes_[other].context.count(id) != 0;
    });
  };
  std::vector<std::size_t> retractions;
  bool restore_survives = false;
  for (const std::size_t id : changes) {
    if (is(id, Kind::retract) && survives(id)) retractions.push_back(id);
    restore_survives = restore_survives || (is(id, Kind::restore) && survives(id));
  }
  const auto covered = [&](std::size_t id) {
    return std::any_of(retractions.begin(), retractions.end(), [&](std::size_t retraction) {
      return changes_[retraction].context.count(id) != 0;
    });
  };
  bool late_write = false;
  bool late_restore = false;
  for (const std::size_t id : changes) {
    if (changes_[id].is_write && !covered(id)) late_write = true;
    if (is(id, Kind::restore) && !covered(id)) late_restore = true;
  }
  const bool retracted = !retractions.empty() && !late_write && !late_restore;
  if (!retracted && !retractions.empty() && late_write) items.insert("edited-after-retraction");
  if (!retractions.empty() && restore_survives) items.insert("concurrent-lifecycle");
  return retracted ? "retracted" : "active";
}

}  // namespace insieme::testing::replay
