#include "exports/hsds.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "exports/hsds_parts.hpp"
#include "insieme/schema/csv.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::client::exports {
namespace {

namespace json = boost::json;

void put(json::object& out, const char* name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

json::object term(const std::string& of, const char* entity, const char* taxonomy,
                  const std::string& code) {
  const std::string term_id = hsds_id("insieme", taxonomy, code);
  return json::object{
      {"id", hsds_id(of, taxonomy, code)},
      {"link_id", of},
      {"link_entity", entity},
      {"taxonomy_term_id", term_id},
      {"taxonomy_term", json::object{{"id", term_id},
                                     {"code", code},
                                     {"name", code},
                                     {"description", std::string(taxonomy) + " " + code},
                                     {"taxonomy", taxonomy}}}};
}

json::object organization_json(const HsdsOrganization& one) {
  json::object out{{"id", one.id}, {"name", one.name}};
  out["description"] = one.description.empty() ? one.name : one.description;
  put(out, "website", one.website);
  put(out, "email", one.email);
  json::array attributes;
  if (!one.kind.empty())
    attributes.push_back(term(one.id, "organization", kKindTaxonomy, one.kind));
  out["attributes"] = std::move(attributes);
  return out;
}

/// Where it is, if the offer says so. An address without its postal code is no address of the
/// standard: it is told as the description of the place.
json::array locations(const HsdsService& one) {
  json::array out;
  if (one.address.empty() && (!one.latitude || !one.longitude)) return out;
  const std::string id = hsds_id(one.id, "location", "");
  json::object location{{"id", id}, {"location_type", "physical"}, {"name", one.name}};
  put(location, "description", one.address);
  if (one.latitude) location["latitude"] = *one.latitude;
  if (one.longitude) location["longitude"] = *one.longitude;
  out.push_back(json::object{{"id", hsds_id(one.id, "service_at_location", "")},
                             {"service_id", one.id},
                             {"location_id", id},
                             {"location", std::move(location)}});
  return out;
}

json::object service_json(const HsdsService& one) {
  json::object out{{"id", one.id},
                   {"organization_id", one.organization.id},
                   {"name", one.name},
                   {"status", one.status}};
  put(out, "description", one.description);
  put(out, "url", one.url);
  put(out, "eligibility_description", one.eligibility);
  put(out, "fees_description", one.fees);
  if (one.minimum_age) out["minimum_age"] = *one.minimum_age;
  if (one.maximum_age) out["maximum_age"] = *one.maximum_age;
  out["organization"] = organization_json(one.organization);
  json::array phones;
  for (const std::string& number : one.phones) {
    phones.push_back(json::object{{"id", hsds_id(one.id, "phone", number)}, {"number", number}});
  }
  out["phones"] = std::move(phones);
  json::array schedules;
  if (!one.schedule.empty()) {
    schedules.push_back(
        json::object{{"id", hsds_id(one.id, "schedule", "")}, {"description", one.schedule}});
  }
  out["schedules"] = std::move(schedules);
  json::array languages;
  for (const std::string& code : one.languages) {
    languages.push_back(json::object{{"id", hsds_id(one.id, "language", code)}, {"code", code}});
  }
  out["languages"] = std::move(languages);
  json::array areas;
  for (const HsdsArea& area : one.areas) {
    areas.push_back(json::object{{"id", hsds_id(one.id, "service_area", area.code)},
                                 {"name", area.name},
                                 {"extent", area.code},
                                 {"extent_type", "istat"}});
  }
  out["service_areas"] = std::move(areas);
  out["service_at_locations"] = locations(one);
  json::array attributes;
  for (const std::string& code : one.supports) {
    attributes.push_back(term(one.id, "service", kSupportTaxonomy, code));
  }
  for (const std::string& code : one.needs) {
    attributes.push_back(term(one.id, "service", kNeedTaxonomy, code));
  }
  if (!one.benefit.empty()) {
    attributes.push_back(term(one.id, "service", kBenefitTaxonomy, one.benefit));
  }
  out["attributes"] = std::move(attributes);
  return out;
}

void sort_parts(std::vector<HsdsService>& services) {
  std::sort(services.begin(), services.end(),
            [](const HsdsService& a, const HsdsService& b) { return a.id < b.id; });
  for (HsdsService& one : services) {
    for (auto* list : {&one.phones, &one.languages, &one.supports, &one.needs}) {
      std::sort(list->begin(), list->end());
    }
    std::sort(one.areas.begin(), one.areas.end(),
              [](const HsdsArea& a, const HsdsArea& b) { return a.code < b.code; });
  }
}

std::string number(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : std::string{};
}
std::string real(const std::optional<double>& value) {
  return value ? json::serialize(json::value(*value)) : std::string{};
}

}  // namespace

std::string hsds_id(std::string_view of, std::string_view part, std::string_view value) {
  std::string hex =
      sync::to_hex(sync::Hasher("insieme hsds v1").add(of).add(part).add(value).finish());
  hex.resize(32);
  hex[12] = '8';
  hex[16] = 'a';
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

std::string hsds_json(std::vector<HsdsService> services) {
  sort_parts(services);
  std::string out = "[";
  for (const HsdsService& one : services) {
    out += (out.size() == 1 ? "\n" : ",\n") + json::serialize(service_json(one));
  }
  return out + (services.empty() ? "]\n" : "\n]\n");
}

std::map<std::string, std::string> hsds_tables(std::vector<HsdsService> services) {
  using schema::csv_line;
  sort_parts(services);
  std::map<std::string, std::string> out{
      {"organizations.csv", csv_line({"id", "name", "description", "website", "email"}, ',')},
      {"services.csv",
       csv_line({"id", "organization_id", "name", "description", "url", "status",
                 "eligibility_description", "minimum_age", "maximum_age", "fees_description"},
                ',')},
      {"phones.csv", csv_line({"id", "service_id", "number"}, ',')},
      {"languages.csv", csv_line({"id", "service_id", "code"}, ',')},
      {"schedules.csv", csv_line({"id", "service_id", "description"}, ',')},
      {"service_areas.csv", csv_line({"id", "service_id", "name", "extent", "extent_type"}, ',')},
      {"locations.csv",
       csv_line({"id", "location_type", "name", "description", "latitude", "longitude"}, ',')},
      {"service_at_locations.csv", csv_line({"id", "service_id", "location_id"}, ',')},
      {"attributes.csv", csv_line({"id", "link_id", "taxonomy_term_id", "link_entity"}, ',')},
      {"taxonomy_terms.csv", csv_line({"id", "code", "name", "description", "taxonomy"}, ',')}};
  std::map<std::string, std::string> organizations;
  std::map<std::string, std::string> terms;
  const auto attribute = [&](const std::string& of, const char* entity, const char* taxonomy,
                             const std::string& code) {
    const std::string id = hsds_id("insieme", taxonomy, code);
    out["attributes.csv"] += csv_line({hsds_id(of, taxonomy, code), of, id, entity}, ',');
    terms[id] = csv_line({id, code, code, std::string(taxonomy) + " " + code, taxonomy}, ',');
  };
  for (const HsdsService& one : services) {
    const HsdsOrganization& body = one.organization;
    const std::string about = body.description.empty() ? body.name : body.description;
    if (organizations
            .emplace(body.id, csv_line({body.id, body.name, about, body.website, body.email}, ','))
            .second &&
        !body.kind.empty()) {
      attribute(body.id, "organization", kKindTaxonomy, body.kind);
    }
    out["services.csv"] +=
        csv_line({one.id, body.id, one.name, one.description, one.url, one.status, one.eligibility,
                  number(one.minimum_age), number(one.maximum_age), one.fees},
                 ',');
    for (const std::string& phone : one.phones) {
      out["phones.csv"] += csv_line({hsds_id(one.id, "phone", phone), one.id, phone}, ',');
    }
    for (const std::string& code : one.languages) {
      out["languages.csv"] += csv_line({hsds_id(one.id, "language", code), one.id, code}, ',');
    }
    if (!one.schedule.empty()) {
      out["schedules.csv"] +=
          csv_line({hsds_id(one.id, "schedule", ""), one.id, one.schedule}, ',');
    }
    for (const HsdsArea& area : one.areas) {
      out["service_areas.csv"] += csv_line(
          {hsds_id(one.id, "service_area", area.code), one.id, area.name, area.code, "istat"}, ',');
    }
    if (!locations(one).empty()) {
      const std::string id = hsds_id(one.id, "location", "");
      out["locations.csv"] += csv_line(
          {id, "physical", one.name, one.address, real(one.latitude), real(one.longitude)}, ',');
      out["service_at_locations.csv"] +=
          csv_line({hsds_id(one.id, "service_at_location", ""), one.id, id}, ',');
    }
    for (const std::string& code : one.supports) {
      attribute(one.id, "service", kSupportTaxonomy, code);
    }
    for (const std::string& code : one.needs) attribute(one.id, "service", kNeedTaxonomy, code);
    if (!one.benefit.empty()) attribute(one.id, "service", kBenefitTaxonomy, one.benefit);
  }
  for (const auto& [id, line] : organizations) out["organizations.csv"] += line;
  for (const auto& [id, line] : terms) out["taxonomy_terms.csv"] += line;
  return out;
}

}  // namespace insieme::client::exports
