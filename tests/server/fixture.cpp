#include "fixture.hpp"

#include <stdlib.h>

#include <stdexcept>

#include "world_storage.hpp"

namespace insieme::testing {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "insieme-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

World::World(const server::Roles& roles) : roles_(roles) {
  config.roles = roles;
  repository = make_world_storage(database(), [this] { return now_ms; }, roles_);
  board = std::make_unique<server::FindingBoard>(*repository, dir_.path());
  blobs = server::open_blob_folder(dir_.file("blobs"));
  server::Services services{*repository, tokens, metrics, config, [this] { return now_ms; },
                            keys.public_key, [this] { return free_disk; }, server::fill_random,
                            keys.secret_key, pins};
  services.findings = board.get();
  services.blobs = blobs.get();
  api_ = std::make_unique<server::Api>(std::move(services));
}

std::unique_ptr<server::Repository> World::second_process() const {
  return open_world_storage(database(), [this] { return now_ms; }, roles_);
}

void World::add(const MemoryDevice& tablet, const std::string& role) {
  const std::string account = "user-" + tablet.name();
  const auto added = repository->add_user({account, "Person " + tablet.name(), role, false, 0});
  INSIEME_ASSERT(added.ok());
  enrol(tablet, account);
}

void World::enrol(const MemoryDevice& tablet, const std::string& account) {
  const Digest hash = Hasher("test invitation").add(std::string_view(tablet.name())).finish();
  INSIEME_ASSERT(repository->add_invitation(hash, account, now_ms + 1000).ok());
  const auto enrolled = repository->enrol(
      {hash, tablet.public_key(), tablet.name(), rep(tablet.name()), tablet.id()});
  INSIEME_ASSERT(enrolled.ok());
  tokens.put_token(tablet.id(), "token-" + tablet.name(), INT64_MAX);
}

server::Caller World::caller(const MemoryDevice& tablet) {
  return repository->find_caller(tablet.id()).value();
}

server::Response World::post_sync(const MemoryDevice& tablet,
                                  const std::vector<std::uint8_t>& frame) {
  server::Request request;
  request.method = "POST";
  request.path = "/v1/sync";
  request.authorization = "Bearer token-" + tablet.name();
  request.content_type = server::kSyncMediaType;
  request.request_id = "test";
  request.body = frame;
  return api_->handle(request);
}

Network World::network(const MemoryDevice& tablet) {
  return [this, &tablet](const std::vector<std::uint8_t>& frame) -> SendResult {
    server::Response response = post_sync(tablet, frame);
    if (response.status == 200) return ReplyArrived{std::move(response.body)};
    return SendFailed{response.status, body_text(response), 0};
  };
}

RunResult World::sync(MemoryDevice& tablet) { return tablet.run(network(tablet)); }

std::string body_text(const server::Response& response) {
  return {response.body.begin(), response.body.end()};
}

server::Request json_request(std::string path, const std::string& body) {
  server::Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.content_type = "application/json";
  request.request_id = "test";
  request.body.assign(body.begin(), body.end());
  return request;
}

}  // namespace insieme::testing
