#include "storage/hand_overs.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kType = "hand_over";
constexpr std::string_view kAccepted = "accettata";
constexpr std::string_view kProposed = "proposta";

/// The code that an operation gives a field, if it gives one.
std::optional<std::string> written(const sync::Operation& op, std::string_view field) {
  if (op.type != kType || op.field != field) return {};
  const sync::Value* value = nullptr;
  if (const auto* write = std::get_if<sync::WriteOp>(&op.action)) value = &write->value;
  if (const auto* resolve = std::get_if<sync::ResolveOp>(&op.action)) {
    if (resolve->value) value = &*resolve->value;
  }
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  if (text == nullptr) return {};
  return *text;
}

/// Sections that `to` gets: what it sees there already, and what `from` sees and its role may.
std::vector<std::string> sections_for(const RoleRules* rules, std::vector<std::string> sections,
                                      const std::vector<std::string>& given) {
  for (const std::string& section : given) {
    const bool may = rules != nullptr && std::find(rules->sections.begin(), rules->sections.end(),
                                                   section) != rules->sections.end();
    const bool has = std::find(sections.begin(), sections.end(), section) != sections.end();
    if (may && !has) sections.push_back(section);
  }
  return sections;
}

/// What somebody has for good: neither as a deputy of these days nor by an emergency opening.
std::vector<std::string> lasting(Permissions& permissions, const User& user,
                                 const sync::DossierId& dossier) {
  Standing standing = permissions.declared(user, dossier);
  standing.glass.reset();
  return decide(standing).sections;
}

}  // namespace

Status pass_on(sql::Connection& db, std::int64_t space, const Roles& roles, LogWriter& log,
               Permissions& permissions, const sync::DossierId& dossier, const std::string& from,
               const std::string& to, const std::string& reason, const std::string& actor) {
  if (from == to) return {ErrorCode::invalid_argument, "from and to are the same account"};
  const auto receiver = load_user(db, space, to);
  if (!receiver) return {ErrorCode::not_found, "there is no account \"" + to + "\""};
  // Who is away has it all the same: it is with whoever stands in.
  const auto leaver = load_user(db, space, from);
  std::vector<std::string> given;
  if (leaver) given = lasting(permissions, *leaver, dossier);
  if (given.empty()) {
    return {ErrorCode::not_found, "the dossier is not assigned to \"" + from + "\""};
  }
  std::vector<std::string> sections = lasting(permissions, *receiver, dossier);
  Mandate mandate{"hand-over"};
  const auto before = permissions.mandate(to, dossier);
  if (before && !sections.empty()) mandate = *before;
  if (mandate.basis == "role") mandate.basis = "hand-over";  // stays when the role changes
  mandate.sections = sections_for(roles.find(receiver->role), std::move(sections), given);
  mandate.kept_to.reset();
  if (mandate.sections.empty()) {
    return {ErrorCode::not_allowed, "the role of \"" + to + "\" may see none of its sections"};
  }
  // All is known before anything is written.
  Standing standing = permissions.declared(*receiver, dossier);
  standing.mandate = mandate;
  const Decision decision = decide(standing);
  if (decision.sections.empty()) {
    return {ErrorCode::not_allowed,
            "nothing is given to \"" + to + "\": " + std::string(words_of(decision.rule).en)};
  }
  permissions.end_mandate(from, dossier);
  if (load_access(db, space, from, dossier).any()) log.revoke(from, dossier, reason);
  permissions.settle_partners(log, from, dossier);
  permissions.settle(log, *leaver, dossier, reason);  // who goes on standing in keeps that
  permissions.put_mandate(to, dossier, mandate, log.now_ms());
  permissions.settle(log, *receiver, dossier);
  log.audit(actor, "handover", from + " " + to + " " + sync::to_text(dossier), reason);
  return {};
}

/// What the server's log says of one hand-over.
struct HandOvers::Story {
  std::string from;
  std::string to;
  std::string reason;
  std::string proposed_by;
  sync::Dot answered;  ///< the first change that answered
  bool is_answered = false;
};

HandOvers::Story HandOvers::story_of(const sync::DocumentId& document,
                                     const sync::RecordId& record) {
  Story story;
  sql::Statement& rows =
      db_.cached("SELECT header, body FROM log WHERE space = ? AND dossier = ? AND section = ?"
                 " AND kind = 1 AND body IS NOT NULL ORDER BY position");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_, document.dossier.bytes, document.section);
  while (rows.step()) {
    const sync::Change change = make_change(rows.get_blob(0), rows.get_blob(1));
    if (!change.ops) continue;
    for (const sync::Operation& op : *change.ops) {
      if (op.record != record) continue;
      // What was proposed is written once; the first to do so has said it.
      if (auto from = written(op, "from"); from && story.from.empty()) story.from = *from;
      if (auto reason = written(op, "reason"); reason && story.reason.empty()) {
        story.reason = *reason;
      }
      if (auto to = written(op, "to"); to && story.to.empty()) {
        story.to = *to;
        story.proposed_by = change.header.author;
      }
      const auto state = written(op, "state");
      if (!state || *state == kProposed || story.is_answered) continue;
      story.is_answered = true;
      story.answered = {change.header.replica, change.header.seq, 0};
    }
  }
  return story;
}

bool HandOvers::may_review(const std::string& account) {
  const auto user = load_user(db_, space_, account);
  const RoleRules* rules = user ? roles_.find(user->role) : nullptr;
  return rules != nullptr && rules->may_review;
}

void HandOvers::carry_out(LogWriter& log, Permissions& permissions, const Caller& caller,
                          const std::vector<sync::NewChange>& changes) {
  for (const sync::NewChange& change : changes) {
    const sync::ChangeHeader& header = change.change.header;
    // What a restored server is given back was carried out before it was lost, and is declared
    // anew by whoever restored it, as all assignments are.
    if (change.healed || change.verdict != sync::Verdict::accepted || !change.change.ops) continue;
    for (const sync::Operation& op : *change.change.ops) {
      if (written(op, "state") != std::optional<std::string>(kAccepted)) continue;
      const Story story = story_of(header.document, op.record);
      const std::string subject =
          sync::to_text(header.document.dossier) + " " + sync::to_text(op.record);
      const bool first = story.is_answered && story.answered.replica == header.replica &&
                         story.answered.seq == header.seq;
      const bool by_whom_it_is = header.author == caller.user.account &&
                                 (story.to == caller.user.account || caller.rules.may_review);
      const bool by_whom_it_was = story.proposed_by == story.from || caller.rules.may_review ||
                                  may_review(story.proposed_by);
      if (!first || !by_whom_it_is || !by_whom_it_was) {
        log.audit(caller.user.account, "handover.idle",
                  subject + (first ? " not theirs to answer" : " answered before"));
        continue;
      }
      const Status done =
          pass_on(db_, space_, roles_, log, permissions, header.document.dossier, story.from,
                  story.to, story.reason, caller.user.account);
      if (!done.ok()) {
        log.audit(caller.user.account, "handover.idle", subject + " " + done.error().detail);
      }
    }
  }
}

}  // namespace insieme::server
