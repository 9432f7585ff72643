#pragma once
// Records written as people write them, judged by the rules of the bundle.

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "insieme/schema/rules.hpp"

namespace insieme::schema::test {

/// Field and text; the elements of a set are separated by semicolons. A reference is an id's text.
using Texts = std::vector<std::pair<std::string, std::string>>;

/// A dossier of records in memory.
class World {
 public:
  explicit World(const Bundle& bundle = embedded_bundle()) : bundle_(bundle) {}

  /// Adds a record without judging it; gives its id as text.
  std::string add(const std::string& type, const Texts& fields);
  /// Changes fields without judging; an empty text empties the field.
  void change(const std::string& id, const Texts& fields);
  void remove(const std::string& id);

  /// The names of rules that a new record would break; it is added either way.
  std::vector<std::string> broken_by_new(const std::string& type, const Texts& fields);
  /// The names of rules that a save of these fields would break; they are changed either way.
  std::vector<std::string> broken_by_change(const std::string& id, const Texts& fields);
  /// Of a state that nobody saved.
  std::vector<std::string> broken_standing(const std::string& id);
  /// What was last found, with its sentences.
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }
  [[nodiscard]] const Problem& problem(const std::string& rule) const;

  /// The computed field, as an Italian reads it; `?` if unknown.
  std::string computed(const std::string& id, const std::string& name);
  /// The value of an expression about a record, as ISO text; the reason if it is wrong.
  std::string value(const std::string& id, const std::string& expression);

  RecordSet records;

 private:
  RuleRecord make(const std::string& type, const Texts& fields);
  void fill(RuleRecord& record, const Texts& fields);
  std::vector<std::string> names() const;

  const Bundle& bundle_;
  std::vector<Problem> problems_;
  unsigned next_ = 1;
};

}  // namespace insieme::schema::test
