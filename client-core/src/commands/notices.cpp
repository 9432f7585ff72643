// notices.list and notices.seen: what happened that the owner of the store should know of.
#include <algorithm>

#include "commands/notices.hpp"
#include "commands/table.hpp"
#include "commands/values.hpp"

namespace insieme::client::commands {

Outcome<json::array> notices_json(Store& store) {
  INSIEME_OUT_ASSIGN(const auto notices, store.notices());
  json::array lines;
  for (const Notice& notice : notices) {
    const Said said(notice.text);
    json::object one;
    one["n"] = number_text(notice.n);
    one["at"] = instant_text(notice.at_ms);
    one["message_it"] = said.it + ".";
    one["message_en"] = said.en + ".";
    lines.push_back(std::move(one));
  }
  return lines;
}

namespace {

Outcome<json::object> list(Context& context) {
  INSIEME_OUT_ASSIGN(auto lines, notices_json(context.store()));
  return json::object{{"notices", std::move(lines)}};
}

Outcome<json::object> seen(Context& context) {
  INSIEME_OUT(context.store().drop_notices(context.number("up_to", 0)));
  return list(context);
}

}  // namespace

std::vector<CommandSpec> notice_commands() {
  return {
      {"notices.list",
       Writes::no,
       "Che cosa è successo che va saputo: un fascicolo tolto e perché, una copia riconosciuta.",
       "What happened that one should know of: a dossier that left and why, a copy recognised.",
       {},
       "notices (n, at, message_it, message_en), oldest first",
       R"({"command": "notices.list"})",
       list},
      {"notices.seen",
       Writes::maybe_without_id,
       "Sono stati letti, fino a questo compreso: non si mostrano più.",
       "They were read, up to this one and with it: they are shown no more.",
       {{"up_to", ArgKind::integer, true, "n dell'ultimo letto", "n of the last one read"}},
       "notices: those that are left",
       R"({"command": "notices.seen", "up_to": "3"})",
       seen},
  };
}

}  // namespace insieme::client::commands
