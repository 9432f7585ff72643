#pragma once
// The flows of the social-services information system of INPS, one beneficiary and one benefit
// each: PS_PSA_SINA (benefits) and SINBA (minors, pseudonymous). Sources: PS_PSA_SINA201812.xsd and
// SINBA.xsd of github INPS-it/WaaS.Comuni (MIT); the semantic rules of SISO. Nothing is filled in
// that the records do not say: what is missing is a fault, named. The block SINA (disability),
// which the schema leaves open, is written when the benefit names an evaluation.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "insieme/schema/bundle.hpp"
#include "insieme/schema/rules.hpp"

namespace insieme::client::exports {

/// The body that sends, as the element Ente and the name of the flow want it.
struct SiussBody {
  std::string code;  ///< a letter and three digits
  std::string name;  ///< may be empty
  std::string seat;  ///< cadastral code of the commune of its seat
  std::string operator_tax_code;
  sync::Date day{};         ///< of the flow
  std::int64_t number = 1;  ///< of the flow on that day, 1 to 9,999,999
};

struct SiussFault {
  std::string what;  ///< the attribute of the flow
  std::string it;
  std::string en;
};

struct SiussFlow {
  std::string name;  ///< `H501.PS.20210520.0000002`
  std::string kind;  ///< `PS_PSA_SINA`, `SINBA`
  std::string xml;   ///< empty if there are faults
  std::vector<SiussFault> faults;
};

/// Whether the schema's pattern takes a tax code: it rejects those with letters for digits at the
/// places 7, 8, 10 and 11, although they are right.
[[nodiscard]] bool siuss_takes_tax_code(std::string_view code);

/// What a flow of benefits is made of.
struct BenefitRecords {
  const schema::RuleRecord* benefit = nullptr;    ///< siuss_benefit
  const schema::RuleRecord* member = nullptr;     ///< null: not held here
  const schema::RuleRecord* household = nullptr;  ///< null: not held here
  const schema::RuleRecord* isee = nullptr;       ///< may be null
  /// sina_assessment; null: the benefit names none, or it is not held here
  const schema::RuleRecord* sina = nullptr;
};
[[nodiscard]] SiussFlow benefit_flow(const schema::Bundle& bundle, const SiussBody& body,
                                     const BenefitRecords& records);

/// What a flow about a minor is made of.
struct MinorRecords {
  const schema::RuleRecord* member = nullptr;
  const schema::RuleRecord* household = nullptr;    ///< null: not held here
  const schema::RuleRecord* referral = nullptr;     ///< the first one; null: none
  const schema::RuleRecord* closed_case = nullptr;  ///< may be null
  const schema::RuleRecord* isee = nullptr;         ///< may be null
  std::vector<const schema::RuleRecord*> others;    ///< who else lives there
  std::vector<std::string> benefits;                ///< codes
  std::string child_problem;                        ///< which one, if the referral names several
  std::string family_problem;                       ///< the same
};
[[nodiscard]] SiussFlow minor_flow(const schema::Bundle& bundle, const SiussBody& body,
                                   const MinorRecords& records);

}  // namespace insieme::client::exports
