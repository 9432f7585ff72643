#include "replay/dump.hpp"

#include <algorithm>

#include "replay/json.hpp"

namespace insieme::replay {
namespace {

using sync::FieldState;

/// `separator` before all elements but the first.
template <class List, class Write>
void append_list(std::string& out, const List& list, Write&& write) {
  out.push_back('[');
  bool first = true;
  for (const auto& element : list) {
    if (!first) out.push_back(',');
    first = false;
    write(element);
  }
  out.push_back(']');
}

void append_strings(std::string& out, const std::vector<std::string>& list) {
  append_list(out, list, [&](const std::string& text) { append_string(out, text); });
}

/// What a script can write: strings, numbers, truth values, null.
void append_value(std::string& out, const sync::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_string(out, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    out += std::to_string(*number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    append_real(out, *real);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out += *truth ? "true" : "false";
  } else {
    out += "null";
  }
}

/// Byte order: strings by their own bytes, before all others by the bytes of their JSON.
struct ValueOrder {
  bool is_other;
  std::string bytes;
  std::string json;
  friend bool operator<(const ValueOrder& a, const ValueOrder& b) {
    return a.is_other != b.is_other ? b.is_other : a.bytes < b.bytes;
  }
};

void append_register(std::string& out, const FieldState* field) {
  out += R"({"display":)";
  const sync::Survivor* shown = field == nullptr ? nullptr : sync::displayed(*field);
  if (shown == nullptr) {
    out += "null";
  } else {
    append_value(out, shown->value);
  }
  std::vector<ValueOrder> values;
  if (field != nullptr) {
    for (const sync::Value& value : sync::distinct_values(*field)) {
      std::string json;
      append_value(json, value);
      const auto* text = std::get_if<std::string>(&value);
      values.push_back(ValueOrder{text == nullptr, text == nullptr ? json : *text, json});
    }
  }
  std::sort(values.begin(), values.end());
  out += R"(,"values":)";
  append_list(out, values, [&](const ValueOrder& value) { out += value.json; });
  out.push_back('}');
}

void append_credit(std::string& out, const FieldState* field, const std::vector<Named>& replicas) {
  static const sync::EscrowState kNothing;
  const sync::EscrowState& escrow = field == nullptr ? kNothing : field->escrow;
  out += R"({"provisional":)" + std::to_string(escrow.provisional()) + R"(,"rights":{)";
  bool first = true;
  for (const Named& replica : replicas) {
    if (!first) out.push_back(',');
    first = false;
    append_string(out, replica.name);
    out += ":" + std::to_string(escrow.rights(replica.id));
  }
  out += R"(},"spent":)" + std::to_string(escrow.spent()) + "}";
}

void append_tags(std::string& out, const FieldState* field) {
  std::vector<std::string> tags;
  if (field != nullptr) {
    for (const sync::SetMember& member : field->members) {
      if (const auto* tag = std::get_if<std::string>(&member.element)) tags.push_back(*tag);
    }
  }
  std::sort(tags.begin(), tags.end());
  append_strings(out, tags);
}

sync::RegisterPolicy policy(std::string_view, std::string_view field) {
  return field == "auto" ? sync::RegisterPolicy::automatic : sync::RegisterPolicy::review;
}

/// Null for a text's overlap, which stands in `flags`.
const char* item_name(sync::ItemKind kind) {
  switch (kind) {
    case sync::ItemKind::concurrent_values: return "concurrent-values";
    case sync::ItemKind::edited_after_retraction: return "edited-after-retraction";
    case sync::ItemKind::concurrent_lifecycle: return "concurrent-lifecycle";
    case sync::ItemKind::provisional_spend: return "provisional-spend";
    case sync::ItemKind::edited_after_closure:  // nothing is closed there
    case sync::ItemKind::text_overlap: break;
  }
  return nullptr;
}

void sort_out(std::vector<std::string>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

void append_record(std::string& out, const sync::RecordState& record,
                   const std::vector<Named>& replicas) {
  out += R"({"fields":{"auto":)";
  append_register(out, record.field("auto"));
  out += R"(,"credit":)";
  append_credit(out, record.field("credit"), replicas);
  const FieldState* n = record.field("n");
  out += R"(,"n":)" + std::to_string(n == nullptr ? 0 : sync::counter_total(*n));
  const FieldState* note = record.field("note");
  out += R"(,"note":)";
  append_string(out, note == nullptr ? std::string_view() : std::string_view(note->text.text()));
  out += R"(,"reg":)";
  append_register(out, record.field("reg"));
  out += R"(,"tags":)";
  append_tags(out, record.field("tags"));
  std::vector<std::string> flags;
  std::vector<std::string> items;
  for (const sync::ReviewItem& item : sync::review_items(record, policy)) {
    if (const char* name = item_name(item.kind)) {
      items.emplace_back(name);
    } else {
      flags.push_back(item.field);
    }
  }
  sort_out(flags);
  sort_out(items);
  out += R"(},"flags":)";
  append_strings(out, flags);
  out += R"(,"items":)";
  append_strings(out, items);
  const bool active = record.lifecycle() == sync::Lifecycle::active;
  out += active ? R"(,"lifecycle":"active"})" : R"(,"lifecycle":"retracted"})";
}

}  // namespace

std::string dump_document(const sync::Document& document, const std::string& on,
                          const std::vector<Named>& replicas,
                          const std::map<sync::RecordId, std::string>& records) {
  std::map<std::string_view, const sync::RecordState*> by_name;
  for (const auto& [id, record] : document.records()) by_name[records.at(id)] = &record;
  std::string out = R"({"digest":)";
  append_string(out, sync::to_hex(document.state_digest()));
  out += R"(,"on":)";
  append_string(out, on);
  out += R"(,"records":{)";
  bool first = true;
  for (const auto& [name, record] : by_name) {
    if (!first) out.push_back(',');
    first = false;
    append_string(out, name);
    out.push_back(':');
    append_record(out, *record, replicas);
  }
  out += "}}";
  return out;
}

}  // namespace insieme::replay
