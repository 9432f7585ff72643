#include "client-core/commands/report_desk.hpp"

namespace insieme::testing {

Row row_of(const json::object& report, const char* table, const Row& labels) {
  for (const json::value& one : list(report, "tables")) {
    if (text(one.as_object(), "name") != table) continue;
    for (const json::value& line : list(one.as_object(), "rows")) {
      Row found;
      for (const json::value& label : list(line.as_object(), "labels")) {
        found.emplace_back(label.as_string());
      }
      if (found != labels) continue;
      Row out;
      for (const json::value& cell : list(line.as_object(), "cells")) {
        out.push_back(text(cell.as_object(), "text"));
      }
      return out;
    }
  }
  FAIL("no such row in " << table << ": " << json::serialize(report));
  return {};
}
std::size_t rows_in(const json::object& report, const char* table) {
  for (const json::value& one : list(report, "tables")) {
    if (text(one.as_object(), "name") == table) return list(one.as_object(), "rows").size();
  }
  return 0;
}

}  // namespace insieme::testing
