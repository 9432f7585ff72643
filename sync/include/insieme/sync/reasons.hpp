#pragma once
// What the server says of a change that it did not take as it came. The text travels in the result
// and is kept beside the change; a client that knows it may say it in another language, one that
// does not shows it as it is.

#include <string_view>

namespace insieme::sync::reasons {

inline constexpr std::string_view kNotAssigned =
    "the dossier is no longer assigned to the author";
inline constexpr std::string_view kGoneOn =
    "the others had gone on without the author's device";
inline constexpr std::string_view kDeviceRevoked =
    "the device was revoked; a colleague brought what it had written";
inline constexpr std::string_view kReadsOnly =
    "the author's role only reads: somebody who decides will look at it (il ruolo dell'autore può "
    "solo leggere: chi decide lo esaminerà)";
inline constexpr std::string_view kDecidedBefore =
    "somebody has decided on this late change before";
inline constexpr std::string_view kMayNotGrant =
    "the author's role may not grant rights: ask somebody who may";
inline constexpr std::string_view kKeptByOthers =
    "the lists of the space are kept by whoever administers: ask them to add it (gli elenchi dello "
    "spazio li tiene chi amministra: la voce va chiesta a loro)";
inline constexpr std::string_view kGrantedMeanwhile =
    "somebody else has granted rights there meanwhile: see what there is now and grant the rest";
inline constexpr std::string_view kTransactionTooLarge = "too much in one transaction";
inline constexpr std::string_view kPartRefused = "another part of the same act was refused";
inline constexpr std::string_view kPartWaits =
    "another part of the same act waits for a coordinator";
inline constexpr std::string_view kMayNotErase =
    "the role does not allow to erase: ask a coordinator";
inline constexpr std::string_view kOnHold =
    "a legal hold stands on this dossier: nothing of it may be erased until it is released";
inline constexpr std::string_view kNeedsTwoPeople =
    "whole sections and dossiers are erased by an order of two people at the server";

/// With `forked` and `duplicate`: it stands in the log under the name that it had first.
inline constexpr std::string_view kWaitsElsewhere =
    "a colleague has brought it, and it waits for a coordinator";

inline constexpr std::string_view kHeldBefore =
    "it was waiting for a coordinator before the server was put back from a backup";

inline constexpr std::string_view kWithoutBody =
    "the server has it without its content: it was not taken before, or was erased";

}  // namespace insieme::sync::reasons
