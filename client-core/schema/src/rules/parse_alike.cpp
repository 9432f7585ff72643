// `alike` in files under rules/: what may be one thing written twice. Names of types and fields are
// checked here.

#include <algorithm>
#include <array>

#include "insieme/schema/alike.hpp"
#include "parse.hpp"
#include "rules/parse_alike.hpp"

namespace insieme::schema::detail {
namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 3> kMethods{"people", "households", "overlap"};

struct FieldKey {
  const char* key;
  std::string Alike::*member;
  bool required;
  std::vector<FieldKind> kinds;
};

const std::vector<FieldKey>& keys_of(AlikeMethod method) {
  using Kind = FieldKind;
  static const std::vector<FieldKey> kPeople{
      {"surname", &Alike::surname, true, {Kind::string}},
      {"given_names", &Alike::given_names, true, {Kind::string}},
      {"birth_date", &Alike::birth_date, false, {Kind::date}},
      {"tax_code", &Alike::tax_code, false, {Kind::string}},
      {"phones", &Alike::phones, false, {Kind::strings}},
      {"sex", &Alike::sex, false, {Kind::code}},
  };
  static const std::vector<FieldKey> kHouseholds{};
  static const std::vector<FieldKey> kOverlap{
      {"from", &Alike::from, true, {Kind::date, Kind::instant}},
      {"to", &Alike::to, false, {Kind::date, Kind::instant}},
      {"minutes", &Alike::minutes, false, {Kind::integer}},
      {"shares", &Alike::shares, false, {Kind::references}},
      {"differs", &Alike::differs, false, {Kind::string, Kind::code}},
  };
  switch (method) {
    case AlikeMethod::people:
      return kPeople;
    case AlikeMethod::households:
      return kHouseholds;
    case AlikeMethod::overlap:
      break;
  }
  return kOverlap;
}

class AlikeReader {
 public:
  AlikeReader(const json::value& value, const Place& place, const Bundle& bundle, Faults& faults)
      : bundle_(bundle), faults_(faults), reader_(value, place, faults) {}

  std::optional<Alike> read() {
    if (!reader_.is_object()) return std::nullopt;
    out_.name = reader_.name("name");
    const std::string method = reader_.string("method", true);
    const auto known = std::find(kMethods.begin(), kMethods.end(), method);
    if (known == kMethods.end()) {
      if (!method.empty()) reader_.fault("method", "is none of people, households, overlap");
      return std::nullopt;
    }
    out_.method = static_cast<AlikeMethod>(known - kMethods.begin());
    out_.kind = reader_.string("kind", true);
    if (const CodeList* list = bundle_.find_list("finding_kinds");
        list != nullptr && list->find(out_.kind) == nullptr) {
      reader_.fault("kind", "the code list \"finding_kinds\" has no code \"" + out_.kind + "\"");
    }
    read_types();
    for (const FieldKey& key : keys_of(out_.method)) read_field(key);
    read_person();
    if (out_.method == AlikeMethod::households) read_through();
    if (reader_.find("equal") != nullptr) out_.equal = reader_.strings("equal");
    for (std::size_t i = 0; i < out_.equal.size(); ++i) {
      in_all(reader_.place().at("equal").at(i), out_.equal[i], {});
    }
    out_.message = reader_.label("message", true);
    out_.remedy = reader_.label("remedy", true);
    out_.source = reader_.string("source", true);
    if (reader_.find("rows") != nullptr) out_.rows = reader_.strings("rows");
    reader_.finish();
    if (types_.empty()) return std::nullopt;
    return std::move(out_);
  }

 private:
  void read_types() {
    out_.types = reader_.strings("types", true);
    for (std::size_t i = 0; i < out_.types.size(); ++i) {
      const RecordType* type = bundle_.find_type(out_.types[i]);
      if (type == nullptr) {
        faults_.add(reader_.place().at("types").at(i),
                    "no record type is called \"" + out_.types[i] + "\"");
      } else {
        types_.push_back(type);
      }
    }
  }
  void read_field(const FieldKey& key) {
    out_.*key.member = reader_.string(key.key, key.required);
    if (!(out_.*key.member).empty()) {
      in_all(reader_.place().at(key.key), out_.*key.member, key.kinds);
    }
  }
  /// Only one of the types refers to another: it need not stand in all.
  void read_person() {
    if (out_.method != AlikeMethod::people) return;
    out_.person = reader_.string("person");
    if (out_.person.empty()) return;
    const bool found = std::any_of(types_.begin(), types_.end(), [this](const RecordType* type) {
      const Field* field = type->find_field(out_.person);
      return field != nullptr && field->kind == FieldKind::reference;
    });
    if (!found) reader_.fault("person", "is a reference of none of the types");
  }
  void read_through() {
    out_.through = reader_.string("through", true);
    const bool found =
        std::any_of(bundle_.alike.begin(), bundle_.alike.end(), [this](const Alike& one) {
          return one.name == out_.through && one.method == AlikeMethod::people;
        });
    if (!found && !out_.through.empty()) {
      reader_.fault("through", "no earlier entry of method people is called so");
    }
  }
  void in_all(const Place& place, const std::string& name, const std::vector<FieldKind>& kinds) {
    for (const RecordType* type : types_) {
      const Field* field = type->find_field(name);
      if (field == nullptr) {
        faults_.add(place, "\"" + type->name + "\" has no field called \"" + name + "\"");
      } else if (!kinds.empty() &&
                 std::find(kinds.begin(), kinds.end(), field->kind) == kinds.end()) {
        faults_.add(place, "\"" + name + "\" has kind " + std::string(name_of(field->kind)));
      }
    }
  }

  const Bundle& bundle_;
  Faults& faults_;
  ObjectReader reader_;
  std::vector<const RecordType*> types_;
  Alike out_;
};

}  // namespace

std::optional<Alike> read_alike(const json::value& value, const Place& place, const Bundle& bundle,
                                Faults& faults) {
  return AlikeReader(value, place, bundle, faults).read();
}

}  // namespace insieme::schema::detail
