#pragma once
// The repository's contract over a SQLite file of its own.

#include "fixture.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "repository_contract.hpp"
#include "support/catch.hpp"

namespace insieme::testing {

/// A new file with one empty space, removed with the subject.
inline ContractSubject make_sqlite() {
  struct Kept {
    TempDir dir;
    std::int64_t now_ms = 1'790'000'000'000;
  };
  const auto kept = std::make_shared<Kept>();
  const std::string path = kept->dir.file("server.db");
  REQUIRE(server::create_space(path, id_of<SpaceId>("space"), "Test", kept->now_ms).ok());
  Kept* raw = kept.get();
  auto opened = server::open_sqlite_repository(path, server::Roles::defaults(),
                                               [raw] { return raw->now_ms; });
  REQUIRE(opened.ok());
  return {kept, std::move(opened).value(), &kept->now_ms};
}

}  // namespace insieme::testing
