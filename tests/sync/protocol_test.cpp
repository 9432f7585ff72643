// Messages and their frames.
#include "insieme/sync/compress.hpp"
#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

ErrorCode code_of(const ByteList& frame) {
  const auto message = decode_message(frame);
  return message.ok() ? ErrorCode::ok : message.error().code;
}

/// Puts the right checksum under a frame that was tampered with.
ByteList sealed(ByteList frame) {
  frame.resize(frame.size() - 8);
  const std::uint64_t sum = Hasher("insieme frame v1").add(frame).finish().prefix();
  for (int shift = 0; shift < 64; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(sum >> shift));
  }
  return frame;
}

/// A frame around any payload, as a hostile peer would make it.
ByteList frame_of(std::uint8_t kind, const ByteList& raw, bool compressed) {
  const ByteList payload = compressed ? compress(raw) : raw;
  ByteList frame{'I', 'S', 1, kind, static_cast<std::uint8_t>(compressed ? 1 : 0)};
  for (const std::size_t size : {payload.size(), raw.size()}) {
    for (int shift = 0; shift < 32; shift += 8) {
      frame.push_back(static_cast<std::uint8_t>(size >> shift));
    }
  }
  frame.insert(frame.end(), payload.begin(), payload.end());
  frame.resize(frame.size() + 8);
  return sealed(std::move(frame));
}

}  // namespace

TEST_CASE("messages: a request comes back as it was sent, digests of bodies aside",
          "[sync][wire]") {
  SyncRequest request = sample_request();
  const auto back = decode_message(encode_message(request));
  REQUIRE(back.ok());
  for (Change& change : request.changes) change = as_received(change);
  CHECK(std::get<SyncRequest>(*back) == request);
}

TEST_CASE("messages: a reply comes back as it was sent", "[sync][wire]") {
  SyncReply reply = sample_reply();
  const auto back = decode_message(encode_message(reply));
  REQUIRE(back.ok());
  for (StreamItem& item : reply.items) {
    if (auto* change = std::get_if<Change>(&item.content)) *change = as_received(*change);
    if (auto* event = std::get_if<Event>(&item.content)) {
      if (auto* held = std::get_if<HeldEvent>(event)) held->change = as_received(held->change);
    }
  }
  CHECK(std::get<SyncReply>(*back) == reply);
}

TEST_CASE("messages: empty ones are small", "[sync][wire][P10]") {
  CHECK(encode_message(SyncRequest{}).size() < 200);
  CHECK(encode_message(SyncReply{}).size() < 100);
  CHECK(decode_message(encode_message(SyncRequest{})).ok());
  CHECK(decode_message(encode_message(SyncReply{})).ok());
}

TEST_CASE("messages: the body digest is completed with the dossier's key", "[sync][wire][P12]") {
  const Change change = sample_change();
  SyncRequest request;
  request.changes = {change};
  auto back = decode_message(encode_message(request));
  REQUIRE(back.ok());
  Change received = std::get<SyncRequest>(*back).changes[0];
  CHECK(received.header.body_digest.is_zero());
  complete(received, key_of("key"));
  CHECK(received == change);
  complete(received, key_of("another"));
  CHECK_FALSE(received == change);
}

TEST_CASE("messages: the manifest covers device, headers and their order", "[sync][P12]") {
  Change one = sample_change();
  Change two = one;
  two.header.seq = 301;
  const Digest manifest = manifest_of(device("tablet"), {one, two});
  CHECK(manifest == manifest_of(device("tablet"), {one, two}));
  CHECK_FALSE(manifest == manifest_of(device("other"), {one, two}));
  CHECK_FALSE(manifest == manifest_of(device("tablet"), {two, one}));
  CHECK_FALSE(manifest == manifest_of(device("tablet"), {one}));
  Change erased = two;
  erased.ops.reset();
  CHECK(manifest == manifest_of(device("tablet"), {one, erased}));
}

TEST_CASE("messages: the size of a change is what it adds at most", "[sync][wire]") {
  Change change = sample_change();
  SyncRequest request;
  for (std::size_t n = 0; n < 4; ++n) {
    const std::size_t before = encode_message(request).size();
    request.changes.push_back(change);
    ++change.header.seq;
    CHECK(encode_message(request).size() <= before + encoded_size(change) + 2);
  }
}

TEST_CASE("frames: every fault of the frame has its code", "[sync][wire]") {
  const ByteList good = encode_message(sample_request());
  const auto with = [&good](std::size_t at, std::uint8_t value) {
    ByteList frame = good;
    frame[at] = value;
    return frame;
  };
  CHECK(code_of({}) == ErrorCode::truncated);
  CHECK(code_of(with(0, 'X')) == ErrorCode::malformed);
  CHECK(code_of(with(1, 'X')) == ErrorCode::malformed);
  CHECK(code_of(with(2, 2)) == ErrorCode::wrong_version);
  CHECK(code_of(with(3, 2)) == ErrorCode::checksum);
  CHECK(code_of(sealed(with(3, 7))) == ErrorCode::malformed);
  CHECK(code_of(sealed(with(4, 3))) == ErrorCode::malformed);
  CHECK(code_of(with(20, static_cast<std::uint8_t>(good[20] ^ 1))) == ErrorCode::checksum);
  ByteList longer = good;
  longer.push_back(0);
  CHECK(code_of(longer) == ErrorCode::trailing_bytes);
  CHECK(code_of(ByteList(kFrameBytesMax + 1, 'I')) == ErrorCode::limit_exceeded);
  ByteList huge = good;
  huge[12] = 0x7f;  // a decompressed size of 2 GB
  CHECK(code_of(sealed(huge)) == ErrorCode::limit_exceeded);
}

TEST_CASE("frames: bytes after the message are an error", "[sync][wire]") {
  ByteList raw(200, 0);
  CHECK(code_of(frame_of(1, raw, false)) != ErrorCode::ok);
  CHECK(code_of(frame_of(1, raw, true)) != ErrorCode::ok);
}

TEST_CASE("frames: a decompressed size that is not true is malformed", "[sync][wire]") {
  ByteList frame = encode_message(sample_request());
  REQUIRE(frame[4] == 1);
  ++frame[9];
  CHECK(code_of(sealed(frame)) == ErrorCode::malformed);
}

TEST_CASE("frames: whether one may be sent is seen before it is sent", "[sync][P2]") {
  CHECK(fits_limits(encode_message(sample_request())));
  CHECK_FALSE(fits_limits({}));
  SyncRequest request;
  Change change = sample_change();
  change.ops = std::vector<Operation>{};
  for (int i = 0; i < 11; ++i) {
    change.ops->push_back(set_op("f" + std::to_string(i), std::string(kStringBytesMax, 'a')));
  }
  request.changes.assign(7, change);  // 4.6 MB that compress to nothing
  const ByteList frame = encode_message(request);
  CHECK(frame.size() < 100'000);
  CHECK_FALSE(fits_limits(frame));
  CHECK(code_of(frame) == ErrorCode::limit_exceeded);
}

TEST_CASE("frames: a few bytes cannot become a gigabyte of operations", "[sync][wire]") {
  SyncRequest request;
  Change change = sample_change();
  change.ops = std::vector<Operation>(kOpsPerChangeMax, retract_op());
  request.changes.assign(kOpsPerMessageMax / kOpsPerChangeMax + 1, change);
  const ByteList frame = encode_message(request);
  CHECK(frame.size() < 10'000);
  CHECK(code_of(frame) == ErrorCode::limit_exceeded);
}

TEST_CASE("frames: lists longer than their limits are refused", "[sync][wire]") {
  SyncReply reply;
  reply.items = {
      {1, Event(GrantEvent{dossier("d"), std::vector<std::string>(65, "core"), {}, false})}};
  CHECK(code_of(encode_message(reply)) == ErrorCode::limit_exceeded);
  SyncRequest request;
  request.secrets.resize(kSecretsPerMessageMax + 1);
  CHECK(code_of(encode_message(request)) == ErrorCode::limit_exceeded);
}
