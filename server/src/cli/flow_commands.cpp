// flows add, list, outcomes, withdraw: what INPS fetches.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "flow_file.hpp"
#include "log.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

json::object flow_json(const Flow& flow) {
  return {{"name", flow.name},
          {"kind", flow.kind},
          {"time", to_rfc3339(flow.ts_ms)},
          {"since", std::to_string(flow.ts_ms)},
          {"withdrawn", json_time(flow.withdrawn_ms)},
          {"reason", flow.withdrawn_reason}};
}

int add(Context& context, const std::vector<std::string>& files) {
  const std::string& schemas = context.config().siuss_schemas;
  std::vector<FlowFile> checked;
  // All of them before the first one: what is published may have been fetched a moment later.
  for (const std::string& file : files) checked.push_back(require(read_flow_file(file, schemas)));
  json::array all;
  for (const FlowFile& file : checked) {
    const Flow added = require(context.repository().add_flow(file.flow));
    if (context.json()) {
      json::object line = flow_json(added);
      line["schema_checked"] = file.schema_checked;
      all.push_back(std::move(line));
    } else {
      print_line("Published " + added.name + " at " + to_rfc3339(added.ts_ms) +
                 (file.schema_checked ? ", valid against the schema." : "."));
    }
  }
  if (context.json()) print_json(std::move(all));
  if (!context.json() && schemas.empty()) {
    print_line("Not checked against INPS's schemas: siuss_schemas does not name their folder.");
  }
  return kOk;
}

int list(Context& context) {
  const auto flows = context.repository().flows();
  const auto outcomes = newest_outcomes(context.repository());
  json::array all;
  Table table({"NAME", "KIND", "PUBLISHED", "OUTCOME", "OF INPS"});
  for (const Flow& flow : flows) {
    const auto at = outcomes.find(flow.name);
    json::object line = flow_json(flow);
    line["outcome"] = at == outcomes.end() ? json::value(nullptr) : json::value(at->second.code);
    all.push_back(std::move(line));
    const std::string state = at != outcomes.end() ? at->second.code : "-";
    table.add({flow.name, flow.kind, show_time(flow.ts_ms),
               flow.withdrawn_ms ? "withdrawn: " + flow.withdrawn_reason : state,
               at == outcomes.end() ? "-" : at->second.siuss_id + at->second.description});
  }
  if (context.json()) {
    print_json(std::move(all));
  } else {
    table.print("No flows yet: insieme-server flows add FILE");
  }
  return kOk;
}

int outcomes(Context& context) {
  json::array all;
  Table table({"NAME", "OUTCOME", "ACQUIRED", "TOLD", "DESCRIPTION"});
  for (const FlowOutcome& outcome : context.repository().flow_outcomes()) {
    all.push_back(json::object{{"name", outcome.name},
                               {"kind", outcome.kind},
                               {"flow_time", to_rfc3339(outcome.flow_ts_ms)},
                               {"acquired", to_rfc3339(outcome.acquired_ms)},
                               {"code", outcome.code},
                               {"description", outcome.description},
                               {"siuss_id", outcome.siuss_id},
                               {"received", to_rfc3339(outcome.received_ms)},
                               {"known", outcome.known}});
    table.add({outcome.name, outcome.code, show_time(outcome.acquired_ms),
               show_time(outcome.received_ms),
               outcome.known ? outcome.siuss_id + outcome.description
                             : "this server never published it"});
  }
  if (context.json()) {
    print_json(std::move(all));
  } else {
    table.print("INPS has told nothing yet.");
  }
  return kOk;
}

int withdraw(Context& context, const std::string& name, const std::string& reason) {
  if (reason.empty()) throw CommandError(kUsage, "--reason: why it is withdrawn");
  require(context.repository().withdraw_flow(name, reason));
  if (context.json()) {
    print_json(json::object{{"name", name}, {"withdrawn", true}});
  } else {
    print_line("Withdrawn: nobody can fetch " + name +
               " any more. What INPS has fetched already is with INPS.");
  }
  return kOk;
}

}  // namespace

void add_flow_commands(Program& program) {
  CLI::App* flows = program.app.add_subcommand("flows", "publish flows for INPS (SIUSS)");
  flows->require_subcommand(0, 1);
  flows->footer("Examples:\n"
                "  insieme-server flows add flusso-1.xml flusso-2.xml --data DIR\n"
                "  insieme-server flows --data DIR\n"
                "  insieme-server flows outcomes --json --data DIR\n"
                "  insieme-server flows withdraw L407.PS.20240701.0000002 --reason WHY --data DIR");
  flows->callback([&program] {
    if (!program.chosen) program.chosen = list;
  });
  const auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* adding = flows->add_subcommand("add", "check files and publish them");
  adding->add_option("file", *files, "as `insieme package siuss` writes them")->required();
  adding->callback([&program, files] {
    program.chosen = [files](Context& context) { return add(context, *files); };
  });
  flows->add_subcommand("list", "what is published, and what became of it (the default)")
      ->callback([&program] { program.chosen = list; });
  flows->add_subcommand("outcomes", "all that INPS told")->callback([&program] {
    program.chosen = outcomes;
  });
  const auto name = std::make_shared<std::string>();
  const auto reason = std::make_shared<std::string>();
  CLI::App* withdrawing = flows->add_subcommand("withdraw", "destroy the content of one");
  withdrawing->add_option("name", *name, "its name")->required();
  withdrawing->add_option("--reason", *reason, "kept with its name")->required();
  withdrawing->callback([&program, name, reason] {
    program.chosen = [name, reason](Context& context) {
      return withdraw(context, *name, *reason);
    };
  });
}

}  // namespace insieme::server::cli
