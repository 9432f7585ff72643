#pragma once
// Reading JSON objects of the bundle strictly: every fault is noted with its file and path, and
// reading goes on, so that an author sees all of them at once.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/types.hpp"

namespace insieme::schema::detail {

/// Where something stands: file and JSON path.
struct Place {
  std::string file;
  std::string path;
  [[nodiscard]] Place at(std::string_view key) const;
  [[nodiscard]] Place at(std::size_t index) const;
};

class Faults {
 public:
  void add(const Place& place, std::string reason);
  [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
  /// At most kReportedFaultsMax lines, then the number of the others.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> lines_;
};

/// ` did you mean "x"?` with a leading semicolon if a candidate is close, else empty.
[[nodiscard]] std::string suggestion(std::string_view name,
                                     const std::vector<std::string_view>& candidates);

/// One JSON object. Asking for a key marks it as known; `finish` reports the others.
class ObjectReader {
 public:
  ObjectReader(const boost::json::value& value, Place place, Faults& faults);

  [[nodiscard]] const Place& place() const noexcept { return place_; }
  [[nodiscard]] bool is_object() const noexcept { return object_ != nullptr; }
  void fault(std::string_view key, std::string reason) const;

  /// The value under `key`, or nullptr; says so if it is required and missing.
  const boost::json::value* find(std::string_view key, bool required = false);
  std::string string(std::string_view key, bool required = false);
  bool boolean(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max, bool required);
  const boost::json::array* array(std::string_view key, bool required = false);
  std::vector<std::string> strings(std::string_view key, bool required = false);
  /// `{"it": "...", "en": "..."}`, neither empty.
  Label label(std::string_view key, bool required);
  /// A name of lower-case ASCII letters, digits and underscores, beginning with a letter.
  std::string name(std::string_view key);

  void finish();

 private:
  const boost::json::object* object_ = nullptr;
  Place place_;
  Faults& faults_;
  std::vector<std::string_view> known_;
};

}  // namespace insieme::schema::detail
