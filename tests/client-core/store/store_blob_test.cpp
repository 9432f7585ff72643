// Bytes of blobs in a store: put with what names them, sent and fetched in pieces, dropped with the
// dossier, erased with the record.
#include "insieme/sync/sealed_blob.hpp"
#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

std::vector<std::uint8_t> photo(std::size_t size, std::uint8_t seed = 1) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>((i * 31 + seed) >> (i % 5));
  }
  return bytes;
}

struct Photos : TwoTablets {
  sync::RecordId visit = anna.new_record();
  /// One act: bytes and what names them.
  sync::BlobRef attach(Tablet& tablet, const std::vector<std::uint8_t>& content,
                       const sync::RecordId& record, const std::string& request = {}) {
    auto sealed = must(tablet.store->seal_blob(dossier, "image/jpeg", content));
    const sync::Value value{*sync::encode_blob_ref(sealed.reference)};
    must(tablet.store->once(
        request.empty() ? tablet.request() : request, 3,
        [&](client::Writer& writer) -> Result<std::string> {
          INSIEME_TRY(writer.put_blob(core, sealed));
          INSIEME_TRY(writer.add(core, {{record, "visit", "files", sync::AddOp{value}, {}}}));
          return std::string("{}");
        }));
    return sealed.reference;
  }
  static client::BlobLine line(Tablet& tablet, std::size_t number = 0) {
    const auto lines = must(tablet.store->blobs());
    REQUIRE(lines.size() > number);
    return lines[number];
  }
  /// What the engine does, without a network: `server` is all sealed bytes by name.
  void send(Tablet& tablet) {
    std::int64_t after = 0;
    while (const auto parcel = must(tablet.store->next_blob_to_send(after))) {
      auto& there = server[parcel->name];
      REQUIRE(parcel->offset == there.size());
      REQUIRE(parcel->bytes.size() <= sync::kBlobPieceBytesMax);
      there.insert(there.end(), parcel->bytes.begin(), parcel->bytes.end());
      const bool whole = there.size() == parcel->sealed_size;
      must(tablet.store->note_blob_sent(parcel->n, there.size(), whole));
      if (whole) after = parcel->n;
    }
  }
  void fetch(Tablet& tablet, std::size_t piece) {
    while (true) {
      const auto wanted = must(tablet.store->blobs_wanted(1));
      if (wanted.empty()) return;
      const auto& there = server.at(wanted[0].name);
      const auto from = there.begin() + static_cast<std::ptrdiff_t>(wanted[0].offset);
      const auto left = static_cast<std::size_t>(there.end() - from);
      REQUIRE(must(tablet.store->keep_blob_piece(
          wanted[0].n, std::vector<std::uint8_t>(
                           from, from + static_cast<std::ptrdiff_t>(std::min(piece, left))))));
    }
  }
  void tell(Tablet& tablet, std::vector<sync::ErasureTarget> targets, std::uint8_t number = 2) {
    const sync::ErasureId named{{4, number}};
    const sync::ErasureOrder order{named, dossier, std::move(targets), "art."};
    relay.extra.push_back({99, sync::Event{sync::EraseEvent{order}}});
    relay.sync(tablet);
  }
  static void check_sound(Tablet& tablet) {
    CHECK(must(tablet.store->verify()).problems == std::vector<std::string>{});
  }
  std::map<sync::Digest, std::vector<std::uint8_t>> server;
};

}  // namespace

TEST_CASE("blobs: bytes and reference are one act, and go to a colleague in pieces of any length",
          "[store][blob][P2]") {
  Photos t;
  const auto content = photo(1'500'000);
  const auto reference = t.attach(t.anna, content, t.visit, "r");
  t.attach(t.anna, content, t.visit, "r");  // told twice, done once
  CHECK(must(t.anna.store->blobs()).size() == 1);
  CHECK(Photos::line(t.anna).place == client::BlobPlace::here);
  CHECK(must(t.anna.store->blob(t.core, reference)) == content);
  t.anna.reopen();
  t.relay.sync(t.anna);
  t.send(t.anna);
  CHECK(Photos::line(t.anna).place == client::BlobPlace::both);
  t.relay.sync(t.carla);
  CHECK(Photos::line(t.carla).place == client::BlobPlace::elsewhere);
  CHECK(t.carla.store->blob(t.core, reference).error().code == ErrorCode::not_found);
  t.fetch(t.carla, 77'777);
  CHECK(must(t.carla.store->blob(t.core, reference)) == content);
  CHECK(must(t.carla.store->blob_counts()).to_fetch == 0);
  Photos::check_sound(t.anna);
  Photos::check_sound(t.carla);
}

TEST_CASE("blobs: an act that fails keeps no bytes", "[store][blob][P2]") {
  Photos t;
  auto sealed = must(t.anna.store->seal_blob(t.dossier, "image/jpeg", photo(5'000)));
  const auto failed =
      t.anna.store->once("x", 1, [&](client::Writer& writer) -> Result<std::string> {
        INSIEME_TRY(writer.put_blob(t.core, sealed));
        return Error{ErrorCode::invalid_argument, "no"};
      });
  CHECK_FALSE(failed.ok());
  CHECK(must(t.anna.store->blobs()).empty());
}

TEST_CASE("blobs: bytes that are not what was named are forgotten and fetched anew",
          "[store][blob]") {
  Photos t;
  const auto reference = t.attach(t.anna, photo(40'000), t.visit);
  t.relay.sync(t.anna);
  t.send(t.anna);
  t.relay.sync(t.carla);
  auto wanted = must(t.carla.store->blobs_wanted(9));
  REQUIRE(wanted.size() == 1);
  auto wrong = t.server.at(reference.name);
  wrong[100] ^= 1;
  CHECK_FALSE(must(t.carla.store->keep_blob_piece(wanted[0].n, wrong)));
  wrong.resize(wrong.size() + 1);
  CHECK_FALSE(must(t.carla.store->keep_blob_piece(wanted[0].n, wrong)));
  CHECK(must(t.carla.store->blobs_wanted(9))[0].offset == 0);
  t.fetch(t.carla, 10'000);
  CHECK(must(t.carla.store->blob(t.core, reference)) == photo(40'000));
}

TEST_CASE("blobs: what the server refuses stays here and says why", "[store][blob][P2]") {
  Photos t;
  const auto reference = t.attach(t.anna, photo(900), t.visit);
  const auto parcel = must(t.anna.store->next_blob_to_send(0));
  REQUIRE(parcel.has_value());
  must(t.anna.store->note_blob_refused(parcel->n, "no room\nnon c'è spazio", false));
  CHECK(Photos::line(t.anna).place == client::BlobPlace::here);
  CHECK(Photos::line(t.anna).note == "no room\nnon c'è spazio");
  must(t.anna.store->note_blob_refused(parcel->n, "too large\ntroppo grande", true));
  CHECK(Photos::line(t.anna).place == client::BlobPlace::refused);
  CHECK_FALSE(must(t.anna.store->next_blob_to_send(0)).has_value());
  CHECK(must(t.anna.store->blob(t.core, reference)) == photo(900));
}

TEST_CASE("blobs: a server that forgot is asked for all that is here", "[store][blob]") {
  Photos t;
  t.attach(t.anna, photo(900), t.visit);
  t.relay.sync(t.anna);
  t.send(t.anna);
  CHECK_FALSE(must(t.anna.store->next_blob_to_send(0)).has_value());
  must(t.anna.store->forget_cursor());
  const auto parcel = must(t.anna.store->next_blob_to_send(0));
  REQUIRE(parcel.has_value());
  CHECK(parcel->is_due);
  must(t.anna.store->note_blob_sent(parcel->n, parcel->sealed_size, true));
  CHECK_FALSE(must(t.anna.store->next_blob_to_send(0)).has_value());
}

TEST_CASE("blobs: an erased record takes its bytes along, and what else names them keeps them",
          "[store][blob][P9]") {
  Photos t;
  const sync::RecordId other = t.anna.new_record();
  const auto hers = t.attach(t.anna, photo(4'000, 1), t.visit);
  const auto both = t.attach(t.anna, photo(5'000, 2), t.visit);
  t.attach(t.anna, photo(5'000, 2), other);
  t.relay.sync(t.anna);
  t.send(t.anna);
  t.relay.sync(t.carla);
  t.fetch(t.carla, 1'000'000);
  for (Tablet* tablet : {&t.anna, &t.carla}) {
    t.tell(*tablet, {{"core", t.visit}});
    CHECK(must(tablet->store->blobs()).size() == 1);
    CHECK_FALSE(tablet->store->blob(t.core, hers).ok());
    CHECK(must(tablet->store->blob(t.core, both)) == photo(5'000, 2));
    Photos::check_sound(*tablet);
    t.relay.extra.clear();
  }
}

TEST_CASE("blobs: of an erased dossier nothing stays, not even what was to be sent",
          "[store][blob][P9]") {
  Photos t;
  t.relay.sync(t.anna);
  t.attach(t.anna, photo(4'000), t.visit);
  t.tell(t.anna, {{"", {}}});
  CHECK(must(t.anna.store->blobs()).empty());
  CHECK_FALSE(must(t.anna.store->next_blob_to_send(0)).has_value());
}

TEST_CASE("blobs: an erased visit leaves the photos of an open draft alone", "[store][blob][P2]") {
  Photos t;
  t.attach(t.anna, photo(3'000), t.visit);
  auto sealed = must(t.anna.store->seal_blob(t.dossier, "image/jpeg", photo(4'000, 9)));
  client::Draft draft;
  draft.id = "d";
  draft.is_new = true;
  draft.ref = {t.core, "visit", t.anna.new_record()};
  draft.values_json = R"({"fields":{"files":")" + sync::to_hex(sealed.reference.name) + "\"}}";
  must(t.anna.store->once("d", 1, [&](client::Writer& writer) -> Result<std::string> {
    INSIEME_TRY(writer.put_blob(t.core, sealed));
    INSIEME_TRY(writer.put_draft(draft));
    return std::string("{}");
  }));
  t.relay.sync(t.anna);
  CHECK(must(t.anna.store->next_blob_to_send(0))->sealed_size < 4'000);  // the visit's alone
  t.tell(t.anna, {{t.core.section, t.visit}});
  CHECK(must(t.anna.store->blobs()).size() == 1);
  CHECK(must(t.anna.store->blob(t.core, sealed.reference)) == photo(4'000, 9));
  CHECK_FALSE(must(t.anna.store->next_blob_to_send(0)));
  Photos::check_sound(t.anna);
  t.tell(t.anna, {{t.core.section, draft.ref.id}}, 3);
  CHECK(must(t.anna.store->blobs()).empty());
}

TEST_CASE("blobs: a dossier that leaves takes them along, but for what is still to be sent",
          "[store][blob][P7][P8]") {
  Photos t;
  const auto sent = t.attach(t.anna, photo(4'000, 1), t.visit);
  t.relay.sync(t.anna);
  t.send(t.anna);
  const auto late = t.attach(t.anna, photo(5'000, 2), t.visit);
  t.relay.extra.push_back({98, sync::Event{sync::RevokeEvent{t.dossier, "passato"}}});
  t.relay.sync(t.anna);
  t.relay.extra.clear();
  t.relay.sync(t.anna);
  REQUIRE_FALSE(t.anna.store->dossier(t.dossier).ok());
  // Nobody is shown it, nobody can open it here, and it still goes.
  CHECK(must(t.anna.store->blobs()).empty());
  CHECK_FALSE(t.anna.store->blob(t.core, sent).ok());
  CHECK_FALSE(t.anna.store->blob(t.core, late).ok());
  const auto parcel = must(t.anna.store->next_blob_to_send(0));
  REQUIRE(parcel.has_value());
  CHECK(parcel->name == late.name);
  t.send(t.anna);
  CHECK_FALSE(must(t.anna.store->next_blob_to_send(0)).has_value());
  CHECK(must(t.anna.store->blob_counts()).to_send == 0);
}

TEST_CASE("blobs: what is asked for in vain is asked for more and more rarely", "[store][blob]") {
  Photos t;
  t.attach(t.carla, photo(900), t.visit);
  t.relay.sync(t.carla);
  t.relay.sync(t.anna);
  int asked = 0;
  for (int minute = 0; minute < 2 * 24 * 60; minute += 5) {
    t.anna.platform.now += 5 * 60'000;
    const auto wanted = must(t.anna.store->blobs_wanted(9));
    if (wanted.empty()) continue;
    ++asked;
    must(t.anna.store->note_blob_absent(wanted[0].n));
  }
  CHECK(asked > 8);
  CHECK(asked < 20);
  // A clock that stands in 1970 makes nobody wait.
  t.anna.platform.now = 1'000;
  CHECK(must(t.anna.store->blobs_wanted(9)).size() == 1);
}
