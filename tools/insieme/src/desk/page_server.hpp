#pragma once
// The app for a browser on this machine, and the store behind it, over HTTP on loopback.

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "desk/page_core.hpp"
#include "desk/page_events.hpp"

namespace insieme::cli {

/// The app's files, read once: no request can name a file of the machine.
class PageFiles {
 public:
  struct File {
    std::string type;
    std::string bytes;
  };
  /// Throws Stop unless there is an index.html, or beyond 64 MiB.
  explicit PageFiles(const std::string& folder);
  /// Null if there is none. `/` is index.html.
  [[nodiscard]] const File* find(const std::string& path) const;

 private:
  std::map<std::string, File> files_;
};

/// Serves whoever knows the token, which stands in the address that is printed and goes nowhere
/// else; and no other site, whatever its name resolves to.
class PageServer {
 public:
  /// Port 0: any free one. Throws Stop if it is taken.
  PageServer(const PageFiles& files, PageCore& core, PageEvents& events, std::uint16_t port);
  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  /// With the token.
  [[nodiscard]] std::string address() const;
  /// Until `stop` becomes true.
  void run(const std::atomic<bool>& stop);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace insieme::cli
