#include "reports/own_records.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "insieme/schema/calendar.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::server {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMinuteMs = 60'000;
/// As the list device_states says in words.
constexpr std::int64_t kSilentDays = 30;

std::string state_of(const Device& device, std::int64_t now_ms) {
  if (device.revoked_ms) return "revocato";
  if (device.given_up_ms) return "non_atteso";
  if (!device.last_sync_ms) return "mai_visto";
  return days_between(*device.last_sync_ms, now_ms) > kSilentDays ? "silenzioso" : "attivo";
}

/// The version of the rules with which each device wrote last: its hand-outs say which entries of
/// the log are its own.
std::map<sync::DeviceId, std::int64_t> rules_by_device(Repository& repository) {
  std::map<std::uint64_t, std::pair<std::uint64_t, sync::DeviceId>> owners;  // first → after last
  repository.visit_manifests([&](const ManifestRow& row) {
    owners[row.first_position] = {row.first_position + row.count, row.device};
    return true;
  });
  std::map<sync::DeviceId, std::int64_t> out;
  repository.visit_log([&](const LogEntry& entry) {
    const auto after = owners.upper_bound(entry.position);
    if (!is_change(entry.kind) || after == owners.begin()) return true;
    const auto& [end, device] = std::prev(after)->second;
    const auto header = sync::decode_header(entry.header);
    if (entry.position < end && header.ok()) out[device] = header->schema_version;
    return true;
  });
  return out;
}

std::vector<schema::RuleRecord> device_records(Repository& repository, std::int64_t now_ms,
                                               const ReportSight* sight) {
  std::map<std::string, std::string> roles;
  for (const User& user : repository.users()) roles[user.account] = user.role;
  const std::uint64_t position = repository.space().position;
  const std::map<sync::DeviceId, std::int64_t> rules = rules_by_device(repository);
  const std::int64_t own_rules = schema::embedded_bundle().version;
  std::vector<schema::RuleRecord> out;
  for (const Device& device : repository.devices()) {
    if (sight != nullptr && sight->accounts.count(device.account) == 0) continue;
    OwnRecord one("server_device", sync::to_text(device.id));
    one.set_text("name", device.name);
    one.set_text("account", device.account);
    one.set_text("role", roles[device.account]);
    one.set_text("state", state_of(device, now_ms));
    if (device.last_sync_ms) {
      one.set_day("last_sync_on", *device.last_sync_ms);
      one.set("days_silent", days_between(*device.last_sync_ms, now_ms));
    }
    if (device.unsent) one.set("unsent", static_cast<std::int64_t>(*device.unsent));
    if (!device.revoked_ms) {
      one.set("behind",
              static_cast<std::int64_t>(position - std::min(position, device.shipped_position)));
    }
    if (device.clock_offset_ms) {
      one.set("clock_minutes", std::abs(*device.clock_offset_ms) / kMinuteMs);
    }
    if (const auto written = rules.find(device.id); written != rules.end()) {
      one.set("rules_version", written->second);
      one.set("same_rules", written->second == own_rules);
    }
    out.push_back(std::move(one.record));
  }
  return out;
}

/// Of an act of the audit: the code of `access_acts`; empty if it is about no dossier.
std::string act_code(const std::string& action) {
  static constexpr std::array<std::array<std::string_view, 2>, 8> kActs{{
      {"assign", "assegnazione"},
      {"unassign", "fine"},
      {"handover", "consegna"},
      {"erase", "cancellazione"},
      {"erase.propose", "cancellazione"},
      {"erase.hold", "conservazione"},
      {"erase.release", "conservazione"},
      {"read", "lettura"},
  }};
  for (const auto& [name, code] : kActs) {
    if (action == name) return std::string(code);
  }
  return {};
}

/// Which acts may be told, and of whom: who is in a section is known to those who are in it.
class ActFilter {
 public:
  ActFilter(Repository& repository, const ReportSight* sight) : sight_(sight) {
    if (sight_ == nullptr) return;
    for (Erasure& one : repository.erasures()) {
      orders_[sync::to_text(one.order.id)] = std::move(one.order);
    }
  }
  [[nodiscard]] bool tells(const AuditRow& row, const std::string& dossier,
                           const std::string& account) const {
    if (sight_ == nullptr) return true;
    const auto id = sync::id_from_text<sync::DossierId>(dossier);
    if (!id.ok()) return false;
    const auto people = sight_->people.find(*id);
    if (people == sight_->people.end() || people->second.count(account) == 0) return false;
    return row.action.rfind("erase", 0) != 0 || concerns(row, *id);
  }

 private:
  /// A hold is on all of a dossier, an order on what it names.
  [[nodiscard]] bool concerns(const AuditRow& row, const sync::DossierId& dossier) const {
    const auto order = orders_.find(row.subject.substr(0, row.subject.find(' ')));
    if (order == orders_.end()) return true;
    const auto& targets = order->second.targets;
    return std::any_of(targets.begin(), targets.end(), [&](const sync::ErasureTarget& one) {
      return one.section.empty() || sight_->sees(dossier, one.section);
    });
  }

  const ReportSight* sight_;
  std::map<std::string, sync::ErasureOrder> orders_;  ///< by their ids as text
};

/// An act with the accounts that it is about: a hand-over is about two.
void add_access(const AuditRow& row, std::size_t number, const ActFilter& filter,
                std::vector<schema::RuleRecord>& out) {
  const std::string code = act_code(row.action);
  std::vector<std::string> words = split_names(row.subject);
  if (code.empty() || words.empty()) return;
  const std::string dossier = words.back();
  words.pop_back();
  if (row.action.rfind("erase", 0) == 0) words = {row.actor};  // before the dossier: the order's id
  if (words.empty()) words = {row.actor};
  for (const std::string& account : words) {
    if (!filter.tells(row, dossier, account)) continue;
    OwnRecord one("server_access", std::to_string(row.at_ms) + "/" + std::to_string(number) + "/" +
                                       row.action + "/" + row.subject + "/" + account);
    one.set_text("dossier_id", dossier);
    one.set_text("account", account);
    one.set_text("by", row.actor);
    one.set_text("act", code);
    one.set_day("on", row.at_ms);
    out.push_back(std::move(one.record));
  }
}

std::vector<schema::RuleRecord> access_records(Repository& repository,
                                               const ReportSight* sight) {
  const ActFilter filter(repository, sight);
  std::vector<schema::RuleRecord> out;
  const std::vector<AuditRow> rows = repository.audit(std::numeric_limits<std::int32_t>::max());
  // From the oldest, so that a row keeps its number when others come.
  for (std::size_t i = 0; i < rows.size(); ++i) {
    add_access(rows[rows.size() - 1 - i], i, filter, out);
  }
  return out;
}

}  // namespace

OwnRecord::OwnRecord(std::string_view type, std::string_view key) {
  const sync::Digest digest =
      sync::Hasher("insieme server record v1").add(type).add("\n").add(key).finish();
  std::copy_n(digest.bytes.begin(), record.id.bytes.size(), record.id.bytes.begin());
  record.type = std::string(type);
}

void OwnRecord::set(std::string_view field, sync::Value value) {
  record.values[std::string(field)] = {std::move(value)};
}

void OwnRecord::set_text(std::string_view field, std::string text) {
  if (!text.empty()) set(field, std::move(text));
}

void OwnRecord::set_day(std::string_view field, std::int64_t unix_ms) {
  set(field, schema::date_in_rome(sync::Instant{unix_ms}));
}

std::int64_t days_between(std::int64_t from_ms, std::int64_t to_ms) {
  return std::max<std::int64_t>(0, to_ms - from_ms) / kDayMs;
}

bool ReportSight::sees(const sync::DossierId& dossier, const std::string& section) const {
  const auto at = sections.find(dossier);
  return at != sections.end() && at->second.count(section) == 1;
}

Result<std::vector<schema::RuleRecord>> own_records(Repository& repository, const std::string& type,
                                                    std::int64_t now_ms,
                                                    const ReportSight* sight) {
  if (type == "server_question") return question_records(repository, now_ms, sight);
  if (type == "server_device") return device_records(repository, now_ms, sight);
  if (type == "server_access") return access_records(repository, sight);
  if (type == "server_reading") return reading_records(repository, sight);
  if (sight != nullptr) {
    return Error{ErrorCode::invalid_argument, "a report over " + type + " is told whole or not"};
  }
  if (type == "server_finding") return finding_records(repository);
  if (type == "server_flow") return flow_records(repository, now_ms);
  return Error{ErrorCode::invalid_argument, "the server makes no records of type " + type};
}

}  // namespace insieme::server
