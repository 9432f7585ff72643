#include "message_columns.hpp"

namespace insieme::sync {
namespace {

constexpr std::uint8_t kTextTag = 4;
constexpr std::uint8_t kBytesTag = 5;

std::uint64_t from_difference(std::uint64_t written, std::uint64_t expected) {
  return expected + static_cast<std::uint64_t>(unzigzag(written));
}

/// A number of 32 bits, as how far it is from what was expected.
std::uint32_t number_at(WireIn& column, std::uint64_t expected) {
  const std::uint64_t number = from_difference(column.varint(), expected);
  if (number > UINT32_MAX) WireIn::fail(ErrorCode::malformed, "number too large");
  return static_cast<std::uint32_t>(number);
}

bool is_kind(std::uint8_t kind, OpKind one) { return kind == static_cast<std::uint8_t>(one); }

bool has_value(std::uint8_t kind) {
  return is_kind(kind, OpKind::write) || is_kind(kind, OpKind::add) ||
         is_kind(kind, OpKind::remove);
}

Action with_value(std::uint8_t kind, Value value) {
  if (is_kind(kind, OpKind::write)) return WriteOp{std::move(value)};
  if (is_kind(kind, OpKind::add)) return AddOp{std::move(value)};
  return RemoveOp{std::move(value)};
}

}  // namespace

void MessageDictionary::read(WireIn& words, WireIn& noise) {
  ids_.resize(words.count(noise.remaining() / (sizeof(IdBytes) - kTimeBytes)));
  std::uint64_t time = 0;
  for (IdBytes& id : ids_) {
    time = from_difference(words.varint(), time);
    if (time >> (8 * kTimeBytes) != 0) WireIn::fail(ErrorCode::malformed, "number too large");
    for (std::size_t i = 0; i < kTimeBytes; ++i) {
      id[i] = static_cast<std::uint8_t>(time >> (8 * (kTimeBytes - 1 - i)));
    }
    const auto others = noise.raw(id.size() - kTimeBytes);
    std::copy(others.begin(), others.end(), id.begin() + kTimeBytes);
  }
  const std::size_t names = words.count(kNamesMax);
  for (std::size_t i = 0; i < names; ++i) {
    const auto name = words.raw(words.count(kNameBytesMax));
    names_.emplace_back(name.begin(), name.end());
  }
}

MessageColumnsIn::MessageColumnsIn(MessageDictionary& dictionary,
                                   std::span<const std::uint8_t> words_bytes,
                                   std::span<const std::uint8_t> noise_bytes)
    : dictionary_(dictionary) {
  WireIn words(words_bytes);
  WireIn noise(noise_bytes);
  dictionary_.read(words, noise);
  std::vector<Shape> shapes(words.count(kShapesMax));
  for (Shape& shape : shapes) shape.kind = words.byte();
  for (Shape& shape : shapes) shape.type = words.varint_as<std::uint32_t>();
  for (Shape& shape : shapes) shape.field = words.varint_as<std::uint32_t>();
  for (Shape& shape : shapes) shape.tag = words.byte();
  const auto part = [](WireIn& from) { return from.raw(from.count(from.remaining())); };
  for (std::size_t i = 0; i < kColumns; ++i) columns_.emplace_back(part(words), &dictionary_);
  std::vector<std::span<const std::uint8_t>> numbers(shapes.size());
  for (auto& one : numbers) one = part(words);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    of_shape_.emplace_back(shapes[i], numbers[i], &dictionary_, part(words));
  }
  words.expect_end();
  columns_.emplace_back(part(noise));
  rest_ = noise.raw(noise.remaining());
}

std::uint64_t MessageColumnsIn::read_position() {
  last_.position = from_difference(at(Column::position).varint(), last_.position + 1);
  return last_.position;
}

void MessageColumnsIn::expect_end() const {
  for (const WireIn& column : columns_) column.expect_end();
  for (const OfShape& one : of_shape_) {
    one.numbers.expect_end();
    one.bytes.expect_end();
  }
}

Content MessageColumnsIn::read(Change& change) {
  const std::uint8_t first = at(Column::content).byte();
  const auto kind = static_cast<std::uint8_t>(first & 3);
  if (kind > 2 || first > (2 | kHasTransaction | kHasOrigin)) {
    WireIn::fail(ErrorCode::malformed, "unknown code");
  }
  const auto content = static_cast<Content>(kind);
  ChangeHeader& header = change.header;
  read_header(header);
  header.transaction.reset();
  header.origin.reset();
  if ((first & kHasTransaction) != 0) at(Column::transaction)(header.transaction.emplace());
  if ((first & kHasOrigin) != 0) at(Column::origin)(header.origin.emplace());
  if (content != Content::whole) noise()(header.body_digest.bytes);
  change.ops.reset();
  if (content == Content::hollow) return content;
  const std::size_t count = at(Column::operations).count_elsewhere(kOpsPerChangeMax);
  std::vector<Operation>& ops = change.ops.emplace();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) bytes += read_operation(ops.emplace_back());
  // Only what may be too large is written again to be measured.
  if (bytes > kBodyBytesMax && encode_body(ops).size() > kBodyBytesMax) {
    WireIn::fail(ErrorCode::limit_exceeded, "the content of a change is too large");
  }
  return content;
}

void MessageColumnsIn::read_header(ChangeHeader& header) {
  const std::uint32_t dossier = number_at(at(Column::dossier), last_.dossier);
  last_.dossier = dossier;
  const auto section = at(Column::section).varint_as<std::uint32_t>();
  const auto replica = at(Column::replica).varint_as<std::uint32_t>();
  header.document.dossier.bytes = id_of(dossier);
  header.document.section = name_of(section, kSectionBytesMax);
  header.replica.bytes = id_of(replica);
  std::uint64_t& seq = last_.seqs[{dossier, section, replica}];
  header.seq = seq = from_difference(at(Column::seq).varint(), seq + 1);
  header.previous_prefix = header.seq > 1 ? noise().fixed64() : 0;
  const std::size_t deps = at(Column::deps).count_elsewhere(kReplicasPerDocumentMax);
  header.deps.clear();
  for (std::size_t i = 0; i < deps; ++i) {
    DepEntry& entry = header.deps.emplace_back();
    const auto other = at(Column::dep_replica).varint_as<std::uint32_t>();
    entry.replica.bytes = id_of(other);
    entry.seq = from_difference(at(Column::dep_seq).varint(),
                                last_.seqs[{dossier, section, other}]);
    entry.id_prefix = noise().fixed64();
  }
  const auto last_ms = static_cast<std::uint64_t>(last_.stamp.ms);
  const std::uint64_t ms = from_difference(at(Column::stamp_ms).varint(), last_ms);
  const std::uint64_t expected = ms == last_ms ? std::uint64_t{last_.stamp.counter} + 1 : 0;
  const std::uint32_t counter = number_at(at(Column::stamp_counter), expected);
  header.stamp = {static_cast<std::int64_t>(ms), counter};
  last_.stamp = header.stamp;
  at(Column::author)(name_of_field(header.author, kAuthorBytesMax));
  header.schema_version = at(Column::schema_version).varint_as<std::uint32_t>();
}

std::size_t MessageColumnsIn::read_operation(Operation& op) {
  constexpr std::size_t kEnvelope = 256;  ///< kind, record, two names: at most
  constexpr std::size_t kWidest = 20;     ///< a byte here may be an id there
  if (++operations_ > kOpsPerMessageMax) {
    WireIn::fail(ErrorCode::limit_exceeded, "too many operations in one message");
  }
  const auto number = at(Column::shape).varint_as<std::uint32_t>();
  if (number >= of_shape_.size()) {
    WireIn::fail(ErrorCode::malformed, "an operation of a shape that was not introduced");
  }
  OfShape& from = of_shape_[number];
  if (is_kind(from.shape.kind, OpKind::erased)) {
    op.action = ErasedOp{};
    return kEnvelope;
  }
  const std::uint32_t record = number_at(at(Column::record), last_.record);
  last_.record = record;
  op.record.bytes = id_of(record);
  op.type = name_of(from.shape.type, kNameBytesMax);
  op.field = name_of(from.shape.field, kNameBytesMax);
  std::size_t wide = from.numbers.remaining();
  const std::size_t bytes = from.bytes.remaining();
  if ((from.shape.kind & kHasContext) != 0) {
    wide += at(Column::context).remaining();
    at(Column::context)(op.context.emplace());
    wide -= at(Column::context).remaining();
  }
  op.action = read_action(from);
  wide -= from.numbers.remaining();
  return kEnvelope + kWidest * wide + bytes - from.bytes.remaining();
}

std::span<const std::uint8_t> MessageColumnsIn::text_of(OfShape& from, std::size_t max) {
  return from.bytes.raw(from.numbers.count_elsewhere(max));
}

Action MessageColumnsIn::read_action(OfShape& from) {
  const auto kind = static_cast<std::uint8_t>(from.shape.kind & ~kHasContext);
  if (has_value(kind)) {
    if (from.shape.tag == kTextTag) {
      const auto text = text_of(from, kStringBytesMax);
      return with_value(kind, std::string(text.begin(), text.end()));
    }
    if (from.shape.tag == kBytesTag) {
      const auto bytes = text_of(from, kBytesValueMax);
      return with_value(kind, Bytes{{bytes.begin(), bytes.end()}});
    }
    return with_value(kind, load_value_content(from.numbers, from.shape.tag));
  }
  if (!is_kind(kind, OpKind::splice)) return load_action(from.numbers, kind);
  SpliceOp op;
  const std::size_t count = from.numbers.count_elsewhere(kSplicesPerOpMax);
  for (std::size_t i = 0; i < count; ++i) {
    Splice& splice = op.splices.emplace_back();
    splice.position = number_at(from.numbers, from.cursor);
    splice.removed = from.numbers.varint_as<std::uint32_t>();
    const auto text = text_of(from, kSpliceBytesMax);
    splice.inserted.assign(text.begin(), text.end());
    from.cursor = cursor_after(splice.position, text);
  }
  return op;
}

const IdBytes& MessageColumnsIn::id_of(std::uint32_t number) const {
  const IdBytes* id = dictionary_.id_at(number);
  if (id == nullptr) WireIn::fail(ErrorCode::malformed, "an id that was not introduced");
  return *id;
}

const std::string& MessageColumnsIn::name_of(std::uint32_t number, std::size_t max) const {
  const std::string* name = dictionary_.name_at(number);
  if (name == nullptr) WireIn::fail(ErrorCode::malformed, "a name that was not introduced");
  if (name->size() > max) WireIn::fail(ErrorCode::limit_exceeded, "a name is too long");
  return *name;
}

}  // namespace insieme::sync
