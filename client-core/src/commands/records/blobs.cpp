// blob.add, blob.get, blob.list: the bytes of photos, signatures, voice notes.
#include <sodium.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "commands/exchange/files.hpp"
#include "commands/records/plan.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

struct Kind {
  const char* ending;
  const char* media_type;
};
constexpr Kind kKinds[]{{"jpg", "image/jpeg"},   {"jpeg", "image/jpeg"}, {"png", "image/png"},
                        {"webp", "image/webp"},  {"gif", "image/gif"},   {"heic", "image/heic"},
                        {"svg", "image/svg+xml"}, {"pdf", "application/pdf"},
                        {"txt", "text/plain"},   {"ogg", "audio/ogg"},   {"m4a", "audio/mp4"},
                        {"mp3", "audio/mpeg"},   {"wav", "audio/wav"},   {"webm", "audio/webm"}};

std::string media_type_of(const std::string& path) {
  std::string ending = path.substr(std::min(path.size(), path.find_last_of("./") + 1));
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Kind& kind : kKinds) {
    if (ending == kind.ending) return kind.media_type;
  }
  return "application/octet-stream";
}

Outcome<std::vector<std::uint8_t>> content_of(Context& context) {
  const bool has_path = context.has("path");
  if (has_path == context.has("content")) {
    return Failure("invalid_argument", "Serve un file (path) oppure il contenuto (content).",
                   "A file (path) or the content (content) is needed, one of them.", "path");
  }
  if (has_path) {
    INSIEME_OUT_ASSIGN(const std::string bytes, read_file(context.text("path")));
    return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
  }
  const std::string text = context.text("content");
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                        nullptr, kBase64) != 0) {
    return Failure("invalid_argument", "Il contenuto si scrive in base64.",
                   "The content is written in base64.", "content");
  }
  bytes.resize(size);
  return bytes;
}

std::string base64_of(const std::vector<std::uint8_t>& bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kBase64);
  text.pop_back();
  return text;
}

/// A parameter of a media type would part a set where it is written as text.
std::string plain_media_type(std::string type) {
  type.resize(std::min(type.size(), type.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return type;
}

Failure seal_failure(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid_argument:
      return {"invalid_argument", "Il file è vuoto.", "The file is empty.", "content"};
    case ErrorCode::limit_exceeded:
      return {"limit_exceeded", "Il file supera i 20 MiB: rimpicciolirlo, o dividerlo.",
              "The file is larger than 20 MiB: make it smaller, or divide it.", "content"};
    case ErrorCode::malformed:
      return {"invalid_argument", "Il tipo del file si scrive come image/jpeg.",
              "The file's type is written as image/jpeg.", "media_type"};
    default:
      return error;
  }
}

bool holds_blobs(const schema::Field& field) {
  return field.kind == schema::FieldKind::blob || field.kind == schema::FieldKind::blobs;
}

/// The field that is meant, or the only one that takes files.
Outcome<const schema::Field*> file_field(const schema::RecordType& type, const std::string& name) {
  std::vector<const schema::Field*> all;
  for (const schema::Field& field : type.fields) {
    if (holds_blobs(field)) all.push_back(&field);
  }
  if (!name.empty()) {
    INSIEME_OUT_ASSIGN(const schema::Field* field, find_field(type, name));
    if (holds_blobs(*field)) return field;
  }
  if (name.empty() && all.size() == 1) return all.front();
  std::string names_it;
  std::string names_en;
  for (const schema::Field* field : all) {
    const std::string comma = names_it.empty() ? "" : ", ";
    names_it += comma + field->name + " (" + field->label.it + ")";
    names_en += comma + field->name + " (" + field->label.en + ")";
  }
  if (all.empty()) {
    return Failure("unknown_field", type.label.it + " non tiene file.",
                   type.label.en + " holds no files.", "field");
  }
  return Failure("unknown_field",
                 type.label.it + ": i campi che tengono file sono " + names_it + ".",
                 type.label.en + ": the fields that hold files are " + names_en + ".", "field");
}

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

json::object reference_json(const sync::BlobRef& reference) {
  return {{"media_type", reference.media_type},
          {"size", number_text(reference.size)},
          {"content", sync::to_hex(reference.content)}};
}

Outcome<json::object> add(Context& context) {
  Outcome<Place> place = place_of(context);
  Outcome<sync::SealedBlob> sealed = Failure{};
  Plan plan;
  // As everything that writes: a repeated request gets its first reply, whatever is there now.
  const auto prepare = [&]() -> Check {
    if (!place.ok()) return place.error();
    INSIEME_OUT_ASSIGN(const std::vector<std::uint8_t> content, content_of(context));
    const std::string type = context.has("media_type") ? context.text("media_type")
                                                       : media_type_of(context.text("path"));
    auto done = context.store().seal_blob(place->document().dossier, plain_media_type(type),
                                          content);
    if (!done.ok()) return seal_failure(done.error());
    sealed = std::move(done).value();
    const auto value = sync::encode_blob_ref(sealed->reference);
    const std::string text =
        display(place->field, *value, context.bundle(), schema::Language::en);
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

Outcome<sync::BlobRef> choose(const Place& place, const std::string& content) {
  std::vector<sync::BlobRef> all = references_in(place.facets.field(place.field->name));
  std::erase_if(all, [&](const sync::BlobRef& one) {
    return sync::to_hex(one.content).rfind(content, 0) != 0;
  });
  if (all.size() == 1) return all.front();
  const schema::Label& label = place.field->label;
  if (all.empty()) {
    return Failure("not_found", label.it + ": qui non c'è questo file.",
                   label.en + ": there is no such file.", "content");
  }
  const std::string count = std::to_string(all.size());
  return Failure("ambiguous", label.it + ": i file sono " + count + ", dire quale (content).",
                 label.en + ": there are " + count + " files, say which one (content).",
                 "content");
}

Outcome<json::object> get(Context& context) {
  INSIEME_OUT_ASSIGN(const Place place, place_of(context));
  INSIEME_OUT_ASSIGN(const sync::BlobRef reference, choose(place, context.text("content")));
  note_opened(context, place.document());
  const auto bytes = context.store().blob(place.document(), reference);
  if (!bytes.ok() && bytes.error().code == ErrorCode::not_found) {
    return Failure("not_here",
                   "Il file non è ancora su questo dispositivo: arriva con uno scambio dati, se "
                   "chi l'ha aggiunto l'ha già inviato.",
                   "The file is not on this device yet: it comes with a synchronisation, if "
                   "whoever added it has sent it.",
                   "content");
  }
  INSIEME_OUT(bytes);
  json::object out = reference_json(reference);
  if (!context.has("path")) {
    out["data"] = base64_of(*bytes);
    return out;
  }
  const std::string path = context.text("path");
  INSIEME_OUT(write_new_file(
      path, std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size())));
  out["path"] = path;
  return out;
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
       {{"record", ArgKind::id, true, "la scheda", "the record"},
        {"field", ArgKind::text, false, "il campo, se più d'uno tiene file",
         "the field, if more than one holds files"},
        {"path", ArgKind::text, false, "il file", "the file"},
        {"content", ArgKind::text, false, "oppure il contenuto in base64",
         "or the content in base64"},
        {"media_type", ArgKind::text, false,
         "tipo, come image/jpeg; se manca, dal nome del file",
         "type, as image/jpeg; if absent, by the file's name"}},
       "record (as of record.save), field, media_type, size, content, warnings, repeated?",
       R"({"command": "blob.add", "request_id": "r-7", "record": "5f3a9c01", "field": "files",
 "media_type": "image/png", "content": "iVBORw0KGgo="})",
       add},
      {"blob.get",
       Writes::no,
       "Il contenuto di un file di una scheda, se è su questo dispositivo.",
       "The content of a record's file, if it is on this device.",
       {{"record", ArgKind::id, true, "la scheda", "the record"},
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
       "blobs (record, short, type, dossier, field, label, media_type, size, content, state: here, "
       "both, elsewhere, refused, unknown; moved, total, text, why_it?, why_en?), to_send, "
       "to_fetch, refused",
       R"({"command": "blob.list"})",
       list},
  };
}

}  // namespace insieme::client::commands
