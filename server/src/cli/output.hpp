#pragma once
// Tables for people, JSON for programs; both on standard output.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace insieme::server::cli {

/// Columns as wide as their widest cell, counted in characters.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// Prints `nothing` when there are no rows, and no headings if all of them are empty.
  void print(const std::string& nothing) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// On standard output, as all of these; throws CommandError(kStorage) if it cannot be written.
void print_text(const std::string& text);
void print_line(const std::string& text);
void print_json(const boost::json::value& value);

/// On standard error: what is wrong with the audit of a copy that is whole otherwise.
void warn_of_audit(const std::vector<std::string>& faults);

/// Into a file that must not exist yet: CommandError(kRefused); (kStorage) if it cannot be written.
void write_new(const std::string& path, const std::string& content);

/// `2026-01-31 08:30 UTC`, or `never`.
[[nodiscard]] std::string show_time(const std::optional<std::int64_t>& unix_ms);
/// `+2m 3s`: how far a device's clock is ahead.
[[nodiscard]] std::string show_offset(const std::optional<std::int64_t>& ms);
[[nodiscard]] std::string show_bytes(std::uint64_t bytes);
/// RFC 3339, or null.
[[nodiscard]] boost::json::value json_time(const std::optional<std::int64_t>& unix_ms);

}  // namespace insieme::server::cli
