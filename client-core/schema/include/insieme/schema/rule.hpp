#pragma once
// What the bundle says about rules and computed fields, as plain structs. They are judged by
// rules.hpp.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/types.hpp"

namespace insieme::schema {

/// What becomes of a broken rule.
enum class RuleSeverity {
  blocks,  ///< the save is refused; in a merged state it is a review item
  warns,   ///< the person is told, and may save
  item,    ///< nobody is stopped; in a merged state it is a review item
};
[[nodiscard]] std::string_view name_of(RuleSeverity severity) noexcept;

struct Expression;  ///< opaque; parsed and type-checked when the bundle is loaded

/// `{name}` in a message: an expression, and how its value is written.
struct Shown {
  std::string name;
  Field as;  ///< only kind and list are set
  std::shared_ptr<const Expression> value;
};

struct Rule {
  std::string name;   ///< unique in the bundle
  std::string type;   ///< of the records that it is about
  std::string field;  ///< that the person should look at; may be empty
  RuleSeverity severity = RuleSeverity::blocks;
  /// Only for a save that brings the field to one of these values.
  std::optional<Condition> entering;
  /// Only for a save that changes one of these fields; empty: any save.
  std::vector<std::string> changing;
  std::shared_ptr<const Expression> when;   ///< it applies only where this is true; null: always
  std::shared_ptr<const Expression> check;  ///< broken where this is false; unknown is not false
  std::vector<Shown> shows;
  Label message;                  ///< what is wrong, with `{names}` of fields or of `shows`
  Label remedy;                   ///< what to do
  std::string source;             ///< act, standard or seed document
  std::vector<std::string> rows;  ///< of the domain's inventory, such as `S057`
  /// True if it can be judged from a state alone, as after a merge.
  bool standing = true;
};

/// A value that follows from others and is stored nowhere.
struct ComputedField {
  std::string name;
  std::string type;
  Field as;  ///< name, kind, list and labels, for display
  std::shared_ptr<const Expression> value;
};

}  // namespace insieme::schema
