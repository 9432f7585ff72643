#include "world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace insieme::bench {

World::World(const std::filesystem::path& folder, const Workload& data)
    : workload(data),
      hub(folder),
      anna(hub, folder, "anna", "educator"),
      carla(hub, folder, "carla", "coordinator") {
  anna.enrol();
  carla.enrol();
  const auto dossiers = create_cases(anna.subject, workload);
  for (std::size_t at = 0; at < data.rows.size(); at += kBatch) {
    anna.subject.call(save_request({&data.rows[at], std::min(kBatch, data.rows.size() - at)},
                                   dossiers, data, fmt::format("b-{}", at)));
  }
  anna.synchronise();
}

void edit(Subject& subject, const Workload& workload, std::size_t count, std::int64_t minutes,
          const std::string& label) {
  for (std::size_t at = 0; at < count; at += kBatch) {
    std::string records;
    for (std::size_t i = at; i < std::min(count, at + kBatch); ++i) {
      records += fmt::format(R"({}{{"record":"{}","fields":{{"minutes":{}}}}})",
                             records.empty() ? "" : ",",
                             sync::to_text(workload.rows[i % workload.rows.size()].id),
                             minutes + static_cast<std::int64_t>(i % 7));
    }
    subject.call(fmt::format(R"({{"command":"record.save","request_id":"{}-{}","records":[{}]}})",
                             label, at, records));
  }
}

}  // namespace insieme::bench
