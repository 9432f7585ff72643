#pragma once
// What `insieme replay` must print, worked out from the language in docs/testing.md alone: a change
// carries the explicit set of changes that its author had applied and the set that it had in front
// of it, and every dump looks at all operations against all others. Slow and plain; it shares no
// code with sync/ nor with the program.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace insieme::testing::replay {

/// A string as a dump writes it.
[[nodiscard]] std::string quoted(const std::string& text);

using Ids = std::set<std::size_t>;  ///< places in `Oracle::changes_`

/// A number of a script as a dump writes it, from its spelling.
[[nodiscard]] std::string number_text(const std::string& spelling);

/// Sums stop at the largest number of 64 bits.
[[nodiscard]] std::uint64_t capped_sum(std::uint64_t a, std::uint64_t b);

/// What a replica was given, also by itself, and what it gave, also to itself, or spent firmly.
struct OracleAccount {
  std::uint64_t gained = 0;
  std::uint64_t given = 0;
  [[nodiscard]] std::uint64_t rights() const { return gained > given ? gained - given : 0; }
};

struct OracleSplice {
  std::int64_t position = 0;
  std::int64_t removed = 0;
  std::string inserted;
};

struct OracleOp {
  enum class Kind {
    set, remove, add, inc, splice, grant, transfer, spend, retract, restore
  };
  Kind kind = Kind::set;
  std::string field;
  std::string text;         ///< a tag; of `set`: the value as JSON
  std::string sort_key;     ///< of `set`: what orders the value
  std::int64_t number = 0;  ///< inc, amounts
  std::size_t to = 0;       ///< grant, transfer: a replica
  bool firm = false;        ///< spend
  std::vector<OracleSplice> splices;
};

struct OracleChange {
  std::size_t replica = 0;
  std::uint64_t seq = 0;
  std::int64_t ms = 0;
  std::string record;
  bool is_write = false;
  Ids deps;     ///< all that its author had applied
  Ids context;  ///< what its author had in front of it
  std::vector<OracleOp> ops;
};

/// Text of one field and whether a span of it was rewritten by two who did not see each other.
struct OracleText {
  std::string text;
  bool flagged = false;
};
/// `events`: the changes that splice the text, each with its splices, in a causal order.
struct OracleTextEvent {
  std::size_t id = 0;
  std::size_t replica = 0;
  std::uint64_t seq = 0;
  const Ids* context = nullptr;
  const std::vector<OracleSplice>* splices = nullptr;
};
[[nodiscard]] OracleText text_of(const std::vector<OracleTextEvent>& events);

class Oracle {
 public:
  struct Dump {
    std::string json;  ///< with an empty digest
    Ids applied;
  };
  /// A whole script, which must be well formed.
  [[nodiscard]] std::vector<Dump> run(const std::string& script);

 private:
  struct Replica {
    std::string name;
    std::int64_t clock = 0;
    std::optional<std::int64_t> last_ms;
    Ids applied;
    Ids waiting;
    std::map<std::string, Ids> forms;
    std::uint64_t seq = 0;
  };
  struct Reader;

  [[nodiscard]] std::size_t place(const std::string& name) const;
  void author(std::size_t on, OracleChange change);
  [[nodiscard]] OracleAccount account(const Ids& seen, const std::string& record,
                                      std::size_t replica) const;
  void receive(Replica& to, std::size_t id);
  [[nodiscard]] std::vector<std::size_t> in_causal_order(const Ids& ids) const;
  [[nodiscard]] Dump dump(std::size_t on) const;
  [[nodiscard]] std::string record_json(const std::string& record,
                                        const std::vector<std::size_t>& changes) const;
  [[nodiscard]] std::string register_json(const std::vector<std::size_t>& changes,
                                          const std::string& field, bool& contested) const;
  [[nodiscard]] std::string tags_json(const std::vector<std::size_t>& changes) const;
  [[nodiscard]] std::string credit_json(const std::string& record,
                                        const std::vector<std::size_t>& changes,
                                        bool& provisional) const;
  [[nodiscard]] std::string life_of(const std::vector<std::size_t>& changes,
                                    std::set<std::string>& items) const;

  std::vector<Replica> replicas_;
  std::vector<OracleChange> changes_;
};

}  // namespace insieme::testing::replay
