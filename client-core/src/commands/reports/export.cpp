// report.export: a report as a file for a spreadsheet, a printer, or another program.
#include "commands/exchange/files.hpp"
#include "commands/reports/ask.hpp"
#include "commands/reports/commands.hpp"
#include "commands/reports/page_json.hpp"

namespace insieme::client::commands {
namespace {

Outcome<json::object> run(Context& context) {
  const std::string format = context.text("format");
  const std::string path = context.text("path");
  INSIEME_OUT_ASSIGN(const Ran ran, run_report(context));
  const reports::Page page = page_of(context, ran);
  INSIEME_OUT_ASSIGN(const std::string content, page_as(format, page, path));
  json::object out{{"report", ran.result.report->name}, {"holds", page.holds}};
  if (path.empty()) {
    out["content"] = content;
    return out;
  }
  INSIEME_OUT(write_new_file(path, content));
  out["path"] = path;
  return out;
}

}  // namespace

std::vector<CommandSpec> report_export_commands() {
  return {
      {"report.export",
       Writes::no,
       "Scrive un rapporto in CSV, in JSON, in XLSX, o in HTML da stampare.",
       "Writes a report as CSV, as JSON, as XLSX, or as HTML for printing.",
       {{"report", ArgKind::text, true, "nome o sigla (R1)", "name or code (R1)"},
        {"format", ArgKind::text, true, "«csv», «html», «json» o «xlsx»",
         "“csv”, “html”, “json” or “xlsx”"},
        {"with", ArgKind::object, false, "parametri, come in report.run",
         "parameters, as for report.run"},
        {"full", ArgKind::boolean, false, "come in report.run", "as for report.run"},
        {"path", ArgKind::text, false, "file nuovo; senza, il contenuto è nella risposta",
         "a new file; without it the content is in the reply"}},
       "report, holds, path or content",
       R"({"command": "report.export", "report": "R2", "with": {"project": "5f3a9c01"},
 "format": "html", "path": "bilancio.html"})",
       run},
  };
}

}  // namespace insieme::client::commands
