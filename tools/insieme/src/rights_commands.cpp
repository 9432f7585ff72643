// rights: what devices may spend of a voucher or a card.
#include "record_views.hpp"

namespace insieme::cli {
namespace {

struct RightsOptions {
  std::string record;
  std::string field;
  std::string grant;
  std::string transfer;
  std::string spend;
  std::string refund;
  std::string reclaim;
  std::string to;
};

std::string state_words(const std::string& state) {
  if (state == "firm") return tr("certa", "firm");
  if (state == "provisional") return tr("PROVVISORIA, da decidere", "PROVISIONAL, to be decided");
  if (state == "confirmed") return tr("provvisoria, confermata", "provisional, confirmed");
  if (state == "refused") return tr("provvisoria, rifiutata", "provisional, refused");
  return tr("stornata", "reversed");
}

std::string rights_page(const json::object& rights) {
  std::string page = coloured(one_line(text_of(rights, "title")), Colour::strong) + " · " +
                     one_line(text_of(rights, "label")) + "\n";
  page += tr("restano ", "left ") + text_of(rights, "left") + tr(" di ", " of ") +
          text_of(rights, "granted") + tr(", da questo dispositivo ", ", from this device ") +
          text_of(rights, "here") + tr("; spesi ", "; spent ") + text_of(rights, "spent") +
          tr(", provvisori ", ", provisional ") + text_of(rights, "provisional") + "\n\n";
  Table devices({tr("dispositivo", "device"), tr("chi", "who"), tr("può spendere", "may spend")});
  for (const json::value& one : list_of(rights, "devices")) {
    const json::object& device = one.as_object();
    devices.add({text_of(device, "device"), text_of(device, "author"), text_of(device, "rights")});
  }
  page += devices.text();
  Table spends({tr("quando", "when"), tr("chi", "who"), tr("quanto", "how much"),
                tr("stato", "state"), tr("per che cosa", "what for"), "id"});
  for (const json::value& one : list_of(rights, "spends")) {
    const json::object& spend = one.as_object();
    const std::string state = text_of(spend, "state");
    spends.add({when(text_of(spend, "at")), text_of(spend, "author"), text_of(spend, "amount"),
                Cell(state_words(state), state == "provisional" ? Colour::warn : Colour::none),
                text_of(spend, "entry_text"), text_of(spend, "dot")});
  }
  return spends.empty() ? page : page + "\n" + spends.text();
}

int rights(Program& program, const RightsOptions& options) {
  json::object arguments{{"record", options.record}};
  if (!options.field.empty()) arguments["field"] = options.field;
  const char* command = "rights.list";
  if (!options.to.empty()) arguments["to"] = options.to;
  if (!options.grant.empty()) {
    command = "rights.grant";
    arguments["amount"] = options.grant;
  } else if (!options.transfer.empty()) {
    command = "rights.transfer";
    arguments["amount"] = options.transfer;
  } else if (!options.spend.empty()) {
    command = "rights.spend";
    arguments["amount"] = options.spend;
  } else if (!options.refund.empty()) {
    command = "rights.refund";
    arguments["spend"] = options.refund;
  } else if (!options.reclaim.empty()) {
    command = "rights.reclaim";
    arguments["from"] = options.reclaim;
  }
  json::object reply;
  if (program.answered(command, std::move(arguments), reply)) return kOk;
  if (reply.contains("devices")) {
    print(rights_page(reply));
    return kOk;
  }
  reply["records"] = json::array{reply.at("record")};
  print(saved_lines(reply));
  return kOk;
}

}  // namespace

void add_rights_commands(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "rights", "Quanto resta di un buono o di una tessera, e chi può spenderlo",
      "What is left of a voucher or a card, and who may spend it",
      "  insieme rights 5f3a9c01\n  insieme rights 5f3a9c01 --transfer 5 --to anna\n"
      "  insieme rights 5f3a9c01 --spend 2\n  insieme rights 5f3a9c01 --reclaim bruno");
  auto options = std::make_shared<RightsOptions>();
  command->add_option("record", options->record, tr("La scheda", "The record"))->required();
  command->add_option("--field", options->field,
                      tr("Il campo, se ve n'è più d'uno", "The field, if there are several"));
  command->add_option("--to", options->to,
                      tr("A quale dispositivo o persona", "To which device or person"));
  CLI::Option_group* how = command->add_option_group(tr("Che cosa fare", "What to do"));
  how->add_option("--grant", options->grant, tr("Assegna diritti nuovi", "Grants new rights"));
  how->add_option("--transfer", options->transfer, tr("Passa i propri", "Hands on one's own"));
  how->add_option("--spend", options->spend, tr("Spende", "Spends"));
  how->add_option("--refund", options->refund,
                  tr("Storna la spesa con questo id", "Takes back the spend with this id"));
  how->add_option("--reclaim", options->reclaim,
                  tr("Ritira quelli di un dispositivo che tace", "Takes those of a silent device"));
  how->require_option(0, 1);
  command->callback([&program, options] {
    program.run = [&program, options] { return rights(program, *options); };
  });
}

}  // namespace insieme::cli
