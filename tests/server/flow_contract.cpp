// The part of the contract that is about flows for INPS, and about epochs.
#include "fixture.hpp"
#include "repository_contract.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using server::Flow;
using server::FlowOutcome;

Flow flow(const std::string& name, const std::string& content) {
  Flow made;
  made.name = name;
  made.kind = "PS_PSA_SINA";
  made.body_code = "H501";
  made.body_name = "Comune di Prova";
  made.xml.assign(content.begin(), content.end());
  return made;
}

std::string content_of(const Flow& one) { return {one.xml.begin(), one.xml.end()}; }

}  // namespace

void check_epochs(const MakeRepository& make) {
  ContractSubject subject = make();
  server::Repository& repository = *subject.repository;
  CHECK(repository.space().epoch == 1);
  CHECK(repository.raise_epoch("restored", 0) == 2);
  CHECK(repository.raise_epoch("restored over a newer one", 7) == 7);
  CHECK(repository.raise_epoch("again", 3) == 8);
  CHECK(repository.space().epoch == 8);
  CHECK(repository.audit(1).at(0).subject == "again");
  CHECK(repository.schema_version() > 0);
}

void check_flows(const MakeRepository& make) {
  ContractSubject subject = make();
  server::Repository& repository = *subject.repository;
  const auto add = [&](const std::string& name, const std::string& content) {
    const auto added = repository.add_flow(flow(name, content));
    REQUIRE(added.ok());
    return added->ts_ms;
  };
  CHECK(repository.flows_after(0, 10, 1'000).empty());
  const std::int64_t first = add("a", std::string("one \0 byte", 10));
  CHECK(first == *subject.now_ms);
  const std::int64_t second = add("b", "two");  // in the same millisecond
  CHECK(second == first + 1);
  *subject.now_ms -= 86'400'000;  // a clock that was set back
  const std::int64_t third = add("c", "three");
  CHECK(third == second + 1);
  *subject.now_ms += 2 * 86'400'000;
  CHECK(add("d", "four") == *subject.now_ms);
  CHECK(add("b", "two") == second);
  CHECK(repository.add_flow(flow("b", "other")).error().code == ErrorCode::conflict);

  const auto names = [&](std::int64_t since, std::size_t count, std::size_t bytes) {
    std::string all;
    for (const Flow& one : repository.flows_after(since, count, bytes)) all += one.name;
    return all;
  };
  CHECK(names(0, 10, 1'000) == "abcd");
  CHECK(names(first, 10, 1'000) == "bcd");
  CHECK(names(second, 1, 1'000) == "c");
  CHECK(names(0, 0, 1'000).empty());
  CHECK(names(INT64_MAX, 10, 1'000).empty());
  CHECK(names(0, 10, 13) == "ab");
  CHECK(names(0, 10, 0) == "a");  // one that is larger than a page still comes
  CHECK(content_of(repository.flows_after(0, 1, 1)[0]) == std::string("one \0 byte", 10));

  CHECK(repository.withdraw_flow("x", "r").code() == ErrorCode::not_found);
  REQUIRE(repository.withdraw_flow("b", "wrong person").ok());
  REQUIRE(repository.withdraw_flow("b", "again").ok());
  CHECK(names(0, 10, 1'000) == "acd");
  CHECK(repository.add_flow(flow("b", "two")).error().code == ErrorCode::conflict);
  const auto listed = repository.flows();
  REQUIRE(listed.size() == 4);
  CHECK(listed[2].name == "b");
  CHECK(listed[2].withdrawn_reason == "wrong person");
  CHECK(listed[2].withdrawn_ms == *subject.now_ms);

  FlowOutcome outcome{"b", "PS_PSA_SINA", second, 5, "OK", "", "22738", 0, true};
  FlowOutcome stranger{"never", "SINBA", 1, 2, "ERRORE_GENERICO", "non trovato", "", 0, true};
  repository.note_outcomes(std::vector{outcome, stranger, outcome});
  repository.note_outcomes(std::vector{outcome});
  const auto told = repository.flow_outcomes();
  REQUIRE(told.size() == 2);
  CHECK(told[0].name == "b");
  CHECK(told[0].known);
  CHECK(told[0].siuss_id == "22738");
  CHECK(told[0].flow_ts_ms == second);
  CHECK(told[1].description == "non trovato");
  CHECK_FALSE(told[1].known);
}

}  // namespace insieme::testing
