#pragma once
// Random casework on two tablets that mostly do not know of each other.

#include <random>
#include <string>
#include <vector>

#include "client-core/commands/two_desks.hpp"

namespace insieme::testing {

class CaseworkStory {
 public:
  /// `bundle`: what both tablets carry.
  CaseworkStory(std::uint64_t seed, const schema::Bundle& bundle);
  /// One act of one of the two: a visit, a voucher or a redemption, a budget line, a pact or a
  /// signature, a placement, a case manager, an edit, a retraction, a wrong clock, or a sync.
  void act();
  void meet() { two_.exchange(); }
  [[nodiscard]] std::vector<Desk*> desks() { return {&two_.anna, &two_.bruno}; }
  [[nodiscard]] std::size_t saved() const { return made_.size(); }
  /// Whatever was saved is there, active or retracted.
  [[nodiscard]] std::vector<std::string> lost(Desk& desk);

 private:
  struct Made {
    std::string id;
    std::string type;
  };
  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::string day();
  std::string any_of(const char* type);
  void save(Desk& desk, const char* type, json::object fields);
  void edit(Desk& desk);
  void sign(Desk& desk);
  void advance(Desk& desk);
  void new_record(Desk& desk, std::size_t what);

  std::mt19937_64 random_;
  Two two_;
  std::string case_id_;
  std::string analysis_;
  std::vector<std::string> members_;
  std::vector<Made> made_;
};

/// The bundle with a rule that always holds: a judge must see what that rule would have told.
[[nodiscard]] schema::Bundle bundle_without(const std::string& rule);

}  // namespace insieme::testing
