#include "commands/openings.hpp"

#include <algorithm>

namespace insieme::client::commands {
namespace {

/// Walks a reply. An object that names its dossier says so for all that it holds.
class Walk {
 public:
  Walk(const schema::Bundle& bundle, std::set<sync::DocumentId>& found)
      : bundle_(bundle), found_(found) {}

  void at(const json::value& value, const std::optional<sync::DossierId>& around) {
    if (const json::array* array = value.if_array()) {
      for (const json::value& one : *array) at(one, around);
    } else if (const json::object* object = value.if_object()) {
      at(*object, around);
    }
  }

  void at(const json::object& object, std::optional<sync::DossierId> dossier) {
    const std::string named = text_at(object, "dossier");
    if (const auto id = sync::id_from_text<sync::DossierId>(named); id.ok()) dossier = *id;
    std::string section = text_at(object, "section");
    const schema::RecordType* type = bundle_.find_type(text_at(object, "type"));
    if (section.empty() && !named.empty() && type != nullptr) section = type->section;
    // A field without a value shows nothing.
    const bool is_blank = find(object, "kind") != nullptr && text_at(object, "text").empty();
    if (dossier && !is_blank && !is_facet(type, section) && is_sensitive(bundle_, section)) {
      found_.insert({*dossier, section});
    }
    for (const auto& member : object) at(member.value(), dossier);
  }

 private:
  /// A line for that part of a record which lies apart: its title is the type's name. Its fields,
  /// if there are any, speak for themselves.
  [[nodiscard]] static bool is_facet(const schema::RecordType* type, const std::string& section) {
    if (type == nullptr || section == type->section) return false;
    const auto& parts = type->facet_sections();
    return std::find(parts.begin(), parts.end(), section) != parts.end();
  }

  const schema::Bundle& bundle_;
  std::set<sync::DocumentId>& found_;
};

json::object not_noted(const Error& error) {
  const Failure why(error);
  return {{"code", why.code},
          {"message_it", "L'apertura di dati riservati non è stata annotata: " + why.it +
                             " Si riprova al prossimo comando."},
          {"message_en", "That sensitive data was opened could not be noted: " + why.en +
                             " It is tried again with the next command."}};
}

}  // namespace

void Openings::note(Context& context, json::object& reply) {
  std::set<sync::DocumentId> shown = std::move(context.opened);
  Walk(context.bundle(), shown).at(reply, std::nullopt);
  if (!shown.empty()) owed_[context.purpose].merge(shown);
  while (!owed_.empty()) {
    const auto first = owed_.begin();
    const Status noted = context.store().note_openings(
        {first->second.begin(), first->second.end()}, first->first);
    if (!noted.ok()) {
      reply["not_noted"] = not_noted(noted.error());
      return;
    }
    owed_.erase(first);
  }
}

}  // namespace insieme::client::commands
