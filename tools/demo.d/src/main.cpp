// insieme-demo: a real server, four stores and a day without a network, told in two minutes.
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "world.hpp"

namespace {

namespace fs = std::filesystem;
using namespace insieme::demo;

constexpr std::uint64_t kSeed = 2021;
constexpr int kNotSo = 1;
constexpr int kUsage = 2;

struct Options {
  std::uint64_t seed = kSeed;
  bool keep = false;
  bool colours = ::isatty(STDOUT_FILENO) == 1 && ::getenv("NO_COLOR") == nullptr;
};

constexpr const char* kHelp =
    "insieme-demo: two educators, an animation fellow and a coordinator work without a network,\n"
    "synchronise through a real server, and reconcile.\n\n"
    "  --seed N   another order of synchronisation and other places to cut (default 2021)\n"
    "  --keep     leave the folder with server and stores, and say where it is\n"
    "  --plain    no colours\n\n"
    "Exit status: 0 all is as it must be, 1 it is not (the last lines say what), 2 wrong usage.\n";

/// False: wrong usage.
bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    char* end = nullptr;
    if (word == "--keep") {
      options.keep = true;
    } else if (word == "--plain") {
      options.colours = false;
    } else if (word == "--seed" && i + 1 < argc) {
      options.seed = std::strtoull(argv[++i], &end, 10);
      if (*end != '\0') return false;
    } else {
      return false;
    }
  }
  return true;
}

/// A folder of our own, gone at the end whatever happens.
class Folder {
 public:
  explicit Folder(bool keep) : keep_(keep) {
    std::string name = (fs::temp_directory_path() / "insieme-demo-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw StoryFailed("no temporary folder: " + name);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (keep_) {
      std::printf("   %s\n", path_.c_str());
    } else {
      fs::remove_all(path_, ignored);
    }
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  bool keep_;
};

int judge(World& world, double seconds) {
  world.page.title("Verifiche", "checks");
  const Check* failed = nullptr;
  std::string fault;
  for (const Check& check : checks()) {
    const std::string found = check.fault(world.facts);
    world.page.line(found.empty() ? world.page.good("✓ ") + check.name
                                  : world.page.bad("✗ ") + check.name + ": " + found);
    if (found.empty() || failed != nullptr) continue;
    failed = &check;
    fault = found;
  }
  std::fflush(stdout);
  std::printf("\n   %.1f s, %llu connections cut\n", seconds,
              static_cast<unsigned long long>(world.facts.cuts));
  if (failed != nullptr) {
    std::fflush(stdout);
    std::fprintf(stderr, "insieme-demo: not so: %s: %s\n", failed->name, fault.c_str());
    return kNotSo;
  }
  std::printf("all documents identical on every replica that may hold them\n");
  return 0;
}

int play(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  const Folder folder(options.keep);
  const fs::path bin = fs::canonical("/proc/self/exe").parent_path();
  Page page(options.colours);
  World world(page, {(bin / "insieme-server").string(), (bin / "insieme").string()}, folder.path(),
              options.seed);
  for (const auto chapter : {enrol_everybody, load_project, go_offline, work_offline, come_back,
                             reconcile, bring_decisions_back, close_project}) {
    chapter(world);
  }
  world.stop_server();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  return judge(world, spent.count());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (argc > 1 && (std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0)) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  if (!read_options(argc, argv, options)) {
    std::fputs(kHelp, stderr);
    return kUsage;
  }
  try {
    return play(options);
  } catch (const std::exception& failure) {
    std::fflush(stdout);
    std::fprintf(stderr, "insieme-demo: the story stopped: %s\n", failure.what());
    return kNotSo;
  }
}
