#include "trace_replay.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>

#include "insieme/sync/document.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/protocol.hpp"

namespace insieme::bench {
namespace {

using sync::TextEvent;
using sync::VersionVector;

constexpr std::size_t kTurn = 100;  ///< transactions, where one author is played by two

[[noreturn]] void fail(const Trace& trace, const std::string& what) {
  throw std::runtime_error(trace.name + ": " + what);
}

sync::DocumentId document_id() {
  sync::DocumentId id;
  id.dossier.bytes[0] = 9;
  id.section = "core";
  return id;
}
sync::RecordId record_id() {
  sync::RecordId id;
  id.bytes[0] = 1;
  return id;
}

// ---- as texts -----------------------------------------------------------------------------------

void receive_one_by_one(const Trace& trace, const std::vector<const TextEvent*>& order,
                        sync::TextState::Origin origin) {
  sync::TextState text;
  for (const TextEvent* event : order) {
    const Status taken = text.apply(event->dot, event->stamp, event->author, event->context,
                                    event->splices, origin);
    if (!taken.ok()) fail(trace, "a keystroke was refused");
  }
  if (text.text() != trace.end) fail(trace, "another text, received one by one");
}

/// What `favourite` typed as early as causality allows.
std::vector<const TextEvent*> favouring(const Trace& trace, const sync::ReplicaId& favourite) {
  std::vector<const TextEvent*> of_favourite;
  for (const TextEvent& event : trace.events) {
    if (event.dot.replica == favourite) of_favourite.push_back(&event);
  }
  std::vector<const TextEvent*> order;
  VersionVector have;
  std::size_t next = 0;
  const auto take = [&](const TextEvent& event) {
    order.push_back(&event);
    have.raise(event.dot.replica, event.dot.seq);
  };
  const auto advance = [&] {
    while (next < of_favourite.size() && have.covers(of_favourite[next]->context)) {
      take(*of_favourite[next++]);
    }
  };
  for (const TextEvent& event : trace.events) {
    advance();
    if (!have.contains(event.dot)) take(event);
  }
  return order;
}

std::vector<const TextEvent*> in_order(const Trace& trace) {
  std::vector<const TextEvent*> order;
  for (const TextEvent& event : trace.events) order.push_back(&event);
  return order;
}

// ---- as changes ---------------------------------------------------------------------------------

/// Who writes what, having seen how much.
struct Step {
  sync::ReplicaId by;
  VersionVector seen;
};

std::vector<Step> steps_of(const Trace& trace) {
  std::vector<Step> steps;
  sync::ReplicaId turns[2] = {trace.events.front().dot.replica, trace.events.front().dot.replica};
  turns[1].bytes[14] = 1;
  VersionVector all;
  for (const TextEvent& event : trace.events) {
    if (trace.concurrent) {
      steps.push_back({event.dot.replica, event.context});
      continue;
    }
    const sync::ReplicaId& by = turns[steps.size() / kTurn % 2];
    steps.push_back({by, all});
    all.raise(by, all[by] + 1);
  }
  return steps;
}

class Room {
 public:
  explicit Room(const Trace& trace) : trace_(trace) {}

  Replayed play() {
    const std::vector<Step> steps = steps_of(trace_);
    for (std::size_t i = 0; i < steps.size(); ++i) type(steps[i], trace_.events[i]);
    documents_.emplace(sync::ReplicaId{}, new_document());  // somebody who comes afterwards
    VersionVector all;
    for (const auto& [id, changes] : log_) all.raise(id, changes.size());
    for (auto& [id, document] : documents_) {
      bring(document, all);
      check(document);
    }
    replayed_.changes = steps.size();
    replayed_.people = log_.size();
    return replayed_;
  }

 private:
  struct Kept {
    std::size_t number = 0;  ///< in the order of authorship
    sync::Change change;
  };

  static sync::Document new_document() { return {document_id(), sync::DossierKey{}}; }

  void type(const Step& step, const TextEvent& event) {
    if (documents_.count(step.by) == 0) documents_.emplace(step.by, new_document());
    sync::Document& document = documents_.at(step.by);
    bring(document, step.seen);
    sync::Operation op{record_id(), "note", "body", sync::SpliceOp{event.splices}, {}};
    if (!(document.frontier().version() == step.seen)) op.context = step.seen;
    auto change = document.author(step.by, event.stamp, event.author, 1, {std::move(op)});
    if (!change.ok()) fail(trace_, "a change was refused: " + change.error().detail);
    log_[step.by].push_back({count_++, *std::move(change)});
  }

  /// Everything of `seen` that is not there, in messages.
  void bring(sync::Document& to, const VersionVector& seen) {
    std::vector<const Kept*> missing;
    for (const auto& entry : seen.entries()) {
      const std::vector<Kept>& changes = log_.at(entry.replica);
      for (std::uint64_t seq = to.frontier().version()[entry.replica]; seq < entry.seq; ++seq) {
        missing.push_back(&changes[static_cast<std::size_t>(seq)]);
      }
    }
    std::sort(missing.begin(), missing.end(),
              [](const Kept* a, const Kept* b) { return a->number < b->number; });
    sync::SyncRequest message;
    std::size_t bytes = 0;
    for (const Kept* kept : missing) {
      message.changes.push_back(kept->change);
      bytes += sync::encoded_size(kept->change);
      if (message.changes.size() < sync::kChangesPerMessageMax &&
          bytes < sync::kMessageBytesTarget) {
        continue;
      }
      send(message, to);
      message.changes.clear();
      bytes = 0;
    }
    if (!message.changes.empty()) send(message, to);
  }

  void send(const sync::SyncRequest& message, sync::Document& to) {
    const std::vector<std::uint8_t> frame = sync::encode_message(message);
    ++replayed_.messages;
    replayed_.bytes += frame.size();
    auto read = sync::decode_message(frame);
    if (!read.ok()) fail(trace_, "a message that cannot be read");
    for (sync::Change& change : std::get<sync::SyncRequest>(*read).changes) {
      sync::complete(change, sync::DossierKey{});
      const auto delivery = to.deliver(std::move(change));
      if (!delivery.ok() || *delivery != sync::Delivery::applied) {
        fail(trace_, "a change that came was not applied");
      }
    }
  }

  void check(const sync::Document& document) {
    const sync::FieldState* body = document.records().at(record_id()).field("body");
    if (body == nullptr || body->text.text() != trace_.end) {
      fail(trace_, "another text, as changes");
    }
    if (!digest_) digest_ = document.state_digest();
    if (!(*digest_ == document.state_digest())) fail(trace_, "two replicas differ");
  }

  const Trace& trace_;
  std::map<sync::ReplicaId, sync::Document> documents_;
  std::map<sync::ReplicaId, std::vector<Kept>> log_;
  std::size_t count_ = 0;
  std::optional<sync::Digest> digest_;
  Replayed replayed_;
};

}  // namespace

Replayed replay_trace(const Trace& trace) {
  using Origin = sync::TextState::Origin;
  if (trace.events.empty()) fail(trace, "nothing was typed");
  if (!trace.concurrent) receive_one_by_one(trace, in_order(trace), Origin::local);
  receive_one_by_one(trace, in_order(trace), Origin::received);
  std::vector<sync::ReplicaId> people;
  for (const TextEvent& event : trace.events) {
    if (std::find(people.begin(), people.end(), event.dot.replica) == people.end()) {
      people.push_back(event.dot.replica);
    }
  }
  for (const sync::ReplicaId& one : people) {
    if (trace.concurrent) receive_one_by_one(trace, favouring(trace, one), Origin::received);
  }
  const auto whole = sync::TextState::from_events(trace.events);
  if (!whole.ok() || whole->text() != trace.end) fail(trace, "another text, received at once");
  return Room(trace).play();
}

}  // namespace insieme::bench
