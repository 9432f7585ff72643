#pragma once
// Tags and texts of an XML document, one after another: enough for the parts of a workbook. It
// knows no DTD, so that no entity can grow.

#include <string>
#include <string_view>

namespace insieme::client::commands {

class MarkupReader {
 public:
  explicit MarkupReader(std::string_view text) : rest_(text) {}

  /// The next tag; false at the end, or where the text is no XML. Comments, instructions and
  /// declarations are passed over.
  [[nodiscard]] bool next();
  /// Its name without a prefix: `row` of `<x:row …>`.
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] bool is_end() const noexcept { return end_; }
  [[nodiscard]] bool is_empty() const noexcept { return empty_; }  ///< `<v/>`
  /// The value of an attribute, prefix and all; empty if there is none.
  [[nodiscard]] std::string attribute(std::string_view wanted) const;
  /// The text between the tag before and this one, entities resolved.
  [[nodiscard]] const std::string& text_before() const noexcept { return text_; }
  /// False once something was not XML.
  [[nodiscard]] bool is_sound() const noexcept { return sound_; }

 private:
  bool fail();
  std::string_view rest_;
  std::string_view name_;
  std::string_view attributes_;
  std::string text_;
  bool end_ = false;
  bool empty_ = false;
  bool sound_ = true;
};

}  // namespace insieme::client::commands
