#pragma once
// The field client as a web page: its files, read once when the server starts and served from
// memory, so that no request can name a file of the machine.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/server/http.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

/// Everything of a folder. Beside `x` may lie `x.br` and `x.gz`, the same compressed; `x` is served
/// as whichever the browser takes. Thread-safe.
class AppFiles {
 public:
  /// `not_found` if there is no index.html, `limit_exceeded` beyond 64 MiB in all.
  [[nodiscard]] static Result<AppFiles> load(const std::string& folder);

  /// The answer to a GET of that path, or null. `/` is index.html.
  [[nodiscard]] bool has(std::string_view path) const;
  [[nodiscard]] Response respond(const Request& request) const;

 private:
  struct File {
    std::string media_type;
    std::string etag;
    bool is_forever = false;  ///< its name changes with its content
    std::vector<std::uint8_t> plain;
    std::vector<std::uint8_t> brotli;
    std::vector<std::uint8_t> gzip;
  };
  [[nodiscard]] const File* find(std::string_view path) const;

  std::map<std::string, File, std::less<>> files_;
};

}  // namespace insieme::server
