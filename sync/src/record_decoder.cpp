// How record states are read: bytes that no writer of ours makes are refused.
#include <algorithm>

#include "insieme/sync/left_fields.hpp"
#include "record_brief.hpp"
#include "record_codec.hpp"
#include "record_parts.hpp"
#include "text_columns.hpp"

namespace insieme::sync {
namespace {

using namespace detail;

/// Lists of a state are kept in order and searched by halving: bytes that say otherwise are not
/// ours.
template <class T, class Less>
void expect_order(const std::vector<T>& list, Less less) {
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (!less(list[i - 1], list[i])) WireIn::fail(ErrorCode::malformed, "a list out of order");
  }
}
constexpr std::size_t kFieldsReserved = 64;  ///< what a claim of more is worth before it is read
const auto kByDot = [](const auto& a, const auto& b) { return a.mark.dot < b.mark.dot; };

TextState fitting(Result<TextState> text) {
  if (!text.ok()) WireIn::fail(text.error().code, "a text whose events do not fit together");
  return std::move(text).value();
}

class RecordReader {
 public:
  RecordReader(WireIn& ar, const Refill* refill) : ar_(ar), refill_(refill) {}

  /// All but what may be left.
  void read_partly(RecordState& record, const Leave& leave, LeftFields& left) {
    const std::size_t fields = ar_.count(kManyMax);
    left.fields.reserve(std::min(fields, kFieldsReserved));
    const std::string* before = nullptr;
    for (std::size_t i = 0; i < fields; ++i) {
      LeftField field;
      field.name = ar_.numbered_name(field.number);
      if (before != nullptr && *before >= field.name) {
        WireIn::fail(ErrorCode::malformed, "fields out of order");
      }
      const std::uint8_t parts = ar_.byte();
      field.is_text = parts == (kHasText | kTextElided);
      const bool can_be_left = field.is_text || parts == (kHasSurvivors | kValueElided);
      if (can_be_left && leave(field.name)) {
        const WireIn::MarkPlace place = ar_.mark_place();
        field.change = place.change;
        field.op = place.op;
        before = &left.fields.emplace_back(std::move(field)).name;
      } else {
        FieldState& read = record.fields.emplace_back();
        read.name = std::move(field.name);
        read_parts(read, parts);
        before = &read.name;
      }
    }
    read_rest(record);
    left.changes = ar_.changes();
  }

  void read(RecordState& record) {
    const std::size_t fields = ar_.count(kManyMax);
    record.fields.reserve(std::min(fields, kFieldsReserved));
    for (std::size_t i = 0; i < fields; ++i) {
      FieldState& field = record.fields.emplace_back();
      field.name = ar_.name();
      if (i != 0 && record.fields[i - 1].name >= field.name) {
        WireIn::fail(ErrorCode::malformed, "fields out of order");
      }
      read_field(field);
    }
    read_rest(record);
  }

  void read_rest(RecordState& record) {
    ar_(record.last_edits);
    const std::size_t retractions = ar_.count(kManyMax);
    for (std::size_t i = 0; i < retractions; ++i) {
      Retraction retraction;
      ar_(retraction.mark, retraction.context);
      record.retractions.push_back(std::move(retraction));
    }
    expect_order(record.retractions, kByDot);
    ar_(list_of(record.restores, kManyMax));
    expect_order(record.restores, [](const Mark& a, const Mark& b) { return a.dot < b.dot; });
    const std::size_t decisions = ar_.count(kManyMax);
    for (std::size_t i = 0; i < decisions; ++i) record.decisions.push_back(read_decision());
    expect_order(record.decisions, kByDot);
  }

  void read_field(FieldState& field) { read_parts(field, ar_.byte()); }

 private:
  void read_parts(FieldState& field, std::uint8_t parts) {
    if ((parts & (kValueElided | kTextElided)) != 0 && (refill_ == nullptr || !*refill_)) {
      WireIn::fail(ErrorCode::malformed, "a value was left out");
    }
    if ((parts & kHasSurvivors) != 0) read_survivors(field, (parts & kValueElided) != 0);
    if ((parts & kHasMembers) != 0) read_members(field);
    if ((parts & kHasShares) != 0) read_shares(field);
    if ((parts & kHasText) != 0) field.text = read_text(field.name, (parts & kTextElided) != 0);
    if ((parts & kTextLog) != 0) field.text = read_log(field.name);
    if ((parts & kHasEscrow) != 0) field.escrow = read_escrow();
  }

  EscrowState read_escrow() {
    std::vector<EscrowEvent> events;
    const std::size_t count = ar_.count(kManyMax);
    VersionVector before;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t kind = ar_.byte();
      const Mark mark = ar_.mark();
      EscrowEvent event{mark.dot, mark.stamp, mark.author, before, {}};
      if ((kind & 0x80) != 0) {
        ar_(event.context);
        if (event.context == before) WireIn::fail(ErrorCode::malformed, "a context for nothing");
      }
      event.act = load_escrow_act(ar_, kind & 0x7f);
      before.raise(mark.dot.replica, mark.dot.seq);
      events.push_back(std::move(event));
    }
    auto escrow = EscrowState::from_events(std::move(events));
    if (!escrow.ok()) WireIn::fail(escrow.error().code, "escrow operations that do not fit");
    return std::move(escrow).value();
  }

  [[nodiscard]] std::string refill_text(const std::string& field) const {
    Value value = (*refill_)(field);
    auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) WireIn::fail(ErrorCode::malformed, "a text is missing from its column");
    return std::move(*text);
  }

  void read_survivors(FieldState& field, bool elided) {
    const std::size_t count = elided ? 1 : ar_.count(kManyMax);
    for (std::size_t i = 0; i < count; ++i) {
      Survivor& survivor = field.survivors.emplace_back();
      survivor.mark = ar_.mark();
      if (elided) {
        survivor.value = (*refill_)(field.name);
      } else {
        ar_(survivor.value);
      }
    }
    expect_order(field.survivors, kByDot);
  }

  void read_members(FieldState& field) {
    const std::size_t count = ar_.count(kManyMax);
    for (std::size_t i = 0; i < count; ++i) {
      SetMember member;
      ar_(member.element, list_of(member.adds, kManyMax));
      if (member.adds.empty()) WireIn::fail(ErrorCode::malformed, "a set member without an add");
      expect_order(member.adds, [](const Dot& a, const Dot& b) { return a < b; });
      field.members.push_back(std::move(member));
    }
    expect_order(field.members, [](const SetMember& a, const SetMember& b) {
      return compare(a.element, b.element) < 0;
    });
  }

  void read_shares(FieldState& field) {
    const std::size_t count = ar_.count(kManyMax);
    for (std::size_t i = 0; i < count; ++i) {
      CounterShare share;
      ar_(share.replica);
      share.sum = static_cast<std::uint64_t>(unzigzag(ar_.varint()));
      field.shares.push_back(share);
    }
    expect_order(field.shares, [](const CounterShare& a, const CounterShare& b) {
      return a.replica < b.replica;
    });
  }

  TextState read_text(const std::string& name, bool elided) {
    if (elided) {
      const Mark mark = ar_.mark();
      return text_in_one_piece(mark, refill_text(name));
    }
    TextBase base;
    std::vector<TextEvent> events;
    std::size_t count = ar_.count(kManyMax);
    VersionVector before;
    if (count == 0) {
      base = read_base();
      // Runs without a text: it stands in its column.
      const bool may_refill = refill_ != nullptr && *refill_;
      if (may_refill && base.text.empty() && !base.runs.empty()) base.text = refill_text(name);
      before = base.seen;
      count = ar_.count(kManyMax);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const Mark mark = ar_.mark();
      TextEvent event{mark.dot, mark.stamp, mark.author, {}, {}};
      bool sequential = false;
      ar_(sequential);
      if (sequential) {
        event.context = before;
      } else {
        ar_(event.context);
      }
      ar_(list_of(event.splices, kSplicesPerOpMax));
      before.raise(mark.dot.replica, mark.dot.seq);
      events.push_back(std::move(event));
    }
    return fitting(TextState::from_base(std::move(base), std::move(events)));
  }

  TextState read_log(const std::string& name) {
    const std::uint8_t flags = ar_.byte();
    std::shared_ptr<const TextBase> base;
    if ((flags & kLogHasBase) != 0) {
      base = std::make_shared<const TextBase>(read_base());
      if (!detail::check_base(*base).ok()) {
        WireIn::fail(ErrorCode::malformed, "a folded text that does not fit together");
      }
    }
    const bool elided = (flags & kLogTextElided) != 0;
    if (flags > (kLogHasBase | kLogTextElided) || (elided && (refill_ == nullptr || !*refill_))) {
      WireIn::fail(ErrorCode::malformed, "a text whose flags are not ours");
    }
    if (elided) return read_unopened(name, std::move(base));
    auto core = base ? std::make_unique<detail::TextCore>(base)
                     : std::make_unique<detail::TextCore>();
    unpack_log(read_packed_log(ar_), *core);
    return detail::TextAccess::state(std::move(core));
  }

  /// Opening a note costs reading its column: its history waits until somebody asks for it.
  TextState read_unopened(const std::string& name, std::shared_ptr<const TextBase> base) {
    auto log = std::make_shared<const detail::PackedLog>(read_packed_log(ar_));
    std::string text = refill_text(name);
    if (!is_valid_utf8(text)) WireIn::fail(ErrorCode::malformed, "a text that is not UTF-8");
    return detail::TextAccess::state(
        std::make_unique<detail::TextCore>(std::move(base), std::move(text), std::move(log)));
  }

  TextBase read_base() {
    TextBase base;
    ar_(base.seen, text_of(base.text, kTextMax));
    if (base.seen.empty()) WireIn::fail(ErrorCode::malformed, "a folded text without an event");
    const std::size_t runs = ar_.count(kManyMax);
    for (std::size_t i = 0; i < runs; ++i) {
      TextRun run;
      ar_(run.mark);
      run.length = ar_.varint_as<std::uint32_t>();
      base.runs.push_back(std::move(run));
    }
    ar_(list_of(base.overlap_marks, kManyMax));
    const std::size_t overlaps = ar_.count(kManyMax);
    const auto read_dot = [&] {
      const auto place = ar_.varint_as<std::size_t>();
      if (place >= base.overlap_marks.size()) {
        WireIn::fail(ErrorCode::malformed, "an overlap of an event that is not there");
      }
      return base.overlap_marks[place].dot;
    };
    for (std::size_t i = 0; i < overlaps; ++i) {
      TextOverlap overlap;
      overlap.first = read_dot();
      overlap.second = read_dot();
      base.overlaps.push_back(overlap);
    }
    return base;
  }

  Decision read_decision() {
    Decision decision;
    ar_(decision.mark);
    decision.item = load_enum<ItemKind>(ar_, 1, 255);
    decision.field = ar_.name();
    decision.outcome = load_enum<Outcome>(ar_, 1, 255);
    ar_(list_of(decision.decided, kDotsPerResolutionMax),
        text_of(decision.reason, kReasonBytesMax));
    return decision;
  }

  WireIn& ar_;
  const Refill* refill_;
};

}  // namespace

TextState detail::text_in_one_piece(const Mark& mark, std::string text) {
  if (!check_seq(mark.dot.seq).ok() || !is_valid_utf8(text)) {
    WireIn::fail(ErrorCode::malformed, "a text that no event of ours makes");
  }
  return TextAccess::state(std::make_unique<TextCore>(std::move(text), mark));
}

FieldState read_field_content(WireIn& ar, std::string name) {
  FieldState field;
  field.name = std::move(name);
  RecordReader(ar, nullptr).read_field(field);
  return field;
}
void read_record_rest(WireIn& ar, RecordState& record) {
  RecordReader(ar, nullptr).read_rest(record);
}

Result<RecordState> decode_record(std::span<const std::uint8_t> bytes) {
  return decoding([&] {
    WireIn ar(bytes);
    RecordState record;
    ar(record.id);
    record.type = ar.name();
    RecordReader(ar, nullptr).read(record);
    ar.expect_end();
    return record;
  });
}

namespace {

/// `leave` and `left`: both or neither.
Result<RecordState> unpack(std::span<const std::uint8_t> bytes, RecordId id, std::string type,
                           const Dictionary& dictionary, const Refill& refill, const Leave* leave,
                           LeftFields* left) {
  return decoding([&] {
    RecordState record;
    record.id = id;
    record.type = std::move(type);
    const bool in_brief = detail::is_brief(bytes);
    WireIn ar(in_brief ? bytes.subspan(detail::kBriefEscape.size()) : bytes, &dictionary);
    if (in_brief) {
      detail::read_brief(ar, record, refill, leave, left);
    } else if (leave != nullptr) {
      RecordReader(ar, &refill).read_partly(record, *leave, *left);
    } else {
      RecordReader(ar, &refill).read(record);
    }
    ar.expect_end();
    return record;
  });
}

}  // namespace

Result<RecordState> unpack_record(std::span<const std::uint8_t> bytes, RecordId id,
                                  std::string type, const Dictionary& dictionary,
                                  const Refill& refill) {
  return unpack(bytes, id, std::move(type), dictionary, refill, nullptr, nullptr);
}

Result<RecordState> unpack_partly(std::span<const std::uint8_t> bytes, RecordId id,
                                  std::string type, const Dictionary& dictionary,
                                  const Refill& refill, const Leave& leave, LeftFields& left) {
  return unpack(bytes, id, std::move(type), dictionary, refill, &leave, &left);
}

Status bring_back(RecordState& record, LeftFields& left, std::size_t place, Value value) {
  const auto at = left.fields.begin() + static_cast<std::ptrdiff_t>(place);
  Mark mark = left.changes[at->change];
  mark.dot.op = at->op;
  FieldState field;
  field.name = at->name;
  if (at->is_text) {
    auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return {ErrorCode::malformed, "a text is missing from its column"};
    auto whole = decoding([&] { return detail::text_in_one_piece(mark, std::move(*text)); });
    if (!whole.ok()) return whole.error();
    field.text = std::move(whole).value();
  } else {
    field.survivors.push_back({std::move(mark), std::move(value)});
  }
  const auto before = std::lower_bound(
      record.fields.begin(), record.fields.end(), field.name,
      [](const FieldState& f, const std::string& name) { return f.name < name; });
  record.fields.insert(before, std::move(field));
  left.fields.erase(at);
  return {};
}

}  // namespace insieme::sync
