import type { tabletIt } from "./tablet.it";

export const tabletEn: Record<keyof typeof tabletIt, string> = {
  tablet: "This tablet",
  who_uses: "Who uses it",
  role: "Role",
  server: "Server",
  space: "Storage used",
  space_of: "{used} of {quota}",
  kept_desk: "The store is a file of this computer.",
  kept_yes: "The browser has promised not to erase the store.",
  kept_no:
    "The browser might erase the store when space runs out. Install Insieme (Add to Home " +
    "Screen) and send often.",
  kept_ask: "Ask to keep it",
  look: "Appearance",
  look_auto: "As the tablet",
  look_light: "Light",
  look_dark: "Dark",
  language_name: "Language",
  space_soon: "Space is running out",
  space_full: "There is almost no space left",
  space_what:
    "Send now: what is on the server is not lost. Then make room on the tablet (photos, videos, " +
    "apps you do not use). If it fills up, Insieme says so before it saves and keeps what it has.",
  unsent_file: "If sending just does not work",
  unsent_file_help:
    "Your unsent work in a sealed file that only the server can open. Give it to the people who " +
    "run Insieme, or to a colleague who can send. Nothing is removed here.",
  unsent_file_no_files: "Photos and other files do not go into the file: they stay on this tablet.",
  unsent_file_do: "Download the unsent work",
  unsent_file_done: "In the file: {n} changes. They stay “saved here” until the server says so.",
  practice: "Practice",
  practice_banner: "Invented families: nothing goes to a server.",
  practice_leave: "Leave the practice",
  practice_as: "You are {who} ({role}).",
  practice_role: "In which role would you like to practise?",
  practice_role_lead:
    "They are the same invented families, seen by three people: change the role at any time.",
  practice_role_again: "Change the role",
  practice_educator: "Anna visits two families: visits, notes, vouchers, forms.",
  practice_coordinator:
    "Carla decides: two versions of one field, a spend, a late edit, a duplicate, the reports.",
  practice_fellow: "Franco looks after the territory's network: bodies, contacts, services.",
  practice_saved: "Saved in the practice",
  practice_kept: "Saved",
  practice_kept_here: "in the practice",
  practice_never_sent: "What you write here stays in the practice: it goes to nobody.",
  tablet_of: "{who}'s tablet",
  practice_try: "Practise with invented families",
  practice_try_help: "To learn without fear: a store of its own that can be thrown away.",
  practice_away: "Throw the practice away",
  practice_away_desk: "The practice store stays until you throw it away or the program ends.",
  practice_away_help: "The practice store stays on this tablet until you throw it away.",
  practice_away_sure: "Throw away all that you wrote in the practice?",
  practice_away_yes: "Yes, throw it away",
  version: "Version",
  a11y: "Accessibility statement",
  a11y_lead: "What holds, what is missing still, and whom to tell.",
  a11y_state: "State",
  a11y_state_text:
    "Insieme follows WCAG 2.1 at level AA and is partially conformant: what is missing is " +
    "written below.",
  a11y_how:
    "Verified by those who develop it: axe-core on every screen, light and dark, on a phone " +
    "and at a desk; walks with the keyboard alone, at 200% and with reduced motion. There " +
    "is no audit by others yet.",
  a11y_can: "What you can do",
  a11y_keys:
    "Everything can be done with the keyboard; “To decide” has keys of its own, too, which " +
    "the page lists.",
  a11y_zoom: "Text grows up to 200% without scrolling sideways, on a screen 360 points wide, too.",
  a11y_motion: "Nothing moves if the device asks for less motion.",
  a11y_voice: "Every control has a name, every chart a table with the same figures.",
  a11y_colours: "No information lies in colour alone; light and dark are chosen in “This tablet”.",
  a11y_lacks: "What is missing",
  a11y_lacks_photos: "Photos have a caption only if whoever takes them writes one.",
  a11y_lacks_sign:
    "A signature takes a finger, a pen or a mouse; who cannot uses “Not signed here”.",
  a11y_lacks_people: "It was not yet tried by people who use a screen reader every day.",
  a11y_tell: "Whom to tell",
  a11y_tell_text:
    "If something cannot be used, write to who coordinates the service or to the body that " +
    "gave you Insieme: it answers within 30 days.",
  a11y_defender: "If the answer is not enough, there is the Digital Ombudsman at AgID.",
};
