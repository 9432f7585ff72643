// Of a browser: workbooks are written elsewhere.
#include "insieme/reports/write.hpp"

namespace insieme::reports {

Result<std::string> to_xlsx(const Page&, const std::string&) {
  return Error{ErrorCode::unavailable,
               "workbooks cannot be written in a browser: take CSV or HTML\n"
               "nel browser non si possono scrivere file XLSX: usare CSV o HTML"};
}

}  // namespace insieme::reports
