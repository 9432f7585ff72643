#pragma once
// The territory's services as Human Services Data Specification 3.0 (openreferral.org): services
// with their organization, places, telephones, languages and areas nested in them, and the same as
// tables. Sources: HSDS 3.0 datapackage (CC BY-SA). What the standard has no place for are
// attributes of taxonomies of ours: supports, needs, benefits, kinds of stakeholder.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::client::exports {

struct HsdsArea {
  std::string code;  ///< ISTAT
  std::string name;
};

struct HsdsOrganization {
  std::string id;
  std::string name;
  std::string description;  ///< the standard wants one: the name if there is no other
  std::string website;
  std::string email;
  std::string kind;  ///< of the list `stakeholder_kinds`
};

struct HsdsService {
  std::string id;
  HsdsOrganization organization;
  std::string name;
  std::string description;
  std::string status;  ///< active, inactive, defunct, temporarily closed
  std::string url;
  std::string eligibility;
  std::string fees;
  std::string schedule;
  std::string address;
  std::optional<std::int64_t> minimum_age;
  std::optional<std::int64_t> maximum_age;
  std::optional<double> latitude;
  std::optional<double> longitude;
  std::vector<std::string> phones;
  std::vector<std::string> languages;  ///< ISO 639
  std::vector<HsdsArea> areas;
  std::vector<std::string> supports;
  std::vector<std::string> needs;
  std::string benefit;
};

/// A JSON list of services, sorted by id: the same services give the same bytes.
[[nodiscard]] std::string hsds_json(std::vector<HsdsService> services);
/// Reads what hsds_json writes, and directories of others as far as records have a place for them.
/// `malformed` with the place at fault.
[[nodiscard]] Result<std::vector<HsdsService>> hsds_from_json(std::string_view text);

/// File name → CSV with a head line, as the tables of the datapackage.
[[nodiscard]] std::map<std::string, std::string> hsds_tables(std::vector<HsdsService> services);

}  // namespace insieme::client::exports
