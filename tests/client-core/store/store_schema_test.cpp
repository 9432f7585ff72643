// What a store holds while the schema changes: fields and types come, go, become wider, change
// their policy, and tablets with the bundle before and the one after work on the same records.

#include "insieme/schema/bundle.hpp"
#include "insieme/sync/record.hpp"
#include "store_fixture.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

std::string labelled(const std::string& name, const std::string& rest) {
  return R"({"name": ")" + name + R"(", "label": {"it": ")" + name + R"(", "en": ")" + name +
         R"("}, )" + rest + "}";
}

std::string type_of(const std::string& name, const std::string& fields, const char* more = "") {
  return labelled(name,
                  R"("label_plural": {"it": "più )" + name + R"(", "en": "more )" + name +
                      R"("}, "section": "core", "title": "{title}", )" + more + R"("fields": [)" +
                      labelled("title", R"("kind": "string", "search": true)") + fields + "]");
}

schema::Bundle bundle_of(int version, const std::string& types) {
  const std::string number = std::to_string(version);
  auto bundle = schema::parse_bundle(
      {{"bundle.json", R"({"name": "growing", "version": )" + number +
                           R"(, "min_engine": 1, "files": ["sections.json", "types/all.json"]})"},
       {"sections.json", R"({"sections": [)" + labelled("core", R"("dossier": "house")") + "]}"},
       {"types/all.json", R"({"types": [)" + types + "]}"}});
  return must(std::move(bundle));
}

schema::Bundle with_field(int version, const std::string& field) {
  return bundle_of(version,
                   type_of("house", field.empty() ? "" : ", " + field, R"("root": true, )"));
}

/// The state as every replica must have it, whatever bundle it knows.
std::vector<std::uint8_t> canonical(Tablet& tablet, const sync::DocumentId& core,
                                    const std::string& type, const sync::RecordId& id) {
  return sync::encode_record(tablet.read(core, type, id).state);
}

/// Whether the file has such a table.
bool has_table(Tablet& tablet, const std::string& name) {
  tablet.store.reset();
  sqlite::OpenOptions options;
  options.path = tablet.path;
  options.key = key_of(7);
  bool found = false;
  {
    auto db = sqlite::Connection::open(options);
    auto row = db.prepare("SELECT 1 FROM sqlite_master WHERE name = ?");
    row.bind_all(name);
    found = row.step();
  }
  tablet.reopen();
  return found;
}

void sound(Tablet& tablet) { CHECK(must(tablet.store->verify()).problems.empty()); }

}  // namespace

TEST_CASE("schema: a number that becomes words keeps what it was and takes words as they are",
          "[store][schema][P2]") {
  const auto before = with_field(1, labelled("size", R"("kind": "integer")"));
  const auto after = with_field(2, labelled("size", R"("kind": "string")"));
  const StoreFolder folder;
  Tablet anna(folder, "anna", 1, before);
  const sync::DocumentId core{anna.new_dossier(), "core"};
  const auto id = anna.new_record();
  must(anna.save(core, {write_op(id, "house", "size", std::int64_t{7})}));
  const auto was = canonical(anna, core, "house", id);

  anna.reopen_with(after);
  CHECK(canonical(anna, core, "house", id) == was);
  CHECK(anna.values(core, "house", id, "size") == std::vector<sync::Value>{std::int64_t{7}});
  for (const char* words : {"007", "1e3", " 12", "7.0"}) {
    must(anna.save(core, {write_op(id, "house", "size", std::string(words))}));
    anna.reopen();
    CHECK(anna.values(core, "house", id, "size") == std::vector<sync::Value>{std::string(words)});
  }
  sound(anna);
}

TEST_CASE("schema: words that become a number, and dates that become words, keep what was written",
          "[store][schema][P2]") {
  const auto first = with_field(
      1, labelled("size", R"("kind": "string")") + ", " + labelled("day", R"("kind": "date")"));
  const auto second = with_field(
      2, labelled("size", R"("kind": "integer")") + ", " + labelled("day", R"("kind": "string")"));
  const StoreFolder folder;
  Tablet anna(folder, "anna", 1, first);
  const sync::DocumentId core{anna.new_dossier(), "core"};
  const auto id = anna.new_record();
  const sync::Value day = sync::Date{19'000};
  must(anna.save(core, {write_op(id, "house", "size", std::string("007")),
                        write_op(id, "house", "day", day)}));
  const auto was = canonical(anna, core, "house", id);
  for (const schema::Bundle* bundle : {&second, &second}) {
    anna.reopen_with(*bundle);
    CHECK(canonical(anna, core, "house", id) == was);
    CHECK(anna.values(core, "house", id, "size") == std::vector<sync::Value>{std::string("007")});
    CHECK(anna.values(core, "house", id, "day") == std::vector<sync::Value>{day});
  }
  sound(anna);
}

TEST_CASE("schema: a field and a type that left are kept, and come back with a later bundle",
          "[store][schema][P2]") {
  const std::string house = type_of("house", "", R"("root": true, )");
  const auto rich = bundle_of(
      1, type_of("house", ", " + labelled("colour", R"("kind": "string", "search": true)"),
                 R"("root": true, )") +
             ", " + type_of("shed", ""));
  const auto poor = bundle_of(2, house);
  const auto again = bundle_of(
      3, type_of("house", ", " + labelled("colour", R"("kind": "string", "search": true)"),
                 R"("root": true, )") +
             ", " + type_of("shed", ""));
  const StoreFolder folder;
  Tablet anna(folder, "anna", 1, rich);
  const sync::DocumentId core{anna.new_dossier(), "core"};
  const auto id = anna.new_record();
  const auto shed = anna.new_record();
  must(anna.save(core, {write_op(id, "house", "colour", std::string("vermiglio")),
                        write_op(shed, "shed", "title", std::string("legnaia"))}));
  const auto was = canonical(anna, core, "shed", shed);
  REQUIRE(must(anna.store->search("vermiglio", 10)).size() == 1);
  REQUIRE(must(anna.store->search("legnaia", 10)).size() == 1);

  anna.reopen_with(poor);
  CHECK_FALSE(has_table(anna, "rec_shed"));
  CHECK(must(anna.store->search("vermiglio", 10)).empty());
  CHECK(must(anna.store->search("legnaia", 10)).empty());
  CHECK(canonical(anna, core, "shed", shed) == was);
  CHECK(must(anna.store->locate(shed)).type == "shed");
  CHECK(anna.values(core, "house", id, "colour").size() == 1);
  sound(anna);

  anna.reopen_with(again);
  CHECK(has_table(anna, "rec_shed"));
  CHECK(must(anna.store->search("vermiglio", 10)).size() == 1);
  CHECK(must(anna.store->search("legnaia", 10)).size() == 1);
  CHECK(canonical(anna, core, "shed", shed) == was);
  sound(anna);
}

TEST_CASE("schema: a policy that changes opens and closes questions, and changes no state",
          "[store][schema][P5]") {
  const auto asked = with_field(1, labelled("colour", R"("kind": "string")"));
  const auto unasked = with_field(2, labelled("colour", R"("kind": "string", "policy": "auto")"));
  const auto asked_again = with_field(3, labelled("colour", R"("kind": "string")"));
  const StoreFolder folder;
  Relay relay;
  Tablet anna(folder, "anna", 1, asked);
  Tablet bruno(folder, "bruno", 2, asked);
  const sync::DocumentId core{anna.new_dossier(), "core"};
  const auto id = anna.new_record();
  must(anna.save(core, {write_op(id, "house", "colour", std::string("rosso"))}));
  relay.sync(anna);
  relay.sync(bruno);
  must(anna.save(core, {write_op(id, "house", "colour", std::string("verde"))}));
  must(bruno.save(core, {write_op(id, "house", "colour", std::string("blu"))}));
  relay.sync(anna);
  relay.sync(bruno);
  relay.sync(anna);
  const auto was = canonical(anna, core, "house", id);
  REQUIRE(must(anna.store->open_items({})).total == 1);

  anna.reopen_with(unasked);
  CHECK(must(anna.store->open_items({})).total == 0);
  CHECK(canonical(anna, core, "house", id) == was);
  anna.reopen_with(asked_again);
  CHECK(must(anna.store->open_items({})).total == 1);
  CHECK(canonical(anna, core, "house", id) == was);
  CHECK(canonical(bruno, core, "house", id) == was);
}

TEST_CASE("schema: a tablet with the bundle before forwards what it does not know, and upgrades",
          "[store][schema][P2][P3]") {
  const auto old_bundle = with_field(1, "");
  const auto new_bundle =
      bundle_of(2, type_of("house",
                           ", " + labelled("colour", R"("kind": "strings", "search": true)") +
                               ", " + labelled("story", R"("kind": "text", "search": true)"),
                           R"("root": true, )") +
                       ", " + type_of("shed", ""));
  const StoreFolder folder;
  Relay relay;
  Tablet anna(folder, "anna", 1, new_bundle);
  Tablet bruno(folder, "bruno", 2, old_bundle);
  const sync::DocumentId core{anna.new_dossier(), "core"};
  const auto id = anna.new_record();
  const auto shed = anna.new_record();
  const sync::Operation add{id, "house", "colour", sync::AddOp{std::string("rosso")}, {}};
  must(anna.save(core, {add, text_op(id, "house", "story", {{0, 0, "era un fienile"}}),
                        write_op(shed, "shed", "title", std::string("legnaia"))}));
  relay.sync(anna);
  relay.sync(bruno);
  must(bruno.save(core, {write_op(id, "house", "title", std::string("Cascina"))}));
  must(bruno.save(core, {write_op(shed, "shed", "title", std::string("stalla"))}));
  relay.sync(bruno);
  relay.sync(anna);
  CHECK(canonical(anna, core, "house", id) == canonical(bruno, core, "house", id));
  CHECK(canonical(anna, core, "shed", shed) == canonical(bruno, core, "shed", shed));
  CHECK(anna.values(core, "shed", shed, "title") ==
        std::vector<sync::Value>{std::string("stalla")});

  bruno.reopen_with(new_bundle);
  CHECK(must(bruno.store->search("fienile", 10)).size() == 1);
  CHECK(must(bruno.store->search("stalla", 10)).size() == 1);
  CHECK(canonical(anna, core, "house", id) == canonical(bruno, core, "house", id));
  sound(bruno);
}
