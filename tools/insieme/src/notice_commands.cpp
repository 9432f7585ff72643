// notices: what happened to this store that its owner should know of.
#include "program.hpp"

namespace insieme::cli {

std::string notice_lines(const json::object& reply) {
  std::string text;
  for (const json::value& one : list_of(reply, "notices")) {
    text += coloured("! ", Colour::warn) + when(text_of(one.as_object(), "at")) + "  " +
            one_line(sentence_of(one.as_object())) + "\n";
  }
  return text;
}

namespace {

int notices(Program& program, bool seen) {
  json::object reply = program.call("notices.list");
  const json::array& all = list_of(reply, "notices");
  if (seen && !all.empty()) {
    program.call("notices.seen", {{"up_to", text_of(all.back().as_object(), "n")}});
  }
  if (program.print_json(reply)) return kOk;
  print(all.empty() ? std::string(tr("Nessun avviso.\n", "No notices.\n")) : notice_lines(reply));
  return kOk;
}

}  // namespace

void add_notice_commands(CLI::App& app, Program& program) {
  CLI::App* command =
      add_command(app, "notices", "Che cosa è successo che va saputo: fascicoli tolti, e perché",
                  "What happened that one should know of: dossiers that left, and why",
                  "  insieme notices\n  insieme notices --seen");
  auto seen = std::make_shared<bool>(false);
  command->add_flag("--seen", *seen,
                    tr("Letti: da ora non si mostrano più", "Read: no longer shown from now on"));
  command->callback(
      [&program, seen] { program.run = [&program, seen] { return notices(program, *seen); }; });
}

}  // namespace insieme::cli
