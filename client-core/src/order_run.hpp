#pragma once
// Asks the server what it ordered of this device, after it did not accept it; before a wipe it is
// handed what was not sent. In steps that never block. The engine must outlive it.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "escrow_run.hpp"
#include "insieme/client/engine.hpp"

namespace insieme::client {

/// `order`: what is ordered; nothing: nothing, or it is not known. With a receipt the server has
/// all that was not sent, and what is here is to be destroyed.
struct OrderOutcome {
  Status status;
  std::optional<sync::DeviceOrder> order;
  std::optional<sync::EscrowReceipt> receipt;
  std::vector<sync::Digest> handed;  ///< the parcels that the receipt is for
};

class OrderRun {
 public:
  using Need = std::variant<HttpRequest, OrderOutcome>;
  explicit OrderRun(Engine& engine) : engine_(engine) {}
  [[nodiscard]] Need begin();
  [[nodiscard]] Need answered(const Result<HttpReply>& reply);
  /// A wipe is ordered, and what was not sent is being handed over.
  [[nodiscard]] bool is_handing_over() const noexcept { return escrow_.has_value(); }

 private:
  [[nodiscard]] HttpRequest request(std::string_view path, std::string_view type,
                                    std::vector<std::uint8_t> body) const;
  [[nodiscard]] Need on_challenge(const HttpReply& reply);
  [[nodiscard]] Need on_token(const HttpReply& reply);
  [[nodiscard]] Need go_on();

  Engine& engine_;
  enum class Asked { challenge, token, escrow } asked_ = Asked::challenge;
  sync::OrderAsk ask_{};
  HeardOrder heard_;
  std::optional<EscrowRun> escrow_;
};

/// An OrderRun from its begin to its end.
[[nodiscard]] OrderOutcome ask_order(Engine& engine);

}  // namespace insieme::client
