#pragma once
// Hand-outs to other devices and from them: tables `permits`, `bundles`, `bundle_parts`.

#include <functional>
#include <optional>
#include <set>

#include "insieme/client/exchange_types.hpp"
#include "storage/documents.hpp"

namespace insieme::client {

// ---- permits ------------------------------------------------------------------------------------

/// Dossiers whose permit is missing or has lived half of its time. None as long as the server's key
/// is not known.
[[nodiscard]] std::vector<sync::DossierId> permits_due(Core& core);
/// Keeps those that the server has signed.
void take_permits(Core& core, const std::vector<sync::ExchangePermit>& permits);
/// A grant has changed: the next request asks for another permit.
void forget_permit(Core& core, const sync::DossierId& dossier);

/// A document that may be exchanged, or whose hand-outs can at least be read.
struct ExchangedDocument {
  sync::DocumentId id;
  sync::SealKey key;
  sync::ExchangeGrant grant;
};
/// Of all permits, also of those that have expired.
[[nodiscard]] std::vector<ExchangedDocument> exchanged_documents(Core& core);

// ---- out ----------------------------------------------------------------------------------------

/// What this device has written and no server has answered, in hand-outs of whole acts. The same
/// work gives the same bytes.
[[nodiscard]] std::vector<OutgoingBundle> make_bundles(Core& core, const HandOutFor& whom);
/// What the reader has of a document; nothing: it cannot read it.
using KnownVersion = std::function<std::optional<sync::VersionVector>(const sync::DocumentId&)>;
/// How many hand-outs of confirmed work at most: 32 MiB. More waits for the server.
inline constexpr std::size_t kAnsweredBundlesMax = 64;
/// Own work that the server has and the reader may lack: in each document what is beyond `known`,
/// whole acts, oldest first; with a letter for what no backup of the server holds. What it cannot
/// read it only carries: what no backup holds, as far as not everybody has it. The work of others
/// comes from the server, or from their own hand-outs.
[[nodiscard]] std::vector<OutgoingBundle> make_answered(Core& core, const KnownVersion& known);
/// What everybody who holds the document has acknowledged.
[[nodiscard]] sync::VersionVector stable_version(Core& core, const sync::DocumentId& document);
/// Hand-outs of others that are kept here.
[[nodiscard]] std::vector<sync::OfferedBundle> carried(Core& core);
[[nodiscard]] std::vector<std::uint8_t> carried_bundle(Core& core, const sync::Digest& digest);

/// How far work got outside of this device. It must not be authored again before a server has said
/// what became of it: somebody may yet bring it there.
enum class Handed : std::int64_t { no = 0, written = 1, kept = 2 };
void note_handed(Core& core, const std::vector<std::int64_t>& changes, Handed handed);

[[nodiscard]] sync::Holdings exchange_holdings(Core& core);

// ---- in -----------------------------------------------------------------------------------------

/// Takes one hand-out: applies what is for this device, and keeps it for others. Refuses with
/// `conflict` (another space), those of decoding, or `quota` (no room to carry more, and there was
/// nothing in it for this device).
[[nodiscard]] TakenBundle take_bundle(Core& core, Documents& documents,
                                      std::span<const std::uint8_t> bytes);
/// Keeps a piece; with the last one the whole is taken. Nothing: it is not whole yet.
[[nodiscard]] std::optional<TakenBundle> keep_piece(Core& core, Documents& documents,
                                                    const sync::KeepPiece& piece);
/// An order that the server told is carried to the others who hold the dossier.
void keep_for_others(Core& core, const sync::EraseEvent& erase);
/// What was carried sealed may have become readable, or have been dropped with a wrong branch.
void take_carried_again(Core& core, Documents& documents);
void note_carried_due(Core& core);

// ---- what the server says of it -----------------------------------------------------------------

/// Letters for the next request, as many as have room beside these changes.
[[nodiscard]] std::vector<std::vector<std::uint8_t>> letters_due(
    Core& core, const std::vector<sync::Change>& beside);
void settle_letters(Core& core, Documents& documents,
                    const std::vector<sync::LetterResult>& results);

/// The texts that a change of this store splices on top of what another device handed over, and
/// whose fate it does not know: they are told beside it.
void add_texts_of_others(Core& core, std::int64_t document, const sync::Change& change,
                         std::vector<sync::TextOfOther>& texts);
/// The texts of a change that is with nobody, kept because own work stands on it.
void add_texts(const sync::Change& change, std::vector<sync::TextOfOther>& texts);

/// Whether what other devices handed over stood in the way, and could go. Own work may stand on it:
/// then it goes when that is authored again.
bool make_way(Core& core, Documents& documents, OpenDocument& document);
/// What other devices handed over and no server has confirmed, out of one document or out of all:
/// the server has another branch of it. It comes again by what is carried, as far as it fits. What
/// something else here stands on stays. False: nothing went.
bool drop_exchanged(Core& core, Documents& documents, OpenDocument& document);
void drop_exchanged(Core& core, Documents& documents);
/// Takes it out of the log and of what waits, and nothing more: the document is to be made anew.
bool forget_exchanged(Core& core, const OpenDocument& document);
[[nodiscard]] bool has_exchanged(Core& core, std::int64_t document);

}  // namespace insieme::client
