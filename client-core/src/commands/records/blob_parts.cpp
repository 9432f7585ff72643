#include "commands/records/blob_parts.hpp"

#include <sodium.h>

#include <algorithm>
#include <cctype>

#include "commands/exchange/files.hpp"

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

Outcome<std::vector<std::uint8_t>> given_content(Context& context) {
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

Outcome<sync::BlobRef> choose(const schema::Field& field, std::vector<sync::BlobRef> all,
                              const std::string& content) {
  std::erase_if(all, [&](const sync::BlobRef& one) {
    return sync::to_hex(one.content).rfind(content, 0) != 0;
  });
  if (all.size() == 1) return all.front();
  const schema::Label& label = field.label;
  if (all.empty()) {
    return Failure("not_found", label.it + ": qui non c'è questo file.",
                   label.en + ": there is no such file.", "content");
  }
  const std::string count = std::to_string(all.size());
  return Failure("ambiguous", label.it + ": i file sono " + count + ", dire quale (content).",
                 label.en + ": there are " + count + " files, say which one (content).",
                 "content");
}

}  // namespace

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

Check one_holder(Context& context) {
  if (context.has("record") != context.has("draft")) return Done{};
  return Failure("invalid_argument", "Serve una scheda (record) oppure una bozza (draft).",
                 "A record or a draft is needed, one of them.", "record");
}

Outcome<sync::SealedBlob> seal_given(Context& context, const sync::DossierId& dossier) {
  INSIEME_OUT_ASSIGN(const std::vector<std::uint8_t> content, given_content(context));
  const std::string type = context.has("media_type") ? context.text("media_type")
                                                     : media_type_of(context.text("path"));
  auto sealed = context.store().seal_blob(dossier, plain_media_type(type), content);
  if (!sealed.ok()) return seal_failure(sealed.error());
  return std::move(sealed).value();
}

std::string reference_text(Context& context, const schema::Field& field,
                           const sync::BlobRef& reference) {
  const auto value = sync::encode_blob_ref(reference);
  return display(&field, *value, context.bundle(), schema::Language::en);
}

json::object reference_json(const sync::BlobRef& reference) {
  return {{"media_type", reference.media_type},
          {"size", number_text(reference.size)},
          {"content", sync::to_hex(reference.content)}};
}

Outcome<json::object> open_chosen(Context& context, const schema::Field& field,
                                  const sync::DocumentId& document,
                                  std::vector<sync::BlobRef> all) {
  INSIEME_OUT_ASSIGN(const sync::BlobRef reference,
                     choose(field, std::move(all), context.text("content")));
  note_opened(context, document);
  const auto bytes = context.store().blob(document, reference);
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

}  // namespace insieme::client::commands
