#include "message_columns.hpp"

namespace insieme::sync {
namespace {

std::uint64_t time_of(const IdBytes& id) {
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) time = time << 8 | id[i];
  return time;
}

std::uint64_t difference(std::uint64_t value, std::uint64_t expected) {
  return zigzag(static_cast<std::int64_t>(value - expected));  // wraps: any number is possible
}

void append(WireOut& out, std::span<const std::uint8_t> bytes) {
  out.varint(bytes.size());
  out.raw(bytes);
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The value of an operation that is nothing but one.
const Value* value_of(const Action& action) {
  if (const auto* write = std::get_if<WriteOp>(&action)) return &write->value;
  if (const auto* add = std::get_if<AddOp>(&action)) return &add->element;
  if (const auto* remove = std::get_if<RemoveOp>(&action)) return &remove->element;
  return nullptr;
}

}  // namespace

// ---- the dictionary -----------------------------------------------------------------------------

std::uint32_t MessageDictionary::number_of_id(const IdBytes& id) {
  const auto [at, is_new] = id_numbers_.try_emplace(id, static_cast<std::uint32_t>(ids_.size()));
  if (is_new) ids_.push_back(id);
  return at->second;
}

std::uint32_t MessageDictionary::number_of_name(std::string_view name) {
  const auto known = name_numbers_.find(name);
  if (known != name_numbers_.end()) return known->second;
  const auto number = static_cast<std::uint32_t>(names_.size());
  names_.emplace_back(name);
  name_numbers_.emplace(names_.back(), number);
  return number;
}

const IdBytes* MessageDictionary::id_at(std::uint32_t number) const {
  return number < ids_.size() ? &ids_[number] : nullptr;
}

const std::string* MessageDictionary::name_at(std::uint32_t number) const {
  return number < names_.size() ? &names_[number] : nullptr;
}

void MessageDictionary::write(WireOut& words, WireOut& noise) const {
  words.varint(ids_.size());
  std::uint64_t last = 0;
  for (const IdBytes& id : ids_) {
    words.varint(difference(time_of(id), last));
    last = time_of(id);
    noise.raw(std::span(id).subspan(kTimeBytes));
  }
  words.varint(names_.size());
  for (const std::string& name : names_) append(words, bytes_of(name));
}

// ---- changes ------------------------------------------------------------------------------------

MessageColumnsOut::MessageColumnsOut(MessageDictionary& dictionary) : dictionary_(dictionary) {
  for (std::size_t i = 0; i < kColumns; ++i) columns_.emplace_back(&dictionary_);
}

void MessageColumnsOut::add_position(std::uint64_t position) {
  at(Column::position).varint(difference(position, last_.position + 1));
  last_.position = position;
}

void MessageColumnsOut::add(const Change& change, Content content) {
  const ChangeHeader& header = change.header;
  auto first = static_cast<std::uint8_t>(content);
  if (header.transaction) first |= kHasTransaction;
  if (header.origin) first |= kHasOrigin;
  at(Column::content).byte(first);
  add_header(header);
  if (content != Content::whole) noise_.raw(header.body_digest.bytes);
  if (content == Content::hollow) return;
  at(Column::operations).varint(change.ops->size());
  for (const Operation& op : *change.ops) add_operation(op);
}

void MessageColumnsOut::add_header(const ChangeHeader& header) {
  const std::uint32_t dossier = dictionary_.number_of_id(header.document.dossier.bytes);
  const std::uint32_t section = dictionary_.number_of_name(header.document.section);
  const std::uint32_t replica = dictionary_.number_of_id(header.replica.bytes);
  at(Column::dossier).varint(difference(dossier, last_.dossier));
  last_.dossier = dossier;
  at(Column::section).varint(section);
  at(Column::replica).varint(replica);
  std::uint64_t& seq = last_.seqs[{dossier, section, replica}];
  at(Column::seq).varint(difference(header.seq, seq + 1));
  seq = header.seq;
  if (header.seq > 1) noise_.fixed64(header.previous_prefix);
  at(Column::deps).varint(header.deps.size());
  for (const DepEntry& entry : header.deps) {
    const std::uint32_t other = dictionary_.number_of_id(entry.replica.bytes);
    at(Column::dep_replica).varint(other);
    at(Column::dep_seq).varint(difference(entry.seq, last_.seqs[{dossier, section, other}]));
    noise_.fixed64(entry.id_prefix);
  }
  const std::int64_t expected =
      header.stamp.ms == last_.stamp.ms ? std::int64_t{last_.stamp.counter} + 1 : 0;
  at(Column::stamp_ms).varint(difference(static_cast<std::uint64_t>(header.stamp.ms),
                                         static_cast<std::uint64_t>(last_.stamp.ms)));
  at(Column::stamp_counter).varint(zigzag(std::int64_t{header.stamp.counter} - expected));
  last_.stamp = header.stamp;
  at(Column::author).name(header.author);
  at(Column::schema_version).varint(header.schema_version);
  if (header.transaction) at(Column::transaction)(unconst(*header.transaction));
  if (header.origin) at(Column::origin)(unconst(*header.origin));
}

std::uint32_t MessageColumnsOut::shape_of(const Operation& op) {
  Shape shape;
  shape.kind = kind_byte(op.action);
  if (!std::holds_alternative<ErasedOp>(op.action)) {
    if (op.context) shape.kind |= kHasContext;
    shape.type = dictionary_.number_of_name(op.type);
    shape.field = dictionary_.number_of_name(op.field);
  }
  if (const Value* value = value_of(op.action)) {
    shape.tag = static_cast<std::uint8_t>(value->index());
  }
  const auto [at, is_new] = numbers_.try_emplace(shape, static_cast<std::uint32_t>(shapes_.size()));
  if (is_new) {
    shapes_.push_back(shape);
    of_shape_.emplace_back(&dictionary_);
  }
  return at->second;
}

void MessageColumnsOut::add_operation(const Operation& op) {
  const std::uint32_t number = shape_of(op);
  at(Column::shape).varint(number);
  if (std::holds_alternative<ErasedOp>(op.action)) return;
  const std::uint32_t record = dictionary_.number_of_id(op.record.bytes);
  at(Column::record).varint(difference(record, last_.record));
  last_.record = record;
  if (op.context) at(Column::context)(*op.context);
  OfShape& into = of_shape_[number];
  if (const Value* value = value_of(op.action)) {
    if (const auto* text = std::get_if<std::string>(value)) return add_text(into, bytes_of(*text));
    if (const auto* bytes = std::get_if<Bytes>(value)) return add_text(into, bytes->data);
    return save_value_content(into.numbers, *value);
  }
  const auto* splice = std::get_if<SpliceOp>(&op.action);
  if (splice != nullptr && !splice->base) return add_splices(into, *splice);
  save_action(into.numbers, op.action);
}

void MessageColumnsOut::add_text(OfShape& into, std::span<const std::uint8_t> text) {
  into.numbers.varint(text.size());
  into.bytes.insert(into.bytes.end(), text.begin(), text.end());
}

void MessageColumnsOut::add_splices(OfShape& into, const SpliceOp& op) {
  into.numbers.varint(op.splices.size());
  for (const Splice& splice : op.splices) {
    into.numbers.varint(difference(splice.position, into.cursor));
    into.numbers.varint(splice.removed);
    add_text(into, bytes_of(splice.inserted));
    into.cursor = cursor_after(splice.position, bytes_of(splice.inserted));
  }
}

std::optional<ColumnParts> MessageColumnsOut::finish(std::span<const std::uint8_t> rest) {
  if (shapes_.size() > kShapesMax || dictionary_.names() > kNamesMax) return {};
  WireOut words;
  WireOut noise;
  dictionary_.write(words, noise);
  words.varint(shapes_.size());
  for (const Shape& shape : shapes_) words.byte(shape.kind);
  for (const Shape& shape : shapes_) words.varint(shape.type);
  for (const Shape& shape : shapes_) words.varint(shape.field);
  for (const Shape& shape : shapes_) words.byte(shape.tag);
  for (WireOut& column : columns_) append(words, column.take());
  for (OfShape& one : of_shape_) append(words, one.numbers.take());
  for (const OfShape& one : of_shape_) append(words, one.bytes);
  append(noise, noise_.take());
  noise.raw(rest);
  return ColumnParts{words.take(), noise.take()};
}

}  // namespace insieme::sync
