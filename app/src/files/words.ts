// What history says of a file, for people: not its digests.
import { fileOf, referencesIn } from "./holder";
import { kindOf } from "./shown";

/** `foto, 310 kB` in place of each reference; of a caption, its words alone. */
export function inWords(text: string): string {
  let words = text.replace(/(^|; )[0-9a-f]{16} (?=\S)/g, "$1");
  for (const reference of referencesIn(text)) {
    words = words.replace(reference, kindOf(fileOf(reference, "both")));
  }
  return words;
}
