#pragma once
// How grants, permits and letters are written, in messages as in what devices exchange.

#include "change_codec.hpp"
#include "insieme/sync/exchange.hpp"

namespace insieme::sync {

inline void save_sections(WireOut& ar, const std::vector<std::string>& sections) {
  ar.varint(sections.size());
  for (const std::string& section : sections) ar(name_of_field(section, kSectionBytesMax));
}
inline void load_sections(WireIn& ar, std::vector<std::string>& sections) {
  sections.resize(ar.count(kSectionsPerDossierMax));
  for (std::string& section : sections) ar(name_of_field(section, kSectionBytesMax));
}

inline void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const ExchangeGrant& g) {
  ar(g.space, g.device, g.device_key.bytes, name_of_field(g.account, kAuthorBytesMax), g.dossier);
  save_sections(ar, g.sections);
  ar(g.may_review, g.issued_ms, g.expires_ms, g.signature.bytes);
}
inline void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, ExchangeGrant& g) {
  ar(g.space, g.device, g.device_key.bytes, name_of_field(g.account, kAuthorBytesMax), g.dossier);
  load_sections(ar, g.sections);
  ar(g.may_review, g.issued_ms, g.expires_ms, g.signature.bytes);
}

inline void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const ExchangePermit& p) {
  ar(p.grant);
  for (const SealKey& key : p.keys) ar(key.bytes);
}
inline void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, ExchangePermit& p) {
  ar(p.grant);
  p.keys.resize(p.grant.sections.size());
  for (SealKey& key : p.keys) ar(key.bytes);
}

template <class Archive>
void serialize(Archive& ar, TextOfOther& t) {
  ar(t.document, t.replica, t.seq, t.record, name_of_field(t.field, kNameBytesMax));
}

inline void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const LetterResult& r) {
  ar(r.letter);
  save_enum(ar, r.fate);
  ar(static_cast<std::uint16_t>(r.code), text_of(r.reason, kReasonBytesMax));
}
inline void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, LetterResult& r) {
  ar(r.letter);
  r.fate = load_enum<LetterFate>(ar, 1, 4);
  std::uint16_t code = 0;
  ar(code, text_of(r.reason, kReasonBytesMax));
  r.code = static_cast<ErrorCode>(code);
}

inline void serialize_letters(WireOut& ar, const std::vector<std::vector<std::uint8_t>>& letters) {
  ar.varint(letters.size());
  for (const auto& letter : letters) ar(blob_of(letter, kLetterBytesMax));
}
inline void serialize_letters(WireIn& ar, std::vector<std::vector<std::uint8_t>>& letters) {
  letters.resize(ar.count(kLettersPerMessageMax));
  for (auto& letter : letters) ar(blob_of(letter, kLetterBytesMax));
}

}  // namespace insieme::sync
