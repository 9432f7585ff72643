// A signature binds to the text that was shown: an edit that the signatory had not seen is a
// question.
#include "client-core/commands/two_desks.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

struct Signing : Two {
  std::string case_id;
  std::string pact;
  std::string objective;

  Signing() {
    case_id =
        add(anna, "case",
            {{"household", family.household}, {"state", "segnalato"}, {"opened_on", "2024-01-08"}});
    pact = add(
        anna, "pact",
        {{"case_id", case_id}, {"version", 1}, {"state", "bozza"}, {"purpose", "Uscire di casa"}});
    objective = add(
        anna, "objective",
        {{"case_id", case_id}, {"pact", pact}, {"title", "Frequentare"}, {"status", "in_corso"}});
    exchange();
  }
  std::string add(Desk& desk, const char* type, json::object fields) {
    return text(part(desk.call({{"command", "record.save"},
                                {"type", type},
                                {"dossier", family.dossier},
                                {"fields", std::move(fields)}}),
                     "record"),
                "id");
  }
  std::string sign(Desk& desk) {
    return add(desk, "pact_signature",
               {{"pact", pact},
                {"role", "case_manager"},
                {"user_id", "anna"},
                {"signed_on", "2024-02-05"}});
  }
  static std::vector<std::string> earlier(Desk& desk) {
    std::vector<std::string> out;
    const json::object reply = desk.call({{"command", "review.list"}});
    for (const json::value& one : list(reply, "findings")) {
      if (text(one.as_object(), "rule") != "signature_on_this_text") continue;
      for (const json::value& record : list(one.as_object(), "records")) {
        out.push_back(text(record.as_object(), "id"));
      }
    }
    return out;
  }
};

TEST_CASE("signature: what is saved names the text that was there", "[commands][S050]") {
  Signing at;
  const std::string signature = at.sign(at.anna);
  const std::string digest = at.anna.shown(signature, "text_digest");
  CHECK(digest.size() == 64);
  CHECK(Signing::earlier(at.anna).empty());
  CHECK(at.anna.shown(at.sign(at.anna), "text_digest") == digest);
  // What may change after a signature is no part of the text.
  at.anna.save(at.objective, {{"status", "raggiunto"}, {"progress", 100}});
  CHECK(Signing::earlier(at.anna).empty());
}

TEST_CASE("signature: an edit that the signatory had not seen makes it one on an earlier text",
          "[commands][S050][P3][P4]") {
  Signing at;
  const std::string signature = at.sign(at.anna);
  SECTION("of the pact") { at.bruno.save(at.pact, {{"purpose", "Uscire di casa e lavorare"}}); }
  SECTION("of an objective") {
    at.bruno.save(at.objective, {{"title", "Frequentare ogni giorno"}});
  }
  SECTION("one commitment more") {
    at.add(at.bruno, "commitment",
           {{"pact", at.pact}, {"text", "Cercare lavoro"}, {"status", "in_corso"}});
  }
  CHECK(Signing::earlier(at.anna).empty());
  at.exchange();
  for (Desk* desk : {&at.anna, &at.bruno}) {
    CHECK(Signing::earlier(*desk) == std::vector<std::string>{signature});
    const json::object record = desk->get(signature);
    REQUIRE(list(record, "problems").size() == 1);
    CHECK(text(list(record, "problems")[0].as_object(), "message_it").find("testo precedente") !=
          std::string::npos);
  }
  // Who signs today signs today's text.
  const std::string today = at.sign(at.bruno);
  CHECK(Signing::earlier(at.bruno) == std::vector<std::string>{signature});
  CHECK(at.bruno.shown(today, "text_digest") != at.bruno.shown(signature, "text_digest"));
}

}  // namespace
}  // namespace insieme::testing
