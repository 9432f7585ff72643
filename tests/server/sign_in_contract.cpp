// The part of the contract that is about people at an identity provider.
#include "repository_contract.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using server::Repository;
using server::SignInLink;

const std::string kIssuer = "https://login.comune.example/realms/comune";

SignInLink link(const std::string& name, const std::string& account, bool by_email = false) {
  return {kIssuer, by_email, name, account, 0, {}};
}

Digest code(const std::string& text) { return Hasher("t").add(std::string_view(text)).finish(); }

}  // namespace

void check_sign_in(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  for (const char* account : {"anna", "bruno"}) {
    REQUIRE(repository.add_user({account, account, "educator", false, 0}).ok());
  }
  const std::int64_t until = *subject.now_ms + 300'000;
  CHECK(repository.sign_in_links().empty());
  CHECK(repository.sign_in({kIssuer, "7", ""}, code("a"), until).error().code ==
        ErrorCode::not_found);

  CHECK(repository.link_sign_in(link("7", "anna")).ok());
  CHECK(repository.link_sign_in(link("7", "anna")).ok());
  CHECK(repository.link_sign_in(link("7", "bruno")).code() == ErrorCode::already_exists);
  CHECK(repository.link_sign_in(link("8", "nobody")).code() == ErrorCode::not_found);
  CHECK(repository.link_sign_in(link("", "anna")).code() == ErrorCode::invalid_argument);
  CHECK(repository.link_sign_in(link(std::string(256, 'x'), "anna")).code() ==
        ErrorCode::invalid_argument);
  CHECK(repository.link_sign_in(link(std::string("a\0b", 3), "anna")).code() ==
        ErrorCode::invalid_argument);
  CHECK(repository.link_sign_in(link("\xff", "anna")).code() == ErrorCode::invalid_argument);
  CHECK(repository.link_sign_in(link("bruno@comune.example", "bruno", true)).ok());
  REQUIRE(repository.sign_in_links().size() == 2);
  CHECK_FALSE(repository.sign_in_links().front().used_ms.has_value());

  // Subjects are compared to the letter, and are of one issuer.
  REQUIRE(repository.sign_in({kIssuer, "7", ""}, code("b"), until).ok());
  CHECK(repository.sign_in({kIssuer + "/", "7", ""}, code("c"), until).error().code ==
        ErrorCode::not_found);
  CHECK(repository.sign_in({kIssuer, "bruno@comune.example", ""}, code("c"), until).error().code ==
        ErrorCode::not_found);
  CHECK(repository.sign_in_links().front().used_ms == *subject.now_ms);

  // An address binds a subject, once.
  const auto bound = repository.sign_in({kIssuer, "B", "bruno@comune.example"}, code("d"), until);
  REQUIRE(bound.ok());
  CHECK(*bound == "bruno");
  CHECK(repository.sign_in({kIssuer, "b", "bruno@comune.example"}, code("e"), until).error().code ==
        ErrorCode::not_found);
  const auto links = repository.sign_in_links();
  REQUIRE(links.size() == 2);
  CHECK(links.back().name == "B");
  CHECK_FALSE(links.back().by_email);

  // What came of it is an invitation as any other.
  const KeyPair keys = make_key_pair({9});
  const auto enrolled = repository.enrol(
      {code("d"), keys.public_key, "tablet", rep("r"), DeviceId{id_of<DeviceId>("d")}});
  REQUIRE(enrolled.ok());
  CHECK(enrolled->user.account == "bruno");

  REQUIRE(repository.set_disabled("anna", true).ok());
  CHECK(repository.sign_in({kIssuer, "7", ""}, code("f"), until).error().code ==
        ErrorCode::not_allowed);
  CHECK(repository.unlink_sign_in("bruno", "7").code() == ErrorCode::not_found);
  CHECK(repository.unlink_sign_in("bruno", "B").ok());
  CHECK(repository.unlink_sign_in("bruno", "").code() == ErrorCode::not_found);
  CHECK(repository.unlink_sign_in("anna", "").ok());
  CHECK(repository.sign_in_links().empty());
  CHECK(repository.audit(1).front().action == "sign_in.unlink");
}

}  // namespace insieme::testing
