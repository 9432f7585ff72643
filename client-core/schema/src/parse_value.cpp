// From what a person types to values.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "insieme/schema/own_values.hpp"
#include "insieme/schema/text.hpp"
#include "insieme/schema/validate.hpp"
#include "insieme/sync/blob.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/position.hpp"
#include "local_time.hpp"
#include "number_text.hpp"

namespace insieme::schema {

namespace {

/// English first, Italian behind a line end.
Error wrong(const std::string& en, const std::string& it) {
  return {ErrorCode::invalid_argument, en + "\n" + it};
}

Result<std::int64_t> parse_integer(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.front() == '-';
  if (negative || rest.front() == '+') rest.remove_prefix(1);
  if (rest.empty()) return wrong("this is not a whole number", "non è un numero intero");
  std::int64_t out = 0;
  for (const char c : rest) {
    if (c < '0' || c > '9') {
      return wrong("this is not a whole number without separators",
                   "non è un numero intero senza separatori");
    }
    const int digit = c - '0';
    if (out > (std::numeric_limits<std::int64_t>::max() - digit) / 10) {
      return wrong("the number is too large", "il numero è troppo grande");
    }
    out = out * 10 + digit;
  }
  return negative ? -out : out;
}

Result<double> parse_real(std::string_view text) {
  std::string plain(text);
  if (std::count_if(plain.begin(), plain.end(), [](char c) { return c == ',' || c == '.'; }) > 1) {
    return wrong("write the number with one comma and without thousands separators",
                 "il numero va con una sola virgola e senza separatori delle migliaia");
  }
  std::replace(plain.begin(), plain.end(), ',', '.');
  if (plain.find_first_not_of("+-.0123456789eE") != std::string::npos) {
    return wrong("this is not a number", "non è un numero");
  }
  const auto out = detail::real_from(plain);
  if (!out) return wrong("this is not a number", "non è un numero");
  return *out == 0 ? 0.0 : *out;  // never -0
}

Result<bool> parse_boolean(std::string_view text) {
  const std::string word = fold_case(compose_nfc(text));
  for (const char* yes : {"sì", "si", "s", "vero", "x", "yes", "y", "true", "1"}) {
    if (word == yes) return true;
  }
  for (const char* no : {"no", "n", "falso", "false", "0"}) {
    if (word == no) return false;
  }
  return wrong("answer yes or no", "si risponde sì o no");
}

Result<std::string> parse_code(const Field& field, std::string_view text, const Bundle& bundle) {
  const CodeList* list = bundle.find_list(field.list);
  if (list == nullptr) return Error{ErrorCode::not_found, "no code list \"" + field.list + "\""};
  if (list->find(text) != nullptr) return std::string(text);
  const std::string folded = fold_case(text);
  for (const CodeValue& value : list->values) {
    if (fold_case(value.code) == folded || fold_case(value.label.it) == folded ||
        fold_case(value.label.en) == folded) {
      return value.code;
    }
    const auto others = value.other_spellings();
    if (std::any_of(others.begin(), others.end(),
                    [&folded](const std::string& one) { return fold_case(one) == folded; })) {
      return value.code;
    }
  }
  // One that the space added and that is not here yet: it has the shape that only such have.
  if (is_own_code(text) && is_open_list(bundle, field.list)) return std::string(text);
  return wrong("this is none of the values of the list \"" + field.list + "\"",
               "non è una voce dell'elenco «" + field.list + "»");
}

/// `06/2021`, `6/2021` or `2021-06` as `2021-06`.
Result<std::string> parse_month(std::string_view text) {
  const std::size_t slash = text.find('/');
  std::string iso(text);
  if (slash != std::string_view::npos) {
    iso = std::string(text.substr(slash + 1)) + "-" + (slash == 1 ? "0" : "") +
          std::string(text.substr(0, slash));
  }
  if (!date_from_iso(iso + "-01")) {
    return wrong("this is not a month such as 06/2021", "non è un mese come 06/2021");
  }
  return iso;
}

/// `VEN 09`, `ven-09`: one spelling of the code of an area, `VEN_09`.
std::string area_code(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == ' ' || c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string with_plain_line_ends(std::string_view text) {
  if (text.find('\r') == std::string_view::npos) return std::string(text);
  std::string lines;
  lines.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      lines += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      lines += '\n';
    }
  }
  return lines;
}

Result<std::string> parse_words(const Field& field, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    return wrong("the text contains a zero byte", "il testo contiene un byte zero");
  }
  std::string out = compose_nfc(with_plain_line_ends(text));
  if (field.format == TextFormat::month) return parse_month(out);
  if (field.format == TextFormat::area_code) return area_code(trim(out));
  const bool is_identifier =
      field.format == TextFormat::codice_fiscale || field.format == TextFormat::cup ||
      field.format == TextFormat::iban || field.format == TextFormat::belfiore;
  if (is_identifier) {
    std::string code;
    for (const char c : out) {
      if (c == ' ') continue;
      code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return code;
  }
  const std::size_t limit =
      field.merge == MergeKind::text ? sync::kTextBytesMax : sync::kStringBytesMax;
  if (out.size() > limit) {
    const std::string bytes = std::to_string(limit);
    return Error{ErrorCode::limit_exceeded, "the text is too long: at most " + bytes + " bytes\n" +
                                                "il testo è troppo lungo: al massimo " + bytes +
                                                " byte"};
  }
  return out;
}

bool read_digests(std::string_view text, sync::BlobRef& blob) {
  const std::size_t space = text.find(' ');
  if (!sync::from_hex(text.substr(0, space), blob.content.bytes).ok()) return false;
  if (space == std::string_view::npos) return true;
  return sync::from_hex(text.substr(space + 1), blob.name.bytes).ok() && !blob.name.is_zero();
}

/// `image/jpeg 120345 9f2c… [a01b…]`: media type, size, digest of the content, and the name under
/// which the bytes are kept, if they are.
Result<sync::Bytes> parse_blob(std::string_view text) {
  const auto malformed = [] {
    return wrong("this is not a media type, a size and a digest",
                 "non sono tipo, dimensione e impronta");
  };
  const std::size_t first = text.find(' ');
  const std::size_t second = text.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return malformed();
  const std::string_view size = text.substr(first + 1, second - first - 1);
  sync::BlobRef blob;
  blob.media_type = std::string(text.substr(0, first));
  const char* end = size.data() + size.size();
  const auto parsed = std::from_chars(size.data(), end, blob.size);
  const bool fine = !size.empty() && parsed.ec == std::errc{} && parsed.ptr == end &&
                    read_digests(text.substr(second + 1), blob);
  if (!fine) return malformed();
  auto encoded = sync::encode_blob_ref(blob);
  return encoded.ok() ? encoded : malformed();
}

Result<std::string> parse_position(std::string_view text) {
  if (sync::is_position(text)) return std::string(text);
  return wrong("this is not a place in a list", "non è un posto in un elenco");
}

/// A Result of one alternative as a Result of a Value.
template <class T>
Result<sync::Value> as_value(Result<T> result) {
  if (!result.ok()) return result.error();
  // Not `return Value{…}`: g++ 12 then warns about freeing what was never allocated.
  Result<sync::Value> out{sync::Value{}};
  out->template emplace<T>(std::move(*result));
  return out;
}

}  // namespace

Result<sync::Value> value_from_text(const Field& field, std::string_view text,
                                    const Bundle& bundle) {
  if (!sync::is_valid_utf8(text)) {
    return {ErrorCode::malformed, "this is not valid UTF-8\nnon è UTF-8 valido"};
  }
  text = trim(text);
  if (text.empty()) return sync::Value{sync::Null{}};
  switch (field.kind) {
    case FieldKind::string:
    case FieldKind::strings:
    case FieldKind::text: return as_value(parse_words(field, text));
    case FieldKind::integer:
    case FieldKind::counter:
    case FieldKind::escrow: return as_value(parse_integer(text));
    case FieldKind::real: return as_value(parse_real(text));
    case FieldKind::money: return as_value(parse_cents(text));
    case FieldKind::date: return as_value(detail::parse_date(text));
    case FieldKind::instant: return as_value(detail::parse_instant(text));
    case FieldKind::boolean: return as_value(parse_boolean(text));
    case FieldKind::code:
    case FieldKind::codes: return as_value(parse_code(field, compose_nfc(text), bundle));
    case FieldKind::blob:
    case FieldKind::blobs: return as_value(parse_blob(text));
    case FieldKind::position: return as_value(parse_position(text));
    case FieldKind::reference:
    case FieldKind::references: {
      INSIEME_TRY_ASSIGN(const auto id, sync::id_from_text<sync::RecordId>(text));
      return sync::Value{sync::Reference{id}};
    }
  }
  return {ErrorCode::internal, "a field of no kind"};
}

Result<std::vector<sync::Value>> elements_from_text(const Field& field, std::string_view text,
                                                    const Bundle& bundle) {
  std::vector<sync::Value> out;
  while (true) {
    const std::size_t end = field.is_set() ? text.find(';') : std::string_view::npos;
    INSIEME_TRY_ASSIGN(sync::Value value, value_from_text(field, text.substr(0, end), bundle));
    const bool known = std::any_of(out.begin(), out.end(), [&value](const sync::Value& other) {
      return sync::equal(value, other);
    });
    if (!known && !std::holds_alternative<sync::Null>(value)) out.push_back(std::move(value));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

}  // namespace insieme::schema
