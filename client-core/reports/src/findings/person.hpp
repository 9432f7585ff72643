#pragma once
// What the search for one person written twice and the blind index look at alike.

#include <optional>

#include "insieme/reports/alike.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::reports {

/// The date that a field shows.
[[nodiscard]] std::optional<sync::Date> date_in(const schema::RuleRecord& record,
                                                const std::string& field);
/// The date with day and month the other way round; nothing if there is no such other day.
[[nodiscard]] std::optional<sync::Date> turned(const sync::Date& date);
/// Without omocodia; empty unless it is one of 16 characters that fit.
[[nodiscard]] std::string plain_code_in(const schema::RuleRecord& record, const schema::Alike& by);
/// How surname and first name sound, in one order; empty unless both are there.
[[nodiscard]] std::string sound_of_names(const std::string& surname,
                                         const std::string& given_names);

}  // namespace insieme::reports
