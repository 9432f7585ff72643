#pragma once
// What is taken out of a text before somebody who helps may read it.

#include <string>
#include <string_view>
#include <vector>

namespace insieme::schema {

/// Takes out of a text what may be somebody's or somewhere: the words that it was told to know
/// (whole, in any case), and whatever looks like a tax code, a telephone number, an address of
/// mail, network or web, a path, an id or a key. What is in doubt goes.
class Mask {
 public:
  /// Each word of these of three letters or more.
  void know(std::string_view names);
  /// Of its first thousand bytes.
  [[nodiscard]] std::string apply(std::string_view text) const;

 private:
  std::vector<std::string> words_;  ///< in small letters, sorted
};

}  // namespace insieme::schema
