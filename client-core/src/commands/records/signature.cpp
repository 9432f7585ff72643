#include "commands/records/signature.hpp"

#include "commands/records/record_source.hpp"
#include "insieme/reports/signed_text.hpp"

namespace insieme::client::commands {

Check plan_signature(Context& context, const RecordRef& ref, schema::RecordValues& after,
                     Plan& plan) {
  if (ref.type != reports::kSignatureType) return Done{};
  const auto given = after.find(reports::kSignatureDigest);
  if (given != after.end() && !given->second.empty() &&
      !std::holds_alternative<sync::Null>(given->second.front())) {
    return Done{};
  }
  StoreRecords records(context);
  for (const PlannedRecord& planned : plan.judged) records.put(planned.after);
  const schema::RuleRecord signature{ref.id, ref.type, ref.document.dossier, after};
  const auto digest = reports::signed_text_digest(context.bundle(), signature, records);
  if (!records.status().ok()) return records.status().error();
  if (!digest) return Done{};
  after[std::string(reports::kSignatureDigest)] = {*digest};
  plan.ops_of(ref.document)
      .push_back(
          {ref.id, ref.type, std::string(reports::kSignatureDigest), sync::WriteOp{*digest}, {}});
  return Done{};
}

}  // namespace insieme::client::commands
