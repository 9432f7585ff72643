#pragma once
// Bytes of blobs to and from the server, after everything else of a run. Never an error: what does
// not go now goes with the next run, from where it stopped (docs/adr/0032).

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "insieme/client/engine.hpp"

namespace insieme::client {

class BlobRun {
 public:
  using MakeRequest =
      std::function<HttpRequest(std::string_view path, std::vector<std::uint8_t> body)>;
  enum class Ways { both, out };
  BlobRun(Store& store, const BlobBudget& budget, MakeRequest make, Ways ways = Ways::both);

  /// The next request; nothing: all is done that can be done now.
  [[nodiscard]] std::optional<HttpRequest> next();
  void answered(const Result<HttpReply>& reply);
  [[nodiscard]] const BlobTally& tally() const noexcept { return tally_; }

 private:
  enum class Phase { sending, fetching, over };

  [[nodiscard]] std::optional<HttpRequest> next_to_send();
  [[nodiscard]] std::optional<HttpRequest> next_to_fetch();
  void on_sent(const HttpReply& reply);
  void on_fetched(const HttpReply& reply);
  void refused(const HttpReply& reply);
  void skip_parcel();
  void stop(const Status& status);
  void begin_fetching();
  [[nodiscard]] bool takes(std::uint64_t bytes);

  Store& store_;
  BlobBudget budget_;
  MakeRequest make_;
  Ways ways_;
  Phase phase_ = Phase::sending;
  BlobTally tally_;
  BlobParcel parcel_;         ///< under way
  std::int64_t after_ = 0;    ///< blobs up to this number are done with for this run
  std::int64_t asked_ = 0;    ///< of which the server was asked what it has
  std::int64_t restarted_ = 0;  ///< which the server had lost a part of
  bool asking_ = false;         ///< by the request under way
  std::vector<BlobWanted> wanted_;
  std::size_t at_ = 0;        ///< in wanted_
  std::uint64_t length_ = 0;  ///< that was asked for
};

}  // namespace insieme::client
