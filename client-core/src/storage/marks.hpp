#pragma once
// What was done to a whole dossier (sync::DossierMark) reaches the sections that whoever did it
// could not write.

#include "insieme/sync/dossier_mark.hpp"
#include "storage/record_rows.hpp"

namespace insieme::client {

/// What was done to the whole dossier, as this document of it knows.
[[nodiscard]] sync::DocumentMarks marks_in_document(RecordCache& records, std::int64_t document,
                                                    const sync::DocumentId& id);

/// The dossier's marks, or its sections here, have changed.
void note_marks_due(Core& core, const sync::DossierId& dossier);

/// Once everything was received, and nothing waits to be written: in the dossiers that were noted
/// and whose questions are for this device's person, every section that is held here gets the marks
/// that stand in the section where each of them belongs, and loses those that were taken back
/// there. Seen is then what the server had taken there before the mark. Returns whether anything
/// was written; what was open of documents is then out of date.
bool bring_marks(Core& core);

}  // namespace insieme::client
