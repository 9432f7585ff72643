// insieme-server subject-access: where one person's data lie, and who can hand them out.
#include <boost/json.hpp>

#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "reports/subject_access.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

json::object to_json(const SubjectAccess& access) {
  json::array dossiers;
  for (const SubjectDossier& dossier : access.dossiers) {
    json::array sections;
    for (const auto& [section, holders] : dossier.sections) {
      sections.push_back(json::object{{"section", section},
                                      {"seen_by", json::array(holders.begin(), holders.end())}});
    }
    json::object one{{"dossier", sync::to_text(dossier.dossier)}};
    one["sections"] = std::move(sections);
    dossiers.push_back(std::move(one));
  }
  return {{"record", sync::to_text(access.record)},
          {"dossiers", std::move(dossiers)},
          {"whole", json::array(access.whole.begin(), access.whole.end())}};
}

int show(Context& context, const std::string& record) {
  const SubjectAccess access = require(subject_access(context.repository(), record));
  // That somebody asked where a person's data lie is itself worth a line.
  context.repository().note_act(kOperator, "subject-access", sync::to_text(access.record));
  if (context.json()) {
    print_json(to_json(access));
    return kOk;
  }
  Table table({"DOSSIER", "SECTION", "SEEN BY"});
  bool by_nobody = false;
  for (const SubjectDossier& dossier : access.dossiers) {
    for (const auto& [section, holders] : dossier.sections) {
      by_nobody = by_nobody || holders.empty();
      table.add({sync::to_text(dossier.dossier), section,
                 holders.empty() ? "nobody" : join_names(holders)});
    }
  }
  table.print("Nothing of this person is here.");
  if (!access.whole.empty()) {
    print_line("All of it is in the export of: " + join_names(access.whole) + ".");
  } else {
    print_line("No account sees all of it: each that is named exports what it sees.");
  }
  if (by_nobody) {
    print_line("What nobody sees is exported by whoever is assigned it: "
               "insieme-server assign ACCOUNT DOSSIER --sections …");
  }
  return kOk;
}

}  // namespace

void add_subject_access(Program& program) {
  const auto record = std::make_shared<std::string>();
  CLI::App* command = program.app.add_subcommand(
      "subject-access", "where a person's data lie, section by section, and who can export them");
  command
      ->add_option("record", *record,
                   "a person or a member of a household: its id, or its last 8 or more digits")
      ->required();
  command->footer("Examples:\n  insieme-server subject-access 5f3a9c01 --data DIR");
  command->callback([&program, record] {
    program.chosen = [record](Context& context) { return show(context, *record); };
  });
}

}  // namespace insieme::server::cli
