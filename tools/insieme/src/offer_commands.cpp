// offers, benefits: what the territory offers, and what somebody already receives.
#include "package_commands.hpp"

namespace insieme::cli {
namespace {

struct Offers {
  std::string commune;
  std::string need;
  std::string support;
  std::string age;
  std::string for_case;
};

std::string joined(const json::array& all) {
  std::string out;
  for (const json::value& one : all)
    out += (out.empty() ? "" : ", ") + std::string(one.as_string());
  return out;
}

int propose(Program& program, const Offers& options) {
  json::object reply;
  if (program.answered("offer.propose", {{"case", options.for_case}}, reply)) return kOk;
  Table table({"id", tr("servizio", "service"), tr("di", "by"), tr("risponde a", "answers"),
               tr("per", "for")});
  for (const json::value& one : list_of(reply, "proposals")) {
    const json::object& line = one.as_object();
    std::string members;
    for (const json::value& member : list_of(line, "members")) {
      members += (members.empty() ? "" : ", ") + one_line(text_of(member.as_object(), "title"));
    }
    table.add({text_of(line, "short"), one_line(text_of(line, "title")),
               one_line(text_of(line, "provider")), one_line(text_of(line, "covers_text")),
               members});
  }
  print(table.text());
  if (!list_of(reply, "without_offer").empty()) {
    print(tr("Senza offerta: ", "Without an offer: ") +
          one_line(text_of(reply, "without_offer_text")) + "\n");
  }
  return kOk;
}

int offers(Program& program, const Offers& options) {
  if (!options.for_case.empty()) return propose(program, options);
  json::object arguments;
  for (const auto& [name, value] :
       {std::pair{"commune", &options.commune}, std::pair{"need", &options.need},
        std::pair{"support", &options.support}, std::pair{"age", &options.age}}) {
    if (!value->empty()) arguments[name] = *value;
  }
  json::object reply;
  if (program.answered("offer.search", std::move(arguments), reply)) return kOk;
  Table table({"id", tr("servizio", "service"), tr("di", "by"), tr("orari", "hours"),
               tr("telefoni", "telephones")});
  for (const json::value& one : list_of(reply, "offers")) {
    const json::object& line = one.as_object();
    table.add({text_of(line, "short"), one_line(text_of(line, "title")),
               one_line(text_of(line, "provider")), one_line(text_of(line, "schedule")),
               joined(list_of(line, "phones"))});
  }
  print(table.text());
  return kOk;
}

int benefits(Program& program, const std::string& record) {
  json::object reply;
  if (program.answered("person.benefits", {{"record", record}}, reply)) return kOk;
  Table table({tr("da", "by"), "id", tr("che cosa", "what"), tr("dal", "from"), tr("al", "to")});
  for (const json::value& source : list_of(reply, "sources")) {
    for (const json::value& one : list_of(source.as_object(), "benefits")) {
      const json::object& line = one.as_object();
      table.add({one_line(text_of(source.as_object(), "source")), text_of(line, "short"),
                 one_line(text_of(line, "what")), text_of(line, "from"), text_of(line, "to")});
    }
  }
  print(table.text());
  for (const json::value& pair : list_of(reply, "overlaps")) {
    const json::array& both = pair.as_array();
    print(tr("Si sovrappongono: ", "These overlap: ") + text_of(both.at(0).as_object(), "short") +
          ", " + text_of(both.at(1).as_object(), "short") + "\n");
  }
  return kOk;
}

}  // namespace

void add_offer_commands(CLI::App& app, Program& program) {
  auto options = std::make_shared<Offers>();
  CLI::App* command = add_command(
      app, "offers", "I servizi del territorio, o quelli da proporre per un caso",
      "The territory's services, or those to propose for a case",
      "  insieme offers --commune Treviso --need d --age 9\n  insieme offers --case 5f3a9c01");
  command->add_option("--commune", options->commune, tr("Comune", "Commune"));
  command->add_option("--need", options->need, tr("Area di bisogno", "Area of need"));
  command->add_option("--support", options->support, tr("Sostegno, a-h", "Support, a-h"));
  command->add_option("--age", options->age, tr("Età", "Age"));
  command->add_option("--case", options->for_case, tr("Per questo caso", "For this case"));
  command->callback([&program, options] {
    program.run = [&program, options] { return offers(program, *options); };
  });

  auto record = std::make_shared<std::string>();
  CLI::App* received =
      add_command(app, "benefits", "Che cosa riceve già una persona o un nucleo",
                  "What a person or a household already receives", "  insieme benefits 5f3a9c01");
  received
      ->add_option("record", *record,
                   tr("Persona, componente o nucleo", "Person, member or household"))
      ->required();
  received->callback([&program, record] {
    program.run = [&program, record] { return benefits(program, *record); };
  });
}

}  // namespace insieme::cli
