#include "cli/erase_preview.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <set>

#include "insieme/sync/document.hpp"

namespace insieme::server::cli {
namespace {

std::vector<sync::DocumentId> documents_of(Repository& repository,
                                           const sync::DossierId& dossier) {
  std::vector<sync::DocumentId> documents = repository.documents();
  std::erase_if(documents, [&](const sync::DocumentId& id) { return id.dossier != dossier; });
  return documents;
}

/// `visit(change)` for each change with a body.
template <class Visit>
void for_each_change(Repository& repository, const sync::DocumentId& document, Visit visit) {
  repository.visit_document(document, [&](const LogEntry& entry) {
    if (!entry.body) return true;
    auto header = sync::decode_header(entry.header);
    auto ops = sync::decode_body(*entry.body);
    if (header.ok() && ops.ok()) visit(sync::Change{*std::move(header), *std::move(ops)});
    return true;
  });
}

bool refers(const sync::Value& value, const std::set<sync::RecordId>& gone) {
  const auto* reference = std::get_if<sync::Reference>(&value);
  return reference != nullptr && gone.count(reference->record) != 0;
}

bool refers(const sync::RecordState& record, const std::set<sync::RecordId>& gone) {
  return std::any_of(record.fields.begin(), record.fields.end(), [&](const sync::FieldState& f) {
    return std::any_of(f.survivors.begin(), f.survivors.end(),
                       [&](const sync::Survivor& s) { return refers(s.value, gone); }) ||
           std::any_of(f.members.begin(), f.members.end(),
                       [&](const sync::SetMember& m) { return refers(m.element, gone); });
  });
}

void find_mentions(Repository& repository, const sync::ErasureOrder& order, Preview& preview) {
  std::set<sync::RecordId> gone;
  for (const sync::ErasureTarget& target : order.targets) gone.insert(target.record);
  const auto key = repository.dossier_key(order.dossier);
  if (!key) return;
  for (const sync::DocumentId& id : documents_of(repository, order.dossier)) {
    sync::Document document(id, *key);
    for_each_change(repository, id, [&](sync::Change change) {
      static_cast<void>(document.deliver(std::move(change)));
    });
    sync::Redaction erased;
    sync::add_order(erased, order, id.section);
    for (const auto& [record, state] : document.records()) {
      if (erased.covers(record) || !refers(state, gone)) continue;
      preview.mentions.push_back({id.section, state.type, record});
    }
  }
}

}  // namespace

Preview preview_of(Repository& repository, const sync::ErasureOrder& order) {
  Preview preview;
  for (const sync::DocumentId& document : documents_of(repository, order.dossier)) {
    sync::Redaction redaction;
    if (!sync::add_order(redaction, order, document.section)) continue;
    Preview::Section section{document.section};
    std::set<sync::RecordId> records;
    for_each_change(repository, document, [&](sync::Change change) {
      for (const sync::Operation& op : *change.ops) {
        if (!op.record.is_nil() && redaction.covers(op.record)) records.insert(op.record);
      }
      if (sync::redact(change, redaction)) ++section.changes;
    });
    section.records = records.size();
    if (section.changes != 0) preview.sections.push_back(std::move(section));
  }
  if (!order.is_whole_dossier()) find_mentions(repository, order, preview);
  return preview;
}

boost::json::object preview_json(const Preview& preview) {
  boost::json::array sections;
  for (const Preview::Section& section : preview.sections) {
    sections.push_back(boost::json::object{{"section", section.name},
                                           {"records", section.records},
                                           {"changes", section.changes}});
  }
  boost::json::array mentions;
  for (const Preview::Mention& mention : preview.mentions) {
    mentions.push_back(boost::json::object{{"section", mention.section},
                                           {"type", mention.type},
                                           {"record", sync::to_text(mention.record)}});
  }
  return boost::json::object{{"sections", std::move(sections)}, {"mentions", std::move(mentions)}};
}

std::vector<sync::RecordId> records_of(Repository& repository, const sync::DossierId& dossier) {
  std::set<sync::RecordId> records;
  for (const sync::DocumentId& document : documents_of(repository, dossier)) {
    for_each_change(repository, document, [&](const sync::Change& change) {
      for (const sync::Operation& op : *change.ops) {
        if (!op.record.is_nil()) records.insert(op.record);
      }
    });
  }
  return {records.begin(), records.end()};
}

}  // namespace insieme::server::cli
