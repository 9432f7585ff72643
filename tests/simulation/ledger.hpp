#pragma once
// What people typed, kept apart from the product and without its ideas: no version vectors, no
// dots. Everything typed is a token that occurs once, with what its author had on the screen. From
// that alone follows what must be there in the end.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "insieme/sync/ids.hpp"

namespace insieme::simulation {

/// `units`: of a voucher, where what an amount does to them is told by `Ledger::tell`.
enum class Sort : std::uint8_t { value, element, letter, amount, units };

inline constexpr const char* kUnitsField = "rights";
inline constexpr const char* kEdgeType = "identity_edge";

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
  std::int64_t amount = 0;         ///< of `amount` and `units`; occurs once
  std::set<std::string> replaced;  ///< tokens that were on the screen and go with this
  std::size_t tablet = 0;
  std::string person;
  std::uint64_t act = 0;      ///< what was saved together
  bool acknowledged = false;  ///< the program said that it is saved
  bool void_ = false;         ///< the program said that it was not
};

/// What the log says of the units of one voucher. Replicas and dots are text.
struct Units {
  struct Move {
    std::string from;  ///< empty: new ones
    std::string to;
    std::int64_t amount = 0;
  };
  struct Spend {
    std::string replica;
    std::int64_t amount = 0;
  };
  std::vector<Move> moves;
  std::map<std::string, Spend> spends;  ///< by dot
  std::set<std::string> refunded;       ///< dots
  std::set<std::string> reclaimed;      ///< replicas
  std::size_t reclaims = 0;
  bool again = false;  ///< something was authored again by a replica that has no rights
};

/// What the server's log holds, read by its content.
struct Delivered {
  std::set<std::string> tokens;   ///< values, elements, letters, reasons
  std::set<std::string> removed;  ///< elements with an accepted removal
  std::set<std::string> again;    ///< in changes that were authored again
  std::uint64_t changes_again = 0;
  std::set<std::int64_t> amounts;
  std::set<std::string> aside;  ///< the same in changes that are unsent, held or refused
  std::set<std::string> removed_aside;
  std::set<std::int64_t> amounts_aside;
  std::map<std::string, Units> units;  ///< by record
  /// By edge and document: reasons of those who said so, changes of those who took it back.
  std::map<std::string, std::map<sync::DocumentId, std::set<std::string>>> edges;
};

/// Somebody said that two records are the same, or took it back, in one of the dossiers.
struct Said {
  std::string edge;
  sync::DocumentId document;
  std::string sign;  ///< in the log iff this arrived
  bool takes_back = false;
  std::set<std::string> seen;  ///< signs of those whom this takes back
};

/// Somebody put a record into a list: what stood before and after it there; empty: nothing.
struct Placed {
  std::string record;
  std::string before;
  std::string after;
};

class Ledger {
 public:
  /// A token that was never used.
  [[nodiscard]] std::string new_word(const std::string& stem);
  [[nodiscard]] std::string new_letter();
  [[nodiscard]] std::string new_element();
  [[nodiscard]] std::int64_t new_amount(bool negative);
  [[nodiscard]] std::uint64_t new_act() { return ++acts_; }
  [[nodiscard]] std::uint64_t acts() const noexcept { return acts_; }

  /// A decision there was contested: values that had lost may stand there again.
  void contest(const Place& place) { contested_.insert(place); }
  [[nodiscard]] bool was_contested(const Place& place) const {
    return contested_.count(place) != 0;
  }

  /// What the person was told of a spend: firm, or to be confirmed.
  void tell(std::int64_t amount, bool firm) { told_[amount] = firm; }
  [[nodiscard]] const std::map<std::int64_t, bool>& told() const noexcept { return told_; }
  void take_back(std::int64_t amount) { taken_back_.insert(amount); }
  [[nodiscard]] const std::set<std::int64_t>& taken_back() const noexcept { return taken_back_; }

  void say(Said said) { said_.push_back(std::move(said)); }
  /// What is said of it can no longer be told from here (decided otherwise, or folded).
  void lose_sight(const std::string& edge) { out_of_sight_.insert(edge); }
  /// Whether the edge holds in a document, for those that are in sight.
  [[nodiscard]] std::map<std::pair<std::string, sync::DocumentId>, bool> edges(
      const Delivered& delivered) const;

  void place(Placed placed) { placed_.push_back(std::move(placed)); }
  /// Pairs of records of which the first stands before the second: both were placed once, the one
  /// beside the other.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> orders() const;

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
  /// How sure it is that somebody who saw a value had before them what it had replaced: a decision
  /// repeats a value, and then it is not known which of the two was on the screen.
  enum class Sight : std::uint8_t { certain, possible };
  /// Tokens that this replaces: those on the screen and those that had gone before them.
  [[nodiscard]] std::set<std::string> seen_by(const Typed& typed, Sight sight) const;
  [[nodiscard]] std::map<Place, Expected> expected(const Delivered& delivered) const;

 private:
  std::uint64_t next_ = 0;
  std::uint64_t acts_ = 0;
  std::vector<Typed> typed_;
  std::set<Place> contested_;
  std::map<std::int64_t, bool> told_;
  std::set<std::int64_t> taken_back_;
  std::vector<Said> said_;
  std::set<std::string> out_of_sight_;
  std::vector<Placed> placed_;
};

}  // namespace insieme::simulation
