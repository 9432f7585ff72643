#include "store_fixture.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

struct OneTablet {
  StoreFolder folder;
  Tablet anna{folder, "anna", 1};
  sync::DossierId dossier = anna.new_dossier();
  sync::DocumentId core{dossier, "core"};
  sync::DocumentId education{dossier, "education"};
};

}  // namespace

TEST_CASE("a saved record is there after the process is gone", "[store][P2]") {
  OneTablet t;
  const auto id = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(id, "member", "surname", std::string("Bianchi")),
                            write_op(id, "member", "birth_date", sync::Date{5000}),
                            {id, "member", "phones", sync::AddOp{std::string("0522")}, {}}}));
  t.anna.reopen();
  const auto record = t.anna.read(t.core, "member", id);
  CHECK(
      sync::equal(sync::displayed(*record.state.field("surname"))->value, std::string("Bianchi")));
  CHECK(sync::equal(sync::displayed(*record.state.field("birth_date"))->value, sync::Date{5000}));
  CHECK(record.state.field("phones")->members.size() == 1);
  CHECK(record.receipt == client::Receipt::saved_here);
  CHECK(record.edited_by == "anna");
  CHECK(must(t.anna.store->verify()).problems.empty());
}

TEST_CASE("a dossier and a record are found by id alone", "[store]") {
  OneTablet t;
  const sync::DossierId other = t.anna.new_dossier();
  CHECK(must(t.anna.store->dossier_ids()) == std::vector{t.dossier, other});
  const client::DossierRef found = must(t.anna.store->dossier(other));
  CHECK(found.id == other);
  CHECK(found.sections.size() == schema::embedded_bundle().sections.size());
  CHECK(t.anna.store->dossier(sync::DossierId{}).error().code == ErrorCode::not_found);

  // A record with facets in two sections is found in its main one, whichever was written first.
  const auto id = t.anna.new_record();
  CHECK(t.anna.store->locate(id).error().code == ErrorCode::not_found);
  must(t.anna.save({t.dossier, "health"},
                   {write_op(id, "member", "disability", true)}));
  must(t.anna.save(t.core, {write_op(id, "member", "surname", std::string("Bianchi"))}));
  const client::RecordRef ref = must(t.anna.store->locate(id));
  CHECK(ref.document == t.core);
  CHECK(ref.type == "member");
  const auto unknown = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(unknown, "of_tomorrow", "x", true)}));
  CHECK(must(t.anna.store->locate(unknown)).type == "of_tomorrow");
}

TEST_CASE("the list of dossiers counts what is in each", "[store]") {
  OneTablet t;
  const sync::DossierId other = t.anna.new_dossier();
  const auto household = t.anna.new_record();
  const auto visit = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(household, "household", "name", std::string("Rossi"))}));
  must(t.anna.save(t.education, {write_op(visit, "visit", "educator", std::string("anna"))}));
  const auto lines = must(t.anna.store->dossiers());
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].id == t.dossier);
  CHECK(lines[0].title == "Rossi");
  CHECK(lines[0].root_type == "household");
  CHECK(lines[0].records == 2);
  CHECK(lines[0].unsent == 2);
  CHECK(lines[1].id == other);
  CHECK(lines[1].title.empty());
  CHECK(lines[1].records == 0);
  CHECK(lines[1].unsent == 0);
}

TEST_CASE("a line of a list has the title of its record", "[store]") {
  OneTablet t;
  const auto member = t.anna.new_record();
  const auto visit = t.anna.new_record();
  const auto unknown = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(member, "member", "surname", std::string("Bianchi")),
                            write_op(member, "member", "given_names", std::string("Ada")),
                            write_op(unknown, "of_tomorrow", "name", std::string("x"))}));
  must(t.anna.save(t.education,
                   {write_op(visit, "visit", "start_at", sync::Instant{1'700'000'000'000}),
                    write_op(visit, "visit", "place", std::string("casa"))}));
  const auto lines = must(t.anna.store->list({}));
  REQUIRE(lines.size() == 3);
  for (const client::RecordLine& line : lines) {
    CHECK(line.title == must(t.anna.store->record(line.ref)).title);
    CHECK(line.title.empty() == (line.ref.id == unknown));
    CHECK(line.edited_by == "anna");
    CHECK_FALSE(line.retracted);
  }
  const auto found = must(t.anna.store->search("bian", 10));
  REQUIRE(found.size() == 1);
  CHECK(found[0].title == "Bianchi Ada");
  CHECK(found[0].ref.document == t.core);
}

TEST_CASE("a repeated request gets the first answer and writes nothing twice", "[store][P2]") {
  OneTablet t;
  const auto id = t.anna.new_record();
  int runs = 0;
  const auto act = [&](client::Writer& writer) -> Result<std::string> {
    ++runs;
    INSIEME_TRY(writer.add(t.core, {{id, "voucher", "used", sync::IncrementOp{5}, {}}}));
    return std::string("first");
  };
  CHECK(must(t.anna.store->once("again", 9, act)) == "first");
  t.anna.reopen();
  CHECK(must(t.anna.store->once("again", 9, act)) == "first");
  CHECK(runs == 1);
  CHECK(sync::counter_total(*t.anna.read(t.core, "voucher", id).state.field("used")) == 5);
  const auto other = t.anna.store->once("again", 10, act);
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().code == ErrorCode::conflict);
}

TEST_CASE("an act that fails leaves nothing behind", "[store][P2]") {
  OneTablet t;
  const auto id = t.anna.new_record();
  const auto failed = t.anna.store->once("x", 1, [&](client::Writer& w) -> Result<std::string> {
    INSIEME_TRY(w.add(t.core, {write_op(id, "member", "surname", std::string("Neri"))}));
    return Error{ErrorCode::invalid_argument, "no"};
  });
  CHECK_FALSE(failed.ok());
  CHECK_FALSE(t.anna.store->record({t.core, "member", id}).ok());
  CHECK(must(t.anna.store->status()).unsent == 0);
  must(t.anna.save(t.core, {write_op(id, "member", "surname", std::string("Neri"))}));
  CHECK(must(t.anna.store->verify()).problems.empty());
}

TEST_CASE("an act on two documents is one transaction", "[store]") {
  OneTablet t;
  const auto id = t.anna.new_record();
  const auto visit = t.anna.new_record();
  must(t.anna.store->once("both", 1, [&](client::Writer& writer) -> Result<std::string> {
    INSIEME_TRY(writer.add(t.core, {write_op(id, "member", "surname", std::string("Neri"))}));
    INSIEME_TRY(writer.add(t.education, {write_op(visit, "visit", "minutes", std::int64_t{60})}));
    return std::string();
  }));
  const auto gathered = must(t.anna.store->gather({1, 2'000}));
  REQUIRE(gathered.changes.size() == 2);
  REQUIRE(gathered.changes[0].header.transaction);
  CHECK(gathered.changes[0].header.transaction->count == 2);
  CHECK(gathered.changes[0].header.transaction == gathered.changes[1].header.transaction);
  CHECK(gathered.secrets.size() == 1);
}

TEST_CASE("names are found by their beginning, without accents, and notes by their words",
          "[store]") {
  OneTablet t;
  const auto niccolo = t.anna.new_record();
  const auto note = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(niccolo, "member", "surname", std::string("Niccolò"))}));
  must(t.anna.save(t.core, {text_op(note, "note", "body", {{0, 0, "La madre cerca un lavoro"}})}));
  const auto found = must(t.anna.store->search("nicco", 10));
  REQUIRE(found.size() == 1);
  CHECK(found[0].ref.id == niccolo);
  CHECK(must(t.anna.store->search("NICCOLO", 10)).size() == 1);
  CHECK(must(t.anna.store->search("lavoro madre", 10)).size() == 1);
  CHECK(must(t.anna.store->search("assente", 10)).empty());
  CHECK(must(t.anna.store->search("\"*( OR", 10)).empty());
  must(t.anna.save(t.core, {write_op(niccolo, "member", "surname", std::string("Rossi"))}));
  CHECK(must(t.anna.store->search("nicco", 10)).empty());
  CHECK(must(t.anna.store->search("rossi", 10)).size() == 1);
}

TEST_CASE("records of types and fields that the schema does not know are kept", "[store][P2]") {
  OneTablet t;
  const auto id = t.anna.new_record();
  const auto member = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(id, "of_tomorrow", "colour", std::string("blu")),
                            write_op(member, "member", "of_tomorrow", std::int64_t{7})}));
  t.anna.reopen();
  CHECK(t.anna.values(t.core, "of_tomorrow", id, "colour").size() == 1);
  CHECK(t.anna.values(t.core, "member", member, "of_tomorrow").size() == 1);
  CHECK(must(t.anna.store->locate(id)).type == "of_tomorrow");
  CHECK(must(t.anna.store->verify()).problems.empty());
}

TEST_CASE("drafts survive the process and wait for their form", "[store][P2]") {
  OneTablet t;
  client::Draft draft;
  draft.id = "visita-1";
  draft.ref = {t.education, "visit", t.anna.new_record()};
  draft.is_new = true;
  draft.values_json = R"({"minutes":"6)";
  must(t.anna.store->once("d", 1, [&](client::Writer& writer) -> Result<std::string> {
    INSIEME_TRY(writer.put_draft(draft));
    return std::string();
  }));
  t.anna.reopen();
  const auto drafts = must(t.anna.store->drafts());
  REQUIRE(drafts.size() == 1);
  CHECK(drafts[0].values_json == draft.values_json);
  CHECK(drafts[0].ref == draft.ref);
}

TEST_CASE("reading never writes", "[store][P4]") {
  OneTablet t;
  const auto id = t.anna.new_record();
  must(t.anna.save(t.core, {write_op(id, "member", "surname", std::string("Verdi"))}));
  t.anna.reopen();
  const auto before = bytes_of(t.anna.path + "-wal");
  t.anna.read(t.core, "member", id);
  CHECK_FALSE(t.anna.store->record({{t.dossier, "health"}, "note", id}).ok());
  static_cast<void>(must(t.anna.store->open_items({})));
  must(t.anna.store->history({t.core, "member", id}));
  must(t.anna.store->status());
  must(t.anna.store->verify());
  CHECK(bytes_of(t.anna.path + "-wal") == before);
}

TEST_CASE("no clock stops a save: 1970, 2031 and before the epoch", "[store][P1][P3]") {
  OneTablet t;
  const auto id = t.anna.new_record();
  for (const std::int64_t now : {std::int64_t{1'940'000'000'000}, std::int64_t{0}, INT64_C(-5)}) {
    t.anna.platform.now = now;
    must(t.anna.save(t.core, {write_op(id, "member", "surname", std::to_string(now))}));
  }
  const auto lines = must(t.anna.store->history({t.core, "member", id}));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].stamp < lines[1].stamp);
  CHECK(lines[1].stamp < lines[2].stamp);
  CHECK(t.anna.values(t.core, "member", id, "surname").size() == 1);
}
