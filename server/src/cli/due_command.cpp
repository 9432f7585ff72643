// insieme-server erase due: reads the retention rules of the space and says what they make due. Two
// people decide, as with every erasure.
#include "cli/due_command.hpp"

#include <algorithm>
#include <memory>

#include "cli/output.hpp"
#include "insieme/reports/retention.hpp"
#include "insieme/schema/calendar.hpp"
#include "insieme/server/reporting.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

sync::Date day_of(const std::string& text) {
  if (text.empty()) return schema::date_in_rome(sync::Instant{wall_clock()()});
  const auto day = schema::date_from_iso(text);
  if (!day) throw CommandError(kRefused, "--on takes a day such as 2034-06-01");
  return *day;
}

/// Of every type that people write: of those without a rule it is told that none is laid down.
std::unique_ptr<reports::Records> all_records(Repository& repository) {
  std::set<std::string> types;
  for (const schema::RecordType& type : schema::embedded_bundle().types) types.insert(type.name);
  auto read = require(read_space(repository, types));
  return require(reports::Records::load(
      types, [&](const std::string& type) -> Result<std::vector<schema::RuleRecord>> {
        return std::move(read[type]);
      }));
}

bool is_held(const std::vector<LegalHold>& holds, const sync::DossierId& dossier) {
  return std::any_of(holds.begin(), holds.end(),
                     [&](const LegalHold& hold) { return hold.dossier == dossier; });
}

json::array lines_json(const std::vector<reports::RetentionLine>& lines) {
  json::array out;
  for (const reports::RetentionLine& line : lines) {
    json::array records;
    for (const sync::RecordId& id : line.records) records.emplace_back(sync::to_text(id));
    out.push_back(json::object{{"dossier", sync::to_text(line.dossier)},
                               {"type", line.type},
                               {"closed_on", schema::iso_text(line.closed_on)},
                               {"months", line.months},
                               {"due_on", schema::iso_text(line.due_on)},
                               {"legal_basis", line.legal_basis},
                               {"records", std::move(records)}});
  }
  return out;
}

void print_lines(const std::vector<reports::RetentionLine>& lines, const char* title) {
  if (lines.empty()) return;
  print_line(title);
  Table table({"DOSSIER", "RECORDS", "TYPE", "CLOSED", "DUE", "LEGAL BASIS"});
  for (const reports::RetentionLine& line : lines) {
    table.add({sync::to_text(line.dossier), std::to_string(line.records.size()), line.type,
               schema::iso_text(line.closed_on), schema::iso_text(line.due_on), line.legal_basis});
  }
  table.print("");
}

int due(Context& context, const std::string& on) {
  const sync::Date day = day_of(on);
  const auto records = all_records(context.repository());
  reports::Retention found = reports::retention(schema::embedded_bundle(), *records, day);
  // A legal hold of the server suspends what the rules of the space would let go.
  const std::vector<LegalHold> holds = context.repository().holds();
  const auto held = std::stable_partition(
      found.due.begin(), found.due.end(),
      [&](const reports::RetentionLine& line) { return !is_held(holds, line.dossier); });
  std::move(held, found.due.end(), std::back_inserter(found.on_hold));
  found.due.erase(held, found.due.end());
  if (context.json()) {
    json::array without(found.without_term.begin(), found.without_term.end());
    print_json(json::object{{"on", schema::iso_text(day)},
                            {"due", lines_json(found.due)},
                            {"on_hold", lines_json(found.on_hold)},
                            {"later", found.later.size()},
                            {"without_term", std::move(without)}});
    return kOk;
  }
  if (found.due.empty()) print_line("Nothing is due on " + schema::iso_text(day) + ".");
  print_lines(found.due, "Due:");
  print_lines(found.on_hold, "Due, but under a legal hold:");
  if (!found.due.empty()) {
    print_line(
        "Nothing was erased. To propose one:\n  insieme-server erase propose DOSSIER "
        "--record RECORD --by ACCOUNT --ground \"…\" (--json names the records)");
  }
  return kOk;
}

}  // namespace

void add_due_command(CLI::App& erase, Program& program) {
  const auto on = std::make_shared<std::string>();
  CLI::App* command =
      erase.add_subcommand("due", "what the retention rules of the space make due; erases nothing");
  command->add_option("--on", *on, "the day, such as 2034-06-01; today if left out");
  command->callback(
      [&program, on] { program.chosen = [on](Context& context) { return due(context, *on); }; });
}

}  // namespace insieme::server::cli
