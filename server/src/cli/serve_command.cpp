#include <sys/statvfs.h>

#include <optional>

#include "api/app_files.hpp"
#include "blobs/blob_scanner.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/account_desk.hpp"
#include "insieme/server/config.hpp"
#include "insieme/server/finding_board.hpp"
#include "insieme/server/server.hpp"
#include "insieme/server/sign_in.hpp"
#include "insieme/server/news_watch.hpp"
#include "log.hpp"
#include "net/certificates.hpp"
#include "net/descriptors.hpp"

namespace insieme::server::cli {
namespace {

std::function<std::uint64_t()> free_disk_of(const std::string& folder) {
  return [folder]() -> std::uint64_t {
    struct ::statvfs state {};
    if (::statvfs(folder.c_str(), &state) != 0) return ~std::uint64_t{0};
    return std::uint64_t{state.f_bavail} * std::uint64_t{state.f_frsize};
  };
}

Listening listening_of(const Config& config, const Certificates& certificates,
                       std::uint16_t port) {
  const bool own_tls = !config.tls_certificate.empty();
  return {port, own_tls || config.behind_proxy, certificates.pins()};
}

/// Read again on SIGHUP.
struct Reloadable {
  explicit Reloadable(const Config& config)
      : certificates(config), voucher_keys(config.siuss_keys) {}
  Certificates certificates;
  VoucherKeys voucher_keys;

  void reload(const Config& config) {
    note("certificates", certificates.reload());
    if (!config.siuss_keys.empty()) note("voucher keys", voucher_keys.reload());
  }

 private:
  static void note(const char* what, const Status& status) {
    if (status.ok()) {
      log_event("reloaded", what);
    } else {
      log_failure("reload", std::string(what) + " stay as they are: " + status.error().detail);
    }
  }
};

/// Whoever has a role that the settings lack would be given nothing more, and nobody knew why.
void check_roles(Context& context) {
  const Roles& roles = context.config().roles;
  for (const User& user : context.repository().users()) {
    if (roles.find(user.role) != nullptr) continue;
    throw CommandError(kConfiguration, "\"" + user.account + "\" has the role \"" + user.role +
                                           "\", which the settings lack: add role." + user.role +
                                           ".sections");
  }
}

std::uint32_t room_for_waits_of(const Config& config) {
  const std::uint32_t room = room_for_waits(config);
  if (room < config.waits_max) {
    log_event("few files", "only " + std::to_string(room) +
                               " devices can wait for news: raise the limit of open files");
  }
  return room;
}

/// Null: people are invited.
std::unique_ptr<SignInDesk> sign_in_of(Repository& repository, const Config& config) {
  if (config.sign_in_provider.empty()) return nullptr;
  return std::make_unique<SignInDesk>(repository, config, require(load_sign_in_secret(config)),
                                      wall_clock());
}

/// Null: files are looked at by nobody.
std::unique_ptr<BlobScanner> scanner_of(Context& context) {
  auto command = require(scan_command_of(context.config()));
  if (!command) return nullptr;
  return std::make_unique<BlobScanner>(context.repository(), context.blobs(), *std::move(command),
                                       wall_clock());
}

/// A store of blobs that is away keeps nobody from synchronising; it is swept in an hour.
void sweep_at_start(Repository& repository, BlobStore& blobs) {
  try {
    static_cast<void>(sweep_blobs(repository, blobs, wall_clock()()));
  } catch (const StorageFailure& failure) {
    log_failure("blobs", failure.what());
  }
}

void run_with_news(Server& server, Repository& repository, WaitRoom& waits) {
  const NewsWatch watch(repository, waits);
  server.run();
}

int serve(Context& context) {
  const Config& config = context.config();
  if (const Status status = check_config(config); !status.ok()) {
    throw CommandError(kConfiguration, status.error().detail);
  }
  if (!context.dir().initialised() && config.dev) {
    static_cast<void>(require(init_data_dir(context.dir(), "Dev", wall_clock(), config.database)));
  }
  const DataLock only_one = require(DataLock::take(context.dir()));
  Repository& repository = context.repository();
  context.act_as_server();
  check_roles(context);
  const sync::KeyPair key = require(load_server_key(context.dir()));
  set_up_log(config.log_level);
  // What an erasure left in unused pages, should the process have died before.
  if (!repository.clean_traces()) log_event("traces remain", "erase clean");
  sweep_at_start(repository, context.blobs());
  std::optional<AppFiles> app;
  if (!config.app.empty()) app = require(AppFiles::load(config.app));
  Tokens tokens;
  Metrics metrics;
  Limiter devices(config.device_requests_max);
  WaitRoom waits({room_for_waits_of(config), config.waits_per_address_max});
  Reloadable files(config);
  if (!config.siuss_keys.empty()) require(files.voucher_keys.reload());
  Services services{repository, tokens, metrics, config, wall_clock(), key.public_key,
                    free_disk_of(context.dir().folder.string()), fill_random, key.secret_key};
  services.app = app ? &*app : nullptr;
  services.live_pins = [&files] { return files.certificates.pins(); };
  services.certificate_expires_ms = [&files] { return files.certificates.expires_ms(); };
  services.devices = &devices;
  services.waits = &waits;
  FindingBoard findings(repository, context.dir().folder);
  services.findings = &findings;
  services.blobs = &context.blobs();
  const std::unique_ptr<BlobScanner> scanner = scanner_of(context);
  if (scanner) services.blob_came = [&scanner] { scanner->wake(); };
  if (!config.siuss_keys.empty()) services.voucher_keys = &files.voucher_keys;
  const std::unique_ptr<SignInDesk> sign_in = sign_in_of(repository, config);
  services.sign_in = sign_in.get();
  AccountDesk accounts(repository, key.secret_key, wall_clock(), fill_random, {});
  services.accounts = &accounts;
  Api api(services);
  std::uint16_t port = 0;
  Server server(api, metrics, config, files.certificates, [&] {
    files.reload(config);
    static_cast<void>(
        write_listening(context.dir(), listening_of(config, files.certificates, port)));
  });
  port = server.port();
  require(write_listening(context.dir(), listening_of(config, files.certificates, port)));
  try {
    print_line("listening on " + server.url());
  } catch (const CommandError&) {
    // Nobody reads it: no reason to serve nobody.
  }
  log_event("started", server.url());
  run_with_news(server, repository, waits);
  std::error_code ignored;
  std::filesystem::remove(context.dir().port(), ignored);
  try {
    repository.checkpoint();
  } catch (const StorageFailure& failure) {
    // Another process reads the file: nothing is lost, the next start tidies up.
    log_event("checkpoint skipped", failure.what());
  }
  log_event("stopped", "");
  flush_log();
  return kOk;
}

std::string flag_of(std::string_view key) {
  std::string flag(key);
  for (char& c : flag) {
    if (c == '_') c = '-';
  }
  return flag;
}

}  // namespace

void add_serve(Program& program) {
  CLI::App* command = program.app.add_subcommand("serve", "run the server");
  for (const ConfigKey& key : config_keys()) {
    if (key.name.starts_with("role.") || key.name == "database") continue;  // of every command
    const std::string flag = flag_of(key.name);
    if (key.kind == "yes/no") {
      command->add_flag_callback(
          "--" + flag, [&program, flag] { program.options.flags[flag] = "yes"; },
          std::string(key.help));
    } else {
      command
          ->add_option_function<std::string>(
              "--" + flag,
              [&program, flag](const std::string& value) { program.options.flags[flag] = value; },
              std::string(key.help))
          ->type_name(std::string(key.kind));
    }
  }
  command->footer(
      "Examples:\n"
      "  insieme-server serve --data /var/lib/insieme --listen 0.0.0.0:8443 \\\n"
      "      --tls-certificate cert.pem --tls-key key.pem\n"
      "  insieme-server serve --data ./try --dev --listen 127.0.0.1:0");
  command->callback([&program] { program.chosen = serve; });
}

}  // namespace insieme::server::cli
