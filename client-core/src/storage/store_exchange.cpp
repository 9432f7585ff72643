// The façade of what devices give each other without a server.
#include "storage/erasures.hpp"
#include "storage/store_impl.hpp"

namespace insieme::client {

Result<std::vector<OutgoingBundle>> Store::hand_out(const HandOutFor& whom) {
  return impl_->read([&] { return make_bundles(*impl_->core, whom); });
}

Result<std::vector<OutgoingBundle>> Store::hand_out_answered() {
  Core& core = *impl_->core;
  return impl_->read([&] {
    return make_answered(core, [&](const sync::DocumentId& document) {
      return std::optional(stable_version(core, document));
    });
  });
}

Result<std::vector<OutgoingBundle>> Store::hand_out_answered(
    const std::vector<sync::PeerDocument>& peer) {
  return impl_->read([&] {
    return make_answered(
        *impl_->core,
        [&](const sync::DocumentId& document) -> std::optional<sync::VersionVector> {
          for (const sync::PeerDocument& one : peer) {
            if (one.document == document) return one.version;
          }
          return std::nullopt;
        });
  });
}

Status Store::note_handed_out(const OutgoingBundle& bundle) {
  return impl_->write_status([&] { note_handed(*impl_->core, bundle.changes, Handed::written); });
}

Status Store::note_kept(const OutgoingBundle& bundle) {
  return impl_->write_status([&] { note_handed(*impl_->core, bundle.changes, Handed::kept); });
}

Result<std::vector<sync::OfferedBundle>> Store::carried() {
  return impl_->read([&] { return client::carried(*impl_->core); });
}

Result<std::vector<std::uint8_t>> Store::carried_bundle(const sync::Digest& digest) {
  return impl_->read([&] { return client::carried_bundle(*impl_->core, digest); });
}

Result<sync::Holdings> Store::exchange_holdings() {
  return impl_->read([&] { return client::exchange_holdings(*impl_->core); });
}

Result<TakenBundle> Store::take_bundle(std::span<const std::uint8_t> bytes) {
  Core& core = *impl_->core;
  auto taken = impl_->write([&] {
    Documents documents(core);
    return client::take_bundle(core, documents, bytes);
  });
  if (taken.ok() && taken->orders != 0) static_cast<void>(clean_and_tell(core));
  return taken;
}

Result<std::optional<TakenBundle>> Store::keep_piece(const sync::KeepPiece& piece) {
  Core& core = *impl_->core;
  auto taken = impl_->write([&] {
    Documents documents(core);
    return client::keep_piece(core, documents, piece);
  });
  if (taken.ok() && *taken && (*taken)->orders != 0) static_cast<void>(clean_and_tell(core));
  return taken;
}

}  // namespace insieme::client
