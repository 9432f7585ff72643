#include "escrow_run.hpp"

#include <boost/json.hpp>
#include <limits>
#include <set>

#include "http_problem.hpp"
#include "storage/escrow_stock.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr int kOk = 200;
constexpr std::string_view kBytesType = "application/octet-stream";
constexpr std::string_view kJsonType = "application/json";
/// All of them: a contact that is cut goes on from where it was.
constexpr BlobBudget kBlobs{true, std::numeric_limits<std::uint64_t>::max()};

/// The network, a server that is busy or full: the next contact goes on.
bool may_pass(int status) {
  return status == 0 || status == 401 || status == 408 || status == 429 || status >= 500;
}

}  // namespace

EscrowRun::EscrowRun(Store& store, sync::DeviceOrder order, MakeRequest make)
    : store_(store),
      order_(std::move(order)),
      make_(std::move(make)),
      blobs_(store, kBlobs, [this](std::string_view path, std::vector<std::uint8_t> body) {
        return make_(path, kBytesType, std::move(body));
      }, BlobRun::Ways::out) {
  if (const Status ready = stop_waiting(store_); !ready.ok()) {
    stop(ready.error());
    return;
  }
  auto packed = escrow_parcels(store_, false);
  if (!packed.ok()) {
    stop(packed.error());
    return;
  }
  parcels_ = std::move(packed).value();
  names_ = names_of(parcels_);
}

/// What the server did not take of the photos by the ordinary way, and what was added meanwhile:
/// what is known by its name was brought already.
void EscrowRun::pack_again() {
  auto packed = escrow_parcels(store_, true);
  if (!packed.ok()) return stop(packed.error());
  const std::set<sync::Digest> brought(names_.begin(), names_.end());
  parcels_.clear();
  at_ = 0;
  names_ = names_of(*packed);
  for (std::size_t n = 0; n < names_.size(); ++n) {
    if (brought.count(names_[n]) == 0) parcels_.push_back(std::move((*packed)[n]));
  }
  phase_ = Phase::left;
}

void EscrowRun::stop(const Error& error) {
  status_ = error;
  phase_ = Phase::over;
}

std::optional<HttpRequest> EscrowRun::next() {
  if (phase_ == Phase::blobs) {
    if (auto request = blobs_.next()) return request;
    pack_again();
  }
  if (phase_ == Phase::parcels || phase_ == Phase::left) {
    if (at_ < parcels_.size()) {
      const OutgoingParcel& one = parcels_[at_];
      return make_("/v1/device/escrow?order=" + sync::to_text(order_.id) +
                       "&parcel=" + std::string(sync::name_of(one.kind)),
                   kBytesType, one.sealed);
    }
    if (phase_ == Phase::parcels) {
      phase_ = Phase::blobs;
      return next();
    }
    phase_ = Phase::end;
  }
  if (phase_ == Phase::end) {
    json::array names;
    for (const sync::Digest& name : names_) names.push_back(json::string(sync::to_hex(name)));
    const std::string body = json::serialize(
        json::object{{"order", sync::to_text(order_.id)}, {"parcels", std::move(names)}});
    return make_("/v1/device/escrow/end", kJsonType, {body.begin(), body.end()});
  }
  return std::nullopt;
}

void EscrowRun::answered(const Result<HttpReply>& reply) {
  if (!reply.ok()) return stop(reply.error());
  if (may_pass(reply->status)) return stop({ErrorCode::unavailable, sentence_of(*reply)});
  switch (phase_) {
    case Phase::parcels:
    case Phase::left:
      return on_parcel(*reply);
    case Phase::blobs:
      // What it does not take so is brought as a parcel.
      return blobs_.answered(reply);
    case Phase::end:
      return on_end(*reply);
    case Phase::over:
      return;
  }
}

void EscrowRun::on_parcel(const HttpReply& reply) {
  if (reply.status != kOk) return stop(error_of(reply));
  parcels_[at_].sealed.clear();
  ++at_;
}

void EscrowRun::on_end(const HttpReply& reply) {
  if (reply.status != kOk) return stop(error_of(reply));
  const auto receipt =
      parse_escrow_receipt(reply.body, order_, store_.identity().server_key, names_);
  if (!receipt.ok()) return stop(receipt.error());
  receipt_ = *receipt;
  phase_ = Phase::over;
}

}  // namespace insieme::client
