#pragma once
// Records that may be one thing written twice, or that get in each other's way, as the bundle's
// `alike` says. Pure functions of the records that are held here.

#include <string>
#include <utility>
#include <vector>

#include "insieme/reports/identities.hpp"
#include "insieme/reports/records.hpp"
#include "insieme/schema/alike.hpp"

namespace insieme::reports {

struct AlikeFound {
  const schema::Alike* alike = nullptr;
  std::vector<const schema::RuleRecord*> records;  ///< two, in the order of their ids
  /// Why, in words of the API: `same_tax_code`, `same_tax_code_omocodia`, `same_name`,
  /// `name_sounds_alike`, `name_one_letter`, `names_swapped`, `same_birth_date`,
  /// `birth_day_month_swapped`, `birth_one_digit`, `same_phone`, `shared_people`, `same_time`,
  /// and `different_` with the field that the entry calls `differs`. Sorted.
  std::vector<std::string> evidence;
};

/// Of one entry: who has more has another problem, and is to be told that these are not all.
inline constexpr std::size_t kOverlapsMax = 2'000;

struct AlikeInput {
  const schema::Bundle& bundle;
  Records& records;
  const Identities& identities;
};

/// Everything that the bundle looks for, in the order of its entries. What people said to be one is
/// not found again. Costs a look at each record and its neighbours in an index, not all pairs.
[[nodiscard]] std::vector<AlikeFound> find_alike(const AlikeInput& input);

[[nodiscard]] std::vector<AlikeFound> find_people(const AlikeInput& input, const schema::Alike& by);
[[nodiscard]] std::vector<AlikeFound> find_overlaps(const AlikeInput& input,
                                                    const schema::Alike& by);
/// Dossiers that share two people or more: those of `people`, and those that were said to be one.
[[nodiscard]] std::vector<AlikeFound> find_households(const AlikeInput& input,
                                                      const schema::Alike& by,
                                                      const std::vector<AlikeFound>& people);

/// What people said, and what references say: a member who refers to a person is that person; so
/// are two members who refer to the same.
[[nodiscard]] Identities with_references(const AlikeInput& input, const schema::Alike& by);

/// What a field shows; nullptr if it is empty or `field` is.
[[nodiscard]] const sync::Value* shown_in(const schema::RuleRecord& record,
                                          const std::string& field);
/// The words that a field shows; empty if it shows none.
[[nodiscard]] std::string words_in(const schema::RuleRecord& record, const std::string& field);
/// The records that a set of references, or a reference, names.
[[nodiscard]] std::vector<sync::RecordId> references_in(const schema::RuleRecord& record,
                                                        const std::string& field);

}  // namespace insieme::reports
