// insieme-server findings: what spans dossiers, told to those who may know.
#include <algorithm>
#include <memory>
#include <set>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/server/findings.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct Arguments {
  std::string account;
  std::string kind;
  std::string language = "it";
  std::string format = "table";
  bool decided = false;
  bool nobody = false;
  std::string finding;
  std::string by;
  std::string reason;
};

/// A finding or a match, ready to be shown.
struct Line {
  std::string id;
  std::string key;
  std::string kind;
  std::string kind_text;
  std::string name;
  bool open = true;
  std::vector<std::string> evidence;
  struct Subject {
    std::string record;
    std::string type;
    std::string dossier;
  };
  std::vector<Subject> subjects;
  std::string ask;
  std::vector<std::string> knowers;
};

constexpr const char* kElsewhere = "nota_altrove";

schema::Language language_of(const Arguments& arguments) {
  return arguments.language == "en" ? schema::Language::en : schema::Language::it;
}

Line line_of(const SpaceFinding& one, const Arguments& arguments) {
  Line out;
  out.id = one.finding.id();
  out.key = one.finding.key;
  out.kind = one.finding.kind();
  out.kind_text =
      reports::kind_text(schema::embedded_bundle(), one.finding, language_of(arguments));
  out.name = one.finding.name();
  out.open = one.finding.is_open();
  out.evidence = one.finding.evidence;
  for (const reports::FoundRecord& found : one.finding.records) {
    out.subjects.push_back({sync::to_text(found.id), found.type, sync::to_text(found.dossier)});
  }
  return out;
}

Line line_of(const SpaceMatch& one, const Arguments& arguments) {
  Line out;
  out.id = one.id();
  out.key = one.key;
  out.kind = kElsewhere;
  out.kind_text = arguments.language == "en" ? "a person like this is known elsewhere"
                                             : "una persona così è nota altrove";
  out.name = one.agreement;
  out.open = one.is_open();
  out.evidence = one.evidence;
  for (const MatchedRecord& person : one.people) {
    out.subjects.push_back(
        {sync::to_text(person.id), person.type, sync::to_text(person.document.dossier)});
  }
  out.ask = one.from + ": " + one.ask;
  return out;
}

void check_account(Context& context, const std::string& account) {
  const auto users = context.repository().users();
  const bool known = std::any_of(users.begin(), users.end(),
                                 [&](const User& user) { return user.account == account; });
  if (!known) throw CommandError(kRefused, "there is no account \"" + account + "\"");
}

template <class Found>
void add_lines(const std::vector<Found>& all, const Arguments& arguments, Knowers& knowers,
               std::vector<Line>& out) {
  for (const Found& one : all) {
    if (!arguments.account.empty() && !knowers.may_read(arguments.account, one.documents)) continue;
    Line line = line_of(one, arguments);
    if (!line.open && !arguments.decided) continue;
    if (!arguments.kind.empty() && line.kind != arguments.kind) continue;
    // Who else may know is for whoever gives the permissions.
    if (arguments.account.empty()) line.knowers = knowers.of(one.documents);
    if (arguments.nobody && !line.knowers.empty()) continue;
    out.push_back(std::move(line));
  }
}

struct Found {
  std::vector<Line> lines;
  std::set<std::string> cut;  ///< of these there are more
};

Found look(Context& context, const Arguments& arguments) {
  if (!arguments.account.empty()) check_account(context, arguments.account);
  const SpaceFindings space = require(find_in_space(context.repository()));
  const std::vector<SpaceMatch> matches =
      require(find_matches(context.repository(), Agreements(context.dir().folder), space));
  Knowers knowers(context.repository());
  Found out;
  add_lines(space.all, arguments, knowers, out.lines);
  add_lines(matches, arguments, knowers, out.lines);
  out.cut = space.cut;
  return out;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

std::string evidence_of(const Line& line, const Arguments& arguments) {
  std::vector<std::string> words;
  for (const std::string& word : line.evidence) {
    words.push_back(reports::evidence_text(word, language_of(arguments)));
  }
  return joined(words, ", ");
}

json::object json_of(const Line& line, const Arguments& arguments) {
  json::array evidence;
  for (const std::string& word : line.evidence) {
    evidence.push_back(json::object{
        {"code", word}, {"text", reports::evidence_text(word, language_of(arguments))}});
  }
  json::array records;
  for (const Line::Subject& one : line.subjects) {
    records.push_back(
        json::object{{"id", one.record}, {"type", one.type}, {"dossier", one.dossier}});
  }
  json::object out{{"id", line.id},
                   {"key", line.key},
                   {"kind", line.kind},
                   {"kind_text", line.kind_text},
                   {"name", line.name},
                   {"open", line.open},
                   {"evidence", std::move(evidence)},
                   {"records", std::move(records)}};
  if (!line.ask.empty()) out["ask"] = line.ask;
  if (arguments.account.empty())
    out["may_know"] = json::array(line.knowers.begin(), line.knowers.end());
  return out;
}

/// As reports do: for a spreadsheet, which takes what begins like this for a formula.
std::string quoted(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) {
    text.insert(0, "'");
  }
  if (text.find_first_of(";\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

/// One line for each record of a finding.
std::string csv_of(const std::vector<Line>& lines, const Arguments& arguments) {
  std::string out =
      "\xEF\xBB\xBF"
      "finding;kind;name;open;evidence;record;type;dossier;ask;may_know\r\n";
  for (const Line& line : lines) {
    for (const Line::Subject& one : line.subjects) {
      out += line.id + ";" + line.kind + ";" + quoted(line.name) + ";" + (line.open ? "1" : "0") +
             ";" + quoted(evidence_of(line, arguments)) + ";" + one.record + ";" + one.type + ";" +
             one.dossier + ";" + quoted(line.ask) + ";" + quoted(joined(line.knowers, " ")) +
             "\r\n";
    }
  }
  return out;
}

void print_lines(const std::vector<Line>& lines, const Arguments& arguments) {
  constexpr std::size_t kFew = 4;
  Table table({"FINDING", "KIND", "EVIDENCE", "RECORDS", "MAY KNOW OR ASK"});
  for (const Line& line : lines) {
    std::vector<std::string> records;
    for (const Line::Subject& one : line.subjects) {
      records.push_back(one.type + " " + short_id(one.record) + " in " + short_id(one.dossier));
    }
    std::vector<std::string> who(
        line.knowers.begin(),
        line.knowers.begin() + static_cast<std::ptrdiff_t>(std::min(kFew, line.knowers.size())));
    if (line.knowers.size() > kFew) {
      who.push_back("and " + std::to_string(line.knowers.size() - kFew) + " more");
    }
    if (who.empty() && arguments.account.empty()) who.emplace_back("nobody: assign it");
    if (!line.ask.empty()) who.push_back("ask " + line.ask);
    table.add({line.id, line.kind_text + (line.open ? "" : " (dismissed)"),
               line.evidence.empty() ? line.name : evidence_of(line, arguments),
               joined(records, ", "), joined(who, ", ")});
  }
  table.print("Nothing is to be found.");
}

int list(Context& context, const Arguments& arguments) {
  const Found found = look(context, arguments);
  const std::vector<Line>& lines = found.lines;
  if (context.json()) {
    json::array all;
    for (const Line& line : lines) all.push_back(json_of(line, arguments));
    json::array cut(found.cut.begin(), found.cut.end());
    print_json(json::object{{"findings", std::move(all)}, {"cut", std::move(cut)}});
  } else if (arguments.format == "csv") {
    print_text(csv_of(lines, arguments));
  } else {
    print_lines(lines, arguments);
    for (const std::string& name : found.cut) {
      print_line("Of " + name + " only the first " + std::to_string(reports::kOverlapsMax) +
                 " were looked at.");
    }
  }
  return kOk;
}

int decide_on(Context& context, const Arguments& arguments, bool dismissed) {
  constexpr std::size_t kReasonBytesMax = 500;
  check_account(context, arguments.by);
  require(check_blind_line("reason", arguments.reason, kReasonBytesMax));
  const SpaceFindings space = require(find_in_space(context.repository()));
  Agreements agreements(context.dir().folder);
  std::vector<const SpaceMatch*> named;
  const auto matches = require(find_matches(context.repository(), agreements, space));
  for (const SpaceMatch& one : matches) {
    const bool fits = arguments.finding.size() >= 4 &&
                      one.key.compare(0, arguments.finding.size(), arguments.finding) == 0;
    if (fits) named.push_back(&one);
  }
  if (named.size() != 1) {
    throw CommandError(kRefused,
                       named.empty()
                           ? "\"" + arguments.finding +
                                 "\" is no match with another body. What is found within the space "
                                 "is decided on a tablet or in the office by somebody who may know"
                           : "more than one match begins so: give more digits");
  }
  Knowers knowers(context.repository());
  if (!knowers.may_read(arguments.by, named.front()->documents)) {
    throw CommandError(kRefused, arguments.by + " may not know of it, and so cannot decide");
  }
  MatchDecision decision;
  decision.key = named.front()->key;
  decision.dismissed = dismissed;
  decision.reason = arguments.reason;
  decision.evidence = named.front()->evidence;
  decision.by = arguments.by;
  decision.at_ms = wall_clock()();
  require(agreements.decide(decision));
  if (context.json()) {
    print_json(json::object{{"finding", named.front()->id()}, {"open", !dismissed}});
  } else {
    print_line(dismissed ? "Dismissed, until there is more to see." : "Open again.");
  }
  return kOk;
}

void add_decision(Program& program, CLI::App& group, const std::shared_ptr<Arguments>& arguments,
                  const char* name, const char* what, bool dismissed) {
  CLI::App* command = group.add_subcommand(name, what);
  command->add_option("finding", arguments->finding, "its first digits (4 or more)")->required();
  command->add_option("--by", arguments->by, "the account that decides, and may know")->required();
  command->add_option("--reason", arguments->reason, "why")->required();
  command->callback([&program, arguments, dismissed] {
    program.chosen = [arguments, dismissed](Context& context) {
      return decide_on(context, *arguments, dismissed);
    };
  });
}

}  // namespace

void add_finding_commands(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = program.app.add_subcommand(
      "findings", "duplicates, overlaps and broken rules over all dossiers of the space");
  group->require_subcommand(0, 1);
  group->add_option("--for", arguments->account, "only what this account may know");
  group->add_option("--kind", arguments->kind,
                    "persona_doppia, nucleo_doppio, visita_doppia, servizi_sovrapposti, regola, "
                    "nota_altrove");
  group->add_flag("--decided", arguments->decided, "also what somebody dismissed");
  group->add_flag("--nobody", arguments->nobody, "only what no account may know");
  group->add_option("--lang", arguments->language)->check(CLI::IsMember({"it", "en"}));
  group->add_option("--format", arguments->format)->check(CLI::IsMember({"table", "csv"}));
  group->footer(
      "Records and dossiers by their ids, never by names. Costs a replay of the space.\n"
      "Examples:\n"
      "  insieme-server findings --data DIR\n"
      "  insieme-server findings --for carla --format csv --data DIR > carla.csv\n"
      "  insieme-server findings --nobody --json --data DIR\n"
      "  insieme-server findings dismiss 5f3a --by carla --reason \"omonimi\" --data DIR");
  add_decision(program, *group, arguments, "dismiss",
               "a match with another body is no problem, with the reason", true);
  add_decision(program, *group, arguments, "reopen", "it is one after all", false);
  group->callback([&program, arguments] {
    if (program.chosen) return;
    program.chosen = [arguments](Context& context) { return list(context, *arguments); };
  });
}

}  // namespace insieme::server::cli
