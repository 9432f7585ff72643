#include "reports/replay.hpp"

#include "storage/rows.hpp"

namespace insieme::server {

Status replay_documents(Repository& repository, const std::set<std::string>& sections,
                        const std::function<void(const sync::Document&)>& visit) {
  for (const sync::DocumentId& id : repository.documents()) {
    if (sections.count(id.section) == 0) continue;
    const auto key = repository.dossier_key(id.dossier);
    if (!key) continue;
    sync::Document document(id, *key);
    Status status;
    repository.visit_document(id, [&](const LogEntry& entry) {
      std::optional<std::span<const std::uint8_t>> body;
      if (entry.body) body = *entry.body;
      const auto delivered = document.deliver(make_change(entry.header, body));
      if (!delivered.ok()) {
        status = {delivered.error().code, "document " + sync::to_text(id) + " at " +
                                              std::to_string(entry.position) + ": " +
                                              delivered.error().detail};
      }
      return status.ok();
    });
    if (!status.ok()) return status;
    visit(document);
  }
  return {};
}

}  // namespace insieme::server
