// In a browser, which has no library to unpack one.
#include "commands/exchange/workbook.hpp"

namespace insieme::client::commands {

Result<std::vector<CsvRow>> parse_workbook(std::string_view, std::string_view) {
  return Error{ErrorCode::wrong_version,
               "the browser reads no workbooks: save the sheet as CSV\n"
               "nel browser non si leggono cartelle di lavoro: salvare il foglio come CSV"};
}

}  // namespace insieme::client::commands
