// From two texts to the edits between them. E. Myers, "An O(ND) Difference Algorithm and Its
// Variations" (1986), first over words, then over the characters of words that resemble each other:
// letters that two different words share by chance are not something that was kept.
#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "insieme/sync/limits.hpp"
#include "insieme/sync/text.hpp"
#include "text_utf8.hpp"

namespace insieme::sync {
namespace {

using detail::code_point_at;
using detail::code_point_before;

constexpr std::size_t kWordEditsMax = 400;
constexpr std::size_t kCharacterEditsMax = 60;
constexpr std::size_t kCharactersMax = 400;

/// Bytes [begin, end) of a text.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// `before` becomes `after`: ranges of two texts.
struct Edit {
  Range before;
  Range after;
  [[nodiscard]] bool replaces() const { return before.size() > 0 && after.size() > 0; }
};

enum class Grain { words, characters };

bool is_inside(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

/// May an edit begin or end at `at`?
bool is_boundary(std::string_view text, std::size_t at) {
  if (at == 0 || at >= text.size()) return true;
  if (is_inside(text, at)) return false;
  return !detail::joins(code_point_before(text, at).value, code_point_at(text, at).value);
}

/// Drops the common beginning and end of the two ranges.
Edit trimmed(std::string_view before, std::string_view after, Edit edit) {
  const std::size_t shorter = std::min(edit.before.size(), edit.after.size());
  std::size_t head = 0;
  while (head < shorter && before[edit.before.begin + head] == after[edit.after.begin + head]) {
    ++head;
  }
  while (head > 0 && !(is_boundary(before, edit.before.begin + head) &&
                       is_boundary(after, edit.after.begin + head))) {
    --head;
  }
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[edit.before.end - tail - 1] == after[edit.after.end - tail - 1]) {
    ++tail;
  }
  while (tail > 0 && !(is_boundary(before, edit.before.end - tail) &&
                       is_boundary(after, edit.after.end - tail))) {
    --tail;
  }
  return {{edit.before.begin + head, edit.before.end - tail},
          {edit.after.begin + head, edit.after.end - tail}};
}

/// Does `at` lie within a word?
bool is_in_word(std::string_view text, std::size_t at) {
  return at > 0 && at < text.size() && detail::is_word(code_point_before(text, at).value) &&
         (!is_boundary(text, at) || detail::is_word(code_point_at(text, at).value));
}

/// Grown until it begins and ends between words.
Edit widened(std::string_view before, std::string_view after, Edit edit) {
  while (edit.before.begin > 0 && (is_in_word(before, edit.before.begin) ||
                                   is_in_word(after, edit.after.begin))) {
    const std::uint32_t step = code_point_before(before, edit.before.begin).bytes;
    edit.before.begin -= step;
    edit.after.begin -= step;
  }
  while (edit.before.end < before.size() &&
         (is_in_word(before, edit.before.end) || is_in_word(after, edit.after.end))) {
    const std::uint32_t step = code_point_at(before, edit.before.end).bytes;
    edit.before.end += step;
    edit.after.end += step;
  }
  return edit;
}

std::vector<Range> tokens_of(std::string_view text, Range range, Grain grain) {
  std::vector<Range> tokens;
  bool in_word = false;
  for (std::size_t at = range.begin; at < range.end;) {
    const detail::CodePoint point = code_point_at(text, at);
    const bool joined = at > range.begin && !is_boundary(text, at);
    const bool word = grain == Grain::words && detail::is_word(point.value);
    if (!joined && !(word && in_word)) tokens.push_back({at, at});
    if (!joined) in_word = word;
    at += point.bytes;
    tokens.back().end = at;
  }
  return tokens;
}

/// Pairs equal items of two sequences: for each of `a`, its partner in `b` or kNone.
class Myers {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  Myers(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) : a_(a), b_(b) {}

  /// False when more than `edits_max` items differ.
  bool run(std::size_t edits_max) {
    const auto limit = static_cast<std::ptrdiff_t>(std::min(edits_max, a_.size() + b_.size()));
    // The furthest position in `a` on each diagonal, from -limit-1 to limit+1.
    std::vector<std::size_t> furthest(2 * static_cast<std::size_t>(limit) + 3, 0);
    const auto at = [&](std::ptrdiff_t k) -> std::size_t& {
      return furthest[static_cast<std::size_t>(k + limit + 1)];
    };
    for (std::ptrdiff_t d = 0; d <= limit; ++d) {
      std::vector<std::size_t> row;
      for (std::ptrdiff_t k = -d; k <= d; k += 2) {
        const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
        std::size_t x = d == 0 ? 0 : down ? at(k + 1) : at(k - 1) + 1;
        x = slide(x, k);
        at(k) = x;
        row.push_back(x);
        if (x >= a_.size() && y_of(x, k) >= b_.size()) {
          rows_.push_back(std::move(row));
          back(d, k);
          return true;
        }
      }
      rows_.push_back(std::move(row));
    }
    return false;
  }

  [[nodiscard]] const std::vector<std::size_t>& partners() const { return partners_; }

 private:
  static std::size_t y_of(std::size_t x, std::ptrdiff_t k) {
    return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(x) - k);
  }
  /// Along equal items. A diagonal may run out of either sequence, and then stays there.
  [[nodiscard]] std::size_t slide(std::size_t x, std::ptrdiff_t k) const {
    while (x < a_.size() && y_of(x, k) < b_.size() && a_[x] == b_[y_of(x, k)]) ++x;
    return x;
  }
  [[nodiscard]] std::size_t row_at(std::ptrdiff_t d, std::ptrdiff_t k) const {
    return rows_[static_cast<std::size_t>(d)][static_cast<std::size_t>((k + d) / 2)];
  }
  void back(std::ptrdiff_t d, std::ptrdiff_t k) {
    partners_.assign(a_.size(), kNone);
    std::size_t x = row_at(d, k);
    for (; d > 0; --d) {
      const bool down = k == -d || (k != d && row_at(d - 1, k - 1) < row_at(d - 1, k + 1));
      const std::ptrdiff_t from = down ? k + 1 : k - 1;
      const std::size_t start = down ? row_at(d - 1, from) : row_at(d - 1, from) + 1;
      pair(start, x, k);
      x = row_at(d - 1, from);
      k = from;
    }
    pair(0, x, k);
  }
  void pair(std::size_t from, std::size_t to, std::ptrdiff_t k) {
    for (std::size_t x = from; x < to; ++x) partners_[x] = y_of(x, k);
  }

  const std::vector<std::uint32_t>& a_;
  const std::vector<std::uint32_t>& b_;
  std::vector<std::vector<std::size_t>> rows_;  ///< by number of edits; every second diagonal
  std::vector<std::size_t> partners_;
};

class Differ {
 public:
  Differ(std::string_view before, std::string_view after) : before_(before), after_(after) {}

  std::vector<Edit> run() {
    const Edit middle =
        trimmed(before_, after_, {{0, before_.size()}, {0, after_.size()}});
    if (!middle.replaces()) return {middle};
    const Edit whole = widened(before_, after_, middle);
    std::vector<Edit> edits;
    if (diff(whole, Grain::words, kWordEditsMax, edits) == Found::too_much) return {middle};
    std::vector<Edit> refined;
    for (const Edit& edit : edits) refine(trimmed(before_, after_, edit), refined);
    return refined;
  }

 private:
  enum class Found { too_much, different, similar };

  /// Similar: more than half of the tokens of the longer side stay.
  Found diff(const Edit& whole, Grain grain, std::size_t edits_max,
             std::vector<Edit>& edits) const {
    const std::vector<Range> a = tokens_of(before_, whole.before, grain);
    const std::vector<Range> b = tokens_of(after_, whole.after, grain);
    std::unordered_map<std::string_view, std::uint32_t> numbers;
    const auto numbered = [&](std::string_view text, const std::vector<Range>& tokens) {
      std::vector<std::uint32_t> result;
      result.reserve(tokens.size());
      for (const Range& token : tokens) {
        const auto next = static_cast<std::uint32_t>(numbers.size());
        result.push_back(numbers.emplace(text.substr(token.begin, token.size()), next)
                             .first->second);
      }
      return result;
    };
    const std::vector<std::uint32_t> a_numbers = numbered(before_, a);
    const std::vector<std::uint32_t> b_numbers = numbered(after_, b);
    Myers myers(a_numbers, b_numbers);
    if (!myers.run(edits_max)) return Found::too_much;
    std::size_t kept = 0;
    Edit open{{whole.before.begin, whole.before.begin}, {whole.after.begin, whole.after.begin}};
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::size_t j = myers.partners()[i];
      if (j == Myers::kNone) continue;
      ++kept;
      open.before.end = a[i].begin;
      open.after.end = b[j].begin;
      add(open, edits);
      open = {{a[i].end, a[i].end}, {b[j].end, b[j].end}};
    }
    open.before.end = whole.before.end;
    open.after.end = whole.after.end;
    add(open, edits);
    return kept * 2 > std::max(a.size(), b.size()) ? Found::similar : Found::different;
  }

  /// Two replacements with next to nothing between them are one.
  void add(const Edit& edit, std::vector<Edit>& edits) const {
    if (edit.before.size() == 0 && edit.after.size() == 0) return;
    if (!edits.empty() && edits.back().replaces() && edit.replaces() &&
        edit.before.begin - edits.back().before.end <=
            code_point_at(before_, edits.back().before.end).bytes) {
      edits.back().before.end = edit.before.end;
      edits.back().after.end = edit.after.end;
    } else {
      edits.push_back(edit);
    }
  }

  void refine(const Edit& edit, std::vector<Edit>& edits) const {
    const std::size_t longer = std::max(edit.before.size(), edit.after.size());
    std::vector<Edit> finer;
    if (edit.replaces() && longer <= kCharactersMax &&
        diff(edit, Grain::characters, kCharacterEditsMax, finer) == Found::similar) {
      edits.insert(edits.end(), finer.begin(), finer.end());
    } else {
      edits.push_back(edit);
    }
  }

  std::string_view before_;
  std::string_view after_;
};

/// A run too long for one splice is inserted in pieces.
void add_splices(std::uint32_t position, std::uint32_t removed, std::string_view inserted,
                 std::vector<Splice>& splices) {
  do {
    std::size_t size = std::min(inserted.size(), kSpliceBytesMax);
    while (size > 0 && is_inside(inserted, size)) --size;
    if (size == 0) size = std::min(inserted.size(), kSpliceBytesMax);
    const std::string_view piece = inserted.substr(0, size);
    splices.push_back({position, removed, std::string(piece)});
    position += count_code_points(piece);
    removed = 0;
    inserted.remove_prefix(size);
  } while (!inserted.empty());
}

std::vector<Splice> splices_of(std::string_view before, std::string_view after,
                               const std::vector<Edit>& edits) {
  std::vector<Splice> splices;
  std::uint32_t position = 0;
  std::size_t at = 0;  // in `before`
  for (const Edit& edit : edits) {
    position += count_code_points(before.substr(at, edit.before.begin - at));
    const std::string_view removed = before.substr(edit.before.begin, edit.before.size());
    const std::string_view inserted = after.substr(edit.after.begin, edit.after.size());
    add_splices(position, count_code_points(removed), inserted, splices);
    position += count_code_points(inserted);
    at = edit.before.end;
  }
  return splices;
}

}  // namespace

std::vector<Splice> diff_text(std::string_view before, std::string_view after) {
  if (before == after) return {};
  const std::vector<Splice> splices = splices_of(before, after, Differ(before, after).run());
  if (splices.size() <= kSplicesPerOpMax) return splices;
  const Edit middle = trimmed(before, after, {{0, before.size()}, {0, after.size()}});
  return splices_of(before, after, {middle});
}

}  // namespace insieme::sync
