#pragma once
// A laid-out report as JSON: the reply of report.run, and what a frozen report keeps.

#include <boost/json/object.hpp>

#include "insieme/reports/page.hpp"

namespace insieme::reports {

/// `{report, code, title, …, tables, checks, holds}`, in the language of the page.
[[nodiscard]] boost::json::object to_json(const Page& page);

/// A page that to_json wrote, for writing it to a file; `malformed` if it is none. Its language is
/// the member `language`, which to_json leaves to its caller.
[[nodiscard]] Result<Page> page_from_json(const boost::json::object& page);

}  // namespace insieme::reports
