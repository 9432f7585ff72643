#include <array>

#include "insieme/reports/finding.hpp"

namespace insieme::reports {

std::string kind_text(const schema::Bundle& bundle, const Finding& finding,
                      schema::Language language) {
  const bool it = language == schema::Language::it;
  if (finding.rule != nullptr) return it ? "regola non rispettata" : "broken rule";
  const schema::CodeList* list = bundle.find_list("finding_kinds");
  const schema::CodeValue* kind = list == nullptr ? nullptr : list->find(finding.alike->kind);
  return kind == nullptr ? finding.alike->kind : kind->label.in(language);
}

std::string evidence_text(std::string_view word, schema::Language language) {
  const bool it = language == schema::Language::it;
  struct Words {
    const char* code;
    const char* it;
    const char* en;
  };
  static constexpr std::array<Words, 16> kWords{{
      {"same_tax_code", "stesso codice fiscale", "the same tax code"},
      {"same_tax_code_omocodia", "stesso codice fiscale, in un caso per omocodia",
       "the same tax code, once with letters for digits"},
      {"same_name", "stesso nome", "the same name"},
      {"name_sounds_alike", "nomi che suonano uguali", "names that sound the same"},
      {"name_one_letter", "nomi che differiscono per una lettera", "names a letter apart"},
      {"names_swapped", "nome e cognome scambiati", "surname and given names exchanged"},
      {"same_birth_date", "stessa data di nascita", "the same date of birth"},
      {"birth_day_month_swapped", "giorno e mese di nascita scambiati",
       "day and month of birth exchanged"},
      {"birth_one_digit", "date di nascita che differiscono per una cifra",
       "dates of birth a digit apart"},
      {"same_phone", "stesso telefono", "the same telephone"},
      {"shared_people", "più persone in comune", "several people in both"},
      {"elsewhere_tax_code", "codice fiscale uguale", "the same tax code"},
      {"elsewhere_name_birth", "cognome, nome e data di nascita simili",
       "similar surname, given names and date of birth"},
      {"elsewhere_birth_turned", "cognome e nome simili, giorno e mese di nascita forse scambiati",
       "similar names, day and month of birth perhaps exchanged"},
      {"same_time", "periodi che si sovrappongono", "periods that overlap"},
      {"different_provider", "enti diversi", "different providers"},
  }};
  for (const Words& one : kWords) {
    if (word == one.code) return it ? one.it : one.en;
  }
  if (word.rfind("different_", 0) == 0) return it ? "dati diversi" : "different particulars";
  return std::string(word);  // of a newer release
}

}  // namespace insieme::reports
