#pragma once
// One tablet and a relay: what a store knows of answers, and what it does about a twin.

#include "store_fixture.hpp"

namespace insieme::testing {

struct OneTablet {
  StoreFolder folder;
  Relay relay;
  Tablet anna{folder, "anna", 1};
  sync::DossierId dossier = anna.new_dossier();
  sync::DocumentId core{dossier, "core"};
  sync::RecordId id = anna.new_record();

  Status count(std::int64_t by) {
    return anna.save(core, {{id, "voucher", "used", sync::IncrementOp{by}, {}}});
  }
  std::int64_t total(Tablet& tablet) {
    return sync::counter_total(*tablet.read(core, "voucher", id).state.field("used"));
  }
  /// The store is made what a program of before the marks left behind.
  void as_schema_two() {
    anna.store.reset();
    sqlite::OpenOptions open;
    open.path = anna.path;
    open.key = key_of(7);
    auto db = sqlite::Connection::open(open);
    db.execute(
        "ALTER TABLE changes DROP COLUMN accepted; ALTER TABLE changes DROP COLUMN stands_on;"
        "ALTER TABLE inbox DROP COLUMN closed; ALTER TABLE kept DROP COLUMN forgotten;"
        "DROP TABLE answers; CREATE TABLE requests(id TEXT PRIMARY KEY, fingerprint INTEGER, "
        "answer TEXT, at_ms INTEGER) WITHOUT ROWID; DROP INDEX kept_placeless;"
        "ALTER TABLE kept DROP COLUMN position; ALTER TABLE kept DROP COLUMN deps;"
        "ALTER TABLE kept DROP COLUMN stamp_ms; ALTER TABLE kept DROP COLUMN stamp_counter;"
        "DROP INDEX dossiers_leaving;"
        "DROP INDEX changes_exchanged; ALTER TABLE changes DROP COLUMN handed;"
        "DROP TABLE permits; DROP TABLE bundles; DROP TABLE bundle_parts;"
        "DROP TABLE vouchers;"
        "DROP TABLE departed;"
        "DROP TABLE departed_vouchers; DROP TABLE erasures;"
        "ALTER TABLE changes DROP COLUMN elsewhere; ALTER TABLE documents DROP COLUMN promised;"
        "DROP TABLE marks_due; DROP TABLE openings; DROP TABLE blobs; DROP TABLE blob_pieces;"
        "DROP TABLE name_words; DROP TABLE glass;"
        "DROP INDEX items_place; CREATE INDEX items_record ON items(record, document);"
        "DROP INDEX typed_tables_used;"
        "ALTER TABLE typed_tables DROP COLUMN used;"
        "PRAGMA user_version = 2");
  }
  /// Writes enough of `core` to be folded, and folds it.
  void count_and_fold(int times) {
    for (int i = 0; i < times; ++i) must(count(1));
    relay.sync(anna);
    const auto gathered = must(anna.store->gather({1 << 20, 2'000}));
    auto reply = relay.answer(gathered, anna.store->identity().replica);
    reply.stable = gathered.acknowledgements;
    must(anna.store->apply(reply));
    REQUIRE(must(anna.store->verify()).folded != 0);
  }
  /// A reply that answers nothing of what is offered and shows that somebody else writes under
  /// this replica id.
  void find_a_twin() {
    sync::SyncReply reply;
    reply.server_ms = relay.server_ms;
    reply.digests = {{core, 99, {}}};
    static_cast<void>(must(anna.store->gather({0, 0})));
    must(anna.store->apply(reply));
  }
};

}  // namespace insieme::testing
