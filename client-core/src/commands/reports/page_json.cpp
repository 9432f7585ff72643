#include "commands/reports/page_json.hpp"

#include <filesystem>

#include "insieme/reports/write.hpp"

namespace insieme::client::commands {

reports::Page page_of(Context& context, const Ran& ran) {
  return reports::lay_out(context.bundle(), ran.result, *ran.records, context.language);
}

json::object page_json(Context& context, const Ran& ran) {
  return reports::to_json(page_of(context, ran));
}

Outcome<std::string> page_as(const std::string& format, const reports::Page& page,
                             const std::string& path) {
  if (format == "csv") return reports::to_csv(page);
  if (format == "html") return reports::to_html(page);
  if (format == "json") return json::serialize(reports::to_json(page)) + "\n";
  if (format != "xlsx") {
    return Failure("invalid_argument",
                   quoted_it(format) + " non è un formato: «csv», «html», «json» o «xlsx».",
                   quoted_en(format) + " is no format: “csv”, “html”, “json” or “xlsx”.",
                   "format");
  }
  if (path.empty()) {
    return Failure("missing_argument", "Un file XLSX vuole un percorso.",
                   "An XLSX file needs a path.", "path");
  }
  INSIEME_OUT_ASSIGN(auto bytes,
                     reports::to_xlsx(page, std::filesystem::path(path).parent_path().string()));
  return bytes;
}

}  // namespace insieme::client::commands
