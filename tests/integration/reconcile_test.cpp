// Two educators and a coordinator who wrote without seeing each other, from the first edit to the
// decision that is back on both tablets.
#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::string item_of(const Ambito& at, const Terminal& who) {
  const json::array items = at.items(who);
  REQUIRE(items.size() == 1);
  return member(items[0].as_object(), "id");
}

std::string receipt(const Ambito& at, const Terminal& who) {
  const json::object page = who.ask({"show", at.visit});
  return member(page.at("record").as_object(), "receipt");
}

json::array decisions(const Ambito& at, const Terminal& who) {
  const json::object page = who.ask({"show", at.visit});
  return page.at("record").as_object().at("decisions").as_array();
}

TEST_CASE("reconcile: the same field twice is one item everywhere, decided once, and contestable",
          "[integration][P4][P5][P6][S046][S124][S125]") {
  Ambito at;
  CHECK(receipt(at, at.anna) == "applied");
  at.save("Telefonare");
  CHECK(receipt(at, at.anna) == "saved_here");
  at.bruno.ok({"edit", at.visit, "next_step=Incontrare la scuola"});
  at.acknowledged.insert("Incontrare la scuola");
  at.anna.ok({"sync"});
  CHECK(receipt(at, at.anna) == "applied");
  at.exchange();
  const std::string item = item_of(at, at.carla);
  for (const Terminal* who : {&at.anna, &at.bruno}) {
    CHECK(item_of(at, *who) == item);
    CHECK(receipt(at, *who) == "waiting");
    // Nobody's words are gone meanwhile.
    const std::string page = who->ok({"review"});
    check_says(page, {"Sentire la scuola", "Telefonare", "Incontrare la scuola", "anna", "bruno"});
  }
  at.carla.ok({"resolve", item.substr(0, 8), "--choose", "1", "--reason", "sentita la madre"});
  at.exchange();
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) {
    CHECK(at.items(*who).empty());
    check_says(json::serialize(decisions(at, *who)), {"sentita la madre", "carla"});
  }
  at.check_whole();

  at.bruno.ok({"contest", at.visit, "next_step", "--reason", "ho parlato io con la scuola"});
  at.exchange();
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) {
    CHECK(at.items(*who).size() == 1);
    check_says(who->ok({"show", at.visit}), {"ho parlato io con la scuola"});
  }
  at.carla.ok({"resolve", item_of(at, at.carla).substr(0, 8), "--write", "Tutti e due",
               "--reason", "si fanno entrambe le cose"});
  at.acknowledged.insert("Tutti e due");
  at.exchange();
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) {
    CHECK(at.items(*who).empty());
    CHECK(at.shown(*who, "next_step") == "Tutti e due");
  }
  at.check_agreement();
}

TEST_CASE("reconcile: fields, sets and texts that do not overlap merge without a question",
          "[integration][P3][P4]") {
  Ambito at;
  at.anna.ok({"edit", at.visit, "observations=Primo paragrafo.\n\nSecondo paragrafo."});
  at.exchange();
  at.anna.ok({"edit", at.visit, "next_date=01/04/2024", "activities+=compiti",
              "observations=Primo paragrafo, di Anna.\n\nSecondo paragrafo."});
  at.bruno.ok({"edit", at.visit, "minutes=90", "activities+=gioco",
               "observations=Primo paragrafo.\n\nSecondo paragrafo, di Bruno."});
  // Both chose the same: no question either.
  at.anna.ok({"edit", at.visit, "support=" + std::string("a")});
  at.bruno.ok({"edit", at.visit, "support=" + std::string("a")});
  at.exchange();
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) {
    CAPTURE(who->store());
    CHECK(at.items(*who).empty());
    CHECK(at.shown(*who, "next_date") == "01/04/2024");
    CHECK(at.shown(*who, "minutes") == "90");
    check_says(at.shown(*who, "activities"), {"Aiuto nei compiti", "Gioco"});
    CHECK(at.shown(*who, "observations") ==
          "Primo paragrafo, di Anna.\n\nSecondo paragrafo, di Bruno.");
  }
  at.check_whole();
}

TEST_CASE("reconcile: an edit of a record that somebody retracted is a question, not a loss",
          "[integration][P4]") {
  Ambito at;
  at.bruno.ok({"retract", at.visit});
  at.save("scritto senza sapere");
  at.exchange();
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) {
    CHECK(at.items(*who).size() == 1);
    CHECK(at.shown(*who, "next_step") == "scritto senza sapere");
  }
  at.check_whole();
}

TEST_CASE("reconcile: a form opened before a background sync overwrites nothing it had not seen",
          "[integration][P2][P4]") {
  Ambito at;
  const std::string draft =
      member(at.anna.ask({"draft", "open", at.visit}).at("draft").as_object(), "id");
  at.anna.ok({"draft", "save", draft, "next_step=Telefonare"});
  at.bruno.ok({"edit", at.visit, "next_step=Incontrare la scuola"});
  at.acknowledged.insert("Incontrare la scuola");
  at.bruno.ok({"sync"});
  at.anna.ok({"sync"});  // in the background, while the form is open
  CHECK(at.shown(at.anna, "next_step") == "Incontrare la scuola");
  at.anna.ok({"draft", "commit", draft});
  at.acknowledged.insert("Telefonare");
  at.exchange();
  const std::string item = item_of(at, at.carla);
  for (const Terminal* who : {&at.anna, &at.bruno}) CHECK(item_of(at, *who) == item);
  check_says(at.carla.ok({"review"}), {"Incontrare la scuola", "Telefonare"});
  at.check_whole();
}

TEST_CASE("reconcile: a tablet holds what it is assigned to and nothing of the rest",
          "[integration][P7][S044][S130]") {
  Ambito at;
  at.anna.ok({"add", "household", "name=Famiglia Riservata", "commune=Bibbiano"});
  at.exchange();
  CHECK(at.anna.ask({"open"}).at("dossiers").as_array().size() == 2);
  CHECK(at.carla.ask({"open"}).at("dossiers").as_array().size() == 2);
  CHECK(at.bruno.ask({"open"}).at("dossiers").as_array().size() == 1);
  CHECK(at.bruno.ok({"search", "Riservata"}).find("Riservata") == std::string::npos);
  // Nor did it pass by: an exchange with news for others tells a tablet nothing of them.
  at.anna.ok({"add", "household", "name=Famiglia Altrui", "commune=Bibbiano"});
  at.anna.ok({"sync"});
  at.network.take_passed();
  at.bruno.ok({"sync"});
  const std::vector<Passed> passed = at.network.take_passed();
  CHECK(passed.at(0).reply.find("Altrui") == std::string::npos);
  CHECK(passed.at(0).reply.size() < 2'000);
  at.check_whole();
  // Taken away: it goes, and what was not sent goes to the coordinator first.
  at.bruno.ok({"edit", at.visit, "next_date=01/04/2024"});
  at.server.admin({"assign", "bruno", at.dossier, "--remove", "--reason", "fine incarico"});
  at.bruno.ok({"sync"});
  at.bruno.ok({"sync"});
  CHECK(at.bruno.ask({"open"}).at("dossiers").as_array().empty());
  CHECK(at.bruno.ok({"search", "Rossi"}).find("Rossi") == std::string::npos);
  check_says(at.bruno.ok({"status", "--quarantine"}), {"in attesa di decisione"});
  at.carla.ok({"sync"});
  check_says(at.carla.ok({"inbox"}), {"01/04/2024"});
}

TEST_CASE("reconcile: after a hand-over the late edit waits for the coordinator, who accepts or "
          "refuses it, and its author hears of it",
          "[integration][P2][P5][P8]") {
  Ambito at;
  at.server.admin({"assign", "bruno", at.dossier, "--remove", "--reason", "prima del passaggio"});
  at.bruno.ok({"sync"});
  at.server.admin(
      {"handover", at.dossier, "--from", "anna", "--to", "bruno", "--reason", "congedo"});
  // Anna is offline and does not know.
  at.anna.ok({"edit", at.visit, "next_date=01/04/2024"});
  at.anna.ok({"edit", at.visit, "minutes=75"});
  check_says(at.anna.ok({"sync"}), {"trattenut"});
  check_says(at.anna.ok({"status", "--quarantine"}), {"in attesa di decisione"});
  at.carla.ok({"sync"});
  const json::array entries = at.carla.ask({"inbox"}).at("entries").as_array();
  REQUIRE(entries.size() == 2);
  at.carla.ok({"decide", member(entries[0].as_object(), "id"), "--accept"});
  at.carla.ok({"decide", member(entries[1].as_object(), "id"), "--refuse", "--reason",
               "già registrata dalla collega"});
  at.carla.ok({"sync"});
  at.bruno.ok({"sync"});
  at.anna.ok({"sync"});
  CHECK(at.shown(at.bruno, "next_date") == "01/04/2024");
  CHECK(at.shown(at.bruno, "minutes").empty());
  CHECK(at.shown(at.carla, "next_date") == "01/04/2024");
  const std::string heard = at.anna.ok({"status", "--quarantine"});
  check_says(heard, {"già registrata dalla collega"});
  CHECK(at.carla.ask({"inbox"}).at("entries").as_array().empty());
  CHECK(member(at.anna.ask({"status"}), "unsent") == "0");
  at.check_agreement_of({&at.bruno, &at.carla});
}

}  // namespace
}  // namespace insieme::testing
