// invite: codes that enrol one device each, as text, as QR codes, and as sheets to print.
#include "cli/invite_command.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/invitation_sheet.hpp"
#include "cli/output.hpp"
#include "cli/qr.hpp"
#include "cli/sheet_pdf.hpp"
#include "insieme/server/secrets.hpp"
#include "net/tls.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kInvitedMax = 200;  ///< at once

/// What the configuration says of the server, or the running server itself, which may have been
/// given flags.
Listening reachable_at(Context& context) {
  const Config& config = context.config();
  const auto running = read_listening(context.dir());
  if (!running && config.public_url.empty()) {
    std::fputs("insieme-server: the server is not running: the address is the configured one\n",
               stderr);
  }
  Listening at = running.value_or(Listening{config.listen_port, config.behind_proxy, {}});
  if (config.tls_certificate.empty()) return at;
  at.tls = true;
  at.pin = pins_of(config);
  return at;
}

/// `insieme://HOST:PORT/CODE`, with `tls=0` where a plain connection is meant (dev), the pin of the
/// certificate's public key where the server does TLS itself, and the server's own key, so that the
/// device knows whom it speaks to.
std::string invitation_url(Context& context, const std::string& code) {
  const Config& config = context.config();
  Listening at = reachable_at(context);
  std::string host = config.listen_host + ":" + std::to_string(at.port);
  if (!config.public_url.empty()) {
    at.tls = config.public_url.starts_with("https");
    host = config.public_url.substr(config.public_url.find("://") + 3);
    host = host.substr(0, host.find('/'));
  }
  const sync::KeyPair key = require(load_server_key(context.dir()));
  std::string url = "insieme://" + host + "/" + code + "?key=" + sync::to_hex(key.public_key.bytes);
  if (!at.tls) return url + "&tls=0";
  return at.pin.empty() ? url : url + "&pin=" + at.pin;
}

/// What a camera reads. Where the server gives the app, the address that opens it with the
/// invitation in it; a browser keeps what stands after `#` to itself.
std::string scanned_text(const Config& config, const std::string& url) {
  if (config.app.empty() || !config.public_url.starts_with("https://")) return url;
  std::string address = config.public_url;
  while (address.ends_with('/')) address.pop_back();
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  address += "/#";
  for (const char c : url) {
    if (kPlain.find(c) != std::string_view::npos) {
      address += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      address += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return address;
}

struct InviteArguments {
  std::vector<std::string> accounts;
  std::string expires = "48h";
  bool qr = false;
  std::string sheet;
  std::string png;
};

std::int64_t end_of(const std::string& expires) {
  const auto life = parse_duration(expires);
  if (!life.ok()) throw CommandError(kUsage, "--expires: " + life.error().detail);
  constexpr std::uint64_t kLongestS = 30ULL * 86'400;
  if (*life == 0 || *life > kLongestS) throw CommandError(kUsage, "--expires: from 1s to 30d");
  return wall_clock()() + static_cast<std::int64_t>(*life) * 1000;
}

/// All of them are known, or nobody is invited.
std::vector<User> invited(Context& context, const std::vector<std::string>& accounts) {
  if (accounts.size() > kInvitedMax) {
    throw CommandError(kUsage, "at most " + std::to_string(kInvitedMax) + " at once");
  }
  const std::vector<User> users = context.repository().users();
  std::vector<User> found;
  for (const std::string& account : accounts) {
    const auto at = std::find_if(users.begin(), users.end(),
                                 [&](const User& user) { return user.account == account; });
    if (at == users.end()) throw CommandError(kRefused, "there is no account \"" + account + "\"");
    if (at->disabled) throw CommandError(kRefused, account + " is disabled");
    found.push_back(*at);
  }
  return found;
}

Invitation make_invitation(Context& context, const User& user, std::int64_t expires_ms) {
  Invitation made{user.account, user.display_name, new_invitation_code(), {}, {}, expires_ms};
  require(context.repository().add_invitation(*hash_invitation(made.code), user.account,
                                              expires_ms));
  made.url = invitation_url(context, made.code);
  made.scanned = scanned_text(context.config(), made.url);
  return made;
}

json::object to_json(const Invitation& made) {
  return {{"account", made.account},
          {"code", made.code},
          {"url", made.url},
          {"expires", json_time(made.expires_ms)}};
}

void show(const Invitation& made, bool qr) {
  print_line("Invitation for " + made.account + ", for one device, until " +
             show_time(made.expires_ms) + ":");
  print_line("  " + made.code);
  print_line("  " + made.url);
  if (qr) print_text("\n" + terminal_text(make_qr(made.scanned)) + "\n");
}

/// `01-anna.png`: what an account may be called, and a file's name may not, becomes `_`.
std::string picture_name(std::size_t number, const std::string& account) {
  std::string name = (number < 10 ? "0" : "") + std::to_string(number) + "-" + account + ".png";
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-';
    if (!plain) c = '_';
  }
  return name;
}

/// A picture of the code alone for each, to be put into a letter or onto a screen.
void write_pictures(const std::string& folder, const std::vector<Invitation>& all) {
  std::error_code failed;
  if (!std::filesystem::create_directory(folder, failed)) {
    throw CommandError(kStorage, folder + ": " + failed.message());
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    write_secret((std::filesystem::path(folder) / picture_name(i + 1, all[i].account)).string(),
                 png_of(make_qr(all[i].scanned)));
  }
}

int invite(Context& context, const InviteArguments& arguments) {
  const std::int64_t expires_ms = end_of(arguments.expires);
  if (std::filesystem::exists(arguments.png)) {  // before anybody is invited
    throw CommandError(kRefused, arguments.png + " exists already");
  }
  if (std::filesystem::exists(arguments.sheet)) {  // before anybody is invited
    throw CommandError(kRefused, arguments.sheet + " exists already");
  }
  std::vector<Invitation> all;
  for (const User& user : invited(context, arguments.accounts)) {
    all.push_back(make_invitation(context, user, expires_ms));
  }
  if (!arguments.sheet.empty()) {
    const std::string name = context.repository().space().name;
    write_secret(arguments.sheet, arguments.sheet.ends_with(".pdf") ? sheet_pdf_of(name, all)
                                                                     : sheet_of(name, all));
    if (!context.json()) {
      print_line(std::to_string(all.size()) + " invitations, one on a page: " + arguments.sheet +
                 ". Print it, then remove it: whoever has it can enrol a device.");
    }
  }
  if (!arguments.png.empty()) {
    write_pictures(arguments.png, all);
    if (!context.json()) {
      print_line(std::to_string(all.size()) + " pictures in " + arguments.png +
                 ". Remove them once they are used: whoever has one can enrol a device.");
    }
  }
  if (context.json()) {
    json::array list;
    for (const Invitation& made : all) list.push_back(to_json(made));
    print_json(list.size() == 1 ? list.front() : json::value(std::move(list)));
  } else if (arguments.sheet.empty() && arguments.png.empty()) {
    for (const Invitation& made : all) show(made, arguments.qr);
  }
  return kOk;
}

}  // namespace

void add_invite_command(Program& program) {
  const auto arguments = std::make_shared<InviteArguments>();
  CLI::App* inviting = program.app.add_subcommand("invite", "print a code that enrols one device");
  inviting->add_option("account", arguments->accounts, "whose device it will be; several: one each")
      ->required();
  inviting->add_option("--expires", arguments->expires, "how long it is valid (48h)")
      ->type_name("duration");
  inviting->add_flag("--qr", arguments->qr, "also as a QR code, for a camera");
  inviting
      ->add_option("--sheet", arguments->sheet,
                   "a new file to print, a page for each: .pdf, else HTML")
      ->type_name("file");
  inviting
      ->add_option("--png", arguments->png, "a new folder: a picture of the code for each")
      ->type_name("folder");
  inviting->footer(
      "Examples:\n  insieme-server invite anna --data DIR\n"
      "  insieme-server invite anna --qr --expires 1h --data DIR\n"
      "  insieme-server invite anna bruno carla --sheet inviti.pdf --expires 7d --data DIR");
  inviting->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return invite(context, *arguments); };
  });
}

}  // namespace insieme::server::cli
