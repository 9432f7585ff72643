#include "report.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <thread>

namespace insieme::bench {
namespace {

namespace json = boost::json;

std::string shown(double value) {
  const double size = std::fabs(value);
  if (size >= 100) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

/// Two decimals, never rounded in our favour.
std::string shown_ratio(double ratio, const std::optional<Target>& target) {
  if (!std::isfinite(ratio)) return "-";
  const bool up = target && target->bound == Target::Bound::at_most;
  const double rounded = up ? std::ceil(ratio * 100 - 1e-9) / 100 : std::floor(ratio * 100) / 100;
  return fmt::format("{:.2f}", rounded);
}

std::string shown_target(const Target& target) {
  return fmt::format("{} {}{}", target.bound == Target::Bound::at_least ? ">=" : "<=",
                     target.limit, target.of == Target::Of::ratio ? " x" : "");
}

std::string processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string load_average() {
  std::ifstream in("/proc/loadavg");
  std::string one;
  in >> one;
  return one;
}

json::object machine_json() {
  utsname names{};
  uname(&names);
  return {{"processor", processor()},
          {"processors", std::thread::hardware_concurrency()},
          {"system", std::string(names.sysname) + " " + names.release},
          {"architecture", std::string(names.machine)},
          {"load_average_1min", load_average()}};
}

json::object figure_json(const Figure& figure) {
  json::object out{{"name", figure.name},
                   {"variant", figure.variant},
                   {"value", figure.value},
                   {"unit", figure.unit},
                   {"baseline", {{"name", figure.baseline}, {"value", figure.baseline_value}}},
                   {"ratio", figure.ratio},
                   {"spread", {figure.ratio_min, figure.ratio_max}},
                   {"runs", figure.runs}};
  if (figure.cpu_ratio) out["cpu_ratio"] = *figure.cpu_ratio;
  if (figure.plain_value) {
    out["plain"] = {{"value", *figure.plain_value}, {"ratio", figure.plain_ratio.value_or(0)}};
  }
  if (figure.target) out["target"] = shown_target(*figure.target);
  if (figure.met()) out["met"] = *figure.met();
  if (!figure.note.empty()) out["note"] = figure.note;
  return out;
}

}  // namespace

std::optional<bool> Figure::met() const {
  if (!target) return {};
  const double reached = target->of == Target::Of::ratio ? ratio : value;
  return target->bound == Target::Bound::at_least ? reached >= target->limit
                                                  : reached <= target->limit;
}

void Runs::add(const std::vector<Cost>& costs) { wall_.push_back(costs); }

Figure Runs::figure(bool as_rate, double factor) const {
  Figure figure;
  std::vector<std::vector<double>> values(3);
  std::vector<double> ratios;
  std::vector<double> cpu;
  std::vector<double> plain;
  for (const std::vector<Cost>& run : wall_) {
    for (std::size_t i = 0; i < run.size() && i < 3; ++i) {
      values[i].push_back(as_rate ? factor / run[i].wall_s : factor * run[i].wall_s);
    }
    const auto ratio = [&](double ours, double theirs) {
      return as_rate ? theirs / ours : ours / theirs;
    };
    ratios.push_back(ratio(run[0].wall_s, run[1].wall_s));
    cpu.push_back(ratio(run[0].cpu_s, run[1].cpu_s));
    if (run.size() > 2) plain.push_back(ratio(run[0].wall_s, run[2].wall_s));
  }
  figure.value = median(values[0]);
  figure.baseline = "equal duty";
  figure.baseline_value = median(values[1]);
  figure.ratio = median(ratios);
  figure.ratio_min = *std::min_element(ratios.begin(), ratios.end());
  figure.ratio_max = *std::max_element(ratios.begin(), ratios.end());
  if (std::isfinite(median(cpu))) figure.cpu_ratio = median(cpu);
  if (!plain.empty()) {
    figure.plain_value = median(values[2]);
    figure.plain_ratio = median(plain);
  }
  figure.runs = wall_.size();
  return figure;
}

Figure Runs::rate(std::string name, std::string variant, std::string unit, double units) const {
  Figure out = figure(true, units);
  out.name = std::move(name);
  out.variant = std::move(variant);
  out.unit = std::move(unit);
  return out;
}

Figure Runs::time(std::string name, std::string variant, std::string unit, double scale,
                  double units) const {
  Figure out = figure(false, scale / units);
  out.name = std::move(name);
  out.variant = std::move(variant);
  out.unit = std::move(unit);
  return out;
}

Figure figure_of(std::string name, std::string variant, std::string unit,
                 const std::vector<double>& ours, std::string baseline,
                 const std::vector<double>& theirs) {
  Figure figure;
  figure.name = std::move(name);
  figure.variant = std::move(variant);
  figure.unit = std::move(unit);
  figure.value = median(ours);
  figure.baseline = std::move(baseline);
  figure.baseline_value = median(theirs);
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i) {
    ratios.push_back(ours[i] / theirs[i]);
  }
  figure.ratio = median(ratios);
  figure.ratio_min = *std::min_element(ratios.begin(), ratios.end());
  figure.ratio_max = *std::max_element(ratios.begin(), ratios.end());
  figure.runs = ours.size();
  return figure;
}

void Report::add(Figure figure) {
  fmt::print(stderr, "  {} {}: {} {}, {} of {}\n", figure.name, figure.variant,
             shown(figure.value), figure.unit, shown_ratio(figure.ratio, figure.target),
             figure.baseline);
  figures_.push_back(std::move(figure));
}

void Report::skip(std::string name, std::string why) {
  fmt::print(stderr, "  {}: not measured: {}\n", name, why);
  skipped_.emplace_back(std::move(name), std::move(why));
}

std::string Report::table() const {
  std::string out =
      "| metric | variant | value | floor | ratio | spread | by CPU | plain: value, ratio | "
      "to reach | |\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Figure& figure : figures_) {
    const auto ratio = [&](double value) { return shown_ratio(value, figure.target); };
    out += fmt::format(
        "| `{}` | {} | {} {} | {}: {} | {} | {}-{} | {} | {} | {} | {} |\n", figure.name,
        figure.variant, shown(figure.value), figure.unit, figure.baseline,
        shown(figure.baseline_value), ratio(figure.ratio), ratio(figure.ratio_min),
        ratio(figure.ratio_max), figure.cpu_ratio ? ratio(*figure.cpu_ratio) : "",
        figure.plain_value
            ? fmt::format("{}, {}", shown(*figure.plain_value), ratio(*figure.plain_ratio))
            : "",
        figure.target ? shown_target(*figure.target) : "",
        figure.met() ? (*figure.met() ? "yes" : "**no**") : "");
  }
  for (const Figure& figure : figures_) {
    if (figure.note.empty()) continue;
    out += fmt::format("\n- `{}` {}: {}", figure.name, figure.variant, figure.note);
  }
  for (const auto& [name, why] : skipped_) {
    out += fmt::format("\n- `{}`: not measured: {}", name, why);
  }
  return out + "\n";
}

std::string Report::json(const std::string& scale, std::uint64_t seed) const {
  json::array figures;
  for (const Figure& figure : figures_) figures.push_back(figure_json(figure));
  json::array skipped;
  for (const auto& [name, why] : skipped_) {
    skipped.push_back(json::object{{"name", name}, {"why", why}});
  }
  const json::object out{{"format", 1},
                         {"scale", scale},
                         {"seed", std::to_string(seed)},
                         {"machine", machine_json()},
                         {"metrics", std::move(figures)},
                         {"not_measured", std::move(skipped)}};
  return json::serialize(out) + "\n";
}

}  // namespace insieme::bench
