// From values to what a person reads.

#include "insieme/schema/validate.hpp"
#include "insieme/sync/blob.hpp"
#include "local_time.hpp"
#include "number_text.hpp"
#include "parse.hpp"

namespace insieme::schema {

namespace {

/// As few digits as tell this number from its neighbours.
std::string real_text(double number, Language language) {
  std::string out;
  for (int precision = 15; precision <= 17; ++precision) {
    out = detail::real_with_digits(number, precision);
    if (detail::real_from(out) == number) break;
  }
  const std::size_t point = out.find('.');
  if (language == Language::it && point != std::string::npos) out[point] = ',';
  return out;
}

/// As parse_blob reads it; bytes of a later engine as their digits.
std::string blob_text(const sync::Bytes& bytes) {
  const auto blob = sync::decode_blob_ref(bytes);
  if (!blob.ok()) return sync::to_hex(bytes.data);
  std::string text =
      blob->media_type + " " + std::to_string(blob->size) + " " + sync::to_hex(blob->content);
  if (!blob->name.is_zero()) text += " " + sync::to_hex(blob->name);
  return text;
}

std::string words_text(const Field& field, const std::string& words, const Bundle& bundle,
                       Language language) {
  if (const CodeList* list = bundle.find_list(field.list); list != nullptr) {
    const CodeValue* code = list->find(words);
    return code == nullptr ? words : code->label.in(language);
  }
  if (field.format == TextFormat::month && words.size() == 7 && words[4] == '-') {
    return words.substr(5) + "/" + words.substr(0, 4);
  }
  return words;
}

}  // namespace

std::string value_to_text(const Field& field, const sync::Value& value, const Bundle& bundle,
                          Language language) {
  if (const auto* words = std::get_if<std::string>(&value)) {
    return words_text(field, *words, bundle, language);
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return field.kind == FieldKind::money ? cents_to_text(*number, language)
                                          : std::to_string(*number);
  }
  if (const auto* flag = std::get_if<bool>(&value)) {
    if (language == Language::it) return *flag ? "sì" : "no";
    return *flag ? "yes" : "no";
  }
  if (const auto* number = std::get_if<double>(&value)) return real_text(*number, language);
  if (const auto* date = std::get_if<sync::Date>(&value)) return detail::date_text(*date);
  if (const auto* instant = std::get_if<sync::Instant>(&value)) {
    return detail::instant_text(*instant);
  }
  if (const auto* reference = std::get_if<sync::Reference>(&value)) {
    return sync::to_text(reference->record);
  }
  if (const auto* bytes = std::get_if<sync::Bytes>(&value)) {
    const bool refers = field.kind == FieldKind::blob || field.kind == FieldKind::blobs;
    return refers ? blob_text(*bytes) : sync::to_hex(bytes->data);
  }
  return {};
}

std::string record_title(const Bundle& bundle, const RecordType& type, const RecordValues& values,
                         Language language) {
  // The text between two fields joins them; beside an empty field it has nothing to join.
  std::string out;
  std::string between;
  std::string_view rest = type.title;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    between += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    const Field* field = type.find_field(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
    const auto found = field == nullptr ? values.end() : values.find(field->name);
    std::string shown;
    if (found != values.end()) {
      for (const sync::Value& value : found->second) {
        const std::string text = value_to_text(*field, value, bundle, language);
        if (text.empty()) continue;
        if (!shown.empty()) shown += ", ";
        shown += text;
      }
    }
    if (!shown.empty()) {
      if (!out.empty()) out += between;
      out += shown;
    }
    between.clear();
  }
  return out.empty() ? type.label.in(language) : out;
}

}  // namespace insieme::schema
