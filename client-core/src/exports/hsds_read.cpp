// From HSDS to services: what is not known is passed over, what is wrong is named.
#include <boost/json.hpp>

#include "exports/hsds.hpp"
#include "exports/hsds_parts.hpp"

namespace insieme::client::exports {
namespace {

namespace json = boost::json;

constexpr std::size_t kServicesMax = 10'000;

std::string text_in(const json::object& object, const char* name) {
  const json::value* found = object.if_contains(name);
  const json::string* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string{} : std::string(text->data(), text->size());
}

const json::object* object_in(const json::object& object, const char* name) {
  const json::value* found = object.if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

/// The objects of a list; none if there is no list.
std::vector<const json::object*> objects_in(const json::object& object, const char* name) {
  std::vector<const json::object*> out;
  const json::value* found = object.if_contains(name);
  const json::array* list = found == nullptr ? nullptr : found->if_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (const json::object* one = (*list)[i].if_object()) out.push_back(one);
  }
  return out;
}

std::optional<double> real_in(const json::object& object, const char* name) {
  const json::value* found = object.if_contains(name);
  if (found == nullptr || !found->is_number()) return {};
  return found->to_number<double>();
}

std::optional<std::int64_t> years_in(const json::object& object, const char* name) {
  constexpr double kOldest = 200;
  const auto years = real_in(object, name);
  if (!years || *years < 0 || *years > kOldest) return {};
  return static_cast<std::int64_t>(*years);
}

/// Codes of a taxonomy among the attributes of something.
std::vector<std::string> codes_in(const json::object& object, std::string_view taxonomy) {
  std::vector<std::string> out;
  for (const json::object* attribute : objects_in(object, "attributes")) {
    const json::object* term = object_in(*attribute, "taxonomy_term");
    if (term != nullptr && text_in(*term, "taxonomy") == taxonomy) {
      out.push_back(text_in(*term, "code"));
    }
  }
  return out;
}

HsdsOrganization organization_in(const json::object& object) {
  HsdsOrganization out;
  out.id = text_in(object, "id");
  out.name = text_in(object, "name");
  out.description = text_in(object, "description");
  if (out.description == out.name) out.description.clear();
  out.website = text_in(object, "website");
  out.email = text_in(object, "email");
  const auto kinds = codes_in(object, kKindTaxonomy);
  if (!kinds.empty()) out.kind = kinds.front();
  return out;
}

void read_lists(const json::object& object, HsdsService& out) {
  for (const json::object* phone : objects_in(object, "phones")) {
    out.phones.push_back(text_in(*phone, "number"));
  }
  for (const json::object* language : objects_in(object, "languages")) {
    out.languages.push_back(text_in(*language, "code"));
  }
  for (const json::object* schedule : objects_in(object, "schedules")) {
    if (out.schedule.empty()) out.schedule = text_in(*schedule, "description");
  }
  for (const json::object* area : objects_in(object, "service_areas")) {
    if (text_in(*area, "extent_type") != "istat") continue;
    out.areas.push_back({text_in(*area, "extent"), text_in(*area, "name")});
  }
  for (const json::object* place : objects_in(object, "service_at_locations")) {
    const json::object* location = object_in(*place, "location");
    if (location == nullptr || out.latitude || !out.address.empty()) continue;
    out.address = text_in(*location, "description");
    out.latitude = real_in(*location, "latitude");
    out.longitude = real_in(*location, "longitude");
  }
  out.supports = codes_in(object, kSupportTaxonomy);
  out.needs = codes_in(object, kNeedTaxonomy);
  const auto benefits = codes_in(object, kBenefitTaxonomy);
  if (!benefits.empty()) out.benefit = benefits.front();
}

Result<HsdsService> service_in(const json::value& value, std::size_t number) {
  const std::string place = "service " + std::to_string(number + 1);
  const std::string place_it = "servizio " + std::to_string(number + 1);
  const json::object* object = value.if_object();
  if (object == nullptr)
    return {ErrorCode::malformed,
            place + ": must be an object\n" + place_it + ": deve essere un oggetto"};
  const json::object* body = object_in(*object, "organization");
  HsdsService out;
  out.id = text_in(*object, "id");
  out.name = text_in(*object, "name");
  out.status = text_in(*object, "status");
  if (out.id.empty() || out.name.empty() || out.status.empty()) {
    return {ErrorCode::malformed, place + ": id, name and status are required\n" + place_it +
                                      ": servono id, name e status"};
  }
  if (body != nullptr) out.organization = organization_in(*body);
  if (out.organization.id.empty() || out.organization.name.empty()) {
    return {ErrorCode::malformed, place + ": an organization with id and name is required\n" +
                                      place_it + ": serve un'organization con id e name"};
  }
  out.description = text_in(*object, "description");
  out.url = text_in(*object, "url");
  out.eligibility = text_in(*object, "eligibility_description");
  out.fees = text_in(*object, "fees_description");
  out.minimum_age = years_in(*object, "minimum_age");
  out.maximum_age = years_in(*object, "maximum_age");
  read_lists(*object, out);
  return out;
}

}  // namespace

Result<std::vector<HsdsService>> hsds_from_json(std::string_view text) {
  boost::system::error_code failed;
  const json::value root = json::parse(json::string_view(text.data(), text.size()), failed);
  if (failed) {
    return {ErrorCode::malformed, "this is not JSON (" + failed.message() + ")\nnon è JSON"};
  }
  const json::array* list = root.if_array();
  if (list == nullptr) {
    return {ErrorCode::malformed,
            "a directory is a list of services\nun elenco è una lista di servizi"};
  }
  if (list->size() > kServicesMax) {
    return {ErrorCode::limit_exceeded,
            "a directory has at most 10,000 services\n"
            "un elenco ha al massimo 10.000 servizi"};
  }
  std::vector<HsdsService> out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    INSIEME_TRY_ASSIGN(HsdsService one, service_in((*list)[i], i));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace insieme::client::exports
