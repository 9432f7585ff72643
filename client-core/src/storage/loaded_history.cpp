#include "storage/loaded_history.hpp"

#include <algorithm>

namespace insieme::client {
namespace {

bool is_among(const std::vector<sync::Dot>& dots, const sync::Dot& dot) {
  return std::find(dots.begin(), dots.end(), dot) != dots.end();
}

bool is_confirmed(const LoadedHistory& history, const sync::Dot& dot) {
  for (std::size_t i = 0; i < history.log.size(); ++i) {
    const sync::ChangeHeader& header = history.log[i].header;
    if (header.replica == dot.replica && header.seq == dot.seq) return history.confirmed[i];
  }
  return true;  // folded: everybody has it
}

LoadedHistory history_of(Core& core, const RecordRef& ref) {
  Documents documents(core, Access::read);
  const OpenDocument* document = documents.find(ref.document);
  if (document == nullptr) refuse(ErrorCode::not_found, "this dossier is not on this device");
  return load_history(core, documents, document->n);
}

}  // namespace

LoadedHistory load_history(Core& core, Documents& documents, std::int64_t document) {
  LoadedHistory history;
  history.ground = documents.ground(documents.by_number(document));
  for_each_change(core, document, [&](LoggedChange&& logged) {
    history.confirmed.push_back(logged.position.has_value());
    history.log.push_back(std::move(logged.change));
    return true;
  });
  return history;
}

std::vector<sync::Dot> replaced_behind(Core& core, const RecordRef& ref, std::string_view field,
                                       const std::vector<sync::Dot>& dots) {
  const LoadedHistory history = history_of(core, ref);
  std::vector<sync::Dot> unsure;
  for (const sync::Dot& dot : dots) {
    if (!is_confirmed(history, dot)) unsure.push_back(dot);
  }
  std::vector<sync::Dot> behind;
  for (bool deeper = !unsure.empty(); deeper;) {
    deeper = false;
    for (const sync::Dot& dot : sync::standing_without(history.view(), ref.id, field, unsure)) {
      if (is_among(dots, dot) || is_among(behind, dot)) continue;
      behind.push_back(dot);
      if (is_confirmed(history, dot)) continue;
      unsure.push_back(dot);
      deeper = true;
    }
  }
  return behind;
}

std::vector<sync::Dot> replaced_among(Core& core, const RecordRef& ref,
                                      const std::vector<sync::Dot>& dots) {
  return sync::replaced_among(history_of(core, ref).view(), dots);
}

}  // namespace insieme::client
