#include "insieme/reports/value_json.hpp"

#include <algorithm>

#include "insieme/schema/civil.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::reports {

namespace json = boost::json;

std::string instant_text(std::int64_t ms) {
  constexpr std::int64_t kMsPerDay = 86'400'000;
  const std::int64_t least = -719'162 * kMsPerDay;
  const std::int64_t most = 2'932'896 * kMsPerDay + kMsPerDay - 1;
  return schema::iso_text(sync::Instant{std::min(std::max(ms, least), most)});
}

json::value value_json(const sync::Value& value, const schema::Field* field) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    json::string text(std::to_string(*number));
    if (field != nullptr && field->kind == schema::FieldKind::money) {
      return json::object{{"cents", std::move(text)}};
    }
    return text;
  }
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return json::string(*text);
  if (const auto* bytes = std::get_if<sync::Bytes>(&value)) {
    return json::string(sync::to_hex(bytes->data));
  }
  if (const auto* date = std::get_if<sync::Date>(&value)) {
    return json::string(schema::iso_text(*date));
  }
  if (const auto* instant = std::get_if<sync::Instant>(&value)) {
    return json::string(instant_text(instant->ms));
  }
  if (const auto* reference = std::get_if<sync::Reference>(&value)) {
    return json::string(sync::to_text(reference->record));
  }
  return nullptr;
}

}  // namespace insieme::reports
