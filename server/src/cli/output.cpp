#include "cli/output.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli/context.hpp"
#include "log.hpp"

namespace insieme::server::cli {
namespace {

/// Characters, not bytes: `è` takes one column.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

}  // namespace

void Table::print(const std::string& nothing) const {
  if (rows_.size() == 1) {
    print_line(nothing);
    return;
  }
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  const auto& headings = rows_.front();
  const bool bare = std::all_of(headings.begin(), headings.end(),
                                [](const std::string& heading) { return heading.empty(); });
  for (const auto& row : rows_) {
    if (bare && &row == &headings) continue;
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    print_line(line);
  }
}

void warn_of_audit(const std::vector<std::string>& faults) {
  if (faults.empty()) return;
  std::fprintf(stderr,
               "insieme-server: ATTENZIONE, il registro degli atti non è integro, i dati sì "
               "(WARNING: the audit is not whole, the records are): %s%s. insieme-server audit\n",
               faults.front().c_str(), faults.size() > 1 ? " …" : "");
}

void print_text(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
      std::fflush(stdout) == 0) {
    return;
  }
  throw CommandError(kStorage, "standard output cannot be written");
}

void print_line(const std::string& text) { print_text(text + '\n'); }

void print_json(const boost::json::value& value) { print_line(boost::json::serialize(value)); }

void write_new(const std::string& path, const std::string& content) {
  if (std::filesystem::exists(path)) throw CommandError(kRefused, path + " exists already");
  std::ofstream out(path, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw CommandError(kStorage, path + " cannot be written");
}

std::string show_time(const std::optional<std::int64_t>& unix_ms) {
  if (!unix_ms) return "never";
  std::string text = to_rfc3339(*unix_ms).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

std::string show_offset(const std::optional<std::int64_t>& ms) {
  if (!ms) return "-";
  const std::int64_t seconds = *ms / 1000;
  const std::int64_t size = seconds < 0 ? -seconds : seconds;
  const char* sign = seconds < 0 ? "-" : "+";
  if (size < 60) return fmt::format("{}{}s", sign, size);
  if (size < 3'600) return fmt::format("{}{}m {}s", sign, size / 60, size % 60);
  if (size < 86'400) return fmt::format("{}{}h {}m", sign, size / 3'600, size % 3'600 / 60);
  return fmt::format("{}{}d", sign, size / 86'400);
}

std::string show_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1024;
  for (const char* unit : {"KiB", "MiB"}) {
    if (size < 1024) return fmt::format("{:.1f} {}", size, unit);
    size /= 1024;
  }
  return fmt::format("{:.1f} GiB", size);
}

boost::json::value json_time(const std::optional<std::int64_t>& unix_ms) {
  if (!unix_ms) return nullptr;
  return boost::json::value(boost::json::string(to_rfc3339(*unix_ms)));
}

}  // namespace insieme::server::cli
