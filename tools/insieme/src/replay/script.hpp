#pragma once
// The lines of a script of `insieme replay`, read and checked by themselves. The language is
// docs/testing.md.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "insieme/sync/result.hpp"
#include "insieme/sync/text.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::replay {

struct ReplicaLine {
  std::string name;
};
struct ClockLine {
  std::string on;
  std::int64_t ms = 0;
};
struct OpenLine {
  std::string on;
  std::string form;
};
struct Rights {
  std::string to;
  std::uint64_t amount = 0;
};
struct WriteLine {
  std::string on;
  std::string record;
  std::optional<std::string> form;
  std::vector<std::pair<std::string, sync::Value>> set;  ///< field, value
  std::vector<std::string> remove;
  std::vector<std::string> add;
  std::optional<std::int64_t> inc;
  std::optional<std::vector<sync::Splice>> splice;
  std::optional<Rights> grant;
  std::optional<Rights> transfer;
  std::optional<std::uint64_t> spend;
};
struct LifeLine {
  std::string on;
  std::string record;
  bool retracts = false;
};
/// `shuffle`: the seed.
struct Order {
  enum class Kind : std::uint8_t { causal, reverse, shuffle };
  Kind kind = Kind::causal;
  std::uint64_t seed = 0;
};
struct DeliverLine {
  std::string from;
  std::string to;
  std::optional<std::uint64_t> max;
  Order order;
  std::uint64_t repeat = 1;
};
struct SyncLine {
  std::string first;
  std::string second;
};
struct SnapshotLine {
  std::string from;
  std::string to;
};
struct CompactLine {
  std::string on;
};
struct DumpLine {
  std::string on;
};
using Line = std::variant<ReplicaLine, ClockLine, OpenLine, WriteLine, LifeLine, DeliverLine,
                          SyncLine, SnapshotLine, CompactLine, DumpLine>;

/// One line. Errors: `malformed`, with what is wrong: no JSON, an unknown `do`, a key that is
/// missing or unknown, a value of the wrong type or out of range.
[[nodiscard]] Result<Line> parse_line(std::string_view text);

/// True for a line that is skipped: nothing but JSON's white space.
[[nodiscard]] bool is_blank(std::string_view text) noexcept;

}  // namespace insieme::replay
