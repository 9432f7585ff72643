#pragma once
// What a signature on a pact stands under: the digest of the text that was there when it was saved.
// An edit that the signatory had not seen makes it a signature on an earlier text, and a question.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/rules.hpp"

namespace insieme::reports {

inline constexpr std::string_view kSignatureType = "pact_signature";
inline constexpr std::string_view kSignatureDigest = "text_digest";

/// The types of which a signed text is made, besides that of the signature.
[[nodiscard]] std::vector<std::string> signed_text_types();
/// The rule of the bundle that says so in words; null if there is none.
[[nodiscard]] const schema::Rule* signed_text_rule(const schema::Bundle& bundle);

/// Digest of the pact that `signature` names, as `records` show it: its own text, and of its
/// objectives, supports and commitments what nobody changes once it is signed. Nothing for a record
/// of another type, or if the pact is not here.
[[nodiscard]] std::optional<std::string> signed_text_digest(const schema::Bundle& bundle,
                                                            const schema::RuleRecord& signature,
                                                            schema::RecordSource& records);
/// Whether it was made on another text than the one that is there now.
[[nodiscard]] bool is_on_earlier_text(const schema::Bundle& bundle,
                                      const schema::RuleRecord& signature,
                                      schema::RecordSource& records);

/// In the words of the rule.
[[nodiscard]] schema::Problem earlier_text_problem(const schema::Rule& rule);

}  // namespace insieme::reports
