#include "simulation/bundles.hpp"

#include <boost/json.hpp>
#include <set>
#include <stdexcept>
#include <string>

namespace insieme::simulation {
namespace {

namespace json = boost::json;

/// What people write here. Fields that refer to other types are left out.
const std::set<std::string> kTypes{"emporium_access", "emporium_card", "household",
                                   "household_budget_line", "identity_edge", "member", "network",
                                   "note", "objective", "redemption", "stakeholder", "visit",
                                   "voucher"};
/// What the version before did not have, as type or type.field.
const std::set<std::string> kSince{
    "emporium_access",  "emporium_card",    "objective",      "redemption",
    "visit.objectives", "visit.signature",  "visit.attachments", "visit.next_step",
    "voucher.rights",   "stakeholder.needs", "note.body",     "household.interpreter_needed"};

std::string text_in(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

struct Cutter {
  bool is_former = false;

  [[nodiscard]] bool keeps(const std::string& type) const {
    return kTypes.count(type) != 0 && !(is_former && kSince.count(type) != 0);
  }
  [[nodiscard]] json::object without_some_fields(json::object type) const {
    json::array fields;
    for (const json::value& field : type.at("fields").as_array()) {
      const std::string name = text_in(type, "name") + "." + text_in(field.as_object(), "name");
      const std::string target = text_in(field.as_object(), "target");
      const bool is_known = !is_former || kSince.count(name) == 0;
      if (is_known && (target.empty() || keeps(target))) fields.push_back(field);
    }
    type["fields"] = std::move(fields);
    return type;
  }
  [[nodiscard]] json::object types_of(const json::object& file) const {
    json::array kept;
    const json::value* several = file.if_contains("types");
    for (const json::value& type : several != nullptr ? several->as_array() : json::array{file}) {
      if (!keeps(text_in(type.as_object(), "name"))) continue;
      kept.push_back(without_some_fields(type.as_object()));
    }
    return {{"types", std::move(kept)}};
  }
  [[nodiscard]] json::object rules_of(const json::object& file) const {
    json::array kept;
    for (const json::value& rule : file.at("rules").as_array()) {
      if (keeps(text_in(rule.as_object(), "type"))) kept.push_back(rule);
    }
    return {{"rules", std::move(kept)}};
  }
};

schema::Bundle cut(const Cutter& cutter) {
  const schema::BundleFiles& whole = schema::embedded_bundle_files();
  schema::BundleFiles files;
  json::array names;
  for (const auto& [path, text] : whole) {
    const bool types = path.rfind("types/", 0) == 0;
    const bool rules = path == "rules/services.json";
    const bool rest = path.rfind("lists/", 0) == 0 || path == "sections.json";
    if (!types && !rules && !rest) continue;
    json::object file = json::parse(text).as_object();
    if (types) file = cutter.types_of(file);
    if (rules) file = cutter.rules_of(file);
    if (types && file.at("types").as_array().empty()) continue;
    files[path] = json::serialize(file);
    names.emplace_back(json::string(path));
  }
  json::object manifest = json::parse(whole.at("bundle.json")).as_object();
  manifest["files"] = std::move(names);
  manifest["version"] = manifest.at("version").as_int64() - (cutter.is_former ? 1 : 0);
  files["bundle.json"] = json::serialize(manifest);
  auto bundle = schema::parse_bundle(files);
  if (!bundle.ok()) throw std::logic_error("a bundle that was cut: " + bundle.error().detail);
  return std::move(bundle).value();
}

}  // namespace

const schema::Bundle& bundle_of(Age age) {
  static const schema::Bundle kPresent = cut({false});
  static const schema::Bundle kFormer = cut({true});
  switch (age) {
    case Age::whole:
      return schema::embedded_bundle();
    case Age::present:
      return kPresent;
    case Age::former:
      return kFormer;
  }
  throw std::logic_error("no such bundle");
}

}  // namespace insieme::simulation
