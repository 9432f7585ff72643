#include "insieme/sync/erasure.hpp"

#include <algorithm>

#include "codec.hpp"
#include "erasure_codec.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::sync {

bool Redaction::covers(const RecordId& record) const noexcept {
  return whole_ || std::binary_search(records_.begin(), records_.end(), record);
}

void Redaction::add(const RecordId& record) {
  const auto at = std::lower_bound(records_.begin(), records_.end(), record);
  if (at == records_.end() || *at != record) records_.insert(at, record);
}

bool Redaction::merge(const Redaction& other) {
  const Redaction before = *this;
  whole_ = whole_ || other.whole_;
  for (const RecordId& record : other.records_) add(record);
  return !(*this == before);
}

bool ErasureOrder::is_whole_dossier() const noexcept {
  return std::any_of(targets.begin(), targets.end(), [](const ErasureTarget& target) {
    return target.section.empty() && target.record.is_nil();
  });
}

bool ErasureOrder::touches(std::string_view section) const noexcept {
  return std::any_of(targets.begin(), targets.end(), [&](const ErasureTarget& target) {
    return target.section.empty() || target.section == section;
  });
}

Status check_order(const ErasureOrder& order) {
  if (order.id.is_nil() || order.dossier.is_nil()) {
    return {ErrorCode::malformed, "an erasure order without id or dossier"};
  }
  if (order.targets.empty()) return {ErrorCode::malformed, "an erasure order of nothing"};
  if (order.targets.size() > kErasureTargetsMax) {
    return {ErrorCode::limit_exceeded, "an erasure order names too much: make several"};
  }
  for (const ErasureTarget& target : order.targets) {
    if (!target.section.empty() && !is_valid_section(target.section)) {
      return {ErrorCode::malformed, "an erasure order of something that is no section"};
    }
  }
  if (order.reason.size() > kReasonBytesMax) {
    return {ErrorCode::limit_exceeded, "a reason is too long"};
  }
  if (!is_valid_utf8(order.reason)) return {ErrorCode::malformed, "a reason is not valid UTF-8"};
  return {};
}

bool add_order(Redaction& redaction, const ErasureOrder& order, std::string_view section) {
  Redaction more;
  for (const ErasureTarget& target : order.targets) {
    if (!target.section.empty() && target.section != section) continue;
    if (target.record.is_nil()) {
      more.add_whole();
    } else {
      more.add(target.record);
    }
  }
  return redaction.merge(more);
}

std::vector<std::uint8_t> encode_order(const ErasureOrder& order) {
  WireOut ar;
  ar(order);
  return ar.take();
}

Result<ErasureOrder> decode_order(std::span<const std::uint8_t> bytes) {
  return decoding([&] {
    WireIn ar(bytes);
    ErasureOrder order;
    ar(order);
    ar.expect_end();
    return order;
  });
}

bool is_redacted(const Change& change) noexcept {
  return change.ops && std::any_of(change.ops->begin(), change.ops->end(), [](const auto& op) {
           return std::holds_alternative<ErasedOp>(op.action);
         });
}

bool redact(Change& change, const Redaction& redaction) {
  if (redaction.empty() || !change.ops) return false;
  bool touched = false;
  bool some_left = false;
  for (Operation& op : *change.ops) {
    if (std::holds_alternative<ErasedOp>(op.action)) continue;
    if (!redaction.covers(op.record)) {
      some_left = true;
      continue;
    }
    op = Operation{{}, {}, {}, ErasedOp{}, {}};
    touched = true;
  }
  if (touched && !some_left) change.ops.reset();
  return touched;
}

bool redact(Snapshot& snapshot, const Redaction& redaction) {
  if (redaction.empty()) return false;
  bool touched = false;
  for (auto at = snapshot.records.begin(); at != snapshot.records.end();) {
    if (!redaction.covers(at->first)) {
      ++at;
      continue;
    }
    snapshot.newest.erase(at->first);
    at = snapshot.records.erase(at);
    touched = true;
  }
  auto& bases = snapshot.bases;
  bases.erase(std::remove_if(bases.begin(), bases.end(),
                             [&](const ContestedBase& b) { return redaction.covers(b.record); }),
              bases.end());
  return touched;
}

}  // namespace insieme::sync
