// The store's functions about bytes of blobs.
#include "storage/beside.hpp"
#include "storage/blobs.hpp"
#include "storage/store_impl.hpp"

namespace insieme::client {
namespace {

/// What others took never takes the room that visits need.
constexpr std::uint64_t kRoomForWork = std::uint64_t{128} * 1024 * 1024;

}  // namespace

Result<sync::SealedBlob> Store::seal_blob(const sync::DossierId& dossier, std::string media_type,
                                          std::span<const std::uint8_t> content) {
  return impl_->read([&] {
    const auto row = impl_->core->dossier(dossier);
    if (!row) refuse(ErrorCode::not_found, "this dossier is not on this device");
    return require(sync::seal_blob(row->key, std::move(media_type), content));
  });
}

Result<std::vector<std::uint8_t>> Store::blob(const sync::DocumentId& document,
                                              const sync::BlobRef& reference) {
  return impl_->read([&] {
    const auto row = impl_->core->dossier(document.dossier);
    const auto sealed = sealed_blob(*impl_->core, document, reference.name);
    if (!row || !sealed) refuse(ErrorCode::not_found, "these bytes are not on this device");
    return require(sync::open_blob(row->key, reference, *sealed));
  });
}

Result<std::vector<BlobLine>> Store::blobs() {
  return impl_->read([&] { return blob_lines(*impl_->core); });
}

Result<BlobCounts> Store::blob_counts() {
  return impl_->read([&] { return count_blobs(*impl_->core); });
}

Result<std::optional<BlobParcel>> Store::next_blob_to_send(std::int64_t after) {
  return impl_->read([&] { return client::next_blob_to_send(*impl_->core, after, true); });
}

Status Store::note_blob_sent(std::int64_t n, std::uint64_t received, bool whole) {
  return impl_->write_status(
      [&] { client::note_blob_sent(*impl_->core, n, received, whole); });
}

Status Store::note_blob_refused(std::int64_t n, const std::string& why, bool lasting) {
  return impl_->write_status(
      [&] { client::note_blob_refused(*impl_->core, n, why, lasting); });
}

Result<std::vector<BlobWanted>> Store::blobs_wanted(std::size_t limit) {
  const auto free = free_bytes(impl_->core->path);
  if (free && *free < kRoomForWork) {
    return Error{ErrorCode::storage_full,
                 "little room is left on this device: photos and files of others are not fetched"
                 "\nsu questo dispositivo resta poco spazio: foto e file degli altri non si "
                 "scaricano"};
  }
  return impl_->read([&] { return client::blobs_wanted(*impl_->core, limit); });
}

Result<bool> Store::keep_blob_piece(std::int64_t n, std::span<const std::uint8_t> piece) {
  return impl_->write([&] { return client::keep_blob_piece(*impl_->core, n, piece); });
}

Status Store::note_blob_absent(std::int64_t n) {
  return impl_->write_status([&] { client::note_blob_absent(*impl_->core, n); });
}

}  // namespace insieme::client
