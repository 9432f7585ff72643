#pragma once
// What the server found over all dossiers and tells the account of this store: docs/adr/0031.

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "insieme/client/engine.hpp"

namespace insieme::client {

/// Nobody reads more at once; the rest is there after some are decided.
inline constexpr std::size_t kServerFindingsMax = 2'000;

struct ServerFinding {
  struct Record {
    sync::RecordId id;
    std::string type;
    sync::DossierId dossier;
  };
  std::string key;   ///< 64 hexadecimal digits
  std::string kind;  ///< code of `finding_kinds`, `nota_altrove`, or one of a newer server
  std::string name;  ///< of the rule, the comparison or the agreement
  std::vector<std::string> evidence;
  std::vector<Record> records;
  std::string body;  ///< the other body that knows such a person; empty: within the space
  std::string ask;   ///< whom to ask there
};

struct ServerFindings {
  std::vector<ServerFinding> all;  ///< in the order of their keys
  std::set<std::string> cut;       ///< comparisons of which the server looked at the first only
  bool more = false;               ///< beyond kServerFindingsMax
};

/// One page of the server's answer, and where the next begins.
struct FindingsPage {
  std::vector<ServerFinding> findings;
  std::set<std::string> cut;
  std::string next;  ///< empty: it is the last
};
/// `malformed`: not what a server answers. Texts are made fit to be shown on one line.
[[nodiscard]] Result<FindingsPage> parse_findings_page(std::span<const std::uint8_t> body);

/// One question in steps that never block. The engine must outlive it.
class FindingsRun {
 public:
  using Need = std::variant<HttpRequest, Pause, Result<ServerFindings>>;

  explicit FindingsRun(Engine& engine) : engine_(engine) {}
  /// `unauthenticated`: not enrolled. Later: `not_found` (a server that is older), `unavailable`
  /// (no network, or the server is busy for long), `not_allowed` (the device or its account is not
  /// accepted any more), `malformed`.
  [[nodiscard]] Need begin();
  [[nodiscard]] Need answered(const Result<HttpReply>& reply);
  /// `to_its_end` false: the wait was given up.
  [[nodiscard]] Need waited(bool to_its_end);

 private:
  enum class Asked { nothing, challenge, token, page };

  [[nodiscard]] Need ask_challenge();
  [[nodiscard]] Need ask_page();
  [[nodiscard]] Need on_page(const HttpReply& reply);
  [[nodiscard]] Need end(Result<ServerFindings> result);

  Engine& engine_;
  Asked asked_ = Asked::nothing;
  ServerFindings found_;
  std::string after_;
  int tokens_ = 0;
  int waits_ = 0;
  Error why_{ErrorCode::unavailable, {}};
};

/// A FindingsRun from its begin to its end.
[[nodiscard]] Result<ServerFindings> ask_findings(Engine& engine);

}  // namespace insieme::client
