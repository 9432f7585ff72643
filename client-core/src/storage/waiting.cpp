// What waits for a person: drafts, late changes to decide on, and own changes that were not taken.
#include "storage/packed.hpp"
#include "storage/queries.hpp"

namespace insieme::client {

std::vector<Draft> read_drafts(Core& core) {
  auto rows = core.db.prepare(
      "SELECT id, dossier, section, type, record, is_new, context, form, updated_ms FROM drafts "
      "ORDER BY updated_ms DESC");
  std::vector<Draft> drafts;
  while (rows.step()) {
    Draft draft;
    draft.id = std::string(rows.get_text(0));
    draft.ref.document = {id_from_blob<sync::DossierId>(rows.get_blob(1)),
                          std::string(rows.get_text(2))};
    draft.ref.type = std::string(rows.get_text(3));
    draft.ref.id = id_from_blob<sync::RecordId>(rows.get_blob(4));
    draft.is_new = rows.get_int64(5) != 0;
    draft.context = require(sync::decode_version(rows.get_blob(6)));
    draft.values_json = std::string(rows.get_text(7));
    draft.updated_ms = rows.get_int64(8);
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

namespace {

/// The full deps of a held change. Its header, hollow, stands in the log here as well.
sync::VersionVector context_of_held(Core& core, Documents& documents,
                                    const sync::ChangeHeader& header) {
  const OpenDocument* document = documents.find(header.document);
  if (document == nullptr) return {};
  sync::VersionVector context;
  sync::DepsWalker walker(&document->horizon);
  bool found = false;
  for_each_change(core, document->n, [&](LoggedChange&& logged) {
    const auto& deps = walker.step(logged.change.header);
    found =
        logged.change.header.replica == header.replica && logged.change.header.seq == header.seq;
    if (found) context = deps;
    return !found;
  });
  return found ? context : walker.step(header);
}

}  // namespace

std::vector<HeldChange> read_inbox(Core& core, bool closed_too) {
  auto rows = core.db.prepare(
      "SELECT header, body, reason, open, accepted, decided_by, decision_reason FROM inbox "
      "WHERE open = 1 OR ? ORDER BY n");
  rows.bind_all(closed_too);
  Documents documents(core, Access::read);
  std::vector<HeldChange> inbox;
  while (rows.step()) {
    HeldChange held;
    held.change.header = require(sync::decode_header(rows.get_blob(0)));
    held.change.ops = read_body(rows.get_blob(1));
    held.context = context_of_held(core, documents, held.change.header);
    held.reason = std::string(rows.get_text(2));
    held.open = rows.get_int64(3) != 0;
    if (!rows.is_null(4)) held.accepted = rows.get_int64(4) != 0;
    held.decided_by = std::string(rows.get_text(5));
    held.decision_reason = std::string(rows.get_text(6));
    inbox.push_back(std::move(held));
  }
  return inbox;
}

std::vector<Quarantined> read_quarantine(Core& core) {
  auto rows =
      core.db.prepare("SELECT header, body, state, code, reason FROM quarantine "
                      "WHERE state <> 6 ORDER BY n");
  std::vector<Quarantined> all;
  while (rows.step()) {
    Quarantined one;
    one.change.header = require(sync::decode_header(rows.get_blob(0)));
    one.change.ops = read_body(rows.get_blob(1));
    switch (static_cast<ChangeState>(rows.get_int64(2))) {
      case ChangeState::held:
        one.state = Receipt::waiting;
        break;
      case ChangeState::accepted:
        one.state = Receipt::applied;
        break;
      default:
        one.state = Receipt::refused;
        break;
    }
    one.code = static_cast<ErrorCode>(rows.get_int64(3));
    one.reason = std::string(rows.get_text(4));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace insieme::client
