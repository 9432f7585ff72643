#include "ledger_line.hpp"

#include <boost/json.hpp>

#include <utility>

namespace insieme::server {

namespace json = boost::json;

LedgerMembers::LedgerMembers(std::string_view line) {
  boost::system::error_code failed;
  json::value value = json::parse(line, failed);
  whole_ = !failed && value.is_object();
  if (whole_) members_ = std::move(value.get_object());
}

template <class IsRight>
const json::value* LedgerMembers::find(std::string_view name, IsRight is_right) {
  const json::value* found = members_.if_contains(name);
  if (found != nullptr && is_right(*found)) return found;
  whole_ = false;
  return nullptr;
}

std::string LedgerMembers::text(std::string_view name) {
  const json::value* found = find(name, [](const json::value& one) { return one.is_string(); });
  return found == nullptr ? std::string() : std::string(found->get_string());
}

std::vector<std::string> LedgerMembers::texts(std::string_view name) {
  const json::value* found = find(name, [](const json::value& one) { return one.is_array(); });
  std::vector<std::string> all;
  if (found == nullptr) return all;
  for (const json::value& one : found->get_array()) {
    whole_ = whole_ && one.is_string();
    if (one.is_string()) all.emplace_back(one.get_string());
  }
  return all;
}

bool LedgerMembers::flag(std::string_view name) {
  const json::value* found = find(name, [](const json::value& one) { return one.is_bool(); });
  return found != nullptr && found->get_bool();
}

std::int64_t LedgerMembers::number(std::string_view name) {
  const json::value* found = find(name, [](const json::value& one) { return one.is_int64(); });
  return found == nullptr ? 0 : found->get_int64();
}

std::vector<std::uint8_t> LedgerMembers::bytes(std::string_view name) {
  const std::string hex = text(name);
  std::vector<std::uint8_t> out(hex.size() / 2);
  whole_ = whole_ && sync::from_hex(hex, out).ok();
  return out;
}

sync::Digest LedgerMembers::digest(std::string_view name) {
  sync::Digest out;
  whole_ = whole_ && sync::from_hex(text(name), out.bytes).ok();
  return out;
}

}  // namespace insieme::server
