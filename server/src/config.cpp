#include "insieme/server/config.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <numeric>
#include <sstream>

#include "config_keys.hpp"
#include "sign_in/web.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kNearDistance = 3;

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Levenshtein: how many letters to add, drop or change.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({above + 1, row[j - 1] + 1, changed});
      diagonal = above;
    }
  }
  return row[b.size()];
}

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

Result<std::uint64_t> parse_with_unit(std::string_view text, const std::vector<Unit>& units,
                                      std::string_view wanted) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view suffix(parsed.ptr,
                                static_cast<std::size_t>(text.data() + text.size() - parsed.ptr));
  if (parsed.ec == std::errc()) {
    for (const Unit& unit : units) {
      if (unit.suffix != suffix) continue;
      if (number > std::numeric_limits<std::uint64_t>::max() / unit.factor) break;
      return number * unit.factor;
    }
  }
  return Error{ErrorCode::invalid_argument,
               "\"" + std::string(text) + "\" is not " + std::string(wanted)};
}

bool is_loopback(std::string_view host) noexcept {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Status check_sign_in(const Config& config) {
  const auto bad = [](std::string detail) {
    return Status(ErrorCode::invalid_argument, std::move(detail));
  };
  if (config.sign_in_provider.empty()) {
    if (config.sign_in_client.empty()) return {};
    return bad("sign_in_client needs sign_in_provider: the address of the identity provider");
  }
  if (!may_be_asked(config.sign_in_provider) ||
      config.sign_in_provider.find('?') != std::string::npos) {
    return bad("sign_in_provider begins with https:// and is what the provider calls itself");
  }
  if (config.sign_in_client.empty()) {
    return bad("sign_in_provider needs sign_in_client: how the provider knows this server");
  }
  if (!may_be_asked(config.public_url)) {
    return bad("sign_in_provider needs public_url = https://…: browsers are sent back there");
  }
  return {};
}

}  // namespace

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names) {
  const std::string* best = nullptr;
  std::size_t least = kNearDistance + 1;
  for (const std::string& name : names) {
    const std::size_t d = distance(wrong, name);
    if (d < least && d < name.size()) {
      least = d;
      best = &name;
    }
  }
  return best == nullptr ? "" : "; did you mean \"" + *best + "\"?";
}

Result<std::uint64_t> parse_duration(std::string_view text) {
  return parse_with_unit(text, {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3'600}, {"d", 86'400}},
                         "a duration such as 90s, 15m, 48h or 7d");
}

Result<std::uint64_t> parse_size(std::string_view text) {
  return parse_with_unit(text, {{"", 1}, {"K", 1ULL << 10}, {"M", 1ULL << 20}, {"G", 1ULL << 30}},
                         "a size such as 4096, 64K, 10M or 2G");
}

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> kKeys = [] {
    std::vector<ConfigKey> keys;
    for (const ConfigSetter& setter : config_setters()) keys.push_back(setter.key);
    keys.push_back({"role.NAME.sections", "names", "sections that a role is granted"});
    keys.push_back({"role.NAME.by_name", "names",
                    "sections that an assignment may name besides; no others are ever given"});
    keys.push_back({"role.NAME.write", "yes/no", "writes (yes); if not, what it sends is held"});
    keys.push_back({"role.NAME.review", "yes/no", "decides on review items and held changes"});
    keys.push_back({"role.NAME.grant", "yes/no", "mints rights: vouchers, cards, their units"});
    keys.push_back({"role.NAME.glass", "duration",
                    "opens for so long at most what is not assigned, with a reason; no: never"});
    keys.push_back({"role.NAME.all_dossiers", "yes/no",
                    "is assigned every dossier of its organization and territory"});
    return keys;
  }();
  return kKeys;
}

Status set_config(Config& config, std::string_view key, std::string_view value) {
  if (key.starts_with("role.")) return set_role(config, key, value);
  std::vector<std::string> names;
  for (const ConfigSetter& setter : config_setters()) {
    if (setter.key.name == key) return setter.set(config, value);
    names.emplace_back(setter.key.name);
  }
  return {ErrorCode::not_found,
          "there is no setting \"" + std::string(key) + "\"" + did_you_mean(key, names)};
}

Status load_config_text(Config& config, std::string_view text, const std::string& file) {
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    const std::string place = file + ":" + std::to_string(number) + ": ";
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      return {ErrorCode::invalid_argument, place + "expected \"key = value\""};
    }
    const std::string_view key = trim(line.substr(0, equals));
    const Status set = set_config(config, key, trim(line.substr(equals + 1)));
    if (!set.ok()) {
      const std::string about = set.code() == ErrorCode::not_found ? "" : std::string(key) + ": ";
      return {ErrorCode::invalid_argument, place + about + set.error().detail};
    }
  }
  return {};
}

Status load_config_file(Config& config, const std::string& path) {
  std::ifstream stream(path);
  if (!stream) return {ErrorCode::not_found, path + ": cannot be read"};
  std::ostringstream text;
  text << stream.rdbuf();
  return load_config_text(config, text.str(), path);
}

Status load_config_environment(Config& config, const Environment& environment) {
  for (const ConfigSetter& setter : config_setters()) {
    std::string name = "INSIEME_";
    for (const char c : setter.key.name) {
      name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    const auto value = environment(name);
    if (!value) continue;
    const Status set = setter.set(config, *value);
    if (!set.ok()) return {ErrorCode::invalid_argument, name + ": " + set.error().detail};
  }
  return {};
}

Status load_config_flags(Config& config, const std::map<std::string, std::string>& flags) {
  for (const auto& [flag, value] : flags) {
    std::string key = flag;
    std::replace(key.begin(), key.end(), '-', '_');
    const Status set = set_config(config, key, value);
    if (!set.ok()) return {ErrorCode::invalid_argument, "--" + flag + ": " + set.error().detail};
  }
  return {};
}

Status check_config(const Config& config) {
  const auto bad = [](std::string detail) {
    return Status(ErrorCode::invalid_argument, std::move(detail));
  };
  const bool tls = !config.tls_certificate.empty();
  if (tls != !config.tls_key.empty()) return bad("tls_certificate and tls_key go together");
  if (!tls && !config.tls_next_certificate.empty()) {
    return bad("tls_next_certificate follows tls_certificate: set that, too");
  }
  if (!tls && !config.tls_client_ca.empty()) {
    return bad("tls_client_ca asks for certificates in TLS: set tls_certificate, too");
  }
  if (!config.blob_bucket.empty() && config.blob_bucket_key.empty()) {
    return bad("blob_bucket needs blob_bucket_key, a file with an access key");
  }
  if (config.dev && !is_loopback(config.listen_host)) {
    return bad("dev listens on loopback only, not on " + config.listen_host);
  }
  if (!config.dev && !tls && !config.behind_proxy) {
    return bad("without TLS nothing may cross a network: set tls_certificate and tls_key, or "
               "behind_proxy = yes if a proxy in front does TLS, or dev = yes to try things out");
  }
  if (!config.siuss_keys.empty() && config.siuss_audience.empty()) {
    return bad("siuss_keys needs siuss_audience: a voucher for somebody else's service is none");
  }
  INSIEME_TRY(check_sign_in(config));
  if (config.listen_port == 0 && !config.dev) return bad("port 0 is for dev only");
  return {};
}

}  // namespace insieme::server
