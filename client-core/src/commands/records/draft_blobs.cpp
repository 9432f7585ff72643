#include "commands/records/draft_blobs.hpp"

#include <algorithm>

#include "commands/records/blob_parts.hpp"
#include "commands/records/drafts.hpp"

namespace insieme::client::commands {
namespace {

struct DraftPlace {
  Draft draft;
  json::object content;
  const schema::Field* field = nullptr;
  sync::DocumentId document;
};

Outcome<DraftPlace> place_of(Context& context) {
  DraftPlace place;
  INSIEME_OUT_ASSIGN(place.draft, find_draft(context, context.text("draft")));
  const schema::RecordType* type = context.bundle().find_type(place.draft.ref.type);
  if (type == nullptr) {
    return Failure("unknown_type", "Questa versione non conosce il tipo della bozza.",
                   "This version does not know the draft's type.", "draft");
  }
  place.content = content_of(place.draft);
  INSIEME_OUT_ASSIGN(place.field, file_field(*type, context.text("field")));
  const sync::DocumentId& document = place.draft.ref.document;
  place.document = {document.dossier, section_of(*type, *place.field, document.section)};
  return place;
}

/// What the draft adds to a set of files; all that it holds, if it holds them as a list.
json::array added_in(const json::value* value) {
  if (value == nullptr) return {};
  if (const json::object* parts = value->if_object()) return added_in(find(*parts, "add"));
  if (const json::array* list = value->if_array()) return *list;
  json::array one;
  if (value->is_string()) one.push_back(*value);
  return one;
}

json::object& fields_of(json::object& content) {
  json::value& fields = content["fields"];
  return fields.is_object() ? fields.as_object() : fields.emplace_object();
}

void put_reference(DraftPlace& place, const std::string& text) {
  json::value& value = fields_of(place.content)[place.field->name];
  if (!place.field->is_set()) {
    value = text;
    return;
  }
  json::array all = added_in(&value);
  const json::value one(json::string{text});  // in braces it would be an array
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  if (value.is_object()) {
    value.as_object()["add"] = std::move(all);
  } else if (value.is_array()) {
    value = std::move(all);
  } else {
    value.emplace_object()["add"] = std::move(all);
  }
}

}  // namespace

Outcome<json::object> add_to_draft(Context& context) {
  Outcome<DraftPlace> place = place_of(context);
  Outcome<sync::SealedBlob> sealed = Failure{};
  if (place.ok()) sealed = seal_given(context, place->document.dossier);
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    if (!place.ok()) return place.error();
    if (!sealed.ok()) return sealed.error();
    put_reference(place.value(), reference_text(context, *place->field, sealed->reference));
    place->draft.updated_ms = context.platform().now_ms();
    place->draft.values_json = json::serialize(place->content);
    INSIEME_OUT(writer.put_blob(place->document, sealed.value()));
    INSIEME_OUT(writer.put_draft(place->draft));
    json::object out = reference_json(sealed->reference);
    out["draft"] = draft_json(context, place->draft);
    out["field"] = place->field->name;
    return out;
  });
}

Outcome<json::object> get_of_draft(Context& context) {
  INSIEME_OUT_ASSIGN(DraftPlace place, place_of(context));
  std::vector<sync::BlobRef> all;
  for (const json::value& text : added_in(find(fields_of(place.content), place.field->name))) {
    const auto value = value_from_json(*place.field, text, context.bundle());
    const auto* bytes = value.ok() ? std::get_if<sync::Bytes>(&value.value()) : nullptr;
    if (bytes == nullptr) continue;
    if (auto reference = sync::decode_blob_ref(*bytes); reference.ok()) {
      all.push_back(std::move(reference).value());
    }
  }
  return open_chosen(context, *place.field, place.document, std::move(all));
}

}  // namespace insieme::client::commands
