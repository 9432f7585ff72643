// recovery keygen, recovery answer: on a machine that need not be the server's.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/recovery.hpp"
#include "insieme/server/secrets.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

using Seed = std::array<std::uint8_t, 32>;

/// Never in the place of another: whatever is wrapped for that one would be out of reach.
void write_seed(const std::string& path, const Seed& seed) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0 && errno == EEXIST) {
    throw CommandError(kRefused, path + " exists already: it is not overwritten");
  }
  const std::string line = sync::to_hex(seed) + "\n";
  bool written = file >= 0 &&
                 ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                 ::fsync(file) == 0;
  if (file >= 0) written = ::close(file) == 0 && written;
  if (written) return;
  if (file >= 0) ::unlink(path.c_str());
  throw CommandError(kStorage, path + ": cannot be written");
}

int keygen(Context& context, const std::string& path) {
  Seed seed{};
  fill_random(seed);
  const std::string key = sync::to_hex(sync::make_key_pair(seed).public_key.bytes);
  write_seed(path, seed);
  if (context.json()) {
    print_json(json::object{{"file", path}, {"recovery_key", key}});
    return kOk;
  }
  print_line("The secret half is in " + path +
             ". Keep it where no server and no network reach it, and a copy elsewhere:\n"
             "with it, the PIN of any tablet of the space can be set anew by whoever has the "
             "tablet, too.\n"
             "Into insieme.conf of the server, then restart it:\n\n"
             "recovery_key = " +
             key);
  return kOk;
}

sync::SecretKey read_secret(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw CommandError(kStorage, path + ": cannot be read");
  std::string text;
  file >> text;
  Seed seed{};
  if (!sync::from_hex(text, seed).ok()) throw CommandError(kStorage, path + ": is no recovery key");
  return sync::make_key_pair(seed).secret_key;
}

/// Of the space in the data folder, if there is one.
std::optional<Device> find_device(Context& context, const sync::DeviceId& id) {
  if (!context.dir().initialised()) return std::nullopt;
  for (const Device& device : context.repository().devices()) {
    if (device.id == id) return device;
  }
  return std::nullopt;
}

struct AnswerArguments {
  std::string request;
  std::string key;
  bool despite_revoked = false;
};

int answer(Context& context, const AnswerArguments& arguments) {
  const RecoveryAnswer found =
      require(answer_recovery(read_secret(arguments.key), arguments.request));
  const auto device = find_device(context, found.device);
  if (device && device->revoked_ms && !arguments.despite_revoked) {
    throw CommandError(kRefused, "the tablet \"" + device->name + "\" of " + device->account +
                                     " is revoked (" + device->revoke_reason +
                                     "): --despite-revoked answers all the same");
  }
  if (context.json()) {
    print_json(json::object{{"device", sync::to_text(found.device)},
                            {"account", device ? device->account : ""},
                            {"name", device ? device->name : ""},
                            {"answer", found.code}});
    return kOk;
  }
  print_line(device ? "The tablet \"" + device->name + "\" of " + device->account + "."
                    : "A tablet that this data folder does not know: " +
                          sync::to_text(found.device) + ".");
  print_line("Give the answer to that person alone, once you know that it is them:\n\n" +
             found.code);
  return kOk;
}

}  // namespace

void add_recovery_commands(Program& program) {
  CLI::App* recovery = program.app.add_subcommand(
      "recovery", "the key that opens tablets whose PIN was forgotten");
  recovery->require_subcommand(1);
  recovery->footer("Examples:\n"
                   "  insieme-server recovery keygen --out /media/stick/recovery.key --data .\n"
                   "  insieme-server recovery answer 91C2-… --key /media/stick/recovery.key "
                   "--data DIR");
  const auto path = std::make_shared<std::string>();
  CLI::App* making = recovery->add_subcommand("keygen", "make the key pair, once for a space");
  making->add_option("--out", *path, "a new file for its secret half")->required();
  making->callback([&program, path] {
    program.chosen = [path](Context& context) { return keygen(context, *path); };
  });
  const auto arguments = std::make_shared<AnswerArguments>();
  CLI::App* answering = recovery->add_subcommand("answer", "answer a tablet's request");
  answering->add_option("request", arguments->request, "as the tablet shows it")->required();
  answering->add_option("--key", arguments->key, "the file of the secret half")->required();
  answering->add_flag("--despite-revoked", arguments->despite_revoked,
                      "also for a device that was revoked");
  answering->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return answer(context, *arguments); };
  });
  for (CLI::App* command : recovery->get_subcommands({})) command->fallthrough();
}

}  // namespace insieme::server::cli
