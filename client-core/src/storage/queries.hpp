#pragma once

#include "storage/documents.hpp"

namespace insieme::client {

[[nodiscard]] std::vector<DossierLine> list_dossiers(Core& core);
[[nodiscard]] std::vector<sync::DossierId> list_dossier_ids(Core& core);
[[nodiscard]] std::vector<RecordLine> list_records(Core& core, const ListQuery& query);
[[nodiscard]] std::vector<RecordLine> search_records(Core& core, const std::string& words,
                                                     std::size_t limit);
/// One row of a typed table, as a list shows it.
[[nodiscard]] RecordLine record_line(Core& core, const TypedTable& table, std::int64_t row);
/// By their numbers in the table `dossiers`. The title is that of the first root record, or empty.
[[nodiscard]] sync::DossierId dossier_id(Core& core, std::int64_t n);
[[nodiscard]] std::string dossier_title(Core& core, std::int64_t n);
[[nodiscard]] std::optional<RecordRef> locate_record(Core& core, const sync::RecordId& id);
// shown.cpp
[[nodiscard]] std::vector<schema::RuleRecord> read_shown(Core& core, const std::string& type,
                                                         const std::vector<std::string>& fields);
[[nodiscard]] StoreStatus read_status(Core& core);
/// Zero before the first synchronisation.
[[nodiscard]] sync::Cursor load_cursor(Core& core);

// review and history (review_history.cpp)
[[nodiscard]] OpenItems read_open_items(Core& core, const ItemQuery& query);
[[nodiscard]] std::vector<HistoryLine> read_history(Core& core, const RecordRef& ref);

// what waits (waiting.cpp)
[[nodiscard]] std::vector<Draft> read_drafts(Core& core);
[[nodiscard]] std::vector<HeldChange> read_inbox(Core& core, bool closed_too);
[[nodiscard]] std::vector<Quarantined> read_quarantine(Core& core);

// verify.cpp
[[nodiscard]] std::vector<sync::DocumentDigest> read_accepted(Core& core);
[[nodiscard]] VerifyReport verify_store(Core& core);

}  // namespace insieme::client
