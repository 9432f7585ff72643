#pragma once
// The built programs as processes: a bare environment of their own, ended by their own id.

#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace insieme::testing {

namespace json = boost::json;

using Words = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

struct Finished {
  int code = -1;  ///< exit status, or minus the signal that ended it
  std::string out;
  std::string err;
  /// The one line of --json; fails the test if that is not what came.
  [[nodiscard]] json::object reply() const;
};

/// Both ends of a pipe, closed on exec and at the end.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close(std::size_t end);
  /// Appends what is there; closes the reading end when there is no more.
  void drain(std::string& text);
};

/// What is needed to become a program, prepared before the fork.
class Launch {
 public:
  /// `program` is one of <build>/bin, or a path. What configures sanitizers is passed on.
  Launch(const std::string& program, const Words& words, const Environment& environment);
  /// In the child: takes the descriptors as its standard ones and becomes the program.
  [[noreturn]] void become(const std::array<int, 3>& descriptors);

  /// Limits the size of files that the program may write; 0: no limit.
  std::size_t file_bytes_max = 0;

 private:
  std::vector<std::string> argv_;
  std::vector<std::string> variables_;
  std::vector<char*> arguments_;
  std::vector<char*> settings_;
};

/// Starts it with these descriptors as standard ones; the process id. It dies with the test.
[[nodiscard]] int start_program(Launch& launch, const std::array<int, 3>& descriptors);
/// Waits for the end: the exit status, or minus the signal.
int wait_for(int process);

/// Runs it to its end. Standard input is `input`.
[[nodiscard]] Finished run_launch(Launch& launch, const std::string& input = {});
[[nodiscard]] Finished run_program(const std::string& program, const Words& words,
                                   const Environment& environment, const std::string& input = {});

/// A folder of its own, removed at the end.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Empty if absent or no text.
[[nodiscard]] std::string member(const json::object& object, const std::string& key);

}  // namespace insieme::testing
