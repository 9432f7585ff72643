#pragma once
// What a schema bundle says, as plain structs: record types, their fields, code lists, sections.
// They are filled by the loader (bundle.hpp), which lets nothing inconsistent through: whoever
// holds one of these may rely on every name in it being resolvable in its bundle.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "insieme/sync/review.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::schema {

enum class Language { it, en };

/// A text for people, in both languages; neither is ever empty in a loaded bundle.
struct Label {
  std::string it;
  std::string en;
  [[nodiscard]] const std::string& in(Language language) const noexcept {
    return language == Language::it ? it : en;
  }
};

/// What a field holds. The insieme::sync::Value that stands for it in a change: a string for
/// string, text and code; int64 for integer, counter and money (cents); double for real; Date,
/// Instant, bool, Reference and Bytes for date, instant, boolean, reference and blob (Bytes of
/// sync::encode_blob_ref). Elements of codes, strings, references, blobs are as values of code,
/// string, reference, blob. A position is a string (sync/position.hpp); an escrow shows what is
/// left to spend on all devices together, an int64.
enum class FieldKind {
  string, text, integer, real, money, date, instant, boolean,
  code, codes, strings, reference, references, counter, blob, blobs, escrow, position,
};

/// How concurrent writes of a field meet. Fixed for the life of the field. A list is a register of
/// the record's place; two who move one record do not disagree about anything.
enum class MergeKind { mv_register, set, counter, text, blob, escrow, list };

/// What becomes of concurrent distinct values of a register (and of a blob). `auto` and `max` in
/// JSON are `automatic` and `maximum`: true over false, later over earlier.
using RegisterPolicy = sync::RegisterPolicy;

/// A known form of a string, which parsing and display may use.
enum class TextFormat {
  none, user, month, codice_fiscale, email, phone, cup, iban, belfiore, area_code,
};

/// The names that the JSON uses (`register`, `auto`, `codice_fiscale` …). Never empty.
[[nodiscard]] std::string_view name_of(FieldKind kind) noexcept;
[[nodiscard]] std::string_view name_of(MergeKind kind) noexcept;
[[nodiscard]] std::string_view name_of(RegisterPolicy policy) noexcept;
[[nodiscard]] std::string_view name_of(TextFormat format) noexcept;

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};
/// Position of a thing in its vector, by name.
using NameIndex = std::unordered_map<std::string, std::size_t, StringHash, std::equal_to<>>;

/// A pattern compiled once when the bundle is loaded. Opaque.
struct Pattern;

/// A rule that holds only while another field of the same record has one of some values.
struct Condition {
  std::string field;
  std::vector<std::string> values;  ///< codes; `true` or `false` for a boolean
};

struct Field {
  std::string name;
  FieldKind kind = FieldKind::string;
  MergeKind merge = MergeKind::mv_register;
  RegisterPolicy policy = RegisterPolicy::review;  ///< means nothing for set, counter and text
  std::string section;                             ///< the type's, unless the bundle says otherwise
  std::string list;                                ///< code, codes: name of the code list
  std::string target;                              ///< reference, references: name of a record type
  TextFormat format = TextFormat::none;
  bool required = false;
  bool write_once = false;   ///< once it has a value, a person does not change it
  bool search = false;       ///< goes into the full-text index
  bool sensitive = false;    ///< never in logs, titles and notifications
  bool retired = false;      ///< no longer filled in; what it says stays readable
  std::string mints;         ///< escrow: the integer field of what it may come to, all in all
  std::optional<sync::Value> min;  ///< inclusive; the alternative is that of the kind
  std::optional<sync::Value> max;  ///< inclusive
  std::string pattern;             ///< ECMAScript expression for the whole string; may be empty
  bool pattern_warns = false;      ///< a mismatch is a warning, not an error
  std::size_t max_length = 0;      ///< in code points; 0: only the engine's own limit
  /// date, instant: more days after today than this is told to whoever saves it, and saved.
  std::optional<std::int64_t> ahead_max_days;
  std::string not_before;          ///< a field of the same kind that may not be later
  std::optional<Condition> required_when;
  /// State machine of a code: which codes may follow which. Empty: any.
  std::map<std::string, std::vector<std::string>, std::less<>> transitions;
  Label label;
  Label help;  ///< both empty when the bundle gives none
  std::shared_ptr<const Pattern> compiled_pattern;

  [[nodiscard]] bool is_set() const noexcept { return merge == MergeKind::set; }
  /// True if a person may change the code `from` into `to`. Staying is always allowed.
  [[nodiscard]] bool allows_transition(std::string_view from, std::string_view to) const;
};

/// Affinity of the field's SQL column: `TEXT`, `INTEGER` or `REAL`. Sets and texts are TEXT; a date
/// is TEXT `2021-06-01`, an instant TEXT `2021-06-01T08:30:00.000Z`, so that plain SQL compares
/// them; a boolean is INTEGER 0 or 1; money is INTEGER cents; references and blobs are TEXT.
[[nodiscard]] std::string_view sql_type(const Field& field) noexcept;

/// A record that is an entry in another one's account: making it spends from an escrow field there.
struct Spending {
  std::string through;   ///< field of this type: a reference to the other record
  std::string field;     ///< of the other record: an escrow in the same document
  std::string amount;    ///< field of this type: an integer
  std::string reverses;  ///< field of this type: the entry that this one takes back; may be empty
};

struct RecordType {
  std::string name;
  std::string section;                     ///< the document in which its records live
  std::vector<std::string> also_sections;  ///< others in which a record of it may live instead
  bool root = false;         ///< its one record per dossier gives the dossier its title
  bool append_only = false;  ///< a saved record is not edited; another one corrects it
  bool retired = false;      ///< no new records of it; those that are there stay as they are
  /// While this holds, people change only the field that it names.
  std::optional<Condition> immutable_after;
  /// Fields from which the record's id derives, so that two offline creations are one record.
  std::vector<std::string> natural_key;
  std::optional<Spending> spends;
  std::string title;  ///< `{surname} {given_names}`: fields in braces, joined by the text between
  Label label;
  Label label_plural;
  Label help;  ///< both empty when the bundle gives none
  std::vector<Field> fields;
  NameIndex field_index;

  /// nullptr when the type has no such field. The pointer lives as long as the type.
  [[nodiscard]] const Field* find_field(std::string_view field_name) const noexcept;
  /// The sections of its fields, its own first, each once: one facet of the record in each.
  [[nodiscard]] std::vector<std::string> facet_sections() const;
};

struct CodeValue {
  std::string code;
  Label label;
  std::optional<sync::Date> valid_from;  ///< inclusive
  std::optional<sync::Date> valid_to;    ///< inclusive
  std::map<std::string, std::string, std::less<>> attributes;

  [[nodiscard]] bool valid_on(sync::Date date) const noexcept {
    return (!valid_from || *valid_from <= date) && (!valid_to || date <= *valid_to);
  }
  /// Empty when there is no such attribute.
  [[nodiscard]] std::string_view attribute(std::string_view name) const noexcept;
  /// What else people and documents call it: the parts of its attribute `also`, separated by
  /// semicolons.
  [[nodiscard]] std::vector<std::string> other_spellings() const;
};

struct CodeList {
  std::string name;
  Label label;
  std::string source;       ///< where the codes come from: an act, a standard, or the house
  bool unverified = false;  ///< not checked against its official source: do not print as official
  std::vector<CodeValue> values;  ///< in the order in which a form offers them
  NameIndex value_index;

  [[nodiscard]] const CodeValue* find(std::string_view code) const noexcept;
};

/// One document of a dossier of the given kind.
struct Section {
  std::string name;
  std::string dossier;      ///< the kind of dossier: `household`, `network`, `project`
  bool sensitive = false;   ///< granted by name only, never by default
  Label label;
  Label help;
};

}  // namespace insieme::schema
