// docs/protocol.md is normative: its worked examples, its numbers and its limits are held to the
// code here. A failure means that text and code have come apart.
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "insieme/sync/limits.hpp"
#include "insieme/sync/protocol.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::sync;

namespace {

using ByteList = std::vector<std::uint8_t>;

const std::string& document_text() {
  static const std::string text = [] {
    std::ifstream in("docs/protocol.md");
    REQUIRE(in.good());
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  return text;
}

/// The bytes of an annotated dump: lines `offset  hex hex …  | what it is` between ```dump NAME and
/// ```. The offset of every line must be right.
ByteList dump(const std::string& name) {
  const std::string begin = "```dump " + name + "\n";
  const std::size_t at = document_text().find(begin);
  REQUIRE(at != std::string::npos);
  const std::size_t from = at + begin.size();
  std::istringstream lines(document_text().substr(from, document_text().find("```", from) - from));
  ByteList bytes;
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    std::istringstream words(line.substr(0, line.find('|')));
    std::size_t offset = 0;
    words >> offset;
    REQUIRE(offset == bytes.size());
    for (std::string hex; words >> hex;) {
      ByteList part(hex.size() / 2);
      REQUIRE(from_hex(hex, part).ok());
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
  }
  return bytes;
}

/// Rows `| key | value |` of all tables; back-quotes and blanks are taken off.
std::map<std::string, std::string> table_rows() {
  const auto bare = [](std::string cell) {
    std::string out;
    for (const char c : cell) {
      if (c != '`' && c != ' ') out.push_back(c);
    }
    return out;
  };
  std::map<std::string, std::string> rows;
  std::istringstream lines(document_text());
  for (std::string line; std::getline(lines, line);) {
    const std::size_t second = line.find('|', 1);
    if (line.empty() || line[0] != '|' || second == std::string::npos) continue;
    const std::size_t third = line.find('|', second + 1);
    rows[bare(line.substr(1, second - 1))] = bare(line.substr(second + 1, third - second - 1));
  }
  return rows;
}

template <class Id>
Id id(const char* text) {
  return *id_from_text<Id>(text);
}

KeyPair example_keys() {
  std::array<std::uint8_t, 32> seed{};
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i + 1);
  return make_key_pair(seed);
}

DossierKey example_dossier_key() {
  DossierKey key;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) {
    key.bytes[i] = static_cast<std::uint8_t>(0xa0 + i);
  }
  return key;
}

Change example_change() {
  Change change;
  change.header.document = {id<DossierId>("0197d4b2-77d0-7a09-bc45-9e8d7c6b5a41"), "core"};
  change.header.replica = id<ReplicaId>("5d0b7c3e-91f2-4a68-b7d4-2c8e6f10a953");
  change.header.seq = 1;
  change.header.stamp = {1'790'000'000'123, 0};
  change.header.author = "anna.b";
  change.header.schema_version = 1;
  change.ops.emplace();
  change.ops->push_back(Operation{id<RecordId>("0197d4b2-77d1-7f3c-8d21-4b5a69788796"), "visit",
                                  "place", WriteOp{Value{std::string("scuola")}}, {}});
  complete(change, example_dossier_key());
  return change;
}

SyncRequest example_request() {
  SyncRequest request;
  request.protocol = 1;
  request.schema_version = 1;
  request.space = id<SpaceId>("0197d4a0-5b00-7c11-9a3e-1f2e3d4c5b6a");
  request.device = id<DeviceId>("0197d4a1-0c40-7e52-8b1d-6a7b8c9d0e1f");
  request.replica = example_change().header.replica;
  request.cursor = {1, 300, Hasher("sample").finish()};
  request.device_ms = 1'790'000'000'456;
  request.reply_bytes_max = 524'288;
  request.secrets = {{example_change().header.document.dossier, example_dossier_key()}};
  request.changes = {example_change()};
  request.signature =
      sign(example_keys().secret_key, manifest_of(request.device, request.changes).bytes);
  return request;
}

}  // namespace

TEST_CASE("protocol.md: the small reply of the document is the frame that the code writes",
          "[sync][wire][docs]") {
  SyncReply small;
  small.protocol = 1;
  small.cursor = {1, 300, Hasher("sample").finish()};
  const ByteList shown = dump("reply");
  CHECK(to_hex(encode_message(small)) == to_hex(shown));
  CHECK(std::get<SyncReply>(*decode_message(shown)) == small);
}

TEST_CASE("protocol.md: the request of the document is the frame that the code writes",
          "[sync][wire][docs]") {
  SyncRequest request = example_request();
  const ByteList shown = dump("request");
  CHECK(to_hex(encode_message(request)) == to_hex(shown));
  auto read = decode_message(shown);
  REQUIRE(read.ok());
  auto& got = std::get<SyncRequest>(*read);
  for (Change& change : got.changes) complete(change, example_dossier_key());
  CHECK(got == request);
  CHECK(verify(example_keys().public_key, manifest_of(got.device, got.changes).bytes,
               got.signature));
}

TEST_CASE("protocol.md: header, body and digests of the document are those of the request",
          "[sync][wire][docs]") {
  const Change change = example_change();
  const auto rows = table_rows();
  CHECK(to_hex(encode_body(*change.ops)) == to_hex(dump("body")));
  CHECK(to_hex(encode_header(change.header)) == to_hex(dump("header")));
  CHECK(rows.at("bodydigest") == to_hex(change.header.body_digest));
  CHECK(rows.at("changeid") == to_hex(compute_id({}, {}, encode_header(change.header))));
  CHECK(rows.at("manifest") == to_hex(manifest_of(example_request().device, {change})));
  CHECK(rows.at("devicepublickey") == to_hex(example_keys().public_key.bytes));
}

TEST_CASE("protocol.md: codes of errors stand in the document with their numbers",
          "[sync][wire][docs]") {
  const auto rows = table_rows();
  for (int number = 1; number <= 99; ++number) {
    const std::string_view name = name_of(static_cast<ErrorCode>(number));
    if (name == "unknown") continue;
    CAPTURE(number, std::string(name));
    REQUIRE(rows.count(std::to_string(number)) == 1);
    CHECK(rows.at(std::to_string(number)) == name);
  }
}

TEST_CASE("protocol.md: limits stand in the document as they are in the code",
          "[sync][wire][docs]") {
  const std::map<std::string, std::uint64_t> limits{
      {"kSectionBytesMax", kSectionBytesMax},
      {"kNameBytesMax", kNameBytesMax},
      {"kAuthorBytesMax", kAuthorBytesMax},
      {"kReasonBytesMax", kReasonBytesMax},
      {"kStringBytesMax", kStringBytesMax},
      {"kBytesValueMax", kBytesValueMax},
      {"kTextBytesMax", kTextBytesMax},
      {"kSpliceBytesMax", kSpliceBytesMax},
      {"kSplicesPerOpMax", kSplicesPerOpMax},
      {"kOpsPerChangeMax", kOpsPerChangeMax},
      {"kDotsPerResolutionMax", kDotsPerResolutionMax},
      {"kReplicasPerDocumentMax", kReplicasPerDocumentMax},
      {"kHeaderBytesMax", kHeaderBytesMax},
      {"kBodyBytesMax", kBodyBytesMax},
      {"kChangesPerTransactionMax", kChangesPerTransactionMax},
      {"kTransactionBytesMax", kTransactionBytesMax},
      {"kChangesPerMessageMax", kChangesPerMessageMax},
      {"kMessageBytesMax", kMessageBytesMax},
      {"kFrameBytesMax", kFrameBytesMax},
      {"kMessageBytesTarget", kMessageBytesTarget},
      {"kCounterDeltaMax", kCounterDeltaMax},
      {"kEscrowAmountMax", kEscrowAmountMax},
      {"kEventsPerMessageMax", kEventsPerMessageMax},
      {"kSecretsPerMessageMax", kSecretsPerMessageMax},
      {"kSectionsPerDossierMax", kSectionsPerDossierMax},
      {"kErasureTargetsMax", kErasureTargetsMax},
      {"kErasuresPerMessageMax", kErasuresPerMessageMax},
      {"kUnknownOpBytesMax", kUnknownOpBytesMax},
      {"kSnapshotBytesMax", kSnapshotBytesMax},
      {"kSnapshotFieldsMax", kSnapshotFieldsMax},
      {"kSnapshotPartBytesMax", kSnapshotPartBytesMax},
      {"kOpsPerMessageMax", kOpsPerMessageMax},
      {"kBlobBytesMax", kBlobBytesMax},
      {"kBlobChunkBytes", kBlobChunkBytes},
      {"kBlobPieceBytesMax", kBlobPieceBytesMax},
      {"kExchangeGrantsPerMessageMax", kExchangeGrantsPerMessageMax},
      {"kExchangeGrantMs", static_cast<std::uint64_t>(kExchangeGrantMs)},
      {"kLettersPerMessageMax", kLettersPerMessageMax},
      {"kLetterBytesMax", kLetterBytesMax},
      {"kBundleBytesMax", kBundleBytesMax},
      {"kBundlePartsMax", kBundlePartsMax},
      {"kBundlesPerFileMax", kBundlesPerFileMax},
      {"kExchangeFileBytesMax", kExchangeFileBytesMax},
      {"kExchangePieceBytesMax", kExchangePieceBytesMax},
      {"kExchangeFrameBytesMax", kExchangeFrameBytesMax},
      {"kExchangeListMax", kExchangeListMax},
      {"kExchangeFramesMax", kExchangeFramesMax}};
  const auto rows = table_rows();
  for (const auto& [name, value] : limits) {
    CAPTURE(name);
    REQUIRE(rows.count(name) == 1);
    CHECK(rows.at(name) == std::to_string(value));
  }
}
