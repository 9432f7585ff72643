#include "repository_contract.hpp"

#include "support/builders.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using server::Caller;
using server::Repository;
using server::Term;

constexpr std::int64_t kDayMs = 86'400'000;

/// What the account may write there now.
std::vector<std::string> writable(Repository& repository, const Caller& caller,
                                  std::string_view name) {
  LoadAction load;
  load.dossiers = {dossier(name)};
  return repository.begin_turn(caller)->load(load).dossiers.at(dossier(name)).sections;
}

const server::DossierInfo::Assignment* current(const server::DossierInfo& info,
                                               const std::string& account) {
  for (const auto& one : info.assignments) {
    if (one.account == account && !one.to_position) return &one;
  }
  return nullptr;
}

/// Bodies, people and an assignment, declared and read again.
std::vector<std::string> declare(Repository& repository, server::Day today) {
  CHECK(repository.put_organization({"a", "Ente \"A\"", "", {"x", "y"}, Term{today, {}}}).ok());
  CHECK(repository.put_organization({"b", "B", "a", {}, Term{{}, today + 1}}).ok());
  const auto organizations = repository.organizations();
  REQUIRE(organizations.size() == 2);
  CHECK(organizations[0].name == "Ente \"A\"");
  CHECK(organizations[0].territories == std::vector<std::string>{"x", "y"});
  CHECK(organizations[0].contract.from == today);
  CHECK_FALSE(organizations[0].contract.until.has_value());
  CHECK(organizations[1].parent == "a");

  server::PersonChange change;
  change.organization = "b";
  change.from = std::optional<server::Day>(today - 3);
  REQUIRE(repository.set_person("luca", change).ok());
  CHECK(repository.set_person("nobody", change).code() == ErrorCode::not_found);
  change.organization = "nowhere";
  CHECK(repository.set_person("luca", change).code() == ErrorCode::not_found);
  const auto users = repository.users();
  CHECK(users[1].organization == "b");
  CHECK(users[1].contract.from == today - 3);
  CHECK_FALSE(users[1].contract.until.has_value());

  const auto given = repository.assign("luca", dossier("d1"), {}, {Term{today, today}, true});
  REQUIRE(given.ok());
  const auto standing = repository.standing("luca", dossier("d1"));
  REQUIRE(standing.ok());
  CHECK(standing->mandate->team);
  CHECK(standing->mandate->term.until == today);
  CHECK(standing->organizations.size() == 2);
  CHECK(repository.standing("luca", dossier("d2")).error().code == ErrorCode::not_found);
  CHECK(repository.standing("nobody", dossier("d1")).error().code == ErrorCode::not_found);
  return *given;
}

void check_denials(Repository& repository, const Caller& anna, const Caller& luca) {
  const auto before = writable(repository, luca, "d1");
  REQUIRE(repository.deny(dossier("d1"), {"luca", {"core"}, {}, "perché sì", "carla"}).ok());
  CHECK(writable(repository, luca, "d1") == std::vector<std::string>{"education"});
  REQUIRE(repository.deny(dossier("d1"), {"*", {}, {"anna"}, "x", "carla"}).ok());
  CHECK(writable(repository, luca, "d1").empty());
  CHECK(writable(repository, anna, "d1") == server::default_sections());
  const auto denials = repository.denials();
  REQUIRE(denials.size() == 2);
  CHECK(denials[0].denial.account == "*");
  CHECK(denials[0].denial.except == std::vector<std::string>{"anna"});
  CHECK(denials[1].denial.reason == "perché sì");
  CHECK(repository.allow(dossier("d1"), "*", "carla").ok());
  CHECK(repository.allow(dossier("d1"), "luca", "carla").ok());
  CHECK(writable(repository, luca, "d1") == before);
}

void check_transfer(Repository& repository, const Caller& anna) {
  server::PersonChange change;
  change.organization = "b";
  REQUIRE(repository.set_person("anna", change).ok());
  REQUIRE(repository.put_organization({"c", "C", ""}).ok());
  CHECK(repository.transfer(dossier("d1"), "", "", "").code() == ErrorCode::invalid_argument);
  CHECK(repository.transfer(dossier("d1"), "d", "", "").code() == ErrorCode::not_found);
  const std::uint64_t position = repository.space().position;
  REQUIRE(repository.transfer(dossier("d1"), "c", "z", "trasloco").ok());
  const server::DossierInfo info = repository.dossiers().front();
  CHECK(info.organization == "c");
  CHECK(info.territory == "z");
  REQUIRE(current(info, "anna") != nullptr);
  CHECK(current(info, "anna")->kept_to == position);
  REQUIRE(current(info, "luca") != nullptr);
  CHECK_FALSE(current(info, "luca")->kept_to.has_value());  // of the team
  CHECK(writable(repository, anna, "d1").empty());
  CHECK(repository.digests(anna, {}, 10).documents.empty());
}

}  // namespace

void check_permission(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  const Caller anna = enrolled(subject, "anna", "educator");
  const Caller luca = enrolled(subject, "luca", "em_member");
  open_dossier(repository, anna, "d1");
  const auto given = declare(repository, server::day_in_italy(*subject.now_ms));
  CHECK(given == std::vector<std::string>{"core", "education"});
  CHECK(writable(repository, luca, "d1") == given);

  SECTION("a day that ends it") {
    repository.settle();
    const std::uint64_t before = repository.space().position;
    *subject.now_ms += kDayMs;
    repository.settle();
    CHECK(repository.space().position == before + 1);
    CHECK(writable(repository, luca, "d1").empty());
    CHECK_FALSE(writable(repository, anna, "d1").empty());
    repository.settle();
    CHECK(repository.space().position == before + 1);
  }
  SECTION("denied, and not") { check_denials(repository, anna, luca); }
  SECTION("transferred") { check_transfer(repository, anna); }
}

namespace {

/// What a tablet says was opened on it is a line once, in the same chain.
void check_openings(ContractSubject& subject, const Caller& anna) {
  Repository& repository = *subject.repository;
  constexpr std::int64_t kDay = 86'400'000;
  const std::int64_t monday = *subject.now_ms - 20 * kDay;
  const auto opened = [](const char* name, const char* section, std::int64_t at,
                         const char* purpose) {
    return server::AccessNote{dossier(name), server::AccessKind::opened, {section}, 0, at, purpose};
  };
  const std::vector<server::AccessNote> told{opened("d1", "health", monday, ""),
                                             opened("d1", "health", monday + 1'000, "visita"),
                                             opened("d1", "judicial", monday, ""),
                                             opened("gone", "health", monday, "")};
  CHECK(repository.note_openings(anna, told) == 4);
  CHECK(repository.note_openings(anna, told) == 0);
  // Later on the same civil day it is the same line, on another day it is another one.
  CHECK(repository.note_openings(anna, {opened("d1", "health", monday + 60'000, "")}) == 0);
  CHECK(repository.note_openings(anna, {opened("d1", "health", monday + kDay, "")}) == 1);
  std::vector<server::AccessRow> rows;
  Digest hash;
  repository.visit_access([&](const server::AccessRow& row) {
    hash = server::next_access_hash(hash, row);
    CHECK(row.hash == hash);
    if (row.note.kind == server::AccessKind::opened) rows.push_back(row);
    return true;
  });
  REQUIRE(rows.size() == 5);
  CHECK(rows[1].note.opened_ms == monday + 1'000);
  CHECK(rows[1].note.opened_for == "visita");
  CHECK(rows[1].at_ms == *subject.now_ms);
  CHECK(rows[1].account == "anna");
  CHECK(rows[0].purpose == "opened");
  CHECK(rows[3].purpose.empty());
  CHECK(repository.access_end() == std::pair(std::uint64_t{8}, hash));
  // No word of a line may be another one.
  server::AccessRow other = rows[1];
  other.note.opened_for = "altro";
  CHECK_FALSE(server::next_access_hash(rows[0].hash, other) == rows[1].hash);
  other = rows[1];
  other.note.opened_ms += 1;
  CHECK_FALSE(server::next_access_hash(rows[0].hash, other) == rows[1].hash);
}

}  // namespace

void check_access_log(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  const Caller anna = enrolled(subject, "anna", "educator");
  open_dossier(repository, anna, "d1");
  CHECK(repository.access_end().first == 0);
  const std::uint64_t position = repository.space().position;
  repository.note_access(anna, {});
  CHECK(repository.access_end().first == 0);
  repository.note_access(
      anna, {{dossier("d1"), server::AccessKind::read, {"core", "health"}, 7},
             {dossier("d2"), server::AccessKind::refused, {}, 0}});
  repository.note_access(anna, {{dossier("d1"), server::AccessKind::write, {"core"}, 1}});
  CHECK(repository.space().position == position);
  std::vector<server::AccessRow> rows;
  const auto take = [&](const server::AccessRow& row) {
    rows.push_back(row);
    return rows.size() < 3;
  };
  repository.visit_access(take);
  REQUIRE(rows.size() == 3);
  Digest hash;
  std::uint64_t number = 0;
  for (const server::AccessRow& row : rows) {
    CHECK(row.number == ++number);
    hash = server::next_access_hash(hash, row);
    CHECK(row.hash == hash);
    CHECK(row.at_ms == *subject.now_ms);
    CHECK(row.account == "anna");
    CHECK(row.device == device("anna"));
  }
  CHECK(rows[0].purpose == "opened");
  CHECK(rows[0].note.sections == std::vector<std::string>{"core", "health"});
  CHECK(rows[0].note.changes == 7);
  CHECK(rows[1].note.kind == server::AccessKind::refused);
  CHECK(rows[1].note.dossier == dossier("d2"));
  CHECK(rows[1].purpose.empty());
  CHECK(repository.access_end() == std::pair(std::uint64_t{3}, hash));
  check_openings(subject, anna);
}

}  // namespace insieme::testing
