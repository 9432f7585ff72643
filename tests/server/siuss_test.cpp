// INPS at the door: the real server, vouchers signed by an authority of the test's own, flows as
// tablets write them and as INPS's samples are.
#include <boost/json.hpp>

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>

#include "operator.hpp"
#include "support/cli_runner.hpp"
#include "support/voucher_authority.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

std::string shared(const std::string& name = {}) {
  const char* folder = std::getenv("INSIEME_SHARED");
  return std::string(folder != nullptr ? folder : INSIEME_SOURCE_DIR "/../shared") +
         "/data/siuss" + (name.empty() ? "" : "/" + name);
}

bool has_schemas() {
  if (std::filesystem::exists(shared("SINBA.xsd"))) return true;
  WARN("skipped: no ../shared/data/siuss");
  return false;
}

std::string flow_name(int number, const char* tag = "PS") {
  const std::string digits = std::to_string(number);
  return std::string("L407.") + tag + ".20240701." + std::string(7 - digits.size(), '0') + digits;
}

/// One benefit of one person, valid against INPS's schema.
std::string benefit_xml(const std::string& name, const std::string& benefits = {}) {
  const std::string one =
      "<PrestazioniSociali TipoOperazione=\"I\" PresenzaProvaMezzi=\"4\""
      " CaratterePrestazione=\"1\" CodicePrestazione=\"A2.02\""
      " DenominazionePrestazione=\"Sostegno socio-educativo\" ProtocolloDomanda=\"2024/17\""
      " DataInizioPrestazione=\"2024-01-01\" DataFinePrestazione=\"2024-06-30\""
      " PeriodoErogazione=\"6\" ImportoMensile=\"101.05\" PresaCarico=\"1\" AreaUtenza=\"1\"/>";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<Flusso xmlns=\"http://inps.it/Casellario\"><IdentificazioneFlusso Nome=\"" + name +
         "\"><Ente Codice=\"L407\" Denominazione=\"Comune di Prova\" Indirizzo=\"L407\""
         " CFOperatore=\"RSSMRA85T10A562S\"/></IdentificazioneFlusso>"
         "<Beneficiario CodiceFiscale=\"RSSMRA85T10A562S\"><Anagrafica Cognome=\"Rossi\""
         " Nome=\"Mario\" AnnoNascita=\"1985\" LuogoNascita=\"A562\" Genere=\"1\""
         " CodiceCittadinanza=\"380\"/><Indirizzo CodiceRegione=\"05\" CodiceComune=\"026086\""
         " CodiceNazione=\"380\"/>" + (benefits.empty() ? one : benefits) +
         "</Beneficiario></Flusso>\n";
}

/// The commune, its operator, and INPS with its vouchers.
struct Commune : Operator {
  VoucherAuthority pdnd;
  std::string keys = dir.file("jwks.json");
  std::unique_ptr<ServerProcess> server;

  explicit Commune(const Words& more = {}) {
    std::ofstream(keys) << pdnd.jwks();
    REQUIRE(run({"init", "--name", "Comune di Prova"}).code == 0);
    if (has_schemas()) {
      std::ofstream(data + "/insieme.conf") << "siuss_schemas = " << shared() << "\n";
    }
    Words flags{"--siuss-keys", keys, "--siuss-audience", kVoucherAudience};
    flags.insert(flags.end(), more.begin(), more.end());
    server = std::make_unique<ServerProcess>(data, flags);
  }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(dir.file(name), std::ios::binary) << text;
    return dir.file(name);
  }
  void publish(int number) const {
    const std::string path = file("flusso.xml", benefit_xml(flow_name(number)));
    const Finished added = run({"flows", "add", path});
    CAPTURE(added.err);
    REQUIRE(added.code == 0);
  }
  [[nodiscard]] HttpAnswer get(const std::string& target, const std::string& token) const {
    return http_once(server->port(), http_request("GET", target, "",
                                                  "Authorization: Bearer " + token + "\r\n"));
  }
  [[nodiscard]] HttpAnswer tell(const std::string& body) const {
    return http_once(server->port(),
                     http_request("POST", "/siuss/v1/esiti", body,
                                  "Content-Type: application/json\r\nAuthorization: Bearer " +
                                      pdnd.voucher() + "\r\n"));
  }
  [[nodiscard]] json::array flows(const std::string& query) const {
    const HttpAnswer answer = get("/siuss/v1/flussi?" + query, pdnd.voucher());
    CAPTURE(query, answer.body);
    REQUIRE(answer.status == 200);
    CHECK(answer.headers.at("content-type") == "application/json");
    return json::parse(answer.body).at("elenco_flussi").as_array();
  }
};

std::string text_of(const json::value& flow, const char* name) {
  return std::string(flow.at(name).as_string());
}

/// Milliseconds of `2026-11-27T11:04:56.852Z`, as INPS computes its next `since`: by itself, from
/// what it was told.
std::string since_of(const json::value& flow) {
  const std::string text = text_of(flow, "ts_flusso");
  REQUIRE(text.size() == 24);
  std::tm parts{};
  REQUIRE(::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) != nullptr);
  return std::to_string(std::int64_t{::timegm(&parts)} * 1000 + std::stoi(text.substr(20, 3)));
}

json::object outcome(const std::string& name, const char* code = "OK") {
  return {{"id_flusso", name},
          {"tipo", "PS_PSA_SINA"},
          {"ts_flusso", "2023-11-27T11:04:56.852Z"},
          {"ts_acquisizione", "2023-11-27T12:04:56.852+01:00"},
          {"codice_esito", code}};
}

std::string outcomes(json::array list) {
  return json::serialize(json::object{{"elenco_esiti", std::move(list)}});
}

}  // namespace

TEST_CASE("siuss: whatever the page, since and limit lose no flow", "[server][process][S105]") {
  const Commune at;
  std::set<std::string> published;
  for (int number = 1; number <= 23; ++number) {
    at.publish(number);
    published.insert(flow_name(number));
  }
  for (const char* limit : {"1", "2", "7", "10", "100", ""}) {
    CAPTURE(limit);
    std::set<std::string> fetched;
    std::string since = "0";
    for (int page = 0; page < 40; ++page) {
      const json::array flows =
          at.flows("since=" + since + (*limit == '\0' ? "" : std::string("&limit=") + limit));
      if (flows.empty()) break;
      CHECK(flows.size() <= (*limit == '\0' ? 10U : std::stoul(limit)));
      for (const json::value& flow : flows) {
        CHECK(fetched.insert(text_of(flow, "id_flusso")).second);
        CHECK(std::stoll(since_of(flow)) > std::stoll(since));
        since = since_of(flow);
      }
    }
    CHECK(fetched == published);
  }
  CHECK(at.flows("since=0&limit=0").empty());
  CHECK(at.flows("since=0&max_entries=3").size() == 3);
  CHECK(at.flows("since=100000000000000000000").empty());
}

TEST_CASE("siuss: a flow arrives as it was published, and is what its schema wants",
          "[server][process][S105]") {
  const Commune at;
  at.publish(7);
  const json::array flows = at.flows("since=0");
  REQUIRE(flows.size() == 1);
  CHECK(text_of(flows[0], "codice_ente") == "L407");
  CHECK(text_of(flows[0], "denominazione_ente") == "Comune di Prova");
  CHECK(text_of(flows[0], "id_flusso") == flow_name(7));
  CHECK(text_of(flows[0], "tipo") == "PS_PSA_SINA");
  const std::string xml = from_base64(text_of(flows[0], "flusso"));
  CHECK(xml == benefit_xml(flow_name(7)));
  if (!has_schemas() || run_program("/usr/bin/env", {"xmllint", "--version"}, {}).code != 0) return;
  const Finished checked = run_program(
      "/usr/bin/env", {"xmllint", "--noout", "--nonet", "--schema",
                       shared("PS_PSA_SINA201812.xsd"), at.file("fetched.xml", xml)}, {});
  CAPTURE(checked.err);
  CHECK(checked.code == 0);
}

TEST_CASE("siuss: what INPS would refuse is not published, and said in words",
          "[server][process][S105]") {
  const Commune at;
  const std::string good = benefit_xml(flow_name(1));
  const auto without = [&good](const std::string& what, const std::string& instead = {}) {
    std::string text = good;
    return text.replace(text.find(what), what.size(), instead);
  };
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "well-formed"},
      {"<a/>", "is no flow"},
      {good.substr(0, good.size() - 20), "well-formed"},
      {without("http://inps.it/Casellario", "http://altro.it"), "is no flow"},
      {without(flow_name(1), "L407.PS.1"), "not L407.PS.YYYYMMDD.NNNNNNN"},
      {without(flow_name(1), "H501.PS.20240701.0000001"), "not L407.PS."},
      {without("Codice=\"L407\"", "Codice=\"l407\""), "a letter and three digits"},
      {benefit_xml(flow_name(1), "<PrestazioniSociali/><PrestazioniSociali/>"), "2 benefits"},
      {without("<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
               "<!DOCTYPE a [<!ENTITY b SYSTEM \"/etc/passwd\">]>"), "document type"}};
  for (const auto& [text, words] : wrong) {
    CAPTURE(text, words);
    const Finished refused = at.run({"flows", "add", at.file("flusso.xml", text)});
    CHECK(refused.code == 4);
    CHECK(says(refused.err, words));
  }
  CHECK(at.run({"flows", "add", at.dir.file("manca.xml")}).code == 4);
  // One that is wrong keeps those that come with it back, too.
  const std::string first = at.file("1.xml", good);
  CHECK(at.run({"flows", "add", first, at.file("2.xml", "<a/>")}).code == 4);
  CHECK(at.flows("since=0").empty());
  CHECK(at.run({"flows", "add", first}).code == 0);
  CHECK(at.run({"flows", "add", first}).code == 0);  // the same is the same
  CHECK(at.flows("since=0").size() == 1);
  const Finished other = at.run({"flows", "add", at.file("1.xml", without("Mario", "Maria"))});
  CHECK(other.code == 4);
  CHECK(says(other.err, "another flow is called"));
  if (!has_schemas()) return;
  const Finished invalid = at.run({"flows", "add", at.file("3.xml", without("Genere=\"1\"",
                                                                           "Genere=\"9\""))});
  CHECK(invalid.code == 4);
  CHECK(says(invalid.err, "is not valid"));
  // Of INPS's own samples: several benefits; one minor; a name of another form.
  CHECK(says(at.run({"flows", "add", shared("sample-flow-0.xml")}).err, "benefits"));
  const Finished minor = at.run({"flows", "add", shared("sample-flow-1.xml")});
  CAPTURE(minor.err);
  CHECK(minor.code == 0);
  CHECK(at.run({"flows", "add", shared("sample-flow-2.xml")}).code == 4);
  CHECK(text_of(at.flows("since=0").at(1), "tipo") == "SINBA");
}

TEST_CASE("siuss: only INPS is let in, and everybody else is told why not",
          "[server][process][S105]") {
  const Commune at({"--siuss-purpose", "p1"});
  at.publish(1);
  const VoucherAuthority stranger;
  const std::string good = at.pdnd.voucher({{"purposeId", "p1"}});
  const auto problem = [](const HttpAnswer& answer) {
    CHECK(answer.headers.at("content-type") == "application/problem+json");
    return text_of(json::parse(answer.body), "type");
  };
  CHECK(at.get("/siuss/v1/flussi?since=0", good).status == 200);
  const HttpAnswer other = at.get("/siuss/v1/flussi?since=0", at.pdnd.voucher());
  CHECK(other.status == 403);
  CHECK(problem(other) == "/problems/not-allowed");
  const HttpAnswer forged = at.get("/siuss/v1/flussi?since=0", stranger.voucher());
  CHECK(forged.status == 401);
  CHECK(problem(forged) == "/problems/unknown-token");
  CHECK(forged.headers.at("www-authenticate") == "Bearer realm=\"insieme\"");
  CHECK(problem(at.get("/siuss/v1/flussi?since=0", at.pdnd.voucher({{"exp", 1'000}}))) ==
        "/problems/token-expired");
  CHECK(problem(http_once(at.server->port(), http_request("GET", "/siuss/v1/flussi?since=0"))) ==
        "/problems/no-token");
  CHECK(http_once(at.server->port(), http_request("POST", "/siuss/v1/esiti", "{}")).status == 401);
  for (const char* query : {"", "?since=", "?since=-1", "?since=x", "?since=1&limit=101",
                            "?since=1&limit=x", "?since=1&altro=2", "?limit=1", "?since=%zz"}) {
    CAPTURE(query);
    const HttpAnswer bad = at.get(std::string("/siuss/v1/flussi") + query, good);
    CHECK(bad.status == 400);
    CHECK(problem(bad) == "/problems/bad-request");
  }
  // Anybody may ask whether it runs.
  const HttpAnswer status = http_once(at.server->port(), http_request("GET", "/siuss/v1/status"));
  CHECK(status.status == 200);
  CHECK(status.headers.at("content-type") == "application/problem+json");
  CHECK(json::parse(status.body).at("status").as_int64() == 200);
}

TEST_CASE("siuss: what INPS tells is kept once, however often, and nothing of it is lost",
          "[server][process][S105]") {
  const Commune at;
  at.publish(1);
  const std::string name = flow_name(1);
  json::object refused = outcome(name, "RICHIESTA_INVALIDA");
  refused["descrizione_esito"] = "in cooperazione un solo beneficiario \xc3\xa8 ammesso";
  refused["un_campo_nuovo"] = 7;
  for (int time = 0; time < 3; ++time) {
    const HttpAnswer told = at.tell(outcomes({refused}));
    CHECK(told.status == 204);
    CHECK(told.body.empty());
    CHECK(told.headers.count("content-length") == 0);
  }
  json::object later = outcome(name);
  later["ts_acquisizione"] = "2023-11-28T00:00:00Z";
  later["codice_siuss"] = "22738";  // its name in INPS's example
  CHECK(at.tell(outcomes({later, outcome("H501.PS.20210520.0000002")})).status == 204);
  CHECK(at.tell(outcomes({})).status == 204);
  const json::array kept = at.json_of({"flows", "outcomes"}).as_array();
  REQUIRE(kept.size() == 3);
  std::set<std::string> seen;
  for (const json::value& one : kept) {
    seen.insert(text_of(one, "name") + " " + text_of(one, "code") + " " + text_of(one, "acquired") +
                " " + text_of(one, "siuss_id") + (one.at("known").as_bool() ? "" : " unknown"));
  }
  CHECK(seen == std::set<std::string>{
                    name + " RICHIESTA_INVALIDA 2023-11-27T11:04:56.852Z ",
                    name + " OK 2023-11-28T00:00:00.000Z 22738",
                    "H501.PS.20210520.0000002 OK 2023-11-27T11:04:56.852Z  unknown"});
  CHECK(text_of(at.json_of({"flows"}).at(0), "outcome") == "OK");
}

TEST_CASE("siuss: a list that is not understood is refused whole, so that INPS repeats it",
          "[server][process][S105]") {
  const Commune at;
  const json::object good = outcome(flow_name(1));
  const auto with = [&good](const char* name, json::value value) {
    json::object changed = good;
    if (value.is_null()) {
      changed.erase(name);
    } else {
      changed[name] = std::move(value);
    }
    return outcomes({good, changed});
  };
  const auto text = [](const std::string& of) { return json::value(json::string(of)); };
  std::vector<std::string> wrong{"",     "{",  "[]", "{}", R"({"elenco_esiti":{}})",
                                 R"({"elenco_esiti":[7]})", std::string(2'000, '['),
                                 outcomes(json::array(101, good))};
  for (const char* name : {"id_flusso", "tipo", "ts_flusso", "ts_acquisizione", "codice_esito"}) {
    wrong.push_back(with(name, nullptr));
    wrong.push_back(with(name, 7));
    wrong.push_back(with(name, "?"));
    wrong.push_back(with(name, text(std::string(200, 'x'))));
  }
  // A name like any other.
  wrong.erase(std::find(wrong.begin(), wrong.end(), with("id_flusso", "?")));
  wrong.push_back(with("id_flusso", text(std::string("a\0b", 3))));
  wrong.push_back(with("ts_flusso", "2023-02-30T00:00:00Z"));
  wrong.push_back(with("ts_flusso", "2023-02-03"));
  wrong.push_back(with("descrizione_esito", text(std::string(5'000, 'x'))));
  wrong.push_back(with("descrizione_esito", json::array{}));
  for (const std::string& body : wrong) {
    CAPTURE(body.substr(0, 300));
    const HttpAnswer refused = at.tell(body);
    CHECK(refused.status == 400);
    CHECK(refused.headers.at("content-type") == "application/problem+json");
  }
  CHECK(at.tell(std::string(2'000'000, ' ')).status == 413);
  CHECK(at.json_of({"flows", "outcomes"}).as_array().empty());
  CHECK(at.tell(outcomes({good})).status == 204);
  CHECK(at.json_of({"flows", "outcomes"}).as_array().size() == 1);
}

TEST_CASE("siuss: a flow that is withdrawn is fetched by nobody, and its name stays",
          "[server][process][S105][P9]") {
  const Commune at;
  for (const int number : {1, 2, 3}) at.publish(number);
  CHECK(at.run({"flows", "withdraw", flow_name(2)}).code == 2);  // without a reason
  CHECK(at.run({"flows", "withdraw", flow_name(9), "--reason", "x"}).code == 4);
  REQUIRE(at.run({"flows", "withdraw", flow_name(2), "--reason", "persona sbagliata"}).code == 0);
  const json::array flows = at.flows("since=0");
  REQUIRE(flows.size() == 2);
  CHECK(text_of(flows[1], "id_flusso") == flow_name(3));
  CHECK(at.flows("since=" + since_of(flows[0])).size() == 1);
  const Finished again =
      at.run({"flows", "add", at.file("f.xml", benefit_xml(flow_name(2)))});
  CHECK(again.code == 4);
  CHECK(says(again.err, "was withdrawn"));
  CHECK(says(at.run({"flows"}).out, "persona sbagliata"));
}

TEST_CASE("siuss: flows published while INPS reads are all read", "[server][process][S105]") {
  const Commune at({"--device-requests-max", "0"});
  std::set<std::string> published;
  for (int number = 1; number <= 30; ++number) published.insert(flow_name(number));
  // Two programs at once, on one database.
  const std::future<void> publisher = std::async(std::launch::async, [&at] {
    for (int number = 1; number <= 30; ++number) {
      const std::string path = at.dir.file("p" + std::to_string(number) + ".xml");
      std::ofstream(path) << benefit_xml(flow_name(number));
      static_cast<void>(at.run({"flows", "add", path}));
    }
  });
  std::set<std::string> fetched;
  std::string since = "0";
  for (bool is_last = false; !is_last;) {
    is_last = publisher.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    json::array page;
    do {
      page = at.flows("limit=2&since=" + since);
      for (const json::value& flow : page) {
        CHECK(fetched.insert(text_of(flow, "id_flusso")).second);
        since = since_of(flow);
      }
    } while (!page.empty());
  }
  CHECK(fetched == published);
}

TEST_CASE("siuss: INPS is held to its limit like anybody", "[server][process][S105]") {
  const Commune at({"--device-requests-max", "3"});
  const std::string token = at.pdnd.voucher();
  HttpAnswer answer;
  for (int i = 0; i < 4; ++i) answer = at.get("/siuss/v1/flussi?since=0", token);
  CHECK(answer.status == 429);
  CHECK(std::stoi(answer.headers.at("retry-after")) > 0);
  CHECK(answer.headers.at("x-ratelimit-limit") == "3");
  CHECK(answer.headers.at("x-ratelimit-remaining") == "0");
}

TEST_CASE("siuss: a server that was not told who INPS is serves nobody",
          "[server][process][S105]") {
  const Operator op;
  const ServerProcess server(op.data);
  const VoucherAuthority pdnd;
  const HttpAnswer answer = http_once(
      server.port(), http_request("GET", "/siuss/v1/flussi?since=0", "",
                                  "Authorization: Bearer " + pdnd.voucher() + "\r\n"));
  CHECK(answer.status == 503);
  CHECK(answer.headers.at("retry-after") == "3600");
  CHECK(says(answer.body, "siuss_keys"));
  const Finished half = op.run({"serve", "--dev", "--siuss-keys", op.dir.file("manca.json")});
  CHECK(half.code == 3);
  CHECK(says(half.err, "siuss_audience"));
}

TEST_CASE("siuss: the authority's keys change while the server runs", "[server][process][S105]") {
  const Commune at;
  const VoucherAuthority next(VoucherAuthority::Kind::rsa, "k2");
  CHECK(at.get("/siuss/v1/flussi?since=0", next.voucher()).status == 401);
  std::ofstream(at.keys) << "{";  // half written
  at.server->signal(SIGHUP);
  CHECK(at.get("/siuss/v1/flussi?since=0", at.pdnd.voucher()).status == 200);
  std::ofstream(at.keys) << next.jwks();
  at.server->signal(SIGHUP);
  // The signal is handled by the thread that serves, in between.
  while (at.get("/siuss/v1/flussi?since=0", next.voucher()).status != 200) {
  }
  CHECK(at.get("/siuss/v1/flussi?since=0", at.pdnd.voucher()).status == 401);
}
