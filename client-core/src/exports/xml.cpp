#include "exports/xml.hpp"

#include "insieme/reports/markup.hpp"

namespace insieme::client::exports {

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\n':
        out += "&#10;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        if (const auto entity = reports::entity_of(c); !entity.empty()) {
          out += entity;
        } else {
          out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
  }
  return out;
}

XmlElement& XmlElement::set(std::string_view attribute, std::string_view value) {
  if (!value.empty()) attributes_.emplace_back(attribute, value);
  return *this;
}

XmlElement& XmlElement::text(std::string_view words) {
  text_ = words;
  return *this;
}

XmlElement& XmlElement::child(std::string name) {
  children_.push_back(XmlElement(std::move(name)));
  return children_.back();
}

std::string XmlElement::written(std::size_t depth) const {
  const std::string margin(depth * 2, ' ');
  std::string out = margin + "<" + name_;
  for (const auto& [name, value] : attributes_) {
    out += " " + name + "=\"" + xml_escaped(value) + "\"";
  }
  if (children_.empty() && text_.empty()) return out + "/>\n";
  out += ">" + xml_escaped(text_);
  if (children_.empty()) return out + "</" + name_ + ">\n";
  out += "\n";
  for (const XmlElement& child : children_) out += child.written(depth + 1);
  return out + margin + "</" + name_ + ">\n";
}

}  // namespace insieme::client::exports
