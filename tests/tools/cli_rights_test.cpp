// Vouchers, and two records of one person, at a terminal.
#include "support/catch.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {
namespace {

struct Till {
  TestFolder folder;
  Terminal anna{folder.path(), "anna"};
  std::string dossier;

  Till() {
    anna.ok({"init"});
    anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
    dossier = first("open", {}, "dossiers");
  }
  std::string first(const char* command, const Words& more, const char* list) const {
    Words words{command};
    words.insert(words.end(), more.begin(), more.end());
    return member(anna.ask(words).at(list).as_array().at(0).as_object(), "short");
  }
};

bool has(const std::string& text, const char* words) {
  return text.find(words) != std::string::npos;
}

TEST_CASE("cli: a voucher is spent, and what goes beyond it waits for a decision",
          "[cli][P11][S074]") {
  Till at;
  at.anna.ok({"add", "voucher", "--dossier", at.dossier, "number=VS-1", "service=Doposcuola",
              "units=10", "from_date=01/01/2024", "to_date=30/06/2024", "state=in_uso"});
  const std::string voucher = at.first("list", {"voucher"}, "records");
  at.anna.ok({"rights", voucher, "--spend", "8"});
  const std::string warned =
      at.anna.ok({"add", "redemption", "--dossier", at.dossier, "voucher=" + voucher, "units=4",
                  "redeemed_on=12/03/2024", "provider=Arci"});
  CHECK(has(warned, "questo dispositivo può spendere 2"));
  const std::string page = at.anna.ok({"rights", voucher});
  CHECK(has(page, "restano 2 di 10"));
  CHECK(has(page, "PROVVISORIA"));
  CHECK(has(page, "Arci"));
  const std::string review = at.anna.ok({"review"});
  CHECK(has(review, "--confirm | --refuse"));
  CHECK(has(review, "Arci"));
  at.anna.ok({"resolve", voucher + "/rights", "--refuse", "--reason", "non risulta"});
  CHECK(has(at.anna.ok({"rights", voucher}), "rifiutata"));
  CHECK(has(at.anna.refused(2, {"rights", voucher, "--transfer", "3", "--to", "nobody"}),
            "nobody"));
  CHECK(at.anna.run({"rights", voucher, "--spend", "1", "--grant", "1"}).code == 1);
}

TEST_CASE("cli: two records are one person, and then they are not", "[cli]") {
  Till at;
  for (const char* name : {"Marco", "Marco A."}) {
    at.anna.ok({"add", "member", "--dossier", at.dossier, "surname=Rossi",
                std::string("given_names=") + name, "relation=3"});
  }
  const json::object members = at.anna.ask({"list", "member"});
  const auto short_of = [&](std::size_t n) {
    return member(members.at("records").as_array().at(n).as_object(), "short");
  };
  at.anna.ok({"same", short_of(0), short_of(1), "--reason", "stesso codice fiscale"});
  CHECK(has(at.anna.ok({"same", short_of(1)}), "Marco A."));
  CHECK(has(at.anna.ok({"same", short_of(0), short_of(1), "--undo"}), "Separate"));
  CHECK_FALSE(has(at.anna.ok({"same", short_of(0)}), "Marco A."));
}

}  // namespace
}  // namespace insieme::testing
