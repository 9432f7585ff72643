#include "escrow_run.hpp"

#include <boost/json.hpp>
#include <limits>
#include <utility>

#include "http_problem.hpp"
#include "storage/escrow_stock.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr int kOk = 200;
constexpr int kNoRoom = 507;
/// The others go on while this device hands over. What they outrun more often is kept sealed.
constexpr std::size_t kRoundsMax = 3;
constexpr std::size_t kAnswerBytesMax = 8 * 1024 * 1024;
/// In memory at once. Letters beyond them are kept sealed.
constexpr std::size_t kAnswersMax = 256;
constexpr std::string_view kBytesType = "application/octet-stream";
constexpr std::string_view kJsonType = "application/json";
/// All of them: a contact that is cut goes on from where it was.
constexpr BlobBudget kBlobs{true, std::numeric_limits<std::uint64_t>::max()};

/// The network, a server that is busy or full: the next contact goes on.
bool may_pass(int status) {
  return status == 0 || status == 401 || status == 408 || status == 429 || status >= 500;
}

/// What the server answers to the letter's author, if its work is to be authored again. What cannot
/// be read is none: the letter is kept there, sealed.
std::optional<sync::SyncReply> answer_in(const HttpReply& reply) {
  if (reply.body.size() > kAnswerBytesMax) return std::nullopt;
  boost::system::error_code error;
  const json::value value = json::parse(
      json::string_view(reinterpret_cast<const char*>(reply.body.data()), reply.body.size()),
      error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* text = object != nullptr ? object->if_contains("answer") : nullptr;
  if (text == nullptr || !text->is_string()) return std::nullopt;
  std::vector<std::uint8_t> frame(text->as_string().size() / 2);
  if (!sync::from_hex(std::string_view(text->as_string()), frame).ok()) return std::nullopt;
  auto message = sync::decode_message(frame);
  if (!message.ok()) return std::nullopt;
  auto* answer = std::get_if<sync::SyncReply>(&message.value());
  if (answer == nullptr || answer->grounds.empty()) return std::nullopt;
  return std::move(*answer);
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
  brought_.insert(names_.begin(), names_.end());
  parcels_.clear();
  at_ = 0;
  names_ = names_of(*packed);
  for (std::size_t n = 0; n < names_.size(); ++n) {
    if (brought_.count(names_[n]) == 0) parcels_.push_back(std::move((*packed)[n]));
  }
  phase_ = Phase::left;
}

void EscrowRun::send_again_what_is_late() {
  ++rounds_;
  const Status done = author_for_whoever_decides(store_, std::exchange(answers_, {}));
  if (!done.ok()) return stop(done.error());
  pack_again();
}

void EscrowRun::stop(const Error& error) {
  status_ = error;
  phase_ = Phase::over;
}

std::optional<HttpRequest> EscrowRun::next() {
  if (phase_ == Phase::blobs) {
    if (auto request = blobs_.next()) return request;
    if (answers_.empty()) {
      pack_again();
    } else {
      send_again_what_is_late();
    }
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
    if (!answers_.empty() && rounds_ < kRoundsMax) {
      send_again_what_is_late();
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
  // A server without room for photos has room for parcels, or says so of each.
  const bool has_no_room = phase_ == Phase::blobs && reply->status == kNoRoom;
  if (may_pass(reply->status) && !has_no_room) {
    return stop({ErrorCode::unavailable, sentence_of(*reply)});
  }
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
  if (answers_.size() == kAnswersMax) return;
  if (auto answer = answer_in(reply)) answers_.push_back(*std::move(answer));
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
