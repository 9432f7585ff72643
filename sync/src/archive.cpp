#include "archive.hpp"

#include <algorithm>

#include "insieme/sync/limits.hpp"

namespace insieme::sync {
namespace {

/// The place, from 1, of the description of a change among those so far; 0 if it is not there. Most
/// values of a record were written by few changes: each is described once. The search is bounded,
/// so that a text with thousands of events stays linear.
std::size_t find_change(const std::vector<Mark>& marks, const Dot& dot) {
  constexpr std::size_t kLookBack = 32;
  const std::size_t first = marks.size() > kLookBack ? marks.size() - kLookBack : 0;
  for (std::size_t at = marks.size(); at > first; --at) {
    if (marks[at - 1].dot.seq == dot.seq && marks[at - 1].dot.replica == dot.replica) return at;
  }
  return 0;
}

constexpr std::size_t kUsualMarks = 4;  ///< changes that most records were written by, at most

bool by_change(const Mark& a, const Mark& b) {
  if (const auto order = a.dot.replica <=> b.dot.replica; order != 0) return order < 0;
  return a.dot.seq < b.dot.seq;
}

}  // namespace

void WireOut::fixed64(std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) {
    bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

void WireOut::id(const IdBytes& id) {
  if (shared_ != nullptr) return varint(shared_->number_of_id(id));
  const auto [at, is_new] = ids_.try_emplace(id, ids_.size() + 1);
  if (!is_new) return varint(at->second);
  varint(0);
  raw(id);
}

void WireOut::name(const std::string& name) {
  if (shared_ != nullptr) return varint(shared_->number_of_name(name));
  const auto [at, is_new] = names_.try_emplace(name, names_.size() + 1);
  if (!is_new) return varint(at->second);
  varint(0);
  varint(name.size());
  bytes_.insert(bytes_.end(), name.begin(), name.end());
}

void WireOut::mark(const Mark& mark) {
  if (collected_ != nullptr) return collected_->push_back(mark);
  if (mark_table_ != nullptr) {
    const auto at = std::lower_bound(mark_table_->begin(), mark_table_->end(), mark, by_change);
    INSIEME_ASSERT(at != mark_table_->end() && !by_change(mark, *at));
    varint(static_cast<std::uint64_t>(at - mark_table_->begin()));
    return varint(mark.dot.op);
  }
  static_cast<void>(mark_of(mark, mark.dot.op));
}

std::uint64_t WireOut::mark_of(const Mark& change, std::uint32_t op) {
  const std::size_t known = find_change(marks_, change.dot);
  if (known != 0) {
    varint(known);
  } else {
    varint(0);
    id(change.dot.replica.bytes);
    varint(change.dot.seq);
    varint(zigzag(change.stamp.ms));
    varint(change.stamp.counter);
    name(change.author);
    if (marks_.empty()) marks_.reserve(kUsualMarks);
    marks_.push_back(change);
  }
  varint(op);
  return known != 0 ? known : marks_.size();
}

std::uint64_t WireIn::long_varint(std::uint8_t first) {
  std::uint64_t value = first & 0x7f;
  for (int shift = 7; shift < 64; shift += 7) {
    const std::uint8_t next = byte();
    if (shift == 63 && next > 1) fail(ErrorCode::malformed, "number beyond 64 bits");
    value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
    if ((next & 0x80) == 0) {
      if (next == 0) fail(ErrorCode::malformed, "number with needless bytes");
      return value;
    }
  }
  fail(ErrorCode::malformed, "number beyond 64 bits");
}

std::uint64_t WireIn::fixed64() {
  std::uint64_t value = 0;
  const auto data = raw(8);
  for (std::size_t i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(data[i]) << (8 * i);
  return value;
}

std::span<const std::uint8_t> WireIn::raw(std::size_t size) {
  if (size > remaining()) fail(ErrorCode::truncated, "ends too early");
  const auto data = bytes_.subspan(at_, size);
  at_ += size;
  return data;
}

std::size_t WireIn::count(std::size_t max) {
  const std::size_t count = count_elsewhere(max);
  if (count > remaining()) {
    fail(ErrorCode::truncated, "a list is longer than the bytes that remain");
  }
  return count;
}

std::size_t WireIn::count_elsewhere(std::size_t max) {
  const std::uint64_t count = varint();
  if (count > max) fail(ErrorCode::limit_exceeded, "a list is longer than its limit");
  return static_cast<std::size_t>(count);
}

void WireIn::claim_operation() {
  if (++operations_ > kOpsPerMessageMax) {
    fail(ErrorCode::limit_exceeded, "too many operations in one message");
  }
}

IdBytes WireIn::id() {
  const std::uint64_t number = varint();
  if (shared_ != nullptr) {
    const IdBytes* known = number <= UINT32_MAX
                               ? shared_->id_at(static_cast<std::uint32_t>(number))
                               : nullptr;
    if (known == nullptr) fail(ErrorCode::malformed, "an id that the dictionary does not have");
    return *known;
  }
  if (number > ids_.size()) fail(ErrorCode::malformed, "an id that was not introduced");
  if (number != 0) return ids_[static_cast<std::size_t>(number - 1)];
  IdBytes id{};
  const auto data = raw(16);
  std::copy(data.begin(), data.end(), id.begin());
  ids_.push_back(id);
  return id;
}

const std::string& WireIn::name() {
  const std::uint64_t number = varint();
  if (shared_ != nullptr) {
    const std::string* known = number <= UINT32_MAX
                                   ? shared_->name_at(static_cast<std::uint32_t>(number))
                                   : nullptr;
    if (known == nullptr) fail(ErrorCode::malformed, "a name that the dictionary does not have");
    return *known;
  }
  if (number > names_.size()) fail(ErrorCode::malformed, "a name that was not introduced");
  if (number != 0) return names_[static_cast<std::size_t>(number - 1)];
  const std::size_t length = count(kNameBytesMax);
  const auto data = raw(length);
  names_.emplace_back(data.begin(), data.end());
  return names_.back();
}

const std::string& WireIn::numbered_name(std::uint32_t& number) {
  number = varint_as<std::uint32_t>();
  const std::string* known = shared_ != nullptr ? shared_->name_at(number) : nullptr;
  if (known == nullptr) fail(ErrorCode::malformed, "a name that the dictionary does not have");
  return *known;
}

Mark WireIn::mark() {
  if (mark_table_ != nullptr) {
    const std::uint64_t number = varint();
    if (number >= mark_table_->size()) {
      fail(ErrorCode::malformed, "a change that is not in the table");
    }
    Mark mark = (*mark_table_)[static_cast<std::size_t>(number)];
    mark.dot.op = varint_as<std::uint32_t>();
    return mark;
  }
  const MarkPlace place = mark_place();
  Mark mark = marks_[place.change];
  mark.dot.op = place.op;
  return mark;
}

WireIn::MarkPlace WireIn::mark_place() {
  const std::uint64_t number = varint();
  if (number > marks_.size()) fail(ErrorCode::malformed, "a change that was not introduced");
  if (number != 0) {
    return {static_cast<std::size_t>(number - 1), varint_as<std::uint32_t>()};
  }
  Mark change;
  change.dot.replica.bytes = id();
  change.dot.seq = varint();
  change.stamp.ms = unzigzag(varint());
  change.stamp.counter = varint_as<std::uint32_t>();
  change.author = name();
  // One change cannot be described twice, or its two descriptions could differ.
  if (find_change(marks_, change.dot) != 0) {
    fail(ErrorCode::malformed, "a change described twice");
  }
  if (marks_.empty()) marks_.reserve(kUsualMarks);
  marks_.push_back(std::move(change));
  return {marks_.size() - 1, varint_as<std::uint32_t>()};
}

void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const TextOf& text) {
  ar.varint(text.value.size());
  ar.raw({reinterpret_cast<const std::uint8_t*>(text.value.data()), text.value.size()});
}
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, TextOf& text) {
  const auto data = ar.raw(ar.count(text.max));
  text.value.assign(data.begin(), data.end());
}
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const NameOf& name) { ar.name(name.value); }
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, NameOf& name) {
  name.value = ar.name();
  if (name.value.size() > name.max) WireIn::fail(ErrorCode::limit_exceeded, "a name is too long");
}
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const BlobOf& blob) {
  ar.varint(blob.value.size());
  ar.raw(blob.value);
}
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, BlobOf& blob) {
  const auto data = ar.raw(ar.count(blob.max));
  blob.value.assign(data.begin(), data.end());
}

}  // namespace insieme::sync
