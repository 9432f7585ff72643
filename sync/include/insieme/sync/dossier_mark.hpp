#pragma once
// What was done to a whole dossier: closed, merged with another, transferred to another body,
// handed over to another person. Versions cannot be compared across documents, so that the act
// leaves a mark in each of them, with what had been seen of it there. What somebody edits in a
// marked document without knowing of the mark is for others to look at; who knows of it says so
// with the edit, since which of two changes knew the other cannot be told any more once they are
// folded.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/review.hpp"

namespace insieme::sync {

/// The record of a document that holds its marks: its type, and the set of its marks.
inline constexpr std::string_view kMarksType = "_marks";
inline constexpr std::string_view kMarksField = "_marks";
/// In any other record, a set of values made by `knowing_value`.
inline constexpr std::string_view kKnowingField = "_knowing";

/// Numbers stand in marks and are fixed for ever; later ones are kept as they are.
enum class MarkReason : std::uint8_t { closed = 1, merged = 2, transferred = 3, handed_over = 4 };

struct DossierMark {
  MarkReason reason = MarkReason::closed;
  /// The record that says what happened: the case, the edge between the two, the hand-over.
  RecordId subject;
  /// The section where it lies, a valid name: the mark there is the one that counts, those in the
  /// other documents of the dossier follow it.
  std::string home;
  VersionVector seen;  ///< of this document; the change that carries the mark is among it
  friend bool operator==(const DossierMark&, const DossierMark&) = default;
};

/// The same in every document of a dossier.
[[nodiscard]] RecordId marks_record(const DossierId& dossier);
[[nodiscard]] Value mark_value(const DossierMark& mark);
/// Nothing for a value that is none of `mark_value`: such a one marks nothing.
[[nodiscard]] std::optional<DossierMark> mark_of_value(const Value& value);

/// The marks of a document, those about one thing together.
struct DocumentMarks {
  struct Group {
    MarkReason reason = MarkReason::closed;
    RecordId subject;
    std::string home;
    VersionVector seen;     ///< by any of those who made one, with the changes that made them
    std::vector<Dot> dots;  ///< of those changes, sorted
    friend bool operator==(const Group&, const Group&) = default;
  };
  std::vector<Group> groups;  ///< by reason, subject and home
  [[nodiscard]] bool empty() const noexcept { return groups.empty(); }
  [[nodiscard]] const Group* find(MarkReason reason, const RecordId& subject) const noexcept;
};
/// `record`: the one that `marks_record` names, or null if the document has none.
[[nodiscard]] DocumentMarks marks_in(const RecordState* record);

struct MarkedEdits {
  std::vector<DocumentMarks::Group> groups;  ///< those that somebody did not know of
  std::vector<Dot> edits;                    ///< sorted, of operation 0: the newest of each replica
};
/// Edits of a record that nobody who made a mark had seen, and whose authors did not say that they
/// knew of it. A pure function of the two states.
[[nodiscard]] MarkedEdits edits_after_marks(const RecordState& record, const DocumentMarks& marks);

/// Open items of one record of a document with these marks: those of `review_items` without them,
/// and `edited_after_closure` also for what `edits_after_marks` finds. The item names these edits;
/// after what they are, `edits_after_marks` tells.
[[nodiscard]] std::vector<ReviewItem> review_items(const RecordState& record,
                                                   const PolicyLookup& policy,
                                                   const DocumentMarks& marks);

/// Whether an operation edits its record. Retractions and restores are about the record's life; a
/// decision edits what it writes.
[[nodiscard]] bool is_edit(const Operation& op);

/// What an edit of `record` has to carry besides when its author had `context` in front of them:
/// that they know of the marks, and what they had seen of the record. Nothing where there is no
/// mark, where they do not know of all, or where a question about earlier edits is open: then
/// the edit joins it.
[[nodiscard]] std::vector<Action> knowing_actions(const RecordState& record,
                                                  const DocumentMarks& marks,
                                                  const VersionVector& context);

}  // namespace insieme::sync
