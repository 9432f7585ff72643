// What a person types into every kind of field: refused, or a value that is shown and read back;
// and bytes as a reference to a blob.
#include <string_view>

#include "fuzz_input.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/schema/codice_fiscale.hpp"
#include "insieme/schema/cup.hpp"
#include "insieme/schema/text.hpp"
#include "insieme/schema/validate.hpp"
#include "insieme/sync/blob.hpp"
#include "insieme/sync/value.hpp"

using namespace insieme;

namespace {

void try_field(const schema::Bundle& bundle, const schema::Field& field, std::string_view text) {
  static_cast<void>(schema::elements_from_text(field, text, bundle));
  const auto value = schema::value_from_text(field, text, bundle);
  if (!value.ok()) return;
  for (const auto language : {schema::Language::it, schema::Language::en}) {
    const std::string shown = schema::value_to_text(field, *value, bundle, language);
    const auto again = schema::value_from_text(field, shown, bundle);
    fuzzing::expect(again.ok() && *again == *value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (sync::is_valid_utf8(text)) {
    const std::string composed = schema::compose_nfc(text);
    fuzzing::expect(schema::compose_nfc(composed) == composed);
  }
  const sync::Bytes bytes{{data + 1, data + size}};
  if (const auto blob = sync::decode_blob_ref(bytes); blob.ok()) {
    fuzzing::expect(*sync::encode_blob_ref(*blob) == bytes);
  }
  static_cast<void>(schema::parse_cents(text));
  static_cast<void>(schema::decode_tax_code(text));
  static_cast<void>(schema::decode_cup(text));
  const schema::Bundle& bundle = schema::embedded_bundle();
  const schema::RecordType& type = bundle.types[data[0] % bundle.types.size()];
  for (const schema::Field& field : type.fields) try_field(bundle, field, text);
  return 0;
}
