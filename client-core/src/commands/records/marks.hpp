#pragma once
// What an act means for its whole dossier: a mark in every section of it (sync::DossierMark).

#include "commands/records/plan.hpp"
#include "insieme/sync/dossier_mark.hpp"

namespace insieme::client::commands {

/// Something done to a whole dossier.
struct DossierAct {
  sync::DossierId dossier;
  sync::MarkReason reason = sync::MarkReason::closed;
  sync::RecordId subject;
  std::string home;  ///< the section where the subject lies
};
/// Puts the act's mark into every section of the dossier that is held here, with what had been seen
/// of it (all that is here; less where a form was opened before): once, however often it is asked.
/// Who may write the other sections brings it there (storage/marks.hpp).
[[nodiscard]] Check add_marks(Context& context, const DossierAct& act, const Versions* opened,
                              Plan& plan);
/// Takes such marks out again, of one subject or of all.
[[nodiscard]] Check take_marks_back(Context& context, const sync::DossierId& dossier,
                                    sync::MarkReason reason,
                                    const std::optional<sync::RecordId>& subject, Plan& plan);

/// Whether a record of this type says something of its whole dossier.
[[nodiscard]] bool marks_dossier(const schema::RecordType& type) noexcept;
/// Whether what it says hangs on this field.
[[nodiscard]] bool marks_dossier_by(const schema::RecordType& type,
                                    std::string_view field) noexcept;
/// What a record that will show `after` says of its dossier. A closed case closes it once no other
/// is open, and an open one opens it again.
[[nodiscard]] Check plan_marks(Context& context, const schema::RecordType& type,
                               const RecordRef& ref, const schema::RecordValues& after,
                               const Versions* opened, Plan& plan);
/// The same for a record that is retracted or restored.
[[nodiscard]] Check plan_marks_of_life(Context& context, const Facets& facets,
                                       sync::Lifecycle wanted, Plan& plan);
/// What the record says of its dossier is said there no more: it goes.
[[nodiscard]] Check plan_marks_of_leaving(Context& context, const Facets& facets, Plan& plan);

/// After which acts what an item is about was edited; nothing for other items.
[[nodiscard]] Outcome<std::vector<sync::DocumentMarks::Group>> acts_before(Context& context,
                                                                           const OpenItem& item);
/// What was done, as in `… without knowing that the dossier …`.
[[nodiscard]] std::string_view act_words(sync::MarkReason reason, schema::Language language);
/// `closed`, `merged`, `transferred`, `handed_over`; `other` for one of a later engine.
[[nodiscard]] std::string_view name_of(sync::MarkReason reason) noexcept;
/// A field that the program keeps beside those that people fill in.
[[nodiscard]] bool is_own_field(std::string_view name) noexcept;

}  // namespace insieme::client::commands
