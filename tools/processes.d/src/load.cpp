#include "insieme/processes/load.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace insieme::processes {
namespace {

namespace fs = std::filesystem;

double status_kib(int process, const std::string& what) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(what, 0) == 0) return std::stod(line.substr(what.size()));
  }
  return 0;
}

}  // namespace

double busy_ms(int process) {
  double spent = 0;
  std::error_code gone;
  const fs::path tasks = "/proc/" + std::to_string(process) + "/task";
  for (const fs::directory_entry& task : fs::directory_iterator(tasks, gone)) {
    double nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    spent += nanoseconds;
  }
  return spent / 1e6;
}

double resident_kib(int process) { return status_kib(process, "VmRSS:"); }
double resident_peak_kib(int process) { return status_kib(process, "VmHWM:"); }

}  // namespace insieme::processes
