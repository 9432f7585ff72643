// The part of the contract that is about dossiers opened with a reason, for a while.
#include <algorithm>

#include "insieme/server/glass.hpp"
#include "repository_contract.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using server::Caller;
using server::Glass;
using server::GlassRequest;
using server::Repository;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr const char* kReason = "Minore al pronto soccorso, perché la collega è assente";

std::vector<std::string> writable(Repository& repository, const Caller& caller,
                                  std::string_view name) {
  LoadAction load;
  load.dossiers = {dossier(name)};
  return repository.begin_turn(caller)->load(load).dossiers.at(dossier(name)).sections;
}

GlassRequest request(std::string_view name, std::uint32_t hours = 2) {
  return {to_text(dossier(name)), kReason, hours};
}

std::string purpose_of_last_read(Repository& repository, const std::string& account) {
  std::string purpose = "none";
  repository.visit_access([&](const server::AccessRow& row) {
    if (row.account == account && row.note.kind == server::AccessKind::read) purpose = row.purpose;
    return true;
  });
  return purpose;
}

struct Office {
  ContractSubject subject;
  Repository& repository;
  Caller anna;
  Caller luca;
  Caller carla;

  explicit Office(ContractSubject made)
      : subject(std::move(made)),
        repository(*subject.repository),
        anna(enrolled(subject, "anna", "educator")),
        luca(enrolled(subject, "luca", "educator")),
        carla(enrolled(subject, "carla", "coordinator")) {
    open_dossier(repository, anna, "d1");
    open_dossier(repository, anna, "d2");
  }
  Glass open(const Caller& who, std::string_view name, std::uint32_t hours = 2) {
    const auto opened = repository.break_glass(who, request(name, hours));
    CAPTURE(opened.ok() ? "" : opened.error().detail);
    REQUIRE(opened.ok());
    return *opened;
  }
  ErrorCode refusal(const Caller& who, const GlassRequest& asked) {
    const auto opened = repository.break_glass(who, asked);
    REQUIRE_FALSE(opened.ok());
    return opened.error().code;
  }
};

void check_opening(Office& o) {
  CHECK(writable(o.repository, o.luca, "d1").empty());
  const Glass opened = o.open(o.luca, "d1");
  CHECK(writable(o.repository, o.luca, "d1") == server::default_sections());
  CHECK(writable(o.repository, o.luca, "d2").empty());
  CHECK(opened.until_ms == opened.opened_ms + 2 * kHourMs);
  CHECK(purpose_of_last_read(o.repository, "luca") == "glass");
  CHECK(o.open(o.luca, "d1", 1).id == opened.id);  // asked again, the same
  const auto standing = o.repository.standing("luca", dossier("d1"));
  REQUIRE(standing.ok());
  CHECK(server::decide(*standing, "core").rule == server::Rule::glass);
  CHECK(server::decide(*standing, "custody").may == server::May::nothing);
  CHECK(o.refusal(o.anna, request("d1")) == ErrorCode::conflict);  // hers already

  // Whoever coordinates is told, the others are not; and one's own is nobody's to look into.
  REQUIRE(o.repository.glasses_for(o.carla).size() == 1);
  CHECK(o.repository.glasses_for(o.carla).front().reason == kReason);
  CHECK(o.repository.glasses_for(o.luca).size() == 1);
  CHECK(o.repository.glasses_for(o.anna).empty());
  CHECK(o.repository.see_glass(opened.id, "luca", "").code() == ErrorCode::not_allowed);
  CHECK(o.repository.see_glass(opened.id, "anna", "").code() == ErrorCode::not_found);
  CHECK(o.repository.see_glass(opened.id, "carla", "sentita").ok());
  CHECK(o.repository.see_glass(opened.id, "", "di nuovo").ok());  // the first one counts
  CHECK(o.repository.glasses().front().seen_by == "carla");
  CHECK(o.repository.glasses().front().note == "sentita");
}

void check_time(Office& o) {
  *o.subject.now_ms += 2 * kHourMs - 1;
  o.repository.settle();
  CHECK_FALSE(writable(o.repository, o.luca, "d1").empty());
  *o.subject.now_ms += 1;
  o.repository.settle();
  CHECK(writable(o.repository, o.luca, "d1").empty());
  const Glass over = o.repository.glasses().front();
  CHECK(over.ended_by == "time");
  CHECK(over.ended_ms == over.until_ms);
  // A clock that is set back opens nothing again.
  *o.subject.now_ms -= kHourMs;
  o.repository.settle();
  CHECK(writable(o.repository, o.luca, "d1").empty());
  *o.subject.now_ms += kHourMs;
}

void check_ends(Office& o) {
  const Glass again = o.open(o.luca, "d1");
  CHECK(o.repository.end_glass(again.id, "anna").code() == ErrorCode::not_found);
  CHECK(o.repository.end_glass(again.id, "luca").ok());
  CHECK(writable(o.repository, o.luca, "d1").empty());
  CHECK(o.repository.end_glass(again.id, "").ok());  // it stays as it was
  CHECK(o.repository.glasses().front().ended_by == "luca");
  // What is assigned meanwhile stays; what was opened beside it goes.
  const Glass third = o.open(o.luca, "d1");
  REQUIRE(o.repository.assign("luca", dossier("d1"), {"core"}).ok());
  CHECK(writable(o.repository, o.luca, "d1").size() == server::default_sections().size());
  CHECK(o.repository.end_glass(third.id, "carla").ok());
  CHECK(writable(o.repository, o.luca, "d1") == std::vector<std::string>{"core"});
  REQUIRE(o.repository.unassign("luca", dossier("d1"), "").ok());
}

/// Whatever stands against it, and what is not there, are one answer.
void check_refusals(Office& o) {
  const Caller nino = enrolled(o.subject, "nino", "educator");
  const Caller auditor = enrolled(o.subject, "aldo", "auditor");
  REQUIRE(o.repository.deny(dossier("d1"), {"nino", {}, {}, "cognata", "carla"}).ok());
  REQUIRE(o.repository.deny(dossier("d2"), {"*", {}, {"anna"}, "casa rifugio", "carla"}).ok());
  const auto words = [&](const GlassRequest& asked) {
    const auto opened = o.repository.break_glass(nino, asked);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == ErrorCode::not_found);
    return opened.error().detail;
  };
  CHECK(words(request("d1")) == words(request("d9")));
  CHECK(words(request("d2")) == words({"12345678", kReason, 2}));
  CHECK(writable(o.repository, nino, "d1").empty());
  CHECK(writable(o.repository, nino, "d2").empty());
  // Who decides on neither is not told of them; the operator sees who tried.
  CHECK(o.repository.glasses_for(o.carla).size() <= 3);
  CHECK(o.repository.glasses().front().refused);
  CHECK(o.repository.glasses().front().account == "nino");

  CHECK(o.refusal(auditor, request("d1")) == ErrorCode::not_allowed);
  CHECK(o.refusal(nino, {to_text(dossier("d1")), "no", 2}) == ErrorCode::invalid_argument);
  CHECK(o.refusal(nino, {to_text(dossier("d1")), kReason, 13}) == ErrorCode::invalid_argument);
  CHECK(o.refusal(nino, {to_text(dossier("d1")), kReason, 0}) == ErrorCode::invalid_argument);
  // Guessing has an end.
  static_cast<void>(words({"00000001", kReason, 2}));
  CHECK(o.refusal(nino, {"00000002", kReason, 2}) == ErrorCode::quota);
  CHECK(o.refusal(nino, request("d9")) == ErrorCode::quota);
  *o.subject.now_ms += 24 * kHourMs;
  static_cast<void>(words(request("d9")));
  // A denial that comes later ends what is open.
  const Caller olga = enrolled(o.subject, "olga", "social_worker");
  o.open(olga, "d1", 24);
  REQUIRE(o.repository.deny(dossier("d1"), {"olga", {}, {}, "parente", "carla"}).ok());
  CHECK(writable(o.repository, olga, "d1").empty());
}

}  // namespace

void check_glass(const MakeRepository& make) {
  {
    Office o(make());
    check_opening(o);
    check_time(o);
    check_ends(o);
  }
  Office o(make());
  check_refusals(o);
}

}  // namespace insieme::testing
