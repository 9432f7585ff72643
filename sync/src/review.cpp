#include "insieme/sync/review.hpp"

#include <algorithm>
#include <map>

#include "insieme/sync/closure.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/dossier_mark.hpp"

namespace insieme::sync {
namespace {

std::uint64_t generation_of(ItemKind kind, const RecordState& record, const std::string& field,
                            const std::vector<Dot>& dots) {
  Hasher hasher("insieme item v1");
  hasher.add(static_cast<std::uint64_t>(kind)).add(record.id.bytes).add(field);
  for (const Dot& dot : dots) {
    hasher.add(dot.replica.bytes).add(dot.seq).add(std::uint64_t{dot.op});
  }
  return hasher.finish().prefix();
}

std::vector<Dot> sorted_dots(std::vector<Dot> dots) {
  std::sort(dots.begin(), dots.end());
  dots.erase(std::unique(dots.begin(), dots.end()), dots.end());
  return dots;
}

class ItemFinder {
 public:
  ItemFinder(const RecordState& record, const PolicyLookup& policy, const DocumentMarks& marks)
      : record_(record), policy_(policy), marks_(marks) {}

  std::vector<ReviewItem> find() {
    for (const FieldState& field : record_.fields) {
      // Most fields hold one value that nobody has decided on: there is nothing to ask.
      if (field.survivors.size() > 1 || !record_.decisions.empty()) concurrent_values(field);
      if (!field.text.overlaps().empty()) text_overlaps(field);
      if (!field.escrow.empty()) provisional_spends(field);
    }
    lives();
    closure();
    std::sort(items_.begin(), items_.end(), [](const ReviewItem& a, const ReviewItem& b) {
      if (a.kind != b.kind) return a.kind < b.kind;
      return a.field != b.field ? a.field < b.field : a.dots < b.dots;
    });
    return std::move(items_);
  }

 private:
  void concurrent_values(const FieldState& field) {
    if (field.survivors.empty()) return;
    std::vector<Dot> dots;
    for (const Survivor& survivor : field.survivors) dots.push_back(survivor.mark.dot);
    const bool differ =
        field.survivors.size() > 1 && distinct_values(field).size() > 1 &&
        (!policy_ || policy_(record_.type, field.name) == RegisterPolicy::review);
    if (!differ) add_overruled(field, dots);
    // Somebody disagrees with what was decided: two people should look at it, whatever the policy.
    const bool disagree = dots.size() > field.survivors.size() ||
                          is_contested(ItemKind::concurrent_values, field.name, dots);
    if (!differ && !disagree) return;
    add(ItemKind::concurrent_values, field.name, field.survivors, std::move(dots));
  }

  /// Who left the values as they were, while another chose: neither saw the other's decision. The
  /// choice may name more: what unconfirmed ones of these values had replaced.
  void add_overruled(const FieldState& field, std::vector<Dot>& dots) const {
    const auto& decisions = record_.decisions;
    for (const Decision& left : decisions) {
      if (left.item != ItemKind::concurrent_values || left.field != field.name ||
          left.outcome != Outcome::dismiss) {
        continue;
      }
      const bool overruled = std::any_of(
          decisions.begin(), decisions.end(), [&](const Decision& other) {
            const bool stands = std::find(dots.begin(), dots.end(), other.mark.dot) != dots.end();
            return stands && other.item == left.item && other.field == left.field &&
                   std::includes(other.decided.begin(), other.decided.end(),
                                 left.decided.begin(), left.decided.end());
          });
      if (overruled) dots.push_back(left.mark.dot);
    }
  }

  /// One item for each passage: overlaps that hang together. What was decided is history, though
  /// it stays among the overlaps of the text.
  void text_overlaps(const FieldState& field) {
    std::map<Dot, Dot> links;  // towards the first event of the passage, which is its own
    const auto first_of = [&links](Dot dot) {
      for (auto at = links.find(dot); !(at->second == dot); at = links.find(dot)) dot = at->second;
      return dot;
    };
    for (const TextOverlap& overlap : field.text.overlaps()) {
      if (is_settled(field.name, overlap)) continue;
      links.emplace(overlap.first, overlap.first);
      links.emplace(overlap.second, overlap.second);
      const Dot one = first_of(overlap.first);
      const Dot other = first_of(overlap.second);
      links[std::max(one, other)] = std::min(one, other);
    }
    std::map<Dot, std::vector<Dot>> passages;
    for (const auto& link : links) passages[first_of(link.first)].push_back(link.first);
    for (auto& [first, dots] : passages) {
      std::vector<Survivor> authors;
      for (const Dot& dot : dots) {
        if (auto mark = field.text.mark_of(dot)) {
          authors.push_back(Survivor{*std::move(mark), Null{}});
        }
      }
      add(ItemKind::text_overlap, field.name, std::move(authors), std::move(dots));
    }
  }

  /// Somebody saw both and decided, and nobody disagrees. Two who decided at once do, unless both
  /// left the text as it is: what each took away, the other may have chosen.
  [[nodiscard]] bool is_settled(const std::string& field, const TextOverlap& overlap) const {
    std::size_t decisions = 0;
    std::size_t dismissals = 0;
    for (const Decision& decision : record_.decisions) {
      const auto& decided = decision.decided;
      const bool about = decision.item == ItemKind::text_overlap && decision.field == field &&
                         std::binary_search(decided.begin(), decided.end(), overlap.first) &&
                         std::binary_search(decided.begin(), decided.end(), overlap.second);
      if (about && decision.outcome == Outcome::contest) return false;
      if (!about) continue;
      ++decisions;
      if (decision.outcome == Outcome::dismiss) ++dismissals;
    }
    return decisions > 0 && (decisions == 1 || dismissals == decisions);
  }

  /// One item for each: they are separate facts, and decided one by one.
  void provisional_spends(const FieldState& field) {
    for (const EscrowState::Spend& spend : field.escrow.spends()) {
      if (spend.firm || spend.refunded) continue;
      const EscrowEvent& event = *spend.event;
      const Value amount = static_cast<std::int64_t>(spend.amount);
      add(ItemKind::provisional_spend, field.name,
          {Survivor{Mark{event.dot, event.stamp, event.author}, amount}}, {event.dot});
    }
  }

  void lives() {
    if (record_.retractions.empty()) return;
    std::vector<Survivor> voices;
    std::vector<Dot> dots;
    for (const Retraction& retraction : record_.retractions) {
      dots.push_back(retraction.mark.dot);
      voices.push_back(Survivor{retraction.mark, Null{}});
    }
    if (!record_.restores.empty()) {
      std::vector<Dot> both = dots;
      std::vector<Survivor> sides = voices;
      for (const Mark& restore : record_.restores) {
        both.push_back(restore.dot);
        sides.push_back(Survivor{restore, Null{}});
      }
      add(ItemKind::concurrent_lifecycle, {}, std::move(sides), std::move(both));
    }
    if (record_.lifecycle() != Lifecycle::active) return;
    // What keeps it alive: edits that no surviving retraction has seen.
    bool edited = false;
    for (const auto& entry : record_.last_edits.entries()) {
      const bool seen = std::any_of(
          record_.retractions.begin(), record_.retractions.end(),
          [&](const Retraction& r) { return r.context.contains(entry.replica, entry.seq); });
      if (seen) continue;
      edited = true;
      dots.push_back(Dot{entry.replica, entry.seq, 0});
    }
    if (edited) {
      add(ItemKind::edited_after_retraction, {}, std::move(voices), std::move(dots));
    }
  }

  void closure() {
    LateEdits late = edits_after_closure(record_);
    MarkedEdits marked = edits_after_marks(record_, marks_);
    if (late.edits.empty() && marked.edits.empty()) return;
    // A mark of the dossier is made again by whoever brings it to a document that lacks it: which
    // of them stand is no part of the question, or every one of them would ask it anew.
    std::vector<Dot> dots = std::move(marked.edits);
    if (!late.edits.empty()) {
      dots.insert(dots.end(), late.closures.begin(), late.closures.end());
      dots.insert(dots.end(), late.edits.begin(), late.edits.end());
    }
    add(ItemKind::edited_after_closure, {}, {}, std::move(dots));
  }

  void add(ItemKind kind, std::string field, std::vector<Survivor> values, std::vector<Dot> dots) {
    ReviewItem item;
    item.kind = kind;
    item.record = record_.id;
    item.field = std::move(field);
    item.values = std::move(values);
    item.dots = sorted_dots(std::move(dots));
    item.generation = generation_of(kind, record_, item.field, item.dots);
    item.contested = is_contested(kind, item.field, item.dots);
    const bool open = kind == ItemKind::text_overlap || item.contested ||
                      !is_decided(kind, item.field, item.dots);
    if (open) items_.push_back(std::move(item));
  }

  /// A contest that nobody who saw it has answered keeps an item open, whatever others decided, for
  /// as long as all that it names stands: what joins it (the same value from an old form) must not
  /// silence it.
  [[nodiscard]] bool is_contested(ItemKind kind, const std::string& field,
                                  const std::vector<Dot>& dots) const {
    return std::any_of(record_.decisions.begin(), record_.decisions.end(), [&](const Decision& d) {
      return d.outcome == Outcome::contest && d.item == kind && d.field == field &&
             !d.decided.empty() &&
             std::includes(dots.begin(), dots.end(), d.decided.begin(), d.decided.end());
    });
  }

  /// Somebody saw exactly this and decided to leave it. Of a spend that one confirmed and another
  /// refused, neither seeing the other, nothing is decided.
  [[nodiscard]] bool is_decided(ItemKind kind, const std::string& field,
                                const std::vector<Dot>& dots) const {
    std::size_t decisions = 0;
    std::size_t refusals = 0;
    for (const Decision& d : record_.decisions) {
      const bool about = d.item == kind && d.field == field && d.decided == dots;
      if (!about || d.outcome == Outcome::contest) continue;
      ++decisions;
      if (d.outcome == Outcome::refuse) ++refusals;
    }
    return decisions > 0 && (refusals == 0 || refusals == decisions);
  }

  const RecordState& record_;
  const PolicyLookup& policy_;
  const DocumentMarks& marks_;
  std::vector<ReviewItem> items_;
};

}  // namespace

std::vector<ReviewItem> review_items(const RecordState& record, const PolicyLookup& policy) {
  return review_items(record, policy, DocumentMarks{});
}

std::vector<ReviewItem> review_items(const RecordState& record, const PolicyLookup& policy,
                                     const DocumentMarks& marks) {
  return ItemFinder(record, policy, marks).find();
}

std::vector<Dot> decisions_on(const RecordState& record, const ReviewItem& item) {
  std::vector<Dot> dots;
  for (const Decision& decision : record.decisions) {
    const bool about = decision.item == item.kind && decision.field == item.field &&
                       decision.outcome != Outcome::contest &&
                       std::includes(item.dots.begin(), item.dots.end(), decision.decided.begin(),
                                     decision.decided.end());
    if (about) dots.push_back(decision.mark.dot);
  }
  return dots;
}

const Survivor* displayed(const FieldState& field, RegisterPolicy policy) noexcept {
  if (policy != RegisterPolicy::maximum) return displayed(field);
  const Survivor* best = nullptr;
  for (const Survivor& survivor : field.survivors) {
    if (best == nullptr) {
      best = &survivor;
      continue;
    }
    const auto order = compare(survivor.value, best->value);
    if (order > 0 || (order == 0 && survivor.mark.dot > best->mark.dot)) best = &survivor;
  }
  return best;
}

}  // namespace insieme::sync
