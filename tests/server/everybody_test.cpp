// Everybody asks the real server for everything, in every way that the protocol has, and nobody
// gets what is not theirs. What is theirs stands below, written by hand.
#include <boost/json.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "fixture.hpp"
#include "http_tablet.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/sync/log_place.hpp"
#include "insieme/sync/sealed_blob.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

constexpr std::uint64_t kSeed = 20'261'126;
constexpr int kRequests = 600;

std::uint64_t seed() {
  const char* given = std::getenv("INSIEME_SEED");
  return given == nullptr ? kSeed : std::strtoull(given, nullptr, 10);
}

/// Dossier → sections that hold something.
const std::map<std::string, std::set<std::string>>& content() {
  static const std::map<std::string, std::set<std::string>> kContent{
      {"family1", {"core", "education", "economic", "health", "judicial", "antitratta"}},
      {"family2", {"core", "health", "judicial"}},
      {"hidden", {"core", "education"}},
      {"moved", {"core"}},
      {"person1", {"person", "person_health", "person_judicial"}},
      {"network1", {"network"}},
      {"office1", {"registry", "governance", "front_desk", "custody"}},
      {"project1", {"project"}},
  };
  return kContent;
}

struct Who {
  std::string name;
  std::string role;
  std::map<std::string, std::set<std::string>> sees;
  bool writes = true;
};

/// As the set-up below declares it.
const std::vector<Who>& everybody() {
  static const std::vector<Who> kEverybody{
      {"anna", "educator",
       {{"family1", {"core", "education", "economic", "health", "judicial"}},
        {"person1", {"person"}}}},
      {"bruno", "educator", {{"family2", {"core"}}}},
      {"carla", "coordinator",
       {{"family1", {"core", "education", "economic", "health", "judicial"}},
        {"family2", {"core", "health", "judicial"}},
        {"moved", {"core"}},
        {"person1", {"person"}},
        {"network1", {"network"}},
        {"office1", {"registry", "governance", "front_desk"}},
        {"project1", {"project"}}}},
      {"dina", "front_office", {{"office1", {"registry", "front_desk"}}}},
      {"elsa", "em_health", {{"family1", {"core", "health"}}}},
      {"fabio", "fellow", {{"network1", {"network"}}}},
      {"aldo", "auditor", {{"project1", {"project"}}}, false},
      {"greta", "social_worker", {{"hidden", {"core", "education"}}}},
      {"ada", "admin",
       {{"office1", {"registry", "governance", "front_desk"}}, {"project1", {"project"}}}},
      {"chiara", "case_manager", {{"family2", {"core", "health", "judicial"}}}},
      {"piero", "psychologist", {{"family1", {"core", "antitratta"}}}},
      {"emma", "em_member", {{"family1", {"core", "education"}}}},
      {"ester", "em_school", {{"family1", {"core", "education"}}}},
      {"gino", "em_justice", {{"family1", {"core", "judicial"}}}},
      {"tea", "technical_assistance",
       {{"office1", {"governance"}}, {"project1", {"project"}}},
       false},
      {"nino", "educator", {}},    // nothing was ever given to him
      {"olga", "educator", {}},    // her contract is over
      {"pia", "educator", {}},     // of another commune
      {"rita", "educator", {}},    // denied what she is assigned
  };
  return kEverybody;
}

/// The server process has no other clock.
std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

struct Office {
  TempDir dir;
  MemoryDevice opener{"opener"};
  std::map<std::string, MemoryDevice> tablets;
  std::vector<Cursor> cursors{{}};           ///< every place of the log
  std::vector<std::uint64_t> grants{0};      ///< where somebody was granted something

  Office() {
    std::ofstream(dir.file("server.key")) << std::string(64, '7') << '\n';
    REQUIRE(server::create_space(dir.file("server.db"), id_of<SpaceId>("space"), "T", 0).ok());
    const auto opened = open();
    server::Repository& repository = *opened;
    enrol(repository, opener, "educator");
    for (const Who& who : everybody()) {
      MemoryDevice tablet(who.name);
      enrol(repository, tablet, who.role);
      tablets.emplace(who.name, std::move(tablet));
    }
  }

  [[nodiscard]] std::unique_ptr<server::Repository> open() const {
    auto opened =
        server::open_sqlite_repository(dir.file("server.db"), server::Roles::defaults(), wall_ms);
    REQUIRE(opened.ok());
    return std::move(opened).value();
  }

  void enrol(server::Repository& repository, const MemoryDevice& tablet, const std::string& role) {
    const std::string account = "user-" + tablet.name();
    REQUIRE(repository.add_user({account, tablet.name(), role, false, 0}).ok());
    const Digest code = Hasher("t").add(std::string_view(tablet.name())).finish();
    REQUIRE(repository.add_invitation(code, account, INT64_MAX).ok());
    REQUIRE(repository
                .enrol({code, tablet.public_key(), "t", rep(tablet.name()), tablet.id()})
                .ok());
  }

  /// What is theirs: declared through a repository of its own, as the operator's program would.
  void declare() {
    const auto opened = open();
    server::Repository& repository = *opened;
    const server::Day today = server::day_in_italy(wall_ms());
    const auto give = [&](const char* who, const char* what, std::vector<std::string> sections = {},
                          const server::AssignTerms& terms = {}) {
      REQUIRE(repository.assign(std::string("user-") + who, dossier(what), std::move(sections),
                                terms).ok());
    };
    REQUIRE(repository.put_organization({"here", "Qui", ""}).ok());
    REQUIRE(repository.put_organization({"there", "Altrove", ""}).ok());
    give("anna", "family1");
    give("anna", "person1");
    give("anna", "moved");
    give("bruno", "family2", {"core"});
    for (const char* what : {"office1", "family1"}) give("dina", what);
    give("elsa", "family1");
    for (const char* what : {"network1", "family1", "person1"}) give("fabio", what);
    for (const char* what : {"project1", "family2"}) give("aldo", what);
    give("greta", "hidden");
    for (const char* what : {"office1", "project1"}) give("ada", what);
    give("chiara", "family2");
    give("piero", "family1", {"core", "antitratta"});
    for (const char* who : {"emma", "ester", "gino"}) give(who, "family1");
    give("tea", "office1");
    give("tea", "project1", {"project"});
    give("olga", "family1", {}, {server::Term{{}, today}});
    give("pia", "family1");
    give("rita", "family1");
    REQUIRE(repository.unassign("user-anna", dossier("moved"), "").ok());
    const auto set = [&](const char* who, const server::PersonChange& change) {
      REQUIRE(repository.set_person(std::string("user-") + who, change).ok());
    };
    server::PersonChange over;
    over.until = std::optional<server::Day>(today - 1);
    set("olga", over);
    server::PersonChange moved;
    moved.organization = "there";
    set("pia", moved);
    for (const auto& [name, sections] : content()) {
      REQUIRE(repository.place(dossier(name), "here", "").ok());
      const std::string id = name;
      REQUIRE(repository.deny(dossier(id), {"user-rita", {}, {}, "parente", "x"}).ok());
    }
    REQUIRE(repository
                .deny(dossier("hidden"), {"*", {}, {"user-greta"}, "indirizzo protetto", "x"})
                .ok());
    repository.visit_log([this](const server::LogEntry& entry) {
      cursors.push_back({1, entry.position, entry.log_hash});
      if (entry.kind == server::EntryKind::grant) grants.push_back(entry.position);
      return true;
    });
  }
};

/// A reply that was read, or nothing.
std::optional<SyncReply> exchange(std::uint16_t port, const SyncRequest& request,
                                  const std::string& token) {
  const HttpAnswer answer = http_once(port, sync_request(encode_message(request), token));
  if (answer.status != 200) return std::nullopt;
  const std::vector<std::uint8_t> bytes(answer.body.begin(), answer.body.end());
  auto message = decode_message(bytes);
  REQUIRE(message.ok());
  return std::get<SyncReply>(*std::move(message));
}

class Asker {
 public:
  explicit Asker(const Office& office) : office_(office) {}

  /// One request in which everything that a device may choose is chosen at random.
  SyncRequest ask(MemoryDevice& tablet) {
    SyncRequest request;
    request.space = id_of<SpaceId>("space");
    request.device = tablet.id();
    request.replica = rep(tablet.name());
    request.cursor = pick(office_.cursors);
    request.reply_bytes_max = one_in(4) ? 1024 : 1 << 20;
    request.log_only = one_in(3);
    if (one_in(4)) request.protocol = 1 + static_cast<std::uint32_t>(below(kProtocolVersion));
    if (one_in(2)) request.backfill = backfill(request.cursor);
    for (const DocumentId& document : documents()) {
      if (one_in(3)) request.acknowledgements.push_back({document, {}});
      if (one_in(5)) request.seen.push_back({document, {}, "somebody"});
      if (one_in(5)) {
        request.held_decisions.push_back({document, rep("opener"), 1, false, "via", "somebody"});
      }
    }
    for (const auto& [name, sections] : content()) {
      if (one_in(2)) request.permits_wanted.push_back(dossier(name));
    }
    if (one_in(3)) write_somewhere(tablet, request);
    request.signature = sign(tablet.secret_key(), manifest_of(tablet.id(), request.changes).bytes);
    return request;
  }

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  bool one_in(std::size_t n) { return below(n) == 0; }

  static std::vector<DocumentId> documents() {
    std::vector<DocumentId> all;
    for (const auto& [name, sections] : content()) {
      for (const std::string& section : sections) all.push_back(document_of(name, section));
    }
    return all;
  }

 private:
  template <class T>
  const T& pick(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  Backfill backfill(Cursor& cursor) {
    Backfill wanted;
    auto at = content().begin();
    std::advance(at, static_cast<std::ptrdiff_t>(below(content().size())));
    wanted.dossier = dossier(at->first);
    wanted.grant_position = pick(office_.grants);
    wanted.next_position = below(3);
    // A backfill is taken up from just before its grant.
    if (one_in(2) && wanted.grant_position > 0) cursor = office_.cursors[wanted.grant_position - 1];
    return wanted;
  }

  /// With a key that it should not have.
  void write_somewhere(MemoryDevice& tablet, SyncRequest& request) {
    const auto all = documents();
    const DocumentId& document = all[below(all.size())];
    tablet.dossier_keys.emplace(document.dossier, key_of("opener"));
    request.changes.push_back(
        tablet.write(document, {set_op("note", std::int64_t{static_cast<int>(below(1000))})}));
  }

  const Office& office_;
  std::mt19937_64 random_{seed()};
};

/// Looks at everything that a reply holds.
class Judge {
 public:
  explicit Judge(const Who& who) {
    for (const auto& [name, sections] : who.sees) {
      for (const std::string& section : sections) allowed_.insert(document_of(name, section));
      dossiers_.insert(dossier(name));
    }
    writes_ = who.writes;
    decides_ = who.role == "coordinator";
  }

  void judge(const SyncRequest& request, const SyncReply& reply) {
    for (const StreamItem& item : reply.items) judge_item(item);
    for (const DocumentDigest& digest : reply.digests) may(digest.document, "digest");
    for (const Acknowledgement& stable : reply.stable) may(stable.document, "stable");
    for (const Vouch& vouch : reply.vouches) may(vouch.document, "vouch");
    for (const ExchangePermit& permit : reply.permits) {
      for (const std::string& section : permit.grant.sections) {
        if (is_content(permit.grant.dossier, section)) {
          may({permit.grant.dossier, section}, "permit");
        }
      }
    }
    for (std::size_t i = 0; i < reply.results.size(); ++i) {
      const DocumentId& document = request.changes[i].header.document;
      INFO("pushed to " << to_text(document));
      const bool accepted = reply.results[i].verdict == Verdict::accepted;
      CHECK((!accepted || (writes_ && allowed_.count(document) == 1)));
    }
  }
  void judge_text(const std::string& body) const {
    for (const auto& [name, sections] : content()) {
      INFO(name << " in " << body);
      if (dossiers_.count(dossier(name)) == 0) {
        CHECK(body.find(to_text(dossier(name))) == std::string::npos);
      }
    }
  }
  std::set<DocumentId> got;

 private:
  static bool is_content(const DossierId& id, const std::string& section) {
    for (const auto& [name, sections] : content()) {
      if (dossier(name) == id) return sections.count(section) != 0;
    }
    return false;
  }

  void may(const DocumentId& document, const char* what) {
    INFO(what << " of " << to_text(document));
    CHECK(allowed_.count(document) == 1);
  }
  void judge_item(const StreamItem& item) {
    if (const auto* change = std::get_if<Change>(&item.content)) {
      may(change->header.document, "change");
      got.insert(change->header.document);
    } else if (const auto* part = std::get_if<SnapshotPart>(&item.content)) {
      may(part->document, "snapshot");
    } else {
      judge_event(std::get<Event>(item.content));
    }
  }
  void judge_event(const Event& event) {
    if (const auto* grant = std::get_if<GrantEvent>(&event)) {
      for (const std::string& section : grant->sections) {
        if (is_content(grant->dossier, section)) may({grant->dossier, section}, "grant");
      }
    } else if (const auto* held = std::get_if<HeldEvent>(&event)) {
      CHECK(decides_);
      may(held->change.header.document, "held");
    } else if (const auto* seen = std::get_if<SeenEvent>(&event)) {
      may(seen->seen.document, "seen");
    }
  }

  std::set<DocumentId> allowed_;
  std::set<DossierId> dossiers_;
  bool writes_ = true;
  bool decides_ = false;
};

/// What lies as a file in each document.
SealedBlob blob_of(const std::string& name, const std::string& section) {
  const std::string words = "file of " + name + "/" + section;
  auto sealed = seal_blob(key_of("opener"), "text/plain", {
      reinterpret_cast<const std::uint8_t*>(words.data()), words.size()});
  REQUIRE(sealed.ok());
  return std::move(sealed).value();
}

std::string blob_query(const std::string& name, const SealedBlob& blob) {
  return "?dossier=" + to_text(dossier(name)) + "&blob=" + to_hex(blob.reference.name);
}

/// Everything that there is, twenty changes to a document: enough for a snapshot.
void fill(Office& office, const ServerProcess& server) {
  const std::string token = get_token(server.port(), office.opener);
  REQUIRE_FALSE(token.empty());
  for (const auto& [name, sections] : content()) {
    office.opener.create(dossier(name));
    for (const std::string& section : sections) {
      for (int i = 0; i < 20; ++i) {
        office.opener.write(document_of(name, section), {set_op("note", std::int64_t{i})});
      }
      const Bytes named = *encode_blob_ref(blob_of(name, section).reference);
      office.opener.write(document_of(name, section), {op_on("r1", "file", WriteOp{Value{named}})});
    }
  }
  const RunResult run =
      office.opener.run([&](const std::vector<std::uint8_t>& frame) -> SendResult {
        const HttpAnswer answer = http_once(server.port(), sync_request(frame, token));
        if (answer.status != 200) return SendFailed{answer.status, answer.body, 0};
        return ReplyArrived{{answer.body.begin(), answer.body.end()}};
      });
  REQUIRE(run.done);
  REQUIRE(office.opener.unsent.empty());
}

/// Plainly and from the beginning: each gets all that is theirs. The fence is not a wall.
void ask_plainly(const Office& office, const ServerProcess& server, const Who& who,
                 const std::string& token, Judge& judge) {
  const MemoryDevice& tablet = office.tablets.at(who.name);
  SyncRequest request;
  request.space = id_of<SpaceId>("space");
  request.device = tablet.id();
  request.replica = rep(who.name);
  request.reply_bytes_max = 1 << 20;
  request.log_only = true;
  request.signature = sign(tablet.secret_key(), manifest_of(request.device, {}).bytes);
  for (bool more = true; more;) {
    const auto reply = exchange(server.port(), request, token);
    REQUIRE(reply.has_value());
    judge.judge(request, *reply);
    request.cursor = reply->cursor;
    request.backfill = reply->backfill;
    more = reply->more;
  }
  std::size_t theirs = 0;
  for (const auto& [name, sections] : who.sees) theirs += sections.size();
  CHECK(judge.got.size() == theirs);
}

void bring_blobs(const Office& office, const ServerProcess& server) {
  const std::string headers = "Content-Type: application/octet-stream\r\nAuthorization: Bearer " +
                              get_token(server.port(), office.opener) + "\r\n";
  for (const DocumentId& document : Asker::documents()) {
    for (const auto& [name, sections] : content()) {
      if (!(dossier(name) == document.dossier)) continue;
      const SealedBlob blob = blob_of(name, document.section);
      const std::string bytes(blob.bytes.begin(), blob.bytes.end());
      const HttpAnswer answer = http_once(
          server.port(),
          http_request("POST", "/v1/blobs" + blob_query(name, blob), bytes, headers));
      CAPTURE(name, document.section, answer.body);
      REQUIRE(answer.status == 200);
    }
  }
}

/// Every file, by every way: given exactly where the section is.
void ask_for_files(const ServerProcess& server, const Who& who, const std::string& token) {
  const std::string bearer = "Authorization: Bearer " + token + "\r\n";
  for (const auto& [name, sections] : content()) {
    for (const std::string& section : sections) {
      CAPTURE(name, section);
      const SealedBlob blob = blob_of(name, section);
      const std::string query = blob_query(name, blob);
      const auto seen = who.sees.find(name);
      const bool theirs = seen != who.sees.end() && seen->second.count(section) == 1;
      for (const std::string& request :
           {http_request("GET", "/v1/blobs" + query, "", bearer),
            http_request("GET", "/v1/blobs" + query, "", bearer + "Range: bytes=0-\r\n"),
            http_request("POST", "/v1/blobs/read" + query, "", bearer)}) {
        const HttpAnswer answer = http_once(server.port(), request);
        CHECK((answer.status == 200 || answer.status == 206) == theirs);
        CHECK((answer.status == 404) == !theirs);
        if (!theirs) CHECK(answer.body.find(to_text(dossier(name))) == std::string::npos);
      }
      const int asked =
          http_once(server.port(), http_request("POST", "/v1/blobs" + query, "", bearer)).status;
      CHECK((asked == 200) == theirs);
    }
  }
}

/// Every path of the server, and by what it is held here: asked as everybody below, open to anybody
/// because it tells of nobody, or a machine's. A new one has to be put somewhere.
const std::map<std::string, std::set<std::string>>& places() {
  static const std::map<std::string, std::set<std::string>> kPlaces{
      {"asked as everybody",
       {"/v1/sync", "/v1/digests", "/v1/access", "/v1/blobs", "/v1/blobs/read", "/v1/wait",
        "/v1/openings", "/v1/findings", "/v1/glass", "/v1/glass/list", "/v1/glass/end",
        "/v1/glass/seen", "/v1/steer/people", "/v1/steer/dossiers", "/v1/steer/access",
        "/v1/steer/erasures", "/v1/steer/report", "/v1/steer/report/records", "/v1/steer/act",
        "/v1/device/escrow", "/v1/device/escrow/end"}},
      {"of machines", {"/v1/reports", "/metrics", "/siuss/v1/flussi", "/siuss/v1/esiti"}},
      {"tells of nobody",
       {"/v1/enrol", "/v1/sign-in/ways", "/v1/sign-in/begin", "/v1/sign-in/callback",
        "/v1/sign-in/account", "/v1/sign-in/step", "/v1/sign-in/finish", "/v1/challenge",
        "/v1/token", "/v1/machines/token", "/.well-known/oauth-authorization-server",
        "/v1/device-policy", "/v1/device/order", "/v1/device/destroyed", "/status", "/ready",
        "/siuss/v1/status", "/openapi.json"}},
  };
  return kPlaces;
}

void check_places(const ServerProcess& server) {
  std::set<std::string> known;
  for (const auto& [how, paths] : places()) known.insert(paths.begin(), paths.end());
  std::set<std::string> served;
  const auto told = boost::json::parse(
      http_once(server.port(), http_request("GET", "/openapi.json")).body);
  for (const auto& path : told.at("paths").as_object()) served.emplace(path.key());
  CHECK(served == known);
}

struct Asking {
  const ServerProcess& server;
  std::string token;

  [[nodiscard]] HttpAnswer get(const std::string& target) const {
    return http_once(server.port(), http_request("GET", target, "", bearer()));
  }
  [[nodiscard]] HttpAnswer post(const std::string& target, const std::string& body,
                                const char* type = "application/json") const {
    return http_once(server.port(),
                     http_request("POST", target, body,
                                  std::string("Content-Type: ") + type + "\r\n" + bearer()));
  }

 private:
  [[nodiscard]] std::string bearer() const { return "Authorization: Bearer " + token + "\r\n"; }
};

/// What a desk may ask: by the power of the role, and of the dossiers that one holds.
void ask_as_a_desk(const Who& who, const Asking& asking, const Judge& judge) {
  // Whose contract is over, or whose role has no such power, is told nothing at all.
  const bool decides = who.role == "coordinator";
  const bool administers = who.role == "admin";
  for (const char* what : {"people", "dossiers", "erasures"}) {
    CAPTURE(what);
    const HttpAnswer answer = asking.post(std::string("/v1/steer/") + what, "{}");
    const bool may = decides || (administers && what == std::string("people"));
    CHECK(answer.status == (may ? 200 : 403));
    judge.judge_text(answer.body);
  }
  for (const char* code : {"R10", "R11", "R15"}) {
    CAPTURE(code);
    const std::string of = std::string(R"({"report":")") + code + R"(")";
    const bool may = decides || (administers && code == std::string("R11"));
    const HttpAnswer page = asking.post("/v1/steer/report", of + "}");
    CHECK(page.status == (may ? 200 : 403));
    judge.judge_text(page.body);
    for (const char* figure : {R"("accesses","measure":"acts"})", R"("reads","measure":"lines"})",
                               R"("questions","measure":"questions"})"}) {
      const HttpAnswer behind =
          asking.post("/v1/steer/report/records", of + R"(,"table":)" + figure);
      CHECK((behind.status == 403) == !may);
      judge.judge_text(behind.body);
    }
  }
  for (const auto& [name, sections] : content()) {
    CAPTURE(name);
    const std::string of = R"({"dossier":")" + to_text(dossier(name)) + R"(",)";
    const int theirs = decides && who.sees.count(name) == 1 ? 200 : decides ? 404 : 403;
    CHECK(asking.post("/v1/steer/access", of + R"("before":"1"})").status == theirs);
    // To nobody who is there: what is asked is only whether one could.
    const HttpAnswer act = asking.post(
        "/v1/steer/act", of + R"("act":"assign","account":"user-nobody"})");
    CHECK(act.status == (decides ? 404 : 403));
  }
  for (const char* act : {"invite", "uninvite", "disable", "revoke", "lock", "unlock", "wipe",
                          "give_up", "add_person", "set_person", "absent", "back"}) {
    CAPTURE(act);
    const HttpAnswer answer =
        asking.post("/v1/steer/act", std::string(R"({"act":")") + act + R"("})");
    CHECK(answer.status >= 400);
    if (!decides && !administers) CHECK(answer.status == 403);
  }
}

/// What is not assigned is opened by those whose role may, and never what is denied or reserved.
void ask_for_glass(const Who& who, const Asking& asking, const Judge& judge) {
  const server::Roles roles = server::Roles::defaults();
  const bool may = roles.find(who.role)->glass_hours != 0 && who.writes;
  // Reserved to one person: for all others there is no such dossier.
  const HttpAnswer opened = asking.post(
      "/v1/glass", R"({"reason":"una prova d'emergenza","hours":1,"dossier":")" +
                       to_text(dossier("hidden")) + R"("})");
  CHECK(opened.status == (!may ? 403 : who.sees.count("hidden") == 1 ? 409 : 404));
  const HttpAnswer list = asking.post("/v1/glass/list", "{}");
  CHECK(list.status == 200);
  judge.judge_text(list.body);
  const std::string id = R"({"id":")" + std::string(32, 'a') + R"("})";
  for (const char* path : {"/v1/glass/end", "/v1/glass/seen"}) {
    CAPTURE(path);
    CHECK(asking.post(path, id).status == 404);
  }
}

/// By the other routes that take a device's token.
void ask_elsewhere(const Office& office, const Who& who, const Asking& asking,
                   const Judge& judge) {
  const HttpAnswer findings = asking.get("/v1/findings");
  CHECK(findings.status == 200);
  judge.judge_text(findings.body);
  CHECK(asking.get("/v1/wait?seen=somewhere").status == 400);
  if (!who.sees.empty()) {
    const HttpAnswer news = asking.get("/v1/wait?seen=" + to_text(office.cursors.at(1)));
    CHECK(news.status == 200);
    judge.judge_text(news.body);
  }
  // One may say of anything that one opened it; nothing comes back of what it is.
  for (const auto& [name, sections] : content()) {
    const HttpAnswer noted = asking.post(
        "/v1/openings", R"({"openings":[{"dossier":")" + to_text(dossier(name)) +
                            R"(","section":"health","at":"2026-01-01T10:00:00.000Z"}]})");
    CAPTURE(name, noted.body);
    CHECK(noted.status == 200);
    judge.judge_text(noted.body);
  }
  // Nothing is ordered of these devices.
  const std::string order = "?order=" + std::string(32, 'a');
  CHECK(asking.post("/v1/device/escrow" + order + "&parcel=" + std::string(64, 'b'), "x",
                    "application/octet-stream")
            .status >= 400);
  CHECK(asking.post("/v1/device/escrow/end", "{}").status >= 400);
  // A device's token is no machine's.
  for (const char* path : {"/v1/reports", "/siuss/v1/flussi"}) {
    CAPTURE(path);
    CHECK((asking.get(path).status == 401 || asking.get(path).status == 403));
  }
  // On loopback anybody may count; nobody is named.
  judge.judge_text(asking.get("/metrics").body);
}

/// By the routes that answer in JSON.
void ask_in_json(const ServerProcess& server, const Who& who, const std::string& token,
                 const Judge& judge) {
  const std::string bearer = "Authorization: Bearer " + token + "\r\n";
  const HttpAnswer digests =
      http_once(server.port(), http_request("GET", "/v1/digests?limit=2000", "", bearer));
  CHECK(digests.status == 200);
  judge.judge_text(digests.body);
  for (const auto& [name, sections] : content()) {
    CAPTURE(name);
    const std::string path = "/v1/access?dossier=" + to_text(dossier(name));
    const int status = http_once(server.port(), http_request("GET", path, "", bearer)).status;
    // Some are assigned a dossier whose sections hold nothing for their role.
    CHECK((status == 200 || (status == 403 && who.sees.count(name) == 0)));
  }
}

}  // namespace

TEST_CASE("permission: everybody asks for everything over HTTP, and nobody gets what is not theirs",
          "[server][process][permission][S045][S120][P7]") {
  std::printf("INSIEME_SEED=%llu\n", static_cast<unsigned long long>(seed()));
  Office office;
  const std::string data = office.dir.path().string();
  ServerProcess server(data);
  fill(office, server);
  bring_blobs(office, server);
  office.declare();
  Asker asker(office);
  std::map<std::string, std::string> tokens;
  std::map<std::string, Judge> judges;
  for (const Who& who : everybody()) {
    tokens[who.name] = get_token(server.port(), office.tablets.at(who.name));
    judges.emplace(who.name, Judge(who));
  }
  int answered = 0;
  for (int i = 0; i < kRequests; ++i) {
    const Who& who = everybody()[asker.below(everybody().size())];
    CAPTURE(i, who.name, who.role);
    const SyncRequest request = asker.ask(office.tablets.at(who.name));
    const auto reply = exchange(server.port(), request, tokens[who.name]);
    if (!reply) continue;
    ++answered;
    judges.at(who.name).judge(request, *reply);
  }
  CHECK(answered > kRequests * 3 / 4);
  for (const Who& who : everybody()) {
    CAPTURE(who.name);
    ask_plainly(office, server, who, tokens[who.name], judges.at(who.name));
    ask_in_json(server, who, tokens[who.name], judges.at(who.name));
    ask_for_files(server, who, tokens[who.name]);
    const Asking asking{server, tokens[who.name]};
    ask_as_a_desk(who, asking, judges.at(who.name));
    ask_for_glass(who, asking, judges.at(who.name));
    ask_elsewhere(office, who, asking, judges.at(who.name));
  }
  check_places(server);
  std::set<std::string> asked;
  for (const Who& who : everybody()) asked.insert(who.role);
  const auto roles = server::Roles::defaults().names();
  CHECK(asked == std::set<std::string>(roles.begin(), roles.end()));
  // Who asked in vain is in the access log, and the log is whole.
  CHECK(run_program("insieme-server", {"verify", "--data", data}, {}).code == 0);
  const Finished log = run_program(
      "insieme-server", {"access-log", "--account", "user-nino", "--json", "--data", data}, {});
  CHECK(log.code == 0);
  CHECK(log.out.find("\"kind\":\"refused\"") != std::string::npos);
  CHECK(log.out.find("\"kind\":\"read\"") == std::string::npos);
}
