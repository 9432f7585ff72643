#include "support_bundle.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <regex>

#include "insieme/schema/bundle.hpp"
#include "insieme/server/api.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kLogLinesMax = 100;
constexpr std::size_t kLineMax = 1'000;
constexpr const char* kGone = "<...>";

/// Numbers, yes and no, durations, sizes, names of sections: nothing that could be a place, a
/// person or a secret.
bool is_plain_value(std::string_view value) {
  static const std::regex kPlain(
      R"((yes|no|true|false|on|off|trace|debug|info|warn|error|\d{1,12}[smhdKMG]?))");
  return std::regex_match(std::string(value), kPlain);
}

std::string setting_line(const std::string& line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string::npos) return {};
  const auto trim = [](std::string text) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && is_blank(text.back())) text.pop_back();
    std::size_t first = 0;
    while (first < text.size() && is_blank(text[first])) ++first;
    return text.substr(first);
  };
  const std::string key = trim(line.substr(0, equals));
  const std::string value = trim(line.substr(equals + 1));
  const auto& keys = config_keys();
  const bool role = key.starts_with("role.");
  const bool known = role || std::any_of(keys.begin(), keys.end(), [&](const ConfigKey& one) {
                       return one.name == key;
                     });
  if (!known) return "(a line that names no setting)";
  if (is_plain_value(value)) return (role ? "role.<...>" + key.substr(key.rfind('.')) : key) +
                                    " = " + value;
  return (role ? "role.<...>" + key.substr(key.rfind('.')) : key) +
         fmt::format(" = <set, {} bytes>", value.size());
}

void add_settings(std::string& out, const DataDir& dir) {
  out += "\n== settings of insieme.conf (values that are no number, and no yes or no, left out)\n";
  std::ifstream file(dir.config());
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos || line[first] == '#') continue;
    out += setting_line(line.substr(first)) + "\n";
  }
}

/// Files by the names that the server gives; others are counted.
void add_files(std::string& out, const DataDir& dir) {
  constexpr std::array kOurs{"server.db",  "server.key",       "server.space",   "server.port",
                             "backup.lock", "backups.list",    "insieme.conf",   "erasures.ledger",
                             "denials.ledger", "revocations.ledger"};
  out += "\n== files\n";
  std::uint64_t others = 0;
  std::error_code failed;
  for (fs::directory_iterator at(dir.folder, failed), end; at != end; at.increment(failed)) {
    const std::string name = at->path().filename().string();
    const auto ours = std::find_if(kOurs.begin(), kOurs.end(), [&](const char* one) {
      return name.starts_with(one);
    });
    std::error_code ignored;
    if (ours == kOurs.end() || !at->is_regular_file(ignored)) {
      ++others;
      continue;
    }
    out += fmt::format("{}{}  {} bytes\n", *ours, name == *ours ? "" : "...",
                       at->file_size(ignored));
  }
  out += fmt::format("others  {}\n", others);
}

void add_space(std::string& out, Repository& repository) {
  const SpaceInfo space = repository.space();
  const Counts counts = repository.counts();
  out += "\n== space\n";
  const auto line = [&](const char* name, std::uint64_t number) {
    out += fmt::format("{}  {}\n", name, number);
  };
  line("tables", repository.schema_version());
  line("epoch", space.epoch);
  line("position", space.position);
  line("covered by a backup", space.covered_position);
  line("log bytes", space.log_bytes);
  line("database bytes", counts.database_bytes);
  line("people", counts.users);
  line("devices", counts.devices);
  line("devices revoked", counts.devices_revoked);
  line("dossiers", counts.dossiers);
  line("documents", counts.documents);
  line("changes", counts.changes);
  line("held", counts.held_waiting);
  line("files", counts.blobs);
  line("file bytes", counts.blob_bytes);
  line("files awaited", counts.blobs_awaited);
  out += "last backup  " +
         (counts.last_backup_ms ? to_rfc3339(*counts.last_backup_ms) : std::string("never")) + "\n";
}

const char* name_of(Health health) {
  return health == Health::well ? "ok" : health == Health::warning ? "warning" : "fault";
}

/// Of a line of the log only what this program put there of its own; who asked is left out.
std::string log_line(const std::string& line, const Mask& mask) {
  boost::system::error_code failed;
  const json::value parsed = json::parse(line, failed);
  if (failed || !parsed.is_object()) return "(a line that is not the server's)";
  const json::object& object = parsed.get_object();
  const auto text = [&](const char* key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
  };
  const std::string level = text("level");
  if (level == "info" || level == "debug" || level == "trace") return {};
  static const std::regex kTime(R"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z)");
  std::string out = std::regex_match(text("ts"), kTime) ? text("ts") : std::string(kGone);
  for (const char* key : {"level", "event", "detail"}) {
    if (const std::string one = text(key); !one.empty()) out += "  " + mask.apply(one);
  }
  for (const char* key : {"status", "ms"}) {
    const json::value* value = object.if_contains(key);
    if (value != nullptr && value->is_int64()) {
      out += fmt::format("  {} {}", key, value->get_int64());
    }
  }
  return out;
}

void add_log(std::string& out, const std::string& log, const Mask& mask) {
  out += "\n== last warnings and errors of the log\n";
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = std::min(log.find('\n', at), log.size());
    std::string line = log_line(log.substr(at, std::min(end - at, kLineMax)), mask);
    if (!line.empty()) lines.push_back(std::move(line));
    at = end + 1;
  }
  if (log.empty()) out += "(none given: --log FILE, such as journalctl -u insieme-server -o cat)\n";
  const std::size_t first = lines.size() > kLogLinesMax ? lines.size() - kLogLinesMax : 0;
  for (std::size_t i = first; i < lines.size(); ++i) out += lines[i] + "\n";
}

}  // namespace

Mask mask_of(Repository& repository) {
  Mask mask;
  mask.know(repository.space().name);
  for (const User& user : repository.users()) {
    mask.know(user.account);
    mask.know(user.display_name);
  }
  for (const Device& device : repository.devices()) mask.know(device.name);
  for (const Organization& one : repository.organizations()) {
    mask.know(one.id);
    mask.know(one.name);
    for (const std::string& territory : one.territories) mask.know(territory);
  }
  for (const DossierInfo& dossier : repository.dossiers()) mask.know(dossier.territory);
  return mask;
}

std::string support_bundle(const BundleParts& parts) {
  const Mask mask = parts.repository == nullptr ? Mask() : mask_of(*parts.repository);
  std::string out = "Insieme, for whoever helps. No names, addresses, ids or keys are in it; read "
                    "it before you send it.\n";
  out += "made  " + to_rfc3339(parts.now_ms) + "\n\n== versions\n";
  out += "insieme-server  " + std::string(kVersion) + "\n";
  out += fmt::format("rules  version {}\n", schema::embedded_bundle().version);
  struct ::utsname machine {};
  if (::uname(&machine) == 0) {
    out += fmt::format("system  {} {} {}\n", machine.sysname, machine.release, machine.machine);
  }
  add_settings(out, parts.dir);
  add_files(out, parts.dir);
  if (parts.repository != nullptr) {
    add_space(out, *parts.repository);
  } else {
    out += "\n== space\n(the database cannot be opened)\n";
  }
  out += "\n== doctor\n";
  const std::string folder = parts.dir.folder.string();
  for (Finding finding : parts.findings) {
    if (finding.says.starts_with(folder)) finding.says.replace(0, folder.size(), "the folder");
    out += fmt::format("{}  {}  {}\n", name_of(finding.health), finding.check,
                       mask.apply(finding.says));
  }
  add_log(out, parts.log, mask);
  return out;
}

}  // namespace insieme::server
