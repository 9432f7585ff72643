#include "hub.hpp"

#include <algorithm>
#include <fstream>

#include "insieme/server/secrets.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "subject.hpp"

namespace insieme::bench {
namespace {

constexpr std::string_view kAddress = "http://hub";
constexpr std::int64_t kHourMs = 3'600'000;

std::string header_of(const client::HttpRequest& request, std::string_view wanted) {
  for (const auto& [name, value] : request.headers) {
    const bool same = std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                                 [](char a, char b) { return (a | 32) == (b | 32); });
    if (same) return value;
  }
  return {};
}

}  // namespace

struct Hub::Parts {
  server::Config config;
  server::Tokens tokens;
  server::Metrics metrics;
  std::unique_ptr<server::Repository> repository;
  std::unique_ptr<server::Api> api;
};

Hub::Hub(const std::filesystem::path& folder, server::SnapshotPolicy snapshots)
    : parts_(std::make_unique<Parts>()) {
  const std::string path = (folder / "server.db").string();
  const server::Clock clock = [] { return client::system_platform().now_ms(); };
  if (!std::filesystem::exists(path)) {
    must(server::create_space(path, client::random_id<sync::SpaceId>(client::system_platform()),
                              "Benchmark", clock()));
    std::ofstream(folder / "server.key") << "01" << std::string(62, '0') << '\n';
  }
  parts_->repository =
      must(server::open_sqlite_repository(path, server::Roles::defaults(), clock, snapshots));
  const sync::KeyPair keys = sync::make_key_pair({1});
  parts_->api = std::make_unique<server::Api>(
      server::Services{*parts_->repository, parts_->tokens, parts_->metrics, parts_->config, clock,
                       keys.public_key, {}, server::fill_random, keys.secret_key, {}});
}

Hub::~Hub() = default;

client::EnrolRequest Hub::invite(const std::string& account, const std::string& role) {
  server::User user;
  user.account = account;
  user.display_name = account;
  user.role = role;
  must(parts_->repository->add_user(user));
  client::EnrolRequest request;
  request.invitation.server_url = kAddress;
  request.invitation.code = server::new_invitation_code();
  must(parts_->repository->add_invitation(*server::hash_invitation(request.invitation.code),
                                          account,
                                          client::system_platform().now_ms() + kHourMs));
  request.device_name = "tablet";
  return request;
}

void Hub::assign(const std::string& account, const std::string& dossier) {
  const auto id = must(sync::id_from_text<sync::DossierId>(dossier));
  must(parts_->repository->assign(account, id, {}));
}

server::Repository& Hub::repository() { return *parts_->repository; }

server::Response Hub::handle(const server::Request& request) {
  return parts_->api->handle(request);
}

Result<client::HttpReply> Link::post(const client::HttpRequest& sent) {
  server::Request request;
  request.method = "POST";
  request.path = sent.url.substr(kAddress.size());
  request.authorization = header_of(sent, "authorization");
  request.content_type = header_of(sent, "content-type");
  request.request_id = "benchmark";
  request.body = sent.body;
  server::Response response;
  counted_.server += timed([&] { response = hub_.handle(request); });
  if (request.path == "/v1/sync") {
    counted_.sent_bytes += sent.body.size();
    counted_.received_bytes += response.body.size();
    ++counted_.turns;
  }
  client::HttpReply reply;
  reply.status = response.status;
  reply.content_type = response.content_type;
  reply.body = std::move(response.body);
  reply.handed_over = true;
  return reply;
}

}  // namespace insieme::bench
