#include "storage/answers.hpp"

#include "storage/packed.hpp"

namespace insieme::client {

namespace {

constexpr std::int64_t kWhole = 8;
constexpr std::int64_t kBytesMax = 256 << 10;
constexpr std::int64_t kLookEvery = 64;
constexpr std::size_t kLongBytes = 8 << 10;  ///< after such an answer it is looked, too
constexpr std::int64_t kKnown = 10'000;

/// By the order in which they came, not by time: clocks jump.
void drop_old(Core& core, std::int64_t newest) {
  std::int64_t bytes = 0;
  std::int64_t from = 0;  // whose answers go, it included
  {
    auto& rows = core.db.cached(
        "SELECT n, octet_length(answer) FROM answers WHERE n <= ? ORDER BY n DESC");
    const sqlite::ResetGuard guard(rows);
    rows.bind_all(newest - kWhole);
    while (from == 0 && rows.step() && !rows.is_null(1)) {
      bytes += rows.get_int64(1);
      if (bytes > kBytesMax) from = rows.get_int64(0);
    }
  }
  core.db.cached("UPDATE answers SET answer = NULL WHERE n <= ? AND answer IS NOT NULL")
      .bind_all(from)
      .run();
  core.db.cached("DELETE FROM answers WHERE n <= ?").bind_all(newest - kKnown).run();
}

}  // namespace

std::optional<std::string> answer_to(Core& core, const std::string& request_id,
                                     std::uint64_t fingerprint) {
  auto& known = core.db.cached("SELECT answer, fingerprint FROM answers WHERE id = ?");
  const sqlite::ResetGuard guard(known);
  known.bind_all(request_id);
  if (!known.step()) return {};
  if (static_cast<std::uint64_t>(known.get_int64(1)) != fingerprint) {
    refuse(ErrorCode::conflict, "this request id was used for something else");
  }
  if (known.is_null(0)) {
    refuse(ErrorCode::expired, "this was carried out before; its answer is not kept any longer");
  }
  const auto kept = unpack(known.get_blob(0), kAnswerBytesMax);
  return std::string(kept.begin(), kept.end());
}

void keep_answer(Core& core, const std::string& request_id, std::uint64_t fingerprint,
                 const std::string& answer) {
  // Answers say much, and mostly the same: of a thousand records saved at once a third of a
  // megabyte.
  const auto packed =
      pack({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()});
  {
    auto& insert =
        core.db.cached("INSERT INTO answers(id, fingerprint, answer, at_ms) VALUES(?, ?, ?, ?)");
    const sqlite::ResetGuard guard(insert);
    insert.bind(1, std::string_view(request_id)).bind(2, static_cast<std::int64_t>(fingerprint));
    if (packed.empty()) {
      insert.bind(3, std::string_view(answer));
    } else {
      insert.bind(3, packed);
    }
    insert.bind(4, core.platform.now_ms());
    insert.run();
  }
  const std::int64_t newest = core.db.last_insert_rowid();
  if (newest % kLookEvery == 0 || packed.size() > kLongBytes) drop_old(core, newest);
}

}  // namespace insieme::client
