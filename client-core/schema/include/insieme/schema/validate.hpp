#pragma once
// From what a person types to values, from values to what a person reads, and the rules of the
// bundle over a whole record. Pure: no clock, no I/O. Records that arrive through a merge are never
// refused by these rules; they are reported.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/bundle.hpp"
#include "insieme/sync/result.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::schema {

/// The value that `text` writes for `field`; Null when the text is empty after trimming. For a set
/// kind, one element; for a counter, one increment. An error's detail is a sentence in English, and
/// after a line end in Italian, without the text itself, which may be personal. Accepted:
/// - text of any kind: trimmed, line ends as `\n`, composed to NFC (text.hpp);
/// - integer, counter: digits with an optional sign, no separators;
/// - real: one comma or point, which is the decimal one; no grouping;
/// - money: `€ 64.877,39`, `35.169,00 €`, `42869.00`, `42869`, `1,234.56`; see parse_cents;
/// - date: `01/06/2021`, `1.6.2021`, `1-6-2021` (day first), `2021-06-01`; years of four digits;
/// - instant: RFC 3339; or date and time `01/06/2021 10:30[:00[,000]]` as in Rome. Of an hour that
///   occurs twice in October, the first, unless `+01:00` follows; one skipped in March is refused;
/// - boolean: sì, si, s, vero, x, yes, y, true, 1; no, n, falso, false, 0;
/// - code: the code, or one of its labels, in any case;
/// - reference: a record id; position: its digits; an escrow: one amount, as of an integer;
/// - blob: media type, size in bytes and digest of its content in hexadecimal, with spaces between,
///   and the name of its sealed bytes, if they are kept;
/// - format month: `06/2021` or `2021-06`, kept as `2021-06`; codice_fiscale, cup, iban, belfiore:
///   capitals, no spaces.
[[nodiscard]] Result<sync::Value> value_from_text(const Field& field, std::string_view text,
                                                  const Bundle& bundle);

/// The elements of a set, separated by `;`. For other kinds, the one value, or none if empty.
[[nodiscard]] Result<std::vector<sync::Value>> elements_from_text(const Field& field,
                                                                  std::string_view text,
                                                                  const Bundle& bundle);

/// What a person reads: `€ 129.877,39` (`€ 129,877.39` in English), `01/06/2021`, `01/06/2021
/// 10:30` in Rome, sì/no, the label of a code (the bare code if the list does not know it). Null is
/// empty. A value of another alternative than the field's kind is shown as what it is.
/// value_from_text takes it back to an equal value, in both languages.
[[nodiscard]] std::string value_to_text(const Field& field, const sync::Value& value,
                                        const Bundle& bundle, Language language);

/// Cents of an amount. A separator is the decimal one if it comes last and one or two digits follow
/// it; others group by exactly three digits. One lone separator with three digits after it
/// (`1.234`, `1,234`) is refused: an Italian means one thousand, a spreadsheet may mean one and a
/// bit, and a guess about money is worse than a question.
[[nodiscard]] Result<std::int64_t> parse_cents(std::string_view text);
[[nodiscard]] std::string cents_to_text(std::int64_t cents, Language language);

/// What a record holds, by field: one value for registers, texts and counters, any number for sets.
/// No entry, no element and Null all mean empty.
using RecordValues = std::map<std::string, std::vector<sync::Value>, std::less<>>;

enum class Severity { warning, error };

/// One broken rule, told to the person who can mend it.
struct Problem {
  std::string field;   ///< empty when the record as a whole is meant
  Severity severity = Severity::error;
  std::string rule;    ///< `required`, `kind`, `code`, `min`, `max`, `max_length`, `pattern`,
                       ///< `not_before`, `code_period`, `check_character`, `cup`, `iban`,
                       ///< `belfiore`, `unknown_field`
  std::string message_it;
  std::string message_en;
};

/// Every rule of the type that the record breaks, in the order of its fields. `on`, if given, is
/// the civil date for which codes must be valid (never "now"): outside their period is a warning. A
/// field that this bundle does not know is a warning, since a newer one may.
[[nodiscard]] std::vector<Problem> check_record(const Bundle& bundle, const RecordType& type,
                                                const RecordValues& values,
                                                std::optional<sync::Date> on = std::nullopt);

/// The title that the type's template makes, without the separators of empty parts; the type's
/// label if nothing is filled in.
[[nodiscard]] std::string record_title(const Bundle& bundle, const RecordType& type,
                                       const RecordValues& values, Language language);

}  // namespace insieme::schema
