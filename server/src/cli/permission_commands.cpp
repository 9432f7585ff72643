// Why somebody sees a dossier or does not, and what is declared: denials, organizations, places.
#include <algorithm>
#include <memory>

#include "cli/absence_commands.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/picking.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct WhyArguments {
  std::string account;
  std::string dossier;
  std::string language = "en";
};

std::string show_may(May may, bool italian) {
  switch (may) {
    case May::nothing: return "-";
    case May::reads: return italian ? "legge" : "reads";
    case May::writes: return italian ? "scrive" : "writes";
  }
  return "-";
}

std::string show_term(const Term& term) {
  const std::string from = term.from ? show_day(*term.from) : "";
  const std::string until = term.until ? show_day(*term.until) : "";
  return from.empty() && until.empty() ? "" : from + ".." + until;
}

json::value json_day(const std::optional<Day>& day) {
  if (!day) return nullptr;
  return json::value(json::string(show_day(*day)));
}

json::object json_term(const Term& term) {
  return {{"from", json_day(term.from)}, {"until", json_day(term.until)}};
}

std::string path_of(const std::vector<Organization>& organizations) {
  std::string path;
  for (const Organization& one : organizations) path += (path.empty() ? "" : " < ") + one.id;
  return path;
}

json::object why_json(const Standing& standing, const sync::DossierId& dossier,
                      const std::vector<std::string>& sections) {
  json::array rows;
  for (const std::string& section : sections) {
    const SectionDecision one = decide(standing, section);
    const RuleWords& words = words_of(one.rule);
    rows.push_back(json::object{{"section", section},
                                {"may", one.may == May::nothing ? "nothing"
                                        : one.may == May::reads ? "read"
                                                                : "write"},
                                {"rule", words.code},
                                {"en", words.en},
                                {"it", words.it}});
  }
  json::array above;
  for (const Organization& one : standing.organizations) above.emplace_back(json::string(one.id));
  json::object body{{"account", standing.account},
                    {"dossier", sync::to_text(dossier)},
                    {"role", standing.role},
                    {"day", show_day(standing.today)},
                    {"organizations", std::move(above)},
                    {"contract", json_term(standing.contract)},
                    {"dossier_organizations", json::array(standing.dossier_organizations.begin(),
                                                          standing.dossier_organizations.end())},
                    {"territory", standing.territory},
                    {"assignment", nullptr}};
  if (standing.mandate) {
    json::object mandate{{"basis", standing.mandate->basis},
                         {"team", standing.mandate->team},
                         {"kept_to", nullptr}};
    if (standing.mandate->kept_to) {
      mandate["kept_to"] = std::to_string(*standing.mandate->kept_to);
    }
    mandate["term"] = json_term(standing.mandate->term);
    body["assignment"] = std::move(mandate);
  }
  body["glass_until"] = standing.glass ? json_time(standing.glass->until_ms) : nullptr;
  body["sections"] = std::move(rows);
  return body;
}

/// What the decision looks at, in two columns.
void print_facts(const Standing& standing, bool italian) {
  const auto tr = [italian](const char* it, const char* en) { return italian ? it : en; };
  Table facts({"", ""});
  facts.add({tr("persona", "person"), standing.account + " (" + standing.role + ")"});
  facts.add({tr("giorno", "day"), show_day(standing.today)});
  if (!standing.organizations.empty()) {
    facts.add({tr("ente", "organization"), path_of(standing.organizations)});
  }
  if (const std::string term = show_term(standing.contract); !term.empty()) {
    facts.add({tr("contratto", "contract"), term});
  }
  if (!standing.dossier_organizations.empty()) {
    facts.add({tr("fascicolo di", "dossier of"), join_names(standing.dossier_organizations)});
  }
  if (!standing.territory.empty()) {
    facts.add({tr("territorio", "territory"), standing.territory});
  }
  if (standing.mandate) {
    std::string text = standing.mandate->basis;
    if (standing.mandate->team) text += tr(", équipe", ", team");
    const std::string term = show_term(standing.mandate->term);
    if (!term.empty()) text += ", " + term;
    facts.add({tr("assegnazione", "assignment"), text});
  }
  if (standing.glass) {
    facts.add({tr("apertura d'urgenza", "opened with a reason"),
               tr("fino a ", "until ") + show_time(standing.glass->until_ms)});
  }
  facts.print("");
  print_line("");
}

int why(Context& context, const WhyArguments& arguments) {
  const sync::DossierId dossier = pick_dossier(context, arguments.dossier);
  const Standing standing = require(context.repository().standing(arguments.account, dossier));
  const std::vector<std::string> sections = context.config().roles.sections();
  const std::vector<User> users = context.repository().users();
  const bool disabled = std::any_of(users.begin(), users.end(), [&](const User& user) {
    return user.disabled && user.account == arguments.account;
  });
  if (context.json()) {
    json::object body = why_json(standing, dossier, sections);
    body["disabled"] = disabled;
    print_json(body);
    return kOk;
  }
  const bool italian = arguments.language == "it";
  if (disabled) {
    print_line(italian ? "L'utenza è disattivata: i suoi dispositivi non sincronizzano."
                       : "The account is disabled: its devices may not synchronise.");
  }
  print_facts(standing, italian);
  Table table(italian ? std::vector<std::string>{"SEZIONE", "PUÒ", "REGOLA"}
                      : std::vector<std::string>{"SECTION", "MAY", "RULE"});
  for (const std::string& section : sections) {
    const SectionDecision one = decide(standing, section);
    const RuleWords& words = words_of(one.rule);
    table.add({section, show_may(one.may, italian), std::string(italian ? words.it : words.en)});
  }
  table.print("");
  return kOk;
}

// ---- roles --------------------------------------------------------------------------------------

std::string show_flag(bool flag) { return flag ? "yes" : "-"; }

/// The table in force: what the program brings, and what the settings put in its place.
int list_roles(Context& context) {
  const Roles& roles = context.config().roles;
  Table table({"ROLE", "WRITES", "DECIDES", "GRANTS", "ALL", "GLASS", "SECTIONS", "BY NAME"});
  json::array all;
  for (const std::string& name : roles.names()) {
    const RoleRules& rules = *roles.find(name);
    table.add({name, show_flag(rules.may_write), show_flag(rules.may_review),
               show_flag(rules.may_grant), show_flag(rules.all_dossiers),
               rules.glass_hours == 0 ? "-" : std::to_string(rules.glass_hours) + "h",
               join_names(rules.sections), join_names(rules.by_name)});
    all.push_back(json::object{
        {"role", name},
        {"sections", json::array(rules.sections.begin(), rules.sections.end())},
        {"by_name", json::array(rules.by_name.begin(), rules.by_name.end())},
        {"write", rules.may_write},
        {"review", rules.may_review},
        {"grant", rules.may_grant},
        {"administer", rules.may_administer},
        {"all_dossiers", rules.all_dossiers},
        {"glass_hours", rules.glass_hours}});
  }
  if (context.json()) {
    print_json(std::move(all));
  } else {
    table.print("");
  }
  return kOk;
}

// ---- denials ------------------------------------------------------------------------------------

struct DenyArguments {
  std::string account;
  std::string dossier;
  std::string sections;
  std::string except;
  std::string reason;
  std::string by = "operator";
  bool undo = false;
};

int deny(Context& context, const DenyArguments& arguments) {
  const sync::DossierId dossier = pick_dossier(context, arguments.dossier);
  const std::string id = sync::to_text(dossier);
  Repository& repository = context.repository();
  if (arguments.undo) {
    require(repository.allow(dossier, arguments.account, arguments.by));
  } else {
    Denial denial;
    denial.account = arguments.account;
    denial.sections = known_sections(context, arguments.sections);
    denial.except = split_names(arguments.except);
    denial.reason = arguments.reason;
    denial.set_by = arguments.by;
    require(repository.deny(dossier, denial));
  }
  if (context.json()) {
    print_json(json::object{
        {"account", arguments.account}, {"dossier", id}, {"denied", !arguments.undo}});
    return kOk;
  }
  const std::string who = arguments.account == "*" ? "everybody" : arguments.account;
  if (arguments.undo) {
    print_line("What was denied to " + who + " of " + id + " is no longer.");
  } else {
    print_line("Denied " + id + " to " + who +
               (arguments.except.empty() ? "" : " but " + arguments.except) +
               ": their tablets send what is unsent, and then drop it.");
  }
  return kOk;
}

int list_denials(Context& context) {
  const auto denials = context.repository().denials();
  if (context.json()) {
    json::array all;
    for (const DossierDenial& one : denials) {
      const Denial& denial = one.denial;
      all.push_back(json::object{
          {"dossier", sync::to_text(one.dossier)},
          {"account", denial.account},
          {"sections", json::array(denial.sections.begin(), denial.sections.end())},
          {"except", json::array(denial.except.begin(), denial.except.end())},
          {"reason", denial.reason},
          {"by", denial.set_by},
          {"since", json_time(denial.since_ms)}});
    }
    print_json(std::move(all));
    return kOk;
  }
  Table table({"DOSSIER", "ACCOUNT", "SECTIONS", "BUT", "SINCE", "BY", "REASON"});
  for (const DossierDenial& one : denials) {
    const Denial& denial = one.denial;
    table.add({sync::to_text(one.dossier), denial.account,
               denial.sections.empty() ? "all" : join_names(denial.sections),
               join_names(denial.except), show_time(denial.since_ms), denial.set_by,
               denial.reason});
  }
  table.print("Nothing is denied.");
  return kOk;
}

// ---- places -------------------------------------------------------------------------------------

struct PlaceArguments {
  std::string dossier;
  std::string organization;
  std::string territory;
  std::string reason;
};

int place(Context& context, const PlaceArguments& arguments, bool transfers) {
  const sync::DossierId dossier = pick_dossier(context, arguments.dossier);
  Repository& repository = context.repository();
  require(transfers ? repository.transfer(dossier, arguments.organization, arguments.territory,
                                          arguments.reason)
                    : repository.place(dossier, arguments.organization, arguments.territory));
  const std::string id = sync::to_text(dossier);
  if (context.json()) {
    print_json(json::object{{"dossier", id},
                            {"organization", arguments.organization},
                            {"territory", arguments.territory}});
  } else {
    print_line(id + " is of " +
               (arguments.organization.empty() ? "no organization" : arguments.organization) +
               (arguments.territory.empty() ? "" : ", " + arguments.territory) +
               (transfers ? "; who had it elsewhere reads what there was." : "."));
  }
  return kOk;
}

// ---- organizations ------------------------------------------------------------------------------

struct OrganizationArguments {
  Organization organization;
  std::string territories;
  std::string from;
  std::string until;
};

int list_organizations(Context& context) {
  const auto organizations = context.repository().organizations();
  if (context.json()) {
    json::array all;
    for (const Organization& one : organizations) {
      json::object line{
          {"organization", one.id},
          {"name", one.name},
          {"parent", one.parent},
          {"territories", json::array(one.territories.begin(), one.territories.end())}};
      line["contract"] = json_term(one.contract);
      all.push_back(std::move(line));
    }
    print_json(std::move(all));
    return kOk;
  }
  Table table({"ORGANIZATION", "NAME", "BELOW", "TERRITORIES", "CONTRACT"});
  for (const Organization& one : organizations) {
    table.add({one.id, one.name, one.parent, join_names(one.territories),
               show_term(one.contract)});
  }
  table.print("No organizations: nobody is bound to a place.");
  return kOk;
}

int put_organization(Context& context, const OrganizationArguments& arguments) {
  Organization organization = arguments.organization;
  organization.territories = split_names(arguments.territories);
  organization.contract = term_of(arguments.from, arguments.until);
  require(context.repository().put_organization(organization));
  if (context.json()) {
    print_json(json::object{{"organization", organization.id}});
  } else {
    print_line("Set " + organization.id + " (" + organization.name + ").");
  }
  return kOk;
}

void add_organizations(Program& program) {
  CLI::App* listing =
      program.app.add_subcommand("organizations", "list and set bodies, territories, contracts");
  listing->require_subcommand(0, 1);
  listing->footer(
      "Examples:\n"
      "  insieme-server organizations set comune_x --name \"Comune di X\" --data DIR\n"
      "  insieme-server organizations set coop --name \"Cooperativa\" --below ambito \\\n"
      "      --territories x,y --until 2026-12-31 --data DIR");
  listing->callback([&program] {
    if (!program.chosen) program.chosen = list_organizations;
  });
  const auto setting = std::make_shared<OrganizationArguments>();
  CLI::App* set = listing->add_subcommand("set", "add one, or replace what is known of it");
  set->add_option("organization", setting->organization.id, "a-z, 0-9, _")->required();
  set->add_option("--name", setting->organization.name)->required();
  set->add_option("--below", setting->organization.parent, "the organization above it");
  set->add_option("--territories", setting->territories,
                  "such as x,y; those of the one above if left out");
  set->add_option("--from", setting->from, "first day of its contract")->type_name("day");
  set->add_option("--until", setting->until, "last day of its contract")->type_name("day");
  set->callback([&program, setting] {
    program.chosen = [setting](Context& context) { return put_organization(context, *setting); };
  });
}

void add_placing(Program& program) {
  for (const bool transfers : {false, true}) {
    const auto arguments = std::make_shared<PlaceArguments>();
    CLI::App* command = program.app.add_subcommand(
        transfers ? "transfer" : "place",
        transfers ? "hand a dossier to another body: who had it keeps reading what there was"
                  : "say whose a dossier is; to correct, not to transfer");
    command->add_option("dossier", arguments->dossier, kDossierHelp)->required();
    command->add_option(transfers ? "--to" : "--organization", arguments->organization)
        ->required(transfers);
    command->add_option("--territory", arguments->territory);
    if (transfers) command->add_option("--reason", arguments->reason, "kept for the audit");
    command->footer(transfers
                        ? "Examples:\n  insieme-server transfer 019a4c2e --to comune_y --data DIR"
                        : "Examples:\n"
                          "  insieme-server place 019a4c2e --organization comune_x --data DIR");
    command->callback([&program, arguments, transfers] {
      program.chosen = [arguments, transfers](Context& context) {
        return place(context, *arguments, transfers);
      };
    });
  }
}

void add_denying(Program& program) {
  const auto denying = std::make_shared<DenyArguments>();
  CLI::App* command = program.app.add_subcommand(
      "deny", "keep a dossier from a person, whatever else gives it to them");
  command->add_option("account", denying->account, "or \"*\": everybody but those of --except")
      ->required();
  command->add_option("dossier", denying->dossier, kDossierHelp)->required();
  command->add_option("--reason", denying->reason, "kept here, never told to tablets");
  command->add_option("--sections", denying->sections, "all if left out");
  command->add_option("--except", denying->except, "with \"*\": accounts, such as anna,carla");
  command->add_option("--by", denying->by, "who says so, for the audit");
  command->add_flag("--undo", denying->undo, "it is no longer denied");
  command->footer(
      "Examples:\n"
      "  insieme-server deny bruno 019a4c2e --reason \"a relative of the family\" --data DIR\n"
      "  insieme-server deny \"*\" 019a4c2e --except anna --reason \"protected address\" \\\n"
      "      --data DIR\n"
      "  insieme-server deny bruno 019a4c2e --undo --data DIR");
  command->callback([&program, denying] {
    program.chosen = [denying](Context& context) { return deny(context, *denying); };
  });
  CLI::App* listing = program.app.add_subcommand("denials", "list what is denied to whom");
  listing->footer("Examples:\n  insieme-server denials --data DIR");
  listing->callback([&program] { program.chosen = list_denials; });
}

}  // namespace

void add_permission_commands(Program& program) {
  const auto asking = std::make_shared<WhyArguments>();
  CLI::App* command = program.app.add_subcommand(
      "why", "which rule gives a person each section of a dossier, or keeps it from them");
  command->add_option("account", asking->account)->required();
  command->add_option("dossier", asking->dossier, kDossierHelp)->required();
  command->add_option("--lang", asking->language, "it or en (en)")
      ->check(CLI::IsMember({"it", "en"}));
  command->footer("Examples:\n  insieme-server why anna 019a4c2e --data DIR\n"
                  "  insieme-server why anna 019a4c2e --lang it --data DIR");
  command->callback([&program, asking] {
    program.chosen = [asking](Context& context) { return why(context, *asking); };
  });
  CLI::App* roles = program.app.add_subcommand("roles", "list roles and what each may do");
  roles->footer("Examples:\n  insieme-server roles --data DIR");
  roles->callback([&program] { program.chosen = list_roles; });
  add_absence_commands(program);
  add_denying(program);
  add_placing(program);
  add_organizations(program);
}

}  // namespace insieme::server::cli
