// archive.export: everything, a dossier, or what concerns a person, as lines of JSON.
#include <algorithm>
#include <map>

#include "commands/exchange/archive.hpp"
#include "commands/exchange/archive_names.hpp"
#include "commands/exchange/commands.hpp"
#include "commands/exchange/files.hpp"
#include "commands/records/record_source.hpp"
#include "exports/archive.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kEventEvery = 200;

struct Archive {
  std::string scope;
  std::vector<ArchivedDossier> dossiers;
};

Outcome<Archive> chosen(Context& context) {
  if (context.has("person")) {
    INSIEME_OUT_ASSIGN(const RecordRef record, find_record(context, context.text("person")));
    INSIEME_OUT_ASSIGN(auto dossiers, archive_of_person(context, record));
    return Archive{"person", std::move(dossiers)};
  }
  std::optional<sync::DossierId> only;
  if (context.has("dossier")) {
    INSIEME_OUT_ASSIGN(const DossierRef dossier, find_dossier(context, context.text("dossier")));
    only = dossier.id;
  }
  INSIEME_OUT_ASSIGN(auto dossiers, archive_all(context, only));
  return Archive{only ? "dossier" : "all", std::move(dossiers)};
}

json::object part_line(const StoredRecord& part, const sync::PolicyLookup& policy,
                       const ArchiveNames& names) {
  json::object line{{"record", names.of(part.ref.id)},
                    {"type", part.ref.type},
                    {"section", part.ref.document.section}};
  if (part.state.lifecycle() == sync::Lifecycle::retracted) line["retracted"] = true;
  line["fields"] = exports::archive_fields(
      part.state, policy, [&names](const sync::RecordId& id) { return names.of(id); });
  return line;
}

Outcome<ArchiveNames> names_in(Context& context, const Archive& archive) {
  ArchiveNames names;
  for (const ArchivedDossier& dossier : archive.dossiers) {
    for (const RecordRef& ref : dossier.parts) {
      const schema::RecordType* type = context.bundle().find_type(ref.type);
      if (type == nullptr || type->natural_key.empty()) continue;
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
      names.note(*type, dossier.id, dossier.root, rule_record(facets));
    }
  }
  return names;
}

/// Whoever asks for their data learns from the file itself what it could not look into.
json::object dossier_line(const ArchivedDossier& dossier, bool of_person) {
  json::object line{{"dossier", sync::to_text(dossier.root)}, {"type", dossier.type}};
  if (of_person && !dossier.left_out.empty()) {
    line["left_out"] = json::array(dossier.left_out.begin(), dossier.left_out.end());
  }
  return line;
}

json::array left_out_json(const Context& context, const Archive& archive) {
  json::array out;
  for (const ArchivedDossier& dossier : archive.dossiers) {
    for (const std::string& name : dossier.left_out) {
      const schema::Section* section = context.bundle().find_section(name);
      out.push_back(json::object{
          {"dossier", sync::to_text(dossier.id)},
          {"title", dossier.title},
          {"section", name},
          {"label", section == nullptr ? name : section->label.in(context.language)}});
    }
  }
  return out;
}

Outcome<json::object> run(Context& context) {
  INSIEME_OUT_ASSIGN(const Archive archive, chosen(context));
  INSIEME_OUT_ASSIGN(const ArchiveNames names, names_in(context, archive));
  const sync::PolicyLookup policy = [&](std::string_view type, std::string_view field) {
    return context.bundle().policy(type, field);
  };
  std::vector<json::object> lines;
  lines.push_back({{"insieme_archive", 1},
                   {"scope", archive.scope},
                   {"schema", context.bundle().name},
                   {"schema_version", context.bundle().version},
                   {"dossiers", archive.dossiers.size()}});
  std::uint64_t records = 0;
  for (const ArchivedDossier& dossier : archive.dossiers) {
    lines.push_back(dossier_line(dossier, archive.scope == "person"));
    std::vector<std::pair<std::string, json::object>> parts;
    for (const RecordRef& ref : dossier.parts) {
      INSIEME_OUT_ASSIGN(const StoredRecord part, context.store().record(ref));
      note_opened(context, ref.document);
      parts.emplace_back(ref.document.section + "\n" + ref.type + "\n" + names.of(ref.id),
                         part_line(part, policy, names));
      if (context.events && ++records % kEventEvery == 0) {
        context.events(json::serialize(json::object{{"event", "archive"}, {"done", records}}));
      }
    }
    // By what does not change when the archive is taken back.
    std::sort(parts.begin(), parts.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [key, line] : parts) lines.push_back(std::move(line));
  }
  const std::string content = exports::sealed_lines(lines);
  json::object out{
      {"scope", archive.scope},
      {"dossiers", number_text(std::uint64_t{archive.dossiers.size()})},
      {"parts", number_text(std::uint64_t{lines.size() - 1 - archive.dossiers.size()})}};
  if (archive.scope == "person") out["left_out"] = left_out_json(context, archive);
  if (!context.has("path")) {
    out["content"] = content;
    return out;
  }
  INSIEME_OUT(write_new_file(context.text("path"), content));
  out["path"] = context.text("path");
  return out;
}

}  // namespace

std::vector<CommandSpec> archive_export_commands() {
  return {
      {"archive.export",
       Writes::no,
       "Scrive tutto ciò che è qui, un fascicolo, o ciò che riguarda una persona (accesso ai "
       "propri "
       "dati), in righe JSON leggibili da chiunque e riprese da archive.import.",
       "Writes everything that is here, a dossier, or what concerns a person (access to one's own "
       "data), as lines of JSON that anybody can read and archive.import takes back.",
       {{"dossier", ArgKind::id, false, "solo questo fascicolo", "this dossier only"},
        {"person", ArgKind::id, false,
         "solo ciò che riguarda questa persona o questo componente di un nucleo",
         "only what concerns this person or member of a household"},
        {"path", ArgKind::text, false, "file nuovo; senza, il contenuto è nella risposta",
         "a new file; without it the content is in the reply"}},
       "scope (all, dossier, person), dossiers, parts (a record has one for each section), "
       "left_out (of a person: sections of these dossiers that this account does not hold, and "
       "that somebody else has to add: dossier, title, section, label), path or content",
       R"({"command": "archive.export", "path": "spazio.jsonl"})",
       run},
  };
}

}  // namespace insieme::client::commands
