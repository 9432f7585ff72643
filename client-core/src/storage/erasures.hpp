#pragma once
// Orders to erase on this device: what they take, what is still to be done, what the server is to
// be told. Table `erasures`.

#include <optional>
#include <span>
#include <vector>

#include "storage/documents.hpp"

namespace insieme::client {

/// Stored numbers.
enum class ErasureStep : std::int64_t {
  asked = 0,  ///< here; the server has not answered
  taken = 1,  ///< out of every row; older pages of the file may still hold it
  clean = 2,  ///< out of the file; the server is to be told
  told = 3,
};

/// What was erased of a document so far.
[[nodiscard]] sync::Redaction redaction_of(Core& core, const sync::DocumentId& document);
/// Whether an order took all of the dossier, whatever its sections are or will be.
[[nodiscard]] bool is_erased_as_whole(Core& core, const sync::DossierId& dossier);
/// What is left of a stored body.
struct RedactedBody {
  std::optional<std::vector<std::uint8_t>> body;  ///< nothing: nothing is left
};
/// Nothing: it held nothing of what is erased.
[[nodiscard]] std::optional<RedactedBody> redact_body(std::span<const std::uint8_t> header,
                                                      std::span<const std::uint8_t> body,
                                                      const sync::Redaction& redaction);
[[nodiscard]] bool is_ordered(Core& core, const sync::ErasureId& id);
/// Takes what the order names out of every row, and out of whatever comes later. Nothing of it
/// stands in the way of a change that is sent: chains stay. Tells the user. `position`: of the
/// order in the server's log.
void carry_out(Core& core, Documents& documents, const sync::ErasureOrder& order,
               std::uint64_t position);
/// Of dossiers that were erased as a whole only headers are left to send. When the server has gone
/// on without them they go, like the rest. Documents whose log is shorter now.
[[nodiscard]] std::vector<std::int64_t> forget_unsent_of_erased(Core& core);
/// For the server to carry out; nothing happens here before it does.
void ask_erasure(Core& core, const sync::ErasureOrder& order);
/// What the server made of what was asked for.
void settle_erasures(Core& core, const std::vector<sync::ErasureAnswer>& answers);
void gather_erasures(Core& core, sync::Gathered& out);
void note_erasures_told(Core& core, const std::vector<sync::ErasureId>& told);
/// Whether the server is to be told something.
[[nodiscard]] bool has_erasures_to_tell(Core& core);

/// Takes out of the file what carried out orders left in unused pages and in the search index: the
/// index is made anew and the file written anew. Outside of any transaction. Does nothing if there
/// is nothing to do; may be killed anywhere and is then done again.
void clean_traces(Core& core);

/// What orders left in the file, once they are carried out. True: the server is to be told. What
/// fails is tried again with the next reply and at the next opening, and until then nobody is told.
bool clean_and_tell(Core& core);

}  // namespace insieme::client
