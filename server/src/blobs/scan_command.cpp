#include "blobs/scan_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

namespace insieme::server {
namespace {

using Clock_ = std::chrono::steady_clock;

constexpr std::size_t kWordsMax = 32;
constexpr std::size_t kOutputKept = 4 * 1024;
constexpr auto kLook = std::chrono::milliseconds(20);

class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return number_; }
  void close() noexcept {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

Scanned failed(std::string why) { return {ScanVerdict::failed, std::move(why)}; }
Scanned failed_call(const char* what, int error) {
  return failed(std::string(what) + ": " + std::strerror(error));
}

/// In memory alone: no disk keeps what a tablet had sealed. Error: errno.
int put_into(const Descriptor& memory, std::span<const std::uint8_t> content) {
  while (!content.empty()) {
    const ssize_t count = ::write(memory.get(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    content = content.subspan(static_cast<std::size_t>(count));
  }
  return ::lseek(memory.get(), 0, SEEK_SET) == 0 ? 0 : errno;
}

struct SpawnSettings {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

/// The process id, or minus an errno.
int spawn(const ScanCommand& command, int input, int output) {
  SpawnSettings settings;
  ::posix_spawn_file_actions_adddup2(&settings.actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&settings.actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&settings.actions, output, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&settings.actions, STDERR_FILENO + 1);
  ::posix_spawn_file_actions_addchdir_np(&settings.actions, "/");
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&settings.attributes, &none);
  ::posix_spawnattr_setsigdefault(&settings.attributes, &all);
  ::posix_spawnattr_setpgroup(&settings.attributes, 0);
  ::posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK |
                                                       POSIX_SPAWN_SETSIGDEF |
                                                       POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> words = command.words;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // Ours names databases and files with passwords.
  std::string path = "PATH=/usr/bin:/bin";
  std::string language = "LANG=C.UTF-8";
  const std::array<char*, 3> environment{path.data(), language.data(), nullptr};
  pid_t child = -1;
  const int error = ::posix_spawn(&child, arguments[0], &settings.actions, &settings.attributes,
                                  arguments.data(), environment.data());
  return error == 0 ? child : -error;
}

/// A child that is killed, with whatever it started, when this goes.
class Child {
 public:
  explicit Child(pid_t id) noexcept : id_(id) {}
  ~Child() {
    ::kill(-id_, SIGKILL);
    while (!status_ && ::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Its end, if it has come.
  [[nodiscard]] std::optional<int> look() {
    int status = 0;
    if (!status_ && ::waitpid(id_, &status, WNOHANG) == id_) status_ = status;
    return status_;
  }

 private:
  const pid_t id_;
  std::optional<int> status_;
};

/// What there is, or some of it, and false when there will be no more.
bool drain(int output, std::string& kept) {
  constexpr int kPiecesAtOnce = 16;  // whoever never stops talking is stopped by the time
  std::array<char, 4096> piece{};
  for (int number = 0; number < kPiecesAtOnce; ++number) {
    const ssize_t count = ::read(output, piece.data(), piece.size());
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    const std::size_t room = kOutputKept - std::min(kOutputKept, kept.size());
    kept.append(piece.data(), std::min(room, static_cast<std::size_t>(count)));
    if (static_cast<std::size_t>(count) < piece.size()) break;
  }
  return true;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Scanned judge(int status, const std::string& output) {
  const std::string line = first_line(output);
  if (WIFSIGNALED(status)) {
    return failed("the scanner was ended by signal " + std::to_string(WTERMSIG(status)));
  }
  switch (WEXITSTATUS(status)) {
    case 0: return {ScanVerdict::clean, {}};
    case 1: return {ScanVerdict::infected, line};
    default:
      return failed("the scanner ended with status " + std::to_string(WEXITSTATUS(status)) +
                    (line.empty() ? "" : ": " + line));
  }
}

Scanned watch(Child& child, Descriptor& output, const ScanCommand& command,
              const std::atomic<bool>& stop) {
  const auto deadline = Clock_::now() + command.timeout;
  std::string said;
  while (true) {
    if (output.get() >= 0) {
      ::pollfd ready{output.get(), POLLIN, 0};
      if (::poll(&ready, 1, static_cast<int>(kLook.count())) > 0 && !drain(output.get(), said)) {
        output.close();
      }
    } else {
      std::this_thread::sleep_for(kLook);
    }
    if (const auto status = child.look()) {
      if (output.get() >= 0) static_cast<void>(drain(output.get(), said));
      return judge(*status, said);
    }
    if (stop) return failed("the server stops");
    if (Clock_::now() >= deadline) {
      return failed("the scanner took longer than " +
                    std::to_string(command.timeout.count() / 1000) + " s");
    }
  }
}

}  // namespace

Result<std::vector<std::string>> split_command(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" \t");
    if (end != 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  const bool quoted = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word.find_first_of("'\"`$|&;<>\\") != std::string::npos;
  });
  if (words.empty() || words.front().front() != '/' || words.size() > kWordsMax || quoted) {
    return Error{ErrorCode::invalid_argument,
                 "a command is an absolute path and its words, without quotes: no shell reads it"};
  }
  return words;
}

Scanned run_scan(const ScanCommand& command, std::span<const std::uint8_t> content,
                 const std::atomic<bool>& stop) {
  const Descriptor input(::memfd_create("file", MFD_CLOEXEC));
  if (input.get() < 0) return failed_call("memfd", errno);
  if (const int error = put_into(input, content); error != 0) return failed_call("memory", error);
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return failed_call("pipe", errno);
  Descriptor output(ends[0]);
  Descriptor written(ends[1]);
  // The child's end blocks, as programs expect.
  static_cast<void>(::fcntl(written.get(), F_SETFL, O_WRONLY));
  const int id = spawn(command, input.get(), written.get());
  if (id < 0) return failed_call(command.words.front().c_str(), -id);
  written.close();
  Child child(id);
  return watch(child, output, command, stop);
}

}  // namespace insieme::server
