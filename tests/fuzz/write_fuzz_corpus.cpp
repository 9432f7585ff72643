// Writes the seeds of the fuzzers: one small valid input of each format.
#include <zstd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>

#include "commands/table.hpp"
#include "insieme/sync/sealed_blob.hpp"
#include "support/exchange_samples.hpp"
#include "support/memory_dictionary.hpp"
#include "support/samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

void write(const std::filesystem::path& folder, const std::string& name, const ByteList& bytes) {
  std::filesystem::create_directories(folder);
  std::ofstream out(folder / name, std::ios::binary);
  for (const std::uint8_t byte : bytes) out.put(static_cast<char>(byte));
}

void write(const std::filesystem::path& folder, const std::string& name, std::string_view text) {
  write(folder, name, ByteList(text.begin(), text.end()));
}

/// The payload of a reply that is too small to be compressed.
ByteList small_reply() {
  SyncReply reply;
  reply.cursor.epoch = 1;
  reply.cursor.position = 5;
  reply.cursor.log_hash = Hasher("sample").finish();
  const ByteList frame = encode_message(reply);
  INSIEME_ASSERT(frame[4] == 0);
  return {frame.begin() + 13, frame.end() - 8};
}

ByteList random_bytes(std::uint32_t seed, std::size_t size) {
  std::mt19937 random(seed);
  ByteList bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// A reply in columns as the fuzzer of messages takes it.
ByteList reply_in_columns() {
  SyncReply reply;
  for (std::uint64_t seq = 301; seq < 310; ++seq) {
    Change change = sample_change();
    change.header.seq = seq;
    if (seq > 301) change.ops = std::vector<Operation>{set_op("reg", "x")};
    reply.items.push_back({600 + seq, change});
  }
  const ByteList frame = encode_message(reply);
  INSIEME_ASSERT(frame[4] == 2);
  std::size_t at = 13;
  const auto number = [&] {
    std::size_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      value |= std::size_t{frame[at] & 0x7fU} << shift;
      if (frame[at++] < 0x80) return value;
    }
  };
  ByteList input{3, 0, 0};
  for (int part = 0; part < 2; ++part) {
    const std::size_t size = number();
    const std::size_t packed = number();
    ByteList bytes(size);
    if (packed == 0) {
      std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), size, bytes.begin());
    } else {
      const std::size_t got = ZSTD_decompress(bytes.data(), size, &frame[at], packed);
      INSIEME_ASSERT(got == size);
    }
    at += packed == 0 ? size : packed;
    if (part == 0) {
      input[1] = static_cast<std::uint8_t>(size);
      input[2] = static_cast<std::uint8_t>(size >> 8);
    }
    input.insert(input.end(), bytes.begin(), bytes.end());
  }
  return input;
}

/// What the envelope of a snapshot holds: behind 8 bytes, before 8 more, and mostly compressed.
ByteList columns_of(const ByteList& snapshot) {
  const std::span payload = std::span(snapshot).subspan(8, snapshot.size() - 16);
  if (snapshot[3] == 0) return {payload.begin(), payload.end()};
  ByteList columns(std::size_t{snapshot[4]} | std::size_t{snapshot[5]} << 8);
  const std::size_t got =
      ZSTD_decompress(columns.data(), columns.size(), payload.data(), payload.size());
  INSIEME_ASSERT(got == columns.size());
  return columns;
}

/// What the envelope of a bundle or a file holds.
ByteList inside(const ByteList& bytes) { return {bytes.begin() + 3, bytes.end() - 8}; }

void write_exchange(const std::filesystem::path& folder) {
  const ExchangeSamples s;
  const DocumentId core = document_of("d1");
  const ByteList bundle = encode_bundle(s.bundle("anna", core));
  write(folder, "handout", encode_handout(s.handout("anna", core)));
  write(folder, "letter", encode_letter(s.letter("anna", core)));
  write(folder, "permit",
        encode_permit({s.grant("anna", core.dossier, {"core"}), {s.key(core)}}));
  write(folder, "bundle", bundle);
  write(folder, "inside-bundle", inside(bundle));
  write(folder, "inside-file", inside(*encode_exchange_file({s.space, {{1, 2}, {3}}})));
}

/// A first byte that says how the rest is taken.
ByteList after(std::uint8_t how, const ByteList& bytes) {
  ByteList out{how};
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}
ByteList after(std::uint8_t how, std::string_view text) {
  return after(how, ByteList(text.begin(), text.end()));
}

void write_sealed(const std::filesystem::path& root) {
  const ExchangeSamples s;
  const DocumentId core = document_of("d1");
  const Handout handout = s.handout("anna", core);
  const ByteList sealed = seal_handout(s.key(core), handout);
  write(root / "sealed", "raw", after(0, sealed));
  write(root / "sealed", "handout", after(1, *open_sealed(s.key(core), "handout", sealed)));
  SyncRequest request;
  request.device = device("anna");
  const ByteList frame = encode_message(request);
  write(root / "sealed", "letter", after(2, ByteList(frame.begin() + 13, frame.end() - 8)));
  write(root / "sealed", "letter-frame", after(3, s.letter("anna", core).frame));
  const ErasureOrder order{id_of<ErasureId>("o1"), core.dossier, {{"core", rec("r1")}}, "art. 17"};
  write(root / "sealed", "order", after(4, encode_order(order)));
  write(root / "ledger", "order", after(1, encode_order(order)));
  write(root / "session", "untouched", ByteList{0});
  write(root / "session", "flips", ByteList{0, 0, 200, 9, 0, 0, 210, 3, 0, 250, 4, 1, 2, 3, 4});
  const ByteList bundle = encode_bundle(s.bundle("anna", core));
  write(root / "stick", "file", after(0, *encode_exchange_file({s.space, {bundle}})));
  write(root / "stick", "in-file", after(1, inside(*encode_exchange_file({s.space, {bundle}}))));
  write(root / "stick", "in-bundle", after(2, inside(bundle)));
  write(root / "stick", "for-the-server", after(3, encode_letter(s.letter("anna", core))));
}

void write_backups(const std::filesystem::path& root) {
  ByteList file;
  for (const char c : std::string_view("INSIEME BACKUP\n\x01")) {
    file.push_back(static_cast<std::uint8_t>(c));
  }
  file.resize(file.size() + 16 + 32 + 8);
  file.push_back(1);                              // one recipient, and the header of the stream
  file.resize(file.size() + 8 + 80 + 24, 7);
  const ByteList length{121, 0, 0, 0};
  file.insert(file.end(), length.begin(), length.end());
  file.resize(file.size() + 121, 9);
  write(root / "backup", "file", after(0, file));
  write(root / "backup", "content", after(1, random_bytes(5, 90)));
  write(root / "backup", "key",
        after(2, "# x\nf5b1-6a49-a569-c269-8da6-775f-eb65-51b4-26ba-ecc9-792b-707e-d035-a3a7-"
                 "4f0b-1f9f-23e5-63ba\n"));
}

void write_client_files(const std::filesystem::path& root) {
  ByteList slot{'I', 'P', 'I', 'N', 1, 1};
  for (std::uint8_t at = 6; at < 240; ++at) slot.push_back(at < 46 ? std::uint8_t{1} : at);
  write(root / "lock", "slots", after(1, slot));
  write(root / "lock", "raw", after(0, slot));
  write(root / "lock", "answer", after(2, "0A1B-2C3D-4E5F-6071-8293-A4B5-C6D7-E8F9-0102-0304"));
  const std::string order =
      R"({"space":"01000000000000000000000000000000","device":"02000000000000000000000000000000",)"
      R"("order":"03000000000000000000000000000000","kind":2,"at":1790000000000,"reason":"perso",)"
      R"("key":")" +
      std::string(64, 'a') + R"(","url":"https://x","pin":"","report":")" + std::string(64, 'b') +
      R"(","parcels":2})";
  write(root / "lock", "order", after(4, order));
  write(root / "lock", "order-torn", after(3, "IORD1L" + order));
  write(root / "lock", "order-heard",
        after(5, R"({"order":"03000000000000000000000000000000","order_kind":"wipe",)"
                 R"("order_reason":"x","ordered_ms":"5","token":"t","order_signature":")" +
                     std::string(128, 'a') + R"(","report":")" + std::string(64, 'b') +
                     R"(","signature":")" + std::string(128, 'c') + "\"}"));
  write(root / "glass", "list",
        R"({"openings":[{"id":"00112233445566778899aabbccddeeff","dossier":")"
        R"(019a4c2e-0000-7000-8000-000000000001","account":"dora","name":"Dora","mine":false,)"
        R"("reason":"una chiamata","opened_at":"2026-01-31T08:30:00.000Z",)"
        R"("until":"2026-01-31T10:30:00.000Z","seen_by":"carla","seen_at":)"
        R"("2026-01-31T09:00:00.000Z","note":"x"}]})");
  write(root / "steer", "people",
        R"({"people":[{"account":"anna","name":"Anna\nRossi","role":"educator","devices":[]}],)"
        R"("more":false})");
  write(root / "frozen", "page",
        after(0, R"({"code":"R1","title":"T","help":"","source":"s","language":"it","holds":true,)"
                 R"("parameters":[{"label":"Anno","text":"2026"}],"tables":[{"name":"t","title":)"
                 R"("T","help":"","label_heads":["a"],"heads":["n"],"notes":[],"rows":[{"level":)"
                 R"("total","labels":["x"],"cells":[{"text":"1","unit":"number","value":"1"}]}]}],)"
                 R"("checks":[]})"));
  write(root / "frozen", "pieces", after(1, "0000:una nota.\f0001:\xc3\xa8."));
  const std::string page = R"({"position":"5","next":"01/core","documents":[{"document":")" +
                           std::string(32, '0') + R"(/core","count":1,"history":")" +
                           std::string(64, 'a') + "\"}]}";
  write(root / "compare", "pages", page + "\f" + R"({"position":"5","documents":[]})");
  write(root / "compare", "again-and-again", page);
  write(root / "ledger", "lines",
        after(0, R"({"bytes":"00","hash":"00","asked_by":"a","confirmed_by":"b","at_ms":1})"));
  write(root / "ledger", "revoked",
        after(2, R"({"what":"account","subject":"anna","revoked":true,"order":0,"order_id":")" +
                     std::string(32, '0') + R"(","by":"carla","at_ms":1,"hash":"00"})"));
  write(root / "ledger", "denied",
        after(3, R"({"dossier":"019a4c2e-0000-7000-8000-000000000000","account":"anna",)"
                 R"("denied":true,"sections":"core","except":"","by":"carla","at_ms":1,)"
                 R"("hash":"00"})"));
  write(root / "ledger", "shut-out", after(4, std::string_view("abcanna")));
  write(root / "replay", "script",
        "{\"do\":\"replica\",\"name\":\"A\"}\n{\"do\":\"replica\",\"name\":\"B\"}\n"
        R"({"do":"write","on":"A","record":"r","set":{"reg":1e17},"splice":{"note":[[0,0,"c"]]}})"
        "\n{\"do\":\"sync\",\"between\":[\"A\",\"B\"]}\n{\"do\":\"dump\",\"on\":\"B\"}\n");
}

/// One file of rules and one of reports, the smallest of the bundle.
void write_books(const std::filesystem::path& root) {
  for (const auto& [how, folder] : {std::pair{0, "rules/"}, std::pair{1, "reports/"}}) {
    std::string least;
    for (const auto& [name, text] : schema::embedded_bundle_files()) {
      const bool is_one = name.rfind(folder, 0) == 0;
      if (is_one && (least.empty() || text.size() < least.size())) least = text;
    }
    write(root / "books", how == 0 ? "rules" : "reports",
          after(static_cast<std::uint8_t>(how), least));
  }
}

void write_sync_formats(const std::filesystem::path& root) {
  write_exchange(root / "exchange");
  write_sealed(root);
  write_backups(root);
  write(root / "header", "sample", encode_header(sample_header()));
  ChangeHeader first = sample_header();
  first.seq = 1;
  first.deps.clear();
  first.transaction.reset();
  first.origin.reset();
  write(root / "header", "first", encode_header(first));
  write(root / "body", "sample", encode_body(sample_ops()));
  for (const Operation& op : sample_ops()) {
    write(root / "body", "op-" + std::to_string(op.action.index()), encode_body({op}));
  }
  write(root / "record", "sample", encode_record(sample_record()));
  MemoryDictionary dictionary;
  const Elide elide = [](const FieldState& field) { return field.name.size() % 2 == 0; };
  write(root / "packed_record", "sample", pack_record(sample_record(), dictionary, elide));
  Peer maker("A");
  maker.write({set_op("re", "x"), set_op("odd", "y"), add_op("tags", "t"), add_op("tags", "u"),
               splice_op("note", {{0, 0, "in one piece"}})});
  MemoryDictionary few;
  write(root / "packed_record", "brief", pack_record(maker.record(), few, elide));
  write(root / "message", "request", encode_message(sample_request()));
  write(root / "message", "reply", encode_message(sample_reply()));
  write(root / "message", "reply-in-columns", reply_in_columns());
  ByteList reply{1};
  const ByteList payload = small_reply();
  reply.insert(reply.end(), payload.begin(), payload.end());
  write(root / "message", "small-reply", reply);
  ByteList turns;
  for (std::uint8_t turn = 0; turn < 3; ++turn) {
    turns.insert(turns.end(), {2, static_cast<std::uint8_t>(payload.size()), 0});
    turns.insert(turns.end(), payload.begin(), payload.end());
  }
  write(root / "client_sync", "turns", turns);
  write(root / "client_sync", "failures", {0, 0, 0, 0, 200, 1, 0, 250, 9, 2, 0, 1, 3});
  Peer peer("A");
  peer.write({set_op("f", "x")});
  const ByteList snapshot = *encode_snapshot(*peer.document().snapshot());
  write(root / "snapshot", "sample", snapshot);
  write(root / "snapshot", "columns", columns_of(snapshot));
  MemoryDictionary numbers;
  write(root / "order", "sample",
        encode_order({id_of<ErasureId>("o1"), dossier("d1"),
                      {{"core", rec("r1")}, {"health", {}}, {{}, rec("r2")}}, "art. 17"}));
  write(root / "version_vector", "sample",
        encode_version(sample_ops().back().context.value_or(vv({{"A", 3}}))));
  Voucher voucher;
  voucher.document = document_of("d1");
  voucher.heads = {{rep("A"), 3, {}}};
  voucher.hollow = {{rep("A"), 2, HollowState::refused}};
  write(root / "voucher", "sample", encode_voucher(voucher));
  write(root / "frontier", "sample", pack_frontier(peer.document().frontier(), numbers));
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    write(root / "server_sync", "history-" + std::to_string(seed), random_bytes(seed, 100 * seed));
  }
}

void write_texts(const std::filesystem::path& root) {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    write(root / "text", "events-" + std::to_string(seed), random_bytes(seed, 150 * seed));
  }
  write(root / "place", "first", "1.57." + std::string(64, 'a'));
  write(root / "invitation", "insieme", "insieme://ats.test:8443/ABCD-EFGH-JKLM?key=00ff&tls=0");
  write(root / "invitation", "https", "https://ats.test/invito?invitation=ABCD-EFGH-JKLM\n");
  write(root / "invitation", "code", "abcd efgh jklm");
  write(root / "csv", "semicolon", "\xEF\xBB\xBFname;commune\r\n\"Rossi; Bianchi\";Bibbiano\r\n");
  write(root / "csv", "comma", "a,\"b\"\"c\"\n\n1,2\n");
  write(root / "listing", "two",
        "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>true</IsTruncated><Contents>"
        "<Key>foto/00/01</Key><LastModified>2026-11-26T22:10:03.000Z</LastModified></Contents>"
        "<Contents><Key>foto/00/02</Key></Contents></ListBucketResult>");
  write(root / "import", "households", "name;commune\nRossi;Bibbiano\nVerdi;Nessuno\n;\n");
  write(root / "server_config", "all",
        "# office\nlisten = 127.0.0.1:0\ntoken_ttl = 15m\nbody_max=4M\ndata = /tmp/x\n");
  char type = 0;
  for (const char* text : {"01/06/2021 10:30", "1.234,56", "2021-06", "-12", "x", "casa"}) {
    write(root / "values", "value-" + std::to_string(type), std::string(1, type) + text);
    ++type;
  }
}

void write_bundle(const std::filesystem::path& root) {
  char which = 0;
  for (const char* file : {"bundle.json", "sections.json", "lists/visit.json", "types/note.json"}) {
    std::string text = schema::embedded_bundle_files().at(file);
    text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
    write(root / "bundle", "file-" + std::to_string(which), std::string(1, which) + text);
    ++which;
  }
}

void write_requests(const std::filesystem::path& root) {
  for (const client::commands::CommandSpec& command : client::commands::all_commands()) {
    write(root / "command", command.name, std::string_view(command.example.text()));
  }
  const auto id = to_text(id_of<DeviceId>("device"));
  const std::string hex(64, 'a');
  write(root / "server_api", "enrol",
        std::string(1, 0) + "\f\f" + R"({"invitation":"ABCD-EFGH-JKLM","device_public_key":")" +
            hex + R"(","device_name":"x","replica":")" + id + "\"}");
  write(root / "server_api", "challenge",
        std::string(1, 1) + "\f\f" + R"({"device":")" + id + "\"}");
  write(root / "server_api", "token",
        std::string(1, 2) + "\f\f" + R"({"device":")" + id + R"(","nonce":"00","signature":")" +
            hex + hex + "\"}");
  write(root / "server_api", "digests",
        std::string(1, 14) + "after=" + id + "/core&limit=3\ftoken-anna\f");
  write(root / "server_api", "findings",
        std::string(1, 9) + "after=" + hex + "&limit=3\ftoken-anna\f");
  const ByteList frame = encode_message(sample_request());
  ByteList sync{133, '\f'};
  for (const char letter : std::string_view("token-anna\f")) {
    sync.push_back(static_cast<std::uint8_t>(letter));
  }
  sync.insert(sync.end(), frame.begin(), frame.end());
  write(root / "server_api", "sync", sync);
  const std::string welcome = R"({"device":")" + id + R"(","space":")" + id +
                              R"(","account":"anna","server_public_key":"00"})";
  std::string turns(1, 0);
  for (const std::string& body :
       {welcome, std::string(R"({"nonce":"00"})"), std::string(R"({"token":"t"})")}) {
    turns += std::string(1, '\0') + static_cast<char>(body.size()) + std::string(1, '\0') + body;
  }
  const ByteList reply = small_reply();
  turns += std::string(1, '\0') + static_cast<char>(reply.size()) + std::string(1, '\0');
  turns.append(reply.begin(), reply.end());
  write(root / "server_reply", "enrol-and-sync", turns);
  write(root / "server_reply", "findings",
        std::string(1, 1) + R"({"position":"9","more":true,"next":")" + hex +
            R"(","findings":[{"key":")" + hex +
            R"(","kind":"nota_altrove","name":"asl-4","evidence":["elsewhere_tax_code"],)" +
            R"("records":[{"id":")" + id + R"(","type":"member","dossier":")" + id +
            R"("}],"body":"ASL 4","ask":"tel. 0522"}],"cut":["likely_same_visit"]})");
}

/// What an identity provider sends, and what people type.
void write_tokens(const std::filesystem::path& root) {
  write(root / "account", "hash",
        "$argon2id$v=19$m=65536,t=2,p=1$bm9ib2R5J3Mgc2FsdCAtIA$" + std::string(43, 'A'));
  write(root / "account", "password", "tre parole facili");
  write(root / "account", "code", "123 456");
  write(root / "account", "recovery", "abcde-fghjk-mnpqr");
  write(root / "jwt", "keys",
        R"({"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":"e",)"
        R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
  write(root / "jwt", "description",
        R"({"issuer":"https://ente.example","authorization_endpoint":"https://ente.example/auth",)"
        R"("token_endpoint":"https://ente.example/token","jwks_uri":"https://ente.example/jwks",)"
        R"("response_types_supported":["code"]})");
  write(root / "jwt", "claims",
        R"({"iss":"https://ente.example","aud":["insieme"],"azp":"insieme","sub":"248289761001",)"
        R"("nonce":"n","iat":1790000000,"exp":1790000300,"auth_time":1790000000.5,)"
        R"("email":"anna@comune.example","email_verified":true})");
  // {"alg":"EdDSA","kid":"e"} and no claims; nobody has signed it.
  write(root / "jwt", "token", "eyJhbGciOiJFZERTQSIsImtpZCI6ImUifQ.e30." + std::string(86, 'A'));
}

void write_blobs(const std::filesystem::path& root) {
  write(root / "sealed_blob", "small", after(20, random_bytes(3, 20)));
  const auto sealed = seal_blob(DossierKey{}, "image/png", random_bytes(4, 60));
  write(root / "sealed_blob", "sealed", after(60, sealed->bytes));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_fuzz_corpus <folder>\n");
    return 2;
  }
  const std::filesystem::path root(argv[1]);
  write_sync_formats(root);
  write_texts(root);
  write_blobs(root);
  write_tokens(root);
  write_bundle(root);
  write_books(root);
  write_client_files(root);
  write_requests(root);
  return 0;
}
