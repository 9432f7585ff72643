// review.list: what two people should look at together.
#include <algorithm>

#include "commands/records/marks.hpp"
#include "commands/records/rights.hpp"
#include "commands/records/view.hpp"
#include "commands/review/findings.hpp"
#include "commands/review/items.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kShortestItem = 4;

std::string_view kind_name(sync::ItemKind kind) {
  switch (kind) {
    case sync::ItemKind::concurrent_values:
      return "concurrent_values";
    case sync::ItemKind::edited_after_retraction:
      return "edited_after_retraction";
    case sync::ItemKind::concurrent_lifecycle:
      return "concurrent_lifecycle";
    case sync::ItemKind::text_overlap:
      return "text_overlap";
    case sync::ItemKind::provisional_spend:
      return "provisional_spend";
    case sync::ItemKind::edited_after_closure:
      return "edited_after_closure";
  }
  return "other";
}

/// What was done to the dossier of an item, so that it is one.
using Acts = std::vector<sync::DocumentMarks::Group>;

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

bool is_choice(const Alternative& alternative) {
  return alternative.decision && alternative.decision->outcome != sync::Outcome::undo;
}

/// Whether somebody decided to leave values that another's choice replaced at the same time.
bool is_overruled(const OpenItem& item) {
  return item.item.kind == sync::ItemKind::concurrent_values &&
         item.item.dots.size() > item.item.values.size();
}

/// Each once; those of an item are in the order of their reasons.
std::vector<sync::MarkReason> reasons_of(const Acts& acts) {
  std::vector<sync::MarkReason> reasons;
  for (const auto& act : acts) {
    if (reasons.empty() || reasons.back() != act.reason) reasons.push_back(act.reason);
  }
  return reasons;
}

std::string acts_text(const Acts& acts, schema::Language language) {
  const bool it = language == schema::Language::it;
  std::string all;
  for (const sync::MarkReason reason : reasons_of(acts)) {
    all += all.empty() ? "" : (it ? " e " : " and ");
    all += act_words(reason, language);
  }
  return (it ? "scritto senza sapere che il fascicolo "
             : "written without knowing that the dossier ") +
         all;
}

/// What the item is called: several decisions that did not see each other are no plain values.
std::string kind_text(Context& context, const OpenItem& item, const ItemView& view,
                      const Acts& acts) {
  if (!acts.empty()) return acts_text(acts, context.language);
  const auto choices =
      std::count_if(view.alternatives.begin(), view.alternatives.end(), is_choice);
  if (!is_overruled(item) &&
      (item.item.kind != sync::ItemKind::concurrent_values || choices < 2)) {
    return std::string(kind_words(item.item.kind, context.language));
  }
  return context.language == schema::Language::it ? "due decisioni prese senza vedersi"
                                                  : "two decisions taken unseen by each other";
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
  const auto lines = context.store().history(item.ref);
  if (!lines.ok()) return;
  const schema::RecordType* type = context.bundle().find_type(item.ref.type);
  for (const sync::Dot& dot : item.item.dots) {
    const bool is_voice =
        std::any_of(item.item.values.begin(), item.item.values.end(),
                    [&](const sync::Survivor& voice) { return voice.mark.dot == dot; });
    if (is_voice) continue;
    for (const HistoryLine& line : lines.value()) {
      if (line.dot.replica != dot.replica || line.dot.seq != dot.seq) continue;
      view.alternatives.push_back(
          {{dot, line.stamp, line.author}, {}, edits_of(context, lines.value(), type, dot)});
      break;
    }
  }
}

/// Who did it to the dossier, as far as this device's history tells.
Check view_acts(Context& context, const OpenItem& item, ItemView& view) {
  INSIEME_OUT_ASSIGN(const Acts acts, acts_before(context, item));
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

json::object item_json(Context& context, const OpenItem& item, const ItemView& view,
                       const Acts& acts) {
  json::object out;
  const std::string record = sync::to_text(item.ref.id);
  out["id"] = item.id;
  out["kind"] = key_of(kind_name(item.item.kind));
  out["kind_text"] = kind_text(context, item, view, acts);
  if (!acts.empty()) {
    json::array reasons;
    for (const sync::MarkReason reason : reasons_of(acts)) {
      reasons.emplace_back(key_of(name_of(reason)));
    }
    out["reasons"] = std::move(reasons);
  }
  out["record"] = record;
  out["short"] = short_id(record);
  out["type"] = item.ref.type;
  const schema::RecordType* type = context.bundle().find_type(item.ref.type);
  out["type_label"] = type != nullptr ? type->label.in(context.language) : item.ref.type;
  out["title"] = item.title;
  out["dossier"] = sync::to_text(item.ref.document.dossier);
  out["section"] = item.ref.document.section;
  out["field"] = item.item.field;
  out["label"] = view.field != nullptr ? view.field->label.in(context.language) : item.item.field;
  out["base"] = view.base;
  out["now"] = view.now;
  out["contested"] = item.item.contested || view.contest.has_value();
  if (view.contest) {
    out["contested_by"] = view.contest->mark.author;
    if (!view.contest->reason.empty()) out["reason"] = view.contest->reason;
  }
  out["version"] = token_of({{item.ref.document.section, item.version}});
  if (!view.entry.empty()) {
    out["entry"] = view.entry;
    out["entry_text"] = view.entry_text;
  }
  json::array alternatives;
  int number = 0;
  for (const Alternative& alternative : view.alternatives) {
    json::object one = mark_json(context, alternative.mark);
    one["number"] = ++number;
    one["text"] = alternative.text;
    if (!alternative.is_known) one["folded"] = true;
    if (alternative.value) one["value"] = to_json(*alternative.value, view.field);
    if (alternative.decision) {
      one["outcome"] = key_of(outcome_name(alternative.decision->outcome));
      if (!alternative.decision->reason.empty()) one["reason"] = alternative.decision->reason;
    }
    alternatives.push_back(std::move(one));
  }
  out["alternatives"] = std::move(alternatives);
  return out;
}

constexpr std::int64_t kPage = 100;
constexpr std::int64_t kPageMax = 1'000;

Outcome<sync::ItemKind> kind_named(const std::string& name) {
  using Kind = sync::ItemKind;
  for (const Kind kind : {Kind::concurrent_values, Kind::edited_after_retraction,
                          Kind::concurrent_lifecycle, Kind::text_overlap,
                          Kind::provisional_spend, Kind::edited_after_closure}) {
    if (name == kind_name(kind)) return kind;
  }
  return Failure("invalid_argument", quoted_it(name) + " non è un tipo di questione.",
                 quoted_en(name) + " is no kind of item.", "kind");
}

Outcome<ItemQuery> query_of(Context& context) {
  ItemQuery query;
  if (context.has("record")) {
    INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
    query.record = ref.id;
  }
  if (context.has("dossier")) {
    INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, context.text("dossier")));
    query.dossier = line.id;
  }
  if (context.has("kind") && context.text("kind") != "finding") {
    INSIEME_OUT_ASSIGN(query.kind, kind_named(context.text("kind")));
  }
  const std::int64_t limit = context.number("limit", kPage);
  query.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, kPageMax));
  query.offset = static_cast<std::size_t>(std::max<std::int64_t>(context.number("offset", 0), 0));
  return query;
}

Outcome<json::array> findings_of(Context& context, const ItemQuery& query) {
  INSIEME_OUT_ASSIGN(const auto found, find_all(context));
  json::array findings;
  for (const Finding& finding : found) {
    const bool asked = std::any_of(
        finding.records.begin(), finding.records.end(), [&](const FoundRecord& one) {
          return (!query.record || one.id == *query.record) &&
                 (!query.dossier || one.dossier == *query.dossier);
        });
    if (!asked || (!finding.is_open() && !context.flag("decided"))) continue;
    INSIEME_OUT_ASSIGN(json::object line, finding_json(context, finding));
    findings.push_back(std::move(line));
  }
  return findings;
}

Outcome<json::object> list(Context& context) {
  INSIEME_OUT_ASSIGN(const ItemQuery query, query_of(context));
  json::array lines;
  std::uint64_t total = 0;
  if (context.text("kind") != "finding") {
    INSIEME_OUT_ASSIGN(const OpenItems page, context.store().open_items(query));
    total = page.total;
    for (const OpenItem& item : page.items) {
      INSIEME_OUT_ASSIGN(const ItemView view, view_item(context, item));
      INSIEME_OUT_ASSIGN(const Acts acts, acts_before(context, item));
      lines.push_back(item_json(context, item, view, acts));
    }
  }
  // Rules are judged over everything that is here: once, with the first page.
  json::array findings;
  if (!query.kind && query.offset == 0) {
    INSIEME_OUT_ASSIGN(findings, findings_of(context, query));
  }
  return json::object{{"items", std::move(lines)},
                      {"total", number_text(total)},
                      {"findings", std::move(findings)}};
}

}  // namespace

Outcome<ItemView> view_item(Context& context, const OpenItem& item) {
  INSIEME_OUT_ASSIGN(const StoredRecord record, context.store().record(item.ref));
  ItemView view;
  if (const schema::RecordType* type = context.bundle().find_type(item.ref.type)) {
    view.field = type->find_field(item.item.field);
  }
  if (const sync::Decision* contest = contest_of(item, record.state)) view.contest = *contest;
  switch (item.item.kind) {
    case sync::ItemKind::concurrent_values:
      view_values(context, item, record.state, view);
      break;
    case sync::ItemKind::text_overlap:
      view_texts(item, record.state, view);
      break;
    case sync::ItemKind::edited_after_retraction:
    case sync::ItemKind::concurrent_lifecycle:
      view_lives(context, item, record.state, view);
      break;
    case sync::ItemKind::provisional_spend:
      INSIEME_OUT(view_spend(context, item, record.state, view));
      break;
    case sync::ItemKind::edited_after_closure:
      view_edits(context, item, view);
      INSIEME_OUT(view_acts(context, item, view));
      break;
  }
  return view;
}

namespace {

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
  query.limit = static_cast<std::size_t>(kPageMax);
  const std::size_t slash = named.find('/');
  std::string field;
  if (slash != std::string_view::npos) {
    INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, named.substr(0, slash)));
    query.record = ref.id;
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

std::vector<CommandSpec> review_commands() {
  return {
      {"review.list",
       Writes::no,
       "Le questioni aperte: base, alternative, chi, quando, da quale dispositivo; e le regole che "
       "una fusione ha lasciato non rispettate, con le schede: spariscono quando sono sanate.",
       "The open review items: base, alternatives, who, when, on which device; and the rules that "
       "a merge left broken, with their records: they are gone once they are mended.",
       {{"record", ArgKind::id, false, "solo di questa scheda", "of this record only"},
        {"dossier", ArgKind::id, false, "solo di questo fascicolo", "of this dossier only"},
        {"kind", ArgKind::text, false, "solo di questo tipo; finding: solo le regole",
         "of this kind only; finding: the rules only"},
        {"decided", ArgKind::boolean, false, "anche le segnalazioni su cui si è deciso",
         "findings that were decided, too"},
        {"limit", ArgKind::integer, false, "quante al massimo (100; fino a 1000)",
         "how many at most (100; up to 1000)"},
        {"offset", ArgKind::integer, false,
         "quante saltarne; le regole vengono con la prima pagina",
         "how many to skip; the rules come with the first page"}},
       "total, items (id, kind, kind_text, reasons? (what was done to the whole dossier: closed, "
       "merged, transferred, handed_over), record, short, type, type_label, title, dossier, "
       "section, field, label, base, now, contested, contested_by?, reason? (of who contests), "
       "version (for review.resolve), entry?, entry_text?, alternatives: number, dot, author, at, "
       "device, mine, text, value?, folded? (a text that is history: to be written anew, not "
       "chosen), outcome? and reason? (of the decision that it came by)), findings (id, kind, "
       "kind_text, rule, severity, field, source, open, evidence (code, text), state? and "
       "decision? (of who decided on it), records: id, short, type, type_label, title, dossier, "
       "message)",
       R"({"command": "review.list"})",
       list},
  };
}

}  // namespace insieme::client::commands
