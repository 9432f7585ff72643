#include "blob_run.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "http_problem.hpp"
#include "insieme/sync/limits.hpp"
#include "storage/escrow_stock.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr std::size_t kFetchedAtOnce = 200;
/// Asked for in one request: over in minutes also where the network is bad.
constexpr std::uint64_t kPieceBytes = 256 * 1024;
constexpr std::string_view kRoute = "/v1/blobs";

json::object object_of(const std::vector<std::uint8_t>& body) {
  boost::system::error_code error;
  const json::value value = json::parse(
      json::string_view(reinterpret_cast<const char*>(body.data()), body.size()), error);
  return !error && value.is_object() ? value.as_object() : json::object{};
}

std::string kind_of(const HttpReply& reply) {
  const json::object problem = object_of(reply.body);
  const json::value* type = problem.if_contains("type");
  return type != nullptr && type->is_string() ? std::string(type->as_string()) : std::string();
}

struct Received {
  std::uint64_t bytes = 0;
  bool whole = false;
};

std::optional<Received> received_of(const HttpReply& reply) {
  const json::object body = object_of(reply.body);
  const json::value* bytes = body.if_contains("received");
  const json::value* whole = body.if_contains("whole");
  if (bytes == nullptr || whole == nullptr || !bytes->is_int64() || bytes->as_int64() < 0 ||
      !whole->is_bool()) {
    return std::nullopt;
  }
  return Received{static_cast<std::uint64_t>(bytes->as_int64()), whole->as_bool()};
}

std::string address_of(std::string_view route, const sync::DossierId& dossier,
                       const sync::Digest& name, std::uint64_t offset) {
  return std::string(route) + "?dossier=" + sync::to_text(dossier) + "&blob=" +
         sync::to_hex(name) + "&offset=" + std::to_string(offset);
}

}  // namespace

BlobRun::BlobRun(Store& store, const BlobBudget& budget, MakeRequest make, Ways ways)
    : store_(store), budget_(budget), make_(std::move(make)), ways_(ways) {
  if (!budget_.carry) phase_ = Phase::over;
}

/// One that is larger than all that is left waits for another run, unless nothing else would ever
/// let it go.
bool BlobRun::takes(std::uint64_t bytes) {
  const std::uint64_t used = tally_.bytes_out + tally_.bytes_in;
  return used == 0 || used + bytes <= budget_.bytes_max;
}

void BlobRun::stop(const Status& status) {
  phase_ = Phase::over;
  if (!status.ok()) tally_.stopped = status.error().detail;
}

std::optional<HttpRequest> BlobRun::next() {
  if (phase_ == Phase::sending) {
    if (auto request = next_to_send()) return request;
    if (phase_ == Phase::sending) begin_fetching();
  }
  if (phase_ == Phase::fetching) return next_to_fetch();
  return std::nullopt;
}

std::optional<HttpRequest> BlobRun::next_to_send() {
  while (true) {
    auto parcel = ways_ == Ways::both ? store_.next_blob_to_send(after_)
                                      : next_blob_at_once(store_, after_);
    if (!parcel.ok()) {
      stop(parcel.error());
      return std::nullopt;
    }
    if (!parcel->has_value()) return std::nullopt;
    parcel_ = std::move(**parcel);
    if (!takes(parcel_.bytes.size())) {
      skip_parcel();  // smaller ones may still go
      continue;
    }
    // Of a large one, or one that the server had once, perhaps nothing is to be sent.
    const bool is_large = parcel_.sealed_size > sync::kBlobPieceBytesMax;
    asking_ = (is_large || parcel_.is_due) && asked_ != parcel_.n;
    if (asking_) {
      parcel_.bytes.clear();
      asked_ = parcel_.n;
    } else if (parcel_.bytes.empty()) {
      // The server says that it has more than there is: not now.
      static_cast<void>(store_.note_blob_sent(parcel_.n, 0, false));
      skip_parcel();
      continue;
    }
    tally_.bytes_out += parcel_.bytes.size();
    return make_(address_of(kRoute, parcel_.dossier, parcel_.name, parcel_.offset),
                 parcel_.bytes);
  }
}

void BlobRun::begin_fetching() {
  phase_ = ways_ == Ways::both ? Phase::fetching : Phase::over;
  if (phase_ == Phase::over) return;
  auto wanted = store_.blobs_wanted(kFetchedAtOnce);
  if (!wanted.ok()) return stop(wanted.error());
  wanted_ = std::move(wanted).value();
}

std::optional<HttpRequest> BlobRun::next_to_fetch() {
  if (at_ == wanted_.size()) {
    phase_ = Phase::over;
    return std::nullopt;
  }
  const BlobWanted& one = wanted_[at_];
  const std::uint64_t missing = one.sealed_size - one.offset;
  length_ = std::min(missing, kPieceBytes);
  if (!takes(length_)) {
    phase_ = Phase::over;
    return std::nullopt;
  }
  return make_(address_of(std::string(kRoute) + "/read", one.dossier, one.name, one.offset) +
                   "&length=" + std::to_string(length_),
               {});
}

void BlobRun::answered(const Result<HttpReply>& reply) {
  if (!reply.ok()) return stop(reply.error());
  // No network any more, a token that ended, a server that is busy: the next run.
  const int status = reply->status;
  if (status == 0 || status == 401 || status == 429 || (status >= 500 && status != 507)) {
    return stop({});
  }
  if (status == 404 && kind_of(*reply) != "/problems/not-found") return stop({});  // an older one
  if (phase_ == Phase::sending) {
    on_sent(*reply);
  } else {
    on_fetched(*reply);
  }
}

void BlobRun::skip_parcel() { after_ = parcel_.n; }

void BlobRun::on_sent(const HttpReply& reply) {
  if (reply.status != 200) return refused(reply);
  const auto received = received_of(reply);
  if (!received) return stop({});
  const bool moved = asking_ || received->whole || received->bytes > parcel_.offset;
  if (const Status noted = store_.note_blob_sent(parcel_.n, received->bytes, received->whole);
      !noted.ok()) {
    return stop(noted);
  }
  if (received->whole) ++tally_.sent;
  if (received->whole || !moved) skip_parcel();
}

void BlobRun::refused(const HttpReply& reply) {
  if (reply.status == 409 && restarted_ != parcel_.n) {
    // It lost what it had of it: from the beginning, once.
    restarted_ = parcel_.n;
    if (const Status noted = store_.note_blob_sent(parcel_.n, 0, false); !noted.ok()) stop(noted);
    return;
  }
  // Before a wipe what is too large goes another way; what is erased goes nowhere.
  const bool lasting = reply.status == 410 || (reply.status == 413 && ways_ == Ways::both);
  const std::string why = sentence_of(reply);
  if (const Status noted = store_.note_blob_refused(parcel_.n, why, lasting); !noted.ok()) {
    return stop(noted);
  }
  // What is full for one is full for all, but not what others have brought.
  const bool all_full = reply.status == 507 && kind_of(reply) != "/problems/dossier-full";
  skip_parcel();
  tally_.stopped = why;
  if (all_full) begin_fetching();
}

void BlobRun::on_fetched(const HttpReply& reply) {
  BlobWanted& one = wanted_[at_];
  // Fewer bytes than there must be are no answer: such a server could give them one by one.
  if (reply.status != 200 || reply.body.size() != length_) {
    // Held back, because of a virus or because nobody looked for one yet: that is told.
    const bool held_back = reply.status == 403 || reply.status == 409;
    if (held_back) tally_.stopped = sentence_of(reply);
    const Status noted = held_back ? store_.note_blob_refused(one.n, tally_.stopped, false)
                                   : store_.note_blob_absent(one.n);
    if (!noted.ok()) return stop(noted);
    ++at_;
    return;
  }
  tally_.bytes_in += reply.body.size();
  const auto sound = store_.keep_blob_piece(one.n, reply.body);
  if (!sound.ok()) return stop(sound.error());  // a full disk: what is here stays
  one.offset += reply.body.size();
  if (!*sound) {
    ++at_;
  } else if (one.offset >= one.sealed_size) {
    ++tally_.received;
    ++at_;
  }
}

}  // namespace insieme::client
