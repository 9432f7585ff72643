// Workload W for other programs: the same rows, one JSON object a line.
#include <boost/json.hpp>
#include <fstream>

#include "bench.hpp"
#include "subject.hpp"
#include "workload.hpp"

namespace insieme::bench {
namespace {

namespace json = boost::json;

json::object row_json(const VisitRow& row, const Workload& workload) {
  return {{"id", sync::to_text(row.id)},
          {"document", row.document},
          {"case", sync::to_text(workload.cases[row.document])},
          {"educator", row.educator},
          {"date", row.date},
          {"minutes", row.minutes},
          {"place", row.place},
          {"code_one", row.codes[0]},
          {"code_two", row.codes[1]},
          {"code_three", row.codes[2]},
          {"note", row.note},
          {"score", row.score},
          {"amount", row.cents}};
}

}  // namespace

void export_rows(const Bench& bench, const std::filesystem::path& folder) {
  const Workload workload =
      make_workload(bench.seed, bench.scale.rows.front(), bench.scale.documents);
  std::filesystem::create_directories(folder);
  std::ofstream out(folder / "rows.jsonl");
  for (const VisitRow& row : workload.rows) {
    out << json::serialize(row_json(row, workload)) << '\n';
  }
  out.flush();
  if (!out) stop("cannot write " + (folder / "rows.jsonl").string());
}

}  // namespace insieme::bench
