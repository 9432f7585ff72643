#pragma once
// From what a command asks to a report that was run over the records of this device.

#include "commands/context.hpp"
#include "insieme/reports/page.hpp"
#include "insieme/schema/report.hpp"

namespace insieme::client::commands {

/// The reports of the bundle in use; none for a bundle that is not the program's own.
[[nodiscard]] const schema::ReportBook& reports_of(Context& context);
[[nodiscard]] Outcome<const schema::Report*> find_report(Context& context, std::string_view named);

struct Ran {
  std::unique_ptr<reports::Records> records;
  reports::ReportResult result;
};
/// Reads `report`, `with` and `full` of the request.
[[nodiscard]] Outcome<Ran> run_report(Context& context);
/// `with` may be null: no parameter is given.
[[nodiscard]] Outcome<Ran> run_report(Context& context, std::string_view report,
                                      const json::object* with, bool full);

/// Every active record of a type that is held here, as it shows now.
[[nodiscard]] Result<std::vector<schema::RuleRecord>> records_of_type(Context& context,
                                                                      const std::string& type);

}  // namespace insieme::client::commands
