// PS_PSA_SINA: one benefit of one person.
#include <cmath>

#include "exports/record_view.hpp"
#include "exports/siuss_parts.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/text.hpp"

namespace insieme::client::exports {
namespace {

using schema::RuleRecord;

constexpr std::size_t kNameMax = 36;
constexpr const char* kItaly = "380";

std::string iso(const RuleRecord& record, const char* name) {
  const auto date = date_of(record, name);
  return date ? schema::iso_text(*date) : std::string{};
}

std::string name_within(FlowBuilder& flow, const char* what, const std::string& name) {
  if (schema::count_code_points(name) > kNameMax) {
    flow.fault(what, "al massimo 36 caratteri", "at most 36 characters");
  }
  return name;
}

void write_person(FlowBuilder& flow, XmlElement& beneficiary, const RuleRecord& member) {
  const std::string sex = text_of(member, "sex");
  const auto born = date_of(member, "birth_date");
  const auto citizenships = texts_of(member, "citizenships");
  beneficiary.child("Anagrafica")
      .set("Cognome", name_within(flow, "Cognome",
                                  flow.need("Cognome", text_of(member, "surname"), "il cognome",
                                            "the surname")))
      .set("Nome", name_within(flow, "Nome",
                               flow.need("Nome", text_of(member, "given_names"), "il nome",
                                         "the given names")))
      .set("AnnoNascita",
           flow.need("AnnoNascita",
                     born ? std::to_string(schema::civil_from_date(*born).year) : std::string{},
                     "la data di nascita", "the date of birth"))
      .set("LuogoNascita", flow.need("LuogoNascita", text_of(member, "birth_belfiore"),
                                     "il codice catastale del luogo di nascita",
                                     "the cadastral code of the place of birth"))
      .set("Genere", flow.need("Genere",
                               sex == "M"   ? "1"
                               : sex == "F" ? "2"
                                            : "",
                               "il genere, che il flusso conosce come maschile o femminile",
                               "the sex, which the flow knows as male or female"))
      .set("CodiceCittadinanza",
           flow.need("CodiceCittadinanza", citizenships.empty() ? "" : citizenships.front(),
                     "la cittadinanza", "the citizenship"))
      .set("CodiceSecondaCittadinanza", citizenships.size() > 1 ? citizenships[1] : "");
}

void write_address(FlowBuilder& flow, const schema::Bundle& bundle, XmlElement& beneficiary,
                   const RuleRecord* household) {
  const std::string commune = household == nullptr ? "" : text_of(*household, "commune");
  beneficiary.child("Indirizzo")
      .set("CodiceRegione",
           flow.need("CodiceRegione", attribute_of(bundle, "communes", commune, "region"),
                     "la regione del comune di residenza", "the region of the commune"))
      .set("CodiceComune",
           flow.need("CodiceComune", commune, "il comune di residenza", "the commune of residence"))
      .set("CodiceNazione", kItaly);
}

/// An evaluation that the benefit names is part of the flow, and of the same person; not to send it
/// without a word would be half of what was meant.
void write_evaluation(FlowBuilder& flow, XmlElement& written, const BenefitRecords& records) {
  if (!reference_of(*records.benefit, "sina")) return;
  if (records.sina == nullptr) {
    flow.fault("SINA", "la valutazione SINA che la prestazione indica non è qui",
               "the SINA evaluation that the benefit names is not held here");
    return;
  }
  if (reference_of(*records.sina, "member") != reference_of(*records.benefit, "member")) {
    flow.fault("SINA", "la valutazione SINA è di un'altra persona",
               "the SINA evaluation is another person's");
  }
  write_sina(flow, written, *records.sina);
}

/// What the schema leaves open and the receiving system refuses.
void check_sense(FlowBuilder& flow, const RuleRecord& benefit) {
  const std::string code = text_of(benefit, "benefit");
  const bool in_charge = flag_of(benefit, "in_charge").value_or(false);
  if (text_of(benefit, "character") == "1") {
    flow.need("DataInizioPrestazione", iso(benefit, "from_date"), "l'inizio", "the start");
    flow.need("DataFinePrestazione", iso(benefit, "to_date"), "la fine", "the end");
    flow.need("PeriodoErogazione", number_of(benefit, "period_months") ? "x" : "",
              "il periodo di erogazione", "the payment period");
    flow.need("ImportoMensile", decimal(number_of(benefit, "monthly_amount")), "l'importo mensile",
              "the monthly amount");
  } else {
    flow.need("DataErogazionePrestazione", iso(benefit, "paid_on"), "la data di erogazione",
              "the date of payment");
    flow.need("ImportoPrestazione", decimal(number_of(benefit, "amount")), "l'importo",
              "the amount");
  }
  if (in_charge) {
    flow.need("AreaUtenza", text_of(benefit, "client_area"),
              "l'area di utenza, con la presa in carico", "the client area, with taking in charge");
  }
  if (code == "A1.05.01") {
    flow.need("DataEvento", iso(benefit, "event_on"), "la data dell'evento", "the event's date");
  }
  if (code >= "A2.16" && code <= "A2.29" && !in_charge) {
    flow.fault("CodicePrestazione", "questa prestazione si invia solo con la presa in carico",
               "this benefit is sent only with taking in charge");
  }
}

void write_benefit(FlowBuilder& flow, const schema::Bundle& bundle, XmlElement& beneficiary,
                   const BenefitRecords& records) {
  const RuleRecord& benefit = *records.benefit;
  const std::string code = text_of(benefit, "benefit");
  const schema::CodeList* codes = bundle.find_list("benefits");
  const schema::CodeValue* known = codes == nullptr ? nullptr : codes->find(code);
  const auto months = number_of(benefit, "period_months");
  const auto* hours = get_if<double>(benefit, "monthly_hours");
  check_sense(flow, benefit);
  XmlElement& written = beneficiary.child("PrestazioniSociali");
  written.set("TipoOperazione", text_of(benefit, "operation"))
      .set("PresenzaProvaMezzi", flow.need("PresenzaProvaMezzi", text_of(benefit, "means_test"),
                                           "la prova dei mezzi", "the means test"))
      .set("CaratterePrestazione", text_of(benefit, "character"))
      .set("NumeroProtocolloDSU",
           records.isee == nullptr ? "" : text_of(*records.isee, "dsu_protocol"))
      .set("CodicePrestazione", flow.need("CodicePrestazione", code, "il codice della prestazione",
                                          "the benefit's code"))
      .set("DenominazionePrestazione",
           flow.need("DenominazionePrestazione", known == nullptr ? "" : known->label.it,
                     "il nome della prestazione", "the benefit's name"))
      .set("ProtocolloDomanda", flow.need("ProtocolloDomanda", text_of(benefit, "protocol"),
                                          "il protocollo della domanda", "the application number"))
      .set("DataEvento", iso(benefit, "event_on"))
      .set("DataInizioPrestazione", iso(benefit, "from_date"))
      .set("DataFinePrestazione", iso(benefit, "to_date"))
      .set("DataErogazionePrestazione", iso(benefit, "paid_on"))
      .set("ImportoPrestazione", decimal(number_of(benefit, "amount")))
      .set("PeriodoErogazione", months ? std::to_string(*months) : "")
      .set("ImportoMensile", decimal(number_of(benefit, "monthly_amount")))
      .set("ImportoQuotaEnte", decimal(number_of(benefit, "share_body")))
      .set("ImportoQuotaUtente", decimal(number_of(benefit, "share_user")))
      .set("ImportoQuotaSSN", decimal(number_of(benefit, "share_health")))
      .set("ImportoSogliaISEE", decimal(number_of(benefit, "isee_threshold")))
      .set("OreServizioMensile",
           hours == nullptr ? "" : decimal(static_cast<std::int64_t>(std::llround(*hours * 100))))
      .set("PresaCarico",
           flow.need("PresaCarico", yes_no(flag_of(benefit, "in_charge")),
                     "se c'è presa in carico: «non so» non si invia",
                     "whether there is taking in charge: what is not known is not sent"))
      .set("AreaUtenza", text_of(benefit, "client_area"));
  write_evaluation(flow, written, records);
}

}  // namespace

SiussFlow benefit_flow(const schema::Bundle& bundle, const SiussBody& body,
                       const BenefitRecords& records) {
  FlowBuilder flow(body, "PS_PSA_SINA", "PS");
  if (records.member == nullptr) {
    flow.fault("Beneficiario", "il beneficiario non è qui", "the beneficiary is not held here");
    return flow.finish();
  }
  const std::string tax_code = text_of(*records.member, "codice_fiscale");
  flow.check_tax_code("CodiceFiscale", tax_code);
  XmlElement& beneficiary = flow.root().child("Beneficiario").set("CodiceFiscale", tax_code);
  write_person(flow, beneficiary, *records.member);
  write_address(flow, bundle, beneficiary, records.household);
  write_benefit(flow, bundle, beneficiary, records);
  return flow.finish();
}

}  // namespace insieme::client::exports
