// What a run does with answers about blobs (blob_run.hpp), whatever they are.
#include <random>

#include "blob_run.hpp"
#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

client::HttpReply reply_of(int status, const std::string& body) {
  client::HttpReply reply;
  reply.status = status;
  reply.content_type = status == 200 ? "application/json" : "application/problem+json";
  reply.body.assign(body.begin(), body.end());
  return reply;
}

std::string state_of(std::uint64_t received, bool whole) {
  return R"({"received":)" + std::to_string(received) + R"(,"size":1,"whole":)" +
         (whole ? "true}" : "false}");
}

/// Anna has three files to send, one of which is large, and misses two.
struct Waiting : TwoTablets {
  sync::RecordId visit = anna.new_record();
  Waiting() {
    for (const std::size_t size : {900U, 1'500'000U, 50'000U}) attach(anna, size);
    for (const std::size_t size : {70'000U, 600'000U}) attach(carla, size);
    relay.sync(carla);
    relay.sync(anna);
  }
  void attach(Tablet& tablet, std::size_t size) {
    auto sealed = must(tablet.store->seal_blob(dossier, "image/jpeg",
                                               std::vector<std::uint8_t>(size, 3)));
    const sync::Value value{*sync::encode_blob_ref(sealed.reference)};
    must(tablet.store->once(
        tablet.request(), 3, [&](client::Writer& writer) -> Result<std::string> {
          INSIEME_TRY(writer.put_blob(core, sealed));
          INSIEME_TRY(writer.add(core, {{visit, "visit", "files", sync::AddOp{value}, {}}}));
          return std::string("{}");
        }));
  }
  client::BlobRun run(const client::BlobBudget& budget = {}) {
    return {*anna.store, budget, [](std::string_view path, std::vector<std::uint8_t> body) {
              client::HttpRequest request;
              request.url = path;
              request.body = std::move(body);
              return request;
            }};
  }
};

}  // namespace

TEST_CASE("blob run: whatever a server answers, a run ends and loses nothing",
          "[store][blob][P2]") {
  std::mt19937 random(20'261'126);
  const auto below = [&](std::size_t end) { return random() % end; };
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    Waiting t;
    client::BlobRun run = t.run();
    int requests = 0;
    while (const auto request = run.next()) {
      REQUIRE(++requests < 2'000);
      switch (below(9)) {
        case 0: run.answered(reply_of(200, state_of(below(2'000'000), false))); break;
        case 1: run.answered(reply_of(200, state_of(below(9), false))); break;
        case 2: run.answered(reply_of(200, "[]")); break;
        case 3: run.answered(reply_of(200, std::string(below(300'000), 'x'))); break;
        case 4: run.answered(reply_of(404, R"({"type":"/problems/not-found"})")); break;
        case 5: run.answered(reply_of(409, "{}")); break;
        case 6: run.answered(reply_of(507, R"({"type":"/problems/dossier-full"})")); break;
        case 7: run.answered(reply_of(400, "")); break;
        default: run.answered(reply_of(206, "x")); break;
      }
    }
    // Nothing was taken for sent that nobody took.
    CHECK(run.tally().sent == 0);
    std::size_t here = 0;
    for (const client::BlobLine& line : must(t.anna.store->blobs())) {
      here += line.place == client::BlobPlace::here ? 1U : 0U;
    }
    CHECK(here == 3);
    CHECK(must(t.anna.store->verify()).problems.empty());
  }
}

TEST_CASE("blob run: a network that ends, an older server, and one that is busy end it at once",
          "[store][blob]") {
  for (const auto& [status, body] :
       {std::pair(0, ""), std::pair(401, "{}"), std::pair(429, "{}"), std::pair(503, "{}"),
        std::pair(404, R"({"type":"/problems/no-such-route"})")}) {
    CAPTURE(status, body);
    Waiting t;
    client::BlobRun run = t.run();
    REQUIRE(run.next().has_value());
    run.answered(reply_of(status, body));
    CHECK_FALSE(run.next().has_value());
    CHECK(must(t.anna.store->blob_counts()).to_send == 3);
    CHECK(t.anna.store->blobs()->at(0).note.empty());
  }
}

TEST_CASE("blob run: within its budget, and none at all on a network that costs",
          "[store][blob]") {
  Waiting t;
  CHECK_FALSE(t.run({false, 1'000'000}).next().has_value());
  client::BlobRun run = t.run({true, 100'000});
  std::uint64_t sent = 0;
  std::map<std::string, std::uint64_t> there;
  while (const auto request = run.next()) {
    if (request->url.find("/read") != std::string::npos) {
      run.answered(reply_of(404, R"({"type":"/problems/not-found"})"));
      continue;
    }
    const std::string name = request->url.substr(request->url.find("&blob="), 70);
    there[name] += request->body.size();
    sent += request->body.size();
    const bool small = request->body.size() > 0 && request->body.size() < 200'000;
    run.answered(reply_of(200, state_of(there[name], small)));
  }
  CHECK(sent > 50'000);  // the two small ones
  CHECK(sent <= 100'000);
}
