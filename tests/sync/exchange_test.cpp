// Hand-outs, letters, bundles, files: who can open them, what is believed, and what damage does.
#include "insieme/sync/limits.hpp"
#include "support/damage.hpp"
#include "support/exchange_samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using ByteList = std::vector<std::uint8_t>;

const DocumentId kCore = document_of("d1");
const DocumentId kHealth = document_of("d1", "health");

}  // namespace

TEST_CASE("seal: only the key opens it, and only what was sealed", "[sync][exchange][P7]") {
  const SealKey key{pair_of("a").public_key.bytes};
  const SealKey other{pair_of("b").public_key.bytes};
  const ByteList plain{1, 2, 3, 4, 5};
  const ByteList sealed = seal(key, "use", plain);
  CHECK(sealed.size() == plain.size() + 40);
  CHECK(*open_sealed(key, "use", sealed) == plain);
  CHECK(open_sealed(other, "use", sealed).error().code == ErrorCode::wrong_key);
  CHECK(open_sealed(key, "another use", sealed).error().code == ErrorCode::wrong_key);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    ByteList bad = sealed;
    bad[at] ^= 1;
    CHECK(open_sealed(key, "use", bad).error().code == ErrorCode::wrong_key);
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    CHECK_FALSE(open_sealed(key, "use", std::span(sealed).first(size)).ok());
  }
  // The same content is the same bytes; another one shares nothing with it.
  CHECK(seal(key, "use", plain) == sealed);
  const ByteList near = seal(key, "use", ByteList{1, 2, 3, 4, 6});
  CHECK_FALSE(std::equal(near.begin(), near.begin() + 24, sealed.begin()));
}

TEST_CASE("seal: for the server alone, not even its maker opens it", "[sync][exchange][P7]") {
  const KeyPair server = pair_of("server");
  const KeyPair maker = pair_of("maker");
  const ByteList plain{9, 8, 7};
  const ByteList sealed = *seal_for(server.public_key, maker.secret_key, plain);
  CHECK(*open_sealed_for(server.secret_key, sealed) == plain);
  CHECK(open_sealed_for(maker.secret_key, sealed).error().code == ErrorCode::wrong_key);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    ByteList bad = sealed;
    bad[at] ^= 1;
    CHECK_FALSE(open_sealed_for(server.secret_key, bad).ok());
  }
  CHECK(*seal_for(server.public_key, maker.secret_key, plain) == sealed);
  CHECK(*seal_for(server.public_key, pair_of("else").secret_key, plain) != sealed);
  CHECK(seal_for(PublicKey{}, maker.secret_key, plain).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("document keys: another one for each section, gone with the dossier's key",
          "[sync][exchange][P7][P9]") {
  const ExchangeSamples s;
  CHECK_FALSE(s.key(kCore) == s.key(kHealth));
  CHECK_FALSE(s.key(kCore) == document_key_of(s.server.secret_key, kCore, key_of("other")));
  CHECK_FALSE(s.key(kCore) == document_key_of(pair_of("x").secret_key, kCore, s.dossier_key));
  CHECK_FALSE(label_of(s.key(kCore)) == label_of(s.key(kHealth)));
}

TEST_CASE("hand-out: what the server granted and its device signed is believed",
          "[sync][exchange][P12]") {
  const ExchangeSamples s;
  const auto check = [&](const Handout& handout, std::int64_t now = kSampleNow) {
    return check_handout(handout, s.server.public_key, s.space, now).code();
  };
  const Handout good = s.handout("anna", kCore);
  CHECK(check(good) == ErrorCode::ok);
  CHECK(check(good, good.grant.expires_ms) == ErrorCode::ok);
  CHECK(check(good, good.grant.expires_ms + 1) == ErrorCode::expired);
  CHECK(check_handout(good, s.server.public_key, id_of<SpaceId>("x"), kSampleNow).code() ==
        ErrorCode::conflict);
  CHECK(check_handout(good, pair_of("x").public_key, s.space, kSampleNow).code() ==
        ErrorCode::bad_signature);

  Handout longer = good;  // nobody prolongs a grant
  longer.grant.expires_ms += 1;
  CHECK(check(longer) == ErrorCode::bad_signature);
  Handout wider = good;
  wider.grant.sections.push_back("health");
  CHECK(check(wider) == ErrorCode::bad_signature);
  Handout elsewhere = good;
  elsewhere.document = kHealth;
  ExchangeSamples::sign_anew(elsewhere, "anna");
  CHECK(check(elsewhere) == ErrorCode::not_allowed);
}

TEST_CASE("hand-out: a forged change is refused", "[sync][exchange][P12]") {
  const ExchangeSamples s;
  const auto check = [&](const Handout& handout) {
    return check_handout(handout, s.server.public_key, s.space, kSampleNow).code();
  };
  Handout changed = s.handout("anna", kCore);
  changed.changes[0].ops = std::vector<Operation>{set_op("reg", "forged")};
  complete(changed.changes[0], s.dossier_key);
  CHECK(check(changed) == ErrorCode::bad_signature);
  ExchangeSamples::sign_anew(changed, "mallory");
  CHECK(check(changed) == ErrorCode::bad_signature);

  Handout in_anothers_name = s.handout("anna", kCore);
  in_anothers_name.changes[0].header.author = "bruno";
  ExchangeSamples::sign_anew(in_anothers_name, "anna");
  CHECK(check(in_anothers_name) == ErrorCode::not_allowed);
  // Who decides on late work authors it again in its author's name.
  in_anothers_name.changes[0].header.origin = Origin{rep("bruno"), 1};
  ExchangeSamples::sign_anew(in_anothers_name, "anna");
  CHECK(check(in_anothers_name) == ErrorCode::not_allowed);
  in_anothers_name.grant.may_review = true;
  sign_grant(in_anothers_name.grant, s.server.secret_key);
  ExchangeSamples::sign_anew(in_anothers_name, "anna");
  CHECK(check(in_anothers_name) == ErrorCode::ok);

  Handout of_another_document = s.handout("anna", kCore);
  of_another_document.changes[0].header.document = kHealth;
  ExchangeSamples::sign_anew(of_another_document, "anna");
  CHECK(check(of_another_document) == ErrorCode::malformed);
}

TEST_CASE("letter: read only as its device signed it, and for nothing but its work",
          "[sync][exchange]") {
  const ExchangeSamples s;
  const PublicKey key = pair_of("anna").public_key;
  const Letter good = s.letter("anna", kCore);
  const auto request = read_letter(s.space, good, key);
  REQUIRE(request.ok());
  CHECK(request->changes.size() == 1);
  CHECK(read_letter(s.space, good, pair_of("bruno").public_key).error().code ==
        ErrorCode::bad_signature);
  CHECK(read_letter(id_of<SpaceId>("x"), good, key).error().code == ErrorCode::bad_signature);
  const auto signed_again = [&](SyncRequest changed) {
    Letter letter{device("anna"), encode_message(changed), {}};
    letter.signature = sign(pair_of("anna").secret_key, digest_of_letter(s.space, letter).bytes);
    return read_letter(s.space, letter, key);
  };
  SyncRequest asks = *request;
  asks.permits_wanted = {kCore.dossier};
  CHECK(signed_again(asks).error().code == ErrorCode::malformed);
  asks = *request;
  asks.acknowledgements = {{kCore, vv({{"anna", 1}})}};
  CHECK(signed_again(asks).error().code == ErrorCode::malformed);
  asks = *request;
  asks.device = device("bruno");
  CHECK(signed_again(asks).error().code == ErrorCode::malformed);
}

TEST_CASE("damage: hand-outs, letters, permits, bundles and files", "[sync][exchange][damage]") {
  const ExchangeSamples s;
  const auto stable = [](const auto& value, auto&& encode, auto&& decode) {
    if (!value.ok()) return false;
    const auto again = decode(encode(*value));
    REQUIRE(again.ok());
    REQUIRE(*again == *value);
    return true;
  };
  damage(encode_handout(s.handout("anna", kCore)), [&](const ByteList& bytes) {
    return stable(decode_handout(bytes), encode_handout, decode_handout);
  });
  Letter letter = s.letter("anna", kCore);
  letter.frame.resize(8);
  damage(encode_letter(letter), [&](const ByteList& bytes) {
    return stable(decode_letter(bytes), encode_letter, decode_letter);
  });
  const ExchangePermit permit{s.grant("anna", kCore.dossier, {"core", "health"}),
                              {s.key(kCore), s.key(kHealth)}};
  damage(encode_permit(permit), [&](const ByteList& bytes) {
    return stable(decode_permit(bytes), encode_permit, decode_permit);
  });
  const ByteList bundle = encode_bundle(s.bundle("anna", kCore));
  damage(bundle, [&](const ByteList& bytes) {
    const auto decoded = decode_bundle(bytes);
    REQUIRE((!decoded.ok() || bytes == bundle));  // the checksum finds every flipped byte
    return decoded.ok();
  });
  const ByteList file = *encode_exchange_file({s.space, {{1, 2, 3}, {}, {4}}});
  damage(file, [&](const ByteList& bytes) {
    const auto decoded = decode_exchange_file(bytes);
    REQUIRE((!decoded.ok() || bytes == file));
    return decoded.ok();
  });
}

TEST_CASE("bundle: the key of one document opens that one and no other", "[sync][exchange][P7]") {
  const ExchangeSamples s;
  const Bundle bundle = *decode_bundle(encode_bundle(s.bundle("anna", kCore)));
  REQUIRE(bundle.parts.size() == 2);
  CHECK(bundle.parts[1].label == label_of(s.key(kCore)));
  auto opened = open_handout(s.key(kCore), bundle.parts[1].sealed);
  REQUIRE(opened.ok());
  complete(opened->changes[0], s.dossier_key);
  CHECK(*opened == s.handout("anna", kCore));
  CHECK(open_handout(s.key(kHealth), bundle.parts[1].sealed).error().code == ErrorCode::wrong_key);
  CHECK(open_sealed_for(pair_of("anna").secret_key, bundle.parts[0].sealed).error().code ==
        ErrorCode::wrong_key);
  const auto letter = decode_letter(*open_sealed_for(s.server.secret_key, bundle.parts[0].sealed));
  REQUIRE(letter.ok());
  CHECK(read_letter(s.space, *letter, pair_of("anna").public_key).ok());
}

TEST_CASE("bundle: of another version, another kind, or with a part twice", "[sync][exchange]") {
  const ExchangeSamples s;
  ByteList newer = encode_bundle(s.bundle("anna", kCore));
  newer[2] = 2;
  CHECK(decode_bundle(newer).error().code == ErrorCode::wrong_version);
  CHECK(decode_bundle(*encode_exchange_file({s.space, {}})).error().code == ErrorCode::malformed);
  Bundle twice = s.bundle("anna", kCore);
  twice.parts.push_back(twice.parts[1]);
  CHECK(decode_bundle(encode_bundle(twice)).error().code == ErrorCode::malformed);
  CHECK(
      encode_exchange_file({s.space, std::vector<ByteList>(kBundlesPerFileMax + 1)}).error().code ==
      ErrorCode::limit_exceeded);
}
