#pragma once
// The words of names that the search knows, each once, by how it sounds: what a misspelt word is
// compared with. Which records hold a word is the search index's business alone.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/core.hpp"
#include "storage/typed_tables.hpp"

namespace insieme::client {

/// Of a text that went into the search index as names.
void note_name_words(Core& core, std::string_view names);
/// All of them anew, and no other: after an erasure, and where the way they sound is another.
void learn_name_words(Core& core);
/// learn_name_words in a store that does not have them yet.
void recall_name_words(Core& core);

/// Takes out words that were in names and are in none any more. In two steps around the deletion of
/// their entries in the search index.
class DepartingNames {
 public:
  void note(std::string_view names);
  /// Those of a document's rows of a table.
  void note(Core& core, const TypedTable& table, std::int64_t document);
  void forget(Core& core) const;

 private:
  std::set<std::string> words_;
};

/// Words that somebody may have meant by `word`, the nearest first, at most kNamesNear; not itself.
/// Empty for fewer than three letters.
inline constexpr std::size_t kNamesNear = 8;
[[nodiscard]] std::vector<std::string> names_near(Core& core, std::string_view word);

/// How near the names in a title come to a word: for sorting what was found.
[[nodiscard]] int nearness_in(std::string_view title, std::string_view word);

}  // namespace insieme::client
