#include "rules/compile.hpp"

namespace insieme::schema::detail {
namespace json = boost::json;

std::optional<Field> display_of(const rules::Type& type) {
  Field out;
  switch (type.kind) {
    case rules::Kind::boolean:
      out.kind = FieldKind::boolean;
      break;
    case rules::Kind::integer:
      out.kind = FieldKind::integer;
      break;
    case rules::Kind::money:
      out.kind = FieldKind::money;
      break;
    case rules::Kind::real:
      out.kind = FieldKind::real;
      break;
    case rules::Kind::date:
      out.kind = FieldKind::date;
      break;
    case rules::Kind::instant:
      out.kind = FieldKind::instant;
      break;
    case rules::Kind::text:
      out.kind = type.list.empty() ? FieldKind::string : FieldKind::code;
      out.list = type.list;
      break;
    default:
      return std::nullopt;
  }
  return out;
}

std::string ExpressionReader::joined(const json::value& value, const Place& place) {
  std::string out;
  const json::array* lines = value.if_array();
  for (std::size_t i = 0; lines != nullptr && i < lines->size(); ++i) {
    const json::string* text = (*lines)[i].if_string();
    if (text == nullptr) break;
    if (i > 0) out += ' ';
    out.append(text->data(), text->size());
    if (i + 1 == lines->size()) return out;
  }
  if (const json::string* text = value.if_string(); text != nullptr && !text->empty()) {
    return std::string(text->data(), text->size());
  }
  faults_.add(place, "must be an expression in quotes, or a list of its parts");
  return {};
}

std::shared_ptr<const Expression> ExpressionReader::compile(const Place& place,
                                                            const std::string& source,
                                                            const RecordType* type,
                                                            const Parameters& parameters) {
  rules::Fault fault;
  auto parsed = rules::parse(source, fault);
  const bool fine =
      parsed && (type == nullptr || rules::check_types(bundle_, *type, parameters, *parsed, fault));
  if (!fine) {
    faults_.add(place, "at character " + std::to_string(fault.at + 1) + ": " + fault.reason);
    return nullptr;
  }
  return std::make_shared<const Expression>(std::move(*parsed));
}

std::shared_ptr<const Expression> ExpressionReader::read(ObjectReader& reader, std::string_view key,
                                                         const RecordType* type, bool required,
                                                         const Parameters& parameters) {
  const json::value* found = reader.find(key, required);
  if (found == nullptr) return nullptr;
  const std::string source = joined(*found, reader.place().at(key));
  if (source.empty()) return nullptr;
  return compile(reader.place().at(key), source, type, parameters);
}

const RecordType* ExpressionReader::type(const ObjectReader& reader, std::string_view key,
                                         std::string_view name) {
  const RecordType* found = bundle_.find_type(name);
  if (found == nullptr) {
    std::vector<std::string_view> known;
    for (const RecordType& one : bundle_.types) known.push_back(one.name);
    reader.fault(
        key, "no record type is called \"" + std::string(name) + "\"" + suggestion(name, known));
  }
  return found;
}

}  // namespace insieme::schema::detail
