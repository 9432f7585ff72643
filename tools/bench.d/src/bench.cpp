#include "bench.hpp"

namespace insieme::bench {

Scale tiny_scale() {
  Scale scale;
  scale.name = "tiny";
  scale.runs = 1;
  scale.documents = 10;
  scale.rows = {200};
  scale.edits = 20;
  scale.history_edits = 200;
  scale.households = 5;
  scale.directory = 20;
  scale.probes = 10;
  scale.trace_events = 1'000;
  return scale;
}

Scale quick_scale() {
  Scale scale;
  scale.name = "quick";
  scale.rows = {20'000};
  scale.edits = 600;
  scale.history_edits = 10'000;
  scale.households = 200;
  scale.directory = 9'500;
  scale.probes = 200;
  return scale;
}

Scale full_scale() {
  Scale scale;
  scale.name = "full";
  scale.rows = {20'000, 100'000};
  return scale;
}

std::filesystem::path Bench::fresh(const std::string& name) const {
  const std::filesystem::path path = folder / name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

}  // namespace insieme::bench
