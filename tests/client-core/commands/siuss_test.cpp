// Flows for the SIUSS: valid against the schemas of INPS where these are at hand, one beneficiary
// and one benefit each, and nothing sent that would be refused.
#include <filesystem>
#include <fstream>

#include "client-core/commands/report_desk.hpp"
#include "exports/siuss.hpp"
#include "insieme/processes/process.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/codice_fiscale.hpp"

namespace insieme::testing {
namespace {

using Catch::Matchers::Contains;
using client::exports::siuss_takes_tax_code;

constexpr const char* kXmllint = "/usr/bin/xmllint";

std::string shared(const std::string& name) {
  const char* folder = std::getenv("INSIEME_SHARED");
  return std::string(folder != nullptr ? folder : "../shared") + "/data/siuss/" + name;
}

bool has_schemas() {
  return std::filesystem::exists(kXmllint) && std::filesystem::exists(shared("SINBA.xsd"));
}

/// What xmllint says of it; empty if it is valid.
std::string invalid(const std::string& file, const char* schema) {
  processes::Launch launch(kXmllint, {"--noout", "--nonet", "--schema", shared(schema), file},
                           processes::own_environment());
  const processes::Finished done = processes::run_launch(launch);
  return done.code == 0 ? std::string{} : done.out + done.err;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t out = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++out;
  }
  return out;
}

std::string tax_code() {
  const schema::PersonFacts facts{"Rossi", "Mario", schema::date_from_iso("2015-12-10"), "M",
                                  "L407"};
  return schema::make_tax_code(facts).value();
}

/// A child in Treviso with what both flows ask for.
struct Flows : Household {
  std::string child;
  std::string benefit;

  Flows() {
    desk.save(family.household, {{"commune", "026086"}});
    child = add(family.dossier, "member",
                {{"surname", "Rossi"},
                 {"given_names", "Mario"},
                 {"birth_date", "2015-12-10"},
                 {"birth_belfiore", "L407"},
                 {"sex", "M"},
                 {"citizenships", {"380"}},
                 {"codice_fiscale", tax_code()},
                 {"relation", "0"},
                 {"orphan_state", "1"},
                 {"living_place", "1"},
                 {"school", "5"},
                 {"employment", "inattivo"},
                 {"unaccompanied_minor", false},
                 {"disability", false}});
    add(family.dossier, "member",
        {{"surname", "Bianchi"}, {"given_names", "Ada"}, {"relation", "1"}});
    benefit = add(family.dossier, "siuss_benefit",
                  {{"member", child},
                   {"case_id", case_id},
                   {"benefit", "A2.02"},
                   {"protocol", "2024/17 <A&B>"},
                   {"operation", "I"},
                   {"means_test", "4"},
                   {"character", "1"},
                   {"from_date", "2024-01-01"},
                   {"to_date", "2024-06-30"},
                   {"period_months", 6},
                   {"monthly_amount", "101,05"},
                   {"share_body", "101,05"},
                   {"monthly_hours", 12.5},
                   {"in_charge", true},
                   {"client_area", "1"}});
  }
  json::object refer(json::object more = {}) {
    json::object fields{{"case_id", case_id},          {"source", "13"},
                        {"received_on", "2023-11-20"}, {"child_problems", {"2"}},
                        {"family_problems", {"12"}},   {"judicial_report", false},
                        {"judicial_measure", false}};
    for (auto& [name, value] : more) fields[name] = value;
    add(family.dossier, "referral", std::move(fields));
    return {};
  }
  json::object asking(const std::string& record, json::object more = {}) {
    json::object out{{"command", "siuss.flow"},
                     {"record", record},
                     {"body_code", "L407"},
                     {"body_name", "Comune di Treviso"},
                     {"operator", "RSSMRA85T10A562S"},
                     {"number", 2},
                     {"day", "2024-07-01"}};
    for (auto& [name, value] : more) out[name] = value;
    return out;
  }
  /// What is missing; empty if the flow was written.
  std::string problems(const std::string& record, json::object more = {}) {
    const json::object reply = desk.raw(asking(record, std::move(more)));
    if (reply.at("ok").as_bool()) return {};
    const json::object& refused = part(reply, "error");
    std::string out;
    for (const json::value& one : list(refused, "problems")) {
      out += text(one.as_object(), "field") + " ";
    }
    return out;
  }
};

TEST_CASE("siuss: the sample flows of INPS are valid here, too", "[commands][siuss][S105]") {
  if (!has_schemas()) {
    WARN("skipped: no ../shared/data/siuss or no xmllint");
    return;
  }
  CHECK(invalid(shared("sample-flow-0.xml"), "PS_PSA_SINA201812.xsd").empty());
  CHECK(invalid(shared("sample-flow-1.xml"), "SINBA.xsd").empty());
  CHECK_FALSE(invalid(shared("sample-flow-1.xml"), "PS_PSA_SINA201812.xsd").empty());
}

TEST_CASE("siuss: a benefit is one flow of one beneficiary, valid against the schema",
          "[commands][siuss][S105]") {
  Flows flows;
  const std::string path = flows.folder.file("flusso.xml");
  const json::object reply = flows.desk.call(flows.asking(flows.benefit, {{"path", path}}));
  CHECK(text(reply, "name") == "L407.PS.20240701.0000002");
  CHECK(text(reply, "kind") == "PS_PSA_SINA");
  const std::string xml = text(flows.desk.call(flows.asking(flows.benefit)), "content");
  CHECK(count(xml, "<Beneficiario ") == 1);
  CHECK(count(xml, "<PrestazioniSociali ") == 1);
  CHECK_THAT(xml, Contains("ImportoMensile=\"101.05\"") &&
                      Contains("OreServizioMensile=\"12.50\"") &&
                      Contains("CodiceRegione=\"05\" CodiceComune=\"026086\"") &&
                      Contains("ProtocolloDomanda=\"2024/17 &lt;A&amp;B&gt;\"") &&
                      Contains("PresaCarico=\"1\" AreaUtenza=\"1\""));
  if (has_schemas()) CHECK(invalid(path, "PS_PSA_SINA201812.xsd") == "");
  CHECK(text(flows.desk.refused(flows.asking(flows.benefit, {{"path", path}})), "code") ==
        "already_exists");
}

TEST_CASE("siuss: an evaluation of disability is the block SINA, valid against the schema",
          "[commands][siuss][S105]") {
  Flows flows;
  const json::object least{{"member", flows.child}, {"assessed_on", "2024-05-10"},
                           {"mobility", "2"},       {"daily_life", "3"},
                           {"behaviour", "1"},      {"income_area", "2"},
                           {"support_area", "1"},   {"source", "1"},
                           {"tool", "1"}};
  const std::string few = flows.add(flows.family.dossier, "sina_assessment", least);
  json::object all = least;
  all["cognitive"] = "1";
  all["health_care"] = "3";
  all["invalidity"] = json::array{"2", "6"};
  all["invalidity_source"] = "1";
  all["needed_benefits"] = json::array{"A2.07", "A1.12"};
  const std::string full = flows.add(flows.family.dossier, "sina_assessment", all);
  for (const std::string& evaluation : {few, full}) {
    flows.desk.save(flows.benefit, {{"sina", evaluation}});
    const std::string path = flows.folder.file("sina-" + evaluation + ".xml");
    flows.desk.call(flows.asking(flows.benefit, {{"path", path}}));
    if (has_schemas()) CHECK(invalid(path, "PS_PSA_SINA201812.xsd") == "");
  }
  const std::string xml = text(flows.desk.call(flows.asking(flows.benefit)), "content");
  CHECK_THAT(xml, Contains("<SINA Mobilita=\"2\" AttivitaVitaQuotidiana=\"3\"") &&
                      Contains("FonteDerivazioneInvalidita=\"1\"") &&
                      Contains("<InvCiv>6</InvCiv>") &&
                      Contains("<CodicePrestazione>A2.07</CodicePrestazione>"));
  CHECK(count(xml, "<InvCiv>") == 2);
}

TEST_CASE("siuss: an evaluation that is missing, incomplete or another person's sends nothing",
          "[commands][siuss][S105]") {
  Flows flows;
  const json::object mine{{"member", flows.child},  {"assessed_on", "2024-05-10"},
                          {"mobility", "2"},        {"daily_life", "3"},
                          {"behaviour", "1"},       {"income_area", "2"},
                          {"support_area", "1"},    {"source", "1"},
                          {"tool", "1"}};
  const json::object refused = flows.desk.refused({{"command", "record.save"},
                                                   {"type", "sina_assessment"},
                                                   {"dossier", flows.family.dossier},
                                                   {"fields", {{"member", flows.child}}}});
  CHECK(list(refused, "problems").size() == 8);  // each by its name, before any flow
  json::object hers = mine;
  hers["member"] = flows.add(flows.family.dossier, "member",
                             {{"surname", "Rossi"}, {"given_names", "Lia"}, {"relation", "3"}});
  flows.desk.save(flows.benefit,
                  {{"sina", flows.add(flows.family.dossier, "sina_assessment", hers)}});
  CHECK(flows.problems(flows.benefit) == "SINA ");
  const std::string gone = flows.add(flows.family.dossier, "sina_assessment", mine);
  flows.desk.save(flows.benefit, {{"sina", gone}});
  CHECK(flows.problems(flows.benefit).empty());
  flows.desk.call({{"command", "record.retract"}, {"record", gone}});
  CHECK(flows.problems(flows.benefit) == "SINA ");
}

TEST_CASE("siuss: an occasional benefit, sent and taken back", "[commands][siuss][S105]") {
  Flows flows;
  const std::string once = flows.add(flows.family.dossier, "siuss_benefit",
                                     {{"member", flows.child},
                                      {"benefit", "A1.05"},
                                      {"protocol", "9"},
                                      {"operation", "C"},
                                      {"means_test", "1"},
                                      {"character", "2"},
                                      {"paid_on", "2024-02-01"},
                                      {"amount", "1.265,23"},
                                      {"in_charge", false}});
  const std::string path = flows.folder.file("storno.xml");
  flows.desk.call(flows.asking(once, {{"path", path}}));
  const std::string xml = text(flows.desk.call(flows.asking(once)), "content");
  CHECK_THAT(xml, Contains("TipoOperazione=\"C\"") && Contains("ImportoPrestazione=\"1265.23\"") &&
                      Contains("PresaCarico=\"2\""));
  CHECK(xml.find("AreaUtenza") == std::string::npos);
  if (has_schemas()) CHECK(invalid(path, "PS_PSA_SINA201812.xsd") == "");
}

TEST_CASE("siuss: what the receiving system would refuse is named before anything is sent",
          "[commands][siuss][S105]") {
  Flows flows;
  const auto saving = [&](json::object fields) {
    fields["member"] = flows.child;
    fields["benefit"] = "A2.07";
    fields["protocol"] = "1";
    fields["means_test"] = "1";
    return json::object{{"command", "record.save"},
                        {"type", "siuss_benefit"},
                        {"dossier", flows.family.dossier},
                        {"fields", std::move(fields)}};
  };
  for (json::object incomplete : {json::object{{"character", "1"}, {"from_date", "2024-01-01"}},
                                  json::object{{"character", "2"}, {"paid_on", "2024-01-01"}},
                                  json::object{{"character", "2"},
                                               {"paid_on", "2024-01-01"},
                                               {"amount", "1,00"},
                                               {"in_charge", true}}}) {
    CHECK_FALSE(list(flows.desk.refused(saving(incomplete)), "problems").empty());
  }
  // It is not known whether somebody is taken in charge: saved, but not sent.
  const json::object saved =
      flows.desk.call(saving({{"character", "2"}, {"paid_on", "2024-01-01"}, {"amount", "1,00"}}));
  CHECK(flows.problems(text(part(saved, "record"), "id")) == "PresaCarico ");
  flows.desk.save(flows.child, {{"codice_fiscale", nullptr}, {"birth_belfiore", nullptr}});
  CHECK(flows.problems(flows.benefit) == "CodiceFiscale LuogoNascita ");
  CHECK(flows.problems(flows.benefit, {{"body_code", "TREVISO"}, {"operator", "X"}}) ==
        "Ente.Codice Ente.Indirizzo Ente.CFOperatore CodiceFiscale LuogoNascita ");
  CHECK(flows.problems(flows.benefit, {{"number", 0}}).rfind("Nome ", 0) == 0);
  CHECK(text(flows.desk.refused(flows.asking(flows.case_id)), "field") == "record");
}

TEST_CASE("siuss: tax codes with letters for digits that the schema rejects are told apart",
          "[commands][siuss][S105][S129]") {
  std::string code = "RSSMRA85T10A562S";
  std::vector<bool> taken;
  while (true) {
    taken.push_back(siuss_takes_tax_code(code));
    const auto next = schema::next_omocodia(code);
    if (!next) break;
    code = *next;
  }
  // The plain code and three levels; four levels have a letter at 7, 8, 10 or 11.
  CHECK(taken == std::vector<bool>{true, true, true, true, false, false, false, false});
  CHECK(siuss_takes_tax_code("12345678901"));
  CHECK_FALSE(siuss_takes_tax_code("1234567890"));
  Flows flows;
  const std::string own = flows.desk.shown(flows.child, "codice_fiscale");
  std::string last = own;
  for (int level = 0; level < 4; ++level) last = *schema::next_omocodia(last);
  flows.desk.save(flows.child, {{"codice_fiscale", last}});
  const json::object refused = flows.desk.refused(flows.asking(flows.benefit));
  REQUIRE(list(refused, "problems").size() == 1);
  CHECK_THAT(text(list(refused, "problems")[0].as_object(), "message_it"), Contains("portale"));
}

TEST_CASE("siuss: a minor is a flow without a name, valid against the schema",
          "[commands][siuss][S105]") {
  Flows flows;
  flows.refer();
  flows.add(flows.family.dossier, "isee_attestation",
            {{"value", "6.000,00"},
             {"kind", "ordinario"},
             {"members_count", 3},
             {"dsu_protocol", "INPS-1"},
             {"issued_on", "2024-01-15"},
             {"expires_on", "2024-12-31"}});
  const std::string path = flows.folder.file("sinba.xml");
  const json::object reply = flows.desk.call(flows.asking(flows.child, {{"path", path}}));
  CHECK(text(reply, "name") == "L407.SINBA.20240701.0000002");
  const std::string xml = text(flows.desk.call(flows.asking(flows.child)), "content");
  CHECK_THAT(xml, Contains("DataPrimaSegnalazione=\"11/2023\"") &&
                      Contains("FasciaEtaBeneficiario=\"3\"") && Contains("AnnoNascita=\"2015\"") &&
                      Contains("<CodicePrestazione>A2.02</CodicePrestazione>") &&
                      Contains("<ComposizioneFamiglia>1</ComposizioneFamiglia>"));
  // 6.000,00 is in the third band, and yet not below 6.000,00.
  CHECK_THAT(xml,
             Contains("FasciaISEEBeneficiario=\"3\"") && Contains("NumeroComponentiISEE=\"3\""));
  for (const std::string& name : {std::string("Rossi"), std::string("Mario"), tax_code()}) {
    CHECK(xml.find(name) == std::string::npos);
  }
  if (has_schemas()) CHECK(invalid(path, "SINBA.xsd") == "");
}

TEST_CASE("siuss: of a minor, what is not known is asked for and never filled in",
          "[commands][siuss][S105]") {
  Flows flows;
  CHECK(flows.problems(flows.child) == "FonteSegnalazione ");
  flows.refer({{"child_problems", {"2", "13"}}, {"judicial_measure", nullptr}});
  CHECK(flows.problems(flows.child) == "ValutazioneMinore ProvvedimentoGiudiziario ");
  CHECK(flows.problems(flows.child, {{"child_problem", "13"}}) == "ProvvedimentoGiudiziario ");
  CHECK(flows.problems(flows.child, {{"child_problem", "5"}}) ==
        "ValutazioneMinore ProvvedimentoGiudiziario ");
  // On the day of the eighteenth birthday there is no flow any more.
  CHECK_THAT(flows.problems(flows.child, {{"day", "2033-12-10"}}),
             Contains("FasciaEtaBeneficiario"));
  CHECK(flows.problems(flows.child, {{"day", "2033-12-09"}}).find("FasciaEta") ==
        std::string::npos);
}

}  // namespace
}  // namespace insieme::testing
