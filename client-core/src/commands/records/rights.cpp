#include "commands/records/rights.hpp"

#include <algorithm>

#include "commands/records/devices.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPage = 1'000;

Failure unfit(const schema::Field& field, const std::string& it, const std::string& en) {
  return Failure("invalid_value", field.label.it + ": " + it, field.label.en + ": " + en,
                 field.name);
}

const sync::EscrowState& escrow_in(const sync::FieldState* state) {
  static const sync::EscrowState kNothing;
  return state != nullptr ? state->escrow : kNothing;
}

/// What is minted is what is left and what was spent firmly: nothing gets lost between.
std::uint64_t minted(const sync::EscrowState& escrow) { return escrow.left() + escrow.spent(); }

/// What this device may still spend in this act.
std::uint64_t& purse(Context& context, const RecordRef& ref, const std::string& field,
                     const sync::EscrowState& escrow, Plan& plan) {
  const auto [at, is_new] = plan.purses.try_emplace({ref.id, field}, std::uint64_t{0});
  if (is_new) at->second = escrow.rights(context.store().identity().replica);
  return at->second;
}

Outcome<std::uint64_t> amount_from(const schema::Field& field, const json::value& input) {
  std::int64_t amount = -1;
  if (input.is_int64()) amount = input.as_int64();
  if (const json::string* text = input.if_string(); text != nullptr && !text->empty()) {
    const bool digits = std::all_of(text->begin(), text->end(),
                                    [](char c) { return c >= '0' && c <= '9'; });
    if (digits && text->size() <= 16) amount = std::stoll(std::string(*text));
  }
  if (amount >= 1 && amount <= static_cast<std::int64_t>(sync::kEscrowAmountMax)) {
    return static_cast<std::uint64_t>(amount);
  }
  return unfit(field, "serve una quantità intera, almeno 1.",
               "a whole amount is needed, 1 or more.");
}

void warn_provisional(const schema::Field& field, const RecordRef& ref, std::uint64_t amount,
                      std::uint64_t own, Context& context, Plan& plan) {
  const std::string spent = std::to_string(amount);
  const std::string left = std::to_string(own);
  const schema::Problem problem{
      field.name, schema::Severity::warning, "beyond_rights",
      "«" + field.label.it + "»: si spende " + spent + " ma questo dispositivo può spendere " +
          left + ". È salvato come spesa provvisoria, che qualcuno confermerà o rifiuterà.",
      "“" + field.label.en + "”: " + spent + " is spent, but this device may spend " + left +
          ". It is saved as a provisional spend, which somebody will confirm or refuse."};
  json::object shown =
      to_json(problem, *context.bundle().find_type(ref.type), context.language);
  shown["record"] = sync::to_text(ref.id);
  plan.warnings.push_back(std::move(shown));
}

/// Firm within what this device has, otherwise provisional, wholly and for ever.
sync::Action spend(Context& context, const schema::Field& field, const RecordRef& ref,
                   std::uint64_t amount, std::uint64_t& own, Plan& plan) {
  const bool firm = amount <= own;
  if (firm) {
    own -= amount;
  } else {
    warn_provisional(field, ref, amount, own, context, plan);
  }
  return sync::SpendOp{amount, firm};
}

struct Handing {
  sync::ReplicaId to;
  std::uint64_t amount = 0;
};

Outcome<Handing> handing_from(FieldTask& task, const RecordRef& ref, const json::value& input) {
  const json::object* parts = input.if_object();
  if (parts == nullptr || parts->size() != 2 || find(*parts, "amount") == nullptr) {
    return unfit(task.field, "servono «to» e «amount».", "“to” and “amount” are needed.");
  }
  Handing handing;
  INSIEME_OUT_ASSIGN(handing.to,
                     find_device(task.context, ref.document.dossier, text_at(*parts, "to")));
  INSIEME_OUT_ASSIGN(handing.amount, amount_from(task.field, *find(*parts, "amount")));
  return handing;
}

Check plan_grant(FieldTask& task, const RecordRef& ref, const json::value& input,
                 const sync::EscrowState& escrow, Plan& plan) {
  INSIEME_OUT_ASSIGN(const Handing grant, handing_from(task, ref, input));
  if (task.limit && minted(escrow) + grant.amount > *task.limit) {
    const std::string most = std::to_string(*task.limit);
    const std::string had = std::to_string(minted(escrow));
    return unfit(task.field, "sono già stati assegnati " + had + " su " + most + ".",
                 had + " of " + most + " have been granted already.");
  }
  const bool to_itself = grant.to == task.context.store().identity().replica;
  if (to_itself) purse(task.context, ref, task.field.name, escrow, plan) += grant.amount;
  task.after = {static_cast<std::int64_t>(escrow.left() + grant.amount)};
  task.actions.emplace_back(sync::GrantOp{grant.to, grant.amount});
  return Done{};
}

Check plan_transfer(FieldTask& task, const RecordRef& ref, const json::value& input,
                    const sync::EscrowState& escrow, Plan& plan) {
  INSIEME_OUT_ASSIGN(const Handing transfer, handing_from(task, ref, input));
  std::uint64_t& own = purse(task.context, ref, task.field.name, escrow, plan);
  if (transfer.to == task.context.store().identity().replica) {
    return unfit(task.field, "questo dispositivo non passa diritti a se stesso.",
                 "this device does not hand rights to itself.");
  }
  if (transfer.amount > own) {
    return Failure("beyond_rights",
                   task.field.label.it + ": questo dispositivo può passarne al massimo " +
                       std::to_string(own) + ".",
                   task.field.label.en + ": this device can hand on at most " +
                       std::to_string(own) + ".",
                   task.field.name);
  }
  own -= transfer.amount;
  task.actions.emplace_back(sync::TransferOp{transfer.to, transfer.amount});
  return Done{};
}

Check plan_refund(FieldTask& task, const json::value& input, const sync::EscrowState& escrow) {
  const json::string* text = input.if_string();
  const auto dot = dot_from_text(text != nullptr ? std::string_view(*text) : std::string_view());
  for (const sync::EscrowState::Spend& one : escrow.spends()) {
    if (!dot.ok() || !(one.event->dot == *dot)) continue;
    if (!one.refunded) task.actions.emplace_back(sync::RefundOp{*dot});
    return Done{};
  }
  return Failure("not_found", task.field.label.it + ": questa spesa non c'è.",
                 task.field.label.en + ": there is no such spend.", task.field.name);
}

Check plan_reclaim(FieldTask& task, const RecordRef& ref, const json::value& input,
                   const sync::EscrowState& escrow, Plan& plan) {
  const json::object* parts = input.if_object();
  const std::string from = parts != nullptr ? text_at(*parts, "from") : std::string();
  if (from.empty()) return unfit(task.field, "serve «from».", "“from” is needed.");
  const std::string to = text_at(*parts, "to");
  sync::ReclaimOp op;
  INSIEME_OUT_ASSIGN(op.from, find_device(task.context, ref.document.dossier, from));
  INSIEME_OUT_ASSIGN(
      op.to, find_device(task.context, ref.document.dossier, to.empty() ? "here" : to));
  const sync::ReplicaId& self = task.context.store().identity().replica;
  if (op.from == op.to || op.from == self) {
    return unfit(task.field, "si ritirano i diritti di un altro dispositivo.",
                 "rights are reclaimed from another device.");
  }
  if (op.to == self) {
    purse(task.context, ref, task.field.name, escrow, plan) += escrow.rights(op.from);
  }
  task.actions.emplace_back(op);
  return Done{};
}

}  // namespace

Check plan_escrow(FieldTask& task, const RecordRef& ref, Plan& plan) {
  const sync::EscrowState& escrow =
      escrow_in(task.part != nullptr ? task.part->state.field(task.field.name) : nullptr);
  // Rights are counted over everything that is here, never over what a form showed.
  task.seen = nullptr;
  task.after = {static_cast<std::int64_t>(escrow.left())};
  const json::object* verbs = task.input.if_object();
  if (verbs == nullptr || verbs->size() != 1) {
    return unfit(task.field, "si scrive {\"spend\": 3}, o grant, transfer, refund, reclaim.",
                 "write {\"spend\": 3}, or grant, transfer, refund, reclaim.");
  }
  const auto& [verb, input] = *verbs->begin();
  if (verb == "grant") return plan_grant(task, ref, input, escrow, plan);
  if (verb == "transfer") return plan_transfer(task, ref, input, escrow, plan);
  if (verb == "refund") return plan_refund(task, input, escrow);
  if (verb == "reclaim") return plan_reclaim(task, ref, input, escrow, plan);
  if (verb != "spend") {
    return unfit(task.field, "si può spend, grant, transfer, refund, reclaim.",
                 "it takes spend, grant, transfer, refund, reclaim.");
  }
  INSIEME_OUT_ASSIGN(const std::uint64_t amount, amount_from(task.field, input));
  std::uint64_t& own = purse(task.context, ref, task.field.name, escrow, plan);
  if (amount <= own) task.after = {static_cast<std::int64_t>(escrow.left() - amount)};
  task.actions.push_back(spend(task.context, task.field, ref, amount, own, plan));
  return Done{};
}

Check plan_minting(Context& context, const RecordRef& ref, const schema::RecordType& type,
                   const Facets* existing, const schema::RecordValues& after,
                   const std::vector<std::string>& changed, Plan& plan) {
  for (const schema::Field& field : type.fields) {
    if (field.mints.empty()) continue;
    if (std::find(changed.begin(), changed.end(), field.mints) == changed.end()) continue;
    const auto found = after.find(field.mints);
    if (found == after.end() || found->second.empty()) continue;
    const auto* limit = std::get_if<std::int64_t>(&found->second.front());
    const sync::EscrowState& escrow =
        escrow_in(existing != nullptr ? existing->field(field.name) : nullptr);
    const std::uint64_t had = minted(escrow);
    const bool more = limit != nullptr && *limit > 0 && static_cast<std::uint64_t>(*limit) > had &&
                      static_cast<std::uint64_t>(*limit) <= sync::kEscrowAmountMax;
    if (!more) continue;
    const std::uint64_t amount = static_cast<std::uint64_t>(*limit) - had;
    const sync::ReplicaId& self = context.store().identity().replica;
    purse(context, ref, field.name, escrow, plan) += amount;
    const std::string section = section_of(type, field, ref.document.section);
    plan.ops_of({ref.document.dossier, section})
        .push_back(sync::Operation{ref.id, type.name, field.name, sync::GrantOp{self, amount}, {}});
  }
  return Done{};
}

namespace {

/// What an entry says of its account, and the account as it is here.
struct Account {
  RecordRef ref;
  const schema::Field* field = nullptr;
  std::optional<Facets> facets;  ///< nothing: the same act makes it
  [[nodiscard]] const sync::EscrowState& escrow() const {
    return escrow_in(facets ? facets->field(field->name) : nullptr);
  }
};

const sync::Value* value_in(const schema::RecordValues& values, const std::string& field) {
  const auto found = values.find(field);
  return found == values.end() || found->second.empty() ? nullptr : &found->second.front();
}

Outcome<Account> account_of(Context& context, const RecordRef& entry,
                            const schema::RecordType& type, const sync::RecordId& id,
                            const Plan& plan) {
  const schema::Field* through = type.find_field(type.spends->through);
  const schema::RecordType* account_type = context.bundle().find_type(through->target);
  Account account;
  account.field = account_type->find_field(type.spends->field);
  account.ref = {entry.document, account_type->name, id};
  const bool planned =
      std::any_of(plan.judged.begin(), plan.judged.end(), [&](const PlannedRecord& one) {
        return one.after.id == id && one.after.type == account_type->name && !one.before;
      });
  if (planned) return account;
  const auto ref = context.store().locate(id);
  if (!ref.ok() || ref->type != account_type->name ||
      !(ref->document.dossier == entry.document.dossier)) {
    return Failure("not_found",
                   through->label.it + ": in questo fascicolo non c'è questa scheda.",
                   through->label.en + ": there is no such record in this dossier.",
                   through->name);
  }
  account.ref = ref.value();
  INSIEME_OUT_ASSIGN(account.facets, read_facets(context, account.ref));
  return account;
}

/// Where the entry's amount was written: the spend follows in the same change.
std::optional<sync::Dot> written_at(const Facets& entry, const std::string& amount) {
  const sync::FieldState* state = entry.field(amount);
  const sync::Survivor* shown = state != nullptr ? sync::displayed(*state) : nullptr;
  if (shown == nullptr) return std::nullopt;
  return shown->mark.dot;
}

bool follows(const sync::Dot& spend, const sync::Dot& entry) {
  return spend.replica == entry.replica && spend.seq == entry.seq && spend.op > entry.op;
}

/// The spend that an entry was made with.
std::optional<sync::Dot> spend_of(const sync::EscrowState& escrow, const sync::Dot& entry) {
  std::optional<sync::Dot> first;
  for (const sync::EscrowState::Spend& one : escrow.spends()) {
    const sync::Dot& dot = one.event->dot;
    if (follows(dot, entry) && !one.refunded && (!first || dot < *first)) first = dot;
  }
  return first;
}

Check plan_reversal(Context& context, const schema::RecordType& type, const Account& account,
                    const sync::RecordId& reversed, std::vector<sync::Operation>& ops) {
  const auto ref = context.store().locate(reversed);
  if (!ref.ok() || ref->type != type.name) return Done{};
  INSIEME_OUT_ASSIGN(const Facets entry, read_facets(context, ref.value()));
  const auto written = written_at(entry, type.spends->amount);
  const auto spend = written ? spend_of(account.escrow(), *written) : std::nullopt;
  if (!spend) return Done{};
  ops.push_back(sync::Operation{
      account.ref.id, account.ref.type, account.field->name, sync::RefundOp{*spend}, {}});
  return Done{};
}

}  // namespace

Check plan_entry(Context& context, const RecordRef& ref, const schema::RecordType& type,
                 const schema::RecordValues& after, Plan& plan) {
  if (!type.spends) return Done{};
  const sync::Value* through = value_in(after, type.spends->through);
  const sync::Value* amount = value_in(after, type.spends->amount);
  const auto* reference = through != nullptr ? std::get_if<sync::Reference>(through) : nullptr;
  const auto* units = amount != nullptr ? std::get_if<std::int64_t>(amount) : nullptr;
  // What is missing or wrong is told by the rules of the type.
  if (reference == nullptr || units == nullptr || *units <= 0) return Done{};
  INSIEME_OUT_ASSIGN(const Account account,
                     account_of(context, ref, type, reference->record, plan));
  auto& ops = plan.ops_of(account.ref.document);
  const sync::Value* reverses = value_in(after, type.spends->reverses);
  if (const auto* entry = reverses != nullptr ? std::get_if<sync::Reference>(reverses) : nullptr) {
    return plan_reversal(context, type, account, entry->record, ops);
  }
  std::uint64_t& own = purse(context, account.ref, account.field->name, account.escrow(), plan);
  ops.push_back(sync::Operation{account.ref.id, account.ref.type, account.field->name,
                                spend(context, *account.field, account.ref,
                                      static_cast<std::uint64_t>(*units), own, plan),
                                {}});
  return Done{};
}

Outcome<std::optional<Facets>> entry_of(Context& context, const RecordRef& account,
                                        std::string_view field, const sync::Dot& spend) {
  std::optional<Facets> found;
  std::optional<sync::Dot> at;
  for (const schema::RecordType& type : context.bundle().types) {
    if (!type.spends || type.spends->field != field) continue;
    if (type.find_field(type.spends->through)->target != account.type) continue;
    ListQuery query;
    query.type = type.name;
    query.dossier = account.document.dossier;
    query.retracted_too = true;
    query.where.emplace_back(type.spends->through, sync::to_text(account.id));
    query.limit = kPage;
    INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& line : lines) {
      INSIEME_OUT_ASSIGN(Facets entry, read_facets(context, line.ref));
      const auto written = written_at(entry, type.spends->amount);
      if (!written || !follows(spend, *written) || (at && *written < *at)) continue;
      at = written;
      found = std::move(entry);
    }
  }
  return found;
}

}  // namespace insieme::client::commands
