#pragma once
// Version vectors (Parker et al. 1983; Mattern 1988): for each replica, how many of its changes.

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "insieme/sync/ids.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::sync {

/// A set of changes of one document that is closed per replica: entry (r, n) stands for changes
/// 1..n of r. Entries are sorted by replica and never hold 0. A document has few replicas, so this
/// is a flat vector. Not thread-safe, as any value.
class VersionVector {
 public:
  struct Entry {
    ReplicaId replica;
    std::uint64_t seq = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  [[nodiscard]] std::uint64_t operator[](const ReplicaId& replica) const noexcept;
  /// True when change `seq` of `replica` is in the set.
  [[nodiscard]] bool contains(const ReplicaId& replica, std::uint64_t seq) const noexcept {
    return (*this)[replica] >= seq;
  }
  [[nodiscard]] bool contains(const Dot& dot) const noexcept {
    return contains(dot.replica, dot.seq);
  }
  /// Sets the entry to `seq` even when that is smaller; 0 removes it.
  void set(const ReplicaId& replica, std::uint64_t seq);
  /// Raises the entry to at least `seq`.
  void raise(const ReplicaId& replica, std::uint64_t seq);
  /// Union of both sets.
  void merge(const VersionVector& other);
  /// Intersection of both sets.
  void meet(const VersionVector& other);
  /// True when every change of `other` is in this set.
  [[nodiscard]] bool covers(const VersionVector& other) const noexcept;
  /// Sum of all entries: a linear extension of the subset order.
  [[nodiscard]] std::uint64_t total() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }

  friend bool operator==(const VersionVector&, const VersionVector&) = default;

 private:
  std::vector<Entry> entries_;
};

/// Canonical bytes, for drafts, receipts and the tokens that forms carry.
[[nodiscard]] std::vector<std::uint8_t> encode_version(const VersionVector& version);
[[nodiscard]] Result<VersionVector> decode_version(std::span<const std::uint8_t> bytes);

}  // namespace insieme::sync
