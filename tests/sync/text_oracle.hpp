#pragma once
// A slow and literal model of collaborative text, to judge the engine by: the explicit FugueMax
// tree of arXiv 2305.00583, a node per character. It shares no code with sync/ but plain structs.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "insieme/sync/text.hpp"

namespace insieme::sync::testing {

inline bool saw(const VersionVector& context, const Dot& dot) {
  for (const VersionVector::Entry& entry : context.entries()) {
    if (entry.replica == dot.replica) return entry.seq >= dot.seq;
  }
  return false;
}

inline std::vector<std::string> characters(const std::string& utf8) {
  std::vector<std::string> result;
  for (const char c : utf8) {
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) {
      result.back().push_back(c);
    } else {
      result.emplace_back(1, c);
    }
  }
  return result;
}

class TextOracle {
 public:
  /// Takes events in any order.
  explicit TextOracle(std::vector<TextEvent> events) {
    nodes_.emplace_back();  // the root
    while (!events.empty()) {
      // Any event that has seen none of the others may be next.
      const auto next = std::find_if(events.begin(), events.end(), [&](const TextEvent& event) {
        return std::none_of(events.begin(), events.end(), [&](const TextEvent& other) {
          return saw(event.context, other.dot);
        });
      });
      add(*next);
      events.erase(next);
    }
  }

  [[nodiscard]] std::string text() const {
    std::string result;
    for (const std::size_t n : order()) {
      if (n != 0 && nodes_[n].removals.empty()) result += nodes_[n].character;
    }
    return result;
  }

  [[nodiscard]] std::vector<std::pair<Dot, std::uint32_t>> runs() const {
    std::vector<std::pair<Dot, std::uint32_t>> result;
    for (const std::size_t n : order()) {
      if (n == 0 || !nodes_[n].removals.empty()) continue;
      if (result.empty() || !(result.back().first == nodes_[n].dot)) {
        result.emplace_back(nodes_[n].dot, 0);
      }
      ++result.back().second;
    }
    return result;
  }

  [[nodiscard]] std::vector<std::pair<Dot, Dot>> overlaps() const {
    std::vector<std::pair<Dot, Dot>> result;
    for (const Node& node : nodes_) {
      for (const Removal& a : node.removals) {
        for (const Removal& b : node.removals) {
          if (!(a.dot < b.dot) || !(a.replaced || b.replaced)) continue;
          if (saw(a.context, b.dot) || saw(b.context, a.dot)) continue;
          result.emplace_back(a.dot, b.dot);
        }
      }
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

 private:
  struct Removal {
    Dot dot;
    VersionVector context;
    bool replaced;
  };
  static constexpr std::size_t kEnd = static_cast<std::size_t>(-1);
  struct Node {
    Dot dot;
    std::uint32_t offset = 0;
    std::string character;
    std::size_t right_origin = kEnd;  // of right children
    std::vector<std::size_t> left;
    std::vector<std::size_t> right;
    std::vector<Removal> removals;
  };

  void visit(std::size_t n, std::vector<std::size_t>& out) const {
    // Typed text is a chain of right children: no recursion along it.
    for (;;) {
      for (const std::size_t child : nodes_[n].left) visit(child, out);
      out.push_back(n);
      if (nodes_[n].right.empty()) return;
      for (std::size_t i = 0; i + 1 < nodes_[n].right.size(); ++i) visit(nodes_[n].right[i], out);
      n = nodes_[n].right.back();
    }
  }
  [[nodiscard]] std::vector<std::size_t> order() const {
    std::vector<std::size_t> out;
    visit(0, out);
    return out;
  }

  static bool known(const TextEvent& event, const Dot& dot) {
    return event.dot == dot || saw(event.context, dot);
  }
  [[nodiscard]] bool visible(const TextEvent& event, std::size_t n) const {
    return std::none_of(nodes_[n].removals.begin(), nodes_[n].removals.end(),
                        [&](const Removal& r) { return known(event, r.dot); });
  }
  /// The author's list, tombstones included, root first.
  [[nodiscard]] std::vector<std::size_t> list(const TextEvent& event) const {
    std::vector<std::size_t> result;
    for (const std::size_t n : order()) {
      if (n == 0 || known(event, nodes_[n].dot)) result.push_back(n);
    }
    return result;
  }

  void add(const TextEvent& event) {
    std::uint32_t offset = 0;
    for (const Splice& splice : event.splices) {
      std::vector<std::size_t> shown;
      for (const std::size_t n : list(event)) {
        if (n == 0 || visible(event, n)) shown.push_back(n);
      }
      const std::size_t length = shown.size() - 1;
      const std::size_t position = std::min<std::size_t>(splice.position, length);
      const std::size_t removed = std::min<std::size_t>(splice.removed, length - position);
      std::size_t left = shown[position];
      for (std::size_t i = 0; i < removed; ++i) {
        nodes_[shown[position + 1 + i]].removals.push_back(
            {event.dot, event.context, !splice.inserted.empty()});
      }
      for (const std::string& character : characters(splice.inserted)) {
        left = insert(event, left, offset++, character);
      }
    }
  }

  std::size_t insert(const TextEvent& event, std::size_t left, std::uint32_t offset,
                     const std::string& character) {
    const std::vector<std::size_t> author = list(event);
    const auto after = std::find(author.begin(), author.end(), left) + 1;
    const std::size_t right = after == author.end() ? kEnd : *after;
    Node node;
    node.dot = event.dot;
    node.offset = offset;
    node.character = character;
    const bool has_right_children =
        std::any_of(nodes_[left].right.begin(), nodes_[left].right.end(),
                    [&](std::size_t n) { return known(event, nodes_[n].dot); });
    const std::size_t fresh = nodes_.size();
    if (has_right_children) {
      nodes_.push_back(node);
      auto& siblings = nodes_[right].left;
      siblings.push_back(fresh);
      std::sort(siblings.begin(), siblings.end(),
                [&](std::size_t a, std::size_t b) { return id_less(a, b); });
      return fresh;
    }
    const std::vector<std::size_t> all = order();
    const auto place = [&](std::size_t n) {
      return n == kEnd ? all.size()
                       : static_cast<std::size_t>(std::find(all.begin(), all.end(), n) -
                                                  all.begin());
    };
    node.right_origin = right;
    nodes_.push_back(node);
    auto& siblings = nodes_[left].right;
    siblings.push_back(fresh);
    std::sort(siblings.begin(), siblings.end(), [&](std::size_t a, std::size_t b) {
      const std::size_t a_right = place(nodes_[a].right_origin);
      const std::size_t b_right = place(nodes_[b].right_origin);
      return a_right != b_right ? a_right > b_right : id_less(a, b);
    });
    return fresh;
  }

  [[nodiscard]] bool id_less(std::size_t a, std::size_t b) const {
    if (!(nodes_[a].dot == nodes_[b].dot)) return nodes_[a].dot < nodes_[b].dot;
    return nodes_[a].offset < nodes_[b].offset;
  }

  std::vector<Node> nodes_;
};

}  // namespace insieme::sync::testing
