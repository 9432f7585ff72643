// review_list: a page of open items as a screen shows it, against a bare query of the same items
// and records, which names their page in the same way.
#include <fmt/format.h>

#include "floor.hpp"
#include "review.hpp"

namespace insieme::bench {
namespace {

/// What is asked for, in the command's words and in those of the bare query.
struct Page {
  std::string variant;
  std::string arguments;
  std::string from;  ///< what the bare query cannot do without
  std::string condition;
};
constexpr const char* kDossiers =
    " JOIN documents c ON c.n = i.document JOIN dossiers d ON d.n = c.dossier";

/// The count, and all columns of the page's items and records.
void read_bare(sqlite::Connection& db, const Page& page, std::size_t offset) {
  const std::string from = " FROM items i" + page.from;
  auto& count = db.cached("SELECT count(*)" + from + page.condition);
  const sqlite::ResetGuard counted(count);
  if (!count.step() || count.get_int64(0) == 0) stop("no review items");
  auto& rows = db.cached("SELECT *" + from +
                         " JOIN rec_visit r ON r._id = i.record AND r._document = i.document" +
                         page.condition + " ORDER BY i.n LIMIT 100 OFFSET ?");
  const sqlite::ResetGuard guard(rows);
  rows.bind_all(static_cast<std::int64_t>(offset));
  std::size_t bytes = 0;
  while (rows.step()) {
    for (int c = 0; c < rows.column_count(); ++c) bytes += rows.get_blob(c).size();
  }
  if (bytes == 0) stop("no review items");
}

void read_ours(Subject& subject, const Page& page, std::size_t offset) {
  subject.call(fmt::format(R"({{"command":"review.list",{},"limit":100,"offset":{}}})",
                           page.arguments, offset));
}

/// Pages one after the other, as somebody leafs through them; both sides in turn.
void measure_page(Bench& bench, World& world, sqlite::Connection& db, const Page& page,
                  std::size_t first, std::size_t step) {
  std::vector<double> ours;
  std::vector<double> bare;
  for (std::size_t run = 0; run < std::max<std::size_t>(bench.scale.runs, 2) * 5; ++run) {
    const std::size_t offset = first + step * (run % 5);
    const double mine = timed([&] { read_ours(world.carla.subject, page, offset); }).wall_s;
    const double floor = timed([&] { read_bare(db, page, offset); }).wall_s;
    if (run == 0) continue;  // compiles statements and reads the file into memory
    ours.push_back(mine * 1e3);
    bare.push_back(floor * 1e3);
  }
  Figure figure = figure_of("review_list", page.variant, "ms", ours,
                            "bare query of items and records", bare);
  figure.target = ratio_at_most(3);
  bench.report.add(std::move(figure));
}

}  // namespace

void measure_review(Bench& bench, World& world, std::size_t items) {
  auto db = open_encrypted(world.carla.subject.path());
  const std::string kind = R"("kind":"concurrent_values")";
  measure_page(bench, world, db,
               {fmt::format("{} open items, a page of 100 of one kind", items), kind,
                {}, " WHERE i.kind = 1"},
               items / 2, std::min<std::size_t>(100, items / 20));
  auto dossier = db.prepare(
      "SELECT hex(d.id) FROM items i JOIN documents c ON c.n = i.document JOIN dossiers d ON d.n = "
      "c.dossier GROUP BY d.n ORDER BY count(*) DESC LIMIT 1");
  if (!dossier.step()) stop("no review items");
  const std::string id(dossier.get_text(0));
  measure_page(bench, world, db,
               {"those of one dossier", fmt::format(R"({},"dossier":"{}")", kind, id),
                kDossiers, fmt::format(" WHERE i.kind = 1 AND d.id = x'{}'", id)},
               0, 0);
}

}  // namespace insieme::bench
