#pragma once
// A script written in a test, and what it prints.

#include <boost/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "replay/replay.hpp"

namespace insieme::testing::replay {

namespace json = boost::json;

/// Lines of a test with ' for ", so that they can be read.
[[nodiscard]] inline std::string script_of(const std::vector<std::string>& lines) {
  std::string script;
  for (std::string line : lines) {
    for (char& c : line) {
      if (c == '\'') c = '"';
    }
    script += line + "\n";
  }
  return script;
}

struct Played {
  std::vector<std::string> dumps;
  std::optional<insieme::replay::ScriptFault> fault;

  [[nodiscard]] json::value dump(std::size_t n) const { return json::parse(dumps.at(n)); }
  [[nodiscard]] std::string digest(std::size_t n) const {
    return std::string(dump(n).at("digest").as_string());
  }
  /// Of record r1: a field, `items`, `flags` or `lifecycle`, as JSON.
  [[nodiscard]] std::string field(std::size_t n, const char* name) const {
    return json::serialize(dump(n).at("records").at("r1").at("fields").at(name));
  }
  [[nodiscard]] std::string about(std::size_t n, const char* what) const {
    return json::serialize(dump(n).at("records").at("r1").at(what));
  }
};

[[nodiscard]] inline Played play(const std::string& script) {
  std::istringstream in(script);
  std::ostringstream out;
  Played played;
  played.fault = insieme::replay::run_script(in, out);
  std::istringstream dumps(out.str());
  for (std::string line; std::getline(dumps, line);) played.dumps.push_back(line);
  return played;
}

/// Replicas A, B and C, then the lines.
[[nodiscard]] inline Played play_abc(const std::vector<std::string>& lines) {
  return play(script_of({"{'do':'replica','name':'A'}", "{'do':'replica','name':'B'}",
                         "{'do':'replica','name':'C'}"}) +
              script_of(lines));
}

/// `{'do':'write','on':ON,'record':'r1'` and the rest of the line.
[[nodiscard]] inline std::string write(const std::string& on, const std::string& rest = "") {
  return "{'do':'write','on':'" + on + "','record':'r1'" + (rest.empty() ? "" : "," + rest) + "}";
}
[[nodiscard]] inline std::string set(const std::string& on, const std::string& value) {
  return write(on, "'set':{'reg':'" + value + "'}");
}
[[nodiscard]] inline std::string splice(const std::string& on, const std::string& list,
                                        const std::string& rest = "") {
  return write(on, "'splice':{'note':[" + list + "]}" + (rest.empty() ? "" : "," + rest));
}
[[nodiscard]] inline std::string deliver(const std::string& from, const std::string& to,
                                         const std::string& rest = "") {
  return "{'do':'deliver','from':'" + from + "','to':'" + to + "'" +
         (rest.empty() ? "" : "," + rest) + "}";
}
[[nodiscard]] inline std::string sync(const std::string& a, const std::string& b) {
  return "{'do':'sync','between':['" + a + "','" + b + "']}";
}
[[nodiscard]] inline std::string on(const std::string& verb, const std::string& replica,
                                    const std::string& rest = "") {
  return "{'do':'" + verb + "','on':'" + replica + "'" + (rest.empty() ? "" : "," + rest) + "}";
}
[[nodiscard]] inline std::string dump(const std::string& replica) { return on("dump", replica); }
[[nodiscard]] inline std::string retract(const std::string& replica) {
  return on("retract", replica, "'record':'r1'");
}
[[nodiscard]] inline std::string restore(const std::string& replica) {
  return on("restore", replica, "'record':'r1'");
}

}  // namespace insieme::testing::replay
