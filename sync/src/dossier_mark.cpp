#include "insieme/sync/dossier_mark.hpp"

#include <algorithm>
#include <tuple>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::sync {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kHeadBytes = 3 + sizeof(RecordId{}.bytes);

/// What somebody knew of when they edited the record.
struct Knowing {
  VersionVector seen;  ///< the marks' changes, and what they had seen of the record
  VersionVector all;   ///< and the edit itself
};

std::vector<Knowing> knowing_in(const RecordState& record) {
  std::vector<Knowing> all;
  const FieldState* field = record.field(kKnowingField);
  if (field == nullptr) return all;
  for (const SetMember& member : field->members) {
    const auto* bytes = std::get_if<Bytes>(&member.element);
    if (bytes == nullptr) continue;
    auto seen = decode_version(bytes->data);
    if (!seen.ok()) continue;
    Knowing one{*seen, *seen};
    for (const Dot& dot : member.adds) one.all.raise(dot.replica, dot.seq);
    all.push_back(std::move(one));
  }
  return all;
}

bool knows(const VersionVector& seen, const DocumentMarks::Group& group) {
  return std::any_of(group.dots.begin(), group.dots.end(),
                     [&](const Dot& dot) { return seen.contains(dot); });
}

auto key_of(const DocumentMarks::Group& group) {
  return std::tie(group.reason, group.subject, group.home);
}

}  // namespace

RecordId marks_record(const DossierId& dossier) {
  const Digest digest = Hasher("insieme dossier marks v1").add(dossier.bytes).finish();
  RecordId id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  // RFC 9562 §5.8: version 8, made by a rule of our own.
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

Value mark_value(const DossierMark& mark) {
  Bytes out;
  const std::string home = mark.home.substr(0, kSectionBytesMax);
  out.data = {kFormat, static_cast<std::uint8_t>(mark.reason),
              static_cast<std::uint8_t>(home.size())};
  out.data.insert(out.data.end(), mark.subject.bytes.begin(), mark.subject.bytes.end());
  out.data.insert(out.data.end(), home.begin(), home.end());
  const auto seen = encode_version(mark.seen);
  out.data.insert(out.data.end(), seen.begin(), seen.end());
  return out;
}

std::optional<DossierMark> mark_of_value(const Value& value) {
  const auto* bytes = std::get_if<Bytes>(&value);
  if (bytes == nullptr || bytes->data.size() < kHeadBytes || bytes->data[0] != kFormat) return {};
  const std::span<const std::uint8_t> data(bytes->data);
  const std::size_t length = data[2];
  if (data[1] == 0 || data.size() < kHeadBytes + length) return {};
  DossierMark mark;
  mark.reason = static_cast<MarkReason>(data[1]);
  std::copy_n(data.begin() + 3, mark.subject.bytes.size(), mark.subject.bytes.begin());
  const auto home = data.subspan(kHeadBytes, length);
  mark.home.assign(home.begin(), home.end());
  if (!is_valid_section(mark.home)) return {};
  auto seen = decode_version(data.subspan(kHeadBytes + length));
  if (!seen.ok()) return {};
  mark.seen = std::move(seen).value();
  return mark;
}

const DocumentMarks::Group* DocumentMarks::find(MarkReason reason,
                                                const RecordId& subject) const noexcept {
  const auto at = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
    return group.reason == reason && group.subject == subject;
  });
  return at == groups.end() ? nullptr : &*at;
}

DocumentMarks marks_in(const RecordState* record) {
  DocumentMarks marks;
  const FieldState* field = record == nullptr ? nullptr : record->field(kMarksField);
  if (field == nullptr) return marks;
  for (const SetMember& member : field->members) {
    const auto mark = mark_of_value(member.element);
    if (!mark) continue;
    DocumentMarks::Group group{mark->reason, mark->subject, mark->home, mark->seen, member.adds};
    for (const Dot& dot : group.dots) group.seen.raise(dot.replica, dot.seq);
    const auto at = std::find_if(
        marks.groups.begin(), marks.groups.end(),
        [&](const DocumentMarks::Group& other) { return key_of(other) == key_of(group); });
    if (at == marks.groups.end()) {
      marks.groups.push_back(std::move(group));
      continue;
    }
    at->seen.merge(group.seen);
    at->dots.insert(at->dots.end(), group.dots.begin(), group.dots.end());
  }
  for (DocumentMarks::Group& group : marks.groups) std::sort(group.dots.begin(), group.dots.end());
  std::sort(marks.groups.begin(), marks.groups.end(),
            [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
  return marks;
}

MarkedEdits edits_after_marks(const RecordState& record, const DocumentMarks& marks) {
  MarkedEdits late;
  if (marks.empty() || record.type == kMarksType) return late;
  const std::vector<Knowing> knowing = knowing_in(record);
  for (const DocumentMarks::Group& group : marks.groups) {
    VersionVector seen = group.seen;
    for (const Knowing& one : knowing) {
      if (knows(one.seen, group)) seen.merge(one.all);
    }
    const std::size_t before = late.edits.size();
    for (const auto& entry : record.last_edits.entries()) {
      if (!seen.contains(entry.replica, entry.seq)) {
        late.edits.push_back({entry.replica, entry.seq, 0});
      }
    }
    if (late.edits.size() != before) late.groups.push_back(group);
  }
  std::sort(late.edits.begin(), late.edits.end());
  late.edits.erase(std::unique(late.edits.begin(), late.edits.end()), late.edits.end());
  return late;
}

std::vector<Action> knowing_actions(const RecordState& record, const DocumentMarks& marks,
                                    const VersionVector& context) {
  std::vector<Action> actions;
  const auto is_known = [&](const DocumentMarks::Group& group) { return knows(context, group); };
  if (marks.empty() || !std::all_of(marks.groups.begin(), marks.groups.end(), is_known)) {
    return actions;
  }
  const auto items = review_items(record, {}, marks);
  const bool asked = std::any_of(items.begin(), items.end(), [](const ReviewItem& item) {
    return item.kind == ItemKind::edited_after_closure;
  });
  if (asked) return actions;
  VersionVector seen = record.last_edits;
  seen.meet(context);
  for (const DocumentMarks::Group& group : marks.groups) {
    for (const Dot& dot : group.dots) {
      if (context.contains(dot)) seen.raise(dot.replica, dot.seq);
    }
  }
  // One value for each that nobody has replaced: what those before said is in it.
  for (const Knowing& one : knowing_in(record)) seen.merge(one.all);
  if (const FieldState* field = record.field(kKnowingField)) {
    for (const SetMember& member : field->members) actions.push_back(RemoveOp{member.element});
  }
  actions.push_back(AddOp{Bytes{encode_version(seen)}});
  return actions;
}

}  // namespace insieme::sync
