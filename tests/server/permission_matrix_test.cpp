// Every role, in every place, under every kind of assignment, day and denial: what the server gives
// and takes, against a plain reading of what is declared. The oracle below has its own table of
// roles and knows nothing of the server's rules.
#include <algorithm>
#include <map>
#include <set>

#include "fixture.hpp"
#include "role_meanings.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::Denial;
using server::Term;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

enum class Place { anywhere, ambito, north, south, lapsed };
enum class Contract { open, ended, last_day };
/// How the dossier came to the person.
enum class Given { never, by_role, by_name, taken_back, to_team };
/// On which days, seen from the day of the checks.
enum class When { always, ended, last_day, first_day, tomorrow };
enum class Where { nowhere, north, south, north_but_in_y };
enum class Against { nothing, person, core_of_all, all_but_some };

struct Person {
  std::string name;
  std::string role;
  Place place = Place::anywhere;
  Contract contract = Contract::open;
  bool singled_out = false;  ///< in every denial of one person, and in every exception
};
struct File {
  std::string name;
  Given given = Given::never;
  When when = When::always;
  Where where = Where::nowhere;
  Against against = Against::nothing;
};

// ---- the oracle ---------------------------------------------------------------------------------

enum class Expected { nothing, reads, writes };

bool is_kept_from(const Person& person, const File& file, const std::string& section) {
  switch (file.against) {
    case Against::nothing: return false;
    case Against::person: return person.singled_out;
    case Against::core_of_all: return section == "core";
    case Against::all_but_some: return !person.singled_out;
  }
  return true;
}

bool is_home(const Person& person, const File& file) {
  if (person.place == Place::anywhere || file.where == Where::nowhere) return true;
  if (person.place == Place::ambito) return true;  // all bodies lie below it, in every territory
  if (person.place == Place::lapsed) return false;
  // North works in x, south in y.
  if (file.where == Where::north_but_in_y) return false;
  return (person.place == Place::north) == (file.where == Where::north);
}

Expected expected(const Person& person, const File& file, const std::string& section) {
  const RoleMeaning& role = meanings().at(person.role);
  if (is_kept_from(person, file, section)) return Expected::nothing;
  if (person.contract == Contract::ended || person.place == Place::lapsed) {
    return Expected::nothing;
  }
  const bool given =
      file.given == Given::by_role || file.given == Given::by_name || file.given == Given::to_team;
  // Coordinators have every dossier by their role, until it is taken back.
  const bool by_office = role.everything && file.given == Given::never;
  if (!given && !by_office) return Expected::nothing;
  if (given && (file.when == When::ended || file.when == When::tomorrow)) return Expected::nothing;
  if (file.given != Given::to_team && !is_home(person, file)) return Expected::nothing;
  const std::set<std::string> of = file.given == Given::by_name ? named_to(role) : role.standing;
  if (of.count(section) == 0) return Expected::nothing;
  return role.writes ? Expected::writes : Expected::reads;
}

// ---- the world ----------------------------------------------------------------------------------

struct Matrix : World {
  std::vector<Person> people;
  std::vector<File> files;
  std::map<std::string, MemoryDevice> tablets;
  MemoryDevice opener{"opener"};
  server::Day today = 0;

  Matrix() {
    now_ms = 1'790'000'000'000 + 11 * 3'600'000;
    today = server::day_in_italy(now_ms) + 1;
    make_people();
    make_files();
    assign_all();
    now_ms += kDayMs;  // from here on nobody does anything but ask
  }

  void make_people() {
    add(opener);
    REQUIRE(repository->put_organization({"ambito", "Ambito", ""}).ok());
    REQUIRE(repository->put_organization({"north", "Nord", "ambito", {"x"}}).ok());
    REQUIRE(repository->put_organization({"south", "Sud", "ambito", {"y"}}).ok());
    REQUIRE(repository
                ->put_organization({"lapsed", "Coop", "ambito", {}, Term{{}, today - 1}})
                .ok());
    std::size_t number = 0;
    for (const auto& [role, meaning] : meanings()) {
      for (const Place place :
           {Place::anywhere, Place::ambito, Place::north, Place::south, Place::lapsed}) {
        add_person(role, place, Contract::open, number++);
      }
      add_person(role, Place::anywhere, Contract::ended, number++);
      add_person(role, Place::north, Contract::last_day, number++);
    }
  }

  void add_person(const std::string& role, Place place, Contract contract, std::size_t number) {
    static const char* const kPlaces[] = {"", "ambito", "north", "south", "lapsed"};
    Person person{"p" + std::to_string(number), role, place, contract, number % 3 == 0};
    MemoryDevice tablet(person.name);
    add(tablet, role);
    server::PersonChange change;
    change.organization = kPlaces[static_cast<std::size_t>(place)];
    if (contract == Contract::ended) change.until = today - 1;
    if (contract == Contract::last_day) change.until = today;
    REQUIRE(repository->set_person("user-" + person.name, change).ok());
    tablets.emplace(person.name, std::move(tablet));
    people.push_back(std::move(person));
  }

  void make_files() {
    for (const Given given : {Given::never, Given::by_role, Given::by_name, Given::taken_back}) {
      add_file({"", given, When::always, Where::nowhere});
    }
    for (const When when : {When::ended, When::last_day, When::first_day, When::tomorrow}) {
      add_file({"", Given::by_role, when, Where::nowhere});
      add_file({"", Given::by_name, when, Where::north});
    }
    for (const Where where : {Where::north, Where::south, Where::north_but_in_y}) {
      add_file({"", Given::never, When::always, where});
      add_file({"", Given::by_role, When::always, where});
      add_file({"", Given::to_team, When::always, where});
    }
    for (const Against against :
         {Against::person, Against::core_of_all, Against::all_but_some}) {
      add_file({"", Given::by_role, When::always, Where::nowhere, against});
      add_file({"", Given::never, When::always, Where::nowhere, against});
      add_file({"", Given::to_team, When::last_day, Where::south, against});
    }
    REQUIRE(sync(opener).done);
    REQUIRE(opener.unsent.empty());
  }

  void add_file(File file) {
    file.name = "f" + std::to_string(files.size());
    opener.create(dossier(file.name));
    for (const std::string& section : kSections) {
      opener.write(document_of(file.name, section), {set_op("note", file.name + section)});
    }
    files.push_back(std::move(file));
  }

  void assign_all() {
    for (const File& file : files) {
      for (const Person& person : people) assign(person, file);
      switch (file.where) {
        case Where::nowhere: break;
        case Where::north: place(file, "north", "x"); break;
        case Where::south: place(file, "south", "y"); break;
        case Where::north_but_in_y: place(file, "north", "y"); break;
      }
      deny(file);
    }
  }

  void place(const File& file, const std::string& organization, const std::string& territory) {
    REQUIRE(repository->place(dossier(file.name), organization, territory).ok());
  }

  void assign(const Person& person, const File& file) {
    const std::string account = "user-" + person.name;
    const DossierId id = dossier(file.name);
    if (file.given == Given::never) return;
    std::vector<std::string> sections;
    if (file.given == Given::by_name) {
      const auto named = named_to(meanings().at(person.role));
      sections.assign(named.begin(), named.end());
    }
    server::AssignTerms terms;
    terms.team = file.given == Given::to_team;
    if (file.when == When::ended) terms.term.until = today - 1;
    if (file.when == When::last_day) terms.term.until = today;
    if (file.when == When::first_day) terms.term.from = today;
    if (file.when == When::tomorrow) terms.term.from = today + 1;
    const auto given = repository->assign(account, id, sections, terms);
    CAPTURE(person.role, file.name);
    REQUIRE(given.ok());
    if (file.given == Given::taken_back) REQUIRE(repository->unassign(account, id, "").ok());
  }

  void deny(const File& file) {
    const DossierId id = dossier(file.name);
    Denial denial{"*", {}, {}, "prova", "carla"};
    if (file.against == Against::core_of_all) {
      denial.sections = {"core"};
      REQUIRE(repository->deny(id, denial).ok());
    }
    for (const Person& person : people) {
      if (person.singled_out) denial.except.push_back("user-" + person.name);
    }
    if (file.against == Against::all_but_some) REQUIRE(repository->deny(id, denial).ok());
    if (file.against != Against::person) return;
    for (const Person& person : people) {
      if (!person.singled_out) continue;
      REQUIRE(repository->deny(id, {"user-" + person.name, {}, {}, "parente", "carla"}).ok());
    }
  }

  [[nodiscard]] server::Response ask_access(const Person& person, const File& file) {
    server::Request request;
    request.method = "GET";
    request.path = "/v1/access";
    request.query = "dossier=" + to_text(dossier(file.name));
    request.authorization = "Bearer token-" + person.name;
    return api().handle(request);
  }
};

std::string show(Expected one) {
  return one == Expected::nothing ? "-" : one == Expected::reads ? "reads" : "writes";
}

}  // namespace

TEST_CASE("permission: the server gives and takes what is declared, in every case",
          "[server][permission][S039][S045][S048][S049][P7]") {
  Matrix m;
  // By the way: the table of the server has no role that the oracle does not know.
  std::vector<std::string> names;
  for (const auto& [name, meaning] : meanings()) names.push_back(name);
  CHECK(server::Roles::defaults().names() == names);

  std::size_t cells = 0;
  std::size_t seen = 0;
  for (const Person& person : m.people) {
    MemoryDevice& tablet = m.tablets.at(person.name);
    REQUIRE(m.sync(tablet).done);
    REQUIRE(tablet.delivery_errors.empty());
    const server::Caller caller = m.caller(tablet);
    LoadAction load;
    for (const File& file : m.files) load.dossiers.push_back(dossier(file.name));
    const Loaded loaded = m.repository->begin_turn(caller)->load(load);
    for (const File& file : m.files) {
      const auto& writable = loaded.dossiers.at(dossier(file.name)).sections;
      bool any = false;
      for (const std::string& section : kSections) {
        const Expected wanted = expected(person, file, section);
        const DocumentId document = document_of(file.name, section);
        const bool holds = tablet.documents.count(document) != 0 &&
                           tablet.document(document).frontier().count() != 0;
        const bool writes = caller.rules.may_write &&
                            std::count(writable.begin(), writable.end(), section) != 0;
        const auto standing = m.repository->standing("user-" + person.name, dossier(file.name));
        REQUIRE(standing.ok());
        const server::May told = server::decide(*standing, section).may;
        any = any || holds;
        ++cells;
        seen += holds ? 1U : 0U;
        const bool right = holds == (wanted != Expected::nothing) &&
                           writes == (wanted == Expected::writes) &&
                           static_cast<int>(told) == static_cast<int>(wanted);
        if (right) continue;
        CAPTURE(person.role, static_cast<int>(person.place), static_cast<int>(person.contract),
                person.singled_out, static_cast<int>(file.given), static_cast<int>(file.when),
                static_cast<int>(file.where), static_cast<int>(file.against), section,
                show(wanted), holds, writes, static_cast<int>(told));
        CHECK(right);
      }
      CHECK(m.ask_access(person, file).status == (any ? 200 : 403));
    }
  }
  CAPTURE(cells, seen);
  CHECK(cells == meanings().size() * 7 * m.files.size() * kSections.size());
  CHECK(seen > cells / 20);
  CHECK(seen < cells / 2);
}

TEST_CASE("permission: what is written without a right waits, and nothing of it is lost",
          "[server][permission][P2][P8]") {
  Matrix m;
  for (std::size_t i = 0; i < m.people.size(); i += 5) {
    const Person& person = m.people[i];
    MemoryDevice& tablet = m.tablets.at(person.name);
    REQUIRE(m.sync(tablet).done);
    std::map<DocumentId, Expected> written;
    for (std::size_t f = i % 3; f < m.files.size(); f += 3) {
      const File& file = m.files[f];
      // Whoever writes where they may not has the key from somewhere.
      tablet.dossier_keys.emplace(dossier(file.name), key_of("opener"));
      for (const std::string& section : kSections) {
        const DocumentId document = document_of(file.name, section);
        tablet.write(document, {set_op("next", person.name)});
        written[document] = expected(person, file, section);
      }
    }
    std::set<DocumentId> held_before;
    for (const auto& [document, state] : tablet.documents) {
      if (state.frontier().count() > 1) held_before.insert(document);
    }
    tablet.fates.clear();
    REQUIRE(m.sync(tablet).done);
    CHECK(tablet.unsent.empty());
    std::set<DocumentId> stopped;
    for (const PushResult& fate : tablet.fates) {
      // Blindly, where all others have gone on, there is nothing that it could stand on.
      const bool blind = held_before.count(fate.document) == 0;
      CHECK((fate.verdict == Verdict::held || (blind && fate.verdict == Verdict::forked)));
      stopped.insert(fate.document);
    }
    for (const auto& [document, wanted] : written) {
      CAPTURE(person.role, to_text(document), show(wanted));
      CHECK((stopped.count(document) == 0) == (wanted == Expected::writes));
    }
  }
  // Each of them is with those who decide, or in the log.
  const auto held = m.repository->held();
  CHECK(held.size() > 100);
  for (const server::HeldInfo& one : held) CHECK(one.state == HeldState::waiting);
}
