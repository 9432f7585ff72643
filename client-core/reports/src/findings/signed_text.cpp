#include "insieme/reports/signed_text.hpp"

#include <algorithm>
#include <map>

#include "insieme/reports/value_json.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::reports {
namespace {

constexpr std::string_view kRule = "signature_on_this_text";
/// Rules that say which fields of what belongs to a pact do not change once it is signed.
constexpr std::string_view kFrozenBy = "signed_pact_";

const sync::Value* value_of(const schema::RuleRecord& record, std::string_view field) {
  const auto found = record.values.find(field);
  return found == record.values.end() || found->second.empty() ? nullptr : &found->second.front();
}

void add_record(sync::Hasher& hasher, const schema::RecordType& type,
                const schema::RuleRecord& record, std::vector<std::string> fields) {
  hasher.add(type.name).add(record.id.bytes);
  std::sort(fields.begin(), fields.end());
  for (const std::string& name : fields) {
    const auto found = record.values.find(name);
    std::vector<sync::Value> values;
    if (found != record.values.end()) values = found->second;
    std::sort(values.begin(), values.end(),
              [](const sync::Value& a, const sync::Value& b) { return sync::compare(a, b) < 0; });
    hasher.add(name).add(std::uint64_t{values.size()});
    for (const sync::Value& value : values) {
      hasher.add(boost::json::serialize(value_json(value, type.find_field(name))));
    }
  }
}

/// By type: what of it is part of the text.
std::map<std::string, std::vector<std::string>> parts_of(const schema::Bundle& bundle) {
  std::map<std::string, std::vector<std::string>> out;
  for (const schema::Rule& rule : bundle.rules) {
    if (rule.name.rfind(kFrozenBy, 0) == 0) out[rule.type] = rule.changing;
  }
  return out;
}

}  // namespace

std::vector<std::string> signed_text_types() {
  return {std::string(kSignatureType), "pact", "objective", "support", "commitment"};
}

const schema::Rule* signed_text_rule(const schema::Bundle& bundle) {
  const auto found = std::find_if(bundle.rules.begin(), bundle.rules.end(),
                                  [](const schema::Rule& rule) { return rule.name == kRule; });
  return found == bundle.rules.end() ? nullptr : &*found;
}

std::optional<std::string> signed_text_digest(const schema::Bundle& bundle,
                                              const schema::RuleRecord& signature,
                                              schema::RecordSource& records) {
  const sync::Value* named =
      signature.type == kSignatureType ? value_of(signature, "pact") : nullptr;
  const auto* reference = named == nullptr ? nullptr : std::get_if<sync::Reference>(named);
  const schema::RuleRecord* pact = reference == nullptr ? nullptr : records.find(reference->record);
  const schema::RecordType* pact_type = bundle.find_type("pact");
  if (pact == nullptr || pact_type == nullptr) return std::nullopt;
  sync::Hasher hasher("insieme signed text v1");
  add_record(hasher, *pact_type, *pact, {"case_id", "version", "analysis", "purpose", "ends_on"});
  for (const auto& [name, fields] : parts_of(bundle)) {
    const schema::RecordType* type = bundle.find_type(name);
    if (type == nullptr) continue;
    auto parts = records.with(name, "pact", sync::Value{*reference});
    std::sort(parts.begin(), parts.end(),
              [](const auto* a, const auto* b) { return a->id < b->id; });
    for (const schema::RuleRecord* part : parts) add_record(hasher, *type, *part, fields);
  }
  return sync::to_hex(hasher.finish());
}

bool is_on_earlier_text(const schema::Bundle& bundle, const schema::RuleRecord& signature,
                        schema::RecordSource& records) {
  const sync::Value* kept = value_of(signature, kSignatureDigest);
  const auto* digest = kept == nullptr ? nullptr : std::get_if<std::string>(kept);
  if (digest == nullptr || digest->empty()) return false;
  const auto now = signed_text_digest(bundle, signature, records);
  return now && *now != *digest;
}

schema::Problem earlier_text_problem(const schema::Rule& rule) {
  return {rule.field, schema::Severity::warning, rule.name, rule.message.it + " " + rule.remedy.it,
          rule.message.en + " " + rule.remedy.en};
}

}  // namespace insieme::reports
