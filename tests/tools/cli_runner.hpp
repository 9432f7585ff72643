#pragma once
// Runs the built programs with their own folder and a bare environment.

#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace insieme::testing {

namespace json = boost::json;

struct Finished {
  int code = -1;  ///< -1: ended by a signal
  std::string out;
  std::string err;
  /// The one line of --json.
  [[nodiscard]] json::object reply() const;
};

using Words = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

/// `program` is one of <build>/bin. Standard input is `input`.
[[nodiscard]] Finished run_program(const std::string& program, const Words& words,
                                   const Environment& environment, const std::string& input = {});

/// One person at a terminal, with one store.
class Terminal {
 public:
  Terminal(std::filesystem::path folder, const std::string& name);
  [[nodiscard]] Finished run(const Words& words, const std::string& input = {}) const;
  /// Fails the test unless the exit code is 0; gives standard output.
  std::string ok(const Words& words) const;
  /// The reply with --json.
  [[nodiscard]] json::object ask(Words words) const;
  [[nodiscard]] std::string store() const { return store_; }

  Environment environment;

 private:
  std::string store_;
};

class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A server process of its own on loopback.
class OfficeServer {
 public:
  explicit OfficeServer(const std::filesystem::path& folder);
  ~OfficeServer();
  OfficeServer(const OfficeServer&) = delete;
  OfficeServer& operator=(const OfficeServer&) = delete;
  /// `insieme-server` with this server's data; gives standard output.
  std::string admin(Words words) const;
  [[nodiscard]] std::string invitation(const std::string& account) const;
  void stop();

 private:
  std::string data_;
  int process_ = -1;
};

[[nodiscard]] std::string member(const json::object& object, const std::string& key);

}  // namespace insieme::testing
