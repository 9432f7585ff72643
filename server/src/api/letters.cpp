// Letters of other devices that a device brings along: each is judged as if its author had sent it.
#include "insieme/sync/exchange.hpp"

#include "api/letters.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/reasons.hpp"

namespace insieme::server {
namespace {

constexpr const char* kNoLetter = "what was carried is not a letter to this server";
constexpr const char* kNotThisDevice = "the server does not know the device that wrote it";
constexpr const char* kNoRoom = "the server has no room at present";

JudgedLetter refused(ErrorCode code, const char* reason) {
  return {{{}, sync::LetterFate::refused, code, reason}, {}, {}};
}

/// What became of the changes.
sync::LetterResult fate_of(const sync::SyncReply& reply, bool tells_refused) {
  sync::LetterResult fate;
  for (const sync::PushResult& result : reply.results) {
    // Its author sends it again, on top of the other branch or without what was erased.
    const bool never = result.verdict == sync::Verdict::forked ||
                       (result.verdict == sync::Verdict::deferred &&
                        result.code == ErrorCode::expired);
    if (never) {
      return {{}, sync::LetterFate::superseded, result.code, result.reason};
    }
    if (tells_refused && result.verdict == sync::Verdict::refused) {
      return {{}, sync::LetterFate::refused, result.code, result.reason};
    }
    if (result.verdict == sync::Verdict::deferred) {
      fate = {{}, sync::LetterFate::waits, result.code, result.reason};
    }
  }
  return fate;
}

JudgedLetter judged_as(const sync::ServerAction& answered, const sync::DeviceId& author,
                       bool tells_refused) {
  const auto* answer = std::get_if<sync::AnswerAction>(&answered);
  if (answer == nullptr) {
    const auto* rejected = std::get_if<sync::RejectAction>(&answered);
    return refused(rejected != nullptr ? rejected->error.code : ErrorCode::internal, kNoLetter);
  }
  auto message = sync::decode_message(answer->frame);
  auto* reply = message.ok() ? std::get_if<sync::SyncReply>(&message.value()) : nullptr;
  if (reply == nullptr) return refused(ErrorCode::internal, kNoLetter);
  return {fate_of(*reply, tells_refused), author, std::move(*reply)};
}

JudgedLetter read(const Services& services, const std::vector<std::uint8_t>& sealed,
                  const TurnPerformer& perform, bool tells_refused) {
  const auto plain = sync::open_sealed_for(services.server_secret, sealed);
  if (!plain.ok()) return refused(plain.error().code, kNoLetter);
  const auto letter = sync::decode_letter(*plain);
  if (!letter.ok()) return refused(letter.error().code, kNoLetter);
  const auto author = services.repository.find_caller(letter->device);
  if (!author) return refused(ErrorCode::not_found, kNotThisDevice);
  const auto request =
      sync::read_letter(services.repository.space().id, *letter, author->device.key);
  if (!request.ok()) return refused(request.error().code, kNoLetter);
  TurnNotes notes;
  notes.by_letter = true;
  sync::ServerSync machine;
  sync::RequestArrived arrived{letter->frame,       author->device.id,
                               author->device.key,  author->rules.may_review,
                               author->user.account, author->rules.may_grant};
  if (!author->rules.may_write) {
    arrived.held_for = sync::reasons::kReadsOnly;
  } else if (author->device.revoked_ms || author->user.disabled) {
    arrived.held_for = sync::reasons::kDeviceRevoked;
  }
  sync::ServerAction action = machine.resume(std::move(arrived));
  if (const auto* load = std::get_if<sync::LoadAction>(&action)) {
    const sync::LoadAction wanted = *load;
    action = perform(services, *author, notes, machine, wanted);
  }
  if (std::holds_alternative<sync::ReadAction>(action)) action = machine.resume(sync::PageRead{});
  return judged_as(action, author->device.id, tells_refused);
}

}  // namespace

std::vector<sync::LetterResult> read_letters(const Services& services,
                                             const std::vector<std::vector<std::uint8_t>>& letters,
                                             bool has_room, const TurnPerformer& perform) {
  std::vector<sync::LetterResult> results;
  for (const auto& sealed : letters) {
    sync::LetterResult result{{}, sync::LetterFate::waits, ErrorCode::quota, kNoRoom};
    // The answer is for nobody: their author hears it at its own turn.
    if (has_room) result = read(services, sealed, perform, false).result;
    result.letter = sync::digest_letter_bytes(sealed);
    results.push_back(std::move(result));
  }
  return results;
}

JudgedLetter judge_letter(const Services& services, const std::vector<std::uint8_t>& sealed,
                          bool has_room, const TurnPerformer& perform) {
  if (!has_room) return {{{}, sync::LetterFate::waits, ErrorCode::quota, kNoRoom}, {}, {}};
  // Whoever wrote it is being wiped and hears nothing: a refused change is in these bytes alone.
  return read(services, sealed, perform, true);
}

}  // namespace insieme::server
