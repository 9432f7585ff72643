#pragma once
// The steps of parse_bundle. Each fills its part of the bundle and notes faults; names that point
// to other parts are resolved afterwards, when all parts are known.

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "insieme/schema/report.hpp"
#include "reader.hpp"

namespace insieme::schema {

namespace detail {

/// Where a type and its fields were read, parallel to Bundle::types.
struct TypeOrigin {
  Place place;
  std::vector<Place> fields;
};

void parse_sections(const boost::json::value& root, const std::string& file, Bundle& bundle,
                    Faults& faults);
void parse_lists(const boost::json::value& root, const std::string& file, Bundle& bundle,
                 Faults& faults);
/// One type, or a family of them under `types`.
void parse_type_file(const boost::json::value& root, const std::string& file, Bundle& bundle,
                     std::vector<TypeOrigin>& origins, Faults& faults);

/// A field alone; names of lists, types, sections and other fields are not looked at yet.
[[nodiscard]] Field parse_field(ObjectReader& reader, Faults& faults);

/// Checks every name that points elsewhere.
void resolve(const Bundle& bundle, const std::vector<TypeOrigin>& origins, Faults& faults);

/// Files under rules/, once all types are known.
void parse_rules(const std::vector<std::pair<std::string, const boost::json::value*>>& files,
                 Bundle& bundle, Faults& faults);

/// Files under reports/, once all types are known.
void parse_reports(const std::vector<std::pair<std::string, const boost::json::value*>>& files,
                   const Bundle& bundle, ReportBook& book, Faults& faults);

/// Compiled when it is first asked for: a program that starts has no time for all of them.
[[nodiscard]] std::shared_ptr<const Pattern> make_pattern(const std::string& expression);
/// Whether it is a regular expression that we support; compiles it.
[[nodiscard]] bool is_sound(const Pattern& pattern);
/// False for one that is not sound.
[[nodiscard]] bool matches(const Pattern& pattern, std::string_view text);

/// The names of fields in a title template, in order; false if its braces do not pair.
[[nodiscard]] bool title_fields(std::string_view title, std::vector<std::string>& out);

}  // namespace detail
}  // namespace insieme::schema
