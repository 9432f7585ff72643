// verify with the server: number and sum of the accepted changes, document by document.
#include "client-core/commands/desk.hpp"
#include "insieme/sync/digest.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

/// What a server that holds the same would say, one document to a page.
std::vector<json::object> pages_of(Desk& desk) {
  auto accepted = desk.engine->store().accepted();
  REQUIRE(accepted.ok());
  std::vector<json::object> pages;
  for (const sync::DocumentDigest& one : accepted.value()) {
    const std::string name = sync::to_text(one.document);
    json::array documents;
    documents.push_back(json::object{
        {"document", name}, {"count", one.count}, {"history", sync::to_hex(one.history)}});
    pages.push_back(json::object{
        {"position", "7"}, {"more", true}, {"next", name}, {"documents", std::move(documents)}});
  }
  if (!pages.empty()) {
    pages.back().erase("next");
    pages.back()["more"] = false;
  }
  return pages;
}

json::object& first_document(std::vector<json::object>& pages) {
  return pages.front().at("documents").as_array().front().as_object();
}

struct Compared {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Compared() {
    anna.enrol();
    make_family(anna);
    anna.sync();
    office.digests = pages_of(anna);
    REQUIRE(office.digests.size() >= 2);
  }
  json::object verify() { return anna.call({{"command", "verify"}, {"server", true}}); }
  /// The only difference.
  json::object difference() {
    const json::object reply = verify();
    CHECK_FALSE(reply.at("sound").as_bool());
    const json::array& all = list(part(reply, "server"), "differences");
    REQUIRE(all.size() == 1);
    return all.front().as_object();
  }
};

TEST_CASE("verify: a server that holds the same is told so, page by page", "[commands][P3]") {
  Compared with;
  const json::object reply = with.verify();
  CHECK(reply.at("sound").as_bool());
  CHECK(text(part(reply, "server"), "documents") == std::to_string(with.office.digests.size()));
  CHECK(list(part(reply, "server"), "differences").empty());
  CHECK_FALSE(with.anna.call({{"command", "verify"}}).contains("server"));
}

TEST_CASE("verify: what differs from the server is named, with the numbers on both sides",
          "[commands][P3]") {
  Compared with;
  SECTION("the server has fewer") {
    first_document(with.office.digests)["count"] = 0;
    CHECK(text(with.difference(), "text") ==
          "il server ne ha di meno: forse viene da una copia vecchia");
  }
  SECTION("the server has more") {
    first_document(with.office.digests)["count"] = 99;
    const json::object difference = with.difference();
    CHECK(text(difference, "there") == "99");
    CHECK(text(difference, "text") == "il server ne ha di più");
  }
  SECTION("as many, but others") {
    first_document(with.office.digests)["history"] = std::string(64, '0');
    CHECK(text(with.difference(), "text") == "stesso numero di modifiche, ma non le stesse");
  }
  SECTION("a document that the server does not have") {
    with.office.digests.erase(with.office.digests.begin());
    CHECK(text(with.difference(), "there") == "0");
  }
  SECTION("a document that is not here") {
    first_document(with.office.digests)["document"] = "018bcfe5-6805-71d6-8468-ffffffffffff/core";
    CHECK(list(part(with.verify(), "server"), "differences").size() == 2);
  }
}

TEST_CASE("verify: what is no list of digests, or no answer, is an error and changes nothing",
          "[commands]") {
  Compared with;
  const json::object request{{"command", "verify"}, {"server", true}};
  SECTION("an answer that means nothing") {
    for (const char* broken :
         {R"({"position": "7"})", R"([])", R"({"documents": [7]})",
          R"({"documents": [{"document": "x", "count": 1, "history": ""}]})",
          R"({"documents": [{"document": "018bcfe5-6805-71d6-8468-ffffffffffff/core",
              "count": -1, "history": ""}]})",
          R"({"documents": [], "next": "018bcfe5-6805-71d6-8468-ffffffffffff/core"})"}) {
      INFO(broken);
      with.office.digests = {};
      with.office.digest_text = broken;
      CHECK(text(with.anna.refused(request), "code") == "malformed");
    }
  }
  SECTION("no server") {
    with.office.is_down = true;
    with.anna.may_wait = false;
    CHECK(text(with.anna.refused(request), "code") == "unavailable");
  }
  SECTION("no account") {
    Desk stranger(with.folder, "stranger", with.office);
    CHECK(text(stranger.refused(request), "code") == "not_enrolled");
  }
  CHECK(with.anna.unsent() == 0);
}

}  // namespace
}  // namespace insieme::testing
