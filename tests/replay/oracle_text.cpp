// FugueMax, literally (Weidner & Kleppmann, "The Art of the Fugue", arXiv 2305.00583): a tree with
// a node per character, nothing ever forgotten.
#include <algorithm>
#include <tuple>

#include "replay/oracle.hpp"

namespace insieme::testing::replay {
namespace {

constexpr std::size_t kRoot = 0;
constexpr std::size_t kEnd = static_cast<std::size_t>(-1);

/// The code points of a text, each as UTF-8.
std::vector<std::string> code_points(const std::string& utf8) {
  std::vector<std::string> points;
  for (const char c : utf8) {
    const bool continues = (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
    if (!continues) points.emplace_back();
    points.back() += c;
  }
  return points;
}

struct Deletion {
  std::size_t change;
  const Ids* context;
  bool replaces;
};

struct Character {
  std::size_t change = 0;
  std::tuple<std::size_t, std::uint64_t, std::size_t> id;  ///< replica, seq, number in the change
  std::string text;
  std::size_t right_origin = kEnd;
  std::vector<std::size_t> left_children;
  std::vector<std::size_t> right_children;
  std::vector<Deletion> deletions;
};

class Tree {
 public:
  Tree() : characters_(1) {}

  void apply(const OracleTextEvent& event) {
    event_ = &event;
    count_ = 0;
    for (const OracleSplice& splice : *event.splices) carry_out(splice);
  }

  [[nodiscard]] OracleText result() const {
    OracleText result;
    for (const std::size_t c : traversal()) {
      if (characters_[c].deletions.empty()) result.text += characters_[c].text;
    }
    for (const Character& character : characters_) {
      for (const Deletion& a : character.deletions) {
        for (const Deletion& b : character.deletions) {
          const bool apart = a.change != b.change && a.context->count(b.change) == 0 &&
                             b.context->count(a.change) == 0;
          if (apart && (a.replaces || b.replaces)) result.flagged = true;
        }
      }
    }
    return result;
  }

 private:
  [[nodiscard]] bool in_view(std::size_t change) const {
    return change == event_->id || event_->context->count(change) != 0;
  }
  [[nodiscard]] bool is_visible(std::size_t c) const {
    const auto& deletions = characters_[c].deletions;
    return std::none_of(deletions.begin(), deletions.end(),
                        [&](const Deletion& d) { return in_view(d.change); });
  }

  void visit(std::size_t c, std::vector<std::size_t>& out) const {
    for (const std::size_t child : characters_[c].left_children) visit(child, out);
    out.push_back(c);
    for (const std::size_t child : characters_[c].right_children) visit(child, out);
  }
  /// All characters in the order of the list, the root among them.
  [[nodiscard]] std::vector<std::size_t> traversal() const {
    std::vector<std::size_t> out;
    visit(kRoot, out);
    return out;
  }

  void carry_out(const OracleSplice& splice) {
    std::vector<std::size_t> shown;
    for (const std::size_t c : traversal()) {
      if (c != kRoot && in_view(characters_[c].change) && is_visible(c)) shown.push_back(c);
    }
    const auto length = static_cast<std::int64_t>(shown.size());
    const std::int64_t position = std::clamp<std::int64_t>(splice.position, 0, length);
    const std::int64_t removed = std::clamp<std::int64_t>(splice.removed, 0, length - position);
    for (std::int64_t i = position; i < position + removed; ++i) {
      characters_[shown[static_cast<std::size_t>(i)]].deletions.push_back(
          {event_->id, event_->context, !splice.inserted.empty()});
    }
    std::size_t left = position == 0 ? kRoot : shown[static_cast<std::size_t>(position - 1)];
    for (const std::string& point : code_points(splice.inserted)) left = insert_after(left, point);
  }

  std::size_t insert_after(std::size_t left, const std::string& point) {
    const std::vector<std::size_t> order = traversal();
    std::vector<std::size_t> known;
    for (const std::size_t c : order) {
      if (c == kRoot || in_view(characters_[c].change)) known.push_back(c);
    }
    auto next = std::find(known.begin(), known.end(), left);
    ++next;
    const std::size_t right = next == known.end() ? kEnd : *next;
    const auto& children = characters_[left].right_children;
    const bool has_right_child = std::any_of(children.begin(), children.end(), [&](std::size_t c) {
      return in_view(characters_[c].change);
    });
    const std::size_t fresh = characters_.size();
    Character character;
    character.change = event_->id;
    character.id = {event_->replica, event_->seq, count_++};
    character.text = point;
    if (!has_right_child) character.right_origin = right;
    characters_.push_back(character);
    if (has_right_child) {
      auto& siblings = characters_[right].left_children;
      siblings.push_back(fresh);
      std::sort(siblings.begin(), siblings.end(), [&](std::size_t a, std::size_t b) {
        return characters_[a].id < characters_[b].id;
      });
      return fresh;
    }
    const auto rank = [&](std::size_t c) {
      const std::size_t origin = characters_[c].right_origin;
      return origin == kEnd ? order.end() : std::find(order.begin(), order.end(), origin);
    };
    auto& siblings = characters_[left].right_children;
    siblings.push_back(fresh);
    std::sort(siblings.begin(), siblings.end(), [&](std::size_t a, std::size_t b) {
      if (rank(a) != rank(b)) return rank(b) < rank(a);
      return characters_[a].id < characters_[b].id;
    });
    return fresh;
  }

  std::vector<Character> characters_;
  const OracleTextEvent* event_ = nullptr;
  std::size_t count_ = 0;  ///< characters that the event has inserted
};

}  // namespace

OracleText text_of(const std::vector<OracleTextEvent>& events) {
  Tree tree;
  for (const OracleTextEvent& event : events) tree.apply(event);
  return tree.result();
}

}  // namespace insieme::testing::replay
