// import: organizations, users and assignments out of a table, as an office keeps them in a
// spreadsheet (roles and spaces: beside). All lines hold or none does, given again nothing is
// doubled, and a column that the file does not have says nothing: what stands there stays.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "cli/commands.hpp"
#include "cli/import_lines.hpp"
#include "cli/import_roles.hpp"
#include "cli/import_spaces.hpp"
#include "cli/output.hpp"
#include "cli/picking.hpp"
#include "insieme/server/staff.hpp"
#include "insieme/server/together.hpp"

namespace insieme::server::cli {
namespace {

const Kind kOrganizations{"organizations",
                          {{"organization", "ente", true},
                           {"name", "nome", true},
                           {"below", "sotto", false},
                           {"territories", "territori", false},
                           {"from", "dal", false},
                           {"until", "al", false}}};
const Kind kUsers{"users",
                  {{"account", "utente", true},
                   {"name", "nome", true},
                   {"role", "ruolo", true},
                   {"organization", "ente", false},
                   {"from", "dal", false},
                   {"until", "al", false}}};
const Kind kAssignments{"assignments",
                        {{"account", "utente", true},
                         {"dossier", "fascicolo", true},
                         {"sections", "sezioni", false},
                         {"from", "dal", false},
                         {"until", "al", false},
                         {"team", "equipe", false}}};

/// All that lines are judged by, read once; lines above count as if they were carried out.
struct Known {
  std::map<std::string, User> users;
  std::map<std::string, Organization> organizations;
  std::vector<sync::DossierId> dossiers;
  std::set<std::string> people_named;  ///< by lines before
};

/// Only the ends that the file has columns for.
void read_term(const Cells& cells, Term& term) {
  if (const std::string* from = cell_of(cells, "from")) term.from = term_of(*from, {}).from;
  if (const std::string* until = cell_of(cells, "until")) term.until = term_of({}, *until).until;
}

std::string show(const std::optional<Day>& day) { return day ? show_day(*day) : std::string(); }

void compare(Act& act, const Term& before, const Term& after) {
  compare(act, "from", show(before.from), show(after.from));
  compare(act, "until", show(before.until), show(after.until));
}

Act judge_organization(Context&, Known& known, const Cells& cells) {
  Organization wanted;
  const auto at = known.organizations.find(cells.at("organization"));
  if (at != known.organizations.end()) wanted = at->second;
  wanted.id = cells.at("organization");
  wanted.name = cells.at("name");
  if (const std::string* below = cell_of(cells, "below")) wanted.parent = *below;
  if (const std::string* territories = cell_of(cells, "territories")) {
    wanted.territories = split_names(*territories);
  }
  read_term(cells, wanted.contract);
  if (!wanted.parent.empty() && !known.organizations.contains(wanted.parent)) {
    throw CommandError(kRefused, "there is no organization \"" + wanted.parent +
                                     "\" yet: it stands above what is below it");
  }
  Act act{Verdict::added, wanted.id, {}, {}};
  if (at != known.organizations.end()) {
    const Organization& there = at->second;
    act.verdict = Verdict::same;
    compare(act, "name", there.name, wanted.name);
    compare(act, "below", there.parent, wanted.parent);
    compare(act, "territories", join_names(there.territories), join_names(wanted.territories));
    compare(act, there.contract, wanted.contract);
  }
  known.organizations[wanted.id] = wanted;
  act.carry_out = [wanted](Repository& repository) { return repository.put_organization(wanted); };
  return act;
}

void check_user(const Context& context, Known& known, const User& user) {
  const Roles& roles = context.config().roles;
  if (roles.find(user.role) == nullptr) {
    throw CommandError(kRefused, "there is no role \"" + user.role + "\"" +
                                     did_you_mean(user.role, roles.names()) +
                                     "; roles: " + join_names(roles.names()));
  }
  if (!user.organization.empty() && !known.organizations.contains(user.organization)) {
    throw CommandError(kRefused, "there is no organization \"" + user.organization + "\"");
  }
  if (!known.people_named.insert(user.account).second) {
    throw CommandError(kRefused, user.account + " stands there twice");
  }
}

Act judge_user(Context& context, Known& known, const Cells& cells) {
  User user;
  const auto at = known.users.find(cells.at("account"));
  if (at != known.users.end()) user = at->second;
  user.account = cells.at("account");
  user.display_name = cells.at("name");
  user.role = cells.at("role");
  if (const std::string* organization = cell_of(cells, "organization")) {
    user.organization = *organization;
  }
  read_term(cells, user.contract);
  check_user(context, known, user);
  Act act{Verdict::added, user.account + " (" + user.role + ")", {}, {}};
  if (at == known.users.end()) {
    act.carry_out = [user](Repository& repository) { return repository.add_user(user); };
  } else {
    act.verdict = Verdict::same;
    compare(act, "name", at->second.display_name, user.display_name);
    compare(act, "role", at->second.role, user.role);
    compare(act, "organization", at->second.organization, user.organization);
    compare(act, at->second.contract, user.contract);
    act.carry_out = [user](Repository& repository) -> Status {
      INSIEME_TRY(staff_of(repository).change_staff(user.account, {user.role, user.display_name}));
      return repository.set_person(user.account,
                                   {user.organization, user.contract.from, user.contract.until});
    };
  }
  known.users[user.account] = user;
  return act;
}

/// What the person was given by name, or has by their role; nothing: they do not have the dossier.
std::optional<Mandate> mandate_of(Context& context, const std::string& account,
                                  const sync::DossierId& dossier) {
  return require(context.repository().standing(account, dossier)).mandate;
}

Act judge_assignment(Context& context, Known& known, const Cells& cells) {
  const std::string& account = cells.at("account");
  if (!known.users.contains(account)) {
    throw CommandError(kRefused, "there is no account \"" + account + "\"");
  }
  const sync::DossierId dossier = pick_id(cells.at("dossier"), known.dossiers, "dossier");
  const std::optional<Mandate> there = mandate_of(context, account, dossier);
  Mandate wanted = there.value_or(Mandate{});
  if (const std::string* sections = cell_of(cells, "sections")) {
    wanted.sections = known_sections(context, *sections);
  }
  if (const std::string* team = cell_of(cells, "team")) wanted.team = is_yes("team", *team);
  read_term(cells, wanted.term);
  Act act{Verdict::added, account + " → " + sync::to_text(dossier), {}, {}};
  if (there) {
    act.verdict = Verdict::same;
    compare(act, "sections", join_names(there->sections), join_names(wanted.sections));
    compare(act, there->term, wanted.term);
    compare(act, "team", there->team ? "yes" : "no", wanted.team ? "yes" : "no");
  }
  act.carry_out = [account, dossier, wanted](Repository& repository) -> Status {
    const auto assigned =
        repository.assign(account, dossier, wanted.sections, {wanted.term, wanted.team});
    return assigned.ok() ? Status() : Status(assigned.error());
  };
  return act;
}

using Judge = Act (*)(Context&, Known&, const Cells&);

std::vector<Line> judge_all(Context& context, const Kind& kind, Judge judge,
                            const std::string& path) {
  Known known;
  for (const User& user : context.repository().users()) known.users[user.account] = user;
  for (const Organization& one : context.repository().organizations()) {
    known.organizations[one.id] = one;
  }
  for (const DossierInfo& one : context.repository().dossiers()) known.dossiers.push_back(one.id);
  return judge_lines(kind, path,
                     [&](const Cells& cells) { return judge(context, known, cells); });
}

/// In one transaction; a dry run learns what the database says to it, and leaves nothing.
void carry_out(Context& context, const std::vector<Line>& lines,
               const ImportArguments& arguments) {
  std::size_t at = 0;
  const auto acts = [&]() -> Status {
    for (const Line& line : lines) {
      if (line.act.verdict == Verdict::same) continue;
      at = line.number;
      if (Status done = line.act.carry_out(context.repository()); !done.ok()) return done;
    }
    return {};
  };
  const Status done = together_of(context.repository()).all_or_none(acts, !arguments.dry_run);
  if (done.ok()) return;
  throw CommandError(kRefused, arguments.file + ": nothing of it is done, for\n  line " +
                                   std::to_string(at) + ": " + done.error().detail);
}

int take_table(Context& context, const Kind& kind, Judge judge,
               const ImportArguments& arguments) {
  const std::vector<Line> lines = judge_all(context, kind, judge, arguments.file);
  carry_out(context, lines, arguments);
  tell_lines(lines, kind, arguments, context.json());
  return kOk;
}

void add_kind(Program& program, CLI::App* all, const Kind& kind, Judge judge) {
  const auto arguments = std::make_shared<ImportArguments>();
  CLI::App* command = add_import_kind(all, kind, arguments);
  const Kind* const named = &kind;
  command->callback([&program, arguments, named, judge] {
    program.chosen = [arguments, named, judge](Context& context) {
      return take_table(context, *named, judge, *arguments);
    };
  });
}

}  // namespace

void add_import(Program& program) {
  CLI::App* all = program.app.add_subcommand(
      "import",
      "organizations, users, assignments, roles and spaces out of a table; all lines or none");
  all->require_subcommand(1);
  all->footer("The first line names the columns, in English or Italian, in any order, parted by\n"
              "; or by commas. Given again, nothing is doubled. Columns that are not there leave\n"
              "alone what stands; an empty cell takes it away: --dry-run shows before → after.\n"
              "Examples:\n"
              "  insieme-server import organizations enti.csv --dry-run --data DIR\n"
              "  insieme-server import users persone.csv --data DIR\n"
              "  insieme-server import assignments incarichi.csv --data DIR\n"
              "  insieme-server import roles ruoli.csv --dry-run --data DIR\n"
              "  insieme-server import spaces ambiti.csv --dry-run");
  add_kind(program, all, kOrganizations, judge_organization);
  add_kind(program, all, kUsers, judge_user);
  add_kind(program, all, kAssignments, judge_assignment);
  add_import_roles(program, all);
  add_import_spaces(program, all);
}

}  // namespace insieme::server::cli
