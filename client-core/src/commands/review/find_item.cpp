// Which open item somebody means.
#include <algorithm>

#include "commands/review/items.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kShortestItem = 4;

/// A record with parts in two sections may have the same question in both: each is decided for
/// itself. Meant is the one whose version was read, or else the first that is open.
const OpenItem* twin_meant(Context& context, const std::vector<const OpenItem*>& twins) {
  const auto versions = versions_from_token(context.text("version"));
  for (const OpenItem* item : twins) {
    if (versions.ok() && versions->count(item->ref.document.section) != 0) return item;
  }
  return twins.front();
}

}  // namespace

Outcome<OpenItem> find_item(Context& context, std::string_view named) {
  ItemQuery query;
  query.limit = static_cast<std::size_t>(kItemsMax);
  const std::size_t slash = named.find('/');
  std::string field;
  if (slash != std::string_view::npos) {
    INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, named.substr(0, slash)));
    query.record = ref.id;
    query.dossier = ref.document.dossier;
    field = std::string(named.substr(slash + 1));
    if (const schema::RecordType* type = context.bundle().find_type(ref.type);
        type != nullptr && !field.empty()) {
      INSIEME_OUT_ASSIGN(const schema::Field* known, find_field(*type, field));
      field = known->name;
    }
  } else {
    query.id = std::string(named);
  }
  OpenItems page;
  if (slash != std::string_view::npos || named.size() >= kShortestItem) {
    INSIEME_OUT_ASSIGN(page, context.store().open_items(query));
  }
  std::vector<const OpenItem*> found;
  for (const OpenItem& item : page.items) {
    if (!query.record || item.item.field == field) found.push_back(&item);
  }
  const bool twins = std::all_of(found.begin(), found.end(), [&](const OpenItem* item) {
    return item->id == found.front()->id && item->ref.id == found.front()->ref.id;
  });
  if (!twins) {
    return Failure("ambiguous", quoted_it(named) + " indica più di una questione.",
                   quoted_en(named) + " means more than one item.", "item");
  }
  if (!found.empty()) return *twin_meant(context, found);
  return Failure(
      "not_open", quoted_it(named) + " non è una questione aperta: forse è già stata decisa.",
      quoted_en(named) + " is not an open item: perhaps it was decided already.", "item");
}

}  // namespace insieme::client::commands
