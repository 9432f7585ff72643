#include "storage/notices.hpp"

namespace insieme::client {

void raise_notice(Core& core, const std::string& english, const std::string& italian) {
  core.db.cached("INSERT INTO alarms(at_ms, text) VALUES(?, ?)")
      .bind_all(core.platform.now_ms(), english + "\n" + italian)
      .run();
}

std::vector<Notice> read_notices(Core& core) {
  auto& rows = core.db.cached("SELECT n, at_ms, text FROM alarms ORDER BY n");
  const sqlite::ResetGuard guard(rows);
  std::vector<Notice> notices;
  while (rows.step()) {
    notices.push_back({rows.get_int64(0), rows.get_int64(1), std::string(rows.get_text(2))});
  }
  return notices;
}

void drop_notices(Core& core, std::int64_t up_to) {
  core.db.cached("DELETE FROM alarms WHERE n <= ?").bind_all(up_to).run();
}

void note_refusal(Core& core, const std::string& why) {
  if (core.setting("server_refusal").value_or("") != why) core.set_setting("server_refusal", why);
}

}  // namespace insieme::client
