#pragma once
// Devices with grants of one server, and what they hand out.

#include <map>
#include <string>
#include <vector>

#include "insieme/sync/exchange_session.hpp"
#include "support/builders.hpp"

namespace insieme::testing {

[[nodiscard]] inline KeyPair pair_of(std::string_view name) {
  std::array<std::uint8_t, 32> seed{};
  for (std::size_t i = 0; i < name.size() && i < seed.size(); ++i) {
    seed[i] = static_cast<std::uint8_t>(name[i]);
  }
  return make_key_pair(seed);
}

inline constexpr std::int64_t kSampleNow = 1'790'000'000'000;

struct ExchangeSamples {
  SpaceId space = id_of<SpaceId>("space");
  KeyPair server = pair_of("server");
  DossierKey dossier_key = key_of("dossier");

  [[nodiscard]] SealKey key(const DocumentId& document) const {
    return document_key_of(server.secret_key, document, dossier_key);
  }

  [[nodiscard]] ExchangeGrant grant(std::string_view who, const DossierId& dossier,
                                    std::vector<std::string> sections = {"core"}) const {
    ExchangeGrant grant;
    grant.space = space;
    grant.device = device(who);
    grant.device_key = pair_of(who).public_key;
    grant.account = who;
    grant.dossier = dossier;
    grant.sections = std::move(sections);
    grant.issued_ms = kSampleNow;
    grant.expires_ms = kSampleNow + 1'000;
    sign_grant(grant, server.secret_key);
    return grant;
  }

  /// One change of `who` in `document`, complete.
  [[nodiscard]] Change change(std::string_view who, const DocumentId& document,
                              std::string_view value = "x") const {
    Change change;
    change.header.document = document;
    change.header.replica = rep(who);
    change.header.seq = 1;
    change.header.stamp = {kSampleNow, 0};
    change.header.author = who;
    change.header.schema_version = 1;
    change.ops = std::vector<Operation>{set_op("reg", value)};
    complete(change, dossier_key);
    return change;
  }

  [[nodiscard]] Handout handout(std::string_view who, const DocumentId& document,
                                std::string_view value = "x") const {
    Handout handout{grant(who, document.dossier, {document.section}),
                    document,
                    {change(who, document, value)},
                    {}};
    sign_anew(handout, who);
    return handout;
  }
  static void sign_anew(Handout& handout, std::string_view who) {
    handout.signature = sign(pair_of(who).secret_key, digest_of(handout).bytes);
  }

  [[nodiscard]] Letter letter(std::string_view who, const DocumentId& document,
                              std::uint32_t protocol = kProtocolVersion) const {
    SyncRequest request;
    request.space = space;
    request.device = device(who);
    request.replica = rep(who);
    request.secrets = {{document.dossier, dossier_key}};
    request.changes = {change(who, document)};
    request.signature =
        sign(pair_of(who).secret_key, manifest_of(request.device, request.changes).bytes);
    request.protocol = protocol;
    Letter letter{request.device, encode_message(request), {}};
    letter.signature = sign(pair_of(who).secret_key, digest_of_letter(space, letter).bytes);
    return letter;
  }

  [[nodiscard]] Bundle bundle(std::string_view who, const DocumentId& document,
                              std::string_view value = "x") const {
    Bundle bundle;
    bundle.space = space;
    bundle.parts.push_back({{},
                            *seal_for(server.public_key, pair_of(who).secret_key,
                                      encode_letter(letter(who, document)))});
    bundle.parts.push_back(
        {label_of(key(document)), seal_handout(key(document), handout(who, document, value))});
    return bundle;
  }
};

}  // namespace insieme::testing
