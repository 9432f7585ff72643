#include "api/app_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "insieme/sync/digest.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBytesMax = 64 * 1024 * 1024;
constexpr std::string_view kIndex = "/index.html";

/// Nothing from elsewhere, nothing inline, and nobody else's frame. WebAssembly is compiled; no
/// text ever becomes a program.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; img-src 'self' data: blob:; style-src 'self'; font-src 'self'; "
    "manifest-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'";

struct MediaType {
  std::string_view ending;
  std::string_view type;
};
constexpr std::array<MediaType, 11> kMediaTypes{
    MediaType{".html", "text/html; charset=utf-8"},
    MediaType{".js", "text/javascript; charset=utf-8"},
    MediaType{".css", "text/css; charset=utf-8"},
    MediaType{".wasm", "application/wasm"},
    MediaType{".json", "application/json"},
    MediaType{".webmanifest", "application/manifest+json"},
    MediaType{".svg", "image/svg+xml"},
    MediaType{".png", "image/png"},
    MediaType{".woff2", "font/woff2"},
    MediaType{".txt", "text/plain; charset=utf-8"},
    MediaType{".md", "text/plain; charset=utf-8"},
};

std::string media_type_of(const std::string& ending) {
  for (const MediaType& known : kMediaTypes) {
    if (known.ending == ending) return std::string(known.type);
  }
  return "application/octet-stream";
}

/// `app.1a2b3c4d.js`: eight or more hexadecimal digits before the ending.
bool is_named_after_content(const fs::path& path) {
  const std::string stem = path.stem().string();
  const std::size_t dot = stem.rfind('.');
  if (dot == std::string::npos || stem.size() - dot - 1 < 8) return false;
  return std::all_of(stem.begin() + static_cast<std::ptrdiff_t>(dot) + 1, stem.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

std::vector<std::uint8_t> bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Whether a list such as `gzip, br;q=0.5` takes it. A weight of nothing is a refusal.
bool takes(std::string_view list, std::string_view coding) {
  while (!list.empty()) {
    std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), one.size() + 1));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    if (one.substr(0, one.find_first_of("; ")) != coding) continue;
    return one.find("q=0") == std::string_view::npos || one.find("q=0.") != std::string_view::npos;
  }
  return false;
}

}  // namespace

Result<AppFiles> AppFiles::load(const std::string& folder) {
  AppFiles app;
  std::error_code error;
  std::size_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    const fs::path& path = entry.path();
    const std::string ending = path.extension().string();
    if (!entry.is_regular_file() || ending == ".br" || ending == ".gz") continue;
    File file;
    file.media_type = media_type_of(ending);
    file.is_forever = is_named_after_content(path);
    file.plain = bytes_of(path);
    file.brotli = bytes_of(path.string() + ".br");
    file.gzip = bytes_of(path.string() + ".gz");
    bytes += file.plain.size() + file.brotli.size() + file.gzip.size();
    if (bytes > kBytesMax) {
      return Error{ErrorCode::limit_exceeded, folder + ": more than 64 MiB: not the app's folder"};
    }
    sync::Hasher hasher("insieme app file");
    hasher.add(std::string_view(reinterpret_cast<const char*>(file.plain.data()),
                                file.plain.size()));
    file.etag = "\"" + sync::to_hex(hasher.finish().bytes).substr(0, 32) + "\"";
    app.files_.emplace("/" + path.lexically_relative(folder).generic_string(), std::move(file));
  }
  if (error || app.find("/") == nullptr) {
    return Error{ErrorCode::not_found, folder + ": there is no index.html in it"};
  }
  return app;
}

const AppFiles::File* AppFiles::find(std::string_view path) const {
  const auto found = files_.find(path == "/" ? kIndex : path);
  return found == files_.end() ? nullptr : &found->second;
}

bool AppFiles::has(std::string_view path) const { return find(path) != nullptr; }

Response AppFiles::respond(const Request& request) const {
  const File* file = find(request.path);
  Response response;
  if (file == nullptr) {
    response.status = 404;
    return response;
  }
  response.content_type = file->media_type;
  response.headers = {
      {"ETag", file->etag},
      {"Vary", "Accept-Encoding"},
      {"Cache-Control", file->is_forever ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Content-Security-Policy", std::string(kContentPolicy)},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Referrer-Policy", "no-referrer"},
      {"Permissions-Policy", "geolocation=(), microphone=(), camera=(self)"},
  };
  if (request.if_none_match == file->etag) {
    response.status = 304;
    return response;
  }
  if (!file->brotli.empty() && takes(request.accept_encoding, "br")) {
    response.headers.emplace_back("Content-Encoding", "br");
    response.body = file->brotli;
  } else if (!file->gzip.empty() && takes(request.accept_encoding, "gzip")) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = file->gzip;
  } else {
    response.body = file->plain;
  }
  return response;
}

}  // namespace insieme::server
