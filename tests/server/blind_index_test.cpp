// Whom two bodies both know, without saying who it is: what is found, what the file gives away, and
// what is refused.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "insieme/schema/codice_fiscale.hpp"
#include "insieme/server/findings.hpp"
#include "people_records.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

constexpr const char* kAgreement = "asl-4";

reports::BlindKey blind_key(std::uint8_t fill) {
  reports::BlindKey key;
  key.bytes.fill(fill);
  return key;
}

/// Random bytes that a test can repeat.
server::Random counted(std::uint64_t& count) {
  return [&count](std::span<std::uint8_t> out) {
    for (std::size_t i = 0; i < out.size(); i += 32) {
      const Digest bytes = Hasher("test random").add(++count).finish();
      std::copy_n(bytes.bytes.begin(), std::min<std::size_t>(32, out.size() - i),
                  out.begin() + static_cast<std::ptrdiff_t>(i));
    }
  };
}

std::string tax_code(const char* surname, const char* given_names, const char* born) {
  return schema::make_tax_code({surname, given_names, schema::date_from_iso(born), "M", "H501"})
      .value();
}

/// A body with its people, under the agreement.
struct Body {
  Office office;
  TempDir folder;
  server::Agreements agreements{folder.path()};
  std::uint64_t random = 0;

  explicit Body(const reports::BlindKey& key = blind_key(7)) {
    REQUIRE(agreements.put_key(kAgreement, key, false).ok());
  }
  void person(const std::string& id, const Named& named) {
    office.person(office.anna, "d" + id, id, named);
  }
  [[nodiscard]] server::BlindIndex index(const std::string& from = "Comune") {
    office.sync_all();
    auto out = server::make_blind_index(
        *office.world.repository, office.find(), agreements.key(kAgreement).value(),
        {kAgreement, from, "Servizio sociale, tel. 0522 000000", "", office.world.now_ms},
        counted(random));
    REQUIRE(out.ok());
    return std::move(out).value();
  }
  [[nodiscard]] std::string file(const std::string& from = "Comune") {
    return server::write_blind_index(index(from), agreements.key(kAgreement).value()).value();
  }
  [[nodiscard]] std::vector<server::SpaceMatch> matches() {
    office.sync_all();
    auto out = server::find_matches(*office.world.repository, agreements, office.find());
    if (!out.ok()) FAIL(out.error().detail);
    return std::move(out).value();
  }
  [[nodiscard]] Status take(const std::string& text) {
    const auto taken = agreements.receive(kAgreement, text, "");
    return taken.ok() ? Status{} : Status{taken.error()};
  }
};

}  // namespace

TEST_CASE("blind index: a person that both bodies know is found, with the evidence and whom to ask",
          "[server][findings][S129]") {
  const std::string code = tax_code("Rossi", "Mario", "1980-01-13");
  const std::string other = tax_code("Serra", "Aldo", "1971-05-06");
  const std::string third = tax_code("Gallo", "Elena", "1986-07-19");
  struct Case {
    Named here;
    Named there;
    std::vector<std::string> evidence;  ///< empty: not found
  };
  const std::vector<Case> cases{
      {{"Rossi", "Mario", "", code}, {"Verdi", "Anna", "", code}, {"elsewhere_tax_code"}},
      {{"Serra", "Aldo", "", other},
       {"Verdi", "Anna", "", schema::next_omocodia(other).value()},
       {"elsewhere_tax_code"}},
      {{"Cattaneo", "Chiara", "1981-02-14"},
       {"CATANEO", "Kiara", "1981-02-14"},
       {"elsewhere_name_birth"}},
      {{"D'Angelò", "Maria Grazia", "1982-03-15"},
       {"Dangelo", "Maria", "1982-03-15"},
       {"elsewhere_name_birth"}},
      {{"Hoxha", "Ardit", "1984-05-17"},
       {"Ardit", "Hoxha", "1984-05-17"},
       {"elsewhere_name_birth"}},
      {{"Neri", "Paolo", "1985-03-04"},
       {"Neri", "Paolo", "1985-04-03"},
       {"elsewhere_birth_turned"}},
      {{"Gallo", "Elena", "1986-07-19", third},
       {"Gallo", "Elena", "1986-07-19", third},
       {"elsewhere_name_birth", "elsewhere_tax_code"}},
      {{"Conti", "Luca", "1990-01-01"}, {"Conti", "Luca", "1990-01-02"}, {}},
      {{"Riva", "Ugo", ""}, {"Riva", "Ugo", ""}, {}},
      {{"Costa", "Ida", "1992-03-04"}, {"Monti", "Ida", "1992-03-04"}, {}},
      // A code that was mistyped is no code.
      {{"Rossi", "Mario", "", "RSSMRA80A13H501X"}, {"Verdi", "Anna", "", "RSSMRA80A13H501X"}, {}},
  };
  Body here;
  Body there;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    here.person("m" + std::to_string(i), cases[i].here);
    there.person("x" + std::to_string(i), cases[i].there);
  }
  REQUIRE(here.take(there.file("ASL 4")).ok());
  const auto found = here.matches();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    INFO(one.here.surname << " " << one.there.surname << " " << one.there.born);
    const RecordId id = rec("m" + std::to_string(i));
    const auto at = std::find_if(found.begin(), found.end(),
                                 [&id](const auto& match) { return match.people.at(0).id == id; });
    REQUIRE((at == found.end()) == one.evidence.empty());
    if (at == found.end()) continue;
    CHECK(at->evidence == one.evidence);
    CHECK(at->from == "ASL 4");
    CHECK(at->ask == "Servizio sociale, tel. 0522 000000");
    CHECK(at->people.size() == 1);
    CHECK(server::Knowers(*here.office.world.repository).of(at->documents) ==
          std::vector<std::string>{"user-anna", "user-carla"});
  }
}

TEST_CASE(
    "blind index: the file tells who lacks the key nothing, not even whether somebody came back",
    "[server][findings][S129]") {
  Body body;
  const std::string code = tax_code("Rossi", "Mario", "1980-01-13");
  body.person("m1", {"Rossi", "Mario", "1980-01-13", code});
  const server::BlindIndex first = body.index();
  const server::BlindIndex second = body.index();
  std::vector<reports::BlindToken> both;
  std::set_intersection(first.tokens.begin(), first.tokens.end(), second.tokens.begin(),
                        second.tokens.end(), std::back_inserter(both));
  CHECK(both.empty());  // another salt: nothing is the same, for the same person
  // Under another key, with the salt of the file, a guess is not confirmed.
  const reports::BlindHasher guess(blind_key(8), first.salt);
  const reports::BlindToken token = guess.token({reports::BlindKind::tax_code, code});
  CHECK_FALSE(std::binary_search(first.tokens.begin(), first.tokens.end(), token));
  // With the key it is: what the agreement has to say, and docs/security.md does.
  const reports::BlindHasher holder(blind_key(7), first.salt);
  CHECK(std::binary_search(first.tokens.begin(), first.tokens.end(),
                           holder.token({reports::BlindKind::tax_code, code})));
  const std::string text = body.file();
  for (const char* word : {"Rossi", "rossi", "Mario", "1980", "RSSMRA"}) {
    INFO(word);
    CHECK(text.find(word) == std::string::npos);
  }
}

TEST_CASE("blind index: how many people there are, and how often a name, is not told",
          "[server][findings][S129]") {
  Body one;
  Body many;
  one.person("m1", {"Rossi", "Mario", "1980-01-13"});
  for (int i = 0; i < 20; ++i)
    many.person("m" + std::to_string(i), {"Rossi", "Mario", "1980-01-13"});
  CHECK(one.index().tokens.size() == 64);
  CHECK(many.index().tokens.size() == 64);  // twenty namesakes are one token of each kind
  // A person without a tax code, or whose birthday cannot be turned, is not to be told apart.
  Body other;
  other.person("m1", {"Bianchi", "Ada", "1980-01-31", tax_code("Bianchi", "Ada", "1980-01-31")});
  CHECK(other.index().tokens.size() == 64);
  Body town;
  std::size_t people = 0;
  for (const char* surname : {"Rossi", "Bianchi", "Verdi", "Neri"}) {
    for (int day = 1; day <= 28; ++day) {
      const std::string born = "1980-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day);
      town.person("p" + std::to_string(++people), {surname, "Ada", born.c_str()});
    }
  }
  const std::size_t tokens = town.index().tokens.size();
  CHECK(tokens >= people * 2);
  CHECK(tokens % 16 == 0);
  CHECK(tokens <= people * 2 + people / 4 + 16);
}

TEST_CASE("blind index: a file says which of its lines are wrong, and nothing of it is taken",
          "[server][findings][S129]") {
  Body body;
  body.person("m1", {"Rossi", "Mario", "1980-01-13"});
  const std::string text = body.file();
  const reports::BlindKey key = blind_key(7);
  REQUIRE(server::parse_blind_index(text, key).ok());
  CHECK(server::write_blind_index(server::parse_blind_index(text, key).value(), key).value() ==
        text);
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto cut = server::parse_blind_index(std::string_view(text).substr(0, size), key);
    if (cut.ok()) FAIL("cut at " << size);
  }
  const auto refused = [&](const std::string& what, const std::string& with) {
    std::string changed = text;
    changed.replace(changed.find(what), what.size(), with);
    const auto parsed = server::parse_blind_index(changed, key);
    REQUIRE_FALSE(parsed.ok());
    return parsed.error();
  };
  CHECK(refused("insieme-blind-index 1", "insieme-blind-index 2").code == ErrorCode::wrong_version);
  CHECK(refused("insieme-blind-index 1", "other").code == ErrorCode::malformed);
  CHECK(refused("from: ", "from ").detail.find("line 3 ") == 0);
  CHECK(refused("ask: ", "ask: \x01").detail.find("line 4 ") == 0);
  CHECK(refused("tokens: 64", "tokens: 65").code == ErrorCode::malformed);
  CHECK(refused("tokens: 64", "tokens: 1000001").code == ErrorCode::limit_exceeded);
  CHECK(refused("tokens: 64", "tokens: -1").code == ErrorCode::malformed);
  CHECK(refused("Comune", "Comuna").code == ErrorCode::bad_signature);
  // Two lines that are wrong are told at once, by their numbers.
  std::string broken = text;
  const std::size_t first = broken.find('\n', broken.find("tokens: ")) + 1;
  broken[first] = 'x';
  broken[first + 33] = 'y';
  const auto told = server::parse_blind_index(broken, key);
  REQUIRE_FALSE(told.ok());
  CHECK(told.error().detail.find("line 10 is no token; line 11 is no token") == 0);
  CHECK(server::parse_blind_index(text, blind_key(8)).error().code == ErrorCode::wrong_key);
  CHECK(body.take(broken).code() == ErrorCode::malformed);
  CHECK(body.agreements.received().value().empty());
}

TEST_CASE("blind index: one's own index, an older one and another agreement's are refused",
          "[server][findings][S129]") {
  Body here;
  Body there;
  here.person("m1", {"Rossi", "Mario", "1980-01-13"});
  there.person("x1", {"Rossi", "Mario", "1980-01-13"});
  server::Repository& repository = *here.office.world.repository;
  const reports::BlindKey key = blind_key(7);
  CHECK(server::check_not_own(repository, here.index(), key, "").code() == ErrorCode::conflict);
  CHECK(server::check_not_own(repository, here.index(), key, "nessuna").code() ==
        ErrorCode::not_found);
  const std::string old = there.file("ASL 4");
  there.office.world.now_ms += 1'000;
  const std::string newer = there.file("ASL 4");
  REQUIRE(here.take(newer).ok());
  CHECK(here.take(old).code() == ErrorCode::conflict);
  REQUIRE(here.take(newer).ok());  // once more is nothing new
  CHECK(here.agreements.received().value().size() == 1);
  REQUIRE(here.agreements.put_key("comuni", blind_key(7), false).ok());
  CHECK(here.agreements.receive("comuni", newer, "").error().code == ErrorCode::invalid_argument);
  CHECK(here.agreements.receive("nessuno", newer, "").error().code == ErrorCode::not_found);
  CHECK(here.agreements.put_key("../x", key, false).code() == ErrorCode::invalid_argument);
}

TEST_CASE("blind index: organizations of one space find each other's people, and not their own",
          "[server][findings][S129][S025]") {
  Body body;
  body.person("m1", {"Rossi", "Mario", "1980-01-13"});
  body.person("m2", {"Rossi", "Mario", "1980-01-13"});
  body.office.sync_all();
  server::Repository& repository = *body.office.world.repository;
  REQUIRE(repository.put_organization({"coop-a", "Coop A", ""}).ok());
  REQUIRE(repository.put_organization({"coop-b", "Coop B", ""}).ok());
  REQUIRE(repository.place(dossier("dm1"), "coop-a", "").ok());
  REQUIRE(repository.place(dossier("dm2"), "coop-b", "").ok());
  const reports::BlindKey key = blind_key(7);
  const auto of_b = server::make_blind_index(
      repository, body.office.find(), key,
      {kAgreement, "Coop B", "Bianchi", "coop-b", body.office.world.now_ms});
  REQUIRE(of_b.ok());
  CHECK(server::check_not_own(repository, *of_b, key, "").code() == ErrorCode::conflict);
  CHECK(server::check_not_own(repository, *of_b, key, "coop-b").code() == ErrorCode::conflict);
  REQUIRE(server::check_not_own(repository, *of_b, key, "coop-a").ok());
  const std::string text = server::write_blind_index(*of_b, key).value();
  REQUIRE(body.agreements.receive(kAgreement, text, "coop-a").ok());
  const auto found = body.matches();
  REQUIRE(found.size() == 1);
  CHECK(found[0].people.size() == 1);
  CHECK(found[0].people[0].id == rec("m1"));
}

TEST_CASE("blind index: a match that was dismissed stays so until there is more to see",
          "[server][findings][S129][P5]") {
  Body here;
  Body there;
  here.person("m1", {"Rossi", "Mario", "1980-01-13"});
  there.person("x1", {"Rossi", "Mario", "1980-01-13"});
  REQUIRE(here.take(there.file("ASL 4")).ok());
  const server::SpaceMatch match = here.matches().at(0);
  REQUIRE(
      here.agreements.decide({match.key, true, "omonimi", match.evidence, "user-carla", 1}).ok());
  CHECK_FALSE(here.matches().at(0).is_open());
  // The other body's next index says the same: still dismissed.
  there.office.world.now_ms += 1'000;
  REQUIRE(here.take(there.file("ASL 4")).ok());
  CHECK_FALSE(here.matches().at(0).is_open());
  const std::string code = tax_code("Rossi", "Mario", "1980-01-13");
  for (Body* body : {&here, &there}) {
    const char* id = body == &here ? "m1" : "x1";
    body->office.anna.write(document_of(std::string("d") + id),
                            {record_op(id, "member", "codice_fiscale", text(code))});
  }
  there.office.world.now_ms += 1'000;
  REQUIRE(here.take(there.file("ASL 4")).ok());
  CHECK(here.matches().at(0).key == match.key);
  CHECK(here.matches().at(0).is_open());
  REQUIRE(here.agreements.decide({match.key, false, "rivisto", {}, "user-carla", 2}).ok());
  CHECK(here.matches().at(0).is_open());
  // A line that somebody changed is noticed.
  const std::string ledger = here.folder.file("agreements/matches.ledger");
  std::ifstream in(ledger);
  std::string lines(std::istreambuf_iterator<char>(in), {});
  lines.replace(lines.find("omonimi"), 7, "parenti");
  std::ofstream(ledger, std::ios::trunc) << lines;
  CHECK(here.agreements.decisions().error().code == ErrorCode::storage_failure);
}

TEST_CASE("blind index: another key forgets what was received, and only the owner reads the old",
          "[server][findings][S129]") {
  Body here;
  Body there;
  here.person("m1", {"Rossi", "Mario", "1980-01-13"});
  there.person("x1", {"Rossi", "Mario", "1980-01-13"});
  const std::string text = there.file("ASL 4");
  REQUIRE(here.take(text).ok());
  const std::filesystem::path path = here.agreements.key_path(kAgreement);
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::mask) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK(here.agreements.put_key(kAgreement, blind_key(9), false).code() ==
        ErrorCode::already_exists);
  CHECK(here.matches().size() == 1);
  REQUIRE(here.agreements.put_key(kAgreement, blind_key(9), true).ok());
  CHECK(here.matches().empty());
  CHECK(here.take(text).code() == ErrorCode::wrong_key);
  CHECK(here.agreements.forget(kAgreement, "").code() == ErrorCode::not_found);
  // A file of the folder that was damaged stops the search in words: nothing is missed in silence.
  REQUIRE(here.agreements.put_key(kAgreement, blind_key(7), true).ok());
  REQUIRE(here.take(text).ok());
  for (const auto& entry :
       std::filesystem::directory_iterator(here.folder.path() / "agreements" / kAgreement)) {
    std::ofstream(entry.path(), std::ios::app) << "x";
  }
  CHECK_FALSE(here.agreements.received().ok());
}
