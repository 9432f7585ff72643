// practice.as, practice.late: several people in a store to practise in, and work of one of them
// that comes too late. A store for work refuses both (commands.cpp).
#include "commands/practice.hpp"

#include "commands/records/plan.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/protocol.hpp"
#include "insieme/sync/reasons.hpp"

namespace insieme::client::commands {
namespace {

Check check_account(const std::string& account, const char* field) {
  if (!account.empty() && account.size() <= sync::kAuthorBytesMax) return Done{};
  return Failure("invalid_argument", "Serve un account, breve.", "A short account is needed.",
                 field);
}

/// Nobody is enrolled: what is written from now on is that person's, what was stays whose it is.
Outcome<json::object> practise_as(Context& context) {
  Identity self = context.store().identity();
  self.account = context.text("account");
  INSIEME_OUT(check_account(self.account, "account"));
  self.display_name = context.text("name");
  self.role = context.text("role");
  INSIEME_OUT(context.store().set_identity(self));
  return json::object{{"account", self.account}, {"name", self.display_name}, {"role", self.role}};
}

Outcome<json::object> come_late(Context& context) {
  const std::string author = context.text("account");
  INSIEME_OUT(check_account(author, "account"));
  Plan plan;
  INSIEME_OUT(plan_record(context, *context.object("save"), {}, plan));
  sync::SyncReply reply;  // as the one server tells whoever decides
  reply.server_ms = context.platform().now_ms();
  for (DocumentOps& part : plan.documents) {
    sync::Change change;
    change.header.document = part.document;
    change.header.replica = new_uuid7<sync::ReplicaId>(context.platform());
    change.header.seq = 1;
    change.header.stamp = {reply.server_ms, 0};
    change.header.author = author;
    change.header.schema_version = static_cast<std::uint32_t>(context.bundle().version);
    change.ops = std::move(part.ops);
    sync::HeldEvent held{std::move(change), std::string(sync::reasons::kNotAssigned)};
    reply.items.push_back({0, sync::Event{std::move(held)}});
  }
  INSIEME_OUT(context.store().apply(reply));
  return json::object{{"held", reply.items.size()}};
}

}  // namespace

std::vector<CommandSpec> practice_commands() {
  return {
      {"practice.as", Writes::maybe_without_id,
       "In un archivio di prova: chi scrive da adesso, e in che ruolo.",
       "In a store to practise in: who writes from now on, and in which role.",
       {{"account", ArgKind::text, true, "account di chi scrive", "account of who writes"},
        {"name", ArgKind::text, false, "il suo nome", "their name"},
        {"role", ArgKind::text, false, "il suo ruolo", "their role"}},
       "account, name, role",
       R"({"command": "practice.as", "account": "anna", "name": "Anna", "role": "educator"})",
       practise_as},
      {"practice.late", Writes::maybe_without_id,
       "In un archivio di prova: una modifica che arriva quando il suo autore non ha più il "
       "fascicolo.",
       "In a store to practise in: an edit that comes when its author has the dossier no more.",
       {{"account", ArgKind::text, true, "account del suo autore", "account of its author"},
        {"save", ArgKind::object, true, "come record.save", "as record.save"}},
       "held (in how many documents)",
       R"({"command": "practice.late", "account": "bruno", "save": {"record": "5f3a9c01",
 "fields": {"next_step": "Telefonare"}}})",
       come_late},
  };
}

}  // namespace insieme::client::commands
