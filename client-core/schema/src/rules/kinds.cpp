// Kinds of values in expressions: of fields, and in words.

#include "rules/expression.hpp"

namespace insieme::schema::rules {

Type type_of(const Field& field) {
  switch (field.kind) {
    case FieldKind::string:
    case FieldKind::text:
    case FieldKind::position:
      return {Kind::text, {}, {}};
    case FieldKind::code:
      return {Kind::text, field.list, {}};
    case FieldKind::codes:
      return {Kind::texts, field.list, {}};
    case FieldKind::strings:
    case FieldKind::blobs:
      return {Kind::texts, {}, {}};
    case FieldKind::integer:
    case FieldKind::counter:
    case FieldKind::escrow:
      return {Kind::integer, {}, {}};
    case FieldKind::real:
      return {Kind::real, {}, {}};
    case FieldKind::money:
      return {Kind::money, {}, {}};
    case FieldKind::date:
      return {Kind::date, {}, {}};
    case FieldKind::instant:
      return {Kind::instant, {}, {}};
    case FieldKind::boolean:
      return {Kind::boolean, {}, {}};
    case FieldKind::reference:
      return {Kind::reference, {}, field.target};
    case FieldKind::references:
      return {Kind::references, {}, field.target};
    case FieldKind::blob:
      return {Kind::bytes, {}, {}};
  }
  return {};
}

std::string describe(const Type& type) {
  switch (type.kind) {
    case Kind::boolean:
      return "true or false";
    case Kind::integer:
      return "a whole number";
    case Kind::money:
      return "money";
    case Kind::real:
      return "a number";
    case Kind::text:
      return type.list.empty() ? "text" : "a code of \"" + type.list + "\"";
    case Kind::date:
      return "a date";
    case Kind::instant:
      return "an instant";
    case Kind::reference:
      return "a reference to a " + type.record;
    case Kind::bytes:
      return "bytes";
    case Kind::texts:
      return "a set of texts";
    case Kind::references:
      return "a set of references";
    case Kind::record:
      return "a " + type.record;
    case Kind::nothing:
      return "null";
  }
  return "null";
}

}  // namespace insieme::schema::rules
