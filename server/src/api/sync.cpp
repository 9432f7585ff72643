// One sync turn: drives the machine of insieme::sync over the repository.
#include "api/access_notes.hpp"
#include "api/handlers.hpp"
#include "api/letters.hpp"
#include "api/problem.hpp"
#include "insieme/server/blobs.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/reasons.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

/// What the handler itself needs of a request; the machine decodes it again for its own use.
struct Summary {
  sync::SpaceId space;
  sync::ReplicaId replica;
  TurnNotes notes;
  bool pushes = false;
  std::vector<std::vector<std::uint8_t>> letters;  ///< of others, carried here
};

Result<Summary> summarise(const Request& request) {
  INSIEME_TRY_ASSIGN(sync::Message message, sync::decode_message(request.body));
  auto* sent = std::get_if<sync::SyncRequest>(&message);
  if (sent == nullptr) return Error{ErrorCode::malformed, "not a request"};
  return Summary{sent->space,
                 sent->replica,
                 {sent->device_ms, sent->unsent_left},
                 !sent->changes.empty() || !sent->healing.changes.empty(),
                 std::move(sent->letters)};
}

std::optional<Response> no_room(const Services& services) {
  const std::uint64_t quota = services.config.max_log_bytes;
  const bool over_quota = quota != 0 && services.repository.space().log_bytes >= quota;
  const bool disk_low = services.free_disk_bytes &&
                        services.free_disk_bytes() < services.config.min_free_disk;
  if (!over_quota && !disk_low) return std::nullopt;
  return problem_of({ErrorCode::quota, {}});
}

void count(Metrics& metrics, const sync::CommitAction& commit) {
  std::uint64_t accepted = 0;
  std::uint64_t held = 0;
  std::uint64_t refused = 0;
  for (const sync::NewChange& change : commit.changes) {
    if (change.verdict == sync::Verdict::accepted) ++accepted;
    if (change.verdict == sync::Verdict::held) ++held;
    if (change.verdict == sync::Verdict::refused) ++refused;
  }
  metrics.count_changes(accepted, held, refused);
}

/// Load and commit in one write transaction; anything else than a commit rolls it back.
sync::ServerAction perform_write(const Services& services, const Caller& caller,
                                 const TurnNotes& notes, sync::ServerSync& machine,
                                 const sync::LoadAction& load, bool& erased) {
  const auto turn = services.repository.begin_turn(caller);
  sync::ServerAction action = machine.resume(turn->load(load));
  if (const auto* commit = std::get_if<sync::CommitAction>(&action)) {
    sync::Committed committed = turn->commit(*commit, notes);
    count(services.metrics, *commit);
    erased = erased || !commit->erasures.empty();
    action = machine.resume(std::move(committed));
  }
  return action;
}

sync::ServerAction run_machine(const Services& services, const Request& request,
                               const Caller& caller, const Summary& summary) {
  // First: what this device sends may stand on what it carries.
  const bool has_room = summary.letters.empty() || !no_room(services);
  bool erased = false;
  const auto perform = [&erased](const Services& with, const Caller& who, const TurnNotes& notes,
                                 sync::ServerSync& turn, const sync::LoadAction& load) {
    return perform_write(with, who, notes, turn, load, erased);
  };
  auto letters = read_letters(services, summary.letters, has_room, perform);
  sync::ServerSync machine;
  sync::RequestArrived arrived{request.body,
                               caller.device.id,
                               caller.device.key,
                               caller.rules.may_review,
                               caller.user.account,
                               caller.rules.may_grant,
                               sync::KeyPair{services.server_key, services.server_secret},
                               std::move(letters)};
  if (!caller.rules.may_write) arrived.held_for = sync::reasons::kReadsOnly;
  sync::ServerAction action = machine.resume(std::move(arrived));
  if (const auto* load = std::get_if<sync::LoadAction>(&action)) {
    const sync::LoadAction wanted = *load;
    action = perform(services, caller, summary.notes, machine, wanted);
    // Rare, and as long as a copy of the database takes. What fails is tried again at the start.
    if (erased && !services.repository.clean_traces()) log_event("traces remain", "erase clean");
    if (erased && services.blobs != nullptr) {
      static_cast<void>(sweep_blobs(services.repository, *services.blobs, services.clock()));
    }
  }
  if (const auto* read = std::get_if<sync::ReadAction>(&action)) {
    sync::PageRead page = services.repository.read_page(caller, summary.replica, *read);
    services.repository.note_access(caller, notes_of(page, *read));  // before it leaves
    page.server_ms = services.clock();
    action = machine.resume(std::move(page));
  }
  return action;
}

}  // namespace

JudgedLetter judge_letter(const Services& services, const std::vector<std::uint8_t>& sealed) {
  bool erased = false;
  const auto perform = [&erased](const Services& with, const Caller& who, const TurnNotes& notes,
                                 sync::ServerSync& turn, const sync::LoadAction& load) {
    return perform_write(with, who, notes, turn, load, erased);
  };
  return judge_letter(services, sealed, !no_room(services), perform);
}

namespace {

Response turn(const Services& services, const Request& request, const Caller& caller) {
  if (request.content_type != kSyncMediaType) {
    return problem_response({415, "unsupported-media-type", "Unsupported media type",
                             "This route takes " + std::string(kSyncMediaType) + ".", {}});
  }
  const auto summary = summarise(request);
  if (!summary.ok()) return problem_of(summary.error());
  if (summary->space != services.repository.space().id) {
    return problem_response({409, "wrong-space", "Another space",
                             "This store belongs to another server's space.",
                             "Questo archivio appartiene allo spazio di un altro server."});
  }
  if (summary->pushes) {
    if (auto full = no_room(services)) return *std::move(full);
  }
  sync::ServerAction action = run_machine(services, request, caller, *summary);
  if (auto* rejected = std::get_if<sync::RejectAction>(&action)) {
    return problem_of(rejected->error);
  }
  auto* answer = std::get_if<sync::AnswerAction>(&action);
  if (answer == nullptr) return problem_of({ErrorCode::internal, {}});
  Response response;
  response.content_type = kSyncMediaType;
  response.body = std::move(answer->frame);
  return response;
}

}  // namespace

Response synchronise(const Services& services, const Request& request) {
  return for_device(services, request, [&](const Caller& caller) {
    return turn(services, request, caller);
  });
}

}  // namespace insieme::server
