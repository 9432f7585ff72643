#include "insieme/reports/blind.hpp"

#include <algorithm>

#include "findings/person.hpp"
#include "insieme/schema/codice_fiscale.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::reports {

std::vector<BlindValue> blind_values(const schema::RuleRecord& record, const schema::Alike& by) {
  std::vector<BlindValue> out;
  const std::string plain_code = plain_code_in(record, by);
  if (!plain_code.empty()) out.push_back({BlindKind::tax_code, plain_code});
  const std::string names =
      sound_of_names(words_in(record, by.surname), words_in(record, by.given_names));
  const auto birth = date_in(record, by.birth_date);
  if (names.empty() || !birth) return out;
  const std::string day = schema::iso_text(*birth);
  const auto other = turned(*birth);
  out.push_back({BlindKind::name_birth, names + "|" + day});
  // Also where there is no turned date: that there is one is nobody's business.
  out.push_back({BlindKind::name_birth_turned,
                 names + "|" + (other ? std::min(day, schema::iso_text(*other)) : day)});
  return out;
}

std::string BlindKey::id() const {
  constexpr std::size_t kDigits = 16;
  return sync::to_hex(sync::Hasher("insieme blind key id v1", bytes).finish()).substr(0, kDigits);
}

BlindHasher::BlindHasher(const BlindKey& key, std::span<const std::uint8_t> salt)
    : key_(sync::Hasher("insieme blind index v1", key.bytes).add(salt).finish().bytes) {}

BlindToken BlindHasher::token(const BlindValue& value) const {
  const sync::Digest digest = sync::Hasher("insieme blind token v1", key_)
                                  .add(static_cast<std::uint64_t>(value.kind))
                                  .add(value.value)
                                  .finish();
  BlindToken out{};
  std::copy_n(digest.bytes.begin(), out.size(), out.begin());
  return out;
}

std::vector<std::string> blind_evidence(const std::set<BlindKind>& matched) {
  std::vector<std::string> out;
  const bool exact = matched.count(BlindKind::name_birth) != 0;
  if (!exact && matched.count(BlindKind::name_birth_turned) != 0) {
    out.emplace_back("elsewhere_birth_turned");
  }
  if (exact) out.emplace_back("elsewhere_name_birth");
  if (matched.count(BlindKind::tax_code) != 0) out.emplace_back("elsewhere_tax_code");
  return out;
}

}  // namespace insieme::reports
