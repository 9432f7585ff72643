#include "insieme/sync/client_sync.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "insieme/sync/limits.hpp"

namespace insieme::sync {
namespace {

constexpr std::uint32_t kAttemptsMax = 6;
constexpr std::uint32_t kFirstWaitMs = 500;
constexpr std::uint32_t kLongestWaitMs = 60'000;
constexpr std::uint32_t kTokensMax = 2;  ///< in a row, without an answer in between
constexpr std::uint32_t kResetsMax = 1;

constexpr int kNotUnderstood = 400;
constexpr int kUnauthorized = 401;
constexpr int kTooManyRequests = 429;
constexpr int kServerError = 500;
constexpr int kFull = 507;

bool may_pass(int http_status) {
  return http_status == 0 || http_status == 408 || http_status == kTooManyRequests ||
         (http_status >= kServerError && http_status != kFull);
}

/// What a status that will not pass by itself means to whoever has to act.
ErrorCode code_of(int http_status) {
  switch (http_status) {
    case 403: return ErrorCode::not_allowed;
    case 409: return ErrorCode::conflict;
    case 413: return ErrorCode::limit_exceeded;
    case kFull: return ErrorCode::quota;
    default: return ErrorCode::unavailable;
  }
}

/// The results answer what was sent, in order: anything else is not our server's answer.
Status match_results(std::span<const Change> pushed, const std::vector<PushResult>& results) {
  const Status not_ours(ErrorCode::malformed,
                        "the reply does not answer what was sent\n"
                        "la risposta non corrisponde a ciò che è stato inviato");
  if (results.size() != pushed.size()) {
    return not_ours;
  }
  for (std::size_t i = 0; i < pushed.size(); ++i) {
    const ChangeHeader& header = pushed[i].header;
    if (!(results[i].document == header.document) || results[i].replica != header.replica ||
        results[i].seq != header.seq) {
      return not_ours;
    }
  }
  return {};
}

Status match_letters(const std::vector<Digest>& carried, const std::vector<LetterResult>& results) {
  const bool same = std::equal(
      carried.begin(), carried.end(), results.begin(), results.end(),
      [](const Digest& letter, const LetterResult& result) { return letter == result.letter; });
  if (same) return {};
  return {ErrorCode::malformed,
          "the reply does not answer what was sent\n"
          "la risposta non corrisponde a ciò che è stato inviato"};
}

/// Where a device stands, as a tuple that rises while it receives: see `Backfill`. Snapshots come
/// before the changes.
using Place = std::tuple<std::uint64_t, std::uint64_t, std::size_t, std::string, std::uint64_t>;
Place place_of(const Cursor& cursor, const std::optional<Backfill>& backfill) {
  if (!backfill) return {cursor.position, 0, 0, {}, 0};
  const auto& snapshot = backfill->snapshot;
  return {cursor.position, backfill->next_position + 1, backfill->folded.size(),
          snapshot ? snapshot->section : std::string(), snapshot ? snapshot->offset : 0};
}

bool has_moved(const Cursor& from, const std::optional<Backfill>& was, const Cursor& to,
               const std::optional<Backfill>& is) {
  const bool anew = was && is && was->snapshot && is->snapshot &&
                    !(was->snapshot->digest == is->snapshot->digest);
  return anew || place_of(to, is) > place_of(from, was);
}

Status check_size(const SyncRequest& request) {
  if (request.changes.size() > kChangesPerMessageMax ||
      request.secrets.size() > kSecretsPerMessageMax ||
      request.seen.size() > kEventsPerMessageMax ||
      request.held_decisions.size() > kEventsPerMessageMax ||
      request.acknowledgements.size() > kEventsPerMessageMax ||
      request.healing.vouchers.size() > kVouchersPerMessageMax ||
      request.healing.changes.size() > kHealingChangesMax ||
      request.healing.take > kChangesPerMessageMax ||
      request.healing.take > request.healing.changes.size() ||
      request.permits_wanted.size() > kExchangeGrantsPerMessageMax ||
      request.texts_of_others.size() > kEventsPerMessageMax ||
      request.letters.size() > kLettersPerMessageMax ||
      request.erased.size() > kErasuresPerMessageMax ||
      request.erase.size() > kErasuresPerMessageMax) {
    return {ErrorCode::limit_exceeded, "more was gathered than one request may hold"};
  }
  return {};
}

}  // namespace

void limit_to(std::uint32_t protocol, Gathered& gathered) {
  if (protocol >= 4) return;
  gathered.erased.clear();
  gathered.erase.clear();
}

ClientAction ClientSync::resume(ClientInput input) {
  if (state_ == State::idle && std::holds_alternative<StartSync>(input)) return gather();
  if (auto* failed = std::get_if<StoreFailed>(&input)) return give_up(std::move(failed->error));
  switch (state_) {
    case State::gathering:
      if (auto* done = std::get_if<GatherDone>(&input)) {
        return on_gathered(std::move(done->gathered));
      }
      break;
    case State::waiting_token:
      if (std::holds_alternative<TokenReady>(input)) {
        state_ = State::sending;
        summary_.bytes_out += request_.size();
        return SendAction{request_};
      }
      if (auto* failed = std::get_if<TokenFailed>(&input)) return give_up(std::move(failed->error));
      break;
    case State::sending:
      if (auto* reply = std::get_if<ReplyArrived>(&input)) return on_reply(reply->body);
      if (auto* failure = std::get_if<SendFailed>(&input)) return on_failure(*failure);
      break;
    case State::backing_off:
      if (std::holds_alternative<WaitOver>(input)) {
        state_ = State::sending;
        summary_.bytes_out += request_.size();
        return SendAction{request_};
      }
      break;
    case State::applying:
      if (auto* done = std::get_if<ApplyDone>(&input)) return on_applied(done->unsent);
      break;
    case State::resetting:
      if (std::holds_alternative<ApplyDone>(input)) return gather();
      break;
    case State::idle:
    case State::ended: break;
  }
  return give_up({ErrorCode::internal, "the sync machine was fed something it did not ask for"});
}

ClientAction ClientSync::gather() {
  state_ = State::gathering;
  if (full_) return GatherAction{0, 0, protocol_};
  return GatherAction{kMessageBytesTarget, kChangesPerMessageMax, protocol_};
}

ClientAction ClientSync::on_gathered(Gathered gathered) {
  if (full_) {
    gathered.unsent_left += gathered.changes.size();
    gathered.changes.clear();
    gathered.secrets.clear();
    gathered.healing = {};
    gathered.letters.clear();
  }
  SyncRequest request;
  request.protocol = protocol_;
  request.schema_version = identity_.schema_version;
  request.space = identity_.space;
  request.device = identity_.device;
  request.replica = gathered.replica.is_nil() ? identity_.replica : gathered.replica;
  request.cursor = gathered.cursor;
  request.backfill = gathered.backfill;
  request.device_ms = gathered.device_ms;
  request.unsent_left = gathered.unsent_left;
  request.reply_bytes_max = static_cast<std::uint32_t>(kMessageBytesTarget);
  request.secrets = std::move(gathered.secrets);
  request.changes = std::move(gathered.changes);
  request.seen = std::move(gathered.seen);
  request.held_decisions = std::move(gathered.held_decisions);
  request.log_only = gathered.log_only;
  request.acknowledgements = std::move(gathered.acknowledgements);
  request.healing = std::move(gathered.healing);
  request.permits_wanted = std::move(gathered.permits_wanted);
  request.texts_of_others = std::move(gathered.texts_of_others);
  request.letters = std::move(gathered.letters);
  request.erased = std::move(gathered.erased);
  request.erase = std::move(gathered.erase);
  if (const Status status = check_size(request); !status.ok()) return give_up(status.error());
  const Digest manifest = manifest_of(identity_.device, request.changes);
  request.signature = sign(identity_.key, manifest.bytes);
  request_ = encode_message(request);
  pushed_ = std::move(request.changes);
  given_back_ = std::move(request.healing.changes);
  given_back_.resize(request.healing.take);
  letters_.clear();
  for (const auto& letter : request.letters) letters_.push_back(digest_letter_bytes(letter));
  cursor_ = request.cursor;
  backfill_ = request.backfill;
  if (!fits_limits(request_)) {
    return give_up({ErrorCode::limit_exceeded, "a request larger than the protocol allows"});
  }
  attempts_ = 0;
  state_ = State::sending;
  summary_.bytes_out += request_.size();
  return SendAction{request_};
}

ClientAction ClientSync::on_reply(const std::vector<std::uint8_t>& body) {
  summary_.bytes_in += body.size();
  auto message = decode_message(body);
  SyncReply* reply = message.ok() ? std::get_if<SyncReply>(&message.value()) : nullptr;
  if (reply == nullptr) {
    // Damaged on the way (a proxy's page, a cut connection): the request may be repeated.
    return on_failure({0, message.ok() ? "not a reply" : message.error().detail, 0});
  }
  if (reply->protocol != protocol_ || reply->engine_min > kEngineVersion) {
    return give_up({ErrorCode::wrong_version,
                    "the server speaks a newer protocol: update this program; your work is kept\n"
                    "il server parla un protocollo più recente: aggiornare questo programma; il "
                    "lavoro resta"});
  }
  tokens_ = 0;
  ++summary_.turns;
  if (reply->status == ReplyStatus::cursor_unknown) {
    if (++resets_ > kResetsMax) {
      return give_up({ErrorCode::conflict, "the server does not recognise this store\n"
                    "il server non riconosce questo archivio"});
    }
    was_reset_ = true;
    state_ = State::resetting;
    return ResetAction{};
  }
  if (const Status status = match_results(pushed_, reply->results); !status.ok()) {
    return give_up(status.error());
  }
  if (const Status status = match_results(given_back_, reply->healed); !status.ok()) {
    return give_up(status.error());
  }
  if (const Status status = match_letters(letters_, reply->letters); !status.ok()) {
    return give_up(status.error());
  }
  if (const Status status = check_place(*reply); !status.ok()) return give_up(status.error());
  summary_.sent += pushed_.size();
  summary_.received += reply->items.size();
  // A log that is read anew may have nothing for this device, and it has not offered its work yet.
  progress_ = has_moved(cursor_, backfill_, reply->cursor, reply->backfill) ||
              std::exchange(was_reset_, false);
  for (const PushResult& result : reply->healed) {
    progress_ = progress_ || result.verdict != Verdict::deferred;
  }
  for (const PushResult& result : reply->results) {
    summary_.accepted +=
        result.verdict == Verdict::accepted || result.verdict == Verdict::duplicate;
    summary_.held += result.verdict == Verdict::held;
    summary_.refused += result.verdict == Verdict::refused;
    progress_ = progress_ || result.verdict != Verdict::deferred;
  }
  for (const LetterResult& result : reply->letters) {
    // What was carried may be what own work waits for.
    progress_ = progress_ || result.fate != LetterFate::waits;
  }
  more_ = reply->more;
  state_ = State::applying;
  return ApplyAction{std::move(*reply)};
}

/// A server that sends a device back, or round in circles, must not keep it busy for ever.
Status ClientSync::check_place(const SyncReply& reply) {
  if (reply.cursor.position < cursor_.position) {
    return {ErrorCode::conflict, "the server answers with a cursor that goes back\n"
                    "il server risponde con una posizione che torna indietro"};
  }
  const bool moved = has_moved(cursor_, backfill_, reply.cursor, reply.backfill);
  if (reply.more && !moved) {
    return {ErrorCode::conflict, "the server promises more but the cursor does not move\n"
                    "il server promette altro ma non va avanti"};
  }
  return {};
}

ClientAction ClientSync::on_failure(const SendFailed& failure) {
  if (failure.http_status == kUnauthorized) {
    if (++tokens_ > kTokensMax) {
      return give_up({ErrorCode::unauthenticated, "the server does not accept this device\n"
                    "il server non accetta questo dispositivo"});
    }
    state_ = State::waiting_token;
    return TokenAction{};
  }
  if (failure.http_status == kFull && !full_) {
    // There is room for nothing new, but what others did may still be fetched.
    full_ = Error{ErrorCode::quota, failure.detail};
    return gather();
  }
  if (failure.http_status == kNotUnderstood && summary_.turns == 0 && !failure.damaged) {
    return on_not_understood(failure);
  }
  if (!may_pass(failure.http_status) && !failure.damaged) {
    return give_up({code_of(failure.http_status), failure.detail});
  }
  if (++attempts_ >= kAttemptsMax) return give_up({ErrorCode::unavailable, failure.detail});
  state_ = State::backing_off;
  if (failure.retry_after_s != 0) {
    const std::uint64_t ms = std::uint64_t{failure.retry_after_s} * 1'000;
    return WaitAction{static_cast<std::uint32_t>(std::min<std::uint64_t>(ms, kLongestWaitMs)),
                      true};
  }
  return WaitAction{std::min(kFirstWaitMs << (attempts_ - 1), kLongestWaitMs), false};
}

ClientAction ClientSync::on_not_understood(const SendFailed& failure) {
  if (protocol_ > kProtocolVersionSpoken) {
    --protocol_;
    return gather();
  }
  return give_up({ErrorCode::wrong_version,
                  "the server does not understand this program, and may be older: tell the people "
                  "who run it; your work is kept (" + failure.detail + ")\n"
                  "il server non capisce questo programma e forse è più vecchio: avvisare chi lo "
                  "gestisce; il lavoro resta (" + failure.detail + ")"});
}

ClientAction ClientSync::on_applied(bool unsent) {
  // Without progress another turn would say the same again: what is deferred waits for the next
  // run.
  if (more_ || (unsent && progress_ && !full_)) {
    if (summary_.turns >= kTurnsPerRunMax) {
      return give_up(
          {ErrorCode::busy, "more remains than one run may fetch: the next one goes on"});
    }
    return gather();
  }
  if (full_) return give_up(*full_);
  state_ = State::ended;
  return DoneAction{summary_};
}

ClientAction ClientSync::give_up(Error error) {
  state_ = State::ended;
  return GiveUpAction{std::move(error), summary_};
}

}  // namespace insieme::sync
