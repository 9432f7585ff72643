// What a store hands over before a wipe: all of it, or nothing is destroyed.
#include "escrow_parcels.hpp"
#include "storage/escrow_stock.hpp"
#include "store_fixture.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

struct Lost {
  StoreFolder folder;
  Tablet anna{folder, "anna", 1};
  sync::DossierId dossier;
  sync::DocumentId core;
  sync::RecordId visit;

  Lost() {
    client::Identity identity = anna.store->identity();
    identity.keys = sync::make_key_pair({3});
    identity.server_key = sync::make_key_pair({7}).public_key;
    must(anna.store->set_identity(identity));
    dossier = anna.new_dossier();
    core = {dossier, "core"};
    visit = anna.new_record();
    must(write("first"));
  }
  Status write(const std::string& text) {
    return anna.save(core, {write_op(visit, "visit", "next_step", text)});
  }
  void execute(const char* sql) const {
    sqlite::OpenOptions open;
    open.path = anna.path;
    open.key = key_of(7);
    sqlite::Connection::open(open).execute(sql);
  }
  std::vector<sync::Digest> names() const {
    return client::names_of(must(client::escrow_parcels(*anna.store, true)));
  }
};

}  // namespace

TEST_CASE("escrow: work saved during the hand-over stops it, and after the end none is saved",
          "[store][device][P2]") {
  Lost t;
  const auto handed = t.names();
  CHECK(t.names() == handed);  // the same content is the same bytes
  must(t.write("meanwhile"));
  const auto end = [&](const std::vector<sync::Digest>& names) {
    return client::close_for_good(*t.anna.store, [&] {
      return client::check_handed_over(*t.anna.store, names);
    });
  };
  CHECK(end(handed).code() == ErrorCode::unavailable);
  must(t.write("and work goes on"));
  REQUIRE(end(t.names()).ok());
  CHECK(t.write("too late").code() == ErrorCode::unavailable);
}

TEST_CASE("escrow: work that waits to be authored again is missed, or handed over, never dropped",
          "[store][device][P2]") {
  Lost t;
  const auto all = t.names();
  t.execute("UPDATE changes SET state = 5");
  CHECK_FALSE(client::escrow_parcels(*t.anna.store, true).ok());
  must(client::stop_waiting(*t.anna.store));
  CHECK(t.names() == all);
}
