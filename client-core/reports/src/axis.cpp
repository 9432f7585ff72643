#include "axis.hpp"

#include <algorithm>

#include "insieme/schema/civil.hpp"

namespace insieme::reports {

namespace {

/// Text that sorts as the number does.
std::string sortable(std::int64_t number) {
  std::string digits = std::to_string(static_cast<std::uint64_t>(number) ^ (1ULL << 63));
  return std::string(20 - digits.size(), '0') + digits;
}

constexpr std::size_t kMonthsMax = 1'200;

Key key_of(const sync::Value& value) { return {value, key_text(value)}; }

}  // namespace

std::string key_text(const sync::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* date = std::get_if<sync::Date>(&value)) return schema::iso_text(*date);
  if (const auto* at = std::get_if<sync::Instant>(&value)) return schema::iso_text(*at);
  if (const auto* to = std::get_if<sync::Reference>(&value)) return sync::to_text(to->record);
  if (const auto* real = std::get_if<double>(&value)) return std::to_string(*real);
  return {};
}

std::vector<std::string> ids_of(const Path& path) {
  std::vector<std::string> ids;
  ids.reserve(path.size());
  for (const Key& key : path) ids.push_back(key.id);
  return ids;
}

std::vector<sync::Value> Asker::values(const schema::Expression& expression,
                                       const schema::RuleRecord& record) {
  auto out = schema::evaluate(bundle_, expression, record, records_, parameters_);
  if (out.ok()) return std::move(out).value();
  fail(out.error());
  return {};
}

bool Asker::holds(const schema::Expression& expression, const schema::RuleRecord& record) {
  const auto found = values(expression, record);
  const auto* truth = found.empty() ? nullptr : std::get_if<bool>(&found.front());
  return truth != nullptr && *truth;
}

void Asker::fail(Error error) {
  if (status_.ok()) status_ = std::move(error);
}

Axis::Axis(const std::vector<schema::ReportGroup>& groups, Asker& asker)
    : groups_(groups), asker_(asker) {}

std::vector<Path> Axis::paths_of(const schema::RuleRecord& record) {
  std::vector<Path> paths{{}};
  for (const schema::ReportGroup& group : groups_) {
    std::vector<Key> keys;
    for (const sync::Value& value : asker_.values(*group.by, record)) {
      keys.push_back(key_of(value));
    }
    if (keys.empty()) keys.push_back({sync::Null{}, {}});
    std::vector<Path> longer;
    for (const Path& path : paths) {
      for (const Key& key : keys) {
        longer.push_back(path);
        longer.back().push_back(key);
      }
    }
    paths = std::move(longer);
  }
  return paths;
}

void Axis::note(const std::vector<Path>& paths) {
  for (const Path& path : paths) paths_.emplace(ids_of(path), path);
}

/// Keys that must have a line even where nothing is.
std::vector<Key> Axis::stated_keys(const schema::ReportGroup& group) {
  std::vector<Key> keys;
  const schema::CodeList* list =
      group.all_codes ? asker_.bundle().find_list(group.as.list) : nullptr;
  if (list != nullptr) {
    for (const schema::CodeValue& code : list->values) keys.push_back(key_of(code.code));
  }
  if (group.keys != nullptr) {
    for (const auto* record : asker_.records().all(group.keys_type)) {
      for (const sync::Value& value : asker_.values(*group.keys, *record)) {
        keys.push_back(key_of(value));
      }
    }
  }
  return keys;
}

/// The months from the first to the last of those that have a line, and of the period asked for.
std::vector<Key> Axis::months_between(const std::map<std::string, Key>& found) {
  std::vector<sync::Date> days;
  for (const auto& [id, key] : found) {
    if (const auto day = schema::date_from_iso(id + "-01")) days.push_back(*day);
  }
  for (const auto place : {schema::kFrom, schema::kTo}) {
    const auto* asked = std::get_if<sync::Date>(&asker_.parameters()[place]);
    if (asked != nullptr) days.push_back(*asked);
  }
  if (days.empty()) return {};
  const auto [first, last] = std::minmax_element(days.begin(), days.end());
  schema::Civil at = schema::civil_from_date(*first);
  at.day = 1;
  std::vector<Key> out;
  while (schema::is_valid(at) && schema::date_from_civil(at) <= *last) {
    if (out.size() == kMonthsMax) {
      asker_.fail({ErrorCode::limit_exceeded,
                   "more than 1,200 months between the first and the last: give a period\n"
                   "più di 1.200 mesi dal primo all'ultimo: indica un periodo"});
      return {};
    }
    out.push_back(key_of(schema::iso_text(schema::date_from_civil(at)).substr(0, 7)));
    at.month = at.month % 12 + 1;
    if (at.month == 1) ++at.year;
  }
  return out;
}

void Axis::add_stated() {
  std::vector<std::map<std::string, Key>> levels(groups_.size());
  bool stated = false;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    for (const Key& key : stated_keys(groups_[i])) {
      levels[i].emplace(key.id, key);
      stated = true;
    }
    for (const auto& [ids, path] : paths_) levels[i].emplace(path[i].id, path[i]);
    if (!groups_[i].every_month) continue;
    for (const Key& key : months_between(levels[i])) {
      levels[i].emplace(key.id, key);
      stated = true;
    }
  }
  if (!stated) return;
  std::vector<Path> paths{{}};
  for (const auto& level : levels) {
    std::vector<Path> longer;
    for (const Path& path : paths) {
      for (const auto& [id, key] : level) {
        longer.push_back(path);
        longer.back().push_back(key);
      }
    }
    paths = std::move(longer);
  }
  note(paths);
}

/// Codes stand in the order of their list, records in that of their titles; what is not filled in
/// comes last.
std::string Axis::rank(const schema::ReportGroup& group, const Key& key) {
  if (key.id.empty()) return "~";
  if (const schema::CodeList* list = asker_.bundle().find_list(group.as.list)) {
    const auto at = list->value_index.find(key.id);
    if (at != list->value_index.end()) {
      return "1" + sortable(static_cast<std::int64_t>(at->second));
    }
  }
  if (const auto* reference = std::get_if<sync::Reference>(&key.value)) {
    const schema::RuleRecord* record = asker_.records().find(reference->record);
    const schema::RecordType* type =
        record == nullptr ? nullptr : asker_.bundle().find_type(record->type);
    if (type == nullptr) return "3" + key.id;
    return "2" +
           schema::record_title(asker_.bundle(), *type, record->values, schema::Language::it) +
           key.id;
  }
  if (const auto* number = std::get_if<std::int64_t>(&key.value)) return "1" + sortable(*number);
  return "2" + key.id;
}

void Axis::build() {
  add_stated();
  std::vector<std::pair<std::vector<std::string>, Path>> sorted;
  for (const auto& [ids, path] : paths_) {
    std::vector<std::string> ranks;
    for (std::size_t i = 0; i < path.size(); ++i) ranks.push_back(rank(groups_[i], path[i]));
    sorted.emplace_back(std::move(ranks), path);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < sorted.size() && !groups_.empty(); ++i) {
    const Path& path = sorted[i].second;
    lines_.push_back({Level::group, path});
    const bool last_of_group = i + 1 == sorted.size() || sorted[i + 1].second[0].id != path[0].id;
    if (groups_.size() > 1 && last_of_group) lines_.push_back({Level::subtotal, {path[0]}});
  }
  lines_.push_back({Level::total, {}});
  for (std::size_t i = 0; i < lines_.size(); ++i) places_.emplace(ids_of(lines_[i].keys), i);
}

std::set<std::size_t> Axis::lines_of(const std::vector<Path>& paths) const {
  std::set<std::size_t> out{lines_.size() - 1};
  for (const Path& path : paths) {
    std::vector<std::string> ids = ids_of(path);
    while (!ids.empty()) {
      if (const auto at = places_.find(ids); at != places_.end()) out.insert(at->second);
      ids.pop_back();
    }
  }
  return out;
}

std::vector<Axis::Family> Axis::families() const {
  std::vector<Family> out;
  if (groups_.empty()) return out;
  Family whole{lines_.size() - 1, {}};
  Family part;
  for (std::size_t i = 0; i + 1 < lines_.size(); ++i) {
    if (lines_[i].level == Level::subtotal) {
      part.parent = i;
      out.push_back(part);
      part.children.clear();
      whole.children.push_back(i);
    } else if (groups_.size() > 1) {
      part.children.push_back(i);
    } else {
      whole.children.push_back(i);
    }
  }
  out.push_back(std::move(whole));
  return out;
}

bool Axis::many() const noexcept {
  return std::any_of(groups_.begin(), groups_.end(), [](const auto& group) { return group.many; });
}

}  // namespace insieme::reports
