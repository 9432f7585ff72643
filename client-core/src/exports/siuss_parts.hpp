#pragma once
// What both flows share: the head, places, and collecting what is missing.

#include "exports/siuss.hpp"
#include "exports/xml.hpp"

namespace insieme::client::exports {

class FlowBuilder {
 public:
  FlowBuilder(const SiussBody& body, const char* kind, const char* tag);
  XmlElement& root() { return root_; }
  void fault(std::string what, std::string it, std::string en);
  /// The value, or a fault that says that it is missing.
  std::string need(const char* what, std::string value, const char* it, const char* en);
  /// The flow if nothing is missing.
  [[nodiscard]] SiussFlow finish();
  void check_tax_code(const char* what, const std::string& code);

 private:
  SiussFlow flow_;
  XmlElement root_;
};

/// The block SINA of the benefit's element.
void write_sina(FlowBuilder& flow, XmlElement& benefit, const schema::RuleRecord& assessment);

/// `101.23`
[[nodiscard]] std::string decimal(std::optional<std::int64_t> cents);
/// Attribute of the code in its list; empty if there is none.
[[nodiscard]] std::string attribute_of(const schema::Bundle& bundle, const char* list,
                                       const std::string& code, const char* name);
/// `1` or `2`; empty if it is not known.
[[nodiscard]] std::string yes_no(std::optional<bool> flag);

}  // namespace insieme::client::exports
