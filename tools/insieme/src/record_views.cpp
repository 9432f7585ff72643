#include "record_views.hpp"

namespace insieme::cli {
namespace {

std::string by_whom(const json::object& mark) {
  std::string text = text_of(mark, "author") + ", " + when(text_of(mark, "at"));
  const std::string device = text_of(mark, "device");
  if (!device.empty()) text += " (" + device + ")";
  return text;
}

void add_field(Table& table, const json::object& field) {
  const std::string label = text_of(field, "label");
  if (!flag_of(field, "contested")) {
    const Colour colour = flag_of(field, "overlaps") ? Colour::warn : Colour::none;
    table.add({Cell(label, Colour::dim), Cell(text_of(field, "text"), colour)});
    return;
  }
  bool first = true;
  for (const json::value& value : list_of(field, "values")) {
    const json::object& one = value.as_object();
    table.add(
        {Cell(first ? label : std::string(), Colour::dim),
         Cell((first ? "≠ " : "  ") + text_of(one, "text") + "  · " + by_whom(one), Colour::warn)});
    first = false;
  }
}

std::string outcome_words(const std::string& outcome) {
  if (outcome == "choose") return tr("scelto", "chosen");
  if (outcome == "combine") return tr("unito", "combined");
  if (outcome == "write_new") return tr("scritto di nuovo", "written anew");
  if (outcome == "dismiss") return tr("lasciato così", "left as it is");
  if (outcome == "undo" || outcome == "contest") return tr("riaperto", "reopened");
  return outcome;
}

/// ` · «motivo»`, where there is one.
std::string reason_text(const json::object& object) {
  const std::string reason = text_of(object, "reason");
  return reason.empty() ? reason : " · «" + one_line(reason) + "»";
}

/// How an alternative came about, if by a decision.
std::string outcome_prefix(const json::object& alternative) {
  const std::string outcome = text_of(alternative, "outcome");
  if (outcome.empty()) return outcome;
  return (outcome == "undo" ? tr("ripreso", "brought back") : outcome_words(outcome)) +
         tr(" da ", " by ");
}

std::string decisions_text(const json::object& record) {
  std::string text;
  for (const json::value& one : list_of(record, "decisions")) {
    const json::object& decision = one.as_object();
    const std::string label = text_of(decision, "label");
    text += "  " + (label.empty() ? text_of(decision, "kind_text") : label) + ": " +
            outcome_words(text_of(decision, "outcome")) + " · " + by_whom(decision) +
            reason_text(decision) + "\n";
  }
  if (text.empty()) return text;
  return coloured(tr("Decisioni", "Decisions"), Colour::strong) + "\n" + harmless(text);
}

std::string problems_text(const json::object& record) {
  std::string text;
  for (const json::value& problem : list_of(record, "problems")) {
    text += coloured("! ", Colour::warn) + harmless(sentence_of(problem.as_object())) + "\n";
  }
  return text;
}

std::string action_words(const json::object& line) {
  const std::string action = text_of(line, "action");
  const bool first_words = action == "splice" && !line.contains("from");
  if (action == "write" || first_words) return tr("scrive", "writes");
  if (action == "add") return tr("aggiunge", "adds");
  if (action == "remove") return tr("toglie", "removes");
  if (action == "increment") return tr("conta", "counts");
  if (action == "splice") return tr("corregge il testo", "edits the text");
  if (action == "grant") return tr("assegna", "grants");
  if (action == "transfer") return tr("passa ad altri", "hands on");
  if (action == "spend") return tr("spende", "spends");
  if (action == "refund") return tr("storna", "takes back");
  if (action == "reclaim") return tr("ritira", "reclaims");
  if (action == "retract") return tr("annulla la scheda", "retracts the record");
  if (action == "restore") return tr("ripristina la scheda", "restores the record");
  if (action == "resolve") return tr("decide", "decides");
  if (action == "folded") return tr("più indietro", "further back");
  if (action == "touch") return tr("conferma", "confirms");
  if (action == "unknown") return tr("modifica di una versione nuova", "change of a newer version");
  return action;
}

}  // namespace

std::string records_table(const json::array& records) {
  Table table({"id", tr("tipo", "type"), tr("titolo", "title"), tr("modificata", "edited"),
               tr("da", "by"), ""});
  for (const json::value& one : records) {
    const json::object& line = one.as_object();
    Cell mark("");
    if (flag_of(line, "in_review")) mark = Cell(tr("≠ da decidere", "≠ to decide"), Colour::warn);
    if (flag_of(line, "retracted")) mark = Cell(tr("annullata", "retracted"), Colour::dim);
    table.add({text_of(line, "short"), text_of(line, "type_label"), text_of(line, "title"),
               when(text_of(line, "edited_at")), text_of(line, "edited_by"), mark});
  }
  return table.empty() ? std::string(tr("Nessuna scheda.\n", "No records.\n")) : table.text();
}

std::string record_page(const json::object& record) {
  std::string page = coloured(one_line(text_of(record, "title")), Colour::strong) + "\n";
  const bool retracted = text_of(record, "lifecycle") == "retracted";
  page += text_of(record, "type_label") + " " + text_of(record, "short") + " · " +
          one_line(text_of(record, "section_label")) + " · " +
          coloured(text_of(record, "receipt_text"),
                   text_of(record, "receipt") == "refused" ? Colour::bad : Colour::good) +
          (retracted ? " · " + coloured(tr("ANNULLATA", "RETRACTED"), Colour::warn) : "") + "\n";
  page += tr("modificata da ", "edited by ") + one_line(text_of(record, "edited_by")) + ", " +
          when(text_of(record, "edited_at")) + "\n\n";
  Table table({});
  std::string long_texts;
  for (const auto& [name, value] : object_of(record, "fields")) {
    const json::object& field = value.as_object();
    const std::string text = text_of(field, "text");
    if (text.find('\n') != std::string::npos) {
      long_texts +=
          coloured(one_line(text_of(field, "label")), Colour::dim) + "\n" + harmless(text) + "\n\n";
    } else {
      add_field(table, field);
    }
  }
  page += table.text();
  if (!long_texts.empty()) page += "\n" + long_texts;
  return page + problems_text(record) + decisions_text(record);
}

std::string history_table(const json::object& reply) {
  Table table({tr("quando", "when"), tr("chi", "who"), tr("dispositivo", "device"), "",
               tr("campo", "field"), tr("da → a", "from → to")});
  for (const json::value& one : list_of(reply, "lines")) {
    const json::object& line = one.as_object();
    std::string change;
    const auto shown = [&line](const char* key) {
      const std::string text = text_of(line, key);
      return text.empty() ? std::string(tr("(vuoto)", "(empty)")) : text;
    };
    if (line.contains("from")) change += shown("from") + " → ";
    if (line.contains("to")) change += shown("to");
    const std::string reason = text_of(line, "reason");
    if (!reason.empty()) change += (change.empty() ? "«" : " «") + reason + "»";
    if (line.contains("on_behalf_of_device")) {
      change += tr(" (accolta da un dispositivo che non ha più il fascicolo)",
                   " (taken over from a device that no longer has the dossier)");
    }
    Cell at(when(text_of(line, "at")));
    if (flag_of(line, "clock_suspect")) at = Cell(at.text + " ?", Colour::warn);
    table.add({at, text_of(line, "author"), text_of(line, "device"),
               action_words(line), text_of(line, "label"), change});
  }
  if (table.empty()) return tr("Nessuna modifica qui.\n", "No changes here.\n");
  return coloured(one_line(text_of(reply, "title")), Colour::strong) + "\n" + table.text();
}

std::string item_page(const json::object& item) {
  const std::string id = text_of(item, "id").substr(0, 8);
  const std::string label = text_of(item, "label");
  std::string page =
      coloured(id, Colour::strong) + "  " + one_line(text_of(item, "type_label")) + " «" +
      one_line(text_of(item, "title")) + "» (" + text_of(item, "short") + ")" +
      (label.empty() ? "" : " · " + coloured(one_line(label), Colour::strong)) + "\n";
  page +=
      "  " + coloured(text_of(item, "kind_text"), Colour::warn) +
      (flag_of(item, "contested") ? tr(" · decisione contestata", " · a contested decision") : "");
  if (!text_of(item, "contested_by").empty()) {
    page += tr(" da ", " by ") + one_line(text_of(item, "contested_by"));
  }
  page += reason_text(item) + "\n";
  Table table({});
  if (!text_of(item, "base").empty()) {
    table.add({Cell(tr("  prima", "  before"), Colour::dim), text_of(item, "base"), ""});
  }
  for (const json::value& one : list_of(item, "alternatives")) {
    const json::object& side = one.as_object();
    const std::string text =
        flag_of(side, "folded") && text_of(side, "text").empty()
            ? tr("(testo non più conservato)", "(text not kept any more)")
            : text_of(side, "text");
    table.add({Cell("  " + text_of(side, "number"), Colour::strong), text,
               Cell(outcome_prefix(side) + by_whom(side) + reason_text(side), Colour::dim)});
  }
  const bool passage = text_of(item, "kind") == "text_overlap";
  if (passage) table.add({Cell(tr("  ora", "  now"), Colour::dim), text_of(item, "now"), ""});
  page += table.text();
  if (!text_of(item, "entry_text").empty()) {
    page += "  " + one_line(text_of(item, "entry_text")) + "\n";
  }
  const bool spend = text_of(item, "kind") == "provisional_spend";
  const bool closed = text_of(item, "kind") == "edited_after_closure";
  const bool life = text_of(item, "kind") == "edited_after_retraction" ||
                    text_of(item, "kind") == "concurrent_lifecycle";
  page += coloured(
              "  → insieme resolve " + id +
                  (spend  ? tr(" --confirm | --refuse --reason '…'",
                               " --confirm | --refuse --reason '…'")
                   : life ? tr(" --keep | --retract --reason '…'",
                               " --keep | --retract --reason '…'")
                   : closed ? tr(" --dismiss --reason '…'", " --dismiss --reason '…'")
                   : passage ? tr(" --choose N | --write '…' | --dismiss --reason '…'",
                                  " --choose N | --write '…' | --dismiss --reason '…'")
                          : tr(" --choose N | --write '…' --reason '…'",
                               " --choose N | --write '…' --reason '…'")),
              Colour::dim) +
          "\n";
  return page;
}

std::string operations_page(const json::object& change) {
  Table table({});
  for (const json::value& op : list_of(change, "operations")) {
    const json::object& line = op.as_object();
    table.add({"  " + text_of(line, "type_label"), text_of(line, "title"), text_of(line, "label"),
               text_of(line, "text")});
  }
  return table.text();
}

std::string saved_lines(const json::object& reply) {
  std::string text;
  for (const json::value& one : list_of(reply, "records")) {
    const json::object& record = one.as_object();
    const bool created = flag_of(record, "created");
    const bool same = list_of(record, "changed").empty();
    text += (created ? tr("Salvata ", "Saved ")
             : same  ? tr("Nulla di cambiato in ", "Nothing changed in ")
                     : tr("Modificata ", "Edited ")) +
            text_of(record, "short") + "  " + one_line(text_of(record, "title")) + "\n";
    for (const json::value& field : list_of(record, "contested")) {
      text += coloured("! ", Colour::warn) + one_line(std::string(field.as_string())) +
              tr(": ci sono due valori; per decidere: insieme review\n",
                 ": there are two values; to decide: insieme review\n");
    }
  }
  for (const json::value& warning : list_of(reply, "warnings")) {
    text += coloured("! ", Colour::warn) + harmless(sentence_of(warning.as_object())) + "\n";
  }
  return text;
}

}  // namespace insieme::cli
