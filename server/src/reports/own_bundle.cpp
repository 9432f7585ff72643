#include "reports/own_bundle.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "insieme/server/reporting.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

/// The bundle's files and the server's, with a manifest that lists both.
const schema::BundleFiles& all_files() {
  static const schema::BundleFiles files = [] {
    schema::BundleFiles out = schema::embedded_bundle_files();
    json::value manifest = json::parse(out.at("bundle.json"));
    for (const auto& [name, text] : own_bundle_files()) {
      manifest.as_object().at("files").as_array().emplace_back(name);
      out.emplace(name, text);
    }
    out["bundle.json"] = json::serialize(manifest);
    return out;
  }();
  return files;
}

}  // namespace

const schema::Bundle& server_bundle() {
  static const schema::Bundle bundle = [] {
    auto parsed = schema::parse_bundle(all_files());
    if (!parsed.ok()) throw std::runtime_error("the server's schema: " + parsed.error().detail);
    return std::move(*parsed);
  }();
  return bundle;
}

const schema::ReportBook& server_reports() {
  static const schema::ReportBook book = [] {
    auto parsed = schema::parse_report_book(server_bundle(), all_files());
    if (!parsed.ok()) throw std::runtime_error("the server's reports: " + parsed.error().detail);
    return std::move(*parsed);
  }();
  return book;
}

const std::set<std::string>& server_types() {
  static const std::set<std::string> types = [] {
    std::set<std::string> out;
    for (const schema::RecordType& type : server_bundle().types) {
      if (schema::embedded_bundle().find_type(type.name) == nullptr) out.insert(type.name);
    }
    return out;
  }();
  return types;
}

}  // namespace insieme::server
