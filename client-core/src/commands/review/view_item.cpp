// What a person sees of an open item: both sides, what they parted from, what is shown meanwhile.
#include <algorithm>

#include "commands/records/marks.hpp"
#include "commands/records/rights.hpp"
#include "commands/records/view.hpp"
#include "commands/review/items.hpp"

namespace insieme::client::commands {
namespace {

/// What somebody decided about the item's field by this very operation.
std::optional<sync::Decision> decision_at(const OpenItem& item, const sync::RecordState& state,
                                          const sync::Dot& dot) {
  for (const sync::Decision& made : state.decisions) {
    if (made.mark.dot == dot && made.field == item.item.field) return made;
  }
  return {};
}

/// Who disagrees with an earlier decision about what the item is about, if somebody does.
const sync::Decision* contest_of(const OpenItem& item, const sync::RecordState& state) {
  const sync::Decision* contest = nullptr;
  for (const sync::Decision& made : state.decisions) {
    if (made.item != item.item.kind || made.field != item.item.field) continue;
    // One of the values brought back, or a decision to leave them that another's made of no effect.
    const bool is_named =
        (made.outcome == sync::Outcome::undo || made.outcome == sync::Outcome::dismiss) &&
        std::binary_search(item.item.dots.begin(), item.item.dots.end(), made.mark.dot);
    const bool disagrees = made.outcome == sync::Outcome::contest && item.item.contested;
    if (is_named || disagrees) contest = &made;
  }
  return contest;
}

void view_values(Context& context, const OpenItem& item, const sync::RecordState& state,
                 ItemView& view) {
  for (const sync::Survivor& survivor : item.item.values) {
    view.alternatives.push_back(
        {survivor.mark, survivor.value, shown_text(context, view.field, survivor.value), true,
         decision_at(item, state, survivor.mark.dot)});
  }
  for (const sync::Value& value : item.base) {
    view.base += (view.base.empty() ? "" : " / ") + shown_text(context, view.field, value);
  }
  const sync::FieldState* field = state.field(item.item.field);
  const sync::Survivor* shown =
      field == nullptr
          ? nullptr
          : sync::displayed(*field, view.field != nullptr ? view.field->policy
                                                          : schema::RegisterPolicy::review);
  if (shown != nullptr) view.now = shown_text(context, view.field, shown->value);
}

/// Each alternative is the text that choosing it makes: what nobody disagrees about is in all.
void view_texts(const OpenItem& item, const sync::RecordState& state, ItemView& view) {
  const sync::FieldState* field = state.field(item.item.field);
  if (field == nullptr) return;
  const sync::TextState& text = field->text;
  const auto settled = sync::decisions_on(state, item.item);
  for (const sync::Survivor& author : item.item.values) {
    Alternative one{author.mark, {}, {}};
    const auto splices = text.prefer(author.mark.dot, item.item.dots, settled);
    one.is_known = splices.ok();
    if (splices.ok()) {
      one.text = sync::splice_text(text.text(), *splices);
    } else if (!item.folded.empty()) {
      const auto& dots = item.item.dots;
      const auto at = std::lower_bound(dots.begin(), dots.end(), author.mark.dot) - dots.begin();
      const auto* kept = std::get_if<std::string>(&item.folded[static_cast<std::size_t>(at)]);
      if (kept != nullptr) one.text = *kept;
    }
    view.alternatives.push_back(std::move(one));
  }
  if (!item.base.empty()) {
    if (const auto* base = std::get_if<std::string>(&item.base.front())) view.base = *base;
  }
  view.now = text.text();
}

/// What was done to the record by a change that keeps it alive, in a few words.
std::string edits_of(Context& context, const std::vector<HistoryLine>& lines,
                     const schema::RecordType* type, const sync::Dot& change) {
  std::string text;
  for (const HistoryLine& line : lines) {
    if (line.dot.replica != change.replica || line.dot.seq != change.seq) continue;
    if (is_own_field(line.field)) continue;
    const schema::Field* field = type != nullptr ? type->find_field(line.field) : nullptr;
    text += text.empty() ? "" : "; ";
    text += field != nullptr ? field->label.in(context.language) : line.field;
    if (line.to) text += ": " + shown_text(context, field, *line.to);
  }
  return text;
}

void view_edits(Context& context, const OpenItem& item, ItemView& view) {
  const std::vector<HistoryLine>& lines = item.edits;
  const schema::RecordType* type = context.bundle().find_type(item.ref.type);
  for (const sync::Dot& dot : item.item.dots) {
    const bool is_voice =
        std::any_of(item.item.values.begin(), item.item.values.end(),
                    [&](const sync::Survivor& voice) { return voice.mark.dot == dot; });
    if (is_voice) continue;
    for (const HistoryLine& line : lines) {
      if (line.dot.replica != dot.replica || line.dot.seq != dot.seq) continue;
      view.alternatives.push_back(
          {{dot, line.stamp, line.author}, {}, edits_of(context, lines, type, dot)});
      break;
    }
  }
}

/// Who did it to the dossier, as far as this device's history tells.
Check view_acts(Context& context, const OpenItem& item, ItemView& view) {
  INSIEME_OUT_ASSIGN(const auto acts, acts_before(context, item));
  if (acts.empty()) return Done{};
  const sync::DocumentId& document = item.ref.document;
  INSIEME_OUT_ASSIGN(const auto lines,
                     context.store().history({document, std::string(sync::kMarksType),
                                              sync::marks_record(document.dossier)}));
  for (const auto& act : acts) {
    const auto made = std::find_if(lines.begin(), lines.end(), [&act](const HistoryLine& line) {
      return std::binary_search(act.dots.begin(), act.dots.end(), line.dot);
    });
    if (made == lines.end()) continue;
    const bool it = context.language == schema::Language::it;
    const char* dossier = it ? "il fascicolo " : "the dossier ";
    view.alternatives.push_back(
        {{made->dot, made->stamp, made->author},
         {},
         dossier + std::string(act_words(act.reason, context.language))});
  }
  return Done{};
}

void view_lives(Context& context, const OpenItem& item, const sync::RecordState& state,
                ItemView& view) {
  const bool it = context.language == schema::Language::it;
  for (const sync::Survivor& voice : item.item.values) {
    const bool restores =
        std::any_of(state.restores.begin(), state.restores.end(),
                    [&](const sync::Mark& mark) { return mark.dot == voice.mark.dot; });
    const char* words =
        restores ? (it ? "ripristinata" : "restored") : (it ? "annullata" : "retracted");
    view.alternatives.push_back({voice.mark, {}, words});
  }
  view_edits(context, item, view);
  view.now = state.lifecycle() == sync::Lifecycle::active ? (it ? "attiva" : "active")
                                                          : (it ? "annullata" : "retracted");
}

/// The amount, who spent it, what that device may still spend, and the entry that tells the rest.
Check view_spend(Context& context, const OpenItem& item, const sync::RecordState& state,
                ItemView& view) {
  for (const sync::Survivor& spend : item.item.values) {
    view.alternatives.push_back(
        {spend.mark, spend.value, shown_text(context, view.field, spend.value)});
    const sync::FieldState* field = state.field(item.item.field);
    if (field == nullptr) continue;
    const auto rights = static_cast<std::int64_t>(field->escrow.rights(spend.mark.dot.replica));
    view.now = shown_text(context, view.field, sync::Value{rights});
    INSIEME_OUT_ASSIGN(const auto entry,
                       entry_of(context, item.ref, item.item.field, spend.mark.dot));
    if (!entry) continue;
    view.entry = sync::to_text(entry->main.id);
    view.entry_text = entry_text(context, *entry);
  }
  return Done{};
}

}  // namespace

Outcome<ItemView> view_item(Context& context, const OpenItem& item) {
  const sync::RecordState& record = *item.record;
  ItemView view;
  if (const schema::RecordType* type = context.bundle().find_type(item.ref.type)) {
    view.field = type->find_field(item.item.field);
  }
  if (const sync::Decision* contest = contest_of(item, record)) view.contest = *contest;
  switch (item.item.kind) {
    case sync::ItemKind::concurrent_values:
      view_values(context, item, record, view);
      break;
    case sync::ItemKind::text_overlap:
      view_texts(item, record, view);
      break;
    case sync::ItemKind::edited_after_retraction:
    case sync::ItemKind::concurrent_lifecycle:
      view_lives(context, item, record, view);
      break;
    case sync::ItemKind::provisional_spend:
      INSIEME_OUT(view_spend(context, item, record, view));
      break;
    case sync::ItemKind::edited_after_closure:
      view_edits(context, item, view);
      INSIEME_OUT(view_acts(context, item, view));
      break;
  }
  return view;
}

}  // namespace insieme::client::commands
