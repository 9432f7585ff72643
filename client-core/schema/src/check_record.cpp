// The rules of a type over one record, told in sentences.

#include <algorithm>

#include "insieme/schema/codice_fiscale.hpp"
#include "insieme/schema/cup.hpp"
#include "insieme/schema/iban.hpp"
#include "insieme/schema/own_values.hpp"
#include "insieme/schema/place_codes.hpp"
#include "insieme/schema/text.hpp"
#include "insieme/schema/validate.hpp"
#include "insieme/sync/blob.hpp"
#include "insieme/sync/position.hpp"
#include "parse.hpp"

namespace insieme::schema {

namespace {

bool fits_kind(const Field& field, const sync::Value& value) {
  switch (field.kind) {
    case FieldKind::string:
    case FieldKind::strings:
    case FieldKind::text:
    case FieldKind::code:
    case FieldKind::codes: return std::holds_alternative<std::string>(value);
    case FieldKind::integer:
    case FieldKind::money:
    case FieldKind::counter:
    case FieldKind::escrow: return std::holds_alternative<std::int64_t>(value);
    case FieldKind::real: return std::holds_alternative<double>(value);
    case FieldKind::date: return std::holds_alternative<sync::Date>(value);
    case FieldKind::instant: return std::holds_alternative<sync::Instant>(value);
    case FieldKind::boolean: return std::holds_alternative<bool>(value);
    case FieldKind::reference:
    case FieldKind::references: return std::holds_alternative<sync::Reference>(value);
    case FieldKind::blob:
    case FieldKind::blobs: {
      const auto* bytes = std::get_if<sync::Bytes>(&value);
      return bytes != nullptr && sync::decode_blob_ref(*bytes).ok();
    }
    case FieldKind::position: {
      const auto* text = std::get_if<std::string>(&value);
      return text != nullptr && sync::is_position(*text);
    }
  }
  return false;
}

bool is_empty(const sync::Value& value) {
  const auto* words = std::get_if<std::string>(&value);
  return std::holds_alternative<sync::Null>(value) || (words != nullptr && words->empty());
}

class Checker {
 public:
  Checker(const Bundle& bundle, const RecordType& type, const RecordValues& values,
          std::optional<sync::Date> on)
      : bundle_(bundle), type_(type), values_(values), on_(on) {}

  std::vector<Problem> run() {
    for (const Field& field : type_.fields) check_field(field);
    if (known_ == values_.size()) return std::move(problems_);
    for (const auto& [name, values] : values_) {
      // What the engine keeps beside the fields begins with an underscore, no field does.
      if (type_.find_field(name) != nullptr || name.rfind('_', 0) == 0) continue;
      problems_.push_back({name, Severity::warning, "unknown_field",
                           "Il campo «" + name + "» non è previsto da questa versione.",
                           "The field “" + name + "” is not part of this version."});
    }
    return std::move(problems_);
  }

 private:
  /// The first value that is not empty, or nullptr.
  [[nodiscard]] const sync::Value* value_of(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : first_of(found->second);
  }
  static const sync::Value* first_of(const std::vector<sync::Value>& values) {
    for (const sync::Value& value : values) {
      if (!is_empty(value)) return &value;
    }
    return nullptr;
  }

  [[nodiscard]] bool holds(const Condition& condition) const {
    const sync::Value* value = value_of(condition.field);
    if (value == nullptr) return false;
    std::string_view text;
    if (const auto* code = std::get_if<std::string>(value)) text = *code;
    if (const auto* flag = std::get_if<bool>(value)) text = *flag ? "true" : "false";
    return std::find(condition.values.begin(), condition.values.end(), text) !=
           condition.values.end();
  }

  void add(const Field& field, Severity severity, const char* rule, const std::string& it,
           const std::string& en) {
    problems_.push_back({field.name, severity, rule, "«" + field.label.it + "»: " + it,
                         "“" + field.label.en + "”: " + en});
  }

  void check_field(const Field& field) {
    const auto found = values_.find(field.name);
    if (found != values_.end()) ++known_;
    if (found == values_.end() || first_of(found->second) == nullptr) {
      check_presence(field);
      return;
    }
    for (const sync::Value& value : found->second) {
      if (is_empty(value)) continue;
      if (!fits_kind(field, value)) {
        add(field, Severity::error, "kind", "il dato non è del tipo previsto.",
            "the value is not of the expected kind.");
        continue;
      }
      check_range(field, value);
      if (const auto* words = std::get_if<std::string>(&value)) {
        if (field.list.empty()) {
          check_words(field, *words);
        } else {
          check_code(field, *words);
        }
      }
      check_order(field, value);
    }
  }

  void check_presence(const Field& field) {
    if (field.required) {
      add(field, Severity::error, "required", "è obbligatorio, compilalo prima di salvare.",
          "this is required, please fill it in before saving.");
    } else if (field.required_when && holds(*field.required_when)) {
      const Field* other = type_.find_field(field.required_when->field);
      const sync::Value* value = value_of(field.required_when->field);
      const auto because = [&](Language language) {
        return other->label.in(language) + ": " +
               value_to_text(*other, *value, bundle_, language);
      };
      add(field, Severity::error, "required",
          "è obbligatorio in questo caso (" + because(Language::it) + ").",
          "this is required in this case (" + because(Language::en) + ").");
    }
  }

  void check_range(const Field& field, const sync::Value& value) {
    const auto shown = [&](const sync::Value& bound, Language language) {
      return value_to_text(field, bound, bundle_, language);
    };
    if (field.min && sync::compare(value, *field.min) < 0) {
      add(field, Severity::error, "min",
          "il valore minimo è " + shown(*field.min, Language::it) + ".",
          "the least value is " + shown(*field.min, Language::en) + ".");
    }
    if (field.max && sync::compare(value, *field.max) > 0) {
      add(field, Severity::error, "max",
          "il valore massimo è " + shown(*field.max, Language::it) + ".",
          "the greatest value is " + shown(*field.max, Language::en) + ".");
    }
  }

  void check_words(const Field& field, const std::string& words) {
    const std::size_t length = count_code_points(words);
    if (field.max_length != 0 && length > field.max_length) {
      const std::string most = std::to_string(field.max_length);
      const std::string count = std::to_string(length);
      add(field, Severity::error, "max_length",
          "il testo è lungo " + count + " caratteri, al massimo possono essere " + most + ".",
          "the text has " + count + " characters, at most " + most + " are possible.");
    }
    const bool mismatch =
        field.compiled_pattern != nullptr && !detail::matches(*field.compiled_pattern, words);
    if (mismatch) {
      const Severity severity = field.pattern_warns ? Severity::warning : Severity::error;
      const auto hint = [&field](Language language) {
        return field.help.in(language).empty() ? std::string() : " " + field.help.in(language);
      };
      add(field, severity, "pattern", "non è scritto nella forma prevista." + hint(Language::it),
          "this is not written in the expected form." + hint(Language::en));
    } else {
      check_format(field, words);
    }
  }

  /// A code that cannot be right. A tax code only warns: a case never waits for it.
  void check_format(const Field& field, const std::string& words) {
    if (field.format == TextFormat::codice_fiscale && !has_valid_check_character(words)) {
      add(field, Severity::warning, "check_character",
          "il carattere di controllo non torna, ricontrolla sul documento.",
          "the check character does not fit, please look at the document again.");
    } else if (field.format == TextFormat::cup && !decode_cup(words)) {
      add(field, Severity::error, "cup",
          "«" + words + "» non è un CUP: 15 caratteri, come H71B25000350007.",
          "“" + words + "” is not a CUP: 15 characters, such as H71B25000350007.");
    } else if (field.format == TextFormat::belfiore && !is_belfiore_code(words)) {
      add(field, Severity::error, "belfiore",
          "«" + words + "» non è un codice catastale: una lettera e tre cifre, come L407.",
          "“" + words + "” is not a cadastral code: a letter and three digits, such as L407.");
    } else if (field.format == TextFormat::iban) {
      check_account(field, words);
    }
  }

  void check_account(const Field& field, const std::string& words) {
    switch (check_iban(words)) {
      case IbanFault::none: return;
      case IbanFault::shape:
        add(field, Severity::error, "iban", "non è un IBAN: copialo dal documento della banca.",
            "this is not an IBAN: copy it from the bank's paper.");
        return;
      case IbanFault::length:
        add(field, Severity::error, "iban",
            "ha " + std::to_string(words.size()) + " caratteri, non quanti ne ha il suo Paese.",
            "this has " + std::to_string(words.size()) + " characters, not its country's number.");
        return;
      case IbanFault::check_digits:
      case IbanFault::national:
        add(field, Severity::error, "iban", "le cifre di controllo non tornano, ricontrollalo.",
            "the check digits do not fit, please look again.");
        return;
    }
  }

  void check_code(const Field& field, const std::string& code) {
    const CodeList* list = bundle_.find_list(field.list);
    const CodeValue* known = list == nullptr ? nullptr : list->find(code);
    if (known == nullptr && is_own_code(code) && is_open_list(bundle_, field.list)) {
      add(field, Severity::warning, "code_on_its_way",
          "la voce «" + code + "» non è ancora su questo tablet: arriverà con il prossimo scambio.",
          "the value “" + code + "” is not on this tablet yet: it comes with the next exchange.");
    } else if (known == nullptr) {
      add(field, Severity::error, "code",
          "il codice «" + code + "» non è nell'elenco, scegli una voce dell'elenco.",
          "the code “" + code + "” is not in the list, please choose one from it.");
    } else if (on_ && !known->valid_on(*on_)) {
      add(field, Severity::warning, "code_period",
          "la voce «" + known->label.it + "» non era in vigore a quella data.",
          "the value “" + known->label.en + "” was not in force on that date.");
    }
  }

  void check_order(const Field& field, const sync::Value& value) {
    if (field.not_before.empty()) return;
    const Field* earlier = type_.find_field(field.not_before);
    const sync::Value* bound = value_of(field.not_before);
    if (bound == nullptr || !fits_kind(*earlier, *bound)) return;
    if (sync::compare(value, *bound) >= 0) return;
    add(field, Severity::error, "not_before", "non può precedere «" + earlier->label.it + "».",
        "this cannot come before “" + earlier->label.en + "”.");
  }

  const Bundle& bundle_;
  const RecordType& type_;
  const RecordValues& values_;
  std::optional<sync::Date> on_;
  std::vector<Problem> problems_;
  std::size_t known_ = 0;  ///< of the values: those of fields that the type has
};

}  // namespace

std::vector<Problem> check_record(const Bundle& bundle, const RecordType& type,
                                  const RecordValues& values, std::optional<sync::Date> on) {
  return Checker(bundle, type, values, on).run();
}

}  // namespace insieme::schema
