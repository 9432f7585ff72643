// sign-in: who somebody at the organization's identity provider is here.
#include <boost/json.hpp>

#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/sign_in.hpp"
#include "sign_in/provider_text.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

int list_links(Context& context) {
  const std::vector<SignInLink> links = context.repository().sign_in_links();
  const Config& config = context.config();
  if (context.json()) {
    json::array all;
    for (const SignInLink& link : links) {
      all.push_back(json::object{{"account", link.account},
                                 {"issuer", link.issuer},
                                 {link.by_email ? "email" : "subject", link.name},
                                 {"created", json_time(link.created_ms)},
                                 {"used", json_time(link.used_ms)}});
    }
    print_json(json::object{{"provider", config.sign_in_provider},
                            {"callback", sign_in_callback_url(config)},
                            {"links", std::move(all)}});
    return kOk;
  }
  if (config.sign_in_provider.empty()) {
    print_line("No provider is set (sign_in_provider, docs/operations.md).");
  } else {
    print_line("Provider: " + config.sign_in_provider);
    print_line("Register there as redirect URI: " + sign_in_callback_url(config));
  }
  Table table({"ACCOUNT", "SUBJECT OR E-MAIL", "SINCE", "LAST SIGN-IN", "ISSUER"});
  for (const SignInLink& link : links) {
    const bool other = link.issuer != config.sign_in_provider;
    table.add({link.account, link.name, show_time(link.created_ms), show_time(link.used_ms),
               link.issuer + (other ? " (not the provider that is set)" : "")});
  }
  table.print("Nobody is linked yet: insieme-server sign-in link ACCOUNT --email ADDRESS");
  return kOk;
}

struct LinkArguments {
  std::string account;
  std::string subject;
  std::string email;
};

int link(Context& context, const LinkArguments& arguments) {
  const Config& config = context.config();
  if (config.sign_in_provider.empty()) {
    throw CommandError(kConfiguration, "no provider is set: sign_in_provider in insieme.conf");
  }
  SignInLink wanted;
  wanted.issuer = config.sign_in_provider;
  wanted.account = arguments.account;
  wanted.by_email = !arguments.email.empty();
  wanted.name = wanted.by_email ? plain_email(arguments.email) : arguments.subject;
  if (wanted.name.empty()) throw CommandError(kRefused, "this is no e-mail address");
  if (wanted.by_email && !config.sign_in_by_email) {
    throw CommandError(kConfiguration,
                       "addresses do not count here: set sign_in_by_email = yes if the provider "
                       "proves them, or link the --subject");
  }
  require(context.repository().link_sign_in(wanted));
  if (context.json()) {
    print_json(json::object{{"account", wanted.account}, {"linked", true}});
  } else {
    print_line("Linked " + wanted.account + " with " + wanted.name + ".");
  }
  return kOk;
}

int unlink(Context& context, const std::string& account, const std::string& name) {
  require(context.repository().unlink_sign_in(account, name));
  if (context.json()) {
    print_json(json::object{{"account", account}, {"linked", false}});
  } else {
    print_line(account + " enrols no more devices by signing in. Those that are enrolled stay: "
                         "insieme-server devices, revoke.");
  }
  return kOk;
}

}  // namespace

void add_sign_in_commands(Program& program) {
  CLI::App* all = program.app.add_subcommand(
      "sign-in", "who may enrol devices by signing in with the organization's identity provider");
  all->require_subcommand(0, 1);
  all->footer("Examples:\n"
              "  insieme-server sign-in --data DIR\n"
              "  insieme-server sign-in link anna --email anna@comune.example --data DIR\n"
              "  insieme-server sign-in link anna --subject 248289761001 --data DIR\n"
              "  insieme-server sign-in unlink anna --data DIR");
  all->callback([&program] {
    if (!program.chosen) program.chosen = list_links;
  });
  const auto linked = std::make_shared<LinkArguments>();
  CLI::App* linking = all->add_subcommand("link", "link an account with somebody at the provider");
  linking->add_option("account", linked->account, "account of this space")->required();
  CLI::Option_group* who = linking->add_option_group("who", "who it is there");
  who->add_option("--subject", linked->subject, "what the provider calls them (sub)");
  who->add_option("--email", linked->email, "until their first sign-in: their verified address");
  who->require_option(1);
  linking->callback([&program, linked] {
    program.chosen = [linked](Context& context) { return link(context, *linked); };
  });
  const auto unlinked = std::make_shared<LinkArguments>();
  CLI::App* unlinking = all->add_subcommand("unlink", "take an account's links away");
  unlinking->add_option("account", unlinked->account, "account of this space")->required();
  unlinking->add_option("--name", unlinked->subject, "only this subject or address");
  unlinking->callback([&program, unlinked] {
    program.chosen = [unlinked](Context& context) {
      return unlink(context, unlinked->account, unlinked->subject);
    };
  });
}

}  // namespace insieme::server::cli
