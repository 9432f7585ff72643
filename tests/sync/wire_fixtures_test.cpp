// Golden bytes: the formats of version 1 as they were released. A failure here means that the
// format has changed; that needs a new version number and new fixtures beside these, which stay.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "insieme/sync/blob.hpp"
#include "insieme/sync/sealed_blob.hpp"
#include "insieme/sync/position.hpp"
#include "support/catch.hpp"
#include "support/full_messages.hpp"
#include "support/memory_dictionary.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

/// Names without a folder are of version 1.
std::string path_of(const std::string& name) {
  const bool bare = name.find('/') == std::string::npos;
  return "tests/fixtures/" + std::string(bare ? "wire-v1/" : "") + name + ".hex";
}

/// 32 bytes a line, so that a difference can be seen in a review.
std::string as_lines(const ByteList& bytes) {
  const std::string hex = to_hex(bytes);
  std::string lines;
  for (std::size_t at = 0; at < hex.size(); at += 64) lines += hex.substr(at, 64) + "\n";
  return lines;
}

ByteList from_lines(const std::string& name) {
  std::ifstream in(path_of(name));
  REQUIRE(in.good());
  std::string hex;
  for (std::string line; std::getline(in, line);) hex += line;
  ByteList bytes(hex.size() / 2);
  REQUIRE(from_hex(hex, bytes).ok());
  return bytes;
}

/// Compares with the stored bytes. INSIEME_WRITE_FIXTURES=1 writes the ones that are missing.
ByteList golden(const std::string& name, const ByteList& now) {
  if (std::getenv("INSIEME_WRITE_FIXTURES") != nullptr && !std::ifstream(path_of(name)).good()) {
    std::ofstream(path_of(name)) << as_lines(now);
  }
  return from_lines(name);
}

}  // namespace

TEST_CASE("golden bytes: header, id and body digest of a change", "[sync][wire][golden]") {
  const ByteList header = encode_header(sample_header());
  const ByteList stored = golden("header", header);
  CHECK(as_lines(header) == as_lines(stored));
  CHECK(*decode_header(stored) == sample_header());
  ChangeId previous;
  previous.bytes.fill(1);
  ChangeId dep;
  dep.bytes.fill(2);
  const ChangeId id = compute_id(previous, {dep, dep}, header);
  CHECK(as_lines({id.bytes.begin(), id.bytes.end()}) ==
        as_lines(golden("change-id", {id.bytes.begin(), id.bytes.end()})));
  const Digest body = digest_body(key_of("key"), encode_body(sample_ops()));
  CHECK(as_lines({body.bytes.begin(), body.bytes.end()}) ==
        as_lines(golden("body-digest", {body.bytes.begin(), body.bytes.end()})));
}

TEST_CASE("golden bytes: body of a change with every kind of operation", "[sync][wire][golden]") {
  const ByteList body = encode_body(sample_ops());
  const ByteList stored = golden("body", body);
  CHECK(as_lines(body) == as_lines(stored));
  CHECK(*decode_body(stored) == sample_ops());
}

TEST_CASE("golden bytes: canonical and packed record", "[sync][wire][golden]") {
  const RecordState record = sample_record();
  const ByteList canonical = encode_record(record);
  const ByteList stored = golden("wire-v2/record", canonical);
  CHECK(as_lines(canonical) == as_lines(stored));
  CHECK(*decode_record(stored) == record);
  // Version 1 wrote texts event by event.
  CHECK(*decode_record(from_lines("record")) == record);
  MemoryDictionary dictionary;
  const ByteList packed =
      pack_record(record, dictionary, [](const FieldState& f) { return f.name != "tags"; });
  const ByteList stored_pack = golden("wire-v3/packed-record", packed);
  CHECK(as_lines(packed) == as_lines(stored_pack));
  const Refill refill = [&](std::string_view field) {
    return field == "whole"  ? text("in one piece")
           : field == "note" ? text(record.field("note")->text.text())
                             : number(1);
  };
  CHECK(*unpack_record(stored_pack, record.id, record.type, dictionary, refill) == record);
  // Version 1 wrote the events of a text one by one.
  const ByteList old_pack = from_lines("packed-record");
  CHECK(*unpack_record(old_pack, record.id, record.type, dictionary, refill) == record);
}

TEST_CASE("golden bytes: digests of state, items and manifests", "[sync][wire][golden]") {
  Peer a("tablet-A");
  Peer b("tablet-B");
  a.write({set_op("reg", "x")});
  b.write({set_op("reg", "y")});
  sync_both(a, b);
  const Digest state = a.digest();
  const Digest manifest = manifest_of(device("tablet"), a.log());
  ByteList all(state.bytes.begin(), state.bytes.end());
  all.insert(all.end(), manifest.bytes.begin(), manifest.bytes.end());
  const std::uint64_t generation = a.items().at(0).generation;
  for (int shift = 0; shift < 64; shift += 8) {
    all.push_back(static_cast<std::uint8_t>(generation >> shift));
  }
  CHECK(as_lines(all) == as_lines(golden("wire-v2/digests", all)));
}

TEST_CASE("golden bytes: a snapshot is read as it was", "[sync][wire][golden]") {
  Document document(document_of("d1"), key_of("key"));
  const auto author = [&](std::string_view replica, std::vector<Operation> ops) {
    REQUIRE(document.author(rep(replica), Stamp{7, 1}, "anna", 3, std::move(ops)).ok());
  };
  author("tablet-A", {set_op("reg", "old"), splice_op("note", {{0, 0, "una nota"}})});
  const VersionVector form = document.frontier().version();
  author("tablet-A", {set_op("reg", "x"), add_op("tags", "t"), inc_op("n", -3)});
  author("tablet-B", {with_context(set_op("reg", "y"), form), retract_op("r2")});
  const Snapshot snapshot = *document.snapshot();
  const ByteList stored = golden("wire-v2/snapshot", *encode_snapshot(snapshot));
  const auto read = decode_snapshot(stored);
  REQUIRE(read.ok());
  CHECK(*read == snapshot);
}

TEST_CASE("golden bytes: messages are read as they were; small ones are written as they were",
          "[sync][wire][golden]") {
  // What zstd makes of a large message may change with its version; what it means may not.
  SyncRequest request = sample_request();
  request.protocol = 1;
  const ByteList stored = golden("request", encode_message(request));
  for (Change& change : request.changes) change = as_received(change);
  CHECK(std::get<SyncRequest>(*decode_message(stored)) == request);
  SyncReply answer = sample_reply();
  answer.protocol = 1;
  const ByteList reply = golden("reply", encode_message(answer));
  CHECK(encode_message(*decode_message(reply)) ==
        encode_message(*decode_message(encode_message(answer))));
  SyncReply small;
  small.protocol = 1;
  small.cursor.epoch = 1;
  small.cursor.position = 300;
  small.cursor.log_hash = Hasher("sample").finish();
  const ByteList plain = encode_message(small);
  CHECK(as_lines(plain) == as_lines(golden("small-reply", plain)));
}

TEST_CASE("golden bytes: what version 2 of the protocol added", "[sync][wire][golden]") {
  SyncRequest request;
  request.protocol = 2;
  request.device = device("tablet");
  Backfill backfill;
  backfill.dossier = dossier("d1");
  backfill.grant_position = 7;
  backfill.snapshot = SnapshotPlace{"core", Hasher("sample").finish(), 300};
  backfill.folded = {{"core", vv({{"A", 3}})}, {"health", vv({{"A", 1}, {"B", 2}})}};
  request.backfill = backfill;
  request.log_only = true;
  request.acknowledgements = {{document_of("d1"), vv({{"A", 3}})}};
  const ByteList asked = encode_message(request);
  CHECK(as_lines(asked) == as_lines(golden("wire-v2/request", asked)));
  CHECK(std::get<SyncRequest>(*decode_message(from_lines("wire-v2/request"))) == request);
  SyncReply reply;
  reply.protocol = 2;
  reply.backfill = backfill;
  reply.items = {{7, SnapshotPart{document_of("d1"), Hasher("sample").finish(), 4, 1, {1, 2, 3}}}};
  reply.stable = request.acknowledgements;
  const ByteList said = encode_message(reply);
  CHECK(as_lines(said) == as_lines(golden("wire-v2/reply", said)));
  CHECK(std::get<SyncReply>(*decode_message(from_lines("wire-v2/reply"))) == reply);
}

TEST_CASE("golden bytes: messages of versions 3 and 4 with every list filled",
          "[sync][wire][golden]") {
  for (const std::uint32_t protocol : {3U, 4U}) {
    const std::string folder = "wire-v" + std::to_string(protocol) + "/";
    INFO(folder);
    SyncRequest request = full_request(protocol);
    const ByteList asked = golden(folder + "request", encode_message(request));
    for (auto* changes : {&request.changes, &request.healing.changes}) {
      for (Change& change : *changes) {
        if (!is_redacted(change)) change = as_received(change);  // of those the digest travels
      }
    }
    const auto read = decode_message(asked);
    REQUIRE(read.ok());
    const auto& heard = std::get<SyncRequest>(*read);
    CHECK(heard == request);
    CHECK(heard.healing.vouchers.at(0).hollow.size() == 4);
    CHECK(heard.permits_wanted.size() == 2);
    CHECK(heard.texts_of_others.size() == 1);
    CHECK(heard.letters.size() == 2);
    CHECK(heard.erased.size() == (protocol < 4 ? 0U : 2U));
    CHECK(heard.erase.size() == (protocol < 4 ? 0U : 1U));

    const SyncReply reply = full_reply(protocol);
    const ByteList said = golden(folder + "reply", encode_message(reply));
    const auto answer = decode_message(said);
    REQUIRE(answer.ok());
    CHECK(encode_message(*answer) == encode_message(*decode_message(encode_message(reply))));
    const auto& told = std::get<SyncReply>(*answer);
    CHECK(told.items.size() == reply.items.size());
    CHECK(told.vouches == reply.vouches);
    CHECK(told.healed == reply.healed);
    CHECK(told.permits == reply.permits);
    CHECK(told.letters == reply.letters);
    CHECK(told.covered == reply.covered);
    CHECK(told.stable == reply.stable);
    CHECK(told.erasures == reply.erasures);
  }
}

TEST_CASE("golden bytes: a voucher as a store keeps it", "[sync][wire][golden]") {
  const ByteList bytes = encode_voucher(sample_voucher());
  CHECK(as_lines(bytes) == as_lines(golden("wire-v3/voucher", bytes)));
  CHECK(*decode_voucher(from_lines("wire-v3/voucher")) == sample_voucher());
}

TEST_CASE("golden bytes: escrow operations, their record and their snapshot",
          "[sync][wire][golden][P11]") {
  Document document(document_of("d1"), key_of("key"));
  const auto author = [&](std::string_view replica, std::vector<Operation> ops) {
    REQUIRE(document.author(rep(replica), Stamp{7, 1}, "anna", 3, std::move(ops)).ok());
  };
  const Operation opaque = op_on("r1", "credit", OpaqueOp{77, {1, 2, 3}});
  const std::vector<Operation> every{grant_op("credit", "tablet-A", 20),
                                     transfer_op("credit", "tablet-B", 5),
                                     spend_op("credit", 300, false),
                                     spend_op("credit", 2, true),
                                     refund_op("credit", dot("tablet-A", 1, 1)),
                                     reclaim_op("credit", "tablet-B", "tablet-A"),
                                     opaque};
  const ByteList body = encode_body(every);
  CHECK(as_lines(body) == as_lines(golden("wire-v3/escrow-body", body)));
  CHECK(*decode_body(from_lines("wire-v3/escrow-body")) == every);
  author("tablet-A", {grant_op("credit", "tablet-A", 20), spend_op("credit", 3)});
  author("tablet-A", {transfer_op("credit", "tablet-B", 5)});
  author("tablet-B", {spend_op("credit", 5), spend_op("credit", 1, false)});
  author("tablet-A", {refund_op("credit", dot("tablet-A", 1, 1)),
                      reclaim_op("credit", "tablet-B", "tablet-A"), opaque});
  const RecordState record = document.records().at(rec("r1"));
  const ByteList canonical = encode_record(record);
  CHECK(as_lines(canonical) == as_lines(golden("wire-v3/escrow-record", canonical)));
  CHECK(*decode_record(from_lines("wire-v3/escrow-record")) == record);
  // It was written when operations of later engines were folded away.
  const auto read = decode_snapshot(from_lines("wire-v3/escrow-snapshot"));
  REQUIRE(read.ok());
  CHECK(read->records == document.records());
  CHECK(read->frontier == document.frontier());
  CHECK(*decode_snapshot(*encode_snapshot(*read)) == *read);
}

TEST_CASE("golden bytes: an order to erase and a body of which something was erased",
          "[sync][wire][golden][P9]") {
  const ErasureOrder order = sample_order();
  const ByteList bytes = encode_order(order);
  CHECK(as_lines(bytes) == as_lines(golden("wire-v4/erasure-order", bytes)));
  CHECK(*decode_order(from_lines("wire-v4/erasure-order")) == order);
  Change change{sample_header(),
                std::vector<Operation>{set_op("reg", "x"), set_op("reg", "y", "r2"),
                                       set_op("auto", "z")}};
  Redaction redaction;
  redaction.add(rec("r2"));
  redact(change, redaction);
  const ByteList body = encode_body(*change.ops);
  CHECK(as_lines(body) == as_lines(golden("wire-v4/redacted-body", body)));
  CHECK(*decode_body(from_lines("wire-v4/redacted-body")) == *change.ops);
}

TEST_CASE("golden bytes: a late splice and the ground of a document", "[sync][wire][golden][P8]") {
  std::vector<Operation> ops{splice_op("note", {{3, 1, " e"}}), splice_op("other", {{0, 0, "x"}})};
  std::get<SpliceOp>(ops[0].action).base = "uno, due";
  std::get<SpliceOp>(ops[1].action).base = "";
  const ByteList body = encode_body(ops);
  CHECK(as_lines(body) == as_lines(golden("wire-v5/late-body", body)));
  CHECK(*decode_body(from_lines("wire-v5/late-body")) == ops);
  SyncReply reply;
  reply.protocol = 5;
  ChangeId id;
  id.bytes.fill(7);
  reply.grounds = {{document_of("d1"), false, {{rep("tablet-A"), 300, id}}},
                   {document_of("d1", "health"), true, {}}};
  const ByteList bytes = encode_message(reply);
  CHECK(as_lines(bytes) == as_lines(golden("wire-v5/reply", bytes)));
  CHECK(std::get<SyncReply>(*decode_message(from_lines("wire-v5/reply"))) == reply);
}

TEST_CASE("golden bytes: changes in columns are read as they were",
          "[sync][wire][golden][columns]") {
  SyncReply reply = full_reply(6);
  for (std::uint64_t seq = 301; seq < 310; ++seq) {
    Change change = sample_change();
    change.header.seq = seq;
    change.header.transaction.reset();
    change.header.origin.reset();
    reply.items.push_back({600 + seq, change});
  }
  const ByteList bytes = golden("wire-v6/reply", encode_message(reply));
  const auto read = decode_message(bytes);
  REQUIRE(read.ok());
  CHECK(bytes[4] == 2);
  CHECK(*read == *decode_message(encode_message(reply)));
  reply.protocol = 5;
  auto rows = decode_message(encode_message(reply));
  REQUIRE(rows.ok());
  std::get<SyncReply>(*rows).protocol = 6;
  CHECK(*read == *rows);
}

TEST_CASE("golden bytes: a place in a list and a reference to a blob",
          "[sync][wire][golden]") {
  const std::string place = *position_between("V", "W", rec("r1"));
  const Bytes blob = *encode_blob_ref({blob_digest({}), 300, "image/jpeg"});
  ByteList all(place.begin(), place.end());
  all.insert(all.end(), blob.data.begin(), blob.data.end());
  CHECK(as_lines(all) == as_lines(golden("wire-v3/place-and-blob", all)));
}

TEST_CASE("golden bytes: a file as it is sealed, and what names it", "[sync][wire][golden][blob]") {
  const auto sealed = seal_blob(key_of("key"), "image/jpeg", ByteList(100, 7));
  REQUIRE(sealed.ok());
  const Bytes reference = *encode_blob_ref(sealed->reference);
  ByteList all = reference.data;
  all.insert(all.end(), sealed->bytes.begin(), sealed->bytes.end());
  CHECK(as_lines(all) == as_lines(golden("wire-v5/sealed-blob", all)));
}

TEST_CASE("golden bytes: what devices exchange without a server",
          "[sync][wire][golden][exchange]") {
  const ExchangeSamples s;
  const DocumentId core = document_of("d1");
  const auto same = [](const std::string& name, const ByteList& now) {
    CHECK(as_lines(now) == as_lines(golden("wire-v3/exchange-" + name, now)));
  };
  same("handout", encode_handout(s.handout("anna", core)));
  // What zstd makes of a frame may change with its version.
  Letter letter = s.letter("anna", core, 3);
  letter.frame = {1, 2, 3};
  same("letter", encode_letter(letter));
  same("permit", encode_permit({s.grant("anna", core.dossier, {"core"}), {s.key(core)}}));
  same("sealed", seal(s.key(core), "handout", ByteList{1, 2, 3}));
  same("sealed-for", *seal_for(s.server.public_key, pair_of("anna").secret_key, ByteList{1, 2, 3}));
  const Bundle bundle{s.space, {{{}, {1, 2}}, {label_of(s.key(core)), {3}}}};
  same("bundle", encode_bundle(bundle));
  same("file", *encode_exchange_file({s.space, {{1, 2}, {3}}}));
  CHECK(*decode_bundle(from_lines("wire-v3/exchange-bundle")) == bundle);
  CHECK(*open_sealed(s.key(core), "handout", from_lines("wire-v3/exchange-sealed")) ==
        ByteList{1, 2, 3});
  CHECK(*open_sealed_for(s.server.secret_key, from_lines("wire-v3/exchange-sealed-for")) ==
        ByteList{1, 2, 3});
}
