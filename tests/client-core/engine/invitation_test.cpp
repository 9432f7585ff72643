#include "insieme/client/engine.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using client::parse_invitation;

TEST_CASE("invitation: an address in any of its forms, or a code", "[engine]") {
  const std::string code = "7KQ2M-ABCDE";
  const std::string key(64, 'a');
  struct Case {
    std::string text;
    std::string server;
  };
  for (const Case& one : std::vector<Case>{
           {"insieme://ats.example.it:8443/" + code + "?key=" + key, "https://ats.example.it:8443"},
           {"insieme://127.0.0.1:9/" + code + "?key=" + key + "&tls=0", "http://127.0.0.1:9"},
           {"https://ats.example.it/enrol#" + code, "https://ats.example.it"},
           {"https://ats.example.it/enrol?invitation=" + code + "&x=1", "https://ats.example.it"},
           {"http://[::1]:80/" + code + "/\n", "http://[::1]:80"},
           {"https://ats.example.it/" + code + "  ?x=1", "https://ats.example.it"},
           {"  " + code + " ", ""}}) {
    CAPTURE(one.text);
    const auto invitation = parse_invitation(one.text);
    REQUIRE(invitation.ok());
    CHECK(invitation->code == code);
    CHECK(invitation->server_url == one.server);
    CHECK(invitation->server_key.has_value() == (one.text.find("key=") != std::string::npos));
  }
}

TEST_CASE("invitation: it may pin the key of the server's certificate", "[engine]") {
  const std::string pin(64, 'b');
  const std::string address = "insieme://ats.example.it/7KQ2M-ABCDE?pin=";
  const auto invitation = parse_invitation(address + pin);
  REQUIRE(invitation.ok());
  CHECK(invitation->pin == pin);
  const std::string both = pin + "," + std::string(64, 'c');
  CHECK(parse_invitation(address + both)->pin == both);
  CHECK_FALSE(parse_invitation(address + both + ",").ok());
  CHECK_FALSE(parse_invitation(address + pin.substr(1)).ok());
  CHECK_FALSE(parse_invitation(address + std::string(64, 'x')).ok());
}

TEST_CASE("invitation: what is none is refused", "[engine]") {
  for (const char* text :
       {"", "x", "https://", "https://host", "ftp://host/ABCDEFGH", "https://user@host/ABCDEFGH",
        "insieme://host/ABCDEFGH?key=12", "https://host/A        ?x", "--------", "A-B-C-D-E",
        "https://ho st/ABCDEFGH", "https://h\xc3\xb2st/ABCDEFGH", "javascript:alert(1)",
        "https://host/../../%00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_invitation(text).ok());
  }
}

}  // namespace
}  // namespace insieme::testing
