#pragma once
// As much XML as a flow needs: elements, attributes, text. Values must be valid UTF-8.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace insieme::client::exports {

/// `&`, `<`, `>`, quotes, and line ends as references; control characters that XML 1.0 cannot hold
/// become spaces.
[[nodiscard]] std::string xml_escaped(std::string_view text);

class XmlElement {
 public:
  explicit XmlElement(std::string name) : name_(std::move(name)) {}
  /// An empty value leaves the attribute out.
  XmlElement& set(std::string_view attribute, std::string_view value);
  XmlElement& text(std::string_view words);
  /// Valid until the next child is added.
  XmlElement& child(std::string name);
  /// Indented by two spaces, each element on a line of its own.
  [[nodiscard]] std::string written(std::size_t depth = 0) const;

 private:
  std::string name_;
  std::vector<std::pair<std::string, std::string>> attributes_;
  std::string text_;
  std::vector<XmlElement> children_;
};

}  // namespace insieme::client::exports
