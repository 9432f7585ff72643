#pragma once
// What every implementation of Repository promises. A test file per implementation calls
// `check_repository` from its test cases with a way to make an empty one.

#include <functional>
#include <memory>

#include "insieme/server/repository.hpp"

namespace insieme::testing {

/// A fresh repository with one empty space, whose clock the test moves.
struct ContractSubject {
  std::shared_ptr<void> keep_alive;  ///< what must outlive the repository
  std::unique_ptr<server::Repository> repository;
  std::int64_t* now_ms = nullptr;
};
using MakeRepository = std::function<ContractSubject()>;

void check_people(const MakeRepository& make);
void check_enrolment(const MakeRepository& make);
void check_access(const MakeRepository& make);
void check_turns(const MakeRepository& make);
void check_cursors(const MakeRepository& make);
void check_vouching(const MakeRepository& make);
void check_backups(const MakeRepository& make);

}  // namespace insieme::testing
