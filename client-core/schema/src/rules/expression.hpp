#pragma once
// Expressions of rules: what they look like once parsed and type-checked. The language is described
// in schema/README.md.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "insieme/schema/bundle.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::schema::rules {

inline constexpr std::size_t kSourceBytesMax = 4'000;
inline constexpr std::size_t kNestingMax = 40;
inline constexpr std::size_t kNodesMax = 1'000;
/// Work that one evaluation may do: nodes visited and records looked at.
inline constexpr std::size_t kStepsMax = 200'000;

enum class Kind : std::uint8_t {
  boolean,
  integer,
  money,
  real,
  text,
  date,
  instant,
  reference,
  bytes,
  texts,
  references,  ///< sets
  record,
  nothing,  ///< `null` alone
};

struct Type {
  Kind kind = Kind::nothing;
  std::string list;    ///< text, texts: the code list, if they are codes
  std::string record;  ///< reference(s), record: the record type
};
[[nodiscard]] std::string describe(const Type& type);
[[nodiscard]] Type type_of(const Field& field);

enum class Op : std::uint8_t {
  literal,
  list,
  variable,
  parameter,
  field,
  negate,
  logical_not,
  logical_and,
  logical_or,
  add,
  subtract,
  multiply,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
  call,
  quantify,
};

enum class Quantifier : std::uint8_t { count, sum, any, all, least, greatest, distinct, each };
enum class Source : std::uint8_t {
  all_of_type,  ///< `all member`: in the dossier of the record under check;
                ///< `all household beside m`: in the dossier of m
  by_field,     ///< `expense by action_line`: wherever they are held
  set,          ///< `present`: the records that a set of references names
};

struct Node {
  Op op = Op::literal;
  std::size_t at = 0;  ///< byte in the source, for faults
  Type type;           ///< filled by the type check
  sync::Value literal;
  std::string name;      ///< field, variable, function, literal's kind
  std::size_t slot = 0;  ///< variable: 0 is the record under check, 1 what it was before;
                         ///< parameter: its place
  std::size_t function = 0;
  std::vector<Node> args;
  // quantify: args are [set or beside?] [where?] [body?]
  Quantifier quantifier = Quantifier::count;
  Source source = Source::all_of_type;
  std::string record_type;  ///< of the records that the variable runs over
  std::string by;           ///< by_field: that field of them
  std::string own_field;    ///< by_field: the own field to compare with; empty: the own id
  bool has_beside = false;  ///< all_of_type: in the dossier of another record
  bool has_where = false;
  bool has_body = false;
};

inline constexpr std::size_t kThisSlot = 0;
inline constexpr std::size_t kBeforeSlot = 1;

/// Where and why an expression is wrong.
struct Fault {
  std::size_t at = 0;
  std::string reason;
};

/// Syntax alone. Fills `fault` and returns nullopt if it is wrong.
[[nodiscard]] std::optional<Node> parse(std::string_view source, Fault& fault);

/// What a report is asked with: `$from`. Rules have none.
struct Parameter {
  std::string name;  ///< without the sign
  Type type;
};

/// Gives every node its type, for an expression about records of `type`. False, with `fault`, if
/// names lead nowhere or kinds do not fit.
[[nodiscard]] bool check_types(const Bundle& bundle, const RecordType& type,
                               const std::vector<Parameter>& parameters, Node& node, Fault& fault);

/// True if the expression asks what the record was before the save.
[[nodiscard]] bool asks_before(const Node& node) noexcept;

}  // namespace insieme::schema::rules

namespace insieme::schema {

/// An expression ready to be evaluated. Those of the program's own bundle are read from its
/// compiled form when first asked for: a start has no time for all of them. Threads may share one.
struct Expression {
  explicit Expression(rules::Node root) : root_(new rules::Node(std::move(root))) {}
  /// `compiled` must outlive it.
  explicit Expression(std::string_view compiled) noexcept : compiled_(compiled) {}
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  ~Expression() { delete root_.load(); }

  [[nodiscard]] const rules::Node& root() const;

 private:
  std::string_view compiled_;
  mutable std::atomic<const rules::Node*> root_ = nullptr;
};

}  // namespace insieme::schema
