// The coordinator looks at what two people wrote, decides, and the decisions travel back.
#include <algorithm>

#include "world.hpp"

namespace insieme::demo {
namespace {

constexpr std::size_t kBaseColumns = 30;

enum class How : std::uint8_t { choose_of, write, combine, restore };

/// What Carla decides about one item.
struct Decided {
  std::string record;
  std::string field;
  How how;
  std::string what;  ///< the author whose value is chosen, or the new value
  std::string reason;
};

std::vector<Decided> decisions_of(const World& world) {
  const auto id = [&](std::size_t family, const char* name) {
    return world.families[family].id(name);
  };
  const auto& expected = world.facts.expected_items;
  const auto rent = std::find_if(expected.begin(), expected.end(), [](const std::string& item) {
    return item.size() > 7 && item.compare(item.size() - 7, 7, "/amount") == 0;
  });
  return {
      {id(0, "@household"), "housing", How::choose_of, kAnna, "contratto visto: è in affitto"},
      {id(0, "@support"), "hours_planned", How::write, "40", "restano le ore già finanziate"},
      {id(1, "@note"), "body", How::combine,
       "C'era anche la nonna. La madre è disponibile. Incontro con la scuola il giovedì "
       "pomeriggio, il venerdì solo se serve. Portare i moduli della mensa.",
       "la scuola riceve di giovedì"},
      {rent->substr(0, rent->find('/')), "amount", How::choose_of, kBruno, "ricevuta di marzo"},
      {id(2, "@objective"), "", How::restore, "", "non è un doppione: ci si lavora ancora"},
      {id(2, "@visit"), "next_step", How::choose_of, kBruno, "l'ISEE serve prima del CAF"},
      {world.stakeholder, "stage", How::choose_of, kSara, "l'accordo non è ancora firmato"},
  };
}

std::string clock_of(const std::string& iso) {
  if (iso.size() < 19) return iso;
  static const std::string kThisYear = [] {
    const std::string now = std::to_string(client::system_platform().now_ms());
    const auto years = 1970 + std::stoll(now) / 31'556'952'000;
    return std::to_string(years);
  }();
  return iso.substr(0, 4) == kThisYear ? iso.substr(11, 8) : iso.substr(0, 10);
}

std::string name_of(const std::string& account) { return account.substr(0, account.find('.')); }

std::string place_of(const json::object& item) {
  return text_of(item, "record") + "/" + text_of(item, "field");
}

/// Where two texts differ, with a little around; whole when they are short.
std::string around_difference(const std::string& text, const std::string& base) {
  constexpr std::size_t kWhole = 46;
  if (width_of(text) <= kWhole) return text;
  std::size_t end = 0;
  while (end < text.size() && end < base.size() &&
         text[text.size() - 1 - end] == base[base.size() - 1 - end]) {
    ++end;
  }
  const std::size_t stop = text.find(' ', std::min(text.size(), text.size() - end));
  std::size_t start = text.find("Incontro");
  if (start == std::string::npos) start = 0;
  const std::string part = text.substr(start, stop == std::string::npos ? stop : stop - start);
  return (start == 0 ? "" : "… ") + part;
}

std::string what_of(const World& world, const json::object& item) {
  for (const Watched& watched : world.watched) {
    if (place_of(item) == watched.record + "/" + watched.field) return watched.what;
  }
  return text_of(item, "title");
}

/// One side of an item: what, who, when.
struct Side {
  std::string text;
  std::string author;
  std::string at;
};

/// Whose edit keeps a retracted record alive: the newest that is not the retraction's author.
Side edit_beside(Tablet& tablet, const json::object& item, const std::string& retracted_by) {
  Side side;
  const json::object reply = tablet.call("history", {{"record", text_of(item, "record")}});
  for (const json::value& value : list_of(reply, "lines")) {
    const json::object& line = value.as_object();
    if (text_of(line, "author") == retracted_by || text_of(line, "action") != "write") continue;
    side = {"modificata: " + text_of(line, "label") + " " + text_of(line, "to"),
            text_of(line, "author"), text_of(line, "at")};
  }
  return side;
}

std::vector<Side> sides_of(Tablet& tablet, const json::object& item) {
  std::vector<Side> sides;
  for (const json::value& value : list_of(item, "alternatives")) {
    const json::object& side = value.as_object();
    sides.push_back({text_of(side, "text"), text_of(side, "author"), text_of(side, "at")});
  }
  if (text_of(item, "kind") == "edited_after_retraction" && !sides.empty()) {
    sides.push_back(edit_beside(tablet, item, sides.front().author));
  }
  std::sort(sides.begin(), sides.end(),
            [](const Side& a, const Side& b) { return a.author < b.author; });
  return sides;
}

void print_items(World& world, const json::array& items) {
  std::vector<Row> rows{
      {"questione (item)", "base", "", "valore (value)", "chi (who)", "quando, UTC"}};
  for (const json::value& value : items) {
    const json::object& item = value.as_object();
    const std::string base = text_of(item, "base");
    const std::string shown_base = shortened(around_difference(base, base), kBaseColumns);
    const bool is_life = text_of(item, "field").empty();
    char letter = 'A';
    for (const Side& side : sides_of(world.carla, item)) {
      const bool first = letter == 'A';
      rows.push_back({first ? what_of(world, item) : "",
                      !first ? "" : is_life ? "(attiva)" : base.empty() ? "(nulla)" : shown_base,
                      std::string(1, letter++), around_difference(side.text, base),
                      name_of(side.author), clock_of(side.at)});
    }
  }
  world.page.table(rows, 48);
}

std::vector<std::string> places_of(Tablet& tablet) {
  const json::object reply = tablet.call("review.list");
  std::vector<std::string> places;
  for (const json::value& item : list_of(reply, "items")) {
    places.push_back(place_of(item.as_object()));
  }
  std::sort(places.begin(), places.end());
  return places;
}

std::string alternative_of(const json::object& item, const std::string& author) {
  for (const json::value& value : list_of(item, "alternatives")) {
    if (text_of(value.as_object(), "author") == author) return text_of(value.as_object(), "dot");
  }
  throw StoryFailed("no alternative of " + author);
}

json::object resolve(Tablet& carla, const json::object& item, const Decided& decided) {
  json::object arguments{{"item", text_of(item, "id")}, {"reason", decided.reason}};
  switch (decided.how) {
    case How::choose_of: arguments["choose"] = alternative_of(item, decided.what); break;
    case How::write: arguments["write"] = decided.what; break;
    case How::combine: arguments["combine"] = decided.what; break;
    case How::restore: arguments["life"] = "restore"; break;
  }
  return carla.call("review.resolve", std::move(arguments));
}

void decide_items(World& world, const json::array& items) {
  std::vector<Row> rows{{"questione (item)", "decisione (decision)", "motivo (reason)"}};
  for (const Decided& decided : decisions_of(world)) {
    for (const json::value& value : items) {
      const json::object& item = value.as_object();
      if (place_of(item) != decided.record + "/" + decided.field) continue;
      const json::object reply = resolve(world.carla, item, decided);
      std::string text = text_of(reply, "text");
      if (text.empty()) text = text_of(reply, "outcome");
      if (decided.how == How::restore) text = "resta attiva";
      rows.push_back({what_of(world, item), text, decided.reason});
    }
  }
  world.page.table(rows, 46);
}

std::string words_of(const json::object& entry) {
  std::string text;
  for (const json::value& value : list_of(entry, "operations")) {
    const json::object& op = value.as_object();
    if (text_of(op, "text").empty() || text_of(op, "field") == "case_id") continue;
    text += (text.empty() ? text_of(op, "type_label") + ": " : "; ") + text_of(op, "label") + " " +
            text_of(op, "text");
  }
  return text;
}

void decide_inbox(World& world) {
  const json::object inbox = world.carla.call("inbox.list");
  const json::array& entries = list_of(inbox, "entries");
  world.facts.late_changes = entries.size();
  world.page.line();
  world.page.line("Posta in arrivo della coordinatrice  " +
                  world.page.faint("late edits of a household that had moved: the inbox"));
  std::vector<Row> rows{{"modifica tardiva (late edit)", "chi, quando", "decisione", "motivo"}};
  for (const json::value& value : entries) {
    const json::object& entry = value.as_object();
    const bool accept = text_of(entry, "section") == "education";
    const std::string reason = accept ? "visita svolta davvero" : "il contratto non c'è ancora";
    world.carla.call("inbox.decide", {{"entry", text_of(entry, "id")},
                                      {"accept", accept},
                                      {"reason", reason}});
    rows.push_back({words_of(entry),
                    name_of(text_of(entry, "author")) + " " + clock_of(text_of(entry, "at")),
                    accept ? "accettata" : "rifiutata", reason});
  }
  world.page.table(rows, 58);
}

/// The newest decision about a field as a tablet tells it.
std::string decision_on(Tablet& tablet, const Decided& decided) {
  const json::object reply = tablet.try_call("record.get", {{"record", decided.record}});
  if (!reply.contains("record")) return "";
  std::string reason;
  for (const json::value& value : list_of(object_of(reply, "record"), "decisions")) {
    const json::object& decision = value.as_object();
    if (text_of(decision, "field") == decided.field) reason = text_of(decision, "reason");
  }
  return reason;
}

/// Every decision must be read, with its reason, by those who had disagreed.
void compare_back(World& world) {
  for (const Decided& decided : decisions_of(world)) {
    const bool is_network = decided.record == world.stakeholder;
    const std::vector<Tablet*> authors =
        is_network ? std::vector<Tablet*>{&world.sara}
                   : std::vector<Tablet*>{&world.anna, &world.bruno, &world.bruno_old};
    for (Tablet* tablet : authors) {
      if (decision_on(*tablet, decided) == decided.reason) continue;
      world.facts.not_back.push_back(tablet->name() + ": «" + decided.reason + "»");
    }
  }
}

void print_back(World& world) {
  std::vector<Row> rows{{"", "su Anna", "su Bruno", "su Bruno, vecchio", "su Sara"}};
  const std::vector<Tablet*> tablets{&world.anna, &world.bruno, &world.bruno_old, &world.sara};
  for (const Decided& decided : decisions_of(world)) {
    for (const Watched& watched : world.watched) {
      if (watched.record != decided.record || watched.field != decided.field) continue;
      Row row{watched.what};
      for (Tablet* tablet : tablets) {
        const std::string value = seen_by(*tablet, watched);
        const bool back = decision_on(*tablet, decided) == decided.reason;
        row.push_back(value == "–" ? value : shortened(value, 22) + (back ? " ✓" : " ?"));
      }
      rows.push_back(std::move(row));
    }
  }
  world.page.table(rows, 26);
}

void print_fate_of_late_edits(World& world) {
  const json::object reply = world.anna.call("quarantine.list");
  for (const json::value& value : list_of(reply, "changes")) {
    const json::object& change = value.as_object();
    world.page.line("Anna legge, di una sua modifica tardiva: " +
                    world.page.strong(text_of(change, "reason")));
  }
}

}  // namespace

void reconcile(World& world) {
  for (Tablet* tablet : world.tablets()) {
    world.facts.items_of[tablet->name()] = places_of(*tablet);
  }
  world.facts.items = world.facts.items_of[world.carla.name()];
  const json::object review = world.carla.call("review.list");
  const json::array& items = list_of(review, "items");
  world.page.title("Carla riconcilia", "review items: base, A, B, who and when; decisions");
  print_items(world, items);
  world.page.line();
  world.show_cli(world.carla, {"review", "--record", world.families[0].id("@household")}, 9);
  world.page.line();
  decide_items(world, items);
  decide_inbox(world);
}

void bring_decisions_back(World& world) {
  world.page.title("Le decisioni tornano",
                   "the decisions are back on the tablets; ✓ decided there too, same reason");
  sync_everybody(world, 2);
  compare_back(world);
  print_back(world);
  world.show_cli(world.bruno,
                 {"history", world.families[0].id("@household"), "--field", "housing"}, 8);
  print_fate_of_late_edits(world);
}

}  // namespace insieme::demo
