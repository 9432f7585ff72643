#include "simulation/ledger.hpp"

#include <stdexcept>

namespace insieme::simulation {
namespace {

constexpr std::uint32_t kFirstLetter = 0x4e00;  // ideographs: one code point each, stable in NFC
constexpr std::uint32_t kLetters = 20'000;
constexpr std::size_t kElementDigits = 64;

}  // namespace

std::string to_text(const Place& place) {
  return place.section + " of " + place.dossier.substr(place.dossier.size() - 8) + ", record " +
         place.record.substr(place.record.size() - 8) + ", field " + place.field;
}

std::string Ledger::new_word(const std::string& stem) {
  return stem + " k" + std::to_string(++next_);
}

std::string Ledger::new_letter() {
  if (++next_ >= kLetters) throw std::logic_error("a run with too much typed");
  const auto code = kFirstLetter + static_cast<std::uint32_t>(next_);
  return {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3f)),
          static_cast<char>(0x80 | (code & 0x3f))};
}

std::string Ledger::new_element() {
  const std::string digits = std::to_string(++next_);
  return std::string(kElementDigits - digits.size(), 'e') + digits;
}

std::int64_t Ledger::new_amount(bool negative) {
  const auto amount = static_cast<std::int64_t>(1'000 + ++next_);
  return negative ? -amount : amount;
}

void Ledger::acknowledge(std::uint64_t act) {
  for (Typed& typed : typed_) {
    if (typed.act == act) typed.acknowledged = true;
  }
}

void Ledger::cancel(std::uint64_t act) {
  for (Typed& typed : typed_) {
    if (typed.act == act) typed.void_ = true;
  }
}

namespace {

std::string key_of(const Place& place) { return place.record + place.field; }

}  // namespace

std::set<std::string> Ledger::seen_by(const Typed& typed, Sight sight) const {
  std::set<std::string> seen = typed.replaced;
  if (typed.sort != Sort::value) return seen;
  // Who saw a value had before them what its author had replaced, whatever became of that edit; one
  // that was refused was never made.
  for (bool grows = true; grows;) {
    grows = false;
    for (const Typed& earlier : typed_) {
      if (sight == Sight::certain && !earlier.evidence.empty()) continue;
      if (earlier.void_ || earlier.sort != Sort::value || seen.count(earlier.token) == 0 ||
          key_of(earlier.place) != key_of(typed.place)) {
        continue;
      }
      for (const std::string& token : earlier.replaced) grows |= seen.insert(token).second;
    }
  }
  seen.erase(typed.token);
  return seen;
}

std::map<Place, Ledger::Expected> Ledger::expected(const Delivered& delivered) const {
  std::map<std::string, std::size_t> times;  // how often a token was put somewhere
  std::map<std::string, std::set<std::string>> replaced_at;
  std::map<std::string, std::set<std::string>> perhaps_at;
  const auto is_there = [&delivered](const Typed& typed) {
    if (typed.amount != 0) return delivered.amounts.count(typed.amount) != 0;
    const std::string& sign = typed.evidence.empty() ? typed.token : typed.evidence;
    return sign.empty() || delivered.tokens.count(sign) != 0;
  };
  for (const Typed& typed : typed_) {
    if (!typed.token.empty()) ++times[key_of(typed.place) + typed.token];
    if (typed.void_ || !is_there(typed)) continue;
    const auto perhaps = seen_by(typed, Sight::possible);
    perhaps_at[key_of(typed.place)].insert(perhaps.begin(), perhaps.end());
    for (const std::string& token : seen_by(typed, Sight::certain)) {
      const bool counts = typed.sort != Sort::element || delivered.removed.count(token) != 0;
      if (counts) replaced_at[key_of(typed.place)].insert(token);
    }
  }
  std::map<Place, Expected> all;
  for (const Typed& typed : typed_) {
    if (typed.sort == Sort::units) continue;
    Expected& expected = all[typed.place];
    expected.sort = typed.sort;
    expected.place = typed.place;
    if (typed.sort == Sort::amount) {
      if (is_there(typed)) expected.sum += typed.amount;
      continue;
    }
    if (typed.token.empty() || !is_there(typed)) continue;
    const bool replaced = replaced_at[key_of(typed.place)].count(typed.token) != 0;
    const bool perhaps = typed.sort == Sort::value && !replaced &&
                         perhaps_at[key_of(typed.place)].count(typed.token) != 0;
    if (perhaps || times[key_of(typed.place) + typed.token] > 1) {
      expected.possible.insert(typed.token);
    } else if (!replaced) {
      expected.tokens.insert(typed.token);
    } else if (delivered.again.count(typed.token) != 0) {
      // Accepted late, beside what its author had put in its place meanwhile: both are shown.
      expected.possible.insert(typed.token);
    }
  }
  return all;
}

std::map<std::pair<std::string, sync::DocumentId>, bool> Ledger::edges(
    const Delivered& delivered) const {
  std::map<std::pair<std::string, sync::DocumentId>, std::set<std::string>> taken;
  const auto arrived = [&delivered](const Said& said) {
    const auto edge = delivered.edges.find(said.edge);
    if (edge == delivered.edges.end()) return false;
    const auto there = edge->second.find(said.document);
    return there != edge->second.end() && there->second.count(said.sign) != 0;
  };
  for (const Said& said : said_) {
    if (said.takes_back && arrived(said)) {
      taken[{said.edge, said.document}].insert(said.seen.begin(), said.seen.end());
    }
  }
  std::map<std::pair<std::string, sync::DocumentId>, bool> all;
  for (const Said& said : said_) {
    if (out_of_sight_.count(said.edge) != 0) continue;
    bool& holds = all[{said.edge, said.document}];
    const bool stands = !said.takes_back && arrived(said) &&
                        taken[{said.edge, said.document}].count(said.sign) == 0;
    holds = holds || stands;
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> Ledger::orders() const {
  std::map<std::string, int> times;
  for (const Placed& placed : placed_) ++times[placed.record];
  std::vector<std::pair<std::string, std::string>> orders;
  for (const Placed& placed : placed_) {
    if (times[placed.record] != 1) continue;
    if (times.count(placed.before) != 0 && times[placed.before] == 1) {
      orders.emplace_back(placed.before, placed.record);
    }
    if (times.count(placed.after) != 0 && times[placed.after] == 1) {
      orders.emplace_back(placed.record, placed.after);
    }
  }
  return orders;
}

}  // namespace insieme::simulation
