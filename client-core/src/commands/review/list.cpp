// review.list: what two people should look at together.
#include <algorithm>

#include "commands/records/marks.hpp"
#include "commands/records/view.hpp"
#include "commands/review/findings.hpp"
#include "commands/review/items.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

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

constexpr std::size_t kMembers = 23;  ///< of an item at most

json::object item_json(Context& context, const OpenItem& item, const ItemView& view,
                       const Acts& acts) {
  json::object out;
  out.reserve(kMembers);
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
    query.dossier = ref.document.dossier;
  }
  if (context.has("dossier")) {
    INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, context.text("dossier")));
    query.dossier = line.id;
  }
  if (context.has("kind") && context.text("kind") != "finding") {
    INSIEME_OUT_ASSIGN(query.kind, kind_named(context.text("kind")));
  }
  const std::int64_t limit = context.number("limit", kPage);
  query.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, kItemsMax));
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
    lines.reserve(page.items.size());
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
