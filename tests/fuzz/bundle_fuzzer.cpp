// A schema bundle in which one file is what the bytes say (first byte: which), or all of them are
// (separated by form feeds). Every text either parses or is refused with a reason for each fault.
#include <string>

#include "fuzz_input.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/schema/validate.hpp"

using namespace insieme;

namespace {

constexpr std::size_t kFiles = 4;
const char* const kNames[kFiles] = {"bundle.json", "sections.json", "lists/place.json",
                                    "types/visit.json"};
const char* const kTexts[kFiles] = {
    R"({"name": "small", "version": 1, "min_engine": 1,
        "files": ["sections.json", "lists/place.json", "types/visit.json"]})",
    R"({"sections": [{"name": "core", "dossier": "household",
        "label": {"it": "Base", "en": "Core"}}]})",
    R"({"lists": [{"name": "places", "label": {"it": "Luoghi", "en": "Places"}, "source": "x",
        "values": [{"code": "casa", "label": {"it": "Casa", "en": "Home"}}]}]})",
    R"({"name": "visit", "section": "core", "title": "{place}",
        "label": {"it": "Visita", "en": "Visit"},
        "label_plural": {"it": "Visite", "en": "Visits"},
        "fields": [{"name": "place", "kind": "code", "list": "places",
                    "label": {"it": "Luogo", "en": "Place"}}]})"};

schema::BundleFiles small_bundle() {
  schema::BundleFiles files;
  for (std::size_t i = 0; i < kFiles; ++i) files[kNames[i]] = kTexts[i];
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    fuzzing::expect(schema::parse_bundle(small_bundle()).ok());
    return 0;
  }
  std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  schema::BundleFiles files = small_bundle();
  const std::size_t which = data[0] % (kFiles + 1);
  if (which < kFiles) {
    files[kNames[which]] = rest;
  } else {
    for (const char* name : kNames) {
      files[name] = rest.substr(0, rest.find('\f'));
      rest.erase(0, files[name].size() + 1);
    }
  }
  const auto bundle = schema::parse_bundle(files);
  if (!bundle.ok()) {
    fuzzing::expect(!bundle.error().detail.empty());
    return 0;
  }
  for (const schema::RecordType& type : bundle->types) {
    fuzzing::expect(bundle->find_type(type.name) == &type);
    static_cast<void>(schema::check_record(*bundle, type, {}));
  }
  return 0;
}
