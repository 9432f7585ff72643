// How record states are written: canonical for digests and snapshots, packed for a store's rows.
#include <algorithm>

#include "insieme/sync/left_fields.hpp"
#include "record_brief.hpp"
#include "record_codec.hpp"
#include "record_parts.hpp"
#include "text_columns.hpp"

namespace insieme::sync {
namespace {

using namespace detail;

class RecordWriter {
 public:
  RecordWriter(WireOut& ar, const Elide* elide) : ar_(ar), elide_(elide) {}

  void write(const RecordState& record, const LeftFields* left = nullptr) {
    const std::size_t others = left != nullptr ? left->fields.size() : 0;
    if (left != nullptr) places_.assign(left->changes.size(), 0);
    ar_.varint(record.fields.size() + others);
    std::size_t next = 0;  // of those that were left
    for (const FieldState& field : record.fields) {
      for (; next < others && left->fields[next].name < field.name; ++next) {
        write_left(*left, left->fields[next]);
      }
      ar_.name(field.name);
      write_field(field);
    }
    for (; next < others; ++next) write_left(*left, left->fields[next]);
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
    if ((parts & kHasText) != 0) write_text(field.text, (parts & kTextElided) != 0, may_elide);
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
  void write_left(const LeftFields& left, const LeftField& field) {
    ar_.varint(field.number);
    ar_.byte(field.is_text ? kHasText | kTextElided : kHasSurvivors | kValueElided);
    std::uint64_t& place = places_[field.change];
    if (place != 0) {
      ar_.varint(place);
      ar_.varint(field.op);
    } else {
      place = ar_.mark_of(left.changes[field.change], field.op);
    }
  }

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
    return may_elide && one_piece(text) ? kHasText | kTextElided : kTextLog;
  }

  /// `in_column`: a folded text stands in its column, and here only who wrote which part of it.
  void write_text(const TextState& text, bool elided, bool in_column) {
    if (elided) {
      return ar_.mark(*one_piece(text));
    }
    ar_.varint(0);
    TextBase base = text.folded();
    if (in_column && !base.runs.empty()) base.text.clear();
    write_base(base);
    ar_.varint(0);
  }

  void write_log(const TextState& text, bool elided) {
    ar_.byte(static_cast<std::uint8_t>((text.base() != nullptr ? kLogHasBase : 0) |
                                       (elided ? kLogTextElided : 0)));
    if (text.base() != nullptr) write_base(*text.base());
    const detail::TextCore* core = detail::TextAccess::core(text);
    if (core->only) core = detail::TextAccess::opened(text);
    write_text_log(ar_, *core);
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
  std::vector<std::uint64_t> places_;  ///< where changes of fields that were left are described
};

}  // namespace

std::optional<Mark> detail::one_piece(const TextState& text) {
  const detail::TextCore* core = detail::TextAccess::core(text);
  if (core == nullptr || core->base != nullptr || core->event_count() != 1) return std::nullopt;
  if (core->only) return core->only;
  core = detail::TextAccess::opened(text);
  const auto splices = core->log.splices(0);
  const bool whole = splices.size() == 1 && splices[0].position == 0 && splices[0].removed == 0 &&
                     core->log.inserted(splices[0]) == text.text();
  return whole ? std::optional(core->log.mark(0)) : std::nullopt;
}

void write_field_content(WireOut& ar, const FieldState& field) {
  RecordWriter(ar, nullptr).write_field(field);
}
void write_record_rest(WireOut& ar, const RecordState& record) {
  RecordWriter(ar, nullptr).write_rest(record);
}

std::vector<std::uint8_t> encode_record(const RecordState& record) {
  WireOut ar;
  ar(record.id);
  ar.name(record.type);
  RecordWriter(ar, nullptr).write(record);
  return ar.take();
}

std::vector<std::uint8_t> pack_record(const RecordState& record, Dictionary& dictionary,
                                      const Elide& elide) {
  WireOut ar(&dictionary);
  if (!detail::write_brief(ar, record, elide)) RecordWriter(ar, &elide).write(record);
  return ar.take();
}

std::vector<std::uint8_t> pack_partly(const RecordState& record, const LeftFields& left,
                                      Dictionary& dictionary, const Elide& elide) {
  if (left.fields.empty()) return pack_record(record, dictionary, elide);
  WireOut ar(&dictionary);
  RecordWriter(ar, &elide).write(record, &left);
  return ar.take();
}

}  // namespace insieme::sync
