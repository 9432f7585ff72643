// Messages whose changes stand in columns: what comes back, what an older peer gets, and bytes
// that lie.
#include "message_columns.hpp"

#include "insieme/sync/compress.hpp"
#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/full_messages.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

constexpr std::uint8_t kFlagColumns = 2;

/// More changes than are worth rows: one author's, each with several operations.
SyncReply many_changes(std::size_t count) {
  SyncReply reply;
  for (std::size_t i = 0; i < count; ++i) {
    Change change = sample_change();
    change.header.seq = i + 1;
    if (i == 0) change.header.previous_prefix = 0;
    change.header.stamp.ms += static_cast<std::int64_t>(1'000 * i);
    reply.items.push_back({100 + i, as_received(change)});
  }
  return reply;
}

ErrorCode code_of(const ByteList& frame) {
  const auto message = decode_message(frame);
  return message.ok() ? ErrorCode::ok : message.error().code;
}

void put32(ByteList& out, std::size_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

/// A frame in columns around any payload, with the right checksum.
ByteList frame_of(const ByteList& payload, std::size_t raw_length) {
  ByteList frame{'I', 'S', 1, 2, kFlagColumns};
  put32(frame, payload.size());
  put32(frame, raw_length);
  frame.insert(frame.end(), payload.begin(), payload.end());
  const std::uint64_t sum = Hasher("insieme frame v1").add(frame).finish().prefix();
  for (int shift = 0; shift < 64; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(sum >> shift));
  }
  return frame;
}

struct Parts {
  ByteList words;
  ByteList noise;
};

Parts parts_of(const SyncReply& reply) {
  const ByteList frame = encode_message(reply);
  REQUIRE(frame[4] == kFlagColumns);
  WireIn in(std::span<const std::uint8_t>(frame).subspan(13, frame.size() - 21));
  Parts parts;
  for (ByteList* part : {&parts.words, &parts.noise}) {
    const auto size = static_cast<std::size_t>(in.varint());
    const auto packed = static_cast<std::size_t>(in.varint());
    const auto bytes = in.raw(packed == 0 ? size : packed);
    *part = packed == 0 ? ByteList(bytes.begin(), bytes.end()) : *decompress(bytes, size);
  }
  return parts;
}

ByteList frame_of(const Parts& parts) {
  WireOut out;
  for (const ByteList* part : {&parts.words, &parts.noise}) {
    out.varint(part->size());
    out.varint(0);
    out.raw(*part);
  }
  return frame_of(out.take(), parts.words.size() + parts.noise.size());
}

}  // namespace

TEST_CASE("columns: a message of many changes comes back as it was, with every kind of operation",
          "[sync][wire][columns][P3]") {
  SyncReply reply = full_reply(kProtocolVersion);
  for (const StreamItem& item : many_changes(40).items) reply.items.push_back(item);
  const ByteList frame = encode_message(reply);
  CHECK(frame[4] == kFlagColumns);
  for (StreamItem& item : reply.items) {
    auto* change = std::get_if<Change>(&item.content);
    if (change != nullptr && !is_redacted(*change)) *change = as_received(*change);
    if (auto* event = std::get_if<Event>(&item.content)) {
      if (auto* held = std::get_if<HeldEvent>(event)) held->change = as_received(held->change);
    }
  }
  const auto back = decode_message(frame);
  REQUIRE(back.ok());
  CHECK(std::get<SyncReply>(*back) == reply);
}

TEST_CASE("columns: a request of many changes keeps its signature", "[sync][wire][columns][P3]") {
  const KeyPair keys = pair_of("tablet");
  SyncRequest request = full_request(kProtocolVersion);
  request.changes.clear();
  for (const StreamItem& item : many_changes(40).items) {
    request.changes.push_back(std::get<Change>(item.content));
    complete(request.changes.back(), key_of("key"));
  }
  const Digest manifest = manifest_of(request.device, request.changes);
  request.signature = sign(keys.secret_key, manifest.bytes);
  const ByteList frame = encode_message(request);
  CHECK(frame[4] == kFlagColumns);
  auto back = decode_message(frame);
  REQUIRE(back.ok());
  auto& got = std::get<SyncRequest>(*back);
  REQUIRE(got.changes.size() == 40);
  for (Change& change : got.changes) complete(change, key_of("key"));
  CHECK(got.changes == request.changes);
  CHECK(verify(keys.public_key, manifest_of(got.device, got.changes).bytes, got.signature));
}

TEST_CASE("columns: a peer of an older version gets rows, and so do few changes",
          "[sync][wire][columns][P2]") {
  SyncReply reply = many_changes(40);
  for (std::uint32_t protocol = kProtocolVersionMin; protocol < 6; ++protocol) {
    reply.protocol = protocol;
    CHECK(encode_message(reply)[4] < kFlagColumns);
  }
  CHECK(encode_message(many_changes(1))[4] < kFlagColumns);
}

TEST_CASE("columns: they take less room than rows", "[sync][wire][columns][P10]") {
  SyncReply rows = many_changes(200);
  rows.protocol = 5;
  const std::size_t in_rows = encode_message(rows).size();
  const std::size_t in_columns = encode_message(many_changes(200)).size();
  CAPTURE(in_rows, in_columns);
  CHECK(in_columns < in_rows);
}

TEST_CASE("columns: cut or lengthened parts are errors", "[sync][wire][columns][damage]") {
  const Parts whole = parts_of(many_changes(12));
  REQUIRE(code_of(frame_of(whole)) == ErrorCode::ok);
  for (std::size_t size = 0; size < whole.words.size(); size += 7) {
    Parts cut = whole;
    cut.words.resize(size);
    CHECK(code_of(frame_of(cut)) != ErrorCode::ok);
  }
  for (std::size_t size = 0; size < whole.noise.size(); size += 7) {
    Parts cut = whole;
    cut.noise.resize(size);
    CHECK(code_of(frame_of(cut)) != ErrorCode::ok);
  }
  for (ByteList Parts::*part : {&Parts::words, &Parts::noise}) {
    Parts longer = whole;
    (longer.*part).push_back(0);
    CHECK(code_of(frame_of(longer)) == ErrorCode::trailing_bytes);
  }
}

TEST_CASE("columns: a changed byte is an error or a message that is written again the same",
          "[sync][wire][columns][damage]") {
  const Parts whole = parts_of(many_changes(12));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.words.size(); ++at) {
    Parts damaged = whole;
    damaged.words[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
    const auto message = decode_message(frame_of(damaged));
    refused += message.ok() ? 0U : 1U;
    if (!message.ok()) continue;
    const auto again = decode_message(encode_message(*message));
    REQUIRE(again.ok());
    CHECK(*again == *message);
  }
  CHECK(refused > 0);
}

TEST_CASE("columns: lengths that lie are found before anything is allocated",
          "[sync][wire][columns][damage]") {
  const Parts whole = parts_of(many_changes(12));
  const std::size_t raw = whole.words.size() + whole.noise.size();
  WireOut larger;  // the words claim more than the frame says
  larger.varint(raw + 1);
  larger.varint(0);
  CHECK(code_of(frame_of(larger.take(), raw)) == ErrorCode::limit_exceeded);
  CHECK(code_of(frame_of({}, kMessageBytesMax + 1)) == ErrorCode::limit_exceeded);
  CHECK(code_of(frame_of({}, 5)) == ErrorCode::truncated);
  CHECK(code_of(frame_of({0, 0, 0, 0}, 5)) == ErrorCode::malformed);
  CHECK(code_of(frame_of({5, 5, 1, 2, 3, 4, 5, 0, 0}, 5)) == ErrorCode::malformed);
  CHECK(code_of(frame_of({5, 9, 1, 2, 3, 4, 5, 0, 0}, 5)) == ErrorCode::truncated);
}

TEST_CASE("columns: a few bytes of words never become many ids or names in memory",
          "[sync][wire][columns][damage]") {
  const auto zeros_after = [](std::initializer_list<std::uint64_t> counts, std::size_t zeros) {
    WireOut words;
    for (const std::uint64_t count : counts) words.varint(count);
    words.raw(ByteList(zeros));
    return Parts{words.take(), {}};
  };
  CHECK(code_of(frame_of(zeros_after({100'000}, 100'000))) == ErrorCode::limit_exceeded);
  CHECK(code_of(frame_of(zeros_after({0, 65'537}, 100'000))) == ErrorCode::limit_exceeded);
}

TEST_CASE("columns: a body larger than may be kept is refused", "[sync][wire][columns][damage]") {
  SyncReply reply = many_changes(12);
  auto& ops = *std::get<Change>(reply.items[3].content).ops;
  ops.clear();
  const std::string page(kStringBytesMax, 'x');
  const auto fill = [&](std::size_t pages) {
    ops.clear();
    for (std::size_t i = 0; i < pages; ++i) ops.push_back(set_op("f" + std::to_string(i), page));
  };
  fill(11);
  CHECK(code_of(encode_message(reply)) == ErrorCode::ok);
  fill(12);
  CHECK(code_of(encode_message(reply)) == ErrorCode::limit_exceeded);
}

TEST_CASE("columns: more kinds of fields than columns may hold travel in rows",
          "[sync][wire][columns]") {
  SyncReply reply = many_changes(12);
  for (std::size_t i = 0; i < 2; ++i) {
    auto& ops = *std::get<Change>(reply.items[i].content).ops;
    ops.clear();
    for (std::size_t f = 0; f < kOpsPerChangeMax; ++f) {
      ops.push_back(set_op("f" + std::to_string(i) + "-" + std::to_string(f), 1));
    }
  }
  const ByteList frame = encode_message(reply);
  CHECK(frame[4] == 1);
  CHECK(std::get<SyncReply>(*decode_message(frame)) == reply);
}
