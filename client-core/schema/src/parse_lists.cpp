// Sections and code lists.

#include "insieme/schema/civil.hpp"
#include "insieme/schema/own_values.hpp"
#include "insieme/schema/text.hpp"
#include "insieme/sync/limits.hpp"
#include "parse.hpp"

namespace insieme::schema::detail {
namespace json = boost::json;

namespace {

constexpr std::size_t kCodeBytesMax = 64;

std::optional<sync::Date> read_date(ObjectReader& reader, std::string_view key) {
  const std::string text = reader.string(key);
  if (text.empty()) return std::nullopt;
  const auto date = date_from_iso(text);
  if (!date) reader.fault(key, "must be a date such as 2021-06-01");
  return date;
}

CodeValue parse_value(ObjectReader& reader, Faults& faults) {
  CodeValue out;
  out.code = reader.string("code", true);
  if (out.code.size() > kCodeBytesMax) reader.fault("code", "is longer than 64 bytes");
  if (out.code.find(';') != std::string::npos || trim(out.code) != out.code) {
    reader.fault("code", "must not contain a semicolon, nor begin or end with a space");
  }
  out.label = reader.label("label", true);
  out.valid_from = read_date(reader, "valid_from");
  out.valid_to = read_date(reader, "valid_to");
  if (out.valid_from && out.valid_to && *out.valid_to < *out.valid_from) {
    reader.fault("valid_to", "is before valid_from");
  }
  if (const json::value* attributes = reader.find("attributes"); attributes != nullptr) {
    const Place place = reader.place().at("attributes");
    const json::object* object = attributes->if_object();
    if (object == nullptr) {
      faults.add(place, "must be an object");
    } else {
      for (const auto& member : *object) {
        const std::string key(member.key().data(), member.key().size());
        const json::string* text = member.value().if_string();
        if (text == nullptr) {
          faults.add(place.at(key), "must be a text in quotes");
        } else {
          out.attributes.emplace(key, std::string(text->data(), text->size()));
        }
      }
    }
  }
  reader.finish();
  return out;
}

/// People type labels as well as codes, so no text may mean two values of one list.
void check_distinct(const CodeList& list, const std::vector<Place>& places, Faults& faults) {
  for (const Language language : {Language::it, Language::en}) {
    NameIndex seen;
    for (std::size_t i = 0; i < list.values.size(); ++i) {
      seen.emplace(fold_case(list.values[i].code), i);
    }
    for (std::size_t i = 0; i < list.values.size(); ++i) {
      const std::string& label = list.values[i].label.in(language);
      if (label.empty()) continue;
      const auto [found, fresh] = seen.emplace(fold_case(label), i);
      if (fresh || found->second == i) continue;
      const std::string_view key = language == Language::it ? "it" : "en";
      faults.add(places[i].at("label").at(key),
                 "\"" + label + "\" already means the value \"" +
                     list.values[found->second].code + "\" of this list");
    }
    for (std::size_t i = 0; i < list.values.size(); ++i) {
      for (const std::string& spelling : list.values[i].other_spellings()) {
        const auto [found, fresh] = seen.emplace(fold_case(spelling), i);
        if (fresh || found->second == i) continue;
        faults.add(places[i].at("attributes").at("also"),
                   "\"" + spelling + "\" already means the value \"" +
                       list.values[found->second].code + "\" of this list");
      }
    }
  }
}

CodeList parse_list(ObjectReader& reader, Faults& faults) {
  CodeList out;
  out.name = reader.name("name");
  out.label = reader.label("label", true);
  out.source = reader.string("source", true);
  out.unverified = reader.boolean("unverified");
  const json::array* values = reader.array("values", true);
  std::vector<Place> places;
  if (values != nullptr) {
    if (values->empty()) reader.fault("values", "must not be empty");
    for (std::size_t i = 0; i < values->size(); ++i) {
      const Place place = reader.place().at("values").at(i);
      ObjectReader value_reader((*values)[i], place, faults);
      if (!value_reader.is_object()) continue;
      CodeValue value = parse_value(value_reader, faults);
      if (!out.value_index.emplace(value.code, out.values.size()).second) {
        faults.add(place.at("code"), "the code \"" + value.code + "\" is in this list twice");
        continue;
      }
      if (is_own_code(value.code)) {
        faults.add(place.at("code"), "begins as the codes that a space makes of its own");
      }
      out.values.push_back(std::move(value));
      places.push_back(place);
    }
  }
  reader.finish();
  check_distinct(out, places, faults);
  return out;
}

}  // namespace

void parse_sections(const json::value& root, const std::string& file, Bundle& bundle,
                    Faults& faults) {
  ObjectReader top(root, {file, ""}, faults);
  const json::array* sections = top.array("sections", true);
  top.finish();
  if (sections == nullptr) return;
  for (std::size_t i = 0; i < sections->size(); ++i) {
    ObjectReader reader((*sections)[i], Place{file, "sections"}.at(i), faults);
    if (!reader.is_object()) continue;
    Section section;
    section.name = reader.name("name");
    if (section.name.size() > sync::kSectionBytesMax) {
      reader.fault("name", "is longer than " + std::to_string(sync::kSectionBytesMax) + " bytes");
    }
    section.dossier = reader.name("dossier");
    section.sensitive = reader.boolean("sensitive");
    section.label = reader.label("label", true);
    section.help = reader.label("help", false);
    reader.finish();
    if (!bundle.section_index.emplace(section.name, bundle.sections.size()).second) {
      reader.fault("name", "the section \"" + section.name + "\" exists already");
      continue;
    }
    bundle.sections.push_back(std::move(section));
  }
}

void parse_lists(const json::value& root, const std::string& file, Bundle& bundle,
                 Faults& faults) {
  ObjectReader top(root, {file, ""}, faults);
  const json::array* lists = top.array("lists", true);
  top.finish();
  if (lists == nullptr) return;
  for (std::size_t i = 0; i < lists->size(); ++i) {
    ObjectReader reader((*lists)[i], Place{file, "lists"}.at(i), faults);
    if (!reader.is_object()) continue;
    CodeList list = parse_list(reader, faults);
    if (!bundle.list_index.emplace(list.name, bundle.lists.size()).second) {
      reader.fault("name", "the code list \"" + list.name + "\" exists already");
      continue;
    }
    bundle.lists.push_back(std::move(list));
  }
}

}  // namespace insieme::schema::detail
