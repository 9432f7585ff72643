// record.move: what was saved under the wrong family goes to the right one, in one act; where it
// should not have been it is erased, or retracted by whoever may not have it erased.
#include <algorithm>

#include "commands/exchange/commands.hpp"
#include "commands/lookup.hpp"
#include "commands/records/marks.hpp"
#include "exports/archive.hpp"

namespace insieme::client::commands {
namespace {

struct Move {
  Facets from;
  DossierLine source;
  DossierLine target;
  sync::RecordId id;  ///< there
  std::vector<DocumentOps> documents;
  json::array dropped;  ///< references that mean nothing there
  std::vector<std::pair<sync::DocumentId, sync::SealedBlob>> blobs;  ///< sealed anew for there
};

Outcome<DossierLine> line_of(const std::vector<DossierLine>& dossiers, const sync::DossierId& id) {
  for (const DossierLine& line : dossiers) {
    if (line.id == id) return line;
  }
  return Error{ErrorCode::not_found, "the dossier is not here"};
}

Check check_movable(const Move& move) {
  const schema::RecordType* type = move.from.type;
  if (type == nullptr || type->root) {
    return Failure("invalid_argument", "La scheda che apre un fascicolo non si sposta.",
                   "The record that opens a dossier is not moved.", "record");
  }
  if (type->spends || std::any_of(type->fields.begin(), type->fields.end(), [](const auto& field) {
        return field.merge == schema::MergeKind::escrow;
      })) {
    return Failure("invalid_argument",
                   type->label.it +
                       ": ciò che spende, o si spende, non si sposta: si storna e si "
                       "rifà.",
                   type->label.en +
                       ": what spends, or is spent, is not moved: reverse it and make "
                       "it anew.",
                   "record");
  }
  if (move.source.id == move.target.id) {
    return Failure("invalid_argument", "La scheda è già in quel fascicolo.",
                   "The record is in that dossier already.", "dossier");
  }
  if (move.source.root_type != move.target.root_type) {
    return Failure("invalid_argument", "I due fascicoli non sono dello stesso tipo.",
                   "The two dossiers are not of the same kind.", "dossier");
  }
  if (move.from.first().state.lifecycle() == sync::Lifecycle::retracted) {
    return Failure("invalid_argument", "La scheda è annullata.", "The record is retracted.",
                   "record");
  }
  return Done{};
}

/// Of a field, what refers to a record of the dossier that it leaves: another family's.
bool refers_back(Context& context, const Move& move, const sync::Value& value) {
  const auto* reference = std::get_if<sync::Reference>(&value);
  if (reference == nullptr) return false;
  const auto ref = context.store().locate(reference->record);
  return ref.ok() && ref->document.dossier == move.source.id;
}

/// The state without what refers back; notes the fields.
sync::RecordState without_references(Context& context, const sync::RecordState& state, Move& move) {
  sync::RecordState out = state;
  for (sync::FieldState& field : out.fields) {
    const auto back = [&](const sync::Value& value) { return refers_back(context, move, value); };
    const std::size_t before = field.survivors.size() + field.members.size();
    std::erase_if(field.survivors, [&](const sync::Survivor& one) { return back(one.value); });
    std::erase_if(field.members, [&](const sync::SetMember& one) { return back(one.element); });
    if (field.survivors.size() + field.members.size() != before) {
      move.dropped.push_back(json::string(field.name));
    }
  }
  return out;
}

/// What the value names is sealed for its dossier: there it is sealed anew, under another name.
Check reseal(Context& context, const sync::DocumentId& from, Move& move, sync::Value& value) {
  const auto* bytes = std::get_if<sync::Bytes>(&value);
  if (bytes == nullptr) return Done{};
  const auto reference = sync::decode_blob_ref(*bytes);
  if (!reference.ok() || reference->name.is_zero()) return Done{};
  const auto content = context.store().blob(from, *reference);
  if (!content.ok() && content.error().code == ErrorCode::not_found) {
    return Failure("not_here",
                   "La scheda ha una foto o un file che non è ancora su questo dispositivo: prima "
                   "uno scambio dati, poi lo spostamento.",
                   "The record has a photo or a file that is not on this device yet: synchronise "
                   "first, then move it.",
                   "record");
  }
  INSIEME_OUT(content);
  INSIEME_OUT_ASSIGN(sync::SealedBlob sealed, context.store().seal_blob(
                                                  move.target.id, reference->media_type, *content));
  const auto anew = sync::encode_blob_ref(sealed.reference);
  INSIEME_OUT(anew);
  value = sync::Value{*anew};
  move.blobs.emplace_back(sync::DocumentId{move.target.id, from.section}, std::move(sealed));
  return Done{};
}

Check reseal_all(Context& context, const sync::DocumentId& from, Move& move,
                 sync::RecordState& state) {
  for (sync::FieldState& field : state.fields) {
    for (sync::Survivor& one : field.survivors) {
      INSIEME_OUT(reseal(context, from, move, one.value));
    }
    for (sync::SetMember& one : field.members) {
      INSIEME_OUT(reseal(context, from, move, one.element));
    }
  }
  return Done{};
}

Check copy_part(Context& context, const StoredRecord& part, Move& move) {
  sync::RecordState state = without_references(context, part.state, move);
  INSIEME_OUT(reseal_all(context, part.ref.document, move, state));
  const json::object fields = exports::archive_fields(
      state,
      [&](std::string_view type, std::string_view field) {
        return context.bundle().policy(type, field);
      },
      [](const sync::RecordId& id) { return sync::to_text(id); });
  auto ops = exports::archive_operations(
      fields, move.id, part.ref.type, context.store().identity().replica,
      [](std::string_view name) { return sync::id_from_text<sync::RecordId>(name); });
  if (!ops.ok()) return ops.error();
  if (ops->empty()) return Done{};
  move.documents.push_back({{move.target.id, part.ref.document.section}, std::move(ops).value()});
  return Done{};
}

/// What the record says of its dossier, it says of the other one now.
Check move_marks(Context& context, Move& move) {
  const schema::RecordType& type = *move.from.type;
  if (!marks_dossier(type)) return Done{};
  Plan plan;
  const RecordRef& from = move.from.main;
  const RecordRef there{{move.target.id, from.document.section}, from.type, move.id};
  INSIEME_OUT(plan_marks(context, type, there, shown_values(move.from), nullptr, plan));
  INSIEME_OUT(plan_marks_of_leaving(context, move.from, plan));
  std::move(plan.documents.begin(), plan.documents.end(), std::back_inserter(move.documents));
  return Done{};
}

Outcome<Move> plan_move(Context& context) {
  Move move;
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(move.from, read_facets(context, ref));
  INSIEME_OUT_ASSIGN(const DossierRef target, find_dossier(context, context.text("dossier")));
  INSIEME_OUT_ASSIGN(const auto dossiers, context.store().dossiers());
  INSIEME_OUT_ASSIGN(move.source, line_of(dossiers, ref.document.dossier));
  INSIEME_OUT_ASSIGN(move.target, line_of(dossiers, target.id));
  INSIEME_OUT(check_movable(move));
  move.id = new_uuid7<sync::RecordId>(context.platform());
  for (const StoredRecord& part : move.from.parts) INSIEME_OUT(copy_part(context, part, move));
  INSIEME_OUT(move_marks(context, move));
  return move;
}

sync::ErasureOrder order_for(Context& context, const Move& move, const std::string& reason) {
  sync::ErasureOrder order;
  order.id = new_uuid7<sync::ErasureId>(context.platform());
  order.dossier = move.source.id;
  order.reason = reason;
  for (const std::string& section : move.source.sections) {
    order.targets.push_back({section, move.from.main.id});
  }
  return order;
}

Outcome<json::object> carry_out_move(Context& context, const Move& move, Writer& writer) {
  for (const auto& [document, blob] : move.blobs) {
    INSIEME_OUT(writer.put_blob(document, blob));
  }
  for (const DocumentOps& document : move.documents) {
    INSIEME_OUT(writer.add(document.document, document.ops));
  }
  const bool erases = context.store().identity().is_enrolled() && move.source.may_review;
  if (erases) {
    INSIEME_OUT(writer.ask_erasure(order_for(context, move, context.text("reason"))));
  } else {
    const RecordRef& main = move.from.main;
    INSIEME_OUT(writer.add(main.document, {{main.id, main.type, {}, sync::RetractOp{}, {}}}));
  }
  const std::string id = sync::to_text(move.id);
  return json::object{{"record", json::object{{"id", id},
                                              {"short", short_id(id)},
                                              {"dossier", sync::to_text(move.target.id)}}},
                      {"before", sync::to_text(move.from.main.id)},
                      {"there", erases ? "erasure_asked" : "retracted"},
                      {"dropped", move.dropped}};
}

Outcome<json::object> run(Context& context) {
  Outcome<Move> move = plan_move(context);
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    if (!move.ok()) return move.error();
    return carry_out_move(context, move.value(), writer);
  });
}

}  // namespace

std::vector<CommandSpec> move_commands() {
  return {
      {"record.move",
       Writes::yes,
       "Sposta una scheda salvata nel fascicolo sbagliato, in un solo atto: la copia va in quello "
       "giusto; là dove non doveva essere si chiede di cancellarla o, se il ruolo non lo permette, "
       "viene annullata. I riferimenti all'altro fascicolo restano fuori.",
       "Moves a record that was saved in the wrong dossier, in one act: a copy goes to the right "
       "one; where it should not have been it is asked to be erased or, if the role does not allow "
       "that, retracted. References to the other dossier stay behind.",
       {{"record", ArgKind::id, true, "la scheda", "the record"},
        {"dossier", ArgKind::id, true, "il fascicolo giusto", "the right dossier"},
        {"reason", ArgKind::text, true, "motivo, senza nomi: lo leggono tutti",
         "reason, without names: everybody reads it"}},
       "record (id, short, dossier), before (its id there), there (erasure_asked or retracted), "
       "dropped (fields whose references stayed behind)",
       R"({"command": "record.move", "request_id": "r-1", "record": "5f3a9c01",
 "dossier": "9b1e44d2", "reason": "salvata nel fascicolo sbagliato"})",
       run},
  };
}

}  // namespace insieme::client::commands
