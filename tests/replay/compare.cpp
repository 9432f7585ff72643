#include "replay/compare.hpp"

#include <map>
#include <sstream>

#include "replay/oracle.hpp"
#include "replay/replay.hpp"

namespace insieme::testing::replay {
namespace {

constexpr std::size_t kDigestAt = 11;  // after {"digest":"
constexpr std::size_t kDigestSize = 64;

/// The digest is taken out of the line.
std::string cut_digest(std::string& line) {
  if (line.size() < kDigestAt + kDigestSize) return {};
  std::string digest = line.substr(kDigestAt, kDigestSize);
  if (digest.find_first_not_of("0123456789abcdef") != std::string::npos) return {};
  line.erase(kDigestAt, kDigestSize);
  return digest;
}

}  // namespace

std::string difference(const std::string& script) {
  std::istringstream in(script);
  std::ostringstream out;
  const auto fault = insieme::replay::run_script(in, out);
  if (fault) return "line " + std::to_string(fault->line) + ": " + fault->what;
  const auto expected = Oracle().run(script);
  std::map<std::string, Ids> sets;
  std::map<Ids, std::string> digests;
  std::istringstream dumps(out.str());
  std::size_t count = 0;
  for (std::string line; std::getline(dumps, line); ++count) {
    const std::string digest = cut_digest(line);
    const std::string which = "dump " + std::to_string(count + 1) + "\n";
    if (count >= expected.size()) return which + "nobody asked for it";
    const Oracle::Dump& dump = expected[count];
    if (digest.empty()) return which + "no digest of 64 hexadecimal digits: " + line;
    if (line != dump.json) return which + "expected " + dump.json + "\nprinted  " + line;
    const auto [set, is_new_digest] = sets.emplace(digest, dump.applied);
    const auto [known, is_new_set] = digests.emplace(dump.applied, digest);
    if (set->second != dump.applied) return which + "two sets of changes with one digest";
    if (known->second != digest) return which + "one set of changes with two digests";
    static_cast<void>(is_new_digest && is_new_set);
  }
  return count == expected.size() ? "" : "dumps are missing";
}

}  // namespace insieme::testing::replay
