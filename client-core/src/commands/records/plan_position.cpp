// Where a record stands in a list that people order by hand: its siblings are the records of its
// type in its dossier.
#include <algorithm>

#include "commands/records/plan.hpp"
#include "insieme/sync/position.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPage = 1'000;

struct Sibling {
  std::string position;
  sync::RecordId id;
};

Outcome<std::vector<Sibling>> siblings_of(FieldTask& task, const RecordRef& ref) {
  std::vector<Sibling> siblings;
  ListQuery query;
  query.type = ref.type;
  query.dossier = ref.document.dossier;
  query.limit = kPage;
  while (true) {
    INSIEME_OUT_ASSIGN(const auto lines, task.context.store().list(query));
    for (const RecordLine& line : lines) {
      if (line.ref.id == ref.id) continue;
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(task.context, line.ref));
      const sync::FieldState* state = facets.field(task.field.name);
      const sync::Survivor* shown = state != nullptr ? sync::displayed(*state) : nullptr;
      const auto* text = shown != nullptr ? std::get_if<std::string>(&shown->value) : nullptr;
      if (text != nullptr && sync::is_position(*text)) siblings.push_back({*text, line.ref.id});
    }
    if (lines.size() < kPage) break;
    query.offset += kPage;
  }
  std::sort(siblings.begin(), siblings.end(), [](const Sibling& a, const Sibling& b) {
    return a.position != b.position ? a.position < b.position : a.id < b.id;
  });
  return siblings;
}

/// How many siblings stand before the place that is asked for.
Outcome<std::size_t> place_asked(FieldTask& task, const std::vector<Sibling>& siblings) {
  const Failure unfit(
      "invalid_value",
      task.field.label.it + ": si scrive «first», «last», {\"after\": id} o {\"before\": id}.",
      task.field.label.en + ": write “first”, “last”, {\"after\": id} or {\"before\": id}.",
      task.field.name);
  if (const json::string* word = task.input.if_string()) {
    if (*word == "first") return std::size_t{0};
    if (*word == "last") return siblings.size();
    return unfit;
  }
  const json::object* parts = task.input.if_object();
  if (parts == nullptr || parts->size() != 1) return unfit;
  const bool after = find(*parts, "after") != nullptr;
  const std::string named = text_at(*parts, after ? "after" : "before");
  if (named.empty()) return unfit;
  INSIEME_OUT_ASSIGN(const sync::RecordId id, find_record_id(task.context, named));
  for (std::size_t i = 0; i < siblings.size(); ++i) {
    if (siblings[i].id == id) return i + (after ? 1 : 0);
  }
  return Failure("not_found", task.field.label.it + ": quella scheda non è in questo elenco.",
                 task.field.label.en + ": that record is not in this list.", task.field.name);
}

}  // namespace

Check plan_position(FieldTask& task, const RecordRef& ref) {
  INSIEME_OUT_ASSIGN(const std::vector<Sibling> siblings, siblings_of(task, ref));
  INSIEME_OUT_ASSIGN(std::size_t at, place_asked(task, siblings));
  // Between two of one place nothing fits: behind both of them.
  while (at > 0 && at < siblings.size() && siblings[at - 1].position == siblings[at].position) ++at;
  const std::string before = at == 0 ? "" : siblings[at - 1].position;
  const std::string after = at == siblings.size() ? "" : siblings[at].position;
  const sync::FieldState* state =
      task.part != nullptr ? task.part->state.field(task.field.name) : nullptr;
  if (const sync::Survivor* shown = state != nullptr ? sync::displayed(*state) : nullptr) {
    task.after = {shown->value};
    const auto* now = std::get_if<std::string>(&shown->value);
    // It stands there already.
    if (now != nullptr && before < *now && (after.empty() || *now < after)) return Done{};
  }
  auto position = sync::position_between(before, after, ref.id);
  if (!position.ok()) {
    return Failure("limit_exceeded",
                   task.field.label.it + ": qui non c'è più posto, sposta prima una vicina.",
                   task.field.label.en + ": there is no room left here, move a neighbour first.",
                   task.field.name);
  }
  task.after = {sync::Value{*position}};
  task.actions.emplace_back(sync::WriteOp{sync::Value{*std::move(position)}});
  return Done{};
}

}  // namespace insieme::client::commands
