#include "storage/log_tail.hpp"

#include <algorithm>
#include <cstring>

#include "storage/rows.hpp"

namespace insieme::server {
namespace {

/// So many entries of others are read with a range rather than parting it.
constexpr std::uint64_t kGapMax = 8;
/// Where entries begin to be known is a multiple of it: tablets that come back one after the other
/// stand at different places, and each that stood a little before would begin anew.
constexpr std::uint64_t kBaseStep = 4'096;

std::uint64_t mark_of(const sync::Digest& hash) {
  std::uint64_t mark = 0;
  std::memcpy(&mark, hash.bytes.data(), sizeof mark);
  return mark;
}

}  // namespace

std::optional<std::vector<LogRange>> LogTail::concerning(
    sql::Connection& db, std::int64_t space, const LogState& state, std::uint64_t after,
    const std::string& account, std::span<const sync::DossierId> dossiers) {
  const std::lock_guard lock(mutex_);
  if (!cover(db, space, state, after)) return std::nullopt;
  std::vector<std::uint8_t> wanted(dossiers_.size(), 0);
  for (const sync::DossierId& dossier : dossiers) {
    const auto known = dossiers_.find(dossier);
    if (known != dossiers_.end()) wanted[known->second] = 1;
  }
  const auto named = accounts_.find(account);
  const std::uint32_t self = named == accounts_.end() ? kEverybody : named->second;
  std::vector<LogRange> ranges;
  for (std::uint64_t position = after + 1; position <= state.head; ++position) {
    const Entry& entry = entries_[static_cast<std::size_t>(position - base_ - 1)];
    if (wanted[entry.dossier] == 0 && entry.told != kEverybody && entry.told != self) continue;
    if (!ranges.empty() && position - ranges.back().last <= kGapMax) {
      ranges.back().last = position;
    } else {
      ranges.push_back({position, position});
    }
  }
  return ranges;
}

bool LogTail::cover(sql::Connection& db, std::int64_t space, const LogState& state,
                    std::uint64_t after) {
  if (after > state.head || state.head - after > entries_max_ / 2) return false;
  // A server that was put back from a backup has another epoch: other entries at these positions.
  if (epoch_ != state.epoch || after < base_ || state.head > base_ + entries_max_) {
    restart(state.epoch, after);
  }
  if (!is_same_log(state)) restart(state.epoch, after);
  if (state.head <= end() || read_on(db, space, state.head)) return true;
  restart(state.epoch, after);
  if (read_on(db, space, state.head)) return true;
  restart(state.epoch, after);
  return false;
}

/// Hashes stand one on the other: equal at the head, all before it is equal. What goes on beyond
/// the end is judged where it is read.
bool LogTail::is_same_log(const LogState& state) const {
  if (state.head <= base_ || state.head > end()) return true;
  return entries_[static_cast<std::size_t>(state.head - base_ - 1)].mark == mark_of(state.hash);
}

void LogTail::restart(std::uint64_t epoch, std::uint64_t after) {
  epoch_ = epoch;
  base_ = after - after % std::min<std::uint64_t>(kBaseStep, entries_max_ / 4 + 1);
  entries_.clear();
  dossiers_.clear();
  accounts_.clear();
}

bool LogTail::read_on(sql::Connection& db, std::int64_t space, std::uint64_t head) {
  // The last known one again, whose hash says that the rest follows on it.
  const std::uint64_t from = entries_.empty() ? base_ + 1 : end();
  sql::Statement& rows =
      db.cached("SELECT position, kind, dossier, account, log_hash FROM log WHERE space = ?"
                " AND position >= ? AND position <= ? ORDER BY position");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space, i64(from), i64(head));
  while (rows.step()) {
    const std::uint64_t position = u64(rows.get_int64(0));
    const auto hash = get_bytes<sync::Digest>(rows, 4);
    if (position == end() + 1) {
      append(rows, hash);
      last_hash_ = hash;
    } else if (position != end() || hash != last_hash_) {
      return false;
    }
  }
  return end() == head;
}

void LogTail::append(const sql::Statement& row, const sync::Digest& hash) {
  Entry entry;
  entry.mark = mark_of(hash);
  const auto dossier = get_bytes<sync::DossierId>(row, 2);
  entry.dossier =
      dossiers_.try_emplace(dossier, static_cast<std::uint32_t>(dossiers_.size())).first->second;
  const auto kind = static_cast<EntryKind>(row.get_int64(1));
  if (kind == EntryKind::erasure) {
    entry.told = kEverybody;
  } else if (!is_change(kind)) {
    const auto number = static_cast<std::uint32_t>(accounts_.size()) + kEverybody + 1;
    entry.told = accounts_.try_emplace(std::string(row.get_text(3)), number).first->second;
  }
  entries_.push_back(entry);
}

}  // namespace insieme::server
