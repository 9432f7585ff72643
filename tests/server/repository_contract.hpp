#pragma once
// What every implementation of Repository promises. A test file per implementation calls
// `check_repository` from its test cases with a way to make an empty one.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "insieme/server/repository.hpp"

namespace insieme::testing {

/// A fresh repository with one empty space, whose clock the test moves.
struct ContractSubject {
  std::shared_ptr<void> keep_alive;  ///< what must outlive the repository
  std::unique_ptr<server::Repository> repository;
  std::int64_t* now_ms = nullptr;
};
using MakeRepository = std::function<ContractSubject()>;

/// A new account `name` with one device of that name.
[[nodiscard]] server::Caller enrolled(ContractSubject& subject, const std::string& name,
                                      const std::string& role);
/// Opens a dossier in the name of the caller, without changes.
void open_dossier(server::Repository& repository, const server::Caller& caller,
                  std::string_view name);

void check_people(const MakeRepository& make);
void check_enrolment(const MakeRepository& make);
void check_access(const MakeRepository& make);
void check_permission(const MakeRepository& make);
void check_access_log(const MakeRepository& make);
void check_turns(const MakeRepository& make);
void check_cursors(const MakeRepository& make);
void check_vouching(const MakeRepository& make);
void check_backups(const MakeRepository& make);
void check_epochs(const MakeRepository& make);
void check_flows(const MakeRepository& make);
void check_glass(const MakeRepository& make);
void check_sign_in(const MakeRepository& make);
void check_local_accounts(const MakeRepository& make);
void check_sign_in_rows(const MakeRepository& make);

}  // namespace insieme::testing
