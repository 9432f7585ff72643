#include "record_brief.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "record_parts.hpp"
#include "text_columns.hpp"

namespace insieme::sync {
namespace detail {
namespace {

constexpr std::size_t kFieldsExpected = 64;  ///< more are made room for when they come
constexpr unsigned kKindBits = 2;
constexpr std::uint64_t kKindMask = (1u << kKindBits) - 1;

/// Takes a state apart, as long as all of it is of one change.
class Gatherer {
 public:
  Gatherer(const RecordState& record, const Elide& elide) : record_(record), elide_(elide) {}

  /// False: it cannot be told in brief.
  [[nodiscard]] bool gather() {
    if (!record_.retractions.empty() || !record_.restores.empty() || !record_.decisions.empty()) {
      return false;
    }
    const auto& edits = record_.last_edits.entries();
    if (edits.size() != 1) return false;
    change_ = {edits[0].replica, edits[0].seq, 0};
    pieces_.reserve(record_.fields.size());
    for (const FieldState& field : record_.fields) {
      if (!take(field)) return false;
    }
    if (!first_) return false;  // sets alone tell neither stamp nor author
    std::sort(pieces_.begin(), pieces_.end(),
              [](const BriefPiece& a, const BriefPiece& b) { return a.op < b.op; });
    for (std::size_t i = 1; i < pieces_.size(); ++i) {
      if (pieces_[i].op != pieces_[i - 1].op + 1 || is_scattered(i)) return false;
    }
    first_->dot.op = pieces_.front().op;
    return true;
  }
  [[nodiscard]] const Mark& first() const { return *first_; }
  [[nodiscard]] const std::vector<BriefPiece>& pieces() const noexcept { return pieces_; }

 private:
  [[nodiscard]] bool take(const FieldState& field) {
    const int kinds = (field.survivors.empty() ? 0 : 1) + (field.members.empty() ? 0 : 1) +
                      (field.text.empty() ? 0 : 1);
    if (kinds != 1 || !field.shares.empty() || !field.escrow.empty()) return false;
    if (!field.survivors.empty()) return take_value(field);
    return field.members.empty() ? take_text(field) : take_members(field);
  }

  [[nodiscard]] bool take_value(const FieldState& field) {
    if (field.survivors.size() != 1) return false;
    const Survivor& only = field.survivors[0];
    const bool elided = elide_ && elide_(field);
    pieces_.push_back({only.mark.dot.op, &field.name,
                       elided ? BriefKind::value_in_column : BriefKind::value,
                       elided ? nullptr : &only.value});
    return is_ours(only.mark);
  }

  [[nodiscard]] bool take_text(const FieldState& field) {
    const std::optional<Mark> mark = one_piece(field.text);
    if (!mark || !elide_ || !elide_(field)) return false;
    pieces_.push_back({mark->dot.op, &field.name, BriefKind::text_in_column, nullptr});
    return is_ours(*mark);
  }

  [[nodiscard]] bool take_members(const FieldState& field) {
    for (const SetMember& member : field.members) {
      if (member.adds.size() != 1 || !is_ours(member.adds[0])) return false;
      pieces_.push_back(
          {member.adds[0].op, &field.name, BriefKind::element, &member.element});
    }
    return true;
  }

  /// Elements of one set must stand together.
  [[nodiscard]] bool is_scattered(std::size_t at) const {
    const std::string* field = pieces_[at].field;
    if (pieces_[at].kind != BriefKind::element || pieces_[at - 1].field == field) return false;
    return std::any_of(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(at),
                       [field](const BriefPiece& piece) { return piece.field == field; });
  }

  [[nodiscard]] bool is_ours(const Dot& dot) const {
    return dot.replica == change_.replica && dot.seq == change_.seq;
  }
  [[nodiscard]] bool is_ours(const Mark& mark) {
    if (!first_) first_ = mark;
    return is_ours(mark.dot) && first_->stamp == mark.stamp && first_->author == mark.author;
  }

  const RecordState& record_;
  const Elide& elide_;
  Dot change_;
  std::vector<BriefPiece> pieces_;
  std::optional<Mark> first_;
};

class BriefReader {
 public:
  BriefReader(WireIn& ar, RecordState& record, const Refill& refill, const Leave* leave,
              LeftFields* left)
      : ar_(ar), record_(record), refill_(refill), leave_(leave), left_(left) {}

  void read() {
    mark_ = ar_.mark();
    const Dot first = mark_.dot;
    const std::size_t pieces = ar_.count(kManyMax);
    if (pieces == 0 || pieces - 1 > std::numeric_limits<std::uint32_t>::max() - first.op) {
      WireIn::fail(ErrorCode::malformed, "a change that left nothing");
    }
    const std::size_t expected = std::min(pieces, kFieldsExpected);
    if (leave_ != nullptr) {
      left_->fields.reserve(expected);
    } else {
      record_.fields.reserve(expected);
    }
    for (std::size_t at = 0; at < pieces;) {
      const std::uint64_t run = ar_.varint();
      const auto kind = static_cast<BriefKind>(run & kKindMask);
      const std::uint64_t length = run >> kKindBits;
      if (length == 0 || length > pieces - at) {
        WireIn::fail(ErrorCode::malformed, "operations that are not there");
      }
      for (const std::size_t end = at + static_cast<std::size_t>(length); at < end; ++at) {
        mark_.dot.op = first.op + static_cast<std::uint32_t>(at);
        read_piece(kind);
      }
    }
    settle();
    if (leave_ != nullptr) settle_left();
    record_.last_edits.raise(first.replica, first.seq);
  }

 private:
  void read_piece(BriefKind kind) {
    std::uint32_t number = 0;
    const std::string& name = ar_.numbered_name(number);
    const bool is_text = kind == BriefKind::text_in_column;
    if (leave_ != nullptr && (is_text || kind == BriefKind::value_in_column) && (*leave_)(name)) {
      left_->fields.push_back({name, number, is_text, mark_.dot.op, 0});
      return;
    }
    const bool goes_on = kind == BriefKind::element && !record_.fields.empty() &&
                         record_.fields.back().name == name;
    if (!goes_on) {
      record_.fields.emplace_back();
      record_.fields.back().name = name;
    }
    FieldState& field = record_.fields.back();
    switch (kind) {
      case BriefKind::value_in_column:
        field.survivors.push_back({mark_, refilled(name)});
        break;
      case BriefKind::text_in_column:
        field.text = read_text(field.name);
        break;
      case BriefKind::value:
        field.survivors.push_back({mark_, {}});
        ar_(field.survivors[0].value);
        break;
      case BriefKind::element:
        field.members.push_back({{}, {mark_.dot}});
        ar_(field.members.back().element);
        break;
    }
  }

  [[nodiscard]] Value refilled(const std::string& field) const {
    if (!refill_) WireIn::fail(ErrorCode::malformed, "a value was left out");
    return refill_(field);
  }

  [[nodiscard]] TextState read_text(const std::string& field) const {
    Value value = refilled(field);
    auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) WireIn::fail(ErrorCode::malformed, "a text is missing from its column");
    return text_in_one_piece(mark_, std::move(*text));
  }

  /// States keep their lists in order; what stands twice is not ours.
  void settle() {
    const auto by_name = [](const FieldState& a, const FieldState& b) { return a.name < b.name; };
    auto& fields = record_.fields;
    if (!std::is_sorted(fields.begin(), fields.end(), by_name)) {
      std::sort(fields.begin(), fields.end(), by_name);
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i != 0 && fields[i - 1].name == fields[i].name) {
        WireIn::fail(ErrorCode::malformed, "a field that stands twice");
      }
      auto& members = fields[i].members;
      std::sort(members.begin(), members.end(), [](const SetMember& a, const SetMember& b) {
        return compare(a.element, b.element) < 0;
      });
      const auto twice = std::adjacent_find(
          members.begin(), members.end(),
          [](const SetMember& a, const SetMember& b) { return equal(a.element, b.element); });
      if (twice != members.end()) {
        WireIn::fail(ErrorCode::malformed, "an element that stands twice");
      }
    }
  }

  /// The same of what was left, beside what was not.
  void settle_left() {
    left_->changes = ar_.changes();
    auto& fields = left_->fields;
    std::sort(fields.begin(), fields.end(),
              [](const LeftField& a, const LeftField& b) { return a.name < b.name; });
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const bool again = i != 0 && fields[i - 1].name == fields[i].name;
      if (again || record_.field(fields[i].name) != nullptr) {
        WireIn::fail(ErrorCode::malformed, "a field that stands twice");
      }
    }
  }

  WireIn& ar_;
  RecordState& record_;
  const Refill& refill_;
  const Leave* leave_;
  LeftFields* left_;
  Mark mark_;
};

}  // namespace

bool is_brief(std::span<const std::uint8_t> packed) noexcept {
  return packed.size() >= kBriefEscape.size() &&
         std::equal(kBriefEscape.begin(), kBriefEscape.end(), packed.begin());
}

bool write_brief(WireOut& ar, const RecordState& record, const Elide& elide) {
  Gatherer gatherer(record, elide);
  if (!gatherer.gather()) return false;
  write_brief(ar, gatherer.first(), gatherer.pieces());
  return true;
}

void write_brief(WireOut& ar, const Mark& first, std::span<const BriefPiece> pieces) {
  ar.raw(kBriefEscape);
  ar.mark(first);
  ar.varint(pieces.size());
  for (std::size_t at = 0; at < pieces.size();) {
    const BriefKind kind = pieces[at].kind;
    std::size_t end = at;
    while (end < pieces.size() && pieces[end].kind == kind) ++end;
    ar.varint((std::uint64_t{end - at} << kKindBits) | static_cast<std::uint64_t>(kind));
    for (; at < end; ++at) {
      ar.name(*pieces[at].field);
      if (pieces[at].value != nullptr) ar(*pieces[at].value);
    }
  }
}

void read_brief(WireIn& ar, RecordState& record, const Refill& refill, const Leave* leave,
                LeftFields* left) {
  BriefReader(ar, record, refill, leave, left).read();
}

}  // namespace detail

}  // namespace insieme::sync
