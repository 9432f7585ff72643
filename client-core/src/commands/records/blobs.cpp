// blob.add, blob.get, blob.list: the bytes of photos, signatures, voice notes.
#include <algorithm>
#include <map>

#include "commands/records/blob_parts.hpp"
#include "commands/records/draft_blobs.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

struct Place {
  Facets facets;
  const schema::Field* field = nullptr;
  [[nodiscard]] sync::DocumentId document() const {
    return {facets.main.document.dossier,
            section_of(*facets.type, *field, facets.main.document.section)};
  }
};

Outcome<Place> place_of(Context& context) {
  Place place;
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(place.facets, read_facets(context, ref));
  if (place.facets.type == nullptr) {
    return Failure("unknown_type", "Questa versione non conosce il tipo della scheda.",
                   "This version does not know the record's type.", "record");
  }
  INSIEME_OUT_ASSIGN(place.field, file_field(*place.facets.type, context.text("field")));
  return place;
}

Outcome<json::object> add(Context& context) {
  INSIEME_OUT(one_holder(context));
  if (context.has("draft")) return add_to_draft(context);
  Outcome<Place> place = place_of(context);
  Outcome<sync::SealedBlob> sealed = Failure{};
  Plan plan;
  // As everything that writes: a repeated request gets its first reply, whatever is there now.
  const auto prepare = [&]() -> Check {
    if (!place.ok()) return place.error();
    INSIEME_OUT_ASSIGN(sealed, seal_given(context, place->document().dossier));
    const std::string text = reference_text(context, *place->field, sealed->reference);
    json::value input(json::string{text});
    if (place->field->is_set()) input = json::object{{"add", json::array{text}}};
    const json::object save{{"record", sync::to_text(place->facets.main.id)},
                            {"fields", json::object{{place->field->name, std::move(input)}}}};
    INSIEME_OUT(plan_record(context, save, {}, plan));
    return judge_act(context, plan);
  };
  const Check prepared = prepare();
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    if (!prepared.ok()) return prepared.error();
    INSIEME_OUT(writer.put_blob(place->document(), sealed.value()));
    INSIEME_OUT(carry_out(plan, writer));
    json::object out = reference_json(sealed->reference);
    out["record"] = plan.records[0];
    out["field"] = place->field->name;
    out["warnings"] = plan.warnings;
    return out;
  });
}

/// All that the field holds, both sides of a disagreement included.
std::vector<sync::BlobRef> references_in(const sync::FieldState* state) {
  std::vector<sync::BlobRef> all;
  const auto look_at = [&](const sync::Value& value) {
    const auto* bytes = std::get_if<sync::Bytes>(&value);
    if (bytes == nullptr) return;
    if (auto reference = sync::decode_blob_ref(*bytes); reference.ok()) {
      all.push_back(std::move(reference).value());
    }
  };
  if (state == nullptr) return all;
  for (const sync::Survivor& survivor : state->survivors) look_at(survivor.value);
  for (const sync::SetMember& member : state->members) look_at(member.element);
  return all;
}

Outcome<json::object> get(Context& context) {
  INSIEME_OUT(one_holder(context));
  if (context.has("draft")) return get_of_draft(context);
  INSIEME_OUT_ASSIGN(const Place place, place_of(context));
  return open_chosen(context, *place.field, place.document(),
                     references_in(place.facets.field(place.field->name)));
}

/// What a person is told of the bytes.
json::string words_of(const BlobLine& line, schema::Language language) {
  const bool it = language == schema::Language::it;
  const std::string percent =
      std::to_string(line.sealed_size == 0 ? 0 : line.moved * 100 / line.sealed_size) + "%";
  switch (line.place) {
    case BlobPlace::here:
      if (line.moved == 0) return it ? "solo qui, da inviare" : "only here, to be sent";
      return json::string((it ? "invio in corso, " : "being sent, ") + percent);
    case BlobPlace::both:
      return it ? "sul server" : "on the server";
    case BlobPlace::refused:
      return it ? "rifiutato, resta qui" : "refused, stays here";
    case BlobPlace::elsewhere:
      break;
  }
  if (line.moved == 0) return it ? "non ancora qui" : "not here yet";
  return json::string((it ? "in arrivo, " : "arriving, ") + percent);
}

json::object line_json(Context& context, const sync::BlobRef& reference, const BlobLine* line) {
  json::object out = reference_json(reference);
  if (line == nullptr) {
    out["state"] = "unknown";
    out["text"] = context.language == schema::Language::it ? "mai arrivato qui"
                                                           : "was never here";
    return out;
  }
  out["state"] = key_of(name_of(line->place));
  out["moved"] = number_text(line->moved);
  out["total"] = number_text(line->sealed_size);
  out["text"] = words_of(*line, context.language);
  if (line->note.empty()) return out;
  const Said said(line->note);
  out["why_it"] = said.it;
  out["why_en"] = said.en;
  return out;
}

/// By document and name.
using Lines = std::map<std::pair<sync::DocumentId, sync::Digest>, BlobLine>;

Check list_record(Context& context, const RecordRef& ref, const Lines& lines, json::array& out) {
  INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
  if (facets.type == nullptr) return Done{};
  for (const schema::Field& field : facets.type->fields) {
    if (!holds_blobs(field)) continue;
    const sync::DocumentId document{ref.document.dossier,
                                    section_of(*facets.type, field, ref.document.section)};
    for (const sync::BlobRef& reference : references_in(facets.field(field.name))) {
      const auto found = lines.find({document, reference.name});
      json::object one =
          line_json(context, reference, found == lines.end() ? nullptr : &found->second);
      one["record"] = sync::to_text(ref.id);
      one["short"] = short_id(sync::to_text(ref.id));
      one["type"] = ref.type;
      one["dossier"] = sync::to_text(ref.document.dossier);
      one["field"] = field.name;
      one["label"] = field.label.in(context.language);
      one["reference"] = reference_text(context, field, reference);
      note_opened(context, document);
      out.push_back(std::move(one));
    }
  }
  return Done{};
}

/// Every record that shows a file in one of its columns.
Outcome<std::vector<RecordRef>> records_with_files(Context& context) {
  std::vector<RecordRef> refs;
  for (const schema::RecordType& type : context.bundle().types) {
    std::vector<std::string> fields;
    for (const schema::Field& field : type.fields) {
      if (holds_blobs(field)) fields.push_back(field.name);
    }
    if (fields.empty()) continue;
    INSIEME_OUT_ASSIGN(const auto shown, context.store().shown(type.name, fields));
    for (const schema::RuleRecord& record : shown) {
      const bool any = std::any_of(record.values.begin(), record.values.end(),
                                   [](const auto& field) { return !field.second.empty(); });
      if (!any) continue;
      INSIEME_OUT_ASSIGN(RecordRef ref, context.store().locate(record.id));
      refs.push_back(std::move(ref));
    }
  }
  return refs;
}

Outcome<json::object> list(Context& context) {
  Lines lines;
  INSIEME_OUT_ASSIGN(auto all, context.store().blobs());
  for (BlobLine& line : all) {
    const auto key = std::pair(line.document, line.name);
    lines.emplace(key, std::move(line));
  }
  json::array out;
  if (context.has("record")) {
    INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
    INSIEME_OUT(list_record(context, ref, lines, out));
  } else {
    INSIEME_OUT_ASSIGN(const auto refs, records_with_files(context));
    for (const RecordRef& ref : refs) INSIEME_OUT(list_record(context, ref, lines, out));
  }
  INSIEME_OUT_ASSIGN(const BlobCounts counts, context.store().blob_counts());
  return json::object{{"blobs", std::move(out)},
                      {"to_send", number_text(counts.to_send)},
                      {"to_fetch", number_text(counts.to_fetch)},
                      {"refused", number_text(counts.refused)}};
}

}  // namespace

std::vector<CommandSpec> blob_commands() {
  return {
      {"blob.add",
       Writes::yes,
       "Aggiunge una foto, una firma o un altro file a una scheda: contenuto e riferimento in un "
       "solo salvataggio. Parte con lo scambio, dopo le schede.",
       "Adds a photo, a signature or another file to a record: content and reference in one save. "
       "It is sent with the synchronisation, after records.",
       {{"record", ArgKind::id, false, "la scheda", "the record"},
        {"draft", ArgKind::text, false,
         "oppure la bozza: parte quando la sua scheda è salvata, e se ne va con lei",
         "or the draft: it is sent when its record is saved, and goes with it"},
        {"field", ArgKind::text, false, "il campo, se più d'uno tiene file",
         "the field, if more than one holds files"},
        {"path", ArgKind::text, false, "il file", "the file"},
        {"content", ArgKind::text, false, "oppure il contenuto in base64",
         "or the content in base64"},
        {"media_type", ArgKind::text, false,
         "tipo, come image/jpeg; se manca, dal nome del file",
         "type, as image/jpeg; if absent, by the file's name"}},
       "record (as of record.save) or draft (as of draft.get), field, media_type, size, content, "
       "warnings?, repeated?",
       R"({"command": "blob.add", "request_id": "r-7", "record": "5f3a9c01", "field": "files",
 "media_type": "image/png", "content": "iVBORw0KGgo="})",
       add},
      {"blob.get",
       Writes::no,
       "Il contenuto di un file di una scheda, se è su questo dispositivo.",
       "The content of a record's file, if it is on this device.",
       {{"record", ArgKind::id, false, "la scheda", "the record"},
        {"draft", ArgKind::text, false, "oppure la bozza", "or the draft"},
        {"field", ArgKind::text, false, "il campo, se più d'uno tiene file",
         "the field, if more than one holds files"},
        {"content", ArgKind::text, false, "inizio dell'impronta, se i file sono più d'uno",
         "how its digest begins, if there are several files"},
        {"path", ArgKind::text, false, "file nuovo in cui scriverlo", "new file to write it to"}},
       "media_type, size, content, data (base64) or path",
       R"({"command": "blob.get", "record": "5f3a9c01", "field": "signature"})",
       get},
      {"blob.list",
       Writes::no,
       "I file delle schede, e dove sono i loro contenuti.",
       "The files of records, and where their contents are.",
       {{"record", ArgKind::id, false, "solo di una scheda", "of one record only"}},
       "blobs (record, short, type, dossier, field, label, reference, media_type, size, content, "
       "state: here, both, elsewhere, refused, unknown; moved, total, text, why_it?, why_en?), "
       "to_send, to_fetch, refused",
       R"({"command": "blob.list"})",
       list},
  };
}

}  // namespace insieme::client::commands
