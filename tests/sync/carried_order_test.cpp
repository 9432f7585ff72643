// An order to erase as devices carry it to one another.
#include "insieme/sync/carried_order.hpp"
#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/samples.hpp"

using namespace insieme;
using namespace insieme::sync;
using namespace insieme::testing;

namespace {

const KeyPair kServer = make_key_pair({7});
const SpaceId kSpace = id_of<SpaceId>("space");
const DossierKey kKey = key_of("dossier");

ErasureOrder order_about(std::string_view dossier_name) {
  return {id_of<ErasureId>("order"), dossier(dossier_name), {{"core", rec("r1")}}, "art. 17 GDPR"};
}

ErrorCode code_of(const Result<ErasureOrder>& result) {
  return result.ok() ? ErrorCode::ok : result.error().code;
}

Result<ErasureOrder> opened(const std::vector<std::uint8_t>& sealed,
                            const SpaceId& space = kSpace) {
  return open_order(space, dossier("d1"), order_key_of(dossier("d1"), kKey), kServer.public_key,
                    sealed);
}

}  // namespace

TEST_CASE("carried order: whoever holds the dossier opens it, and it is the server's word",
          "[sync][exchange][P9]") {
  const auto order = order_about("d1");
  const auto sealed = seal_order(kSpace, order, kKey, kServer.secret_key);
  CHECK(sealed == seal_order(kSpace, order, kKey, kServer.secret_key));
  const auto read = opened(sealed);
  REQUIRE(read.ok());
  CHECK(*read == order);
  const auto bundle = decode_bundle(
      bundle_of_order(kSpace, order_key_of(order.dossier, kKey), sealed));
  REQUIRE(bundle.ok());
  REQUIRE(bundle->parts.size() == 1);
  CHECK(bundle->parts[0].label == label_of(order_key_of(order.dossier, kKey)));
  CHECK(bundle->parts[0].sealed == sealed);
}

TEST_CASE("carried order: nobody else's word is taken for the server's", "[sync][exchange][P9]") {
  const auto order = order_about("d1");
  CHECK(code_of(opened(seal_order(kSpace, order, kKey, make_key_pair({8}).secret_key))) ==
        ErrorCode::bad_signature);
  CHECK(code_of(opened(seal_order(kSpace, order, kKey, kServer.secret_key),
                       id_of<SpaceId>("other"))) == ErrorCode::bad_signature);
  auto sealed = seal_order(kSpace, order, kKey, kServer.secret_key);
  for (std::size_t at = 0; at < sealed.size(); at += 7) {
    sealed[at] ^= 1U;
    CHECK_FALSE(opened(sealed).ok());
    sealed[at] ^= 1U;
  }
  CHECK_FALSE(opened({}).ok());
  // With the key of one dossier nothing is said about another.
  const auto other = seal_order(kSpace, order_about("d2"), kKey, kServer.secret_key);
  const auto as_other = open_order(kSpace, dossier("d1"), order_key_of(dossier("d2"), kKey),
                                   kServer.public_key, other);
  CHECK(code_of(as_other) == ErrorCode::malformed);
}

TEST_CASE("carried order: the largest order fits", "[sync][exchange][limits]") {
  ErasureOrder order = order_about("d1");
  order.reason = std::string(kReasonBytesMax, 'x');
  order.targets.clear();
  for (std::size_t i = 0; i < kErasureTargetsMax; ++i) {
    order.targets.push_back({std::string(kSectionBytesMax, 's'), rec("r" + std::to_string(i))});
  }
  REQUIRE(check_order(order).ok());
  const auto sealed = seal_order(kSpace, order, kKey, kServer.secret_key);
  CHECK(sealed.size() <= kSealedOrderBytesMax);
  CHECK(opened(sealed).ok());
}
