// Everything the app says, in Italian and in English; what comes from the schema has its labels.
import { it as common } from "./words.it";
import { en as commonEn } from "./words.en";
import { steerEn } from "./words/steer.en";
import { steerIt } from "./words/steer.it";

const it = { ...common, ...steerIt };
const en = { ...commonEn, ...steerEn };

export type Word = keyof typeof it;
export type Language = "it" | "en";

const KEY = "insieme-language";
let chosen: Language = localStorage.getItem(KEY) === "en" ? "en" : "it";

export function language(): Language {
  return chosen;
}
export function setLanguage(next: Language): void {
  localStorage.setItem(KEY, next);
  chosen = next;
  document.documentElement.lang = next;
}

/** `{name}` in a word is replaced by what is given under that name. */
export function t(word: Word, given: Record<string, string | number> = {}): string {
  const text = (chosen === "en" ? en : it)[word];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(given[name] ?? whole));
}

/** The word for one, or the word for several with their number. */
export function count(number: number, one: Word, several: Word): string {
  return number === 1 ? t(one) : t(several, { n: number });
}
