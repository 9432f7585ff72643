// What of a question stood on the screen when somebody chose: what arrives meanwhile is shown, and
// nobody has decided about what they did not see.
import { useState } from "preact/hooks";
import type { Alternative, Decision, ReviewItem } from "./types";

export interface Seen {
  /** The question as it was looked at; its version goes with the decision. */
  version: string;
  /** Whether it is another one since. */
  changed: boolean;
  /** Whether this value came since. */
  isNew: (one: Alternative) => boolean;
  /** The person has looked at what stands there now, which is given. */
  look: () => string;
  /** What was on the screen: kept with what was typed, and given back with it. */
  content: string;
  /** What is on the screen now. */
  now: string;
  restore: (content: string) => void;
}

/** Equal as long as the same values, the same text and the same earlier decisions are shown. */
function contentOf(item: ReviewItem, earlier: Decision[]): string {
  const dots = item.alternatives.map((one) => one.dot).sort();
  return JSON.stringify([dots, item.now, item.contested, earlier.map((one) => one.dot).sort()]);
}

/** The values in what `contentOf` gave, which has lain in a draft since. */
export function seenDots(content: string): string[] {
  try {
    const [dots] = JSON.parse(content);
    return Array.isArray(dots) ? dots.map(String) : [];
  } catch {
    return [];
  }
}

export function useSeen(item: ReviewItem, earlier: Decision[]): Seen {
  const content = contentOf(item, earlier);
  const now = { content, version: item.version, dots: item.alternatives.map((one) => one.dot) };
  const [seen, setSeen] = useState(now);
  return {
    version: seen.version,
    changed: seen.content !== content,
    isNew: (one) => !seen.dots.includes(one.dot),
    look: () => {
      setSeen(now);
      return content;
    },
    content: seen.content,
    now: content,
    restore: (before) => {
      if (before === content) return;
      setSeen({ content: before, version: "", dots: seenDots(before) });
    },
  };
}
