// A visit saved under the wrong family: in one act it is with the right one, and gone from the
// other.
#include "client-core/commands/report_desk.hpp"
#include "insieme/sync/closure.hpp"
#include "insieme/sync/dossier_mark.hpp"

namespace insieme::testing {
namespace {

/// Two families at one desk, and a visit with the first that belongs to the second.
struct Mistaken : Household {
  std::string member_id = member("Anna");
  std::string right =
      create("household", {{"name", "Famiglia Verdi"}, {"commune", "Bibbiano"}}).first;
  std::string visit = add(family.dossier, "visit",
                          {{"start_at", "12/03/2024 15:00"},
                           {"minutes", 45},
                           {"place", "casa"},
                           {"educator", "anna"},
                           {"case_id", case_id},
                           {"present", {member_id}},
                           {"activities", {"compiti", "gioco"}},
                           {"observations", "Compiti fatti\ncon la madre"},
                           {"next_step", "Telefonare"}});
  json::object move(const std::string& record, const std::string& dossier) {
    return desk.raw({{"command", "record.move"},
                     {"record", record},
                     {"dossier", dossier},
                     {"reason", "fascicolo sbagliato"}});
  }
};

TEST_CASE("move: the visit is whole in the right dossier and retracted in the wrong one",
          "[commands][P2]") {
  Mistaken at;
  const json::object reply = at.move(at.visit, at.right);
  INFO(json::serialize(reply));
  REQUIRE(reply.at("ok").as_bool());
  CHECK(text(reply, "there") == "retracted");  // nobody may have it erased before a server is known
  const std::string moved = text(part(reply, "record"), "id");
  CHECK(text(at.desk.get(moved), "dossier") == at.right);
  CHECK(at.desk.shown(moved, "observations") == "Compiti fatti\ncon la madre");
  CHECK(at.desk.shown(moved, "minutes") == "45");
  CHECK(at.desk.shown(moved, "start_at") == "12/03/2024 15:00");
  CHECK(at.desk.shown(moved, "activities") == at.desk.shown(at.visit, "activities"));
  // Records of the other family mean nothing here.
  CHECK(at.desk.shown(moved, "present").empty());
  CHECK(at.desk.shown(moved, "case_id").empty());
  CHECK(list(reply, "dropped").size() == 2);
  CHECK(at.desk.get(at.visit).at("lifecycle").as_string() == "retracted");
  // One act: one visit is counted, not two.
  const json::object all = at.desk.call({{"command", "record.list"}, {"type", "visit"}});
  CHECK(list(all, "records").size() == 2);  // the family's own, and the one that was moved
}

/// The record as the store has it; the same id in several sections gives its main part.
client::StoredRecord stored(Desk& desk, const std::string& id) {
  client::Store& store = desk.engine->store();
  const auto record = sync::id_from_text<sync::RecordId>(id);
  REQUIRE(record.ok());
  const auto ref = store.locate(*record);
  REQUIRE(ref.ok());
  auto found = store.record(*ref);
  REQUIRE(found.ok());
  return std::move(found).value();
}

TEST_CASE("move: what is closed is closed there, too, and whoever moved it has seen all of it",
          "[commands][P4]") {
  Mistaken at;
  for (const char* words : {"Uno", "Due", "Tre"}) at.desk.save(at.visit, {{"next_step", words}});
  at.desk.save(at.visit, {{"state", "confermata"}});
  at.desk.save(at.visit, {{"state", "validata"}});
  const json::object reply = at.move(at.visit, at.right);
  INFO(json::serialize(reply));
  REQUIRE(reply.at("ok").as_bool());
  const client::StoredRecord moved = stored(at.desk, text(part(reply, "record"), "id"));
  const sync::FieldState* closed = moved.state.field(sync::kClosureField);
  REQUIRE(closed != nullptr);
  REQUIRE(closed->members.size() == 1);
  // Of versions in the other document nothing is left: they would cover here what nobody has seen.
  CHECK(sync::equal(closed->members[0].element, sync::closure_value({})));
  CHECK(sync::edits_after_closure(moved.state).edits.empty());
  CHECK(at.desk.items().empty());
}

TEST_CASE("move: the dossier that a closed case leaves is open again, where it comes it is closed",
          "[commands][P4]") {
  Mistaken at;
  at.desk.save(at.case_id, {{"state", "chiuso"},
                            {"closed_on", "2024-02-01"},
                            {"closure_reason", "4"},
                            {"closure_situation", "1"}});
  const auto marks = [&at](const std::string& dossier) {
    const auto id = sync::id_from_text<sync::DossierId>(dossier).value();
    const auto record = at.desk.engine->store().record(
        {{id, "core"}, std::string(sync::kMarksType), sync::marks_record(id)});
    return record.ok() ? sync::marks_in(&record->state).groups.size() : 0;
  };
  CHECK(marks(at.family.dossier) == 1);
  CHECK(marks(at.right) == 0);
  const json::object reply = at.move(at.case_id, at.right);
  INFO(json::serialize(reply));
  REQUIRE(reply.at("ok").as_bool());
  CHECK(marks(at.family.dossier) == 0);
  CHECK(marks(at.right) == 1);
}

TEST_CASE("move: what cannot be moved is told, and stays where it is", "[commands]") {
  Mistaken at;
  const std::string voucher = at.add(at.family.dossier, "voucher",
                                     {{"number", "VS-1"},
                                      {"service", "Doposcuola"},
                                      {"units", 3},
                                      {"from_date", "2024-01-01"},
                                      {"to_date", "2024-06-30"},
                                      {"state", "in_uso"}});
  const std::string project = at.create("project", {{"title", "PaIS"}}).first;
  const auto refused = [&](const std::string& record, const std::string& dossier,
                           const char* field) {
    const json::object reply = at.move(record, dossier);
    REQUIRE_FALSE(reply.at("ok").as_bool());
    CHECK(text(part(reply, "error"), "field") == field);
  };
  refused(at.family.household, at.right, "record");
  refused(voucher, at.right, "record");
  refused(at.visit, at.family.dossier, "dossier");
  refused(at.visit, project, "dossier");
  CHECK(at.desk.get(at.visit).at("lifecycle").as_string() == "active");
}

}  // namespace
}  // namespace insieme::testing
