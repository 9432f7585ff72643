// Many open questions: listed a page at a time, each found without reading the others.
#include <set>

#include "client-core/commands/desk.hpp"
#include "client-core/commands/two_desks.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

json::object page(Desk& desk, json::object request) {
  request["command"] = "review.list";
  return desk.call(request);
}

/// Five registers that two people filled in differently, and a text.
void disagree(Two& two) {
  for (Desk* desk : {&two.anna, &two.bruno}) {
    const std::string who = desk == &two.anna ? "anna" : "bruno";
    const bool first = desk == &two.anna;
    desk->save(two.family.visit, {{"next_step", "di " + who},
                                  {"place", first ? "scuola" : "casa"},
                                  {"start_at", first ? "04/03/2024 15:00" : "04/03/2024 16:00"},
                                  {"observations", "Scrive " + who + " da solo"}});
  }
  two.exchange();
}

TEST_CASE("review: many items are listed a page at a time", "[commands][P4]") {
  Two two({"anna", "bruno"});
  disagree(two);
  const json::object whole = page(two.anna, {});
  const std::size_t total = list(whole, "items").size();
  REQUIRE(total >= 3);
  CHECK(text(whole, "total") == std::to_string(total));
  std::set<std::string> ids;
  for (std::size_t offset = 0; offset < total; offset += 2) {
    const json::object part = page(two.anna, {{"limit", 2}, {"offset", offset}});
    CHECK(list(part, "items").size() == std::min<std::size_t>(2, total - offset));
    CHECK(text(part, "total") == std::to_string(total));
    for (const json::value& item : list(part, "items")) ids.insert(text(item.as_object(), "id"));
  }
  CHECK(ids.size() == total);
  CHECK(list(page(two.anna, {{"offset", total}}), "items").empty());
}

TEST_CASE("review: items of one kind, and what is no kind", "[commands][P4]") {
  Two two({"anna", "bruno"});
  disagree(two);
  const json::object texts = page(two.anna, {{"kind", "text_overlap"}});
  REQUIRE(list(texts, "items").size() == 1);
  CHECK(text(texts, "total") == "1");
  CHECK(list(page(two.anna, {{"kind", "finding"}}), "items").empty());
  CHECK(text(two.anna.refused({{"command", "review.list"}, {"kind", "pippo"}}), "code") ==
        "invalid_argument");
}

TEST_CASE("review: an item is found by how its id begins", "[commands][P5]") {
  Two two({"anna", "bruno"});
  disagree(two);
  const json::array items = two.anna.items();
  for (const json::value& item : items) {
    const std::string id = text(item.as_object(), "id");
    two.anna.call({{"command", "review.resolve"},
                   {"item", id.substr(0, 12)},
                   {"choose", 1}});
  }
  CHECK(two.anna.items().empty());
  CHECK(text(two.anna.refused({{"command", "review.resolve"}, {"item", "zz%_"}, {"choose", 1}}),
             "code") == "not_open");
}

}  // namespace
}  // namespace insieme::testing
