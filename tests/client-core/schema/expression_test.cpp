// The language of rules: what it computes, what it refuses, and that nothing breaks it.

#include <random>

#include "rules_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;
using Catch::Matchers::Contains;
using test::World;

namespace {

struct Answer {
  const char* source;
  const char* value;
};

}  // namespace

TEST_CASE("expressions: arithmetic, comparison and logic", "[schema][rules]") {
  World world;
  const std::string id = world.add("pact", {{"version", "2"}, {"state", "bozza"}});
  const Answer answers[] = {
      {"1 + 2 * 3", "7"},
      {"(1 + 2) * 3", "9"},
      {"-version - -3", "1"},
      {"1.5 * 2", "3"},
      {"2 < 2.5", "true"},
      {"version >= 2 and not (version > 2)", "true"},
      {"state = 'bozza' or state = 'attivo'", "true"},
      {"state in ['in_firma', 'attivo']", "false"},
      {"state not in ['in_firma', 'attivo']", "true"},
      {"money '1.000,50' + money '0,50'", "100100"},
      {"money '10.00' * 3 = money '30.00'", "true"},
      {"date '2024-02-28' + 2", "2024-03-01"},
      {"date '2024-03-01' - 1", "2024-02-29"},
      {"days_between(date '2021-06-01', date '2023-03-31') + 1", "669"},
      {"year(date '2024-03-04')", "2024"},
      {"month_text(date '2024-03-04')", "2024-03"},
      {"add_working_days(date '2024-03-04', 20)", "2024-04-02"},
      {"end_of_day(date '2024-03-04')", "2024-03-04T22:59:59.999Z"},
      {"date_of(instant '2024-03-04T23:00:00Z')", "2024-03-05"},
      {"minutes_between(instant '2024-03-04T08:00:00Z', instant '2024-03-04T09:30:59Z')", "90"},
      {"if(version = 2, 'due', 'altro')", "due"},
      {"coalesce(signed_on, date '2024-01-01')", "2024-01-01"},
      {"ceil_div(5000, 5000) + ceil_div(5001, 5000)", "3"},
      {"starts_with('VEN_09', 'VEN')", "true"},
      {"this.version = version", "true"},
      {"tax_place('RSSMRAURTMLARSNL')", "A562"},
  };
  for (const Answer& answer : answers) {
    INFO(answer.source);
    CHECK(world.value(id, answer.source) == answer.value);
  }
}

TEST_CASE("expressions: what is not known is neither true nor false", "[schema][rules]") {
  World world;
  const std::string id = world.add("pact", {{"version", "1"}});
  const Answer answers[] = {
      {"signed_on > date '2024-01-01'", "?"},
      {"not (signed_on > date '2024-01-01')", "?"},
      {"signed_on > date '2024-01-01' and false", "false"},
      {"signed_on > date '2024-01-01' and true", "?"},
      {"signed_on > date '2024-01-01' or true", "true"},
      {"is_set(signed_on)", "false"},
      {"is_empty(signed_on)", "true"},
      {"signed_on + 1", "?"},
      {"analysis.done_on", "?"},
      {"analysis.case_id.household.commune = '035004'", "?"},
      {"active_on(null, null, date '2024-01-01')", "true"},
      {"active_on(date '2024-01-02', null, date '2024-01-01')", "false"},
      {"overlaps(date '2024-01-01', date '2024-01-31', date '2024-01-31', null)", "true"},
      {"overlaps(date '2024-01-01', date '2024-01-31', date '2024-02-01', null)", "false"},
  };
  for (const Answer& answer : answers) {
    INFO(answer.source);
    CHECK(world.value(id, answer.source) == answer.value);
  }
}

TEST_CASE("expressions: counts and sums over related records", "[schema][rules]") {
  World world;
  const std::string line = world.add("action_line", {{"code", "B"}, {"budget", "100,00"}});
  const auto expense = [&](const char* amount, const char* state) {
    return world.add(
        "expense",
        {{"action_line", line}, {"amount", amount}, {"state", state}, {"supplier", amount}});
  };
  expense("10,00", "registrata");
  expense("20,50", "registrata");
  const std::string last = expense("20,50", "annullata");
  const Answer answers[] = {
      {"count(e in expense by action_line)", "3"},
      {"count(e in expense by action_line where e.state != 'annullata')", "2"},
      {"sum(e in expense by action_line: e.amount)", "5100"},
      {"greatest(e in all expense: e.amount)", "2050"},
      {"least(e in all expense: e.amount)", "1000"},
      {"distinct(e in all expense: e.amount)", "2"},
      {"size(each(e in all expense: e.supplier))", "2"},
      {"size(each(e in expense by action_line where e.state = 'annullata': e.supplier))", "1"},
      {"'10,00' in each(e in all expense: e.supplier)", "true"},
      {"this.id in each(e in all expense: e.action_line)", "true"},
      {"size(each(e in all expense: e.evidence))", "0"},
      {"count(x in all expense beside this)", "3"},
      {"any(e in all expense: e.state = 'annullata')", "true"},
      {"all(e in all expense: e.state = 'annullata')", "false"},
      {"all(e in all expense: e.expense_date > date '2020-01-01')", "?"},
      {"sum(v in all visit: v.minutes)", "0"},
      {"least(v in all visit: v.minutes)", "?"},
      {"any(v in all visit: v.minutes > 1)", "false"},
      {"budget - sum(e in expense by action_line where e.state != 'annullata': e.amount)", "6950"},
      {"count(e in all expense where count(x in all expense where x.amount = e.amount) = 2)", "2"},
  };
  for (const Answer& answer : answers) {
    INFO(answer.source);
    CHECK(world.value(line, answer.source) == answer.value);
  }
  CHECK(world.value(last, "count(e in expense by action_line where e.id != this.id)") == "2");
  CHECK(world.value(last, "action_line.budget") == "10000");
  world.remove(line);
  CHECK(world.value(last, "action_line.budget") == "?");
}

TEST_CASE("expressions: sets of references and of codes", "[schema][rules]") {
  World world;
  const std::string anna = world.add("member", {{"surname", "Neri"}, {"birth_date", "2015-05-05"}});
  const std::string bruno =
      world.add("member", {{"surname", "Neri"}, {"birth_date", "1980-01-01"}});
  const std::string visit =
      world.add("visit", {{"present", anna + ";" + bruno}, {"activities", "compiti;gioco"}});
  CHECK(world.value(visit, "size(present)") == "2");
  CHECK(world.value(visit, "'gioco' in activities") == "true");
  CHECK(world.value(visit, "'altro' in activities") == "false");
  CHECK(world.value(visit, "count(m in present where m.birth_date > date '2010-01-01')") == "1");
  CHECK(world.value(visit, "all(m in all member: m.id in this.present)") == "true");
}

TEST_CASE("expressions: an author's mistake is found when the bundle is loaded",
          "[schema][rules]") {
  World world;
  const std::string id = world.add("pact", {{"version", "1"}});
  const Answer faults[] = {
      {"", "expected a value, found the end"},
      {"1 +", "expected a value, found the end"},
      {"1 2", "something is left over: \"2\""},
      {"(1", "expected \")\", found the end"},
      {"'open", "at character 1: the quote is not closed"},
      {"1 ; 2", "a character that expressions do not use"},
      {"verson = 1", "\"pact\" has no field called \"verson\"; did you mean \"version\"?"},
      {"version = 'uno'", "compares a whole number with text"},
      {"state = 'ativo'", "has no code \"ativo\"; did you mean \"attivo\"?"},
      {"state in ['attivo', 'boh']", "has no code \"boh\""},
      {"state < 'attivo'", "codes have no order"},
      {"state = null", "use is_set or is_empty"},
      {"version + date '2024-01-01'", "does not work on a whole number and a date"},
      {"date '2024-02-30'", "this is no date"},
      {"data '2024-02-03'", "only date, instant and money stand before a text"},
      {"money '1.234'", "this is no money"},
      {"versoin(1)", "no function is called \"versoin\""},
      {"yeer(signed_on)", "did you mean \"year\"?"},
      {"year(version)", "argument 1 of year cannot be a whole number"},
      {"year(signed_on, 2)", "year takes 1 arguments, not 2"},
      {"version.year", "only a record has fields, not a whole number"},
      {"analysis = case_id", "compares a preliminary_analysis with a case"},
      {"count(v in all visita)", "no record type is called \"visita\"; did you mean \"visit\"?"},
      {"count(v in visit by place)", "does not refer to a pact, nor has pact such a field"},
      {"count(v in version)", "expected a set of references"},
      {"sum(v in all visit)", "needs a colon and what to look at"},
      {"sum(v in all visit: v.place)", "cannot add a code"},
      {"any(v in all visit: v.minutes)", "must be true or false"},
      {"each(v in all visit: v.minutes)", "no set is made of a whole number"},
      {"each(v in all visit)", "needs a colon and what to look at"},
      {"count(v in all visit beside version)", "only a record lies in a dossier"},
      {"count(this in all visit)", "the name \"this\" is taken"},
      {"not version", "must be true or false, not a whole number"},
      {"attr(version, 'cap')", "attr wants a code"},
      {"attr(state, 'cap')", "no value of the list \"pact_states\" has this attribute"},
      {"99999999999999999999", "the number is too large"},
  };
  for (const Answer& fault : faults) {
    INFO(fault.source);
    CHECK_THAT(world.value(id, fault.source), Contains(fault.value));
    CHECK_THAT(world.value(id, fault.source), Contains("at character "));
  }
}

TEST_CASE("expressions: depth, length and work have limits", "[schema][rules]") {
  World world;
  const std::string id = world.add("pact", {{"version", "1"}});
  CHECK_THAT(world.value(id, std::string(200, '(') + "1" + std::string(200, ')')),
             Contains("is nested too deeply"));
  CHECK_THAT(world.value(id, std::string(200, '-') + "1"), Contains("is nested too deeply"));
  CHECK_THAT(world.value(id, std::string(4001, ' ') + "1"), Contains("is longer than 4000 bytes"));
  std::string sum = "1";
  for (int i = 0; i < 600; ++i) sum += "+1";
  CHECK_THAT(world.value(id, sum), Contains("is too long"));
  for (int i = 0; i < 700; ++i) world.add("visit", {{"minutes", "1"}});
  CHECK(world.value(id, "sum(v in all visit: v.minutes)") == "700");
  CHECK(world.value(id, "count(v in all visit where count(w in all visit) = 700)") ==
        "too many records for one expression");
}

TEST_CASE("expressions: numbers that do not fit are unknown", "[schema][rules]") {
  World world;
  const std::string id = world.add("pact", {{"version", "1"}});
  const std::string big = "999999999999999999";
  CHECK(world.value(id, big + " * " + big) == "?");
  CHECK(world.value(id, big + " * 10 > 1") == "?");
  CHECK(world.value(id, "date '9999-12-31' + 1") == "?");
  CHECK(world.value(id, "add_months(date '2024-01-01', " + big + ")") == "?");
}

TEST_CASE("expressions: no text makes the reader crash or hang", "[schema][rules]") {
  World world;
  const std::string id = world.add("pact", {{"version", "1"}});
  const std::vector<std::string> words{
      "version", "state", "signed_on", "analysis", ".",      "(",    ")",    "[",      "]",
      ",",       ":",     "=",         "<",        "+",      "-",    "*",    "and",    "or",
      "not",     "in",    "all",       "by",       "count",  "sum",  "any",  "visit",  "where",
      "'x'",     "1",     "null",      "date",     "if",     "year", "this", "before", "true",
      "'",       "é",     "2024.5",    "pact",     "case_id"};
  std::mt19937 random(20240304);
  std::size_t sound = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string source;
    const std::size_t length = random() % 12 + 1;
    for (std::size_t j = 0; j < length; ++j) source += words[random() % words.size()] + " ";
    sound += world.value(id, source).rfind("at character ", 0) == 0 ? 0U : 1U;
  }
  CHECK(sound > 50);
}
