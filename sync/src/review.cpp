#include "insieme/sync/review.hpp"

#include <algorithm>
#include <map>

#include "insieme/sync/digest.hpp"

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
  ItemFinder(const RecordState& record, const PolicyLookup& policy)
      : record_(record), policy_(policy) {}

  std::vector<ReviewItem> find() {
    for (const FieldState& field : record_.fields) {
      concurrent_values(field);
      text_overlaps(field);
      provisional_spends(field);
    }
    lives();
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
    // Somebody disagrees with what was decided: two people should look at it, whatever the policy.
    if (!differ && !is_contested(ItemKind::concurrent_values, field.name, dots)) return;
    add(ItemKind::concurrent_values, field.name, field.survivors, std::move(dots));
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

  /// Somebody saw exactly this and decided to leave it.
  [[nodiscard]] bool is_decided(ItemKind kind, const std::string& field,
                                const std::vector<Dot>& dots) const {
    return std::any_of(record_.decisions.begin(), record_.decisions.end(), [&](const Decision& d) {
      return d.outcome != Outcome::contest && d.item == kind && d.field == field &&
             d.decided == dots;
    });
  }

  const RecordState& record_;
  const PolicyLookup& policy_;
  std::vector<ReviewItem> items_;
};

}  // namespace

std::vector<ReviewItem> review_items(const RecordState& record, const PolicyLookup& policy) {
  return ItemFinder(record, policy).find();
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
