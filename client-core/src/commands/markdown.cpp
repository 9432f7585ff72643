// docs/commands.md out of the table.
#include "commands/table.hpp"
#include "insieme/client/commands.hpp"

namespace insieme::client {
namespace {

using namespace commands;

constexpr const char* kIntroduction =
    R"(# Commands

Generated from the program by `insieme commands --markdown`; a test keeps it so.

A host (app, command line, binding) speaks to the core through one call: a command as a JSON
object in, its reply as a JSON object out.

- Reply: `{"ok":true, …}` or `{"ok":false,"error":{"code","message_it","message_en","field"?,
  "problems"?, "details"?}}`. `problems` names every rule that a record breaks: `field`, `label`,
  `severity`, `rule`, `message_it`, `message_en`. `details` says what was done before the error.
- Every command takes `"lang":"it"|"en"` for labels and displayed texts. Italian is the default.
- A command that writes needs a `request_id` (1 to 64 bytes) that the caller makes once for one
  act: repeated after a kill or a lost reply, it gives the first reply again with
  `"repeated":true` and writes nothing twice. The same id for something else is `conflict`.
- 64-bit integers cross as text, amounts as `{"cents":"3516900"}` or as a person writes them,
  times as `2021-06-01T08:30:00.000Z`, dates as `2021-06-01`.
- Ids may be given by their first or last digits (4 or more) if only one thing here has them;
  types and fields by name or label. Unknown arguments are errors that name the nearest known one.
- `version` in `record.get` is what the reader had in front of them. Handed back with the save it
  makes sure that a value which arrived in between is not overwritten: both stay, and a review
  item appears.
- A command that only reads takes `"purpose"`, why a person looks: a code of the list
  `access_purposes` (`visita`, `presa_in_carico`, `valutazione`, `coordinamento`, `emergenza`,
  `autorita`, `richiesta_interessato`, `rendicontazione`, `verifica`, `altro`). When its reply
  shows something of a sensitive section, that is noted, once a day for a dossier, section and
  purpose, and told to the server with the next synchronisation. `not_noted` (code, message_it,
  message_en) in a reply: it could not be noted now (a full disk); what was asked for is there.

A store with a PIN begins locked: until `unlock` or `recovery.answer`, all commands but those about
the PIN are `locked`. `lock` goes back there at once and forgets the key.

Error codes of the API: `unknown_command`, `unknown_argument`, `missing_argument`,
`invalid_argument`, `malformed`, `unknown_type`, `unknown_field`, `unknown_name`, `unknown_report`,
`type_retired`, `field_retired`, `unknown_device`, `ambiguous`, `invalid_value`, `invalid_record`,
`empty_record`, `beyond_rights`, `not_enrolled`, `not_open`, `locked`, `no_pin`, `pin_weak`,
`pin_wrong`, `pin_wait`, `pin_blocked`, `no_recovery`, `answer_wrong`; all others are those of
`insieme/sync/result.hpp` (`not_found`, `not_allowed`, `conflict`, `unavailable`,
`unauthenticated`, `storage_full`, `busy` …). The command line adds `usage`: what was typed is no
command; nothing was asked of the core.
)";

std::string need_of(Writes writes) {
  switch (writes) {
    case Writes::no:
      return "Reads only.";
    case Writes::yes:
      return "Writes; needs `request_id`.";
    case Writes::maybe_without_id:
      return "`request_id` optional.";
  }
  return {};
}

std::string arguments_of(const CommandSpec& command) {
  if (command.args.empty()) return "No arguments.\n";
  std::string out = "| argument | kind | needed | meaning | significato |\n|---|---|---|---|---|\n";
  for (const ArgSpec& arg : command.args) {
    out += "| `" + std::string(arg.name) + "` | " + std::string(name_of(arg.kind)) + " | " +
           (arg.required ? "yes" : "no") + " | " + arg.en.text() + " | " + arg.it.text() +
           " |\n";
  }
  return out;
}

}  // namespace

std::string Commands::markdown() {
  std::string out = kIntroduction;
  for (const CommandSpec& command : all_commands()) {
    out += "\n## " + std::string(command.name) + "\n\n" + command.en.text() + " *" +
           command.it.text() + "* " + need_of(command.writes) + "\n\n" + arguments_of(command) +
           "\nReturns: " + command.returns.text() + ".\n\n```json\n" + command.example.text() +
           "\n```\n";
  }
  return out;
}

}  // namespace insieme::client
