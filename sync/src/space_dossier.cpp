#include "insieme/sync/space_dossier.hpp"

#include <algorithm>

namespace insieme::sync {

DossierId space_dossier(const SpaceId& space) {
  const Digest digest = Hasher("insieme space dossier v1").add(space.bytes).finish();
  DossierId id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  // RFC 9562 §5.8: version 8, made by a rule of our own.
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

DossierKey space_dossier_key(const SpaceId& space) {
  const Digest digest = Hasher("insieme space dossier key v1").add(space.bytes).finish();
  DossierKey key;
  static_assert(sizeof(key.bytes) == sizeof(digest.bytes));
  std::copy(digest.bytes.begin(), digest.bytes.end(), key.bytes.begin());
  return key;
}

}  // namespace insieme::sync
