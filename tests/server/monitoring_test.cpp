// The files that an operator gives to Prometheus and Grafana, against a real server's /metrics.
#include <boost/json.hpp>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "operator.hpp"

using namespace insieme::testing;

namespace {

using Names = std::set<std::string>;

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Names names_in(const std::string& text) {
  static const std::regex kName("insieme_[a-z0-9_]+");
  using Iterator = std::sregex_token_iterator;
  return {Iterator(text.begin(), text.end(), kName), Iterator()};
}

/// As Prometheus reads them: what stands at the beginning of a line, before labels and value.
Names served() {
  const Operator op;
  const ServerProcess server(op.data);
  for (const char* path : {"/status", "/nothing"}) {
    CHECK(http_once(server.port(), http_request("GET", path)).status != 0);
  }
  const std::string text = http_once(server.port(), http_request("GET", "/metrics")).body;
  Names names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    if (line.rfind("# ", 0) == 0) continue;
    const std::string name = line.substr(0, line.find_first_of("{ "));
    CHECK(names_in(name) == Names{name});
    CHECK_NOTHROW(std::stod(line.substr(line.rfind(' ') + 1)));
    CHECK(text.find("# HELP " + name.substr(0, name.rfind('_'))) != std::string::npos);
    names.insert(name);
  }
  return names;
}

const std::string kPackaging = INSIEME_SOURCE_DIR "/packaging/";

}  // namespace

TEST_CASE("monitoring: alerts and dashboard ask for what the server counts", "[server][process]") {
  const Names there = served();
  REQUIRE(there.size() > 15);
  for (const char* file : {"insieme-alerts.yml", "insieme-dashboard.json"}) {
    const Names asked = names_in(content_of(kPackaging + file));
    CHECK(asked.size() > 8);
    for (const std::string& name : asked) {
      CAPTURE(file, name);
      CHECK(there.count(name) == 1);
    }
  }
}

TEST_CASE("monitoring: every alert says what to do about it", "[server][process]") {
  const std::string rules = content_of(kPackaging + "insieme-alerts.yml");
  const std::string manual = content_of(INSIEME_SOURCE_DIR "/docs/operations.md");
  static const std::regex kAlert("- alert: (\\w+)");
  std::size_t alerts = 0;
  for (std::sregex_iterator at(rules.begin(), rules.end(), kAlert); at != std::sregex_iterator();
       ++at) {
    const std::string name = (*at)[1];
    CAPTURE(name);
    const std::size_t next = rules.find("- alert: ", static_cast<std::size_t>(at->position()) + 5);
    const std::string rule = rules.substr(static_cast<std::size_t>(at->position()),
                                          next - static_cast<std::size_t>(at->position()));
    for (const char* part : {"expr: ", "severity: ", "summary: ", "runbook: "}) {
      CHECK(rule.find(part) != std::string::npos);
    }
    static const std::regex kRunbook("runbook: \"docs/operations.md#(\\w+)\"");
    std::smatch runbook;
    REQUIRE(std::regex_search(rule, runbook, kRunbook));
    std::string heading = runbook[1];
    bool found = false;
    std::istringstream lines(manual);
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("### ", 0) != 0) continue;
      std::string anchor = line.substr(4);
      for (char& c : anchor) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      found = found || anchor == heading;
    }
    CHECK(found);
    ++alerts;
  }
  CHECK(alerts >= 10);
}

TEST_CASE("monitoring: the dashboard is one", "[server][process]") {
  const json::object board = json::parse(content_of(kPackaging + "insieme-dashboard.json"))
                                 .as_object();
  std::set<std::int64_t> ids;
  for (const json::value& panel : board.at("panels").as_array()) {
    CHECK(ids.insert(panel.at("id").as_int64()).second);
    CHECK_FALSE(panel.at("title").as_string().empty());
    CHECK_FALSE(panel.at("targets").as_array().empty());
    for (const json::value& target : panel.at("targets").as_array()) {
      CHECK_FALSE(target.at("expr").as_string().empty());
    }
  }
  CHECK(ids.size() >= 10);
}
