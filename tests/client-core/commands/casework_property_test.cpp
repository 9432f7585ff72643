// No sequence of offline edits and merges, however hostile, reaches a state in which a report does
// not foot or a rule is broken without an item. The judge counts by itself; with a rule taken out
// of the bundle it must find something, or it would find nothing at all.
#include <cstdio>
#include <cstdlib>
#include <set>

#include "client-core/commands/casework_judge.hpp"
#include "client-core/commands/casework_story.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

constexpr int kActs = 120;
constexpr int kBetweenLooks = 20;

std::uint64_t story_seed() {
  const char* given = std::getenv("INSIEME_SEED");
  std::uint64_t seed = 20240402;
  if (given != nullptr && *given != '\0') {
    seed =
        std::string(given) == "random" ? std::random_device{}() : std::strtoull(given, nullptr, 10);
  }
  std::printf("INSIEME_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

/// Everything the judge had to say on the way and at the end.
std::vector<std::string> play(CaseworkStory& story, bool with_reports) {
  std::vector<std::string> out;
  const auto look = [&] {
    for (Desk* desk : story.desks()) {
      for (std::string& fault : judged(*desk, with_reports)) out.push_back(std::move(fault));
    }
  };
  for (int i = 1; i <= kActs; ++i) {
    story.act();
    if (i % kBetweenLooks == 0) look();
  }
  story.meet();
  look();
  return out;
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& one : all) out += one + "\n";
  return out;
}

TEST_CASE("casework: no offline edits and merges break a rule without an item, or a report's sums",
          "[commands][property][P3][P4][P11][S074][S075][S050][S079]") {
  const std::uint64_t seed = story_seed();
  for (std::uint64_t round = 0; round < 3; ++round) {
    CAPTURE(seed, round);
    CaseworkStory story(seed + round, schema::embedded_bundle());
    const std::string faults = joined(play(story, true));
    INFO(faults);
    CHECK(faults.empty());
    CHECK(story.saved() > 20);
    std::set<std::string> answers;
    for (Desk* desk : story.desks()) {
      const std::string gone = joined(story.lost(*desk));
      INFO(gone);
      CHECK(gone.empty());
      json::object all = desk->call({{"command", "review.list"}, {"limit", 1'000}});
      answers.insert(json::serialize(all.at("findings")) +
                     std::to_string(list(all, "items").size()));
      for (const char* report : {"R6", "R8", "R13"}) {
        answers.insert(
            report + json::serialize(desk->call({{"command", "report.run"}, {"report", report}})));
      }
    }
    CHECK(answers.size() == 4);  // the same findings and the same three reports at both desks
  }
}

TEST_CASE("casework: the judge sees a rule that was taken out of the bundle",
          "[commands][property]") {
  for (const char* rule : {"one_case_manager", "one_active_pact", "voucher_number_unique",
                           "redemption_while_valid", "pact_signed_by_all"}) {
    const schema::Bundle bundle = bundle_without(rule);
    std::size_t seen = 0;
    for (std::uint64_t round = 0; round < 8 && seen == 0; ++round) {
      CaseworkStory story(20240402 + round, bundle);
      for (const std::string& fault : play(story, false)) {
        if (fault.rfind(rule, 0) == 0) ++seen;
      }
    }
    INFO(rule);
    CHECK(seen > 0);
  }
}

}  // namespace
}  // namespace insieme::testing
