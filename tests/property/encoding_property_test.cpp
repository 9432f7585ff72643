// What is written comes back, over random histories and random bytes.
#include <rapidcheck.h>

#include "insieme/sync/protocol.hpp"
#include "support/catch.hpp"
#include "support/history.hpp"
#include "support/memory_dictionary.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

History draw_history() {
  const auto contexts = *rc::gen::element(Contexts::honest, Contexts::any);
  const auto words = *rc::gen::scale(4.0, rc::gen::container<std::vector<std::uint32_t>>(
                                              rc::gen::inRange<std::uint32_t>(0, 5'040)));
  return History(words, 3, contexts, 25);
}

Refill columns_of(const RecordState& record) {
  return [&record](std::string_view name) -> Value {
    const FieldState& field = *record.field(name);
    if (const Survivor* shown = displayed(field)) return shown->value;
    return field.text.text();
  };
}

/// Bytes that are more or less a valid encoding: cut, spliced and flipped.
ByteList damaged(ByteList bytes) {
  const auto edits =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const std::uint32_t edit : edits) {
    if (bytes.empty()) break;
    const std::size_t at = (edit >> 8) % bytes.size();
    switch (edit % 4) {
      case 0:
        bytes[at] = static_cast<std::uint8_t>(edit >> 24);
        break;
      case 1:
        bytes[at] ^= static_cast<std::uint8_t>(1U << (edit >> 29));
        break;
      case 2:
        bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      default:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                     bytes[(edit >> 4) % bytes.size()]);
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("encoding: changes of a history come back, and equal ones have equal bytes",
          "[sync][property][wire]") {
  CHECK(rc::check([] {
    const History history = draw_history();
    for (const Change& change : history.changes()) {
      const auto header = encode_header(change.header);
      const auto body = encode_body(*change.ops);
      RC_ASSERT(*decode_header(header) == change.header);
      RC_ASSERT(*decode_body(body) == *change.ops);
      RC_ASSERT(encode_header(*decode_header(header)) == header);
      RC_ASSERT(encode_body(*decode_body(body)) == body);
    }
  }));
}

TEST_CASE("encoding: a whole history travels in a message and is the same document there",
          "[sync][property][wire][P3]") {
  CHECK(rc::check([] {
    const History history = draw_history();
    SyncReply reply;
    reply.protocol = *rc::gen::element(5U, kProtocolVersion);  // in rows, in columns
    for (const Change& change : history.changes()) {
      reply.items.push_back({reply.items.size() + 1, change});
    }
    const auto message = decode_message(encode_message(reply));
    RC_ASSERT(message.ok());
    RC_ASSERT(encode_message(*message) == encode_message(reply));
    Document document(document_of("d1"), key_of("key"));
    for (const StreamItem& item : std::get<SyncReply>(*message).items) {
      Change change = std::get<Change>(item.content);
      complete(change, key_of("key"));
      RC_ASSERT(*document.deliver(std::move(change)) == Delivery::applied);
    }
    RC_ASSERT(document.state_digest() == delivered(history.changes()).state_digest());
  }));
}

TEST_CASE("encoding: records come back from canonical bytes and from a store's row",
          "[sync][property][wire]") {
  CHECK(rc::check([] {
    const History history = draw_history();
    const Document document = delivered(history.changes());
    MemoryDictionary dictionary;
    const auto elided = *rc::gen::arbitrary<std::uint32_t>();
    for (const auto& [id, record] : document.records()) {
      const auto canonical = encode_record(record);
      RC_ASSERT(*decode_record(canonical) == record);
      RC_ASSERT(encode_record(*decode_record(canonical)) == canonical);
      std::uint32_t asked = 0;
      const auto packed = pack_record(record, dictionary, [&](const FieldState&) {
        return ((elided >> (asked++ % 32)) & 1) != 0;
      });
      const auto back = unpack_record(packed, id, record.type, dictionary, columns_of(record));
      RC_ASSERT(back.ok());
      RC_ASSERT(*back == record);
      RC_ASSERT(encode_record(*back) == canonical);
    }
  }));
}

TEST_CASE("encoding: merging goes on from a stored record as if it had never been stored",
          "[sync][property][P3]") {
  // A tablet unpacks a row, applies one operation and packs it again.
  CHECK(rc::check([] {
    const History history = draw_history();
    const Document whole = delivered(history.changes());
    std::map<RecordId, RecordState> rows;
    MemoryDictionary dictionary;
    for (const Change& change : history.changes()) {
      const VersionVector deps = whole.deps_of(change.header.replica, change.header.seq);
      for (std::size_t i = 0; i < change.ops->size(); ++i) {
        const Operation& op = (*change.ops)[i];
        RecordState& row = rows[op.record];
        row.id = op.record;
        apply(
            row, op,
            Provenance{Dot{change.header.replica, change.header.seq, static_cast<std::uint32_t>(i)},
                       change.header.stamp, change.header.author, deps});
        const RecordState shown = row;
        const auto packed = pack_record(row, dictionary, [](const FieldState&) { return true; });
        auto back = unpack_record(packed, row.id, row.type, dictionary, columns_of(shown));
        RC_ASSERT(back.ok());
        row = std::move(*back);
      }
    }
    RC_ASSERT(rows == whole.records());
  }));
}

TEST_CASE("encoding: damaged bytes are an error or a value that is written again the same",
          "[sync][property][wire][damage]") {
  CHECK(rc::check([] {
    const History history = draw_history();
    RC_PRE(!history.changes().empty());
    const Change& change = history.changes().back();
    if (const auto header = decode_header(damaged(encode_header(change.header))); header.ok()) {
      RC_ASSERT(*decode_header(encode_header(*header)) == *header);
    }
    if (const auto body = decode_body(damaged(encode_body(*change.ops))); body.ok()) {
      RC_ASSERT(*decode_body(encode_body(*body)) == *body);
    }
    const Document document = delivered(history.changes());
    for (const auto& [id, record] : document.records()) {
      const auto back = decode_record(damaged(encode_record(record)));
      if (!back.ok()) continue;
      const auto again = decode_record(encode_record(*back));
      RC_ASSERT(again.ok());
      RC_ASSERT(*again == *back);
    }
  }));
}
