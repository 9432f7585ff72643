#include "insieme/server/vouchers.hpp"

#include <fstream>
#include <random>

#include "fixture.hpp"
#include "support/catch.hpp"
#include "support/voucher_authority.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

namespace json = boost::json;

constexpr std::int64_t kNow = 1'790'000'000;
const server::VoucherPolicy kPolicy{"interop.pagopa.it", kVoucherAudience, ""};

json::object claims(json::object more = {}) {
  json::object all{{"iss", "interop.pagopa.it"}, {"aud", kVoucherAudience},
                   {"iat", kNow},                {"nbf", kNow},
                   {"exp", kNow + 600},          {"client_id", "inps-1"}};
  for (auto& [name, value] : more) {
    if (value.is_null()) {
      all.erase(name);
    } else {
      all[name] = value;
    }
  }
  return all;
}

/// Keys in a file, as an operator puts them there.
struct Desk {
  TempDir dir;
  server::VoucherKeys keys{dir.file("jwks.json")};

  void put(const std::string& text) const {
    std::ofstream(dir.file("jwks.json"), std::ios::binary) << text;
  }
  [[nodiscard]] ErrorCode judge(const std::string& token,
                                const server::VoucherPolicy& policy = kPolicy) const {
    const auto verified = keys.verify(token, policy, kNow * 1000);
    return verified.ok() ? ErrorCode::ok : verified.error().code;
  }
};

}  // namespace

TEST_CASE("vouchers: what the authority signed for this service is believed, and until it ends",
          "[server][vouchers][S105]") {
  const auto kind = GENERATE(VoucherAuthority::Kind::rsa, VoucherAuthority::Kind::p256);
  const VoucherAuthority pdnd(kind);
  Desk desk;
  desk.put(pdnd.jwks());
  REQUIRE(desk.keys.reload().ok());
  const std::string good = pdnd.sign(claims());
  REQUIRE(desk.judge(good) == ErrorCode::ok);
  CHECK(desk.keys.verify(good, kPolicy, kNow * 1000)->client == "inps-1");
  CHECK(desk.judge(pdnd.sign(claims({{"aud", {"x", kVoucherAudience}}}))) == ErrorCode::ok);
  CHECK(desk.judge(pdnd.sign(claims({{"exp", kNow - 59}}))) == ErrorCode::ok);  // clocks differ
  CHECK(desk.judge(pdnd.sign(claims({{"exp", kNow - 60}}))) == ErrorCode::expired);
  CHECK(desk.judge(pdnd.sign(claims({{"nbf", kNow + 61}}))) == ErrorCode::not_yet);
  for (const char* name : {"iss", "aud", "exp"}) {
    CAPTURE(name);
    CHECK(desk.judge(pdnd.sign(claims({{name, nullptr}}))) == ErrorCode::unauthenticated);
  }
  CHECK(desk.judge(pdnd.sign(claims({{"aud", "https://altro.example"}}))) ==
        ErrorCode::unauthenticated);
  CHECK(desk.judge(pdnd.sign(claims({{"iss", "altro"}}))) == ErrorCode::unauthenticated);
  CHECK(desk.judge(pdnd.sign(claims({{"exp", "domani"}}))) == ErrorCode::unauthenticated);
  CHECK(desk.judge(pdnd.sign(claims({{"nbf", "domani"}}))) == ErrorCode::unauthenticated);
  const server::VoucherPolicy one_purpose{kPolicy.issuer, kPolicy.audience, "p1"};
  CHECK(desk.judge(good, one_purpose) == ErrorCode::not_allowed);
  CHECK(desk.judge(pdnd.sign(claims({{"purposeId", "p1"}})), one_purpose) == ErrorCode::ok);
  // A name for the log, never a line of it.
  const std::string odd = pdnd.sign(claims({{"client_id", "a\n{\"level\":\"error\"}"}}));
  CHECK(desk.keys.verify(odd, kPolicy, kNow * 1000)->client == "machine");
}

TEST_CASE("vouchers: the key says which algorithm it is for, never the voucher",
          "[server][vouchers][S105]") {
  const VoucherAuthority rsa(VoucherAuthority::Kind::rsa, "r");
  const VoucherAuthority curve(VoucherAuthority::Kind::p256, "c");
  const VoucherAuthority stranger(VoucherAuthority::Kind::p256, "c");
  Desk desk;
  desk.put(json::serialize(json::object{{"keys", {rsa.key(), curve.key()}}}));
  REQUIRE(desk.keys.reload().ok());
  CHECK(desk.keys.size() == 2);
  CHECK(desk.judge(rsa.sign(claims())) == ErrorCode::ok);
  for (const json::object& header :
       {json::object{{"alg", "none"}}, json::object{{"alg", "HS256"}},
        json::object{{"alg", "ES256"}}, json::object{{"kid", "c"}},
        json::object{{"kid", "unknown"}}, json::object{{"kid", 7}},
        json::object{{"crit", {"b64"}}}}) {
    CAPTURE(json::serialize(header));
    CHECK(desk.judge(rsa.sign(claims(), header)) == ErrorCode::unauthenticated);
  }
  CHECK(desk.judge(stranger.sign(claims())) == ErrorCode::unauthenticated);
  const std::string good = curve.sign(claims());
  const std::string claimed = good.substr(good.find('.'), good.rfind('.') + 1 - good.find('.'));
  const std::string unsigned_one = base64url(R"({"alg":"none","kid":"c"})") + claimed;
  CHECK(desk.judge(unsigned_one) == ErrorCode::unauthenticated);
}

TEST_CASE("vouchers: no bit of one may differ, and none may be missing",
          "[server][vouchers][S105]") {
  const VoucherAuthority pdnd;
  Desk desk;
  desk.put(pdnd.jwks());
  REQUIRE(desk.keys.reload().ok());
  const std::string good = pdnd.sign(claims());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK(desk.judge(good.substr(0, size)) == ErrorCode::unauthenticated);
  }
  std::mt19937_64 random(11);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string wrong = good;
    wrong[i] = static_cast<char>(wrong[i] ^ (1 << random() % 7));
    CAPTURE(i, wrong);
    CHECK(desk.judge(wrong) != ErrorCode::ok);
  }
  for (const char* tail : {"=", ".", "A", " "}) CHECK(desk.judge(good + tail) != ErrorCode::ok);
  CHECK(desk.judge("") == ErrorCode::unauthenticated);
  CHECK(desk.judge("..") == ErrorCode::unauthenticated);
  CHECK(desk.judge(std::string(1'000'000, 'A')) == ErrorCode::unauthenticated);
  CHECK(desk.judge(base64url(std::string(4'000, '[')) + ".e30.e30") == ErrorCode::unauthenticated);
}

TEST_CASE("vouchers: a file of keys that is no good changes nothing", "[server][vouchers][S105]") {
  const VoucherAuthority pdnd;
  const VoucherAuthority small(VoucherAuthority::Kind::rsa_small);
  Desk desk;
  CHECK(desk.keys.reload().code() == ErrorCode::not_found);
  desk.put(pdnd.jwks());
  REQUIRE(desk.keys.reload().ok());
  for (const std::string& text :
       {std::string("{"), std::string("{}"), std::string("[]"), std::string(R"({"keys":7})"),
        std::string(R"({"keys":[1,{},{"kty":"RSA","kid":"k1"},{"kty":"oct","kid":"a","k":"AA"}]})"),
        small.jwks(), std::string(300'000, ' '), std::string(10'000, '[')}) {
    desk.put(text);
    CHECK_FALSE(desk.keys.reload().ok());
    CHECK(desk.judge(pdnd.sign(claims())) == ErrorCode::ok);
  }
  const VoucherAuthority next(VoucherAuthority::Kind::p256, "k2");
  desk.put(next.jwks());
  REQUIRE(desk.keys.reload().ok());
  CHECK(desk.judge(pdnd.sign(claims())) == ErrorCode::unauthenticated);
  CHECK(desk.judge(next.sign(claims())) == ErrorCode::ok);
}
