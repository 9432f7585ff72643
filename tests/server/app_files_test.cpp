#include "api/app_files.hpp"

#include <fstream>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

void write(const TempDir& dir, const std::string& name, const std::string& text) {
  std::filesystem::create_directories((dir.path() / name).parent_path());
  std::ofstream(dir.path() / name) << text;
}

std::string header(const server::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

server::Response get(const server::AppFiles& app, const std::string& path,
                     const std::string& accept_encoding = {}, const std::string& etag = {}) {
  server::Request request;
  request.method = "GET";
  request.path = path;
  request.accept_encoding = accept_encoding;
  request.if_none_match = etag;
  return app.respond(request);
}

}  // namespace

TEST_CASE("app files: each is served as the browser takes it", "[server][app]") {
  const TempDir dir;
  write(dir, "index.html", "<p>ciao</p>");
  write(dir, "app.0123abcd.js", "let x = 1;");
  write(dir, "app.0123abcd.js.br", "BROTLI");
  write(dir, "app.0123abcd.js.gz", "GZIP");
  const auto app = server::AppFiles::load(dir.path().string());
  REQUIRE(app.ok());

  const auto index = get(*app, "/");
  CHECK(index.status == 200);
  CHECK(index.content_type == "text/html; charset=utf-8");
  CHECK(body_text(index) == "<p>ciao</p>");
  CHECK(header(index, "Cache-Control") == "no-cache");
  const std::string policy = header(index, "Content-Security-Policy");
  CHECK(policy.find("script-src 'self' 'wasm-unsafe-eval'") != std::string::npos);
  CHECK(policy.find("unsafe-inline") == std::string::npos);
  CHECK(policy.find("'unsafe-eval'") == std::string::npos);

  const std::string script = "/app.0123abcd.js";
  CHECK(body_text(get(*app, script)) == "let x = 1;");
  CHECK(body_text(get(*app, script, "gzip, deflate")) == "GZIP");
  CHECK(body_text(get(*app, script, "gzip, deflate, br")) == "BROTLI");
  CHECK(header(get(*app, script, "br"), "Content-Encoding") == "br");
  CHECK(body_text(get(*app, script, "br;q=0, gzip;q=0.5")) == "GZIP");
  CHECK(header(get(*app, script), "Cache-Control").find("immutable") != std::string::npos);

  const auto unchanged = get(*app, script, "br", header(get(*app, script), "ETag"));
  CHECK(unchanged.status == 304);
  CHECK(unchanged.body.empty());
}

TEST_CASE("app files: no path leaves the folder", "[server][app]") {
  const TempDir dir;
  write(dir, "app/index.html", "index");
  write(dir, "secret.txt", "secret");
  const auto app = server::AppFiles::load(dir.file("app"));
  REQUIRE(app.ok());
  for (const char* path :
       {"/../secret.txt", "/..%2fsecret.txt", "//secret.txt", "secret.txt", ""}) {
    CAPTURE(path);
    CHECK_FALSE(app->has(path));
    CHECK(get(*app, path).status == 404);
  }
}

TEST_CASE("app files: a folder that is no app is refused in words", "[server][app]") {
  const TempDir dir;
  CHECK(server::AppFiles::load(dir.file("nowhere")).error().code == ErrorCode::not_found);
  write(dir, "readme.txt", "no index");
  CHECK(server::AppFiles::load(dir.path().string()).error().code == ErrorCode::not_found);
}
