// How record states are written: canonical for digests and snapshots, packed for a store's rows.
#include <algorithm>

#include "record_codec.hpp"
#include "text_columns.hpp"

namespace insieme::sync {
namespace {

// Which parts of a field follow, as bits of one byte.
constexpr std::uint8_t kHasSurvivors = 1;
constexpr std::uint8_t kHasMembers = 2;
constexpr std::uint8_t kHasShares = 4;
constexpr std::uint8_t kHasText = 8;
constexpr std::uint8_t kValueElided = 16;  ///< the only survivor's value stands in a column
constexpr std::uint8_t kTextElided = 32;   ///< the only event inserted what the column holds
constexpr std::uint8_t kHasEscrow = 64;
constexpr std::uint8_t kTextLog = 128;     ///< a text with its events in columns

// What stands before such a text's log, as bits of one byte.
constexpr std::uint8_t kLogHasBase = 1;
constexpr std::uint8_t kLogTextElided = 2;  ///< the text stands in a column

// What was merged must be readable again, so these are no limits of ours: the bytes set them.
constexpr std::size_t kManyMax = 1'000'000;
constexpr std::size_t kTextMax = 64'000'000;  ///< what was merged, whoever made it that long

/// A text that came in one piece: its only event put the whole text into an empty one.
bool is_one_piece(const TextState& text) {
  if (text.base() != nullptr || text.event_count() != 1) return false;
  return text.events()[0].splices == std::vector<Splice>{{0, 0, text.text()}};
}

class RecordWriter {
 public:
  RecordWriter(WireOut& ar, const Elide* elide) : ar_(ar), elide_(elide) {}

  void write(const RecordState& record) {
    ar_.varint(record.fields.size());
    for (const FieldState& field : record.fields) {
      ar_.name(field.name);
      write_field(field);
    }
    write_rest(record);
  }

  void write_rest(const RecordState& record) {
    ar_(record.last_edits);
    ar_.varint(record.retractions.size());
    for (const Retraction& retraction : record.retractions) {
      ar_(retraction.mark, retraction.context);
    }
    ar_(list_of(record.restores, kManyMax));
    ar_.varint(record.decisions.size());
    for (const Decision& decision : record.decisions) write_decision(decision);
  }

  void write_field(const FieldState& field) {
    const bool may_elide = elide_ != nullptr && *elide_ && (*elide_)(field);
    std::uint8_t parts = 0;
    if (!field.survivors.empty()) parts |= kHasSurvivors;
    if (!field.members.empty()) parts |= kHasMembers;
    if (!field.shares.empty()) parts |= kHasShares;
    if (!field.text.empty()) parts |= text_parts(field.text, may_elide);
    if (!field.escrow.empty()) parts |= kHasEscrow;
    if (may_elide && field.survivors.size() == 1) parts |= kValueElided;
    ar_.byte(parts);
    if ((parts & kHasSurvivors) != 0) write_survivors(field, (parts & kValueElided) != 0);
    if ((parts & kHasMembers) != 0) {
      ar_.varint(field.members.size());
      for (const SetMember& member : field.members) {
        ar_(member.element, list_of(member.adds, kManyMax));
      }
    }
    if ((parts & kHasShares) != 0) {
      ar_.varint(field.shares.size());
      for (const CounterShare& share : field.shares) {
        ar_(share.replica);
        ar_.varint(zigzag(static_cast<std::int64_t>(share.sum)));
      }
    }
    if ((parts & kHasText) != 0) write_text(field.text, (parts & kTextElided) != 0);
    if ((parts & kTextLog) != 0) write_log(field.text, may_elide);
    if ((parts & kHasEscrow) != 0) write_escrow(field.escrow);
  }

  void write_escrow(const EscrowState& escrow) {
    ar_.varint(escrow.events().size());
    VersionVector before;
    for (const EscrowEvent& event : escrow.events()) {
      const bool sequential = event.context == before;
      ar_.byte(static_cast<std::uint8_t>(escrow_kind(event.act) | (sequential ? 0 : 0x80)));
      ar_(Mark{event.dot, event.stamp, event.author});
      if (!sequential) ar_(event.context);
      save_escrow_act(ar_, event.act);
      before.raise(event.dot.replica, event.dot.seq);
    }
  }

 private:
  void write_survivors(const FieldState& field, bool elided) {
    if (elided) {
      ar_(field.survivors[0].mark);
      return;
    }
    ar_.varint(field.survivors.size());
    for (const Survivor& survivor : field.survivors) ar_(survivor.mark, survivor.value);
  }

  /// Canonical bytes hold no events: those that a replica has folded it cannot tell any more.
  [[nodiscard]] std::uint8_t text_parts(const TextState& text, bool may_elide) const {
    if (elide_ == nullptr || text.event_count() == 0) return kHasText;
    return may_elide && is_one_piece(text) ? kHasText | kTextElided : kTextLog;
  }

  void write_text(const TextState& text, bool elided) {
    if (elided) {
      const TextEvent event = text.events()[0];
      ar_(Mark{event.dot, event.stamp, event.author});
      return;
    }
    ar_.varint(0);
    write_base(text.folded());
    ar_.varint(0);
  }

  void write_log(const TextState& text, bool elided) {
    ar_.byte(static_cast<std::uint8_t>((text.base() != nullptr ? kLogHasBase : 0) |
                                       (elided ? kLogTextElided : 0)));
    if (text.base() != nullptr) write_base(*text.base());
    write_text_log(ar_, *detail::TextAccess::core(text));
  }

  void write_base(const TextBase& base) {
    ar_(base.seen, text_of(base.text, kTextMax));
    ar_.varint(base.runs.size());
    for (const TextRun& run : base.runs) {
      ar_(run.mark);
      ar_.varint(run.length);
    }
    ar_(list_of(base.overlap_marks, kManyMax));
    // Overlaps name their events by place in that list.
    ar_.varint(base.overlaps.size());
    for (const TextOverlap& overlap : base.overlaps) {
      for (const Dot* dot : {&overlap.first, &overlap.second}) {
        const auto at = std::lower_bound(base.overlap_marks.begin(), base.overlap_marks.end(), *dot,
                                         [](const Mark& m, const Dot& d) { return m.dot < d; });
        ar_.varint(static_cast<std::uint64_t>(at - base.overlap_marks.begin()));
      }
    }
  }

  void write_decision(const Decision& decision) {
    ar_(decision.mark);
    save_enum(ar_, decision.item);
    ar_.name(decision.field);
    save_enum(ar_, decision.outcome);
    ar_(list_of(decision.decided, kDotsPerResolutionMax),
        text_of(decision.reason, kReasonBytesMax));
  }

  WireOut& ar_;
  const Elide* elide_;
};

/// Lists of a state are kept in order and searched by halving: bytes that say otherwise are not
/// ours.
template <class T, class Less>
void expect_order(const std::vector<T>& list, Less less) {
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (!less(list[i - 1], list[i])) WireIn::fail(ErrorCode::malformed, "a list out of order");
  }
}
const auto kByDot = [](const auto& a, const auto& b) { return a.mark.dot < b.mark.dot; };

class RecordReader {
 public:
  RecordReader(WireIn& ar, const Refill* refill) : ar_(ar), refill_(refill) {}

  void read(RecordState& record) {
    const std::size_t fields = ar_.count(kManyMax);
    for (std::size_t i = 0; i < fields; ++i) {
      std::string name = ar_.name();
      FieldState field = read_field(std::move(name));
      if (i != 0 && record.fields.back().name >= field.name) {
        WireIn::fail(ErrorCode::malformed, "fields out of order");
      }
      record.fields.push_back(std::move(field));
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

  FieldState read_field(std::string name) {
    FieldState field;
    field.name = std::move(name);
    const std::uint8_t parts = ar_.byte();
    if ((parts & (kValueElided | kTextElided)) != 0 && (refill_ == nullptr || !*refill_)) {
      WireIn::fail(ErrorCode::malformed, "a value was left out");
    }
    if ((parts & kHasSurvivors) != 0) read_survivors(field, (parts & kValueElided) != 0);
    if ((parts & kHasMembers) != 0) read_members(field);
    if ((parts & kHasShares) != 0) read_shares(field);
    if ((parts & kHasText) != 0) field.text = read_text(field.name, (parts & kTextElided) != 0);
    if ((parts & kTextLog) != 0) field.text = read_log(field.name);
    if ((parts & kHasEscrow) != 0) field.escrow = read_escrow();
    return field;
  }

 private:
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
      Survivor survivor;
      ar_(survivor.mark);
      if (elided) {
        survivor.value = (*refill_)(field.name);
      } else {
        ar_(survivor.value);
      }
      field.survivors.push_back(std::move(survivor));
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
    TextBase base;
    std::vector<TextEvent> events;
    if (elided) {
      const Mark mark = ar_.mark();
      TextEvent event{mark.dot, mark.stamp, mark.author, {}, {}};
      event.splices.push_back(Splice{0, 0, refill_text(name)});
      events.push_back(std::move(event));
    } else {
      std::size_t count = ar_.count(kManyMax);
      VersionVector before;
      if (count == 0) {
        base = read_base();
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
    }
    auto text = TextState::from_base(std::move(base), std::move(events));
    if (!text.ok()) WireIn::fail(text.error().code, "a text whose events do not fit together");
    return std::move(text).value();
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

void write_field_content(WireOut& ar, const FieldState& field) {
  RecordWriter(ar, nullptr).write_field(field);
}
FieldState read_field_content(WireIn& ar, std::string name) {
  return RecordReader(ar, nullptr).read_field(std::move(name));
}
void write_record_rest(WireOut& ar, const RecordState& record) {
  RecordWriter(ar, nullptr).write_rest(record);
}
void read_record_rest(WireIn& ar, RecordState& record) {
  RecordReader(ar, nullptr).read_rest(record);
}

std::vector<std::uint8_t> encode_record(const RecordState& record) {
  WireOut ar;
  ar(record.id);
  ar.name(record.type);
  RecordWriter(ar, nullptr).write(record);
  return ar.take();
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

std::vector<std::uint8_t> pack_record(const RecordState& record, Dictionary& dictionary,
                                      const Elide& elide) {
  WireOut ar(&dictionary);
  RecordWriter(ar, &elide).write(record);
  return ar.take();
}

Result<RecordState> unpack_record(std::span<const std::uint8_t> bytes, RecordId id,
                                  std::string type, const Dictionary& dictionary,
                                  const Refill& refill) {
  return decoding([&] {
    WireIn ar(bytes, &dictionary);
    RecordState record;
    record.id = id;
    record.type = std::move(type);
    RecordReader(ar, &refill).read(record);
    ar.expect_end();
    return record;
  });
}

}  // namespace insieme::sync
