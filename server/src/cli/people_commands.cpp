#include <memory>

#include "cli/commands.hpp"
#include "cli/invite_command.hpp"
#include "cli/output.hpp"
#include "cli/picking.hpp"
#include "insieme/server/staff.hpp"
#include "insieme/server/together.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

std::string show_day_or_empty(const std::optional<Day>& day) {
  return day ? show_day(*day) : std::string();
}

int list_users(Context& context) {
  const std::vector<User> users = context.repository().users();
  if (context.json()) {
    json::array all;
    for (const User& user : users) {
      all.push_back(json::object{{"account", user.account},
                                 {"name", user.display_name},
                                 {"role", user.role},
                                 {"disabled", user.disabled},
                                 {"organization", user.organization},
                                 {"from", show_day_or_empty(user.contract.from)},
                                 {"until", show_day_or_empty(user.contract.until)},
                                 {"created", json_time(user.created_ms)}});
    }
    print_json(std::move(all));
    return kOk;
  }
  Table table({"ACCOUNT", "NAME", "ROLE", "STATE", "SINCE", "ORGANIZATION", "UNTIL"});
  for (const User& user : users) {
    table.add({user.account, user.display_name, user.role, user.disabled ? "disabled" : "active",
               show_time(user.created_ms), user.organization,
               show_day_or_empty(user.contract.until)});
  }
  table.print("No users yet: insieme-server users add ACCOUNT --name NAME --role ROLE");
  return kOk;
}

void check_role(const Context& context, const std::string& role) {
  const Roles& roles = context.config().roles;
  if (roles.find(role) != nullptr) return;
  throw CommandError(kRefused, "there is no role \"" + role + "\"" +
                                   did_you_mean(role, roles.names()) +
                                   "; roles: " + join_names(roles.names()));
}

int add_user(Context& context, const User& user) {
  check_role(context, user.role);
  if (user.display_name.find_first_not_of(" \t") == std::string::npos) {
    throw CommandError(kRefused, "--name is empty: colleagues read it beside this person's work");
  }
  require(context.repository().add_user(user));
  if (context.json()) {
    print_json(json::object{{"account", user.account}, {"role", user.role}});
  } else {
    print_line("Added " + user.account + " (" + user.role + ").");
  }
  return kOk;
}

struct TermArguments {
  std::optional<std::string> organization;
  std::optional<std::string> from;
  std::optional<std::string> until;
};

/// All that `users set` may change.
struct SetArguments {
  TermArguments terms;
  StaffChange staff;
};

/// `-` takes away what was there.
std::optional<std::optional<Day>> day_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  if (*text == "-") return std::optional<Day>();
  return std::optional<Day>(require(parse_day(*text)));
}

int set_person(Context& context, const std::string& account, const SetArguments& all) {
  const TermArguments& arguments = all.terms;
  if (all.staff.role) check_role(context, *all.staff.role);
  PersonChange change;
  change.organization = arguments.organization;
  if (change.organization == "-") change.organization = "";
  change.from = day_of(arguments.from);
  change.until = day_of(arguments.until);
  Repository& repository = context.repository();
  require(together_of(repository).all_or_none([&]() -> Status {
    INSIEME_TRY(staff_of(repository).change_staff(account, all.staff));
    return repository.set_person(account, change);
  }, true));
  if (context.json()) {
    print_json(json::object{{"account", account}, {"set", true}});
  } else {
    print_line("Set " + account + ".");
  }
  return kOk;
}

int set_disabled(Context& context, const std::string& account, bool disabled,
                 const std::string& reason) {
  context.give_reason(reason);
  require(context.repository().set_disabled(account, disabled));
  if (context.json()) {
    print_json(json::object{{"account", account}, {"disabled", disabled}});
  } else {
    print_line(account + (disabled ? " is disabled: its devices may not synchronise."
                                   : " is active again."));
  }
  return kOk;
}

int give_up(Context& context, const std::string& text) {
  std::vector<sync::DeviceId> ids;
  for (const Device& device : context.repository().devices()) ids.push_back(device.id);
  const sync::DeviceId id = pick_id(text, ids, "device");
  require(context.repository().give_up_device(id));
  if (context.json()) {
    print_json(json::object{{"device", sync::to_text(id)}, {"given_up", true}});
  } else {
    print_line("Nobody waits for " + sync::to_text(id) +
               " any more: should it come back, its work is taken in all the same.");
  }
  return kOk;
}

int revoke(Context& context, const std::string& text, const std::string& reason) {
  std::vector<sync::DeviceId> ids;
  for (const Device& device : context.repository().devices()) ids.push_back(device.id);
  const sync::DeviceId id = pick_id(text, ids, "device");
  require(context.repository().revoke_device(id, reason));
  if (context.json()) {
    print_json(json::object{{"device", sync::to_text(id)}, {"revoked", true}});
  } else {
    print_line("Revoked " + sync::to_text(id) + ": it can no longer synchronise.");
  }
  return kOk;
}

void add_terms(CLI::App& command, TermArguments& terms) {
  command.add_option("--organization", terms.organization, "whose dossiers they may see");
  command.add_option("--from", terms.from, "first day of the contract")->type_name("day");
  command.add_option("--until", terms.until, "last day of the contract")->type_name("day");
}

void add_users(Program& program) {
  CLI::App* users = program.app.add_subcommand("users", "list, add, disable and enable people");
  users->require_subcommand(0, 1);
  users->footer("Examples:\n"
                "  insieme-server users --data DIR\n"
                "  insieme-server users add anna --name \"Anna Rossi\" --role educator --data DIR");
  users->callback([&program] {
    if (!program.chosen) program.chosen = list_users;
  });
  const auto user = std::make_shared<User>();
  CLI::App* add = users->add_subcommand("add", "add a person");
  add->add_option("account", user->account, "account name")->required();
  add->add_option("--name", user->display_name, "name to show")->required();
  add->add_option("--role", user->role, "educator, fellow, coordinator …")->required();
  const auto terms = std::make_shared<TermArguments>();
  add_terms(*add, *terms);
  add->callback([&program, user, terms] {
    program.chosen = [user, terms](Context& context) {
      user->organization = terms->organization.value_or("");
      user->contract = term_of(terms->from.value_or(""), terms->until.value_or(""));
      return add_user(context, *user);
    };
  });
  const auto changed = std::make_shared<SetArguments>();
  CLI::App* set =
      users->add_subcommand("set", "change a person's role, name, organization and contract");
  set->add_option("account", user->account, "account name")->required();
  set->add_option("--role", changed->staff.role,
                  "what they may see follows: tablets drop the rest once all is sent");
  set->add_option("--name", changed->staff.name, "name to show");
  add_terms(*set, changed->terms);
  set->footer("- takes away an organization or a day.\n"
              "Examples:\n  insieme-server users set anna --role coordinator --data DIR");
  set->callback([&program, user, changed] {
    program.chosen = [user, changed](Context& context) {
      return set_person(context, user->account, *changed);
    };
  });
  const auto why = std::make_shared<std::string>();
  for (const bool disabled : {true, false}) {
    CLI::App* command = users->add_subcommand(
        disabled ? "disable" : "enable",
        disabled ? "stop a person's devices from synchronising" : "undo disable");
    command->add_option("account", user->account, "account name")->required();
    command->add_option("--reason", *why, "kept for the audit");
    command->callback([&program, user, disabled, why] {
      program.chosen = [user, disabled, why](Context& context) {
        return set_disabled(context, user->account, disabled, *why);
      };
    });
  }
  users->add_subcommand("list", "list people (the default)")->callback([&program] {
    program.chosen = list_users;
  });
}

}  // namespace

void add_people_commands(Program& program) {
  add_users(program);
  add_invite_command(program);

  const auto device = std::make_shared<std::string>();
  const auto reason = std::make_shared<std::string>();
  CLI::App* giving_up = program.app.add_subcommand(
      "give-up", "stop waiting for a device that has been silent for too long");
  const auto silent = std::make_shared<std::string>();
  giving_up->add_option("device", *silent, "its id, or its first or last digits (4 or more)")
      ->required();
  giving_up->footer("Examples:\n  insieme-server give-up 019a4c2e --data DIR");
  giving_up->callback([&program, silent] {
    program.chosen = [silent](Context& context) { return give_up(context, *silent); };
  });
  CLI::App* revoking = program.app.add_subcommand("revoke", "stop a device for good");
  revoking->add_option("device", *device, "its id, or its first or last digits (4 or more)")
      ->required();
  revoking->add_option("--reason", *reason, "kept for the audit");
  revoking->footer("Examples:\n  insieme-server revoke 019a4c2e --reason \"lost\" --data DIR");
  revoking->callback([&program, device, reason] {
    program.chosen = [device, reason](Context& context) {
      return revoke(context, *device, *reason);
    };
  });
}

}  // namespace insieme::server::cli
