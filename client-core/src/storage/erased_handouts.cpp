#include "storage/erased_handouts.hpp"

#include <algorithm>
#include <map>

#include "storage/erasures.hpp"

namespace insieme::client {
namespace {

/// A document of which something was erased, and what its hand-outs are sealed with.
struct ErasedDocument {
  sync::SealKey key;
  sync::Redaction redaction;
};
using ErasedDocuments = std::map<sync::PartLabel, ErasedDocument>;

/// Also of dossiers that are about to leave: their keys are here as long as their permits.
ErasedDocuments erased_documents(Core& core) {
  ErasedDocuments documents;
  auto rows = core.db.prepare(
      "SELECT content FROM permits WHERE dossier IN "
      "(SELECT dossier FROM erasures WHERE state > 0)");
  while (rows.step()) {
    const auto permit = require(sync::decode_permit(rows.get_blob(0)));
    for (std::size_t i = 0; i < permit.keys.size(); ++i) {
      ErasedDocument one;
      one.key = permit.keys[i];
      one.redaction = redaction_of(core, {permit.grant.dossier, permit.grant.sections[i]});
      if (one.redaction.empty()) continue;
      const sync::PartLabel label = sync::label_of(one.key);
      documents.emplace(label, std::move(one));
    }
  }
  return documents;
}

bool holds(const sync::Bundle& bundle, const ErasedDocuments& documents) {
  return std::any_of(bundle.parts.begin(), bundle.parts.end(), [&](const sync::SealedPart& part) {
    const auto at = documents.find(part.label);
    if (at == documents.end()) return false;
    auto handout = sync::open_handout(at->second.key, part.sealed);
    return handout.ok() && std::any_of(handout->changes.begin(), handout->changes.end(),
                                       [&](sync::Change& change) {
                                         return sync::redact(change, at->second.redaction);
                                       });
  });
}

}  // namespace

bool holds_erased(Core& core, const sync::Bundle& bundle) {
  const ErasedDocuments documents = erased_documents(core);
  return !documents.empty() && holds(bundle, documents);
}

void carry_letter_alone(Core& core, const sync::Bundle& bundle) {
  const bool has = !bundle.parts.empty() && bundle.parts.front().label == sync::PartLabel{};
  if (!has) return;
  sync::Bundle alone;
  alone.space = bundle.space;
  alone.parts.push_back(bundle.parts.front());
  const auto bytes = sync::encode_bundle(alone);
  // Readable: what is shown of the hand-out stands on this letter, which therefore never grows old.
  core.db
      .cached(
          "INSERT OR IGNORE INTO bundles(digest, letter_digest, letter, readable, at_ms, size, "
          "bytes) VALUES(?, ?, 1, 1, ?, ?, ?)")
      .bind_all(sync::digest_bundle(bytes).bytes,
                sync::digest_letter_bytes(alone.parts.front().sealed).bytes,
                core.platform.now_ms(), static_cast<std::int64_t>(bytes.size()), bytes)
      .run();
}

void drop_erased_handouts(Core& core) {
  const ErasedDocuments documents = erased_documents(core);
  if (documents.empty()) return;
  struct Gone {
    std::int64_t n = 0;
    bool letter = false;
    sync::Bundle bundle;
  };
  std::vector<Gone> gone;
  auto rows = core.db.prepare("SELECT n, letter, bytes FROM bundles WHERE bytes IS NOT NULL");
  while (rows.step()) {
    auto bundle = sync::decode_bundle(rows.get_blob(2));
    if (!bundle.ok() || !holds(*bundle, documents)) continue;
    bundle->parts.resize(1);  // the letter, if it has one
    gone.push_back({rows.get_int64(0), rows.get_int64(1) != 0, *std::move(bundle)});
  }
  for (const Gone& one : gone) {
    core.db.cached("UPDATE bundles SET bytes = NULL, size = 0, letter = 0 WHERE n = ?")
        .bind_all(one.n)
        .run();
    if (one.letter) carry_letter_alone(core, one.bundle);
  }
}

}  // namespace insieme::client
