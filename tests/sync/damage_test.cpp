// Every truncation and every flipped byte of a sample of each format ends in an error or a value.
#include "support/damage.hpp"
#include "support/memory_dictionary.hpp"
#include "support/samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

/// What decodes again must encode to something that decodes to the same.
template <class T, class Encode, class Decode>
bool stable(const Result<T>& value, Encode&& encode, Decode&& decode) {
  if (!value.ok()) return false;
  const auto again = decode(encode(*value));
  REQUIRE(again.ok());
  REQUIRE(*again == *value);
  return true;
}

}  // namespace

TEST_CASE("damage: headers", "[sync][wire][damage]") {
  damage(encode_header(sample_header()), [](const ByteList& bytes) {
    return stable(decode_header(bytes), encode_header, decode_header);
  });
}

TEST_CASE("damage: bodies", "[sync][wire][damage]") {
  damage(encode_body(sample_ops()), [](const ByteList& bytes) {
    const auto ops = decode_body(bytes);
    if (ops.ok()) static_cast<void>(check_ops(*ops));
    return stable(ops, encode_body, decode_body);
  });
}

TEST_CASE("damage: canonical records", "[sync][wire][damage]") {
  damage(encode_record(sample_record()), [](const ByteList& bytes) {
    const auto record = decode_record(bytes);
    if (record.ok()) static_cast<void>(review_items(*record, nullptr));
    return stable(record, encode_record, decode_record);
  });
}

TEST_CASE("damage: packed records", "[sync][wire][damage]") {
  const RecordState record = sample_record();
  MemoryDictionary dictionary;
  for (const bool elide : {false, true}) {
    const auto bytes = pack_record(record, dictionary, [&](const FieldState&) { return elide; });
    const Refill refill = [](std::string_view field) {
      return field == "whole"  ? text("in one piece")
             : field == "note" ? text("una lettera breve")
                               : number(1);
    };
    damage(bytes, [&](const ByteList& damaged) {
      const auto back = unpack_record(damaged, record.id, record.type, dictionary, refill);
      if (back.ok()) static_cast<void>(review_items(*back, nullptr));
      return back.ok();
    });
  }
}

TEST_CASE("damage: messages, behind their checksum", "[sync][wire][damage]") {
  const auto decode = [](const ByteList& bytes) { return decode_message(bytes).ok(); };
  for (const Message& message : {Message{sample_request()}, Message{sample_reply()}}) {
    const ByteList good = encode_message(message);
    damage(good, decode);
    for (std::size_t at = 0; at < good.size(); ++at) {
      ByteList bad = good;
      bad[at] ^= 0x10;
      CHECK_FALSE(decode(bad));
    }
  }
}

TEST_CASE("damage: messages whose checksum is right", "[sync][wire][damage]") {
  for (const Message& message : {Message{sample_request()}, Message{sample_reply()}}) {
    const ByteList good = encode_message(message);
    for (std::size_t at = 0; at + 8 < good.size(); ++at) {
      ByteList bad(good.begin(), good.end() - 8);
      bad[at] ^= 0xff;
      const std::uint64_t sum = Hasher("insieme frame v1").add(bad).finish().prefix();
      for (int shift = 0; shift < 64; shift += 8) {
        bad.push_back(static_cast<std::uint8_t>(sum >> shift));
      }
      static_cast<void>(decode_message(bad));
    }
  }
}
