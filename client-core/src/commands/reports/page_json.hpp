#pragma once
// A report that was run, as the reply of report.run or as a file.

#include "commands/reports/ask.hpp"
#include "insieme/reports/page_json.hpp"

namespace insieme::client::commands {

/// In the language of the context.
[[nodiscard]] reports::Page page_of(Context& context, const Ran& ran);
[[nodiscard]] json::object page_json(Context& context, const Ran& ran);

/// The page as a file's bytes: `csv`, `html`, `json`, or `xlsx`, which needs `path`.
[[nodiscard]] Outcome<std::string> page_as(const std::string& format, const reports::Page& page,
                                           const std::string& path);

}  // namespace insieme::client::commands
