// What the program carries, as it was checked when the program was built.

#include "compiled/compiled.hpp"
#include "insieme/schema/report.hpp"

namespace insieme::schema {

const Bundle& embedded_bundle() {
  static const Bundle bundle = detail::restored_bundle(detail::compiled_bundle());
  return bundle;
}

const ReportBook& embedded_reports() {
  static const ReportBook book = [] {
    auto parsed = parse_report_book(embedded_bundle(), detail::embedded_report_files());
    INSIEME_ASSERT(parsed.ok());
    return std::move(*parsed);
  }();
  return book;
}

}  // namespace insieme::schema
