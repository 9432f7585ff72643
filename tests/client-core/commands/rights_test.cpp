// Vouchers and points cards: what a tablet may spend without a network, and what somebody confirms.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

/// Anna makes a voucher of ten units; Bruno has written in the dossier; Carla decides.
struct Fund {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Desk bruno{folder, "bruno", office};
  Desk carla{folder, "carla", office};
  Family family;
  std::string voucher;

  Fund() {
    office.reviewers.insert("carla");
    for (Desk* desk : {&anna, &bruno, &carla}) desk->enrol();
    family = make_family(anna);
    voucher = add(anna, "voucher",
                  {{"number", "VS-1"},
                   {"service", "Doposcuola"},
                   {"units", 10},
                   {"from_date", "2024-01-01"},
                   {"to_date", "2024-06-30"},
                   {"state", "in_uso"}});
    anna.sync();
    const auto dossier = sync::id_from_text<DossierId>(family.dossier).value();
    for (const char* who : {"anna", "bruno", "carla"}) {
      office.server.grant(who, dossier, {"core", "education", "economic"});
    }
    exchange();
    bruno.save(family.visit, {{"next_step", "Telefonare"}});
    exchange();
  }
  void exchange() {
    for (Desk* desk : {&anna, &bruno, &carla, &anna, &bruno}) desk->sync();
  }
  json::object save(Desk& desk, const char* type, json::object fields) {
    return desk.call({{"command", "record.save"},
                      {"type", type},
                      {"dossier", family.dossier},
                      {"fields", std::move(fields)}});
  }
  std::string add(Desk& desk, const char* type, json::object fields) {
    return text(part(save(desk, type, std::move(fields)), "record"), "id");
  }
  json::object redeem(Desk& desk, int units, const char* on = "2024-03-12") {
    return save(desk, "redemption",
                {{"voucher", voucher},
                 {"units", units},
                 {"redeemed_on", on},
                 {"provider", "Arci"}});
  }
  json::object act(Desk& desk, const char* command, json::object more) {
    more["command"] = command;
    more["record"] = voucher;
    return desk.call(std::move(more));
  }
  json::object rights(Desk& desk) {
    return desk.call({{"command", "rights.list"}, {"record", voucher}});
  }
  std::string here(Desk& desk) { return text(rights(desk), "here"); }
  std::string left(Desk& desk) { return text(rights(desk), "left"); }
  std::string state_of_spend(Desk& desk, std::size_t n) {
    return text(list(rights(desk), "spends").at(n).as_object(), "state");
  }
};

bool warns_of_rights(const json::object& reply) {
  for (const json::value& one : list(reply, "warnings")) {
    if (text(one.as_object(), "rule") == "beyond_rights") return true;
  }
  return false;
}

TEST_CASE("rights: a voucher's units are minted where it is made and handed from tablet to tablet",
          "[commands][P11][S074]") {
  Fund fund;
  CHECK(fund.here(fund.anna) == "10");
  CHECK(fund.here(fund.bruno) == "0");
  fund.act(fund.anna, "rights.transfer", {{"to", "bruno"}, {"amount", 4}});
  CHECK(fund.here(fund.anna) == "6");
  CHECK(fund.here(fund.bruno) == "0");
  fund.exchange();
  CHECK(fund.here(fund.bruno) == "4");
  CHECK(fund.left(fund.carla) == "10");
  CHECK(text(fund.anna.refused({{"command", "rights.transfer"},
                                {"record", fund.voucher},
                                {"to", "bruno"},
                                {"amount", 7}}),
             "code") == "beyond_rights");
}

TEST_CASE("rights: two tablets without a network never spend firmly what is not there",
          "[commands][P11][S074]") {
  Fund fund;
  fund.act(fund.anna, "rights.transfer", {{"to", "bruno"}, {"amount", 4}});
  fund.exchange();
  CHECK_FALSE(warns_of_rights(fund.redeem(fund.anna, 6)));
  CHECK(warns_of_rights(fund.redeem(fund.anna, 1)));
  CHECK_FALSE(warns_of_rights(fund.redeem(fund.bruno, 3)));
  CHECK(warns_of_rights(fund.redeem(fund.bruno, 2)));
  fund.exchange();
  for (Desk* desk : {&fund.anna, &fund.bruno, &fund.carla}) {
    const json::object rights = fund.rights(*desk);
    CHECK(text(rights, "granted") == "10");
    CHECK(text(rights, "spent") == "9");
    CHECK(text(rights, "left") == "1");
    CHECK(text(rights, "provisional") == "3");
    CHECK(desk->items().size() == 2);
  }
}

TEST_CASE("rights: a provisional spend tells amount, place, day and person, and is decided on",
          "[commands][P5][P11][S074]") {
  Fund fund;
  fund.redeem(fund.bruno, 2);
  fund.exchange();
  REQUIRE(fund.carla.items().size() == 1);
  const json::object item = fund.carla.items()[0].as_object();
  CHECK(text(item, "kind") == "provisional_spend");
  CHECK(text(list(item, "alternatives")[0].as_object(), "text") == "2");
  CHECK(text(list(item, "alternatives")[0].as_object(), "author") == "bruno");
  const std::string entry = text(item, "entry_text");
  CHECK_THAT(entry, Catch::Contains("Arci"));
  CHECK_THAT(entry, Catch::Contains("12/03/2024"));
  CHECK_THAT(entry, Catch::Contains("VS-1"));
  SECTION("confirmed") {
    fund.carla.call({{"command", "review.resolve"}, {"item", text(item, "id")}, {"confirm", true}});
    fund.exchange();
    CHECK(fund.state_of_spend(fund.bruno, 0) == "confirmed");
  }
  SECTION("refused") {
    fund.carla.call({{"command", "review.resolve"}, {"item", text(item, "id")}, {"refuse", true}});
    fund.exchange();
    CHECK(fund.state_of_spend(fund.bruno, 0) == "refused");
  }
  CHECK(fund.bruno.items().empty());
  CHECK(fund.left(fund.anna) == "10");
}

TEST_CASE("rights: a redemption that is reversed gives its units back", "[commands][P11][S074]") {
  Fund fund;
  const std::string wrong = text(part(fund.redeem(fund.anna, 8), "record"), "id");
  CHECK(fund.here(fund.anna) == "2");
  const json::object refused =
      fund.anna.refused({{"command", "record.retract"}, {"record", wrong}});
  CHECK(text(refused, "code") == "not_allowed");
  fund.add(fund.anna, "redemption",
           {{"voucher", fund.voucher},
            {"units", 8},
            {"redeemed_on", "2024-03-13"},
            {"reverses", wrong}});
  CHECK(fund.here(fund.anna) == "10");
  CHECK(fund.state_of_spend(fund.anna, 0) == "refunded");
  fund.exchange();
  CHECK(fund.left(fund.carla) == "10");
}

TEST_CASE("rights: the day of the service counts for expiry, never the day of the save",
          "[commands][P11][S074]") {
  Fund fund;
  const json::object error = fund.anna.refused(
      {{"command", "record.save"},
       {"type", "redemption"},
       {"dossier", fund.family.dossier},
       {"fields",
        {{"voucher", fund.voucher}, {"units", 1}, {"redeemed_on", "2024-07-01"}}}});
  CHECK(text(error, "field") == "redeemed_on");
  CHECK(fund.here(fund.anna) == "10");
  // The clock of these desks stands in November 2023.
  CHECK_FALSE(warns_of_rights(fund.redeem(fund.anna, 1, "2024-06-30")));
}

TEST_CASE("rights: what a silent tablet held is reclaimed, and what it then spent is provisional",
          "[commands][P11][S074]") {
  Fund fund;
  fund.act(fund.anna, "rights.transfer", {{"to", "bruno"}, {"amount", 4}});
  fund.exchange();
  CHECK_FALSE(warns_of_rights(fund.redeem(fund.bruno, 3)));
  fund.act(fund.carla, "rights.reclaim", {{"from", "bruno"}});
  CHECK(fund.here(fund.carla) == "4");
  fund.exchange();
  const json::object rights = fund.rights(fund.carla);
  CHECK(text(rights, "spent") == "0");
  CHECK(text(rights, "provisional") == "3");
  CHECK(text(rights, "left") == "10");
  CHECK(fund.bruno.items().size() == 1);
}

TEST_CASE("rights: more units mint the difference; no more is granted than there are",
          "[commands][P11][S074]") {
  Fund fund;
  const json::object error = fund.carla.refused({{"command", "rights.grant"},
                                                 {"record", fund.voucher},
                                                 {"amount", 1}});
  CHECK(text(error, "field") == "rights");
  fund.carla.save(fund.voucher, {{"units", 12}});
  CHECK(fund.here(fund.carla) == "2");
  fund.exchange();
  CHECK(fund.left(fund.anna) == "12");
  fund.carla.save(fund.voucher, {{"units", 11}});
  CHECK(fund.left(fund.carla) == "12");
}

TEST_CASE("rights: two who raise the units at once never mint more than the units that stand",
          "[commands][P2][P11][S074]") {
  Fund fund;
  Desk& first = GENERATE(false, true) ? fund.carla : fund.anna;
  Desk& second = &first == &fund.carla ? fund.anna : fund.carla;
  first.save(fund.voucher, {{"units", 12}});
  second.save(fund.voucher, {{"units", 15}});
  CHECK(fund.here(second) == (&second == &fund.anna ? "15" : "5"));
  fund.redeem(second, &second == &fund.anna ? 11 : 1);
  first.sync();
  fund.exchange();
  for (Desk* desk : {&fund.anna, &fund.bruno, &fund.carla}) {
    CHECK(text(fund.rights(*desk), "granted") == "12");
    CHECK(desk->shown(fund.voucher, "units") == "12");
    // What was spent of what was not minted after all is settled by somebody.
    REQUIRE(desk->items().size() == 1);
    CHECK(text(desk->items()[0].as_object(), "kind") == "provisional_spend");
  }
  const json::array refused = list(second.call({{"command", "quarantine.list"}}), "changes");
  REQUIRE(refused.size() == 1);
  CHECK_THAT(text(refused[0].as_object(), "reason"), Catch::Contains("nel frattempo"));
  second.save(fund.voucher, {{"units", 15}});
  fund.exchange();
  CHECK(text(fund.rights(fund.bruno), "granted") == "15");
}

TEST_CASE("rights: several redemptions of one act share what the tablet has",
          "[commands][P11][S074]") {
  Fund fund;
  json::array entries;
  for (const int units : {6, 3, 2}) {
    entries.push_back(json::object{
        {"type", "redemption"},
        {"dossier", fund.family.dossier},
        {"fields",
         {{"voucher", fund.voucher}, {"units", units}, {"redeemed_on", "2024-03-12"}}}});
  }
  const json::object reply =
      fund.anna.call({{"command", "record.save"}, {"records", std::move(entries)}});
  CHECK(warns_of_rights(reply));
  CHECK(fund.here(fund.anna) == "1");
  const json::array spends = list(fund.rights(fund.anna), "spends");
  REQUIRE(spends.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const json::object& spend = spends[i].as_object();
    CHECK_THAT(text(spend, "entry_text"), Catch::Contains(": " + text(spend, "amount")));
    CHECK(text(spend, "state") == (i == 2 ? "provisional" : "firm"));
  }
}

TEST_CASE("rights: a points card is spent through its accesses", "[commands][P11][S118]") {
  Fund fund;
  const std::string card = fund.add(fund.anna, "emporium_card",
                                    {{"number", "E-1"},
                                     {"household", fund.family.household},
                                     {"points", 50},
                                     {"valid_from", "2024-01-01"},
                                     {"valid_to", "2024-12-31"},
                                     {"emporium", "Emporio di Bibbiano"},
                                     {"state", "attiva"}});
  const auto visit = [&](Desk& desk, int points) {
    return fund.save(desk, "emporium_access",
                     {{"card", card}, {"accessed_on", "2024-02-01"}, {"points", points}});
  };
  CHECK_FALSE(warns_of_rights(visit(fund.anna, 45)));
  CHECK(warns_of_rights(visit(fund.anna, 6)));
  CHECK(fund.anna.shown(card, "rights") == "5 (qui 5)");
}

TEST_CASE("rights: what is not understood is refused and writes nothing", "[commands][P2]") {
  Fund fund;
  const std::uint64_t before = fund.anna.unsent();
  const auto refused = [&](json::value input) {
    return text(fund.anna.refused({{"command", "record.save"},
                                   {"record", fund.voucher},
                                   {"fields", {{"rights", std::move(input)}}}}),
                "code");
  };
  CHECK(refused(3) == "invalid_value");
  CHECK(refused("3") == "invalid_value");
  CHECK(refused(json::object{{"spend", 0}}) == "invalid_value");
  CHECK(refused(json::object{{"spend", "tre"}}) == "invalid_value");
  CHECK(refused(json::object{{"steal", 3}}) == "invalid_value");
  CHECK(refused(json::object{{"spend", 1}, {"refund", "x"}}) == "invalid_value");
  CHECK(refused(json::object{{"grant", json::object{{"to", "nobody"}, {"amount", 1}}}}) ==
        "unknown_device");
  CHECK(refused(json::object{{"refund", "x"}}) == "not_found");
  const json::object other = fund.anna.refused(
      {{"command", "rights.spend"}, {"record", fund.family.visit}, {"amount", 1}});
  CHECK(text(other, "code") == "not_allowed");
  CHECK(fund.anna.unsent() == before);
}

}  // namespace
}  // namespace insieme::testing
