// SINA: the condition of a person with a disability, beside the benefit.
#include "exports/record_view.hpp"
#include "exports/siuss_parts.hpp"

namespace insieme::client::exports {

void write_sina(FlowBuilder& flow, XmlElement& benefit, const schema::RuleRecord& assessment) {
  XmlElement& sina = benefit.child("SINA");
  sina.set("Mobilita", flow.need("Mobilita", text_of(assessment, "mobility"),
                                 "la mobilità, nella valutazione SINA",
                                 "the mobility, in the SINA evaluation"))
      .set("AttivitaVitaQuotidiana",
           flow.need("AttivitaVitaQuotidiana", text_of(assessment, "daily_life"),
                     "le attività della vita quotidiana, nella valutazione SINA",
                     "the activities of daily life, in the SINA evaluation"))
      .set("DisturbiAreaCognitiva", text_of(assessment, "cognitive"))
      .set("DisturbiComportamentali",
           flow.need("DisturbiComportamentali", text_of(assessment, "behaviour"),
                     "se ci sono disturbi comportamentali, nella valutazione SINA",
                     "whether there are behavioural disorders, in the SINA evaluation"))
      .set("NecessitaCureSanitarie", text_of(assessment, "health_care"))
      .set("AreaReddituale", flow.need("AreaReddituale", text_of(assessment, "income_area"),
                                       "l'area reddituale, nella valutazione SINA",
                                       "the income, in the SINA evaluation"))
      .set("AreaSupporto", flow.need("AreaSupporto", text_of(assessment, "support_area"),
                                     "l'area di supporto, nella valutazione SINA",
                                     "the support, in the SINA evaluation"))
      .set("FonteDerivazioneValutazione",
           flow.need("FonteDerivazioneValutazione", text_of(assessment, "source"),
                     "la fonte della valutazione SINA", "the source of the SINA evaluation"))
      .set("StrumentoValutazione", flow.need("StrumentoValutazione", text_of(assessment, "tool"),
                                             "lo strumento della valutazione SINA",
                                             "the tool of the SINA evaluation"))
      .set("FonteDerivazioneInvalidita", text_of(assessment, "invalidity_source"));
  if (const auto needed = texts_of(assessment, "needed_benefits"); !needed.empty()) {
    XmlElement& all = sina.child("NecessitaInterventiSociali");
    for (const std::string& code : needed) all.child("CodicePrestazione").text(code);
  }
  if (const auto certificates = texts_of(assessment, "invalidity"); !certificates.empty()) {
    XmlElement& all = sina.child("InvaliditaCivile");
    for (const std::string& code : certificates) all.child("InvCiv").text(code);
  }
}

}  // namespace insieme::client::exports
