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
  practice_try: "Practise with invented families",
  practice_try_help: "To learn without fear: a store of its own that can be thrown away.",
  practice_away: "Throw the practice away",
  practice_away_desk: "The practice store stays until you throw it away or the program ends.",
  practice_away_help: "The practice store stays on this tablet until you throw it away.",
  practice_away_sure: "Throw away all that you wrote in the practice?",
  practice_away_yes: "Yes, throw it away",
  version: "Version",
};
