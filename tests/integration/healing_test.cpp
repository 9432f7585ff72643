// A server that is put back from yesterday's backup, and what tablets give back to it that only
// they have.
#include <algorithm>
#include <filesystem>

#include "ambito.hpp"
#include "insieme/sync/protocol.hpp"
#include "support/catch.hpp"
#include "support/server_process.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

/// Anna has saved and sent something since yesterday's backup, and Carla may have heard of it.
struct Yesterday : Ambito {
  std::string copy = folder.file("ieri.db");

  explicit Yesterday(bool carla_heard = true) {
    server.admin({"backup", copy});
    save("oggi, inviata");
    anna.ok({"sync"});
    if (carla_heard) carla.ok({"sync"});
  }
  void put_back() {
    server.kill();
    for (const char* rest : {"", "-wal", "-shm"}) fs::remove(server.data() + "/server.db" + rest);
    fs::copy_file(copy, server.data() + "/server.db");
    server.start();
  }
  /// A tablet that has never seen anything of it.
  [[nodiscard]] std::string shown_to_a_newcomer() {
    const Terminal dario(folder.path(), "dario");
    enrol(dario, "dario", "Dario Blu", "coordinator");
    dario.ok({"sync"});
    return shown(dario, "next_step");
  }
};

/// The last frame of a tablet's synchronisation that `wanted` likes, with its token.
struct Captured {
  std::string token;
  sync::SyncRequest request;

  template <class Wanted>
  Captured(Ambito& at, const Terminal& who, Wanted wanted) {
    at.network.take_passed();
    who.ok({"sync"});
    bool found = false;
    for (const Passed& passed : at.network.take_passed()) found |= look(passed.request, wanted);
    REQUIRE(found);
  }

  [[nodiscard]] sync::SyncReply post(const Ambito& at, const sync::SyncRequest& sent) const {
    const auto frame = sync::encode_message(sent);
    const HttpAnswer answer = http_once(
        at.server.port(),
        http_request("POST", "/v1/sync", std::string(frame.begin(), frame.end()),
                     "Content-Type: application/vnd.insieme.sync\r\nAuthorization: Bearer " +
                         token + "\r\n"));
    CAPTURE(answer.status, answer.body);
    REQUIRE(answer.status == 200);
    const std::vector<std::uint8_t> bytes(answer.body.begin(), answer.body.end());
    return std::get<sync::SyncReply>(*sync::decode_message(bytes));
  }

 private:
  template <class Wanted>
  bool look(const std::string& bytes, const Wanted& wanted) {
    bool found = false;
    for (std::size_t at = bytes.find("POST /v1/sync"); at != std::string::npos;
         at = bytes.find("POST /v1/sync", at + 1)) {
      const std::size_t bearer = bytes.find("Bearer ", at) + 7;
      const std::size_t length = bytes.find("Content-Length: ", at) + 16;
      const std::size_t body = bytes.find("\r\n\r\n", at) + 4;
      const std::size_t size = std::strtoull(bytes.c_str() + length, nullptr, 10);
      const std::string text = bytes.substr(body, size);
      const std::vector<std::uint8_t> frame(text.begin(), text.end());
      const auto message = sync::decode_message(frame);
      REQUIRE(message.ok());
      if (!wanted(std::get<sync::SyncRequest>(*message))) continue;
      request = std::get<sync::SyncRequest>(*message);
      token = bytes.substr(bearer, bytes.find("\r\n", bearer) - bearer);
      found = true;
    }
    return found;
  }
};

TEST_CASE("healing: another tablet gives back what its author cannot bring any more",
          "[integration][P2]") {
  Yesterday at;
  SECTION("her device was revoked") {
    const json::array devices = at.server.admin_json({"devices"}).as_array();
    const auto hers = std::find_if(devices.begin(), devices.end(), [](const json::value& one) {
      return member(one.as_object(), "account") == "anna";
    });
    REQUIRE(hers != devices.end());
    at.server.admin({"revoke", member(hers->as_object(), "device"), "--reason", "perso"});
  }
  SECTION("the dossier was taken from her") {
    at.server.admin({"assign", "anna", at.dossier, "--remove", "--reason", "passaggio"});
    at.anna.ok({"sync"});
    CHECK(at.anna.ask({"open"}).at("dossiers").as_array().empty());
  }
  at.put_back();
  at.carla.ok({"sync"});
  at.bruno.ok({"sync"});
  CHECK(at.shown(at.bruno, "next_step") == "oggi, inviata");
  CHECK(at.shown_to_a_newcomer() == "oggi, inviata");
  at.check_agreement_of({&at.bruno, &at.carla});
  const json::object verified = at.server.admin_json({"verify"}).as_object();
  CHECK(verified.at("faults").as_array().empty());
}

TEST_CASE("healing: an operator restores, and every tablet that is ahead brings its part",
          "[integration][P2]") {
  Yesterday at;
  at.save("scritta e non ancora inviata");
  at.server.stop();
  at.server.admin({"restore", at.copy});
  at.server.start();
  CHECK(member(at.server.admin_json({"status"}).as_object(), "epoch") == "2");
  at.bruno.ok({"edit", at.visit, "place=scuola"});
  at.check_whole();
  CHECK(at.shown_to_a_newcomer() == "scritta e non ancora inviata");
}

TEST_CASE("healing: an author whose tablet has dropped the dossier brings her work all the same",
          "[integration][P2]") {
  Yesterday at(false);
  at.server.admin({"assign", "anna", at.dossier, "--remove", "--reason", "passaggio"});
  at.anna.ok({"sync"});
  REQUIRE(at.anna.ask({"open"}).at("dossiers").as_array().empty());
  at.put_back();
  at.exchange();
  at.check_whole();
  CHECK(at.shown(at.bruno, "next_step") == "oggi, inviata");
}

TEST_CASE("healing: a change that a tablet invents in somebody else's name is not taken",
          "[integration][server][P2]") {
  Yesterday at;
  at.put_back();
  const Captured honest(at, at.carla, [](const sync::SyncRequest& request) {
    return !request.healing.empty();
  });
  REQUIRE_FALSE(honest.request.healing.changes.empty());
  at.put_back();
  // Bruno has nothing of it; his tablet is the one that lies.
  const Captured liar(at, at.bruno, [](const sync::SyncRequest& request) {
    return request.changes.empty() && request.healing.empty();
  });
  const auto position = [&] { return at.server.admin_json({"status"}).as_object().at("position"); };
  const json::value before = position();
  sync::SyncRequest forged = liar.request;
  forged.healing = honest.request.healing;
  for (sync::Operation& op : *forged.healing.changes.back().ops) {
    auto* write = std::get_if<sync::WriteOp>(&op.action);
    if (write != nullptr) write->value = std::string("mai detto");
  }
  for (const sync::PushResult& result : liar.post(at, forged).healed) {
    CHECK(result.verdict == sync::Verdict::deferred);
  }
  CHECK(position() == before);
  // What was true is taken from him, too: he only carries it.
  sync::SyncRequest carried = liar.request;
  carried.healing = honest.request.healing;
  const auto taken = liar.post(at, carried).healed;
  REQUIRE(taken.size() == honest.request.healing.take);
  for (const sync::PushResult& result : taken) CHECK(result.verdict == sync::Verdict::accepted);
  at.exchange();
  at.check_whole();
}

}  // namespace
}  // namespace insieme::testing
