#pragma once
// What writing and reading HSDS share.

#include <string>
#include <string_view>

namespace insieme::client::exports {

inline constexpr const char* kSupportTaxonomy = "insieme-supports";
inline constexpr const char* kNeedTaxonomy = "insieme-need-areas";
inline constexpr const char* kBenefitTaxonomy = "insieme-siuss-benefits";
inline constexpr const char* kKindTaxonomy = "insieme-stakeholder-kinds";

/// A UUID (version 8) that is the same for the same part of the same thing.
[[nodiscard]] std::string hsds_id(std::string_view of, std::string_view part,
                                  std::string_view value);

}  // namespace insieme::client::exports
