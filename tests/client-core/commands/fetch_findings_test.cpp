// finding.fetch: what the server found over all dossiers, on a tablet that may know of it.
#include "client-core/commands/desk.hpp"
#include "insieme/client/findings_run.hpp"
#include "insieme/reports/finding.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::string key_of(char digit) { return std::string(64, digit); }

json::object record_of(const std::string& id, const std::string& dossier, const char* type) {
  return {{"id", id}, {"type", type}, {"dossier", dossier}};
}

json::object finding_of(char digit, const char* name, json::array records) {
  return {{"key", key_of(digit)},
          {"kind", "visita_doppia"},
          {"name", name},
          {"evidence", json::array{"same_time"}},
          {"records", std::move(records)}};
}

client::HttpReply answer_of(int status, const json::object& body, std::uint32_t retry_after_s = 0) {
  const std::string words = json::serialize(body);
  client::HttpReply reply;
  reply.status = status;
  reply.content_type = status == 200 ? "application/json" : "application/problem+json";
  reply.body.assign(words.begin(), words.end());
  reply.retry_after_s = retry_after_s;
  return reply;
}

client::HttpReply page_of(json::array findings, const std::string& next = {}) {
  json::object page{{"position", "9"}, {"more", !next.empty()}, {"cut", json::array{}}};
  if (!next.empty()) page["next"] = next;
  page["findings"] = std::move(findings);
  return answer_of(200, page);
}

struct Asking {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Family family;

  Asking() {
    anna.enrol();
    family = make_family(anna);
  }
  json::object fetch() { return anna.call({{"command", "finding.fetch"}}); }
  json::object refused() { return anna.refused({{"command", "finding.fetch"}}); }
  std::string visit(const char* at) {
    return text(
        part(anna.call(
                 {{"command", "record.save"},
                  {"type", "visit"},
                  {"dossier", family.dossier},
                  {"fields",
                   {{"start_at", at}, {"minutes", 60}, {"place", "casa"}, {"educator", "anna"}}}}),
             "record"),
        "id");
  }
};

TEST_CASE("finding.fetch: what the server found is shown as what is found here",
          "[commands][findings][S129]") {
  Asking asking;
  json::object elsewhere = finding_of(
      'b', "asl-4", {record_of(asking.family.household, asking.family.dossier, "household")});
  elsewhere["kind"] = "nota_altrove";
  elsewhere["evidence"] = json::array{"elsewhere_tax_code", "elsewhere_newer"};
  elsewhere["body"] = "ASL 4";
  elsewhere["ask"] = "Consultorio,\ntel. 0522 000000";
  const std::string stranger = sync::to_text(rec("stranger"));
  asking.office.findings = {
      page_of({finding_of('a', "likely_same_visit",
                          {record_of(asking.family.visit, asking.family.dossier, "visit"),
                           record_of(stranger, asking.family.dossier, "visit")})},
              key_of('a')),
      page_of({elsewhere, finding_of('c', "rule_of_tomorrow",
                                     {record_of(stranger, asking.family.dossier, "thing")})})};
  const json::object reply = asking.fetch();
  CHECK(asking.office.calls.back() == "/v1/findings?limit=200&after=" + key_of('a'));
  const json::array& found = list(reply, "findings");
  REQUIRE(found.size() == 3);
  CHECK(text(reply, "only_there") == "3");
  CHECK_FALSE(reply.at("more").as_bool());

  const json::object& visits = found[0].as_object();
  CHECK(text(visits, "id") == std::string(16, 'a'));
  CHECK(text(visits, "kind_text") == "Probabile visita registrata due volte");
  CHECK_FALSE(visits.at("here").as_bool());
  const json::object& held = list(visits, "records")[0].as_object();
  CHECK(held.at("held").as_bool());
  CHECK_FALSE(text(held, "title").empty());
  CHECK_FALSE(text(held, "message").empty());
  const json::object& away = list(visits, "records")[1].as_object();
  CHECK_FALSE(away.at("held").as_bool());
  CHECK(text(away, "title").empty());
  CHECK(text(away, "type_label") == "Visita");

  const json::object& other = found[1].as_object();
  CHECK(text(other, "ask") == "Consultorio, tel. 0522 000000");
  CHECK(text(list(other, "records")[0].as_object(), "message").find("chiedere a ASL 4") !=
        std::string::npos);
  CHECK(text(list(other, "evidence")[1].as_object(), "text") == "elsewhere_newer");
  // What a newer server calls it is shown, not hidden.
  CHECK(text(found[2].as_object(), "rule") == "rule_of_tomorrow");
}

TEST_CASE("finding.fetch: what this device finds, too, says so; what it dismissed is left out",
          "[commands][findings][P5]") {
  Asking asking;
  const std::string first = asking.visit("13/03/2024 15:30");
  const std::string second = asking.visit("13/03/2024 15:45");
  const json::object here = asking.anna.call({{"command", "review.list"}, {"kind", "finding"}});
  REQUIRE(list(here, "findings").size() == 1);
  std::vector<RecordId> ids{*sync::id_from_text<RecordId>(first),
                            *sync::id_from_text<RecordId>(second)};
  std::sort(ids.begin(), ids.end());
  json::object same = finding_of('a', "likely_same_visit",
                                 {record_of(first, asking.family.dossier, "visit"),
                                  record_of(second, asking.family.dossier, "visit")});
  same["key"] = reports::finding_key("likely_same_visit", ids);
  asking.office.findings = {page_of({same}), page_of({same})};
  json::object reply = asking.fetch();
  REQUIRE(list(reply, "findings").size() == 1);
  CHECK(list(reply, "findings")[0].as_object().at("here").as_bool());
  CHECK(text(reply, "only_there") == "0");
  asking.anna.call({{"command", "finding.decide"},
                    {"finding", text(list(here, "findings")[0].as_object(), "id")},
                    {"outcome", "dismiss"},
                    {"reason", "due turni"}});
  reply = asking.fetch();
  CHECK(list(reply, "findings").empty());
}

TEST_CASE("finding.fetch: each way in which it cannot be asked says what to do",
          "[commands][findings]") {
  Asking asking;
  // An older server has no such route.
  CHECK(text(asking.refused(), "code") == "not_supported");
  asking.office.is_down = true;
  json::object refused = asking.refused();
  CHECK(text(refused, "code") == "unavailable");
  CHECK(text(refused, "message_it").find("Riprovare") != std::string::npos);
  asking.office.is_down = false;
  // A server that is busy is asked again, not for ever.
  asking.anna.waits.clear();
  asking.office.findings = {answer_of(503, {{"detail", "busy"}}, 3), page_of({})};
  CHECK(list(asking.fetch(), "findings").empty());
  CHECK(asking.anna.waits == std::vector<std::uint32_t>{3'000});
  asking.office.findings.assign(9, answer_of(503, {{"detail", "busy"}}, 3));
  CHECK(text(asking.refused(), "code") == "unavailable");
  CHECK(asking.office.findings.size() == 4);
  // Nobody sits before a screen for an hour.
  asking.office.findings.assign(9, answer_of(429, {{"detail", "Too many."}}, 3'600));
  CHECK(text(asking.refused(), "code") == "unavailable");
  CHECK(asking.office.findings.size() == 8);
  asking.office.findings = {answer_of(403, {{"detail", "This device was taken off the list."},
                                            {"detail_it", "Dispositivo revocato."}})};
  refused = asking.refused();
  CHECK(text(refused, "code") == "device_refused");
  CHECK(text(refused, "message_it").find("Dispositivo revocato.") != std::string::npos);
  // A token that ended is got anew, once.
  asking.office.findings = {answer_of(401, {{"detail", "expired"}}), page_of({})};
  CHECK(list(asking.fetch(), "findings").empty());
  asking.office.findings = {answer_of(401, {{"detail", "no"}}), answer_of(401, {{"detail", "no"}})};
  CHECK(text(asking.refused(), "code") == "unauthenticated");
  Desk alone(asking.folder, "alone", asking.office);
  CHECK(text(alone.refused({{"command", "finding.fetch"}}), "code") == "not_enrolled");
}

TEST_CASE("finding.fetch: an answer that is none is refused, and nothing of it is shown",
          "[commands][findings]") {
  Asking asking;
  const std::string id = sync::to_text(rec("r"));
  const json::object good = finding_of('b', "x", {record_of(id, id, "visit")});
  json::object no_key = good;
  no_key["key"] = "B";
  json::object no_records = good;
  no_records["records"] = json::array{};
  json::object no_id = good;
  no_id["records"] = json::array{record_of("1", id, "visit")};
  const std::vector<client::HttpReply> bad{
      answer_of(200, {}),
      page_of({1}),
      page_of({no_key}),
      page_of({no_records}),
      page_of({no_id}),
      page_of({good, finding_of('a', "x", {record_of(id, id, "visit")})}),  // out of order
      page_of({}, key_of('a')),                                             // for ever
      page_of({good}, key_of('a')),
  };
  for (const client::HttpReply& one : bad) {
    CAPTURE(std::string(one.body.begin(), one.body.end()));
    asking.office.findings = {one, one, one};
    CHECK(text(asking.refused(), "code") == "bad_reply");
    CHECK(asking.office.findings.size() == 2);
  }
  // Whoever says the same page again and again is not asked for ever.
  asking.office.findings.assign(9, page_of({good}, key_of('b')));
  CHECK(text(asking.refused(), "code") == "bad_reply");
  CHECK(asking.office.findings.size() == 7);
}

}  // namespace
}  // namespace insieme::testing
