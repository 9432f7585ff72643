// What every repository promises of machines: on SQLite and, in postgres_test, on PostgreSQL.
#include "fixture.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using server::Machine;
using server::MachineGrant;
using server::MachineStore;
using server::Repository;

constexpr const char* kKeys = R"({"keys":[]})";

Machine machine(const std::string& client) {
  Machine one;
  one.client = client;
  one.title = "Cruscotto, dell’Ambito";
  one.keys = kKeys;
  one.scopes = "metrics reports";
  return one;
}

Digest named(const std::string& text) { return Hasher("t").add(std::string_view(text)).finish(); }

MachineGrant grant(const std::string& client, std::uint64_t generation, const std::string& jti,
                   std::int64_t now_ms) {
  return {client, generation, named(jti), now_ms + 600'000, named("token " + jti),
          now_ms + 900'000, "metrics"};
}

void check_machine_rows(Repository& repository) {
  CHECK(repository.machines().empty());
  CHECK_FALSE(repository.machine("regione").has_value());
  REQUIRE(repository.add_machine(machine("regione")).ok());
  CHECK(repository.add_machine(machine("regione")).code() == ErrorCode::already_exists);
  for (const std::string& name : {std::string(), std::string("Regione"), std::string("a b"),
                                  std::string("a/b"), std::string(65, 'a')}) {
    CAPTURE(name);
    CHECK(repository.add_machine(machine(name)).code() == ErrorCode::invalid_argument);
  }
  Machine odd = machine("x");
  odd.keys.clear();
  CHECK(repository.add_machine(odd).code() == ErrorCode::invalid_argument);
  odd.keys = std::string(MachineStore::kKeysBytesMax + 1, ' ');
  CHECK(repository.add_machine(odd).code() == ErrorCode::invalid_argument);
  odd = machine("x");
  odd.title = "\xff";
  CHECK(repository.add_machine(odd).code() == ErrorCode::invalid_argument);
  const auto found = repository.machine("regione");
  REQUIRE(found.has_value());
  CHECK(found->title == "Cruscotto, dell’Ambito");
  CHECK(found->keys == kKeys);
  CHECK(found->scopes == "metrics reports");
  CHECK_FALSE(found->used_ms.has_value());
  CHECK(repository.change_machine("nessuno", {}).code() == ErrorCode::not_found);
  CHECK(repository.revoke_machine("nessuno", "r").code() == ErrorCode::not_found);
}

void check_machine_tokens(World& world) {
  Repository& repository = *world.repository;
  std::int64_t& now = world.now_ms;
  const std::uint64_t first = repository.machine("regione")->generation;
  REQUIRE(repository.grant_machine(grant("regione", first, "1", now)).ok());
  CHECK(repository.machine("regione")->used_ms == now);
  const auto token = repository.machine_token(named("token 1"));
  REQUIRE(token.has_value());
  CHECK(token->client == "regione");
  CHECK(token->scopes == "metrics");
  CHECK(token->until_ms == now + 900'000);
  CHECK_FALSE(repository.machine_token(named("1")).has_value());  // an assertion is no token
  CHECK(repository.grant_machine(grant("regione", first, "1", now)).code() ==
        ErrorCode::duplicate);
  now += 599'000;
  CHECK(repository.grant_machine(grant("regione", first, "1", now)).code() ==
        ErrorCode::duplicate);
  CHECK(repository.grant_machine(grant("altro", first, "2", now)).code() == ErrorCode::conflict);

  // Another key: what was judged by the old one counts no more, and neither do its tokens.
  REQUIRE(repository.change_machine("regione", {R"({"keys":[{}]})", {}}).ok());
  CHECK_FALSE(repository.machine_token(named("token 1")).has_value());
  CHECK(repository.grant_machine(grant("regione", first, "3", now)).code() == ErrorCode::conflict);
  const std::uint64_t second = repository.machine("regione")->generation;
  CHECK(second != first);
  CHECK(repository.machine("regione")->scopes == "metrics reports");
  CHECK(repository.grant_machine(grant("regione", second, "1", now)).code() ==
        ErrorCode::duplicate);

  // The oldest tokens give way; what is over is gone.
  for (std::int64_t i = 0; i < MachineStore::kTokensMax + 3; ++i) {
    ++now;
    REQUIRE(repository.grant_machine(grant("regione", second, "n" + std::to_string(i), now)).ok());
  }
  for (std::int64_t i = 0; i < MachineStore::kTokensMax + 3; ++i) {
    CAPTURE(i);
    CHECK(repository.machine_token(named("token n" + std::to_string(i))).has_value() == (i >= 3));
  }
  now += 3'600'000;
  REQUIRE(repository.grant_machine(grant("regione", second, "late", now)).ok());
  CHECK_FALSE(repository.machine_token(named("token n18")).has_value());

  // A clock that ran ahead for a while leaves nothing behind that would last for years.
  const std::int64_t right = now;
  now += 10LL * 365 * 86'400'000;
  REQUIRE(repository.grant_machine(grant("regione", second, "2036", now)).ok());
  now = right + 1'000;
  REQUIRE(repository.grant_machine(grant("regione", second, "back", now)).ok());
  CHECK_FALSE(repository.machine_token(named("token 2036")).has_value());

  REQUIRE(repository.revoke_machine("regione", "contratto finito").ok());
  CHECK_FALSE(repository.machine_token(named("token back")).has_value());
  CHECK(repository.grant_machine(grant("regione", second + 1, "z", now)).code() ==
        ErrorCode::not_allowed);
  CHECK(repository.change_machine("regione", {kKeys, {}}).code() == ErrorCode::not_allowed);
  CHECK(repository.revoke_machine("regione", "ancora").ok());
  CHECK(repository.machine("regione")->revoke_reason == "contratto finito");
}

}  // namespace

TEST_CASE("repository: machines, what they used up, and their tokens",
          "[server][repository][machines]") {
  World world;
  check_machine_rows(*world.repository);
  check_machine_tokens(world);
  world.repository->note_machine("regione", "machine.report", "R4");
  std::vector<std::string> acts;
  for (const server::AuditRow& row : world.repository->audit(10)) {
    acts.push_back(row.actor + ": " + row.action + " " + row.subject);
  }
  CHECK(acts == std::vector<std::string>{"machine regione: machine.report R4",
                                         "operator: machine.revoke regione",
                                         "operator: machine.keys regione",
                                         "operator: machine.add regione metrics reports"});
}
