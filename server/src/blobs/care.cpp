// What becomes of bytes whose records went, and whether those that should be here are.
#include <set>
#include <utility>

#include "insieme/server/blobs.hpp"
#include "insieme/sync/sealed_blob.hpp"

namespace insieme::server {
namespace {

constexpr std::int64_t kOrphanMs = std::int64_t{30} * 24 * 3'600'000;

/// Bytes are looked at afterwards: reading gigabytes must not keep a transaction open.
std::vector<BlobFacts> all_of(Repository& repository) {
  std::vector<BlobFacts> all;
  repository.visit_blobs([&](const BlobFacts& blob) {
    all.push_back(blob);
    return true;
  });
  return all;
}

}  // namespace

bool BlobStore::copy_from(BlobStore& other, const BlobKey& key, std::uint64_t size) {
  constexpr std::size_t kPieceBytes = 256 * 1024;
  BlobState here = state(key);
  if (here.whole) return false;
  while (!here.whole) {
    const auto piece = other.read(key, here.received, kPieceBytes);
    if (!piece.ok()) return false;
    const auto added = append(key, here.received, *piece, size);
    if (!added.ok()) return false;  // damaged there: it is as if it had none
    here = *added;
  }
  return true;
}

BlobSweep sweep_blobs(Repository& repository, BlobStore& store, std::int64_t now_ms) {
  BlobSweep sweep;
  for (const BlobKey& key : repository.erased_blobs()) {
    store.remove(key);
    repository.note_blob(key, BlobStanding::gone);
    ++sweep.erased;
  }
  std::vector<BlobKey> orphans;
  {
    std::set<std::pair<sync::DossierId, sync::Digest>> named;
    repository.visit_blobs([&](const BlobFacts& blob) {
      if (blob.standing < BlobStanding::erased) named.emplace(blob.key.dossier, blob.key.name);
      return true;
    });
    store.visit([&](const BlobKey& key, bool whole, std::int64_t changed_ms) {
      if (changed_ms >= now_ms - kOrphanMs) return;
      if (!whole || named.count({key.dossier, key.name}) == 0) orphans.push_back(key);
    });
  }
  for (const BlobKey& key : orphans) {
    if (store.state(key).whole) {
      // Named only just now, perhaps.
      if (repository.blob_standing(key) < BlobStanding::erased) continue;
    } else {
      // It may be whole where this store cannot look just now: then nothing of it is removed.
      if (repository.blob_standing(key) == BlobStanding::whole) continue;
      repository.note_blob(key, BlobStanding::awaited);
    }
    store.remove(key);
    ++sweep.orphans;
  }
  return sweep;
}

BlobReport verify_blobs(Repository& repository, BlobStore& store, bool thorough) {
  BlobReport report;
  for (const BlobFacts& blob : all_of(repository)) {
    if (blob.standing != BlobStanding::whole) {
      if (blob.standing < BlobStanding::erased) ++report.awaited;
      continue;
    }
    ++report.whole;
    const std::string name =
        sync::to_text(blob.key.dossier) + " " + sync::to_hex(blob.key.name).substr(0, 16);
    const BlobState here = store.state(blob.key);
    if (!here.whole) {
      report.faults.push_back("blob " + name + ": its bytes are not there any more");
    } else if (here.received != sync::sealed_blob_size(blob.size)) {
      report.faults.push_back("blob " + name + ": its file is not as long as it should be");
    } else if (thorough && !store.is_sound(blob.key)) {
      report.faults.push_back("blob " + name + ": its bytes were changed");
    }
  }
  return report;
}

std::uint64_t back_up_blobs(Repository& repository, BlobStore& store, BlobStore& copies) {
  std::uint64_t copied = 0;
  for (const BlobFacts& blob : all_of(repository)) {
    if (blob.standing == BlobStanding::whole) {
      const bool fresh = copies.copy_from(store, blob.key, sync::sealed_blob_size(blob.size));
      copied += fresh ? 1 : 0;
    } else if (blob.standing >= BlobStanding::erased) {
      copies.remove(blob.key);
    }
  }
  return copied;
}

std::uint64_t restore_blobs(Repository& repository, BlobStore& store, BlobStore& copies) {
  std::uint64_t copied = 0;
  for (const BlobFacts& blob : all_of(repository)) {
    if (blob.standing >= BlobStanding::erased) continue;
    const bool fresh = store.copy_from(copies, blob.key, sync::sealed_blob_size(blob.size));
    copied += fresh ? 1 : 0;
  }
  return copied;
}

}  // namespace insieme::server
