import type { startIt } from "./start.it";

export const startEn: Record<keyof typeof startIt, string> = {
  // First start
  start_title: "Welcome to Insieme",
  start_lead: "The visit notebook that also works without a network.",
  start_code: "Invitation code",
  start_code_help: "Paste the whole invitation that your coordinator gave you.",
  start_name: "What is this tablet called",
  start_name_help: "To recognise it, for example “Anna's tablet”.",
  start_enrol: "Connect this tablet",
  sign_in_title: "Sign in with your organization",
  sign_in_with: "Sign in with {name}",
  sign_in_or: "Or with an invitation code:",
  sign_in_lost: "This sign-in did not begin here, or took too long. Begin again.",
  start_pin: "The store is encrypted. After connecting you choose a PIN.",
  start_offline:
    "Connecting the tablet for the first time needs a network. After that it does " + "not.",
  opening: "Opening this tablet's store…",
  open_failed: "The store does not open",
  open_elsewhere: "Insieme is open in another tab",
  open_elsewhere_why:
    "Only one place at a time can write. The other tab saves everything and " + "stops.",
  take_over: "Use Insieme here",
  handed_over: "Insieme is now in another tab",
  handed_over_why: "What you wrote here is saved.",
  use_here: "Use it here again",
  part_missing: "Insieme has not finished loading",
  part_missing_why:
    "Insieme has not finished loading, and what is missing is needed now: there is no network, " +
    "or it is too slow.",
  part_missing_next:
    "What you saved is safe, and what you were typing is still here beneath. With a network " +
    "tap “Try again”; if it finishes meanwhile, it goes on by itself.",
  part_missing_still: "Still nothing",
  part_missing_asking: "Asking…",
  no_support:
    "This browser cannot keep the store. A recent Chrome, Edge, Firefox or Safari is " +
    "needed, and an address that begins with https.",
  // PIN
  pin: "PIN",
  pin_new: "New PIN",
  pin_old: "Present PIN",
  pin_again: "Once more",
  pin_help: "At least 6 digits or letters. A phrase of four words is the safest.",
  pin_differs: "The two PINs are not the same.",
  pin_show: "Show",
  pin_hide: "Hide",
  pin_setup: "Choose a PIN",
  pin_setup_lead: "Whoever finds this tablet must not read your families.",
  pin_set: "Set the PIN",
  pin_set_done: "PIN set",
  pin_required: "Your service asks for a PIN on every tablet.",
  pin_skip: "Go on without a PIN",
  pin_skip_sure: "Without a PIN?",
  pin_skip_why:
    "Whoever unlocks this tablet opens the store and reads everything. Keep the screen lock on.",
  pin_skip_yes: "Yes, without a PIN",
  pin_section: "PIN",
  pin_on: "The PIN protects the store. If you forget it, your coordinator can unlock it.",
  pin_on_no_recovery:
    "The PIN protects the store. Do not forget it: the unlock by your coordinator is not " +
    "prepared yet (it takes the network, and a service that provides for it).",
  pin_off: "There is no PIN: whoever unlocks the tablet reads everything.",
  pin_change: "Change the PIN",
  pin_change_do: "Change",
  pin_changed: "PIN changed",
  pin_remove: "Remove the PIN",
  pin_remove_do: "Remove",
  pin_removed: "PIN removed",
  pin_forgotten: "Forgotten your PIN?",
  pin_wait: "Too many wrong PINs: try again in {when}. Nothing is erased.",
  pin_failed: "Wrong PINs in a row: {n}.",
  pin_blocked:
    "Too many wrong PINs: only the unlock code from your coordinator opens now. Nothing was " +
    "erased.",
  wait_s_one: "1 second",
  wait_s: "{n} seconds",
  wait_min: "{n} minutes",
  locked: "Insieme is locked",
  locked_lead: "Your work is safe, drafts too. Type the PIN to go on.",
  unlock: "Open",
  lock_now: "Lock now",
  lock_after: "Locks by itself after",
  lock_on_hide: "also when I leave the app",
  recovery_lead: "Your coordinator can open this tablet with you. Nothing is lost.",
  recovery_none:
    "On this tablet the unlock was not prepared: the PIN is needed. What was sent is on the " +
    "server; speak to your coordinator, and erase nothing.",
  recovery_request: "1. Give this code to your coordinator",
  recovery_request_help: "In a message, or by showing it. By itself it opens nothing.",
  recovery_answer: "2. Type the code of the answer",
  recovery_answer_label: "Unlock code",
  recovery_open: "Open with the new PIN",
  back_to_pin: "Back to the PIN",
  copy_it: "Copy",
  copied: "Copied",
  // Vouchers
  account_title: "Sign in with name and password",
  account_name: "User name",
  account_password: "Password",
  account_enter: "Sign in",
  account_next: "Go on",
  account_begin_again: "Begin again",
  account_choose: "Choose a password of your own: the one that you were given is for this time.",
  account_new: "New password",
  account_new_help: "10 to 128 characters. Three or four words are easy to remember.",
  account_again: "Once more",
  account_not_same: "The two passwords are not the same.",
  account_code: "Code of the app",
  account_code_help: "Six digits. Without the telephone: a recovery code.",
  account_totp_why: "This account also uses an app of codes (one of those with six digits).",
  account_totp_open: "Add it to the app of codes on this device",
  account_totp_hand: "Or type this key into the app, on another telephone:",
  account_codes_why:
    "Recovery codes: each works once, when the telephone is not there. Write them down now and " +
    "keep them away from this tablet: they are not shown again.",
  account_codes_kept: "I have written them down",
  // An invitation by the camera
  scan_start: "Scan the QR code",
  scan_stop: "Close the camera",
  scan_picture: "What the camera sees",
  scan_how: "Hold the invitation's code in the middle, still and well lit.",
  scan_found: "Invitation read: check it and connect this tablet.",
  scan_other: "This QR code is no invitation of Insieme.",
  scan_refused:
    "This page may not use the camera. Allow it in the site's settings, or paste the invitation.",
  scan_none: "There is no camera here that can be used: paste the invitation.",
  scan_busy: "Another application uses the camera: close it and try again.",
  scan_no_reader: "Reading the code needs the network, which is not there now. Try again.",
  locked_afar: "Tablet locked",
  locked_afar_next:
    "Call your coordinator. Once the lock is taken away, connect to the network and try again: " +
    "you will find everything as it was.",
  locked_afar_code: "I have an unlock code",
  wiped: "Tablet wiped",
  wiped_next:
    "What was on the server already is still there. Call your coordinator, and ask for an " +
    "invitation.",
  wiped_untold: "The server does not know yet that it is done: it will once there is a network.",
  wiped_anew: "Begin anew with an invitation",
  // Several people on one tablet
  holders: "Who is using this tablet?",
  holders_lead: "Everybody has a store and a PIN of their own: nobody opens another's.",
  holders_section: "People on this tablet",
  holders_one: "If several of you use it, each has a store and a PIN of their own.",
  holders_need_pin:
    "First choose a PIN: whoever uses the tablet after you must not be able to open your work.",
  holder_nobody: "Not connected yet",
  holder_here: "now",
  holder_draft: "1 draft",
  holder_drafts: "{n} drafts",
  holder_sent: "Everything sent",
  holder_unsent_one: "1 thing to send · {age}",
  holder_unsent: "{n} things to send · {age}",
  holder_only_they: "What is not sent leaves when that person opens their store.",
  holder_add: "Add a person",
  holder_change: "Change person",
  holder_new: "A new person on this tablet",
  holder_new_why:
    "They need an invitation of their own. The others' work stays closed and as it is.",
  holder_not_now: "Not now",
  holder_remove: "Remove my store from this tablet",
  holder_remove_sure:
    "All that is yours is erased here: it stays on the server. To come back you need a new " +
    "invitation.",
  holder_remove_yes: "Yes, remove it",
  locked_of: "Store of {name}",
  pin_shared: "Several people use this tablet: each has a PIN.",
  holder_unfinished: "Connection not finished",
  holder_unfinished_lead:
    "There is no PIN, and only whoever connected the tablet could choose it. Nothing is here " +
    "yet: begin again with a new invitation.",
  holder_unfinished_do: "Begin again",
};
