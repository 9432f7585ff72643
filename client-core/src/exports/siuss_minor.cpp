// SINBA: one minor, under a pseudonym.
#include <algorithm>
#include <set>

#include "exports/record_view.hpp"
#include "exports/siuss_parts.hpp"
#include "insieme/schema/calendar.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::client::exports {
namespace {

using schema::RuleRecord;

constexpr std::size_t kPseudonym = 20;
constexpr int kOfAge = 18;
constexpr int kYearsPerBand = 3;
constexpr std::int64_t kMembersMax = 9;

/// The bands of the schema overlap at their ends (0-3, 3-6): a band holds its lower end.
std::string age_band(int age) {
  if (age < 0 || age >= kOfAge) return {};
  return std::to_string(age / kYearsPerBand + 1);
}

/// FasciaISEE: the upper end belongs to the band.
std::string isee_band(std::int64_t cents) {
  constexpr std::int64_t kEnds[] = {0, 300'000, 600'000, 900'000, 1'200'000, 1'500'000, 2'000'000};
  int band = 1;
  for (const std::int64_t end : kEnds) {
    if (cents <= end) return std::to_string(band);
    ++band;
  }
  return std::to_string(band);
}

std::string month_of(std::optional<sync::Date> date) {
  if (!date) return {};
  const std::string iso = schema::iso_text(*date);
  return iso.substr(5, 2) + "/" + iso.substr(0, 4);
}

std::string work_of(const std::string& employment) {
  if (employment == "inattivo") return "1";
  if (employment == "occupato") return "2";
  if (employment == "disoccupato" || employment == "disoccupato_lungo") return "3";
  return {};
}

/// The schema holds one; which one of several is for people to say.
std::string one_of(FlowBuilder& flow, const char* what, const RuleRecord& referral,
                   const char* field, const std::string& chosen) {
  const auto all = texts_of(referral, field);
  if (all.size() == 1 && chosen.empty()) return all.front();
  if (!chosen.empty() && std::find(all.begin(), all.end(), chosen) != all.end()) return chosen;
  if (all.empty()) {
    return flow.need(what, "", "la valutazione nella prima segnalazione",
                     "the evaluation in the first referral");
  }
  flow.fault(what, "la segnalazione ne ha più d'una: scegli quale inviare",
             "the referral has several: choose which one is sent");
  return {};
}

void set_referral(FlowBuilder& flow, XmlElement& sinba, const MinorRecords& records) {
  if (records.referral == nullptr) {
    flow.fault("FonteSegnalazione", "manca la prima segnalazione", "the first referral is missing");
    return;
  }
  const RuleRecord& referral = *records.referral;
  sinba
      .set("DataPrimaSegnalazione",
           flow.need("DataPrimaSegnalazione", month_of(date_of(referral, "received_on")),
                     "la data della prima segnalazione", "the date of the first referral"))
      .set("FonteSegnalazione", flow.need("FonteSegnalazione", text_of(referral, "source"),
                                          "la fonte della segnalazione", "who referred"))
      .set("ValutazioneMinore",
           one_of(flow, "ValutazioneMinore", referral, "child_problems", records.child_problem))
      .set("ValutazioneFamigliaMinore", one_of(flow, "ValutazioneFamigliaMinore", referral,
                                               "family_problems", records.family_problem))
      .set(
          "SegnalazioneAutoritaGiudiziaria",
          flow.need("SegnalazioneAutoritaGiudiziaria", yes_no(flag_of(referral, "judicial_report")),
                    "se fu segnalata all'autorità giudiziaria (sezione riservata)",
                    "whether it was reported to the courts (a guarded section)"))
      .set("ProvvedimentoGiudiziario",
           flow.need("ProvvedimentoGiudiziario", yes_no(flag_of(referral, "judicial_measure")),
                     "se c'è un provvedimento giudiziario (sezione riservata)",
                     "whether there is a court order (a guarded section)"));
}

void set_minor(FlowBuilder& flow, XmlElement& sinba, const RuleRecord& member, sync::Date day) {
  const auto born = date_of(member, "birth_date");
  const std::string band = born ? age_band(schema::age_on(*born, day)) : std::string{};
  if (born && band.empty()) {
    flow.fault("FasciaEtaBeneficiario", "quel giorno non è minorenne", "not a minor on that day");
  }
  const auto need = [&](const char* what, std::string value, const char* it, const char* en) {
    sinba.set(what, flow.need(what, std::move(value), it, en));
  };
  need("MinoreStranieroNoAcc", yes_no(flag_of(member, "unaccompanied_minor")),
       "se è un minore straniero non accompagnato", "whether this is an unaccompanied minor");
  need("CondizioneMinore", text_of(member, "orphan_state"), "se è orfano", "whether an orphan");
  need("LuogoVita", text_of(member, "living_place"), "dove vive", "where the child lives");
  need("ScuolaFrequentata", text_of(member, "school"), "la scuola", "the school");
  need("CondizioneLavoro", work_of(text_of(member, "employment")), "la condizione lavorativa",
       "the work situation");
  need("Disabilita", yes_no(flag_of(member, "disability")),
       "se ha una disabilità (sezione riservata)", "whether disabled (a guarded section)");
  if (!born) need("AnnoNascita", "", "la data di nascita", "the date of birth");
  if (born) sinba.set("FasciaEtaBeneficiario", band);
  if (born) sinba.set("AnnoNascita", std::to_string(schema::civil_from_date(*born).year));
}

void set_household(const schema::Bundle& bundle, XmlElement& sinba, const MinorRecords& records) {
  const std::string commune =
      records.household == nullptr ? "" : text_of(*records.household, "commune");
  sinba.set("CodiceRegioneResidenza", attribute_of(bundle, "communes", commune, "region"));
  sinba.set("CodiceNazioneResidenza", "380");
  if (records.isee != nullptr) {
    const auto value = number_of(*records.isee, "value");
    if (value) sinba.set("FasciaISEEBeneficiario", isee_band(*value));
    const auto members = number_of(*records.isee, "members_count");
    if (members && *members <= kMembersMax) {
      sinba.set("NumeroComponentiISEE", std::to_string(*members));
    }
  }
  if (records.closed_case != nullptr) {
    sinba.set("MotivazioneChiusuraCarico", text_of(*records.closed_case, "closure_reason"));
    sinba.set("SituazioneChiusuraCarico", text_of(*records.closed_case, "closure_situation"));
  }
}

}  // namespace

SiussFlow minor_flow(const schema::Bundle& bundle, const SiussBody& body,
                     const MinorRecords& records) {
  FlowBuilder flow(body, "SINBA", "SINBA");
  XmlElement& sinba = flow.root().child("SINBA");
  // The id of the record is random: what is made of it names nobody.
  sinba.set("IDBeneficiario", sync::to_hex(sync::Hasher("insieme sinba beneficiary v1")
                                               .add(sync::to_text(records.member->id))
                                               .finish())
                                  .substr(0, kPseudonym));
  set_minor(flow, sinba, *records.member, body.day);
  set_referral(flow, sinba, records);
  set_household(bundle, sinba, records);
  XmlElement& benefits = sinba.child("Prestazioni");
  const std::set<std::string> codes(records.benefits.begin(), records.benefits.end());
  for (const std::string& code : codes) benefits.child("CodicePrestazione").text(code);
  if (codes.empty()) {
    flow.fault("Prestazioni", "manca una prestazione del minore",
               "a benefit of the minor is missing");
  }
  std::set<std::string> relations;
  for (const RuleRecord* other : records.others) {
    const std::string relation = text_of(*other, "relation");
    if (relation >= "1" && relation <= "6" && relation.size() == 1) relations.insert(relation);
  }
  XmlElement& family = sinba.child("Famiglia");
  for (const std::string& one : relations) family.child("ComposizioneFamiglia").text(one);
  if (relations.empty()) {
    flow.fault("Famiglia", "manca chi vive con il minore", "who lives with the minor is missing");
  }
  return flow.finish();
}

}  // namespace insieme::client::exports
