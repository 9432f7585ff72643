#include <algorithm>

#include "insieme/client/engine.hpp"
#include "insieme/sync/welcome.hpp"

namespace insieme::client {
namespace {

constexpr std::size_t kCodeCharactersMin = 8;
constexpr std::size_t kCodeCharactersMax = 128;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

/// Groups of letters and digits; what is between them does not count.
bool is_code(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    if (is_letter_or_digit(c)) {
      ++count;
    } else if (c != '-' && c != '_' && c != ' ') {
      return false;
    }
  }
  return count >= kCodeCharactersMin && text.size() <= kCodeCharactersMax;
}

/// A name or an address with a port; a name in another script comes as `xn--…`.
bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_letter_or_digit(c) || std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
}

/// The value of `name` in `key=…&tls=0`; empty if it is not there.
std::string_view parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
    const std::size_t equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == name) {
      return one.substr(equals + 1);
    }
  }
  return {};
}

/// An address in its parts.
struct Address {
  std::string_view scheme;
  std::string_view host;  ///< with its port
  std::string_view path;
  std::string_view query;
  std::string_view fragment;
};

Address split(std::string_view url) {
  Address address;
  const std::size_t scheme_end = url.find("://");
  address.scheme = url.substr(0, scheme_end);
  url.remove_prefix(scheme_end + 3);
  if (const auto hash = url.find('#'); hash != std::string_view::npos) {
    address.fragment = url.substr(hash + 1);
    url = url.substr(0, hash);
  }
  if (const auto mark = url.find('?'); mark != std::string_view::npos) {
    address.query = url.substr(mark + 1);
    url = url.substr(0, mark);
  }
  address.host = url.substr(0, url.find('/'));
  address.path = url.substr(address.host.size());
  while (!address.path.empty() && address.path.back() == '/') address.path.remove_suffix(1);
  return address;
}

/// `https://host:port` of an address, or empty.
std::string origin_of(const Address& address) {
  std::string scheme(address.scheme);
  if (scheme == "insieme") scheme = parameter(address.query, "tls") == "0" ? "http" : "https";
  if (scheme != "http" && scheme != "https") return {};
  if (!is_host(address.host)) return {};
  return scheme + "://" + std::string(address.host);
}

std::string_view code_of(const Address& address) {
  for (const std::string_view name : {"invitation", "code"}) {
    if (const auto code = parameter(address.query, name); !code.empty()) return code;
    if (const auto code = parameter(address.fragment, name); !code.empty()) return code;
  }
  if (!address.fragment.empty()) return address.fragment;
  return address.path.substr(address.path.rfind('/') + 1);
}

}  // namespace

Result<Invitation> parse_invitation(std::string_view text) {
  text = trimmed(text);
  const Error no_invitation{ErrorCode::invalid_argument, "not an invitation"};
  if (text.find("://") == std::string_view::npos) {
    if (!is_code(text)) return no_invitation;
    return Invitation{{}, std::string(text), {}, {}};
  }
  const Address address = split(text);
  Invitation invitation;
  invitation.server_url = origin_of(address);
  const std::string_view code = trimmed(code_of(address));
  if (invitation.server_url.empty() || !is_code(code)) return no_invitation;
  invitation.code = std::string(code);
  if (const auto key = parameter(address.query, "key"); !key.empty()) {
    INSIEME_TRY(sync::from_hex(key, invitation.server_key.emplace().bytes));
  }
  if (const auto pin = parameter(address.query, "pin"); !pin.empty()) {
    if (!sync::are_pins(pin)) return no_invitation;
    invitation.pin = pin;
  }
  return invitation;
}

}  // namespace insieme::client
