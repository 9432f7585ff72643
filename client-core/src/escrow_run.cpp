#include "escrow_run.hpp"

#include <boost/json.hpp>

#include "http_problem.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr int kOk = 200;
constexpr std::string_view kBytesType = "application/octet-stream";
constexpr std::string_view kJsonType = "application/json";
/// More photos than this, not sent until the day on which the tablet was lost, stay behind.
constexpr BlobBudget kBlobs{true, 256ULL * 1024 * 1024};

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
  auto packed = escrow_parcels(store_);
  if (!packed.ok()) {
    stop(packed.error());
    return;
  }
  parcels_ = std::move(packed).value();
  for (const OutgoingParcel& one : parcels_) names_.push_back(sync::name_of_parcel(one.sealed));
}

void EscrowRun::stop(const Error& error) {
  status_ = error;
  phase_ = Phase::over;
}

std::optional<HttpRequest> EscrowRun::next() {
  if (phase_ == Phase::parcels) {
    if (at_ < parcels_.size()) {
      const OutgoingParcel& one = parcels_[at_];
      return make_("/v1/device/escrow?order=" + sync::to_text(order_.id) +
                       "&parcel=" + std::string(sync::name_of(one.kind)),
                   kBytesType, one.sealed);
    }
    phase_ = Phase::blobs;
  }
  if (phase_ == Phase::blobs) {
    if (auto request = blobs_.next()) return request;
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
      return on_parcel(*reply);
    case Phase::blobs:
      // What the server takes never: a photo of a record that it refused stays behind.
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
