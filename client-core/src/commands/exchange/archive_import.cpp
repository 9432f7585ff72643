// archive.import: takes an archive back. It is read whole before anything is written; each dossier
// is taken in acts that a repeated request goes on with.
#include <algorithm>
#include <set>

#include "commands/exchange/archive_names.hpp"
#include "commands/exchange/commands.hpp"
#include "commands/exchange/files.hpp"
#include "commands/records/marks.hpp"
#include "commands/values.hpp"
#include "exports/archive.hpp"
#include "insieme/sync/change.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::client::commands {
namespace {

/// Of one act: it has to fit into one transaction, and each of its documents into one change.
constexpr std::size_t kActBytes = 200 * 1024;
constexpr std::size_t kActOps = 1'000;
/// Of one record: whatever act it comes into has room for it.
constexpr std::size_t kPartBytesMax = sync::kBodyBytesMax - 2 * kActBytes;
constexpr std::size_t kPartOpsMax = sync::kOpsPerChangeMax - kActOps;

struct Part {
  std::size_t line = 0;
  std::string record;
  std::string type;
  std::string section;
  bool retracted = false;
  json::object fields;
};

struct Box {
  std::string root;  ///< its name, which is its id
  std::string type;
  std::vector<Part> parts;
  bool is_here = false;
  std::optional<sync::DossierId> dossier;  ///< once it is made
};

Failure unreadable(std::size_t line, const std::string& what) {
  const std::string number = std::to_string(line);
  return Failure("malformed", "L'archivio non è leggibile alla riga " + number + ": " + what + ".",
                 "The archive cannot be read at line " + number + ": " + what + ".", "path");
}

Outcome<Part> part_from(const json::object& line, std::size_t number) {
  Part part{number, text_at(line, "record"), text_at(line, "type"), text_at(line, "section"), false,
            {}};
  const json::value* fields = find(line, "fields");
  const json::value* retracted = find(line, "retracted");
  if (part.record.empty() || part.type.empty() || fields == nullptr || !fields->is_object() ||
      !sync::is_valid_section(part.section) || part.type.size() > sync::kNameBytesMax) {
    return unreadable(number, "record, type, section, fields");
  }
  part.retracted = retracted != nullptr && retracted->is_bool() && retracted->get_bool();
  part.fields = fields->get_object();
  return part;
}

Outcome<std::vector<Box>> boxes_in(const std::vector<json::object>& lines) {
  const json::value* format = lines.empty() ? nullptr : find(lines[0], "insieme_archive");
  if (format == nullptr || !format->is_int64()) return unreadable(1, "insieme_archive");
  if (format->get_int64() != 1) {
    return Failure("wrong_version", "L'archivio è di una versione più recente del programma.",
                   "The archive is of a newer version of the program.", "path");
  }
  std::vector<Box> boxes;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (const std::string root = text_at(lines[i], "dossier"); !root.empty()) {
      boxes.push_back({root, text_at(lines[i], "type"), {}, false, {}});
      continue;
    }
    if (boxes.empty()) return unreadable(i + 1, "dossier");
    INSIEME_OUT_ASSIGN(Part part, part_from(lines[i], i + 1));
    boxes.back().parts.push_back(std::move(part));
  }
  return boxes;
}

class Importer {
 public:
  Importer(Context& context, std::vector<Box> boxes)
      : context_(context), boxes_(std::move(boxes)) {}

  /// Everything that can be known before anything is written.
  Check check() {
    std::set<std::string> roots;
    for (Box& box : boxes_) {
      const auto root = sync::id_from_text<sync::RecordId>(box.root);
      const schema::RecordType* type = context_.bundle().find_type(box.type);
      if (!root.ok() || type == nullptr || !type->root || !roots.insert(box.root).second) {
        return unreadable(box.parts.empty() ? 1 : box.parts.front().line, "dossier " + box.root);
      }
      box.is_here = context_.store().locate(root.value()).ok();
      box.dossier = random_id<sync::DossierId>(context_.platform());  // for a trial
      places_[box.root] = &box;
    }
    for (Box& box : boxes_) {
      std::set<std::pair<std::string, sync::RecordId>> seen;  // a record has one part in a section
      for (const Part& part : box.parts) {
        INSIEME_OUT(check_section(box, part));
        INSIEME_OUT_ASSIGN(const auto ops, operations(part));
        if (ops.size() > kPartOpsMax || sync::encode_body(ops).size() > kPartBytesMax) {
          return unreadable(part.line, "the record is too large");
        }
        if (!seen.emplace(part.section, ops.front().record).second) {
          return unreadable(part.line, "the record comes twice");
        }
        for (const std::string& field : exports::contested_fields(part.fields)) {
          contested_.push_back(
              json::object{{"record", part.record}, {"type", part.type}, {"field", field}});
        }
      }
    }
    return Done{};
  }

  Check write() {
    std::size_t opened = 0;
    std::size_t filled = 0;
    const Check written = write_all(opened, filled);
    if (written.ok()) return Done{};
    // Full storage, or a section that this role has not: what there is stays, and a repeated
    // request goes on.
    Failure failure = written.error();
    failure.details["opened"] = opened;
    failure.details["filled"] = filled;
    return failure;
  }

  [[nodiscard]] json::object reply(bool dry_run) const {
    std::uint64_t taken = 0;
    std::uint64_t parts = 0;
    json::array there;
    for (const Box& box : boxes_) {
      if (box.is_here) {
        there.push_back(json::object{{"root", box.root}, {"type", box.type}});
        continue;
      }
      ++taken;
      parts += box.parts.size();
    }
    return {{"dry_run", dry_run},
            {"dossiers", number_text(taken)},
            {"parts", number_text(parts)},
            {"already_here", std::move(there)},
            {"contested", contested_}};
  }

 private:
  Check write_all(std::size_t& opened, std::size_t& filled) {
    for (; opened < boxes_.size(); ++opened) INSIEME_OUT(open(boxes_[opened], opened));
    for (; filled < boxes_.size(); ++filled) INSIEME_OUT(fill(boxes_[filled], filled));
    return Done{};
  }

  /// A part lies in a section of its kind of dossier.
  Check check_section(const Box& box, const Part& part) {
    const schema::RecordType* root = context_.bundle().find_type(box.type);
    const schema::Section* home = context_.bundle().find_section(root->section);
    const schema::Section* section = context_.bundle().find_section(part.section);
    if (home != nullptr && section != nullptr && section->dossier == home->dossier) return Done{};
    return unreadable(part.line, "section " + part.section);
  }

  Outcome<std::vector<sync::Operation>> operations(const Part& part) {
    const exports::IdOf id_of = [this](std::string_view name) {
      return id_of_name(context_.bundle(), name,
                        [this](const std::string& root) -> std::optional<sync::DossierId> {
                          const auto box = places_.find(root);
                          if (box == places_.end()) return std::nullopt;
                          return box->second->dossier;
                        });
    };
    auto id = id_of(part.record);
    if (!id.ok()) return unreadable(part.line, id.error().detail);
    auto ops = exports::archive_operations(part.fields, id.value(), part.type,
                                           context_.store().identity().replica, id_of);
    if (!ops.ok()) return unreadable(part.line, ops.error().detail);
    if (ops->empty()) ops->push_back({id.value(), part.type, {}, sync::TouchOp{}, {}});
    for (const sync::Operation& op : *ops) {
      const Status sound = sync::check_operation(op);
      if (!sound.ok()) return unreadable(part.line, sound.error().detail);
    }
    return std::move(ops).value();
  }

  /// All dossiers first: what a record refers to may lie in one that comes later.
  Check open(Box& box, std::size_t number) {
    const auto root = sync::id_from_text<sync::RecordId>(box.root);
    if (box.is_here && !was_mine(number)) return Done{};
    box.is_here = false;
    const schema::RecordType* type = context_.bundle().find_type(box.type);
    INSIEME_OUT_ASSIGN(
        const json::object made,
        once(
            context_,
            [&](Writer& writer) -> Outcome<json::object> {
              const sync::DossierId dossier = writer.create_dossier();
              std::vector<sync::Operation> ops{{root.value(), box.type, {}, sync::TouchOp{}, {}}};
              INSIEME_OUT(writer.add({dossier, type->section}, std::move(ops)));
              return json::object{{"dossier", sync::to_text(dossier)}};
            },
            "#d" + std::to_string(number)));
    INSIEME_OUT_ASSIGN(box.dossier, sync::id_from_text<sync::DossierId>(text_at(made, "dossier")));
    return Done{};
  }

  /// Whether an earlier try of this very request made the dossier: then it goes on.
  bool was_mine(std::size_t number) {
    const auto asked = once(
        context_,
        [](Writer&) -> Outcome<json::object> {
          return Failure("already_exists", "è già qui", "it is here already");
        },
        "#d" + std::to_string(number));
    return asked.ok();
  }

  Check fill(Box& box, std::size_t number) {
    if (box.is_here) return Done{};
    std::size_t act = 0;
    for (std::size_t at = 0; at < box.parts.size(); ++act) {
      std::map<std::string, std::vector<sync::Operation>> by_section;
      std::size_t bytes = 0;
      std::size_t count = 0;
      while (at < box.parts.size() && bytes < kActBytes && count < kActOps) {
        const Part& part = box.parts[at];
        INSIEME_OUT_ASSIGN(std::vector<sync::Operation> ops, operations(part));
        bytes += json::serialize(part.fields).size();
        count += ops.size();
        auto& all = by_section[part.section];
        std::move(ops.begin(), ops.end(), std::back_inserter(all));
        ++at;
      }
      const std::string suffix = "#d" + std::to_string(number) + "." + std::to_string(act);
      INSIEME_OUT(add(*box.dossier, std::move(by_section), suffix));
    }
    INSIEME_OUT(retract(box, number));
    return mark(box, number);
  }

  /// A dossier that was closed is closed here, too.
  Check mark(const Box& box, std::size_t number) {
    Plan plan;
    for (const Part& part : box.parts) {
      const schema::RecordType* type = context_.bundle().find_type(part.type);
      if (type == nullptr || !marks_dossier(*type) || part.retracted) continue;
      if (part.section != type->section) continue;
      INSIEME_OUT_ASSIGN(const std::vector<sync::Operation> ops, operations(part));
      const RecordRef ref{{*box.dossier, part.section}, part.type, ops.front().record};
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context_, ref));
      INSIEME_OUT(plan_marks(context_, *type, ref, shown_values(facets), nullptr, plan));
    }
    std::map<std::string, std::vector<sync::Operation>> by_section;
    for (DocumentOps& document : plan.documents) {
      by_section[document.document.section] = std::move(document.ops);
    }
    if (by_section.empty()) return Done{};
    return add(*box.dossier, std::move(by_section), "#d" + std::to_string(number) + ".m");
  }

  /// In acts of their own: an operation of the same change is no edit that a retraction has seen.
  Check retract(Box& box, std::size_t number) {
    std::map<std::string, std::vector<sync::Operation>> by_section;
    for (const Part& part : box.parts) {
      if (!part.retracted) continue;
      INSIEME_OUT_ASSIGN(const std::vector<sync::Operation> ops, operations(part));
      by_section[part.section].push_back(
          {ops.front().record, part.type, {}, sync::RetractOp{}, {}});
    }
    if (by_section.empty()) return Done{};
    return add(*box.dossier, std::move(by_section), "#d" + std::to_string(number) + ".r");
  }

  Check add(const sync::DossierId& dossier,
            std::map<std::string, std::vector<sync::Operation>> by_section,
            const std::string& suffix) {
    const auto added = once(
        context_,
        [&](Writer& writer) -> Outcome<json::object> {
          for (auto& [section, ops] : by_section) {
            INSIEME_OUT(writer.add({dossier, section}, std::move(ops)));
          }
          return json::object{};
        },
        suffix);
    if (!added.ok()) return added.error();
    return Done{};
  }

  Context& context_;
  std::vector<Box> boxes_;
  std::map<std::string, Box*> places_;
  json::array contested_;
};

Outcome<json::object> run(Context& context) {
  std::string content = context.text("content");
  if (context.has("path")) {
    INSIEME_OUT_ASSIGN(content, read_file(context.text("path")));
  }
  const auto lines = exports::opened_lines(content);
  if (!lines.ok()) {
    return Failure(name_of(lines.error().code),
                   "Non è un archivio intero di Insieme, oppure è stato alterato: nulla è stato "
                   "importato. Farsi dare di nuovo il file di archive export.",
                   "This is no whole archive of Insieme, or it was altered: nothing was imported. "
                   "(" + lines.error().detail + ") Ask again for the file of archive export.",
                   "path");
  }
  INSIEME_OUT_ASSIGN(std::vector<Box> boxes, boxes_in(*lines));
  Importer importer(context, std::move(boxes));
  INSIEME_OUT(importer.check());
  const bool dry_run = context.flag("dry_run");
  if (!dry_run) INSIEME_OUT(importer.write());
  return importer.reply(dry_run);
}

}  // namespace

std::vector<CommandSpec> archive_import_commands() {
  return {
      {"archive.import",
       Writes::yes,
       "Riprende un archivio: fascicoli nuovi con le stesse schede. Un fascicolo che è già qui non "
       "viene toccato. L'archivio è letto per intero prima di scrivere.",
       "Takes an archive back: new dossiers with the same records. A dossier that is here already "
       "is not touched. The archive is read whole before anything is written.",
       {{"path", ArgKind::text, false, "il file", "the file"},
        {"content", ArgKind::text, false, "oppure il suo contenuto", "or its content"},
        {"dry_run", ArgKind::boolean, false, "controlla soltanto", "only check"}},
       "dry_run, dossiers, parts, already_here (root, type), contested (record, type, field: only "
       "the value shown was taken)",
       R"({"command": "archive.import", "request_id": "r-1", "path": "spazio.jsonl"})",
       run},
  };
}

}  // namespace insieme::client::commands
