#include "insieme/sync/server_sync.hpp"

#include <algorithm>

#include "insieme/sync/carried_order.hpp"
#include "insieme/sync/exchange.hpp"
#include "insieme/sync/limits.hpp"
#include "server_judge.hpp"

namespace insieme::sync {
namespace {

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

void add_places_of(const ChangeHeader& header, LoadAction& load) {
  load.documents.push_back(header.document);
  load.dossiers.push_back(header.document.dossier);
  load.changes.push_back({header.document, header.replica, header.seq});
  if (header.seq > 1) load.changes.push_back({header.document, header.replica, header.seq - 1});
  for (const DepEntry& entry : header.deps) {
    load.changes.push_back({header.document, entry.replica, entry.seq});
  }
}

/// Not the replicas: what others wrote comes from whoever has it.
void add_needs_of(const Healing& healing, LoadAction& load) {
  for (const Voucher& voucher : healing.vouchers) {
    load.documents.push_back(voucher.document);
    load.dossiers.push_back(voucher.document.dossier);
    for (const VouchedHead& head : voucher.heads) {
      load.changes.push_back({voucher.document, head.replica, head.seq});
    }
    for (const VouchedHollow& one : voucher.hollow) {
      load.changes.push_back({voucher.document, one.replica, one.seq});
    }
  }
  for (const Change& change : healing.changes) add_places_of(change.header, load);
}

/// What has to be looked up before the pushed changes can be judged.
LoadAction needs_of(const SyncRequest& request) {
  LoadAction load;
  load.device = request.device;
  load.replica = request.replica;
  load.replicas.push_back(request.replica);
  load.cursor = request.cursor;
  load.protocol = request.protocol;
  for (const Change& change : request.changes) {
    const ChangeHeader& header = change.header;
    load.replicas.push_back(header.replica);
    add_places_of(header, load);
    if (!grants_of(change).empty()) load.grants.push_back(header.document);
    if (header.origin) {
      load.changes.push_back({header.document, header.origin->replica, header.origin->seq});
    }
    load.origins.push_back(name_of_work(header));
  }
  add_needs_of(request.healing, load);
  for (const Acknowledgement& a : request.acknowledgements) {
    load.documents.push_back(a.document);
    load.dossiers.push_back(a.document.dossier);
  }
  for (const TextOfOther& text : request.texts_of_others) {
    load.changes.push_back({text.document, text.replica, text.seq});
  }
  for (const DossierSecret& secret : request.secrets) load.dossiers.push_back(secret.dossier);
  for (const Seen& seen : request.seen) load.dossiers.push_back(seen.document.dossier);
  for (const HeldDecision& d : request.held_decisions) load.dossiers.push_back(d.document.dossier);
  for (const ErasureOrder& order : request.erase) {
    load.dossiers.push_back(order.dossier);
    load.erasures.push_back(order.id);
  }
  sort_unique(load.replicas);
  sort_unique(load.documents);
  sort_unique(load.dossiers);
  sort_unique(load.changes);
  sort_unique(load.grants);
  sort_unique(load.origins);
  return load;
}

}  // namespace

ChangeRef name_of_work(const ChangeHeader& header) {
  const Origin first = first_name(header);
  return {header.document, first.replica, first.seq};
}

std::vector<GrantPlace> grants_of(const Change& change) {
  std::vector<GrantPlace> places;
  if (!change.ops) return places;
  const ChangeHeader& header = change.header;
  for (const Operation& op : *change.ops) {
    if (!std::holds_alternative<GrantOp>(op.action)) continue;
    places.push_back({{header.document, header.replica, header.seq}, op.record, op.field});
  }
  return places;
}

ServerAction ServerSync::resume(ServerInput input) {
  if (auto* arrived = std::get_if<RequestArrived>(&input); arrived && state_ == State::fresh) {
    return on_request(std::move(*arrived));
  }
  if (auto* loaded = std::get_if<Loaded>(&input); loaded && state_ == State::loading) {
    return on_loaded(std::move(*loaded));
  }
  if (auto* committed = std::get_if<Committed>(&input); committed && state_ == State::committing) {
    return on_committed(*committed);
  }
  if (auto* page = std::get_if<PageRead>(&input); page && state_ == State::reading) {
    return on_page(std::move(*page));
  }
  return reject({ErrorCode::internal, "the sync machine was fed something it did not ask for"});
}

ServerAction ServerSync::on_request(RequestArrived arrived) {
  arrived_ = std::move(arrived);
  auto message = decode_message(arrived_.frame);
  arrived_.frame.clear();
  if (!message.ok()) return reject(message.error());
  auto* request = std::get_if<SyncRequest>(&message.value());
  if (request == nullptr) return reject({ErrorCode::malformed, "not a request"});
  if (request->protocol < kProtocolVersionMin || request->protocol > kProtocolVersion) {
    return reject({ErrorCode::wrong_version, "this server speaks protocol versions 1 to 6"});
  }
  if (request->device != arrived_.authenticated) {
    return reject({ErrorCode::not_allowed, "the request speaks for another device"});
  }
  request_ = std::move(*request);
  reply_.protocol = request_.protocol;
  reply_.letters = std::move(arrived_.letters);
  for (const Acknowledgement& a : request_.acknowledgements) stable_of_.push_back(a.document);
  state_ = State::loading;
  return needs_of(request_);
}

ServerAction ServerSync::on_loaded(Loaded loaded) {
  if (!loaded.replica_allowed) {
    return reject({ErrorCode::not_allowed, "this replica belongs to another device"});
  }
  if (!loaded.cursor_known) {
    reply_.status = ReplyStatus::cursor_unknown;
    reply_.cursor = Cursor{loaded.epoch, 0, {}};
    state_ = State::ended;
    return AnswerAction{encode_message(reply_)};
  }
  auto commit = detail::Judge(arrived_, request_, std::move(loaded))
                    .run({reply_.healed, healed_results_, reply_.results, committed_results_,
                          reply_.erasures, reply_.grounds});
  if (!commit.ok()) return reject(commit.error());
  state_ = State::committing;
  return std::move(*commit);
}

ServerAction ServerSync::on_committed(const Committed& committed) {
  if (committed.positions.size() != healed_results_.size() + committed_results_.size()) {
    return reject({ErrorCode::internal, "the repository told the wrong number of positions"});
  }
  auto position = committed.positions.begin();
  for (const std::size_t i : healed_results_) reply_.healed[i].position = *position++;
  for (const std::size_t i : committed_results_) reply_.results[i].position = *position++;
  return read();
}

ServerAction ServerSync::read() {
  state_ = State::reading;
  const std::size_t wanted = request_.reply_bytes_max == 0 ? kMessageBytesTarget
                                                           : request_.reply_bytes_max;
  return ReadAction{request_.cursor,
                    request_.backfill,
                    std::min(wanted, kMessageBytesTarget),
                    kChangesPerMessageMax,
                    request_.protocol >= 2 && !request_.log_only,
                    request_.protocol >= 4,
                    request_.protocol >= 5,
                    std::move(stable_of_),
                    request_.protocol >= 3 && arrived_.keys.has_value(),
                    arrived_.keys ? std::move(request_.permits_wanted)
                                  : std::vector<DossierId>{}};
}

void ServerSync::add_permits(PageRead& page) {
  // With a new grant comes its permit, unasked.
  for (const StreamItem& item : reply_.items) {
    const auto* event = std::get_if<Event>(&item.content);
    const auto* grant = event != nullptr ? std::get_if<GrantEvent>(event) : nullptr;
    if (grant != nullptr) page.permits[grant->dossier] = {true, grant->key, grant->sections};
  }
  for (const auto& [dossier, access] : page.permits) {
    if (!access.known || access.sections.empty()) continue;
    if (reply_.permits.size() == kExchangeGrantsPerMessageMax) return;
    ExchangePermit permit;
    permit.grant.space = request_.space;
    permit.grant.device = request_.device;
    permit.grant.device_key = arrived_.device_key;
    permit.grant.account = arrived_.account;
    permit.grant.dossier = dossier;
    permit.grant.sections = access.sections;
    permit.grant.may_review = arrived_.may_review;
    permit.grant.issued_ms = page.server_ms;
    permit.grant.expires_ms = page.server_ms + kExchangeGrantMs;
    sign_grant(permit.grant, arrived_.keys->secret_key);
    for (const std::string& section : access.sections) {
      permit.keys.push_back(
          document_key_of(arrived_.keys->secret_key, {dossier, section}, access.key));
    }
    reply_.permits.push_back(std::move(permit));
  }
}

void ServerSync::seal_orders(const PageRead& page) {
  for (StreamItem& item : reply_.items) {
    auto* event = std::get_if<Event>(&item.content);
    auto* erase = event != nullptr ? std::get_if<EraseEvent>(event) : nullptr;
    if (erase == nullptr) continue;
    const auto key = page.order_keys.find(erase->order.dossier);
    if (key == page.order_keys.end()) continue;
    erase->sealed =
        seal_order(request_.space, erase->order, key->second, arrived_.keys->secret_key);
  }
}

ServerAction ServerSync::on_page(PageRead page) {
  reply_.server_ms = page.server_ms;
  reply_.items = std::move(page.items);
  reply_.cursor = page.cursor;
  reply_.backfill = page.backfill;
  reply_.more = page.more;
  reply_.digests = std::move(page.digests);
  reply_.stable = std::move(page.stable);
  reply_.covered = page.covered;
  vouch(page.vouchers);
  if (arrived_.keys && request_.protocol >= 3) {
    add_permits(page);
    seal_orders(page);
  }
  state_ = State::ended;
  return AnswerAction{encode_message(std::move(reply_))};
}

void ServerSync::vouch(std::vector<Voucher>& vouchers) {
  if (!arrived_.keys || request_.protocol < 3) return;
  for (Voucher& voucher : vouchers) {
    const Digest digest = digest_of_voucher(request_.space, voucher);
    reply_.vouches.push_back({std::move(voucher.document), std::move(voucher.hollow),
                              sign(arrived_.keys->secret_key, digest.bytes)});
  }
}

ServerAction ServerSync::reject(Error error) {
  state_ = State::ended;
  return RejectAction{std::move(error)};
}

}  // namespace insieme::sync
