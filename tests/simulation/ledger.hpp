#pragma once
// What people typed, kept apart from the product and without its ideas: no version vectors, no
// dots. Everything typed is a token that occurs once, with what its author had on the screen. From
// that alone follows what must be there in the end.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace insieme::simulation {

enum class Sort : std::uint8_t { value, element, letter, amount };

/// Where something was typed.
struct Place {
  std::string dossier;
  std::string section;
  std::string record;
  std::string field;
  friend bool operator<(const Place& a, const Place& b) {
    if (a.record != b.record) return a.record < b.record;
    return a.field < b.field;
  }
};
[[nodiscard]] std::string to_text(const Place& place);

struct Typed {
  Place place;
  Sort sort = Sort::value;
  std::string token;               ///< occurs once; empty: something was only taken away
  std::string evidence;            ///< occurs in the log iff this arrived; empty: `token` does
  std::int64_t amount = 0;         ///< of `amount`
  std::set<std::string> replaced;  ///< tokens that were on the screen and go with this
  std::size_t tablet = 0;
  std::string person;
  std::uint64_t act = 0;      ///< what was saved together
  bool acknowledged = false;  ///< the program said that it is saved
  bool void_ = false;         ///< the program said that it was not
};

/// What the server's log holds, read by its content.
struct Delivered {
  std::set<std::string> tokens;   ///< values, elements, letters, reasons
  std::set<std::string> removed;  ///< elements with an accepted removal
  std::set<std::string> again;    ///< in changes that were authored again
  std::set<std::int64_t> amounts;
  std::set<std::string> aside;  ///< the same in changes that are unsent, held or refused
  std::set<std::string> removed_aside;
  std::set<std::int64_t> amounts_aside;
};

class Ledger {
 public:
  /// A token that was never used.
  [[nodiscard]] std::string new_word(const std::string& stem);
  [[nodiscard]] std::string new_letter();
  [[nodiscard]] std::string new_element();
  [[nodiscard]] std::int64_t new_amount(bool negative);
  [[nodiscard]] std::uint64_t new_act() { return ++acts_; }

  /// A decision there was contested: values that had lost may stand there again.
  void contest(const Place& place) { contested_.insert(place); }
  [[nodiscard]] bool was_contested(const Place& place) const {
    return contested_.count(place) != 0;
  }

  void add(Typed typed) { typed_.push_back(std::move(typed)); }
  void acknowledge(std::uint64_t act);
  void cancel(std::uint64_t act);
  [[nodiscard]] const std::vector<Typed>& typed() const noexcept { return typed_; }

  /// What a field has to show, given what the server has.
  struct Expected {
    std::set<std::string> tokens;    ///< must be there
    std::set<std::string> possible;  ///< may be there (typed more than once, decided about)
    std::int64_t sum = 0;            ///< of amounts
    Sort sort = Sort::value;
    Place place;
  };
  /// Tokens that this replaces: those on the screen and those that had gone before them.
  [[nodiscard]] std::set<std::string> seen_by(const Typed& typed) const;
  [[nodiscard]] std::map<Place, Expected> expected(const Delivered& delivered) const;

 private:
  std::uint64_t next_ = 0;
  std::uint64_t acts_ = 0;
  std::vector<Typed> typed_;
  std::set<Place> contested_;
};

}  // namespace insieme::simulation
