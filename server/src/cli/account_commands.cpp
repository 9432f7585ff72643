// account: who signs in with a name and a password of this server's own.
#include <boost/json.hpp>

#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/account_desk.hpp"
#include "sign_in/password.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

constexpr std::int64_t kHourMs = 3'600'000;

struct AccountArguments {
  std::string account;
  std::string address;
  std::int64_t hours = 72;
  bool totp = false;
  bool off = false;
};

std::string state_of(const LocalAccount& account, std::int64_t now_ms, std::int64_t wait_ms) {
  if (account.disabled) return "disabled";
  if (account.user_disabled) return "user disabled";
  if (wait_ms > 0) return "waits " + std::to_string((wait_ms + 59'999) / 60'000) + " min";
  if (!account.first_until_ms) return "in use";
  return now_ms > *account.first_until_ms ? "first password expired" : "first password";
}

std::string totp_of(const LocalAccount& account) {
  if (!account.totp.empty()) return std::to_string(account.recovery_codes) + " recovery codes";
  return account.totp_required ? "to be set up" : "no";
}

int list_accounts(Context& context) {
  Repository& repository = context.repository();
  const std::int64_t now_ms = wall_clock()();
  const std::vector<LocalAccount> accounts = repository.local_accounts();
  json::array all;
  Table table({"ACCOUNT", "STATE", "APP OF CODES", "SINCE", "LAST SIGN-IN"});
  for (const LocalAccount& account : accounts) {
    const std::int64_t wait_ms =
        repository.attempt_wait({attempter_of_name(account.account), kNamePolicy});
    const std::string state = state_of(account, now_ms, wait_ms);
    all.push_back(json::object{{"account", account.account},
                               {"state", state},
                               {"totp", !account.totp.empty()},
                               {"totp_required", account.totp_required},
                               {"recovery_codes", account.recovery_codes},
                               {"wait_s", (wait_ms + 999) / 1'000},
                               {"created", json_time(account.created_ms)},
                               {"used", json_time(account.used_ms)}});
    table.add({account.account, state, totp_of(account), show_time(account.created_ms),
               show_time(account.used_ms)});
  }
  if (context.json()) {
    print_json(json::object{{"accounts", std::move(all)}});
  } else {
    table.print("Nobody signs in with a password here: insieme-server account new ACCOUNT");
  }
  return kOk;
}

/// Told once: nothing stores it in clear.
int tell_first(Context& context, const std::string& account, const std::string& password,
               std::int64_t until_ms) {
  if (context.json()) {
    print_json(json::object{{"account", account},
                            {"first_password", password},
                            {"expires", json_time(until_ms)}});
    return kOk;
  }
  print_line("Name:           " + account);
  print_line("First password: " + password);
  print_line("Until " + show_time(until_ms) + ", for one sign-in, which asks for another one.");
  print_line("It is not shown again: tell it to the person alone.");
  return kOk;
}

int make_new(Context& context, const AccountArguments& arguments) {
  const std::string password = new_first_password();
  const std::int64_t until_ms = wall_clock()() + arguments.hours * kHourMs;
  require(context.repository().new_local_account(
      arguments.account, hash_password(canonical_code(password), {}), until_ms, arguments.totp));
  return tell_first(context, arguments.account, password, until_ms);
}

int reset(Context& context, const AccountArguments& arguments) {
  const std::string password = new_first_password();
  const std::int64_t until_ms = wall_clock()() + arguments.hours * kHourMs;
  Repository& repository = context.repository();
  require(repository.reset_local_account(arguments.account,
                                         hash_password(canonical_code(password), {}), until_ms,
                                         arguments.totp));
  require(repository.unlock_attempts(attempter_of_name(arguments.account), arguments.account));
  return tell_first(context, arguments.account, password, until_ms);
}

int done(Context& context, const std::string& account, const std::string& text) {
  if (context.json()) {
    print_json(json::object{{"account", account}, {"done", true}});
  } else {
    print_line(text);
  }
  return kOk;
}

int unlock(Context& context, const AccountArguments& arguments) {
  if (arguments.account.empty() == arguments.address.empty()) {
    throw CommandError(kUsage, "an account, or an --address");
  }
  Repository& repository = context.repository();
  if (arguments.account.empty()) {
    const std::string counted = counted_address(arguments.address);
    if (counted.empty()) throw CommandError(kRefused, "this is no address that is counted");
    require(repository.unlock_attempts(attempter_of_address(counted), counted));
    return done(context, counted, counted + " may try again at once.");
  }
  if (!repository.local_account(arguments.account)) {
    throw CommandError(kRefused, "\"" + arguments.account + "\" has no password here");
  }
  require(repository.unlock_attempts(attempter_of_name(arguments.account), arguments.account));
  return done(context, arguments.account, arguments.account + " may try again at once.");
}

int disable(Context& context, const AccountArguments& arguments) {
  require(context.repository().disable_local_account(arguments.account));
  return done(context, arguments.account,
              arguments.account + " signs in no more; account reset undoes it. Devices that are "
                                  "enrolled stay: insieme-server devices, revoke.");
}

int require_codes(Context& context, const AccountArguments& arguments) {
  require(context.repository().require_totp(arguments.account, !arguments.off));
  return done(context, arguments.account,
              arguments.off ? arguments.account + " may sign in without an app of codes."
                            : arguments.account + " sets up an app of codes at the next sign-in, "
                                                  "if there is none yet.");
}

using Command = int (*)(Context&, const AccountArguments&);

CLI::App* add(Program& program, CLI::App* all, const char* name, const char* help,
              const std::shared_ptr<AccountArguments>& arguments, Command command) {
  CLI::App* added = all->add_subcommand(name, help);
  CLI::Option* account = added->add_option("account", arguments->account, "account of this space");
  if (command != unlock) account->required();
  added->callback([&program, arguments, command] {
    program.chosen = [arguments, command](Context& context) {
      return command(context, *arguments);
    };
  });
  return added;
}

void add_hours(CLI::App* command, AccountArguments& arguments) {
  command->add_option("--hours", arguments.hours, "how long the first password is good (72)")
      ->check(CLI::Range(1, 24 * 30));
}

}  // namespace

void add_account_commands(Program& program) {
  CLI::App* all = program.app.add_subcommand(
      "account", "who enrols devices with a name and a password of this server's own");
  all->require_subcommand(0, 1);
  all->footer("Examples:\n"
              "  insieme-server account --data DIR\n"
              "  insieme-server account new anna --totp --data DIR\n"
              "  insieme-server account reset anna --forget-totp --data DIR\n"
              "  insieme-server account unlock anna --data DIR\n"
              "  insieme-server account require-totp anna --data DIR\n"
              "  insieme-server account disable anna --data DIR");
  all->callback([&program] {
    if (!program.chosen) program.chosen = list_accounts;
  });
  all->add_subcommand("list", "who they are, and how they stand")->callback([&program] {
    program.chosen = list_accounts;
  });
  const auto arguments = std::make_shared<AccountArguments>();
  CLI::App* made = add(program, all, "new", "gives an account a first password", arguments,
                       make_new);
  made->add_flag("--totp", arguments->totp, "the first sign-in sets up an app of codes");
  add_hours(made, *arguments);
  CLI::App* again = add(program, all, "reset", "another first password, for one that is lost",
                        arguments, reset);
  again->add_flag("--forget-totp", arguments->totp,
                  "the app of codes and the recovery codes are lost, too");
  add_hours(again, *arguments);
  CLI::App* unlocked =
      add(program, all, "unlock", "lets somebody try again at once", arguments, unlock);
  unlocked->add_option("--address", arguments->address, "in place of an account");
  add(program, all, "disable", "ends signing in with a password", arguments, disable);
  CLI::App* codes = add(program, all, "require-totp", "signs in only with an app of codes",
                        arguments, require_codes);
  codes->add_flag("--off", arguments->off, "may do without");
}

}  // namespace insieme::server::cli
