#include "commands/review/untaken.hpp"

#include <array>

#include "commands/records/view.hpp"
#include "insieme/sync/reasons.hpp"

namespace insieme::client::commands {
namespace {

/// What an operation does, without its field.
struct InWords {
  Context& context;
  const schema::Field* field;

  [[nodiscard]] std::string say(const char* it, const char* en) const {
    return context.language == schema::Language::it ? it : en;
  }
  std::string operator()(const sync::WriteOp& op) const {
    return shown_text(context, field, op.value);
  }
  std::string operator()(const sync::AddOp& op) const {
    return "+ " + shown_text(context, field, op.element);
  }
  std::string operator()(const sync::RemoveOp& op) const {
    return "- " + shown_text(context, field, op.element);
  }
  std::string operator()(const sync::IncrementOp& op) const {
    return (op.delta < 0 ? "" : "+") + std::to_string(op.delta);
  }
  std::string operator()(const sync::SpliceOp& op) const {
    std::string text;
    for (const sync::Splice& one : op.splices) text += one.inserted;
    return text;
  }
  std::string operator()(const sync::RetractOp&) const { return say("annullata", "retracted"); }
  std::string operator()(const sync::RestoreOp&) const { return say("ripristinata", "restored"); }
  std::string operator()(const sync::ResolveOp& op) const {
    return op.value ? shown_text(context, field, *op.value) : op.reason;
  }
  std::string operator()(const sync::TouchOp&) const { return {}; }
  std::string operator()(const sync::GrantOp& op) const {
    return say("assegna ", "grants ") + std::to_string(op.amount);
  }
  std::string operator()(const sync::TransferOp& op) const {
    return say("passa ", "hands on ") + std::to_string(op.amount);
  }
  std::string operator()(const sync::SpendOp& op) const {
    return say("spende ", "spends ") + std::to_string(op.amount);
  }
  std::string operator()(const sync::RefundOp&) const { return say("storna", "takes back"); }
  std::string operator()(const sync::ReclaimOp&) const { return say("ritira", "reclaims"); }
  std::string operator()(const sync::OpaqueOp&) const { return {}; }
  std::string operator()(const sync::ErasedOp&) const { return say("cancellata", "erased"); }
};

struct InItalian {
  std::string_view en;
  std::string_view it;
};
constexpr std::array<InItalian, 9> kReasons{{
    {sync::reasons::kNotAssigned, "il fascicolo non è più assegnato all'autore"},
    {sync::reasons::kWaitsElsewhere, "l'ha portata un collega, e attende una decisione"},
    {sync::reasons::kGoneOn, "gli altri erano andati avanti senza il dispositivo dell'autore"},
    {sync::reasons::kDecidedBefore, "su questa modifica tardiva qualcuno ha già deciso"},
    {sync::reasons::kMayNotGrant,
     "il ruolo dell'autore non può assegnare diritti: chiedere a chi può"},
    {sync::reasons::kGrantedMeanwhile,
     "nel frattempo qualcun altro ha assegnato diritti: vedere quanti sono ora e assegnare gli "
     "altri"},
    {sync::reasons::kTransactionTooLarge, "troppo in un solo salvataggio"},
    {sync::reasons::kPartRefused, "un'altra parte dello stesso salvataggio è stata rifiutata"},
    {sync::reasons::kPartWaits,
     "un'altra parte dello stesso salvataggio aspetta chi coordina"},
}};
/// Said by the store of what somebody decided; a name and a reason follow.
constexpr std::array<InItalian, 2> kDecisions{{
    {"accepted by ", "accettata da "},
    {"refused by ", "rifiutata da "},
}};

}  // namespace

json::object operation_json(Context& context, const sync::Operation& op) {
  const schema::RecordType* type = context.bundle().find_type(op.type);
  const schema::Field* field = type != nullptr ? type->find_field(op.field) : nullptr;
  json::object out;
  const std::string id = sync::to_text(op.record);
  out["record"] = id;
  out["short"] = short_id(id);
  out["type"] = op.type;
  out["type_label"] = type != nullptr ? type->label.in(context.language) : op.type;
  out["field"] = op.field;
  out["label"] = field != nullptr ? field->label.in(context.language) : op.field;
  out["text"] = std::visit(InWords{context, field}, op.action);
  const auto ref = context.store().locate(op.record);
  if (ref.ok()) {
    const auto record = context.store().record(ref.value());
    if (record.ok()) out["title"] = record->title;
  }
  return out;
}

std::string reason_text(schema::Language language, const std::string& reason) {
  if (language != schema::Language::it) return reason;
  for (const InItalian& known : kReasons) {
    if (reason == known.en) return std::string(known.it);
  }
  for (const InItalian& known : kDecisions) {
    if (reason.compare(0, known.en.size(), known.en) == 0) {
      return std::string(known.it) + reason.substr(known.en.size());
    }
  }
  return reason;
}

}  // namespace insieme::client::commands
