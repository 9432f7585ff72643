#include "reader.hpp"

#include <algorithm>

#include "insieme/schema/bundle.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::schema::detail {
namespace json = boost::json;

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

bool is_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > sync::kNameBytesMax) return false;
  if (text.front() < 'a' || text.front() > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

Place Place::at(std::string_view key) const {
  return {file, path.empty() ? std::string(key) : path + "." + std::string(key)};
}

Place Place::at(std::size_t index) const {
  return {file, path + "[" + std::to_string(index) + "]"};
}

void Faults::add(const Place& place, std::string reason) {
  std::string line = place.file + ": ";
  if (!place.path.empty()) line += place.path + ": ";
  lines_.push_back(line + reason);
}

std::string Faults::text() const {
  std::string out;
  const std::size_t shown = std::min(lines_.size(), kReportedFaultsMax);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out += '\n';
    out += lines_[i];
  }
  if (shown < lines_.size()) out += "\nand " + std::to_string(lines_.size() - shown) + " more";
  return out;
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& candidates) {
  // A third of the letters may be wrong, two at most: `lable` finds `label`, `x` finds nothing.
  const std::size_t tolerance = std::min<std::size_t>(2, std::max<std::size_t>(1, name.size() / 3));
  std::string_view best;
  std::size_t best_distance = tolerance + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (best.empty()) return {};
  return "; did you mean \"" + std::string(best) + "\"?";
}

ObjectReader::ObjectReader(const json::value& value, Place place, Faults& faults)
    : object_(value.if_object()), place_(std::move(place)), faults_(faults) {
  if (object_ == nullptr) faults_.add(place_, "must be an object");
}

void ObjectReader::fault(std::string_view key, std::string reason) const {
  faults_.add(place_.at(key), std::move(reason));
}

const json::value* ObjectReader::find(std::string_view key, bool required) {
  known_.push_back(key);
  if (object_ == nullptr) return nullptr;
  const json::value* found = object_->if_contains(key);
  if (found == nullptr && required) fault(key, "is missing");
  return found;
}

std::string ObjectReader::string(std::string_view key, bool required) {
  const json::value* found = find(key, required);
  if (found == nullptr) return {};
  const json::string* text = found->if_string();
  if (text == nullptr) {
    fault(key, "must be a text in quotes");
    return {};
  }
  if (text->empty()) fault(key, "must not be empty");
  return std::string(text->data(), text->size());
}

bool ObjectReader::boolean(std::string_view key) {
  const json::value* found = find(key);
  if (found == nullptr) return false;
  if (!found->is_bool()) {
    fault(key, "must be true or false");
    return false;
  }
  return found->get_bool();
}

std::int64_t ObjectReader::integer(std::string_view key, std::int64_t min, std::int64_t max,
                                   bool required) {
  const json::value* found = find(key, required);
  if (found == nullptr) return 0;
  const std::int64_t* number = found->if_int64();
  if (number == nullptr || *number < min || *number > max) {
    fault(key, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return min;
  }
  return *number;
}

const json::array* ObjectReader::array(std::string_view key, bool required) {
  const json::value* found = find(key, required);
  if (found == nullptr) return nullptr;
  const json::array* values = found->if_array();
  if (values == nullptr) fault(key, "must be a list in square brackets");
  return values;
}

std::vector<std::string> ObjectReader::strings(std::string_view key, bool required) {
  std::vector<std::string> out;
  const json::array* values = array(key, required);
  if (values == nullptr) return out;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const json::string* text = (*values)[i].if_string();
    if (text == nullptr || text->empty()) {
      faults_.add(place_.at(key).at(i), "must be a text in quotes, not empty");
      continue;
    }
    std::string item(text->data(), text->size());
    if (std::find(out.begin(), out.end(), item) != out.end()) {
      faults_.add(place_.at(key).at(i), "\"" + item + "\" is here twice");
      continue;
    }
    out.push_back(std::move(item));
  }
  if (values->empty()) fault(key, "must not be empty");
  return out;
}

Label ObjectReader::label(std::string_view key, bool required) {
  const json::value* found = find(key, required);
  if (found == nullptr) return {};
  ObjectReader reader(*found, place_.at(key), faults_);
  Label out;
  if (reader.is_object()) {
    out.it = reader.string("it", true);
    out.en = reader.string("en", true);
  }
  reader.finish();
  return out;
}

std::string ObjectReader::name(std::string_view key) {
  std::string out = string(key, true);
  if (!out.empty() && !is_name(out)) {
    fault(key, "\"" + out + "\" is not a name: lower-case letters, digits and _, at most " +
                   std::to_string(sync::kNameBytesMax) + ", a letter first");
  }
  return out;
}

void ObjectReader::finish() {
  if (object_ == nullptr) return;
  for (const auto& member : *object_) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    fault(key, "unknown key" + suggestion(key, known_));
  }
}

}  // namespace insieme::schema::detail
