#include "fixture.hpp"

namespace insieme::schema::test {

namespace {

constexpr const char* kManifest = R"({
  "name": "small", "version": 3, "min_engine": 1,
  "files": ["sections.json", "lists/all.json", "types/owner.json", "types/thing.json"]
})";

constexpr const char* kSections = R"({ "sections": [
  { "name": "core", "dossier": "house", "label": { "it": "Nucleo", "en": "Core" } },
  { "name": "health", "dossier": "house", "sensitive": true,
    "label": { "it": "Salute", "en": "Health" } },
  { "name": "net", "dossier": "net", "label": { "it": "Rete", "en": "Network" } }
] })";

constexpr const char* kLists = R"({ "lists": [
  { "name": "places", "label": { "it": "Luoghi", "en": "Places" }, "source": "test", "values": [
    { "code": "casa", "label": { "it": "A casa", "en": "At home" } },
    { "code": "1", "label": { "it": "Città vecchia", "en": "Old town" },
      "valid_from": "2020-01-01", "valid_to": "2021-12-31", "attributes": { "short": "CV" } },
    { "code": "chiuso", "label": { "it": "Chiuso", "en": "Closed" } }
  ] }
] })";

constexpr const char* kOwner = R"({
  "name": "owner", "section": "core", "root": true, "title": "{name}",
  "label": { "it": "Intestatario", "en": "Owner" },
  "label_plural": { "it": "Intestatari", "en": "Owners" },
  "fields": [
    { "name": "name", "kind": "string", "label": { "it": "Nome", "en": "Name" } }
  ]
})";

constexpr const char* kThing = R"({
  "name": "thing", "section": "core", "also_sections": ["net"],
  "immutable_after": { "field": "place", "values": ["chiuso"] },
  "natural_key": ["key"], "title": "{key} · {place} · {day}",
  "label": { "it": "Cosa", "en": "Thing" },
  "label_plural": { "it": "Cose", "en": "Things" },
  "fields": [
    { "name": "key", "kind": "string", "required": true, "write_once": true, "max_length": 5,
      "pattern": "[A-Z]+", "label": { "it": "Chiave", "en": "Key" },
      "help": { "it": "Solo lettere.", "en": "Letters only." } },
    { "name": "story", "kind": "text", "search": true, "label": { "it": "Storia", "en": "Story" } },
    { "name": "size", "kind": "integer", "min": 1, "max": 10,
      "label": { "it": "Misura", "en": "Size" } },
    { "name": "weight", "kind": "real", "min": 0.5, "label": { "it": "Peso", "en": "Weight" } },
    { "name": "price", "kind": "money", "min": 0, "label": { "it": "Prezzo", "en": "Price" } },
    { "name": "day", "kind": "date", "min": "2000-01-01", "policy": "max",
      "label": { "it": "Giorno", "en": "Day" } },
    { "name": "moment", "kind": "instant", "label": { "it": "Momento", "en": "Moment" } },
    { "name": "flag", "kind": "boolean", "policy": "max",
      "label": { "it": "Sì o no", "en": "Flag" } },
    { "name": "place", "kind": "code", "list": "places", "label": { "it": "Luogo", "en": "Place" },
      "transitions": { "casa": ["1", "chiuso"], "chiuso": [] } },
    { "name": "places", "kind": "codes", "list": "places",
      "label": { "it": "Luoghi", "en": "Places" } },
    { "name": "words", "kind": "strings", "label": { "it": "Parole", "en": "Words" } },
    { "name": "owner", "kind": "reference", "target": "owner",
      "label": { "it": "Di chi", "en": "Whose" } },
    { "name": "owners", "kind": "references", "target": "owner",
      "label": { "it": "Di chi altri", "en": "Others" } },
    { "name": "count", "kind": "counter", "label": { "it": "Conteggio", "en": "Count" } },
    { "name": "photo", "kind": "blob", "policy": "auto", "label": { "it": "Foto", "en": "Photo" } },
    { "name": "month", "kind": "string", "format": "month",
      "label": { "it": "Mese", "en": "Month" } },
    { "name": "tax_code", "kind": "string", "format": "codice_fiscale", "sensitive": true,
      "pattern": "[A-Z0-9]{11,16}", "pattern_warns": true,
      "label": { "it": "Codice fiscale", "en": "Tax code" } },
    { "name": "last_day", "kind": "date", "not_before": "day",
      "required_when": { "field": "place", "values": ["chiuso"] },
      "label": { "it": "Ultimo giorno", "en": "Last day" } },
    { "name": "illness", "kind": "string", "section": "health", "sensitive": true,
      "label": { "it": "Malattia", "en": "Illness" } }
  ]
})";

}  // namespace

BundleFiles small_bundle_files() {
  return {{"bundle.json", kManifest},
          {"sections.json", kSections},
          {"lists/all.json", kLists},
          {"types/owner.json", kOwner},
          {"types/thing.json", kThing}};
}

void edit(BundleFiles& files, const std::string& file, std::string_view from,
          std::string_view to) {
  std::string& text = files[file];
  const std::size_t at = text.find(from);
  INSIEME_ASSERT(at != std::string::npos);
  INSIEME_ASSERT(text.find(from, at + 1) == std::string::npos);
  text.replace(at, from.size(), to);
}

const Bundle& small_bundle() {
  static const Bundle bundle = [] {
    auto parsed = parse_bundle(small_bundle_files());
    INSIEME_ASSERT(parsed.ok());
    return std::move(*parsed);
  }();
  return bundle;
}

const Field& field(std::string_view name) {
  const Field* found = small_bundle().find_type("thing")->find_field(name);
  INSIEME_ASSERT(found != nullptr);
  return *found;
}

}  // namespace insieme::schema::test
