#pragma once
// The built programs as processes: a bare environment of their own, ended by their own id.

#include <boost/json.hpp>
#include <filesystem>
#include <string>

#include "insieme/processes/process.hpp"

namespace insieme::testing {

namespace json = boost::json;

using processes::Environment;
using processes::Pipe;
using processes::Words;
using processes::run_launch;
using processes::start_program;
using processes::wait_for;

/// `program` is one of <build>/bin, or a path. Its environment is this one and what configures
/// sanitizers.
struct Launch : processes::Launch {
  Launch(const std::string& program, const Words& words, const Environment& environment);
};

struct Finished : processes::Finished {
  /// The one line of --json; fails the test if that is not what came.
  [[nodiscard]] json::object reply() const;
};

/// Runs it to its end. Standard input is `input`.
[[nodiscard]] Finished run_program(const std::string& program, const Words& words,
                                   const Environment& environment, const std::string& input = {});

/// The same with its streams where a shell puts them: `>/dev/full`, `>&-`.
[[nodiscard]] Finished run_redirected(const std::string& program, const Words& words,
                                      const Environment& environment,
                                      const std::string& redirection);

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
