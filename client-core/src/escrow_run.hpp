#pragma once
// Hands over what a device that is to be wiped has not sent: parcels, then the bytes of photos that
// its records name, then what is left of them, what was added meanwhile, and what is authored again
// where the others have gone on; then the question for the receipt. What is cut off is repeated
// whole: the server knows a parcel by its name.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "blob_run.hpp"
#include "escrow_parcels.hpp"
#include "insieme/client/device_order.hpp"
#include "insieme/client/transport.hpp"

namespace insieme::client {

class EscrowRun {
 public:
  /// `content_type` of the request; otherwise as BlobRun's.
  using MakeRequest = std::function<HttpRequest(std::string_view path, std::string_view type,
                                                std::vector<std::uint8_t> body)>;
  EscrowRun(Store& store, sync::DeviceOrder order, MakeRequest make);

  /// The next request; nothing: it is over, one way or the other.
  [[nodiscard]] std::optional<HttpRequest> next();
  void answered(const Result<HttpReply>& reply);

  /// Why there is no receipt.
  [[nodiscard]] const Status& status() const noexcept { return status_; }
  [[nodiscard]] const std::optional<sync::EscrowReceipt>& receipt() const noexcept {
    return receipt_;
  }
  /// What the receipt is for.
  [[nodiscard]] const std::vector<sync::Digest>& names() const noexcept { return names_; }

 private:
  enum class Phase { parcels, blobs, left, end, over };
  void stop(const Error& error);
  void pack_again();
  void on_parcel(const HttpReply& reply);
  void send_again_what_is_late();
  void on_end(const HttpReply& reply);

  Store& store_;
  sync::DeviceOrder order_;
  MakeRequest make_;
  BlobRun blobs_;
  Phase phase_ = Phase::parcels;
  std::vector<OutgoingParcel> parcels_;
  std::size_t at_ = 0;
  std::vector<sync::Digest> names_;
  std::set<sync::Digest> brought_;
  std::vector<sync::SyncReply> answers_;  ///< to letters of which the others have gone on
  std::size_t rounds_ = 0;
  std::optional<sync::EscrowReceipt> receipt_;
  Status status_;
};

}  // namespace insieme::client
