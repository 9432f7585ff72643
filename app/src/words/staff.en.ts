import type { staffIt } from "./staff.it";

export const staffEn: Record<keyof typeof staffIt, string> = {
  device_acts: "Lost, stolen or to be taken out",
  device_what: "What to do with it",
  device_revoke: "Stop",
  device_revoke_what:
    "It neither sends nor receives any more. What it holds stays there, encrypted, also what it " +
    "had not sent: the server will not have that. To come back it needs a new invitation.",
  device_revoke_now: "Stop “{name}”",
  device_revoke_sure: "Stop it for good?",
  device_revoke_yes: "Yes, stop it",
  device_revoke_done: "Stopped",
  device_lock: "Lock",
  device_lock_what:
    "At its next contact it closes, and its PIN opens it no more. Nothing is destroyed: it is " +
    "unlocked from here when it is found. Until it connects, it stays open.",
  device_lock_now: "Lock “{name}”",
  device_lock_sure: "Lock it at its next contact?",
  device_lock_yes: "Yes, lock it",
  device_lock_done: "Lock ordered",
  device_wipe: "Wipe",
  device_wipe_what:
    "It is stopped at once. At its next contact it hands over to the server what it has not " +
    "sent, and then destroys its keys: what it holds can never be read again. It can be " +
    "taken back only before the tablet was told. Until it connects, nothing is wiped.",
  device_wipe_now: "Wipe “{name}”",
  device_wipe_sure: "Destroy all that it holds, after the hand-over?",
  device_wipe_yes: "Yes, wipe it",
  device_wipe_done: "Wipe ordered",
  device_give_up: "Wait for it no more",
  device_give_up_what:
    "Silent for long: other tablets and erasures wait for it no more. Nothing is destroyed: " +
    "should it come back, its work is taken in.",
  device_give_up_now: "Wait no more for “{name}”",
  device_give_up_sure: "Go on without this tablet?",
  device_give_up_yes: "Yes, wait no more",
  device_give_up_done: "Nobody waits for it any more",
  device_reason_shown: "shown on the tablet",
  device_locked: "locked, or to be wiped",
  device_given_up: "not waited for since {when}",
  device_order_lock: "Lock ordered {when}: {why}",
  device_order_wipe: "Wipe ordered {when}: {why}",
  device_untold: "Not told yet: the tablet has not connected since.",
  device_told_lock: "Told {when}: the tablet is closed.",
  device_told_wipe: "Told {when}: it is handing over what it had not sent.",
  device_escrowed: "Receipt {when}: parcels handed over: {n}, to be opened at the server: {kept}.",
  device_destroyed: "Done {when}: its keys are gone.",
  device_deaf:
    "Its program is too old to know: it is refused as if it were stopped, and what it has " +
    "not sent stays on it, encrypted.",
  device_escrow_how:
    "What did not arrive among the late changes is opened by the operator of the server, with " +
    "“insieme-server device escrow”.",
  device_unlock: "Take the lock back",
  device_unlock_sure:
    "“{name}” will open again, with all that is in it. Is it in good hands again?",
  device_unlock_yes: "Yes, take the lock back",
  device_unlock_done: "Taken back: it opens at its next contact",
  device_keep: "Take the wipe back",
  device_keep_sure: "“{name}” will not be wiped, and will open: a lock is to be ordered again.",
  device_keep_yes: "Yes, take the wipe back",
  device_keep_done: "Taken back: the tablet is open now, unless you lock it again",
  device_no_return: "The order has arrived: it cannot be taken back.",
  person_change: "Change name, role, body, contract",
  person_change_what:
    "What they may see follows from role and body: with their next synchronisation their " +
    "tablets drop the rest, after sending what was written on them.",
  person_from: "Contract from",
  person_until: "Contract until",
  person_until_what: "The last day included; empty: without an end.",
  person_no_body: "None: the whole space",
  person_save: "Save the changes",
  person_sure: "{who}: {what}. Is that right?",
  person_yes: "Yes, change",
  person_changed: "Changed",
  person_as_role: "from {from} to {to}",
  person_none: "none",
  person_self: "This is your account: another person changes it.",
  person_beyond:
    "This role decides or has all dossiers: it is changed, and its tablets are stopped, by " +
    "somebody who may do as much, or by the operator of the server.",
  person_contract: "contract from {from}",
  person_away: "away until {day}",
  invite_open: "Invitation shown {when}, not used yet: it holds until {until}.",
  invite_again: "Show a new code",
  invite_again_what: "A former code cannot be read again: only a new one can be made.",
  invite_again_sure: "Codes of {who} still open: {n}. With the new one all of them are void.",
  invite_again_yes: "Yes, make a new one",
  invite_void:
    "The former codes are void, and there is no new one yet: whoever waited with one cannot " +
    "connect. Try again here.",
  invite_withdraw: "Withdraw the invitation",
  invite_withdraw_sure:
    "Codes of {who} still open: {n}. No tablet will connect with any of them any more.",
  invite_withdraw_done: "Invitation withdrawn",
  away: "Absences",
  away_lead: "Who is away, and who stands in on these days.",
  away_now: "Now",
  away_soon: "Later",
  away_line: "{deputy} stands in · from {from} until {until}",
  away_new: "Note an absence",
  away_who: "Who is away",
  away_deputy: "Who stands in",
  away_from: "First day",
  away_until: "Last day",
  away_what:
    "On these days what the person has by an assignment passes to the deputy, as far as the " +
    "deputy may have it; then it returns by itself. Why is not asked. Who is away and writes " +
    "all the same loses nothing: it arrives among the late changes.",
  away_passes: "Assigned to them: {names}",
  away_and_more: "and {n} more",
  away_passes_none: "No family is assigned to them: nothing passes.",
  away_save: "Note it",
  away_done: "Noted: dossiers that pass: {n}",
  away_done_stays: "Noted: dossiers that pass: {n}; that do not, since the deputy may not: {stays}",
  away_end: "Back before that",
  away_cancel: "Cancel the absence",
  away_end_sure: "What had passed returns to {who} at once.",
  away_end_yes: "Yes, end it",
  away_ended: "Ended: what had passed is back",
};
