// import: organizations, users and assignments out of a table, as an office keeps them in a
// spreadsheet. All lines are judged before one is carried out, and given again nothing is doubled.
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/picking.hpp"
#include "insieme/schema/csv.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kFileMax = 8 * 1024 * 1024;
constexpr std::size_t kFaultsShown = 20;

struct Column {
  const char* name;
  const char* name_it;
  bool needed;
};

struct Kind {
  const char* name;
  std::vector<Column> columns;
};

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

using Cells = std::map<std::string, std::string>;

enum class Verdict : std::uint8_t { added, changed, same };

/// What a line comes to.
struct Act {
  Verdict verdict = Verdict::same;
  std::string what;
  std::function<Status(Repository&)> carry_out;
};

struct Line {
  std::size_t number = 0;
  Act act;
};

/// All that lines are judged by, read once; lines above count as if they were carried out.
struct Known {
  std::map<std::string, User> users;
  std::map<std::string, Organization> organizations;
  std::vector<DossierInfo> dossiers;
};

std::string text_of_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(kFileMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.empty()) throw CommandError(kRefused, path + ": cannot be read, or is empty");
  if (text.size() > kFileMax) throw CommandError(kRefused, path + ": more than 8 MiB");
  return text;
}

std::string plain(std::string_view cell) {
  const std::size_t first = cell.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(cell.substr(first, cell.find_last_not_of(" \t") - first + 1));
}

/// For each column of the file the name of ours.
std::vector<std::string> heads_of(const Kind& kind, const schema::CsvRow& head) {
  std::vector<std::string> names;
  std::string wanted;
  for (const Column& column : kind.columns) {
    wanted += (wanted.empty() ? "" : ", ") + std::string(column.name);
  }
  for (const std::string& cell : head.cells) {
    const std::string word = plain(cell);
    const auto at = std::find_if(
        kind.columns.begin(), kind.columns.end(),
        [&](const Column& column) { return word == column.name || word == column.name_it; });
    const bool known = at != kind.columns.end();
    if (!known || std::find(names.begin(), names.end(), at->name) != names.end()) {
      throw CommandError(kRefused, "the first line names the columns, each once, not \"" + word +
                                       "\": " + wanted);
    }
    names.emplace_back(at->name);
  }
  for (const Column& column : kind.columns) {
    if (column.needed && std::find(names.begin(), names.end(), column.name) == names.end()) {
      throw CommandError(kRefused, std::string("the column \"") + column.name +
                                       "\" is missing; there are: " + wanted);
    }
  }
  return names;
}

Cells cells_of(const Kind& kind, const std::vector<std::string>& heads,
               const schema::CsvRow& row) {
  if (row.cells.size() > heads.size()) {
    throw CommandError(kRefused, "more cells than the first line has columns");
  }
  Cells cells;
  for (const Column& column : kind.columns) cells[column.name];
  for (std::size_t i = 0; i < row.cells.size(); ++i) cells[heads[i]] = plain(row.cells[i]);
  for (const Column& column : kind.columns) {
    if (column.needed && cells[column.name].empty()) {
      throw CommandError(kRefused, std::string(column.name) + " is empty");
    }
  }
  return cells;
}

bool same_term(const Term& a, const Term& b) { return a.from == b.from && a.until == b.until; }

Act judge_organization(Context&, Known& known, const Cells& cells) {
  Organization wanted;
  wanted.id = cells.at("organization");
  wanted.name = cells.at("name");
  wanted.parent = cells.at("below");
  wanted.territories = split_names(cells.at("territories"));
  wanted.contract = term_of(cells.at("from"), cells.at("until"));
  if (!wanted.parent.empty() && !known.organizations.contains(wanted.parent)) {
    throw CommandError(kRefused, "there is no organization \"" + wanted.parent +
                                     "\" yet: it stands above what is below it");
  }
  Act act{Verdict::added, wanted.id, {}};
  if (const auto at = known.organizations.find(wanted.id); at != known.organizations.end()) {
    const Organization& there = at->second;
    const bool same = there.name == wanted.name && there.parent == wanted.parent &&
                      there.territories == wanted.territories &&
                      same_term(there.contract, wanted.contract);
    act.verdict = same ? Verdict::same : Verdict::changed;
  }
  known.organizations[wanted.id] = wanted;
  act.carry_out = [wanted](Repository& repository) { return repository.put_organization(wanted); };
  return act;
}

void check_user(const Context& context, const Known& known, const User& user) {
  const Roles& roles = context.config().roles;
  if (roles.find(user.role) == nullptr) {
    throw CommandError(kRefused, "there is no role \"" + user.role + "\"" +
                                     did_you_mean(user.role, roles.names()) +
                                     "; roles: " + join_names(roles.names()));
  }
  if (!user.organization.empty() && !known.organizations.contains(user.organization)) {
    throw CommandError(kRefused, "there is no organization \"" + user.organization + "\"");
  }
  const auto at = known.users.find(user.account);
  if (at == known.users.end()) return;
  if (at->second.role != user.role || at->second.display_name != user.display_name) {
    throw CommandError(kRefused, user.account + " is " + at->second.display_name + ", " +
                                     at->second.role + ", here: a file changes neither");
  }
}

Act judge_user(Context& context, Known& known, const Cells& cells) {
  User user;
  user.account = cells.at("account");
  user.display_name = cells.at("name");
  user.role = cells.at("role");
  user.organization = cells.at("organization");
  user.contract = term_of(cells.at("from"), cells.at("until"));
  check_user(context, known, user);
  const auto at = known.users.find(user.account);
  Act act{Verdict::added, user.account + " (" + user.role + ")", {}};
  if (at == known.users.end()) {
    act.carry_out = [user](Repository& repository) { return repository.add_user(user); };
  } else {
    const bool same = at->second.organization == user.organization &&
                      same_term(at->second.contract, user.contract);
    act.verdict = same ? Verdict::same : Verdict::changed;
    act.carry_out = [user](Repository& repository) {
      return repository.set_person(user.account,
                                   {user.organization, user.contract.from, user.contract.until});
    };
  }
  known.users[user.account] = user;
  return act;
}

bool is_yes(const std::string& text) {
  constexpr std::array<std::string_view, 5> kYes{"yes", "x", "si", "sì", "1"};
  constexpr std::array<std::string_view, 3> kNo{"", "no", "0"};
  if (std::find(kYes.begin(), kYes.end(), text) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), text) != kNo.end()) return false;
  throw CommandError(kRefused, "team is yes or no, not \"" + text + "\"");
}

Act judge_assignment(Context& context, Known& known, const Cells& cells) {
  const std::string& account = cells.at("account");
  const auto user = known.users.find(account);
  if (user == known.users.end()) {
    throw CommandError(kRefused, "there is no account \"" + account + "\"");
  }
  std::vector<sync::DossierId> ids;
  for (const DossierInfo& one : known.dossiers) ids.push_back(one.id);
  const sync::DossierId dossier = pick_id(cells.at("dossier"), ids, "dossier");
  const std::vector<std::string> sections = known_sections(context, cells.at("sections"));
  const AssignTerms terms{term_of(cells.at("from"), cells.at("until")), is_yes(cells.at("team"))};
  Act act{Verdict::added, account + " → " + sync::to_text(dossier), {}};
  for (const DossierInfo& one : known.dossiers) {
    for (const auto& assignment : one.assignments) {
      const bool holds = one.id == dossier && assignment.account == account &&
                         !assignment.to_position;
      if (holds) act.verdict = Verdict::changed;  // what is the same already, `assign` leaves
    }
  }
  act.carry_out = [account, dossier, sections, terms](Repository& repository) -> Status {
    const auto assigned = repository.assign(account, dossier, sections, terms);
    return assigned.ok() ? Status() : Status(assigned.error());
  };
  return act;
}

using Judge = Act (*)(Context&, Known&, const Cells&);

/// Every line, or none: all that is wrong is told at once.
std::vector<Line> judge_all(Context& context, const Kind& kind, Judge judge,
                            const std::string& path) {
  const auto rows = schema::parse_csv(text_of_file(path));
  if (!rows.ok()) throw CommandError(kRefused, path + ": " + rows.error().detail);
  if (rows->empty()) throw CommandError(kRefused, path + ": holds no line");
  const std::vector<std::string> heads = heads_of(kind, rows->front());
  Known known;
  for (const User& user : context.repository().users()) known.users[user.account] = user;
  for (const Organization& one : context.repository().organizations()) {
    known.organizations[one.id] = one;
  }
  known.dossiers = context.repository().dossiers();
  std::vector<Line> lines;
  std::vector<std::string> faults;
  std::set<std::string> seen;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const schema::CsvRow& row = (*rows)[i];
    try {
      Line line{row.line, judge(context, known, cells_of(kind, heads, row))};
      if (!seen.insert(line.act.what).second) throw CommandError(kRefused, "stands there twice");
      lines.push_back(std::move(line));
    } catch (const CommandError& fault) {
      faults.push_back("line " + std::to_string(row.line) + ": " + fault.what());
    }
  }
  if (faults.empty()) return lines;
  std::string all = path + ": nothing of it is done, for";
  for (std::size_t i = 0; i < std::min(faults.size(), kFaultsShown); ++i) all += "\n  " + faults[i];
  if (faults.size() > kFaultsShown) {
    all += "\n  and " + std::to_string(faults.size() - kFaultsShown) + " more";
  }
  throw CommandError(kRefused, all);
}

struct Arguments {
  std::string file;
  bool dry_run = false;
};

int take_table(Context& context, const Kind& kind, Judge judge, const Arguments& arguments) {
  const std::vector<Line> lines = judge_all(context, kind, judge, arguments.file);
  std::map<Verdict, std::size_t> counts;
  for (const Line& line : lines) {
    ++counts[line.act.verdict];
    if (line.act.verdict == Verdict::same) continue;
    if (!context.json() && arguments.dry_run) {
      print_line((line.act.verdict == Verdict::added ? "new      " : "changed  ") + line.act.what);
    }
    if (arguments.dry_run) continue;
    if (const Status done = line.act.carry_out(context.repository()); !done.ok()) {
      throw CommandError(kRefused, "line " + std::to_string(line.number) + ": " +
                                       done.error().detail +
                                       ". The lines above it are done; mend it and give the file "
                                       "again.");
    }
  }
  if (context.json()) {
    print_json(json::object{{"kind", kind.name},
                            {"new", counts[Verdict::added]},
                            {"changed", counts[Verdict::changed]},
                            {"same", counts[Verdict::same]},
                            {"dry_run", arguments.dry_run}});
  } else {
    print_line(std::to_string(counts[Verdict::added]) + " new, " +
               std::to_string(counts[Verdict::changed]) + " changed, " +
               std::to_string(counts[Verdict::same]) + " as they are" +
               (arguments.dry_run ? "; nothing was done." : "."));
  }
  return kOk;
}

void add_kind(Program& program, CLI::App* all, const Kind& kind, Judge judge) {
  std::string columns;
  for (const Column& column : kind.columns) {
    columns += (columns.empty() ? "" : ", ") + std::string(column.name) +
               (column.needed ? "" : "?");
  }
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = all->add_subcommand(kind.name, "columns: " + columns);
  command->add_option("file", arguments->file, "CSV as spreadsheets write it")->required();
  command->add_flag("--dry-run", arguments->dry_run, "only say what would be done");
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
      "import", "organizations, users and assignments out of a table; all lines or none");
  all->require_subcommand(1);
  all->footer("The first line names the columns, in English or Italian, in any order, parted by\n"
              "; or by commas. Given again, nothing is doubled.\n"
              "Examples:\n"
              "  insieme-server import organizations enti.csv --dry-run --data DIR\n"
              "  insieme-server import users persone.csv --data DIR\n"
              "  insieme-server import assignments incarichi.csv --data DIR");
  add_kind(program, all, kOrganizations, judge_organization);
  add_kind(program, all, kUsers, judge_user);
  add_kind(program, all, kAssignments, judge_assignment);
}

}  // namespace insieme::server::cli
