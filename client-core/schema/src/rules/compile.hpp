#pragma once
// Expressions as they stand in the bundle's JSON: read, parsed, type-checked.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reader.hpp"
#include "rules/expression.hpp"

namespace insieme::schema::detail {

/// How a value of this type is written for people; nullopt if it cannot be.
[[nodiscard]] std::optional<Field> display_of(const rules::Type& type);

class ExpressionReader {
 public:
  using Parameters = std::vector<rules::Parameter>;
  ExpressionReader(const Bundle& bundle, Faults& faults) : bundle_(bundle), faults_(faults) {}

  /// A text, or several to be joined by spaces.
  [[nodiscard]] std::string joined(const boost::json::value& value, const Place& place);
  /// nullptr, and a fault at `place`, if it is wrong. Without `type` only the syntax is checked.
  [[nodiscard]] std::shared_ptr<const Expression> compile(const Place& place,
                                                          const std::string& source,
                                                          const RecordType* type,
                                                          const Parameters& parameters = {});
  /// What stands under `key`; nullptr also if it is absent.
  [[nodiscard]] std::shared_ptr<const Expression> read(ObjectReader& reader, std::string_view key,
                                                       const RecordType* type, bool required,
                                                       const Parameters& parameters = {});
  /// The record type of that name; a fault under `key` if there is none.
  [[nodiscard]] const RecordType* type(const ObjectReader& reader, std::string_view key,
                                       std::string_view name);

 private:
  const Bundle& bundle_;
  Faults& faults_;
};

}  // namespace insieme::schema::detail
