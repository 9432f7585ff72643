#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/picking.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct AssignArguments {
  std::string account;
  std::string dossier;
  std::string sections;
  std::string reason;
  std::string from;
  std::string until;
  bool team = false;
  bool remove = false;
};

int assign(Context& context, const AssignArguments& arguments) {
  const sync::DossierId dossier = pick_dossier(context, arguments.dossier);
  const std::string id = sync::to_text(dossier);
  if (arguments.remove) {
    require(context.repository().unassign(arguments.account, dossier, arguments.reason));
    if (context.json()) {
      print_json(json::object{{"account", arguments.account}, {"dossier", id}, {"removed", true}});
    } else {
      print_line(arguments.account + " no longer has " + id + ".");
    }
    return kOk;
  }
  const auto sections = require(
      context.repository().assign(arguments.account, dossier,
                                  known_sections(context, arguments.sections),
                                  {term_of(arguments.from, arguments.until), arguments.team}));
  if (context.json()) {
    json::array names(sections.begin(), sections.end());
    print_json(json::object{
        {"account", arguments.account}, {"dossier", id}, {"sections", std::move(names)}});
  } else if (sections.empty()) {
    print_line(arguments.account + " will have " + id + ": nothing of it yet.");
  } else {
    print_line(arguments.account + " has " + id + " (" + join_names(sections) + ").");
  }
  return kOk;
}

struct HandoverArguments {
  std::string dossier;
  std::string from;
  std::string to;
  std::string reason;
};

int hand_over(Context& context, const HandoverArguments& arguments) {
  const sync::DossierId dossier = pick_dossier(context, arguments.dossier);
  require(
      context.repository().hand_over(dossier, arguments.from, arguments.to, arguments.reason));
  const std::string id = sync::to_text(dossier);
  if (context.json()) {
    print_json(json::object{{"dossier", id}, {"from", arguments.from}, {"to", arguments.to}});
  } else {
    print_line("Handed " + id + " over from " + arguments.from + " to " + arguments.to + ".");
  }
  return kOk;
}

int list_dossiers(Context& context) {
  const std::vector<DossierInfo> dossiers = context.repository().dossiers();
  if (context.json()) {
    json::array all;
    for (const DossierInfo& dossier : dossiers) {
      json::array assignments;
      for (const auto& assignment : dossier.assignments) {
        json::object line{
            {"account", assignment.account},
            {"sections", json::array(assignment.sections.begin(), assignment.sections.end())},
            {"from_position", std::to_string(assignment.from_position)},
            {"to_position", nullptr}};
        if (assignment.to_position) line["to_position"] = std::to_string(*assignment.to_position);
        if (assignment.kept_to) line["kept_to"] = std::to_string(*assignment.kept_to);
        assignments.push_back(std::move(line));
      }
      all.push_back(json::object{{"dossier", sync::to_text(dossier.id)},
                                 {"short", short_id(sync::to_text(dossier.id))},
                                 {"created_by", dossier.created_by},
                                 {"created", json_time(dossier.created_ms)},
                                 {"changes", dossier.changes},
                                 {"organization", dossier.organization},
                                 {"territory", dossier.territory},
                                 {"assignments", std::move(assignments)}});
    }
    print_json(std::move(all));
    return kOk;
  }
  Table table({"SHORT", "DOSSIER", "OPENED BY", "OPENED", "CHANGES", "ASSIGNED TO"});
  for (const DossierInfo& dossier : dossiers) {
    std::vector<std::string> names;
    for (const auto& assignment : dossier.assignments) {
      if (!assignment.to_position) names.push_back(assignment.account);
    }
    const std::string id = sync::to_text(dossier.id);
    table.add({short_id(id), id, dossier.created_by, show_time(dossier.created_ms),
               std::to_string(dossier.changes), join_names(names)});
  }
  table.print("No dossiers yet: devices bring them.");
  return kOk;
}

std::string show_state(HeldState state) {
  switch (state) {
    case HeldState::waiting: return "waiting";
    case HeldState::accepted: return "accepted";
    case HeldState::refused: return "refused";
  }
  return "unknown";
}

int list_held(Context& context) {
  const std::vector<HeldInfo> held = context.repository().held();
  if (context.json()) {
    json::array all;
    for (const HeldInfo& one : held) {
      all.push_back(json::object{{"document", sync::to_text(one.change.document)},
                                 {"replica", sync::to_text(one.change.replica)},
                                 {"seq", std::to_string(one.change.seq)},
                                 {"author", one.author},
                                 {"reason", one.reason},
                                 {"state", show_state(one.state)},
                                 {"position", std::to_string(one.position)},
                                 {"received", json_time(one.received_ms)}});
    }
    print_json(std::move(all));
    return kOk;
  }
  Table table({"POSITION", "STATE", "AUTHOR", "RECEIVED", "DOCUMENT", "REASON"});
  for (const HeldInfo& one : held) {
    table.add({std::to_string(one.position), show_state(one.state), one.author,
               show_time(one.received_ms), sync::to_text(one.change.document), one.reason});
  }
  table.print("Nothing is held.");
  return kOk;
}

}  // namespace

void add_access_commands(Program& program) {
  const auto assigning = std::make_shared<AssignArguments>();
  CLI::App* assigned = program.app.add_subcommand("assign", "give a dossier to a person");
  assigned->add_option("account", assigning->account)->required();
  assigned->add_option("dossier", assigning->dossier, kDossierHelp)->required();
  assigned->add_option("--sections", assigning->sections,
                       "such as core,education; those of the role if left out");
  assigned->add_option("--from", assigning->from, "first day")->type_name("day");
  assigned->add_option("--until", assigning->until, "last day")->type_name("day");
  assigned->add_flag("--team", assigning->team,
                     "of the multidisciplinary team: from whatever organization");
  assigned->add_flag("--remove", assigning->remove, "take it away instead");
  assigned->add_option("--reason", assigning->reason, "shown to the person when taken away");
  assigned->footer("Examples:\n  insieme-server assign anna 019a4c2e --sections core --data DIR\n"
                   "  insieme-server assign anna 019a4c2e --remove --data DIR");
  assigned->callback([&program, assigning] {
    program.chosen = [assigning](Context& context) { return assign(context, *assigning); };
  });

  const auto handing = std::make_shared<HandoverArguments>();
  CLI::App* handover =
      program.app.add_subcommand("handover", "move a dossier from one person to another");
  handover->add_option("dossier", handing->dossier, kDossierHelp)->required();
  handover->add_option("--from", handing->from)->required();
  handover->add_option("--to", handing->to)->required();
  handover->add_option("--reason", handing->reason, "shown to the person who had it");
  handover->footer("Examples:\n"
                   "  insieme-server handover 019a4c2e --from anna --to luca --data DIR");
  handover->callback([&program, handing] {
    program.chosen = [handing](Context& context) { return hand_over(context, *handing); };
  });

  CLI::App* dossiers = program.app.add_subcommand("dossiers", "list dossiers and who has them");
  dossiers->footer("Examples:\n  insieme-server dossiers --json --data DIR");
  dossiers->callback([&program] { program.chosen = list_dossiers; });

  CLI::App* held = program.app.add_subcommand("held", "list changes that were held or refused");
  held->footer("Examples:\n  insieme-server held --data DIR");
  held->callback([&program] { program.chosen = list_held; });
}

}  // namespace insieme::server::cli
